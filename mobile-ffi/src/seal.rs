//! Sealing to the server's public key: ECDH P-256, HKDF-SHA256, AES-256-GCM.
//!
//! The format is [`sync_core::sync::sealed`]'s. Does not open anything: only the server can.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sync_core::ids::DeviceId;
use sync_core::sync::sealed::{KEY_AND_NONCE_BYTES, Sealed, info};

use crate::problem::Problem;

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn failed() -> Problem {
    Problem::new("key_failed", "")
}

/// Seals a text so that only the server reads it.
pub(crate) fn seal(server_key: &str, device: DeviceId, plain: &[u8]) -> Result<Vec<u8>, Problem> {
    let server_key = URL_SAFE_NO_PAD.decode(server_key).map_err(|_| failed())?;
    let own = PrivateKey::generate(&ECDH_P256).map_err(|_| failed())?;
    let ephemeral = own.compute_public_key().map_err(|_| failed())?;
    let peer = UnparsedPublicKey::new(&ECDH_P256, &server_key);
    let (key_bytes, nonce_bytes) = KEY_AND_NONCE_BYTES;
    let mut derived = vec![0; key_bytes + nonce_bytes];
    agree(&own, peer, failed(), |secret| {
        let info = info(&server_key, device);
        let prk = Salt::new(HKDF_SHA256, ephemeral.as_ref()).extract(secret);
        let info = [info.as_slice()];
        let expanded = prk.expand(&info, Length(derived.len())).map_err(|_| failed())?;
        expanded.fill(&mut derived).map_err(|_| failed())
    })?;
    let (key, nonce) = derived.split_at(key_bytes);
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).map_err(|_| failed())?);
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| failed())?;
    let mut ciphertext = plain.to_vec();
    key.seal_in_place_append_tag(nonce, Aad::empty(), &mut ciphertext).map_err(|_| failed())?;
    let ephemeral = ephemeral.as_ref().try_into().map_err(|_| failed())?;
    Ok(Sealed { ephemeral, ciphertext }.bytes())
}
