//! The HTTP face: one noun a file; the doc comment of an endpoint is its contract.
//!
//! ```text
//!   request id ─▶ limits ─▶ token and proof ─▶ endpoint ─▶ the desk, or reconcile
//!                                        else ─▶ the pages of the web desk
//! ```
//! Does not decide anything, and does not run SQL on its workers.

mod body;
mod caller;
mod conflicts;
mod devices;
mod encoding;
mod enrol;
mod erasures;
mod health;
mod openapi;
mod persons;
mod policy;
mod prior_checks;
mod problem;
mod providers;
mod referrals;
mod reports;
mod request_id;
mod roles;
mod sealed;
mod slots;
mod sync;
mod token;
mod unread;
mod users;

use std::future::ready;
use std::net::TcpListener;
use std::sync::{Arc, Weak};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, get, post, resource, to};
use actix_web::{App, HttpServer, Route};

use crate::config::{Limits, People};
use crate::pages::{self, Clock, Site};
use crate::reconcile::{self, Service};
use crate::store::sqlite::SqliteStore;
use crate::tokens::Tokens;
pub(crate) use problem::Problem;

/// Seconds that a stop waits for requests that are running.
const SHUTDOWN_SECONDS: u64 = 2;
/// How often what waits is looked at.
const BEAT: Duration = Duration::from_secs(60);

pub(crate) type Shared = Data<Service<SqliteStore>>;

/// What endpoints need beside the store.
pub(crate) struct Face {
    pub(crate) tokens: Arc<Tokens>,
    /// The address that people and devices know, without a slash at the end; else that of the request.
    pub(crate) public_url: Option<String>,
    pub(crate) limits: Limits,
    pub(crate) people: People,
    /// The time, for the web desk and for what is done from time to time.
    pub(crate) clock: Clock,
}

/// The server over a bound socket; it runs when it is awaited.
pub(crate) fn server(
    service: Service<SqliteStore>,
    face: Face,
    listener: TcpListener,
) -> std::io::Result<Server> {
    let site = Data::new(Site::new(face.clock.clone(), face.public_url.clone(), face.limits, face.people));
    let (service, face) = (Data::new(service), Data::new(face));
    beat(Arc::downgrade(&service.clone().into_inner()), face.clock.clone());
    let workers = face.limits.workers;
    let app = move || {
        App::new()
            .app_data(service.clone())
            .app_data(face.clone())
            .app_data(site.clone())
            .wrap(from_fn(request_id::number))
            .wrap(from_fn(unread::close))
            .configure(endpoints)
            .service(pages::scope())
    };
    let server = HttpServer::new(app).workers(workers).disable_signals().shutdown_timeout(SHUTDOWN_SECONDS);
    Ok(server.listen(listener)?.run())
}

