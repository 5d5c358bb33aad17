//! The HTTP face: one endpoint a file; its doc comment is the contract.
//!
//! Does not decide anything, and does not run SQL on its workers.

mod encoding;
mod enrol;
mod health;
mod problem;
mod sealed;
mod sync;

use std::net::TcpListener;
use std::sync::{Arc, Weak};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::web::{Data, PayloadConfig, get, post};
use actix_web::{App, HttpServer};

use crate::reconcile::{self, Service};
use crate::store::sqlite::SqliteStore;
use crate::time::now_ms;
use problem::Problem;

/// The largest request as sent, in bytes.
const MAX_REQUEST_BYTES: usize = 1 << 20;
/// Seconds that a stop waits for requests that are running.
const SHUTDOWN_SECONDS: u64 = 2;
const WORKERS: usize = 2;
/// How often what waits is looked at.
const BEAT: Duration = Duration::from_secs(60);

type Shared = Data<Service<SqliteStore>>;

/// The server over a bound socket; it runs when it is awaited.
pub(crate) fn server(service: Service<SqliteStore>, listener: TcpListener) -> std::io::Result<Server> {
    let service = Data::new(service);
    beat(Arc::downgrade(&service.clone().into_inner()));
    let app = move || {
        App::new()
            .app_data(service.clone())
            .app_data(PayloadConfig::new(MAX_REQUEST_BYTES))
            .route("/health/live", get().to(health::live))
            .route("/health/ready", get().to(health::ready))
            .route("/v1/enrol", post().to(enrol::enrol))
            .route("/v1/sync", post().to(sync::sync))
            .route("/v1/sync/sealed", post().to(sealed::sealed))
            .default_service(get().to(nothing))
    };
    let server = HttpServer::new(app).workers(WORKERS).disable_signals().shutdown_timeout(SHUTDOWN_SECONDS);
    Ok(server.listen(listener)?.run())
}

/// Does from time to time what no request asks for; ends with the server.
fn beat(service: Weak<Service<SqliteStore>>) {
    actix_web::rt::spawn(async move {
        let mut beats = actix_web::rt::time::interval(BEAT);
        loop {
            beats.tick().await;
            let Some(service) = service.upgrade() else { break };
            if let Err(fault) = reconcile::end_waits(&*service, now_ms()).await {
                tracing::error!(%fault, "what waits could not be judged");
            }
        }
    });
}

async fn nothing() -> Problem {
    Problem::NotFound
}
