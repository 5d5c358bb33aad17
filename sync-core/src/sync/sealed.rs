//! What a phone that was taken out of use had not sent: sealed so that only the server reads it.
//!
//! ```text
//!   version ‖ ephemeral public key ‖ ciphertext and tag
//!   1         65 bytes, SEC1         AES-256-GCM over the JSON of [`Outbox`]
//!   key ‖ nonce = HKDF-SHA256(salt: ephemeral key, secret: ECDH P-256, info: [`info`]), 32 + 12 bytes
//! ```
//! Does not encrypt: keys stay with the caller.

use serde::{Deserialize, Serialize};

use crate::ids::{DeviceId, Digest};
use crate::op::{Op, Salt, parse_layout};

const VERSION: u8 = 1;
const TAG: &[u8] = b"waymark/sealed/1";
/// Bytes of a public key: SEC1, uncompressed.
pub const PUBLIC_KEY_BYTES: usize = 65;
/// Bytes of the key and of the nonce after it, that the shared secret is expanded to.
pub const KEY_AND_NONCE_BYTES: (usize, usize) = (32, 12);
/// The most bytes that one sealed outbox may have.
pub const MAX_SEALED_BYTES: usize = 1 << 20;

/// What the key is bound to, beside the secret: the server's key and the device.
#[must_use]
pub fn info(server_key: &[u8], device: DeviceId) -> Vec<u8> {
    [TAG, server_key, device.0.as_bytes()].concat()
}

/// A sealed outbox on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The sender's key, drawn for this one message.
    pub ephemeral: [u8; PUBLIC_KEY_BYTES],
    /// What is sealed, with the tag at its end.
    pub ciphertext: Vec<u8>,
}

impl Sealed {
    /// The bytes that are sent.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        [&[VERSION], &self.ephemeral[..], &self.ciphertext].concat()
    }

    /// Reads what was sent; nothing when it is none of this version.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(&[VERSION])?;
        let (ephemeral, ciphertext) = rest.split_first_chunk::<PUBLIC_KEY_BYTES>()?;
        Some(Self { ephemeral: *ephemeral, ciphertext: ciphertext.to_vec() })
    }
}

/// What is inside: the ops, each as its author's log has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbox {
    /// The device that sealed it.
    pub device: DeviceId,
    /// The ops, of its log and of those that it wrote before.
    pub ops: Vec<SealedOp>,
}

/// One op inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedOp {
    /// Base64url of the header's layout.
    pub header: String,
    /// Base64url of the salt.
    pub salt: String,
    /// The body, verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Box<str>>,
}

impl SealedOp {
    /// An op as it goes inside.
    #[must_use]
    pub fn of(op: &Op) -> Self {
        use base64::Engine as _;
        let text = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        Self { header: text(&op.header.layout()), salt: text(&op.salt.0), body: op.body.clone() }
    }

    /// The op; nothing when it is none.
    #[must_use]
    pub fn op(&self) -> Option<Op> {
        use base64::Engine as _;
        let bytes = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok();
        let header = parse_layout(&bytes(&self.header)?).ok()?;
        let salt = Salt(bytes(&self.salt)?.try_into().ok()?);
        Some(Op { header, body: self.body.clone(), salt })
    }
}

/// What the server answers: it is durable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// SHA-256 of the bytes that it took.
    pub taken: Digest,
}
