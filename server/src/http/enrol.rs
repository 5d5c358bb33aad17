//! `POST /v1/enrol`.
//!
//! Does not know which codes count: see [`crate::enrol`].

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use sync_core::sync::enrolment::Request;

use super::body::{self, Sent};
use super::problem::Problem;
use super::{Face, Shared};
use crate::enrol;
use crate::rates::Limited;
use crate::store::Store as _;
use crate::time::now_ms;

/// `POST /v1/enrol` – `{code, public_key, proof, name}`; the proof is an ES256 signature over
/// `waymark/enrol/1`, the code and the public key. Answers device, user, role, organisation, force,
/// epoch, the server's key and the providers. 401 `enrol_refused` when the code does not count;
/// 409 `enrol_key_used` when another device has the key. A code counts in any case, and with dashes.
/// 400 `field_wrong` when the device's name is none: as for a person, see `names`; the code still counts.
/// 429 `too_often`: too many codes that do not exist were tried from one address. The same code, key and proof again give the same device again, until it has synchronised.
pub(super) async fn enrol(
    service: Shared,
    face: Data<Face>,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    let address = face.address_of(&request);
    let read = body::json(request.headers(), &sent).map_err(|problem| match problem {
        Problem::JsonMalformed | Problem::JsonTooDeep | Problem::Field(_) => Problem::EnrolMalformed,
        other => other,
    });
    let typed: String = read.as_ref().map(|request: &Request| request.code.clone()).unwrap_or_default();
    if !service.store.read(move |read| enrol::is_code(read, &typed)).await? {
        service.limiter.take(Limited::Codes, address, 1, now_ms())?;
    }
    let request = read?;
    let enrolled = enrol::enrol(&service, request, now_ms()).await?;
    Ok(HttpResponse::Ok().json(enrolled))
}
