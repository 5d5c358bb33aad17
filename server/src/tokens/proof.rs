//! Proofs of possession (RFC 9449): this key, for this request, now.
//!
//! Does not remember proofs: see [`super::replay`].

use jsonwebtoken::DecodingKey;
use serde::Deserialize;

use super::jwt::{self, Expected, Times};
use super::{LEEWAY_SECONDS, Untrusted};
use crate::keys::{base64url, from_base64url, sha256};

/// How old a proof may be, in seconds.
pub(super) const MAX_AGE_SECONDS: u64 = 60;
const MAX_ID_BYTES: usize = 128;

/// The request that a proof must be for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a str,
    /// The address without query and fragment; of several names of the server, each.
    pub(crate) urls: &'a [String],
    /// The token that goes with the request; none where one is asked for.
    pub(crate) token: Option<&'a str>,
}

/// A proof that holds.
pub(super) struct Proof {
    pub(super) thumbprint: String,
    pub(super) jti: String,
    pub(super) iat: u64,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: u64,
    ath: Option<String>,
}

/// A public key; one with a private part is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
    y: String,
}

/// Opens the one proof of a request.
pub(super) fn open(proofs: &[&[u8]], asked: &Asked<'_>, now_s: u64) -> Result<Proof, Untrusted> {
    let proof = match proofs {
        [] => return Err(Untrusted::ProofMissing),
        [proof] => std::str::from_utf8(proof).map_err(|_| Untrusted::ProofMalformed)?,
        [..] => return Err(Untrusted::ProofMultiple),
    };
    let header = jwt::header(proof, &["alg", "typ", "jwk"]).map_err(|_| Untrusted::ProofMalformed)?;
    let jwk: Jwk =
        header.jwk.and_then(|jwk| serde_json::from_value(jwk).ok()).ok_or(Untrusted::ProofMalformed)?;
    let point = point(&jwk).filter(|_| header.typ.as_deref() == Some("dpop+jwt"));
    let point = point.ok_or(Untrusted::ProofMalformed)?;
    let expected = Expected { issuer: "", audience: "", times: Times::None, now_s };
    let claims: Claims = jwt::claims(proof, &DecodingKey::from_ec_der(&point), &expected)
        .map_err(|_| Untrusted::ProofMalformed)?;
    if claims.jti.is_empty() || claims.jti.len() > MAX_ID_BYTES {
        return Err(Untrusted::ProofMalformed);
    }
    let is_fresh =
        claims.iat <= now_s + LEEWAY_SECONDS && claims.iat + MAX_AGE_SECONDS + LEEWAY_SECONDS >= now_s;
    if !is_fresh {
        return Err(Untrusted::ProofStale);
    }
    let names_token = claims.ath == asked.token.map(|token| base64url(&sha256(token.as_bytes()).0));
    let named = claims.htu.split(['?', '#']).next().unwrap_or_default();
    if claims.htm != asked.method || !asked.urls.iter().any(|url| url == named) || !names_token {
        return Err(Untrusted::ProofMismatch);
    }
    let thumbprint = thumbprint(&point).ok_or(Untrusted::ProofMalformed)?;
    Ok(Proof { thumbprint, jti: claims.jti, iat: claims.iat })
}

/// The uncompressed SEC1 point of a P-256 key.
fn point(jwk: &Jwk) -> Option<Vec<u8>> {
    let coordinate = |text: &str| from_base64url(text).filter(|bytes| bytes.len() == 32);
    let is_p256 = jwk.kty == "EC" && jwk.crv == "P-256";
    let point = [vec![4], coordinate(&jwk.x)?, coordinate(&jwk.y)?].concat();
    is_p256.then_some(point)
}

/// The thumbprint of a P-256 key (RFC 7638), from its uncompressed SEC1 point.
pub(super) fn thumbprint(point: &[u8]) -> Option<String> {
    let (x, y) = point.get(1..65)?.split_at(32);
    let (x, y) = (base64url(x), base64url(y));
    let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    Some(base64url(&sha256(canonical.as_bytes()).0))
}
