//! `POST /v1/prior-checks`.
//!
//! Does not look anything up: see [`crate::reconcile`].

use std::future::{Ready, ready};
use std::time::Instant;

use actix_web::dev::Payload;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use sync_core::sync::prior_check::{LEAST_MS, PriorAnswered};

use super::Shared;
use super::body::{SentByDevice, may_be_json};
use super::problem::Problem;
use crate::reconcile;
use crate::time::{not_before, now_ms};

/// When a request arrived: before its body was read.
pub(super) struct Arrived(Instant);

impl FromRequest for Arrived {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(Instant::now())))
    }
}

/// `POST /v1/prior-checks` – whether somebody was referred before: `{family, given, born, apparent_age, pad}`, plain, with
/// the header `waymark-device` over it, as of [`super::sealed`]. For officers and supervisors. Answers `{answer, at_ms,
/// pad}`: `none`, `engaged`, `in_progress`, `not_engaged` or `perhaps`, always of one size and never sooner than 300 ms
/// after the request; it is noted who asked, and when. 401 `signature_wrong`, `auth_revoked`; 403 `not_yours`; 409
/// `counter_old` with `counter`; 429 `too_many_checks` with `Retry-After` and `after_ms`: 30 an hour a person, unless configured otherwise.
pub(super) async fn check(
    arrived: Arrived,
    service: Shared,
    request: HttpRequest,
    sent: SentByDevice,
) -> Result<HttpResponse, Problem> {
    not_before(arrived.0, LEAST_MS, answer(&service, &request, sent)).await
}

async fn answer(
    service: &Shared,
    request: &HttpRequest,
    SentByDevice { signed, sent }: SentByDevice,
) -> Result<HttpResponse, Problem> {
    may_be_json(request.headers())?;
    let check = reconcile::answer_check(service, signed, &sent.bytes, now_ms()).await?;
    let mut response = HttpResponse::Ok();
    response.content_type("application/json").insert_header((CACHE_CONTROL, "no-store"));
    Ok(response.body(PriorAnswered::of(check).bytes()))
}
