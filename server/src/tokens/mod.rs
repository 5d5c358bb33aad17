//! Access tokens: given to a device that proves its key (RFC 7523), bound to a key by a proof with
//! each request (RFC 9449). ES256 and nothing else.
//!
//! ```text
//!   assertion by the device's key + proof ─▶ token, 10 minutes, names the proof's key
//!   token + proof by that key, for this method, address and token ─▶ the device
//! ```
//! Does not look anything up: who the device's person is, and whether it is revoked, is asked of the
//! store with every request. Does not know HTTP beyond method and address.

mod jwt;
mod proof;
mod replay;

use std::collections::BTreeMap;
use std::path::Path;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde::{Deserialize, Serialize};
use sync_core::ids::{DeviceId, OrgId};

use crate::fault::Fault;
use crate::keys::{Signatures, base64url, random};
use crate::signers::Signers;
use jwt::{Expected, Times};
pub(crate) use proof::Asked;
use replay::{Replays, Span, Use};

/// How long a token counts, in seconds.
pub(crate) const TOKEN_SECONDS: u64 = 600;
/// How wrong a clock may be, in seconds.
const LEEWAY_SECONDS: u64 = 30;
/// The longest life of an assertion, in seconds.
const MAX_ASSERTION_SECONDS: u64 = 300;
/// The type of our tokens (RFC 9068).
const TOKEN_TYPE: &str = "at+jwt";

/// Why a token or proof is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Untrusted {
    Missing,
    Scheme,
    Malformed,
    Alg,
    Header,
    Kid,
    Typ,
    Signature,
    Expired,
    NotYet,
    Claim,
    Revoked,
    Replayed,
    ProofMissing,
    ProofMultiple,
    ProofMalformed,
    ProofBinding,
    ProofReplayed,
    ProofMismatch,
    ProofStale,
    /// What was used cannot be remembered now.
    Later,
}

impl Untrusted {
    /// The code in `schema/codes/errors.csv`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Missing => "auth_missing",
            Self::Scheme => "auth_scheme",
            Self::Malformed => "auth_malformed",
            Self::Alg => "auth_alg",
            Self::Header => "auth_header",
            Self::Kid => "auth_kid",
            Self::Typ => "auth_typ",
            Self::Signature => "auth_signature",
            Self::Expired => "auth_expired",
            Self::NotYet => "auth_not_yet",
            Self::Claim => "auth_claim",
            Self::Revoked => "auth_revoked",
            Self::Replayed => "auth_replayed",
            Self::ProofMissing => "dpop_missing",
            Self::ProofMultiple => "dpop_multiple",
            Self::ProofMalformed => "dpop_malformed",
            Self::ProofBinding => "dpop_binding",
            Self::ProofReplayed => "dpop_replayed",
            Self::ProofMismatch => "dpop_mismatch",
            Self::ProofStale => "dpop_stale",
            Self::Later => "try_later",
        }
    }
}

/// Issuer and audience of a force's tokens.
#[must_use]
pub fn issuer(force: OrgId) -> String {
    format!("urn:waymark:force:{force}")
}

/// Gives tokens and believes them.
pub(crate) struct Tokens {
    issuer: String,
    /// The thumbprint of the server's present key.
    kid: String,
    signing: EncodingKey,
    /// The server's keys by their thumbprints.
    keys: BTreeMap<String, Signer>,
    seen: Replays,
}

/// Who signs tokens.
struct Signer {
    public_key: Vec<u8>,
    /// When the key ended, in seconds; none for the present one.
    ended_s: Option<u64>,
}

impl Signer {
    /// Whether a token can be of this key: one that ended gave none later, and none that lives longer than a token lives.
    fn gave(&self, claims: &Claims) -> bool {
        self.ended_s.is_none_or(|ended_s| {
            claims.iat <= ended_s && claims.exp <= claims.iat.saturating_add(TOKEN_SECONDS)
        })
    }
}

/// A token's claims.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    /// The device.
    sub: DeviceId,
    exp: u64,
    nbf: u64,
    iat: u64,
    jti: String,
    cnf: Confirmation,
}

/// Whose proofs go with the token.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    jkt: String,
}

/// What an assertion must say beside issuer, audience and times.
#[derive(Deserialize)]
struct Assertion {
    sub: DeviceId,
    exp: u64,
    iat: u64,
    jti: String,
}

impl Tokens {
    /// The tokens of a server and its keys over time; the data directory keeps what was used when it stopped.
    pub(crate) fn new(
        force: OrgId,
        (key, signers): (&dyn Signatures, &Signers),
        data: &Path,
        now_s: u64,
    ) -> Result<Self, Fault> {
        let kid_of =
            |public: &[u8]| proof::thumbprint(public).ok_or(Fault::SelfTest("the server's public key"));
        let present = key.held().last().ok_or(Fault::SelfTest("the server's key"))?;
        let ended = signers.ended().iter().map(|(key, ended_ms)| (key, Some(ended_ms / 1000)));
        let keys = ended.chain([(&present.public, None)]).map(|(public_key, ended_s)| {
            Ok((kid_of(public_key)?, Signer { public_key: public_key.clone(), ended_s }))
        });
        Ok(Self {
            issuer: issuer(force),
            kid: kid_of(&present.public)?,
            signing: EncodingKey::from_ec_der(&present.secret),
            keys: keys.collect::<Result<_, Fault>>()?,
            seen: Replays::open(data, now_s)?,
        })
    }

