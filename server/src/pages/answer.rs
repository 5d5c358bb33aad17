//! What is sent back: pages with strict headers, and what went wrong as a page.
//!
//! A foreign thing and a missing one get the same bytes. Does not echo anything of a request.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpResponse, ResponseError};
use maud::{Markup, html};

use super::layout;
use super::site::Site;
use super::words::errors as w;
use crate::desk::Refused;
use crate::fault::Fault;

const STRICT: [(&str, &str); 8] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), clipboard-read=()",
    ),
    ("x-robots-tag", "noindex"),
];

/// Puts the headers on everything that the desk answers; pages are never kept, unless they say so themselves.
pub(super) async fn strict(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let site = request.app_data::<Data<Site>>().cloned();
    let is_secure = site.as_ref().is_some_and(|site| site.is_secure());
    let people = site.map(|site| site.people).unwrap_or_default();
    let mut response = layout::in_a_store_of(people, next.call(request)).await?.map_into_boxed_body();
    let headers = response.headers_mut();
    for (name, value) in STRICT {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if is_secure {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(HeaderName::from_static("strict-transport-security"), year);
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(response)
}

/// What went wrong with a page.
#[derive(Debug)]
pub(super) enum Oops {
    /// Nobody is signed in: the sign-in page follows.
    SignIn,
    /// The session ended before something was sent: it was not recorded.
    SignedOut,
    /// The same; what was typed is kept for whoever had typed it.
    SignedOutKept,
    /// It is not there, or not theirs.
    NotFound,
    OtherMethod,
    /// The form is not of this browser.
    OtherForm,
    /// What was sent is no form, or too large.
    NoForm,
    /// It did not come to its end in time.
    TooSlow,
    /// Their role does not do this.
    NotYours,
    /// Why it cannot be done, in words for people.
    NotAllowed(&'static str),
    /// The page is older than what came since.
    ShownAnew,
    Later,
    Fault,
}

impl std::fmt::Display for Oops {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Oops {
    fn page(&self) -> (&'static str, Markup) {
        let lines = |lines: &[&str]| html! { @for line in lines { p { (line) } } };
        let start = html! { p { a href="/" { (w::TO_THE_START) } } };
        match self {
            Self::SignIn | Self::SignedOut => (
                w::SIGNED_OUT,
                html! { (lines(&w::SIGNED_OUT_LINES)) p { a href="/sign-in" { (w::SIGN_IN) } } },
            ),
            Self::SignedOutKept => (
                w::SIGNED_OUT,
                html! { (lines(&w::SIGNED_OUT_KEPT_LINES)) p { a href="/sign-in" { (w::SIGN_IN) } } },
            ),
            Self::NotFound => (w::NOT_FOUND, html! { (lines(&w::NOT_FOUND_LINES)) (start) }),
            Self::OtherMethod => (w::OTHER_METHOD, start),
            Self::OtherForm => (w::OTHER_FORM, html! { (lines(&w::OTHER_FORM_LINES)) (start) }),
            Self::NoForm => (w::NO_FORM, html! { (lines(&w::NO_FORM_LINES)) (start) }),
            Self::TooSlow => (w::TOO_SLOW, html! { (lines(&w::TOO_SLOW_LINES)) (start) }),
            Self::NotYours => (w::NOT_YOURS, html! { (lines(&w::NOT_YOURS_LINES)) (start) }),
            Self::NotAllowed(why) => (w::NOT_ALLOWED, html! { p { (w::sentence(why)) } (start) }),
            Self::ShownAnew => (w::SHOWN_ANEW, html! { (lines(&w::SHOWN_ANEW_LINES)) (start) }),
            Self::Later | Self::Fault => (w::LATER, lines(&w::LATER_LINES)),
        }
    }
}

impl ResponseError for Oops {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignIn => StatusCode::SEE_OTHER,
            Self::SignedOut | Self::SignedOutKept => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::OtherMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::OtherForm | Self::NotYours | Self::NotAllowed(_) => StatusCode::FORBIDDEN,
            Self::NoForm => StatusCode::BAD_REQUEST,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::ShownAnew => StatusCode::CONFLICT,
            Self::Later => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let (title, main) = self.page();
        let mut response = layout::bare(self.status_code(), title, &main);
        match self {
            Self::SignIn => {
                response.headers_mut().insert(LOCATION, HeaderValue::from_static("/sign-in"));
            }
            Self::Later => {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
            }
            Self::SignedOut
            | Self::SignedOutKept
            | Self::NotFound
            | Self::OtherMethod
            | Self::OtherForm
            | Self::NoForm
            | Self::TooSlow
            | Self::NotYours
            | Self::NotAllowed(_)
            | Self::ShownAnew
            | Self::Fault => {}
        }
        response
    }
}

impl From<Fault> for Oops {
    fn from(fault: Fault) -> Self {
        tracing::error!(%fault, "a page failed");
        if fault.passes() { Self::Later } else { Self::Fault }
    }
}

impl From<Refused> for Oops {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotFound | Refused::Cursor => Self::NotFound,
            Refused::NotYours | Refused::ForOthers(_) => Self::NotYours,
            Refused::NotAllowed(why) => Self::NotAllowed(why),
            Refused::ShownAnew => Self::ShownAnew,
            Refused::Field(_) => Self::NoForm,
            // A page that has fields puts it at the field.
            Refused::Problem(problem) => Self::NotAllowed(problem.title),
            Refused::Fault(fault) => fault.into(),
        }
    }
}

/// An answer that says in how many seconds to try again.
pub(super) fn retry_after(mut response: HttpResponse, after_ms: u64) -> HttpResponse {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(after_ms.div_ceil(1000)));
    response
}

/// The next page, after something was done.
pub(super) fn go(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
}
