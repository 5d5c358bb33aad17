//! `POST /v1/enrol`.
//!
//! Does not know which codes count: see [`crate::enrol`].

use actix_web::HttpResponse;
use actix_web::web::Bytes;

use super::Shared;
use super::problem::Problem;
use crate::enrol;
use crate::time::now_ms;

/// `POST /v1/enrol` – `{code, public_key, proof, name}`; the proof is an ES256 signature over
/// `waymark/enrol/1`, the code and the public key. Answers device, user, role, organisation, force,
/// epoch, the server's key and the providers. 401 `enrol_refused` when the code does not count.
pub(super) async fn enrol(
    service: Shared,
    body: Result<Bytes, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let body = body.map_err(|_| Problem::BodyTooLarge)?;
    let request = serde_json::from_slice(&body).map_err(|_| Problem::EnrolMalformed)?;
    let enrolled = enrol::enrol(&service, request, now_ms()).await?;
    Ok(HttpResponse::Ok().json(enrolled))
}
