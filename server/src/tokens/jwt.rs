//! One strict way to read a JSON web token: ES256, a header of known fields, claims checked.
//!
//! A key is never taken from where the token says: `jwk`, `jku`, `x5u` and `x5c` are refused unread,
//! so nothing is ever fetched. Does not know whose token it is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{LEEWAY_SECONDS, Untrusted};

/// The longest token, in bytes: nothing of a longer one is decoded.
const MAX_BYTES: usize = 4096;

/// A header; a field that appears twice is refused.
#[derive(Deserialize)]
pub(super) struct Header {
    #[serde(rename = "alg")]
    _alg: String,
    pub(super) typ: Option<String>,
    pub(super) kid: Option<String>,
    pub(super) jwk: Option<Value>,
}

/// Which times a token must name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    /// When it ends.
    Expires,
    /// Also since when it counts.
    ExpiresAndBegins,
    /// None that the library knows: the caller checks.
    None,
}

/// What the claims must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) audience: &'a str,
    pub(super) times: Times,
    /// What the server's clock says, in seconds: the library would ask the machine's.
    pub(super) now_s: u64,
}

/// The header of a token, which may hold these fields and no other.
pub(super) fn header(token: &str, fields: &[&str]) -> Result<Header, Untrusted> {
    if token.len() > MAX_BYTES || token.split('.').count() != 3 {
        return Err(Untrusted::Malformed);
    }
    let bytes = part(token, 0)?;
    let loose: Map<String, Value> = serde_json::from_slice(&bytes).map_err(|_| Untrusted::Malformed)?;
    if loose.get("alg").and_then(Value::as_str) != Some("ES256") {
        return Err(Untrusted::Alg);
    }
    if loose.keys().any(|field| !fields.contains(&field.as_str())) {
        return Err(Untrusted::Header);
    }
    serde_json::from_slice(&bytes).map_err(|_| Untrusted::Header)
}

/// Who a token says that it is of; to find the key, and for nothing else.
pub(super) fn unverified_subject(token: &str) -> Result<String, Untrusted> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    let claims: Subject = serde_json::from_slice(&part(token, 1)?).map_err(|_| Untrusted::Claim)?;
    Ok(claims.sub)
}

fn part(token: &str, index: usize) -> Result<Vec<u8>, Untrusted> {
    let text = token.split('.').nth(index).ok_or(Untrusted::Malformed)?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Untrusted::Malformed)
}

/// The claims of a token that is signed by this key and says what is expected.
pub(super) fn claims<T: DeserializeOwned>(
    token: &str,
    key: &DecodingKey,
    expected: &Expected<'_>,
) -> Result<T, Untrusted> {
    let mut validation = Validation::new(Algorithm::ES256);
    validation.validate_exp = false;
    match expected.times {
        Times::Expires => {
            validation.set_required_spec_claims(&["exp", "iss", "sub", "aud"]);
        }
        Times::ExpiresAndBegins => {
            validation.set_required_spec_claims(&["exp", "nbf", "iss", "sub", "aud"]);
        }
        Times::None => {
            validation.required_spec_claims.clear();
            validation.validate_aud = false;
        }
    }
    if expected.times != Times::None {
        validation.set_issuer(&[expected.issuer]);
        validation.set_audience(&[expected.audience]);
    }
    let read = jsonwebtoken::decode(token, key, &validation).map(|data| data.claims);
    let claims = read.map_err(|error| match error.kind() {
        ErrorKind::InvalidSignature => Untrusted::Signature,
        ErrorKind::InvalidAlgorithm | ErrorKind::UnsupportedAlgorithm => Untrusted::Alg,
        ErrorKind::InvalidIssuer
        | ErrorKind::InvalidAudience
        | ErrorKind::InvalidSubject
        | ErrorKind::MissingRequiredClaim(_)
        | ErrorKind::InvalidClaimFormat(_)
        | ErrorKind::Json(_) => Untrusted::Claim,
        _ => Untrusted::Malformed,
    })?;
    match expected.times {
        Times::Expires | Times::ExpiresAndBegins => in_time(token, expected.now_s)?,
        Times::None => {}
    }
    Ok(claims)
}

/// Of a token whose signature was checked.
fn in_time(token: &str, now_s: u64) -> Result<(), Untrusted> {
    #[derive(Deserialize)]
    struct Span {
        exp: u64,
        nbf: Option<u64>,
    }
    let Span { exp, nbf } = serde_json::from_slice(&part(token, 1)?).map_err(|_| Untrusted::Claim)?;
    if exp.saturating_add(LEEWAY_SECONDS) < now_s {
        return Err(Untrusted::Expired);
    }
    if nbf.is_some_and(|nbf| nbf > now_s + LEEWAY_SECONDS) {
        return Err(Untrusted::NotYet);
    }
    Ok(())
}
