//! Opening what a revoked phone sealed to the server's key, or to one that it had before.
//!
//! The format is [`sync_core::sync::sealed`]'s. Does not store it, and does not let it count: an admin
//! decides what becomes of it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use sync_core::ids::DeviceId;
use sync_core::log::check_body;
use sync_core::op::Op;
use sync_core::sync::sealed::{KEY_AND_NONCE_BYTES, Outbox, Sealed, info};

use crate::keys::{OwnKey, Signatures};

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// The ops of a sealed outbox; nothing when it is none of this device, or was changed.
pub(crate) fn open(key: &dyn Signatures, device: DeviceId, bytes: &[u8]) -> Option<Vec<Op>> {
    let sealed = Sealed::parse(bytes)?;
    let plain = key.held().iter().rev().find_map(|own| plain(own, device, &sealed))?;
    let outbox: Outbox = serde_json::from_slice(&plain).ok()?;
    if outbox.device != device {
        return None;
    }
    let ops: Option<Vec<Op>> = outbox.ops.iter().map(sync_core::sync::sealed::SealedOp::op).collect();
    ops.filter(|ops| ops.iter().all(|op| check_body(op).is_ok()))
}

fn plain(to: &OwnKey, device: DeviceId, sealed: &Sealed) -> Option<Vec<u8>> {
    let own = PrivateKey::from_private_key_der(&ECDH_P256, &to.secret).ok()?;
    let peer = UnparsedPublicKey::new(&ECDH_P256, sealed.ephemeral);
    let (key_bytes, nonce_bytes) = KEY_AND_NONCE_BYTES;
    let mut derived = vec![0; key_bytes + nonce_bytes];
    agree(&own, peer, (), |secret| {
        let info = info(&to.public, device);
        let prk = Salt::new(HKDF_SHA256, &sealed.ephemeral).extract(secret);
        let info = [info.as_slice()];
        let expanded = prk.expand(&info, Length(derived.len())).map_err(|_| ())?;
        expanded.fill(&mut derived).map_err(|_| ())
    })
    .ok()?;
    let (key, nonce) = derived.split_at(key_bytes);
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut text = sealed.ciphertext.clone();
    let plain = key.open_in_place(nonce, Aad::empty(), &mut text).ok()?;
    Some(plain.to_vec())
}
