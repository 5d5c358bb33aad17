//! What a device signs, once a request: it authenticates the device and vouches for its log.
//!
//! The bytes are fixed (`docs/protocol.md`). Does not sign or verify: keys stay with the caller.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::clock::Uptime;
use crate::ids::{BadId, DeviceId, Digest};
use crate::log::Tip;

/// The name of the HTTP header that carries device, counter, uptime and signature.
pub const HEADER: &str = "waymark-device";

const TAG: &[u8] = b"waymark/statement/1";

/// The signed statement of one sync request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The device that speaks.
    pub device: DeviceId,
    /// The epoch that it knows.
    pub epoch: Option<Uuid>,
    /// Strictly increasing, saved before the request leaves, never used twice.
    pub counter: u64,
    /// Last op of this push, or of the log so far when it pushes none.
    pub tip: Tip,
    /// The newest receipt that it has.
    pub receipt: Option<Digest>,
    /// Where it stands in its feeds.
    pub cursor: Option<String>,
    /// Present boot and uptime.
    pub uptime: Uptime,
    /// Digest of the body as sent (compressed when it was sent compressed).
    pub body: Digest,
}

/// Digest of a request's body as sent.
#[must_use]
pub fn digest_of_sent(sent: &[u8]) -> Digest {
    Digest(Sha256::digest(sent).into())
}

impl Statement {
    /// The bytes that are signed with ES256.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let cursor = self.cursor.as_deref().unwrap_or_default().as_bytes();
        let length = u32::try_from(cursor.len()).expect("a cursor is a short text");
        let mut bytes = TAG.to_vec();
        bytes.extend_from_slice(self.device.0.as_bytes());
        bytes.extend_from_slice(self.epoch.unwrap_or_default().as_bytes());
        bytes.extend_from_slice(&self.counter.to_be_bytes());
        bytes.extend_from_slice(&self.tip.seq.to_be_bytes());
        bytes.extend_from_slice(&self.tip.hash.0);
        bytes.extend_from_slice(&self.receipt.unwrap_or_default().0);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(cursor);
        bytes.extend_from_slice(self.uptime.boot.as_bytes());
        bytes.extend_from_slice(&self.uptime.ms.to_be_bytes());
        bytes.extend_from_slice(&self.body.0);
        bytes
    }
}

/// The header's value: `device counter boot uptime signature`, parted by spaces; device, boot and
/// signature in base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHeader {
    /// The device that speaks.
    pub device: DeviceId,
    /// The request's counter.
    pub counter: u64,
    /// Present boot; none, written `-`, when it is that of the op before the first of the push.
    pub boot: Option<Uuid>,
    /// Present uptime in milliseconds.
    pub uptime_ms: u64,
    /// Raw r‖s.
    pub signature: [u8; 64],
}

const NO_BOOT: &str = "-";

impl std::fmt::Display for SignedHeader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { device, counter, boot, uptime_ms, signature } = self;
        let boot = boot.map_or_else(|| NO_BOOT.to_owned(), |boot| BASE64.encode(boot.as_bytes()));
        let (device, signature) = (BASE64.encode(device.0.as_bytes()), BASE64.encode(signature));
        write!(f, "{device} {counter} {boot} {uptime_ms} {signature}")
    }
}

impl std::str::FromStr for SignedHeader {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        const BAD: BadId = BadId("signed header");
        let parts: Vec<_> = text.split(' ').collect();
        let [device, counter, boot, uptime, signature] = parts.as_slice() else { return Err(BAD) };
        let bytes = |text: &str| BASE64.decode(text).map_err(|_| BAD);
        let uuid = |text: &str| Uuid::from_slice(&bytes(text)?).map_err(|_| BAD);
        Ok(Self {
            device: DeviceId(uuid(device)?),
            counter: counter.parse().map_err(|_| BAD)?,
            boot: if *boot == NO_BOOT { None } else { Some(uuid(boot)?) },
            uptime_ms: uptime.parse().map_err(|_| BAD)?,
            signature: bytes(signature)?.try_into().map_err(|_| BAD)?,
        })
    }
}