/// An address with its methods.
type Endpoint = (&'static str, Vec<(Method, Route)>);

/// Every address that programs ask; those of people with a browser are of [`crate::pages`].
fn addresses() -> Vec<Endpoint> {
    let read = |route| (Method::GET, route);
    let write = |route| (Method::POST, route);
    vec![
        ("/health/live", vec![read(get().to(health::live))]),
        ("/health/ready", vec![read(get().to(health::ready))]),
        ("/openapi.json", vec![read(get().to(openapi::openapi))]),
        ("/v1/enrol", vec![write(post().to(enrol::enrol))]),
        ("/v1/sync", vec![write(post().to(sync::sync))]),
        ("/v1/sync/sealed", vec![write(post().to(sealed::sealed))]),
        ("/v1/prior-checks", vec![write(post().to(prior_checks::check))]),
        ("/v1/token", vec![write(post().to(token::token))]),
        ("/v1/force", vec![read(get().to(providers::force))]),
        ("/v1/referrals", vec![read(get().to(referrals::list))]),
        ("/v1/referrals/{id}", vec![read(get().to(referrals::show))]),
        ("/v1/referrals/{id}/entries", vec![read(get().to(referrals::entries))]),
        ("/v1/referrals/{id}/assign", vec![write(post().to(referrals::assign))]),
        ("/v1/worklist", vec![read(get().to(referrals::worklist))]),
        ("/v1/reports/results", vec![read(get().to(reports::results))]),
        ("/v1/erasures", vec![write(post().to(erasures::erase))]),
        ("/v1/conflicts", vec![read(get().to(conflicts::list))]),
        ("/v1/conflicts/{id}", vec![read(get().to(conflicts::show))]),
        ("/v1/settlements", vec![read(get().to(conflicts::settled))]),
        ("/v1/conflicts/{id}/settlement", vec![write(post().to(conflicts::settle))]),
        ("/v1/conflicts/{id}/pass-up", vec![write(post().to(conflicts::pass_up))]),
        ("/v1/persons", vec![read(get().to(persons::list))]),
        ("/v1/persons/link", vec![write(post().to(persons::link))]),
        ("/v1/persons/split", vec![write(post().to(persons::split))]),
        ("/v1/persons/{id}", vec![read(get().to(persons::show))]),
        ("/v1/providers", vec![read(get().to(providers::list)), write(post().to(providers::add))]),
        ("/v1/providers/{id}", vec![write(post().to(providers::change))]),
        ("/v1/providers/{id}/disable", vec![write(post().to(providers::disable))]),
        ("/v1/slots", vec![read(get().to(slots::list)), write(post().to(slots::open))]),
        ("/v1/slots/{id}/close", vec![write(post().to(slots::close))]),
        ("/v1/users", vec![read(get().to(users::list)), write(post().to(users::add))]),
        ("/v1/users/{id}/disable", vec![write(post().to(users::disable))]),
        ("/v1/users/{id}/name", vec![write(post().to(users::rename))]),
        ("/v1/users/{id}/enrol-code", vec![write(post().to(users::enrol_code))]),
        ("/v1/users/{id}/role", vec![write(post().to(roles::propose))]),
        ("/v1/proposals", vec![read(get().to(roles::list))]),
        ("/v1/proposals/{id}/confirm-role", vec![write(post().to(roles::confirm))]),
        ("/v1/proposals/{id}/confirm-code", vec![write(post().to(roles::confirm_code))]),
        ("/v1/policy", vec![read(get().to(policy::list))]),
        ("/v1/policy-proposals", vec![write(post().to(policy::propose))]),
        ("/v1/policy-proposals/{id}/confirm", vec![write(post().to(policy::confirm))]),
        ("/v1/holidays", vec![write(post().to(policy::add_holiday))]),
        ("/v1/devices", vec![read(get().to(devices::list))]),
        ("/v1/devices/{id}/revoke", vec![write(post().to(devices::revoke))]),
    ]
}

/// Every address with the methods that it takes, for the published description.
#[cfg(test)]
pub(crate) fn published() -> Vec<(&'static str, Vec<Method>)> {
    let methods = |routes: Vec<(Method, Route)>| routes.into_iter().map(|(method, _)| method).collect();
    addresses().into_iter().map(|(path, routes)| (path, methods(routes))).collect()
}

fn endpoints(config: &mut ServiceConfig) {
    for (path, routes) in addresses() {
        let mut at = resource(path);
        let allowed = allow(routes.iter().map(|(method, _)| method));
        for (_, route) in routes {
            at = at.route(route);
        }
        config.service(at.default_service(to(move || ready(Problem::MethodNotAllowed(allowed.clone())))));
    }
}

/// Does from time to time what no request asks for; ends with the server.
fn beat(service: Weak<Service<SqliteStore>>, clock: Clock) {
    actix_web::rt::spawn(async move {
        let mut beats = actix_web::rt::time::interval(BEAT);
        loop {
            beats.tick().await;
            let Some(service) = service.upgrade() else { break };
            if let Err(fault) = reconcile::beat(&*service, clock()).await {
                tracing::error!(%fault, "what is due could not be done");
            }
        }
    });
}

/// The methods of an address, as the header `Allow` names them.
pub(crate) fn allow<'a>(methods: impl Iterator<Item = &'a Method>) -> String {
    methods.map(Method::as_str).collect::<Vec<_>>().join(", ")
}