    /// The device that an assertion is of, before its signature is checked against that device's key.
    pub(crate) fn claimed(assertion: &str) -> Result<DeviceId, Untrusted> {
        let header = jwt::header(assertion, &["alg", "typ", "kid"])?;
        if header.typ.as_deref().is_some_and(|typ| !matches!(typ, "JWT" | "client-authentication+jwt")) {
            return Err(Untrusted::Typ);
        }
        let device: DeviceId = jwt::unverified_subject(assertion)?.parse().map_err(|_| Untrusted::Claim)?;
        match header.kid {
            Some(kid) if kid != device.to_string() => Err(Untrusted::Kid),
            Some(_) | None => Ok(device),
        }
    }

    /// Believes an assertion of a device (RFC 7523 §3), once.
    pub(crate) fn believe_assertion(
        &self,
        assertion: &str,
        device: DeviceId,
        public_key: &[u8],
        now_s: u64,
    ) -> Result<(), Untrusted> {
        let key = DecodingKey::from_ec_der(public_key);
        let issuer = device.to_string();
        let expected = Expected { issuer: &issuer, audience: &self.issuer, times: Times::Expires, now_s };
        let claims: Assertion = jwt::claims(assertion, &key, &expected)?;
        if claims.sub != device || claims.exp > now_s + MAX_ASSERTION_SECONDS {
            return Err(Untrusted::Claim);
        }
        if claims.iat > now_s + LEEWAY_SECONDS {
            return Err(Untrusted::NotYet);
        }
        let span = Span { issued_s: claims.iat, until_s: claims.exp + LEEWAY_SECONDS + 1 };
        self.once(device, &["assertion", &issuer, &claims.jti], span, now_s, Untrusted::Replayed)
    }

    /// Believes a proof of a device; gives the thumbprint of its key.
    pub(crate) fn believe_proof(
        &self,
        device: DeviceId,
        proofs: &[&[u8]],
        asked: &Asked<'_>,
        now_s: u64,
    ) -> Result<String, Untrusted> {
        let proof = proof::open(proofs, asked, now_s)?;
        let until_s = proof.iat + proof::MAX_AGE_SECONDS + LEEWAY_SECONDS + 1;
        let span = Span { issued_s: proof.iat, until_s };
        let id = ["proof", &proof.thumbprint, &proof.jti];
        self.once(device, &id, span, now_s, Untrusted::ProofReplayed)?;
        Ok(proof.thumbprint)
    }

    /// Believes something of a device for the first time alone.
    fn once(
        &self,
        device: DeviceId,
        id: &[&str],
        span: Span,
        now_s: u64,
        again: Untrusted,
    ) -> Result<(), Untrusted> {
        match self.seen.used(device, id, span, now_s) {
            Use::First => Ok(()),
            Use::Again => Err(again),
            Use::Full | Use::Doubtful => Err(Untrusted::Later),
        }
    }

    /// A token for a device, bound to the key with this thumbprint.
    pub(crate) fn give(&self, device: DeviceId, jkt: String, now_s: u64) -> Result<String, Fault> {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(TOKEN_TYPE.to_owned());
        header.kid = Some(self.kid.clone());
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.issuer.clone(),
            sub: device,
            exp: now_s + TOKEN_SECONDS,
            nbf: now_s,
            iat: now_s,
            jti: base64url(&random::<16>()),
            cnf: Confirmation { jkt },
        };
        jsonwebtoken::encode(&header, &claims, &self.signing).map_err(|_| Fault::SelfTest("signing a token"))
    }

    /// Believes a token with the proof of its request: gives the device.
    pub(crate) fn believe(
        &self,
        authorization: Option<&[u8]>,
        proofs: &[&[u8]],
        asked: Asked<'_>,
        now_s: u64,
    ) -> Result<DeviceId, Untrusted> {
        let authorization = authorization.ok_or(Untrusted::Missing)?;
        let authorization = std::str::from_utf8(authorization).map_err(|_| Untrusted::Malformed)?;
        let (scheme, token) = authorization.split_once(' ').ok_or(Untrusted::Scheme)?;
        if !scheme.eq_ignore_ascii_case("DPoP") {
            return Err(Untrusted::Scheme);
        }
        let header = jwt::header(token, &["alg", "typ", "kid"])?;
        if header.typ.as_deref() != Some(TOKEN_TYPE) {
            return Err(Untrusted::Typ);
        }
        let signer = header.kid.and_then(|kid| self.keys.get(&kid)).ok_or(Untrusted::Kid)?;
        let key = DecodingKey::from_ec_der(&signer.public_key);
        let expected =
            Expected { issuer: &self.issuer, audience: &self.issuer, times: Times::ExpiresAndBegins, now_s };
        let claims: Claims = jwt::claims(token, &key, &expected)?;
        if !signer.gave(&claims) {
            return Err(Untrusted::Kid);
        }
        let jkt = self.believe_proof(claims.sub, proofs, &Asked { token: Some(token), ..asked }, now_s)?;
        if jkt == claims.cnf.jkt { Ok(claims.sub) } else { Err(Untrusted::ProofBinding) }
    }
}
