//! Private keys that the store keeps, each sealed under a key that only the server's key file gives.
//!
//! ```text
//!   key file ─ HKDF-SHA256 ─▶ wrapping key ─ AES-256-GCM, bound to whose key it is ─▶ version · nonce · ciphertext
//! ```
//! So neither the store nor a backup of it lets anybody sign as a person at a desk. Does not protect them from who has
//! the key file too.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use sync_core::ids::{DeviceId, UserId};

use crate::fault::Fault;
use crate::keys::{Signatures, random};

/// How keys are wrapped now.
const VERSION: u8 = 1;
/// What the wrapping key is for, and what each wrapped key is bound to before its owner.
const TAG: &[u8] = b"waymark/desk-key/1";
/// Bytes of a wrapping key.
pub(crate) const KEY_BYTES: usize = 32;

/// Whose key is wrapped: the row that it stands in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner {
    pub(crate) user: UserId,
    pub(crate) device: DeviceId,
}

impl Owner {
    fn bytes(self) -> Vec<u8> {
        [TAG, self.user.0.as_bytes(), self.device.0.as_bytes()].concat()
    }
}

/// The wrapping key of a server's key.
pub(crate) fn key_of(signing_key: &[u8]) -> [u8; KEY_BYTES] {
    struct Length;
    impl KeyType for Length {
        fn len(&self) -> usize {
            KEY_BYTES
        }
    }
    let prk = Salt::new(HKDF_SHA256, TAG).extract(signing_key);
    let mut key = [0; KEY_BYTES];
    let filled = prk.expand(&[b"wrap"], Length).and_then(|expanded| expanded.fill(&mut key));
    filled.expect("HKDF gives 32 bytes");
    key
}

/// Wraps a private key of an owner.
pub(crate) fn wrap(key: &dyn Signatures, owner: Owner, secret: &[u8]) -> Result<Vec<u8>, Fault> {
    let nonce: [u8; NONCE_LEN] = random();
    let mut text = secret.to_vec();
    let sealed = cipher(key)?.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(owner.bytes()),
        &mut text,
    );
    sealed.map_err(|_| Fault::SelfTest("AES-256-GCM"))?;
    Ok([&[VERSION], nonce.as_slice(), &text].concat())
}

/// The private key of an owner.
pub(crate) fn unwrap(key: &dyn Signatures, owner: Owner, wrapped: &[u8]) -> Result<Vec<u8>, Fault> {
    let other = || Fault::Damaged("a desk's key, or the server's key is another".to_owned());
    let rest = wrapped.strip_prefix(&[VERSION]).ok_or_else(other)?;
    let (nonce, text) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(other)?;
    let mut text = text.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let plain = cipher(key)?.open_in_place(nonce, Aad::from(owner.bytes()), &mut text);
    Ok(plain.map_err(|_| other())?.to_vec())
}

fn cipher(key: &dyn Signatures) -> Result<LessSafeKey, Fault> {
    let key = UnboundKey::new(&AES_256_GCM, &key.wrapping_key());
    key.map(LessSafeKey::new).map_err(|_| Fault::SelfTest("AES-256-GCM"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{ServerKey, random_id};

    #[test]
    fn a_wrapped_key_opens_for_its_owner_and_under_its_server_alone() {
        let [one, other] = [0, 1].map(|_| ServerKey::generate().expect("a key is made"));
        let [one, other] = [one, other].map(|key| ServerKey::open(&key).expect("it opens"));
        let owner = || Owner { user: UserId(random_id()), device: DeviceId(random_id()) };
        let (owner, somebody) = (owner(), owner());
        let wrapped = wrap(&one, owner, b"a secret").expect("it is wrapped");
        assert!(!wrapped.windows(8).any(|part| part == b"a secret"));
        assert_ne!(wrap(&one, owner, b"a secret"), Ok(wrapped.clone()), "no nonce is used twice");
        assert_eq!(unwrap(&one, owner, &wrapped), Ok(b"a secret".to_vec()));
        let moved = Owner { user: somebody.user, ..owner };
        for (key, owner) in [(&other, owner), (&one, somebody), (&one, moved)] {
            assert!(matches!(unwrap(key, owner, &wrapped), Err(Fault::Damaged(_))));
        }
        for wrong in [&b""[..], &[VERSION; 5], &wrapped[1..], &wrapped[..wrapped.len() - 1]] {
            assert!(matches!(unwrap(&one, owner, wrong), Err(Fault::Damaged(_))), "{wrong:?}");
        }
    }
}
