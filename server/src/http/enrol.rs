//! `POST /v1/enrol`.
//!
//! Does not know which codes count: see [`crate::enrol`].

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::body::{self, Sent};
use super::problem::Problem;
use super::{Face, Shared};
use crate::enrol;
use crate::rates::Limited;
use crate::time::now_ms;

/// `POST /v1/enrol` – `{code, public_key, proof, name}`; the proof is an ES256 signature over
/// `waymark/enrol/1`, the code and the public key. Answers device, user, role, organisation, force,
/// epoch, the server's key and the providers. 401 `enrol_refused` when the code does not count;
/// 409 `enrol_key_used` when another device has the key. A code counts in any case, and with dashes.
/// 400 `field_wrong` when the device's name is none: as for a person, see `names`; the code still counts.
/// 429 `too_often`: too many codes were tried from one address. The same code, key and proof again give the same device again, until it has synchronised.
pub(super) async fn enrol(
    service: Shared,
    face: Data<Face>,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    service.limiter.take(Limited::Codes, face.address_of(&request), 1, now_ms())?;
    let request = body::json(request.headers(), &sent).map_err(|problem| match problem {
        Problem::JsonMalformed | Problem::JsonTooDeep | Problem::Field(_) => Problem::EnrolMalformed,
        other => other,
    })?;
    let enrolled = enrol::enrol(&service, request, now_ms()).await?;
    Ok(HttpResponse::Ok().json(enrolled))
}
