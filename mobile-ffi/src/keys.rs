//! The device's key, the server's signatures, and random bytes.
//!
//! P-256 with SHA-256; signatures are raw r‖s. Does not say what is signed: see
//! [`sync_core::sync::statement`].

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::problem::Problem;

/// The key that a device signs with: in software, or in the phone's own key store.
pub trait Signer: Send + Sync {
    /// The public key: SEC1, uncompressed, 65 bytes.
    fn public_key(&self) -> Vec<u8>;

    /// Signs a message with ES256: raw r‖s.
    ///
    /// # Errors
    /// [`Problem`] `key_failed` when the key cannot be used now.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], Problem>;
}

/// A key that is kept in the store; used when the phone gives none of its own.
pub(crate) struct SoftwareKey(EcdsaKeyPair);

impl SoftwareKey {
    /// Draws a new key and gives it with its PKCS#8 text.
    pub(crate) fn generate() -> Result<String, Problem> {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
        Ok(base64url(key.map_err(|_| failed())?.as_ref()))
    }

    /// Reads a key that was kept.
    pub(crate) fn read(pkcs8: &str) -> Result<Self, Problem> {
        let bytes = URL_SAFE_NO_PAD.decode(pkcs8).map_err(|_| failed())?;
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &bytes).map(Self).map_err(|_| failed())
    }
}

impl Signer for SoftwareKey {
    fn public_key(&self) -> Vec<u8> {
        self.0.public_key().as_ref().to_vec()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], Problem> {
        let signature = self.0.sign(&SystemRandom::new(), message).map_err(|_| failed())?;
        signature.as_ref().try_into().map_err(|_| failed())
    }
}

/// Stands for a key that cannot be had now: the store could not be written.
pub(crate) struct NoKey;

impl Signer for NoKey {
    fn public_key(&self) -> Vec<u8> {
        Vec::new()
    }

    fn sign(&self, _: &[u8]) -> Result<[u8; 64], Problem> {
        Err(failed())
    }
}

fn failed() -> Problem {
    Problem::new("key_failed", "")
}

/// Whether a signature of the server is over these bytes.
pub(crate) fn verifies(public_key: &str, message: &[u8], signature: &str) -> bool {
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let (Some(key), Some(signature)) = (decode(public_key), decode(signature)) else { return false };
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).verify(message, &signature).is_ok()
}

/// Bytes as base64url without padding.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Random bytes.
pub(crate) fn random_bytes() -> Result<[u8; 16], Problem> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).map_err(|_| failed())?;
    Ok(bytes)
}

/// A random id.
pub(crate) fn random_uuid() -> Result<Uuid, Problem> {
    random_bytes().map(|bytes| uuid::Builder::from_random_bytes(bytes).into_uuid())
}
