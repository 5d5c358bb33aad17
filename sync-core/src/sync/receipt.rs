//! Receipts: one link per accepted push in the server's own chain, so that a server which forgets,
//! rewrites or rolls back is noticed by the phones that hold its receipts.
//!
//! Does not sign or verify: keys stay with the caller.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::ids::{DeviceId, Digest};
use crate::log::Tip;

const TAG: &[u8] = b"waymark/receipt/1";

/// One link of the server's chain. Its digest is the server head, and what the next ops cite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The epoch of the server's history.
    pub epoch: Uuid,
    /// Its place in the chain, from 1.
    pub number: u64,
    /// Digest of the link before; all zero for the first.
    pub prev: Digest,
    /// Whose push it is for.
    pub device: DeviceId,
    /// Last op of the push and its hash.
    pub tip: Tip,
    /// Digest of the stamps that the push got; pending ops count as unstamped.
    pub stamps: Digest,
    /// Server time, in milliseconds.
    pub time_ms: u64,
}

impl Receipt {
    /// The bytes that are hashed and signed.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = TAG.to_vec();
        bytes.extend_from_slice(self.epoch.as_bytes());
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes.extend_from_slice(&self.prev.0);
        bytes.extend_from_slice(self.device.0.as_bytes());
        bytes.extend_from_slice(&self.tip.seq.to_be_bytes());
        bytes.extend_from_slice(&self.tip.hash.0);
        bytes.extend_from_slice(&self.stamps.0);
        bytes.extend_from_slice(&self.time_ms.to_be_bytes());
        bytes
    }

    /// The link's digest.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest(Sha256::digest(self.bytes()).into())
    }
}

/// A receipt on the wire: what the device knows itself (device, tip, stamps) is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireReceipt {
    /// Its place in the chain.
    pub number: u64,
    /// Digest of the link before.
    pub prev: Digest,
    /// Last op that it is for; its hash is the device's own.
    pub seq: u64,
    /// Digest of the stamps.
    pub stamps: Digest,
    /// Server time, in milliseconds.
    pub time_ms: u64,
    /// The server's signature over the receipt: base64url of raw r‖s.
    pub signature: String,
    /// The epoch in which it was given, when that is not the one it is shown in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Uuid>,
}

impl WireReceipt {
    /// The receipt that the signature is over, given the present epoch and what the device
    /// knows itself.
    #[must_use]
    pub fn receipt(&self, present: Uuid, device: DeviceId, hash: Digest) -> Receipt {
        Receipt {
            epoch: self.epoch.unwrap_or(present),
            number: self.number,
            prev: self.prev,
            device,
            tip: Tip { seq: self.seq, hash },
            stamps: self.stamps,
            time_ms: self.time_ms,
        }
    }
}
