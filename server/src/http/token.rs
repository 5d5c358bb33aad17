//! `POST /v1/token`.
//!
//! Does not know what a token lets somebody see: see [`super::caller`].

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::json;
use sync_core::ids::DeviceId;

use super::body::{self, Sent};
use super::caller::{proofs_of, urls_of};
use super::problem::Problem;
use super::{Face, Shared};
use crate::rates::Limited;
use crate::store::Store as _;
use crate::time::now_ms;
use crate::tokens::{Asked, TOKEN_SECONDS, Tokens, Untrusted};

const GRANT: &str = "client_credentials";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

#[derive(Deserialize)]
struct Form {
    grant_type: String,
    client_assertion_type: String,
    client_assertion: String,
}

/// `POST /v1/token` – `grant_type=client_credentials` with a `private_key_jwt` assertion (RFC 7523)
/// by the device's key, ES256, `iss` and `sub` the device, `aud` the force's issuer, at most 5
/// minutes long, used once; and a proof (RFC 9449) in `DPoP`. Answers a token of 10 minutes that is
/// bound to the proof's key. 401 `auth_…` or `dpop_…`; 429 `too_often`.
pub(super) async fn token(
    service: Shared,
    face: Data<Face>,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Problem> {
    body::must_be(request.headers(), "application/x-www-form-urlencoded")?;
    let text = std::str::from_utf8(&sent.bytes).map_err(|_| Problem::Field("body"))?;
    let form = actix_web::web::Query::<Form>::from_query(text).map_err(|_| Problem::Field("body"))?;
    if form.grant_type != GRANT || form.client_assertion_type != ASSERTION_TYPE {
        return Err(Problem::Field("grant_type"));
    }
    let (now_ms, address) = (now_ms(), face.address_of(&request));
    let now_s = now_ms / 1000;
    let (device, may_ask) = match asking(&service, &face, &form.client_assertion, now_s).await {
        Ok(asking) => asking,
        // Whoever has a device's key is not slowed down with those of the same address who have none.
        Err(problem) => {
            service.limiter.take(Limited::TokensOfAddress, address, 1, now_ms)?;
            return Err(problem);
        }
    };
    service.limiter.take(Limited::Tokens, device.0, 1, now_ms)?;
    let (proofs, urls) = (proofs_of(&request), urls_of(&request, &face));
    let asked = Asked { method: request.method().as_str(), urls: &urls, token: None };
    let jkt = face.tokens.believe_proof(device, &proofs, &asked, now_s)?;
    if !may_ask {
        return Err(Untrusted::Revoked.into());
    }
    let token = face.tokens.give(device, jkt, now_s)?;
    let answer = json!({"access_token": token, "token_type": "DPoP", "expires_in": TOKEN_SECONDS});
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(answer))
}

/// The device that an assertion shows the key of, and whether it may ask for a token.
async fn asking(
    service: &Shared,
    face: &Face,
    assertion: &str,
    now_s: u64,
) -> Result<(DeviceId, bool), Problem> {
    let device = Tokens::claimed(assertion)?;
    let found = service.store.read(move |read| {
        let Some(row) = read.device(device)? else { return Ok(None) };
        let may_ask = read.revocation(device)?.is_none() && read.present_right(row.user)?.is_some();
        Ok(Some((row.public_key, may_ask)))
    });
    // Whether a device exists is told only to who has its key.
    let (public_key, may_ask) = found.await?.ok_or(Untrusted::Signature)?;
    face.tokens.believe_assertion(assertion, device, &public_key, now_s)?;
    Ok((device, may_ask))
}
