//! Keys, signatures (ES256, raw r‖s) and random bytes.
//!
//! Does not store keys: see `store` and [`crate::key_file`].

use aws_lc_rs::digest;
use aws_lc_rs::rand;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sync_core::ids::Digest;
use sync_core::sync::server_key::KeyChange;
use uuid::Uuid;

use crate::fault::Fault;
use crate::wrapped;

/// The signatures of the scheme: the server makes its own and checks those of devices. ES256 is the
/// only one that a server listens with; a simulation may put a cheaper one in its place.
pub trait Signatures: Send + Sync {
    /// The server's public key.
    fn public_key(&self) -> Vec<u8>;

    /// Signs a message as the server.
    ///
    /// # Errors
    /// A [`Fault`] when the key cannot be used.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Fault>;

    /// Whether the signature over a message is by the owner of a public key.
    fn is_signed_by(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> bool;

    /// Every key that the server holds, the present one last; none where signatures are simulated.
    fn held(&self) -> &[OwnKey] {
        &[]
    }

    /// The changes that lead from a key to the present one with an epoch, each signed by the key before it.
    ///
    /// # Errors
    /// A [`Fault`] when a key cannot be used.
    fn changes(&self, _from: &[u8], _epoch: Uuid) -> Result<Vec<KeyChange>, Fault> {
        Ok(Vec::new())
    }

    /// What the private keys that the store keeps are wrapped under.
    fn wrapping_key(&self) -> [u8; 32];

    /// An id that was never given before; a simulation gives its own, so that it can be repeated.
    fn new_id(&self) -> Uuid {
        random_id()
    }
}

/// A key of the server's.
pub struct OwnKey {
    /// PKCS #8.
    pub(crate) secret: Vec<u8>,
    /// Uncompressed SEC1.
    pub(crate) public: Vec<u8>,
    pair: EcdsaKeyPair,
}

impl OwnKey {
    /// The key of a PKCS #8 document.
    pub(crate) fn open(secret: &[u8]) -> Result<Self, Fault> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, secret);
        let pair = pair.map_err(|_| Fault::Damaged("the server's key".to_owned()))?;
        Ok(Self { secret: secret.to_vec(), public: pair.public_key().as_ref().to_vec(), pair })
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Fault> {
        let signature = self.pair.sign(&rand::SystemRandom::new(), message);
        signature.map(|s| s.as_ref().to_vec()).map_err(|_| Fault::SelfTest("signing"))
    }
}

/// The server's signing key, and those that it had before. They sign nothing but the change that ended them, and open what
/// was sealed to them.
pub(crate) struct ServerKey {
    /// The present one last; never empty.
    held: Vec<OwnKey>,
    wrapping: [u8; wrapped::KEY_BYTES],
}

impl ServerKey {
    /// A new key as PKCS #8.
    pub(crate) fn generate() -> Result<Vec<u8>, Fault> {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        let document = key.and_then(|key| key.to_pkcs8v1());
        document.map(|document| document.as_ref().to_vec()).map_err(|_| Fault::SelfTest("P-256 keys"))
    }

    /// The key of a PKCS #8 document.
    pub(crate) fn open(secret: &[u8]) -> Result<Self, Fault> {
        Self::of(vec![OwnKey::open(secret)?])
    }

    /// Keys that followed each other, the present one last.
    pub(crate) fn of(held: Vec<OwnKey>) -> Result<Self, Fault> {
        let present = held.last().ok_or(Fault::KeyDamaged)?;
        let wrapping = wrapped::key_of(&present.secret);
        Ok(Self { held, wrapping })
    }

    fn present(&self) -> &OwnKey {
        self.held.last().expect("a server has a key")
    }
}

impl Signatures for ServerKey {
    fn public_key(&self) -> Vec<u8> {
        self.present().public.clone()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Fault> {
        self.present().sign(message)
    }

    fn is_signed_by(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        is_signed_by(public_key, message, signature)
    }

    fn held(&self) -> &[OwnKey] {
        &self.held
    }

    fn changes(&self, from: &[u8], epoch: Uuid) -> Result<Vec<KeyChange>, Fault> {
        let of_before = self.held.iter().skip_while(|key| key.public != from);
        let changes = of_before.clone().zip(of_before.skip(1)).map(|(old, new)| {
            let signature = old.sign(&KeyChange::bytes(&old.public, &new.public, epoch))?;
            let [old, new, signature] = [&old.public, &new.public, &signature].map(|part| base64url(part));
            Ok(KeyChange { old, new, signature })
        });
        changes.collect()
    }

    fn wrapping_key(&self) -> [u8; wrapped::KEY_BYTES] {
        self.wrapping
    }
}

/// Whether the signature over a message is by the owner of a public key.
pub(crate) fn is_signed_by(public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public_key).verify(message, signature).is_ok()
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// A random id.
pub(crate) fn random_id() -> Uuid {
    uuid::Builder::from_random_bytes(random()).into_uuid()
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    let digest = digest::digest(&digest::SHA256, bytes);
    Digest(digest.as_ref().try_into().expect("SHA-256 gives 32 bytes"))
}

/// Base64url without padding.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a base64url text.
pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
