//! `POST /v1/sync/sealed`.
//!
//! Does not know what is inside: see [`crate::reconcile`].

use actix_web::HttpResponse;

use super::Shared;
use super::body::SentByDevice;
use super::problem::Problem;
use crate::reconcile;
use crate::time::now_ms;

/// `POST /v1/sync/sealed` – what a wiped phone had not sent, sealed to the server's key, with the header
/// `waymark-device` over it. Answers `{"taken": <SHA-256 of the body>}` once it is durable. 401
/// `signature_wrong`; 409 `counter_old` with `counter`; 400 `sealed_malformed`; 413 `sealed_full`, when what
/// is kept of this device would grow beyond 8 MiB; and nothing is kept.
pub(super) async fn sealed(
    service: Shared,
    SentByDevice { signed, sent }: SentByDevice,
) -> Result<HttpResponse, Problem> {
    let taken = reconcile::take_sealed(&service, signed, &sent.bytes, now_ms()).await?;
    Ok(HttpResponse::Ok().json(taken))
}
