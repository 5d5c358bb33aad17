//! `POST /v1/sync/sealed`.
//!
//! Does not know what is inside: see [`crate::reconcile`].

use actix_web::{HttpRequest, HttpResponse};
use sync_core::sync::statement::{HEADER, SignedHeader};

use super::Shared;
use super::body::Sent;
use super::problem::Problem;
use crate::reconcile;
use crate::time::now_ms;

/// `POST /v1/sync/sealed` – what a wiped phone had not sent, sealed to the server's key, with the header
/// `waymark-device` over it. Answers `{"taken": <SHA-256 of the body>}` once it is durable. 401
/// `signature_wrong`; 409 `counter_old` with `counter`; 400 `sealed_malformed`, and nothing is kept.
pub(super) async fn sealed(
    service: Shared,
    request: HttpRequest,
    Sent(sent): Sent,
) -> Result<HttpResponse, Problem> {
    let signed = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
    let signed: SignedHeader = signed.and_then(|text| text.parse().ok()).ok_or(Problem::Signature)?;
    let taken = reconcile::take_sealed(&service, signed, &sent, now_ms()).await?;
    Ok(HttpResponse::Ok().json(taken))
}
