//! What a terminal signs: the assertion that gets a token (RFC 7523), and a proof with each request
//! (RFC 9449). ES256, by the device's key.
//!
//! Does not send anything.

use aws_lc_rs::rand::{SystemRandom, fill};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use server::now_ms;

use crate::failure::{Done, Failure};

/// How long an assertion counts.
const ASSERTION_SECONDS: u64 = 60;

/// A terminal's key.
pub(super) struct TerminalKey(EcdsaKeyPair);

fn broken() -> Failure {
    Failure::Environment("the terminal's key cannot be used: sign in again".to_owned())
}

pub(super) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl TerminalKey {
    /// A new key as PKCS #8, base64url.
    pub(super) fn generate() -> Done<String> {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| broken())?;
        Ok(base64url(key.to_pkcs8v1().map_err(|_| broken())?.as_ref()))
    }

    pub(super) fn open(pkcs8: &str) -> Done<Self> {
        let pkcs8 = URL_SAFE_NO_PAD.decode(pkcs8).map_err(|_| broken())?;
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8);
        key.map(Self).map_err(|_| broken())
    }

    pub(super) fn public(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    pub(super) fn sign(&self, message: &[u8]) -> Done<Vec<u8>> {
        let signature = self.0.sign(&SystemRandom::new(), message).map_err(|_| broken())?;
        Ok(signature.as_ref().to_vec())
    }

    /// The assertion of a device for the server's tokens.
    pub(super) fn assertion(&self, device: &str, audience: &str) -> Done<String> {
        let now = now_ms() / 1000;
        let claims = json!({
            "iss": device, "sub": device, "aud": audience, "iat": now, "nbf": now,
            "exp": now + ASSERTION_SECONDS, "jti": random_text()?,
        });
        self.jwt(&json!({"alg": "ES256", "typ": "JWT", "kid": device}), &claims)
    }

    /// The proof for one request; with a token it names it.
    pub(super) fn proof(&self, method: &str, url: &str, token: Option<&str>) -> Done<String> {
        let (x, y) = self.public()[1..].split_at(32);
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)});
        let mut claims = json!({"htm": method, "htu": url, "iat": now_ms() / 1000, "jti": random_text()?});
        if let Some(token) = token {
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
            claims["ath"] = base64url(digest.as_ref()).into();
        }
        self.jwt(&json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk}), &claims)
    }

    fn jwt(&self, header: &Value, claims: &Value) -> Done<String> {
        let parts = [header, claims].map(|part| base64url(part.to_string().as_bytes()));
        let signed = parts.join(".");
        let signature = self.sign(signed.as_bytes())?;
        Ok(format!("{signed}.{}", base64url(&signature)))
    }
}

fn random_text() -> Done<String> {
    let mut bytes = [0; 16];
    fill(&mut bytes).map_err(|_| broken())?;
    Ok(base64url(&bytes))
}
