//! Stub signatures: a hash under the key, a hundred times cheaper than ES256, and as deterministic.
//!
//! Key and public key are the same bytes, so everybody could forge; in a simulation nobody does unless
//! the plan says so. Does not take the place of the real ones anywhere else.

use std::sync::atomic::{AtomicU64, Ordering};

use server::Fault;
use server::node::Signatures;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::random::Random;

/// The server's stub key.
pub(super) const SERVER_KEY: [u8; 32] = [0x5e; 32];

/// Signatures of the simulator; new ids are counted.
#[derive(Default)]
pub(super) struct Stub {
    given: AtomicU64,
}

/// Signs a message.
pub(super) fn sign(key: &[u8], message: &[u8]) -> [u8; 64] {
    let hash = Sha256::new().chain_update(key).chain_update(message).finalize();
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&hash);
    signature[32..].copy_from_slice(&hash);
    signature
}

impl Signatures for Stub {
    fn public_key(&self) -> Vec<u8> {
        SERVER_KEY.to_vec()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Fault> {
        Ok(sign(&SERVER_KEY, message).to_vec())
    }

    fn wrapping_key(&self) -> [u8; 32] {
        SERVER_KEY
    }

    fn new_id(&self) -> Uuid {
        // A cursor names its epoch by the first letters of its id alone.
        Random::new(self.given.fetch_add(1, Ordering::Relaxed)).uuid()
    }

    fn is_signed_by(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        sign(public_key, message) == signature
    }
}
