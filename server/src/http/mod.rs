//! The HTTP face: one noun a file; the doc comment of an endpoint is its contract.
//!
//! ```text
//!   request id ─▶ limits ─▶ token and proof ─▶ endpoint ─▶ the desk, or reconcile
//!                                        else ─▶ the pages of the web desk
//! ```
//! Does not decide anything, and does not run SQL on its workers.

mod address;
mod audit;
mod bodies;
mod body;
mod caller;
mod conflicts;
mod devices;
mod encoding;
mod enrol;
mod erasures;
mod health;
mod metrics;
mod openapi;
mod persons;
mod policy;
mod prior_checks;
mod problem;
mod providers;
mod referrals;
mod reports;
mod request_id;
mod retention;
mod roles;
mod sealed;
mod sessions;
mod slots;
mod subject_access;
mod sync;
mod token;
mod unread;
mod users;
mod watch;

use std::future::ready;
use std::net::TcpListener;
use std::sync::{Arc, Weak};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, get, post, resource, to};
use actix_web::{App, HttpRequest, HttpServer, Route};

use crate::config::{Limits, Metrics, People};
use crate::pages::{self, Clock, Site};
use crate::reconcile::{self, Service};
use crate::sign_in::oidc::IdentityProvider;
use crate::store::Store as _;
use crate::store::sqlite::SqliteStore;
use crate::tokens::Tokens;
pub(crate) use address::of as address_of;
pub(crate) use bodies::Bodies;
pub(crate) use body::{Sent, read as read_body};
pub(crate) use problem::Problem;
use watch::Watch;

/// Seconds that a stop waits for requests that are running.
const SHUTDOWN_SECONDS: u64 = 3;
/// How often what waits is looked at.
const BEAT: Duration = Duration::from_secs(60);

pub(crate) type Shared = Data<Service<SqliteStore>>;

/// What endpoints need beside the store.
pub(crate) struct Face {
    pub(crate) tokens: Arc<Tokens>,
    /// The address that people and devices know, without a slash at the end.
    pub(crate) public_url: Option<String>,
    /// The addresses that proofs may name: that one, else those of this machine.
    pub(crate) urls: Vec<String>,
    /// How the server speaks TLS, when it does so itself.
    pub(crate) tls: Option<rustls::ServerConfig>,
    /// The identity provider by which people may sign in.
    pub(crate) identity_provider: Option<Arc<IdentityProvider>>,
    pub(crate) metrics: Metrics,
    pub(crate) limits: Limits,
    pub(crate) bodies: Bodies,
    pub(crate) people: People,
    /// The time, for the web desk and for what is done from time to time.
    pub(crate) clock: Clock,
}

impl Face {
    /// Where a request comes from.
    fn address_of(&self, request: &HttpRequest) -> String {
        address_of(request, self.is_behind())
    }

    /// Whether something stands in front that ends TLS.
    pub(crate) fn is_behind(&self) -> bool {
        self.public_url.is_some() && self.tls.is_none()
    }
}

/// The server over a bound socket; it runs when it is awaited.
pub(crate) fn server(
    service: Service<SqliteStore>,
    face: Face,
    listener: TcpListener,
) -> std::io::Result<Server> {
    let site = Data::new(Site::new(&face, service.limiter.clone()));
    let (service, face, watch) = (Data::new(service), Data::new(face), Data::new(Watch::default()));
    beat(Arc::downgrade(&service.clone().into_inner()), face.clock.clone());
    let tls = face.tls.clone();
    let Limits { workers, max_connections, .. } = face.limits;
    let app = move || {
        App::new()
            .app_data(service.clone())
            .app_data(face.clone())
            .app_data(site.clone())
            .app_data(watch.clone())
            .wrap(from_fn(request_id::number))
            .wrap(from_fn(unread::close))
            .wrap(from_fn(watch::note))
            .configure(endpoints)
            .service(pages::scope())
    };
    let server = HttpServer::new(app)
        .workers(workers)
        .max_connections(max_connections)
        .disable_signals()
        .shutdown_timeout(SHUTDOWN_SECONDS);
    Ok(match tls {
        Some(tls) => server.listen_rustls_0_23(listener, tls)?.run(),
        None => server.listen(listener)?.run(),
    })
}

/// An address with its methods.
type Endpoint = (&'static str, Vec<(Method, Route)>);

/// Every address that programs ask; those of people with a browser are of [`crate::pages`].
fn addresses() -> Vec<Endpoint> {
    let read = |route| (Method::GET, route);
    let write = |route| (Method::POST, route);
    let mut all = vec![
        ("/health/live", vec![read(get().to(health::live))]),
        ("/health/ready", vec![read(get().to(health::ready))]),
        ("/metrics", vec![read(get().to(metrics::metrics))]),
        ("/version", vec![read(get().to(metrics::version))]),
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
        ("/v1/audit", vec![read(get().to(audit::list))]),
        ("/v1/references/{id}", vec![read(get().to(subject_access::reference))]),
        ("/v1/subject-access", vec![write(post().to(subject_access::give_out))]),
        ("/v1/subject-access/{id}", vec![read(get().to(subject_access::draft))]),
        ("/v1/retention", vec![read(get().to(retention::list))]),
        ("/v1/retention/{id}/keep", vec![write(post().to(retention::keep))]),
        ("/v1/retention/{id}/erase", vec![write(post().to(retention::erase))]),
        ("/v1/retention/{id}/certificate", vec![read(get().to(retention::certificate))]),
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
        ("/v1/proposals", vec![read(get().to(roles::list))]),
        ("/v1/proposals/{id}/confirm-role", vec![write(post().to(roles::confirm))]),
        ("/v1/proposals/{id}/confirm-code", vec![write(post().to(roles::confirm_code))]),
        ("/v1/proposals/{id}/withdraw", vec![write(post().to(roles::withdraw))]),
        ("/v1/policy", vec![read(get().to(policy::list))]),
        ("/v1/policy-proposals", vec![write(post().to(policy::propose))]),
        ("/v1/policy-proposals/{id}/confirm", vec![write(post().to(policy::confirm))]),
        ("/v1/holidays", vec![write(post().to(policy::add_holiday))]),
        ("/v1/devices", vec![read(get().to(devices::list))]),
        ("/v1/devices/{id}/revoke", vec![write(post().to(devices::revoke))]),
        ("/v1/devices/{id}/sign-out", vec![write(post().to(devices::sign_out))]),
    ];
    all.extend(of_people());
    all
}

/// The addresses about people.
fn of_people() -> Vec<Endpoint> {
    let read = |route| (Method::GET, route);
    let write = |route| (Method::POST, route);
    vec![
        ("/v1/users", vec![read(get().to(users::list)), write(post().to(users::add))]),
        ("/v1/users/{id}/disable", vec![write(post().to(users::disable))]),
        ("/v1/users/{id}/name", vec![write(post().to(users::rename))]),
        ("/v1/users/{id}/enrol-code", vec![write(post().to(users::enrol_code))]),
        ("/v1/users/{id}/role", vec![write(post().to(roles::propose))]),
        ("/v1/users/{id}/sessions", vec![read(get().to(sessions::list))]),
        ("/v1/users/{id}/sign-out", vec![write(post().to(sessions::end))]),
        ("/v1/users/{id}/unlink", vec![write(post().to(sessions::unlink))]),
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
            if !service.store.is_writable().await {
                continue;
            }
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
