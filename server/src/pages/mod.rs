//! The web desk: HTML for people with a browser, rendered here and usable without script.
//!
//! ```text
//!   cookie ─▶ session ─▶ reader (role as it is now) ─▶ desk: Query │ Command ─▶ page
//! ```
//! What people may know and do is decided by [`crate::desk`]: pages have no rule of their own. Every text stands in
//! [`words`]. Does not know SQL, and keeps nothing but who guesses passwords.

mod answer;
mod assets;
mod audit;
pub(crate) mod conflicts;
mod deed_frame;
mod deeds;
mod devices;
mod diary;
pub(crate) mod export;
mod form;
mod four_eyes;
mod hashing;
mod home;
mod inbox;
mod kept;
mod layout;
mod leaflet;
mod me;
mod of_service;
mod oidc;
mod people;
mod persons;
pub mod plain;
mod policy;
mod read;
mod record;
mod refer;
mod referrals;
mod results;
mod retention;
mod search;
mod services;
mod sessions;
mod set_up;
mod side;
mod sign_in;
mod site;
mod slots;
mod subject_access;
mod visit;
mod when;
pub(crate) mod words;

use actix_web::http::Method;
use actix_web::http::header::ACCEPT;
use actix_web::middleware::from_fn;
use actix_web::web::{self, get, post, resource, to};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, Route};

use crate::http::Problem;
use crate::sign_in::oidc::BACK;
use answer::Oops;
pub(crate) use site::{Clock, Site};

/// Every page with its methods; the first that fits counts, so a name stands before an id.
fn addresses() -> Vec<(&'static str, Vec<Route>)> {
    let mut all = signing_in();
    all.extend(work());
    all.extend(administration());
    all
}

/// The start, what every page needs, and signing in and out.
fn signing_in() -> Vec<(&'static str, Vec<Route>)> {
    vec![
        ("/", vec![get().to(home::home)]),
        (assets::STYLE.address(), vec![get().to(assets::style)]),
        (assets::SCRIPT.address(), vec![get().to(assets::script)]),
        (assets::MARK.address(), vec![get().to(assets::mark)]),
        ("/sign-in", vec![get().to(sign_in::ask), post().to(sign_in::password)]),
        ("/sign-in/code", vec![get().to(sign_in::ask_code), post().to(sign_in::code)]),
        ("/sign-in/with", vec![get().to(oidc::sign_in)]),
        (BACK, vec![get().to(oidc::back)]),
        ("/sign-in/with/confirm", vec![get().to(oidc::ask), post().to(oidc::confirm)]),
        ("/me/link", vec![post().to(oidc::link)]),
        ("/me/sign-out", vec![post().to(sessions::end_own)]),
        ("/me/unlink", vec![post().to(oidc::unlink)]),
        ("/set-up/with", vec![post().to(oidc::set_up)]),
        ("/sign-out", vec![post().to(sign_in::out)]),
        ("/sign-out/everywhere", vec![post().to(sign_in::out_everywhere)]),
        ("/me", vec![get().to(me::show)]),
        ("/me/code", vec![post().to(four_eyes::own_code)]),
        ("/kept", vec![get().to(kept::show), post().to(kept::forget)]),
        ("/set-up", vec![get().to(set_up::ask), post().to(set_up::code)]),
        ("/set-up/choose", vec![get().to(set_up::ask_choice), post().to(set_up::choose)]),
    ]
}

/// What people read, record and decide.
fn work() -> Vec<(&'static str, Vec<Route>)> {
    vec![
        ("/conflicts", vec![get().to(conflicts::list)]),
        ("/conflicts/settled", vec![get().to(conflicts::settled_lately)]),
        ("/conflicts/{id}", vec![get().to(conflicts::show), post().to(conflicts::settle)]),
        ("/conflicts/{id}/settled", vec![get().to(conflicts::settled)]),
        ("/persons", vec![get().to(persons::list)]),
        ("/persons/questions/{id}", vec![get().to(persons::show), post().to(persons::tie)]),
        ("/referrals", vec![get().to(referrals::list)]),
        ("/referrals/{id}", vec![get().to(referrals::show)]),
        ("/referrals/{id}/service", vec![post().to(referrals::assign)]),
        ("/referrals/{id}/record/{deed}", vec![get().to(record::ask), post().to(record::record)]),
        ("/referrals/{id}/do/{verb}", vec![get().to(deeds::show), post().to(deeds::record)]),
        ("/refer", vec![get().to(refer::list), post().to(refer::start)]),
        ("/refer/{id}/check", vec![get().to(refer::check), post().to(refer::refer)]),
        ("/refer/{id}/done", vec![get().to(refer::done)]),
        ("/refer/{id}/ask", vec![get().to(refer::asked)]),
        ("/refer/{id}/look-up", vec![post().to(refer::look_up)]),
        ("/refer/{id}/drop", vec![post().to(refer::drop)]),
        ("/refer/{id}/{number}", vec![get().to(refer::ask), post().to(refer::answer)]),
        ("/referrals/{id}/leaflet", vec![get().to(leaflet::of_referral)]),
        ("/services/{id}/leaflet", vec![get().to(leaflet::of_service)]),
        ("/results", vec![get().to(results::funnel)]),
        ("/results/times", vec![get().to(results::times)]),
        ("/results/equality", vec![get().to(results::equality)]),
        ("/results/outcomes", vec![get().to(results::outcomes), post().to(results::release)]),
        ("/results/figures.csv", vec![get().to(results::figures)]),
        ("/walk-in", vec![get().to(of_service::ask_walk_in), post().to(of_service::walk_in)]),
        ("/group", vec![get().to(of_service::ask_group), post().to(of_service::group)]),
        ("/offers", vec![post().to(of_service::offers)]),
        ("/inbox", vec![get().to(inbox::list)]),
        ("/diary", vec![get().to(diary::week)]),
        ("/diary/{day}/print", vec![get().to(diary::print)]),
        ("/search", vec![get().to(search::ask), post().to(search::find)]),
        ("/audit", vec![get().to(audit::list)]),
        ("/subject-access", vec![get().to(subject_access::ask), post().to(subject_access::find)]),
        ("/subject-access/file", vec![post().to(subject_access::give)]),
        ("/retention", vec![get().to(retention::list)]),
        ("/retention/{id}", vec![get().to(retention::ask)]),
        ("/retention/{id}/keep", vec![post().to(retention::keep)]),
        ("/retention/{id}/erase", vec![post().to(retention::erase)]),
        ("/retention/{id}/certificate", vec![get().to(retention::certificate)]),
    ]
}

/// Services, people, phones and rules.
fn administration() -> Vec<(&'static str, Vec<Route>)> {
    vec![
        ("/services", vec![get().to(services::list), post().to(services::add)]),
        ("/services/{id}", vec![get().to(services::show), post().to(services::change)]),
        ("/services/{id}/close", vec![post().to(services::close)]),
        ("/slots", vec![get().to(slots::list), post().to(slots::open)]),
        ("/slots/{id}/close", vec![post().to(slots::close)]),
        ("/people", vec![get().to(people::list), post().to(people::add)]),
        ("/people/{id}", vec![get().to(people::show)]),
        ("/people/{id}/sign-out", vec![post().to(sessions::end)]),
        ("/people/{id}/unlink", vec![post().to(sessions::unlink)]),
        ("/people/{id}/code", vec![post().to(people::code)]),
        ("/people/{id}/role", vec![post().to(people::role)]),
        ("/people/{id}/end", vec![post().to(people::end)]),
        ("/proposals/{id}", vec![post().to(four_eyes::confirm)]),
        ("/proposals/{id}/withdraw", vec![post().to(four_eyes::withdraw)]),
        ("/devices", vec![get().to(devices::list)]),
        ("/devices/{id}", vec![get().to(devices::ask), post().to(devices::revoke)]),
        ("/policy", vec![get().to(policy::show), post().to(policy::propose)]),
        ("/policy/try/{pack}/{version}", vec![get().to(policy::try_pack)]),
        ("/policy/holidays", vec![post().to(policy::holiday)]),
        ("/policy/{id}", vec![post().to(policy::confirm)]),
    ]
}

/// The pages, and what answers where there is nothing.
pub(crate) fn scope() -> impl actix_web::dev::HttpServiceFactory {
    let mut scope = web::scope("").wrap(from_fn(answer::strict));
    for (path, routes) in addresses() {
        let mut at = resource(path);
        for route in routes {
            at = at.route(route);
        }
        scope = scope.service(at.default_service(to(other_method)));
    }
    scope.default_service(to(nothing))
}

/// A browser reads a page, everything else a problem.
fn is_browser(request: &HttpRequest) -> bool {
    let accepts = request.headers().get(ACCEPT).and_then(|accepts| accepts.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

async fn nothing(request: HttpRequest) -> HttpResponse {
    if is_browser(&request) { Oops::NotFound.error_response() } else { Problem::NotFound.error_response() }
}

async fn other_method(request: HttpRequest) -> HttpResponse {
    // `HEAD` asks whether a page is there; it is answered as one that is not, without a body to send.
    if is_browser(&request) || request.method() == Method::HEAD {
        Oops::OtherMethod.error_response()
    } else {
        // A route does not tell its methods; a page takes one of these, or both.
        Problem::MethodNotAllowed("GET, POST".to_owned()).error_response()
    }
}
