//! Enrolment: what a device and the server say to each other before the first push.
//!
//! ```text
//!   device                                          server
//!   one-time code, key, proof  ──── Request ────▶   code counts, proof holds: a new device
//!   (and the log it wrote before)                   (the same person's: what is held of that log)
//!   keep, re-issue             ◀─── Enrolled ────
//! ```
//! Does not check codes or proofs: keys stay with the caller.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::Role;
use crate::ids::{DeviceId, Digest, OrgId, Stream, UserId};
use crate::policy::PolicyRef;
use crate::referral::timers::Holiday;

pub use crate::service::Provider;

const PROOF_TAG: &[u8] = b"waymark/enrol/1";

/// A request to enrol.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The one-time code; user, role and organisation come from it.
    pub code: String,
    /// Base64url of the uncompressed SEC1 point, 65 bytes.
    pub public_key: String,
    /// Base64url of the signature over [`proof_of`].
    pub proof: String,
    /// What the device is called.
    pub name: String,
    /// The log that this store wrote before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovers: Option<Recovers>,
}

/// The log that a store wrote before it must enrol again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recovers {
    /// The device whose log it is.
    pub device: DeviceId,
    /// Seqs that the store can no longer read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<u64>,
}

/// The bytes that the proof of possession signs.
#[must_use]
pub fn proof_of(code: &str, public_key: &[u8]) -> Vec<u8> {
    [PROOF_TAG, code.as_bytes(), public_key].concat()
}

/// What an enrolled device gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The new device.
    pub device: DeviceId,
    /// Whose it is.
    pub user: UserId,
    /// Their role.
    pub role: Role,
    /// Their organisation.
    pub org: OrgId,
    /// The force whose scheme it is.
    pub force: OrgId,
    /// The letters that human references begin with.
    pub force_prefix: String,
    /// The person's initials: exhibit references begin with them.
    #[serde(default)]
    pub initials: String,
    /// The letter of this device among the person's: it numbers exhibits apart from the others.
    #[serde(default)]
    pub letter: String,
    /// The epoch of the server's history.
    pub epoch: Uuid,
    /// The server's public key: base64url of the uncompressed SEC1 point.
    pub server_key: String,
    /// What the device looks things up in.
    pub reference: Bundle,
    /// Server time, in milliseconds.
    pub now_ms: u64,
    /// What the server holds of the log that was named in the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<OldLog>,
}

/// What devices look things up in: the rules in force, and who takes referrals. Comes with the enrolment,
/// and again in the feeds when it has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// The version of the pack that new decisions are made by.
    pub policy: PolicyRef,
    /// The services that people are referred to.
    pub providers: Vec<Provider>,
    /// Bank holidays that were proclaimed after the devices' software was built, in the order in which they were said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Holiday>,
    /// Who joined the organisation of whoever reads, and with which new devices, in the last days; the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<Joined>,
}

/// A person or a device that is new in an organisation. Everybody there is told, so that nobody is added in silence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Joined {
    /// The person, or whose device it is.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// What is new.
    pub what: JoinedAs,
    /// Since when, in milliseconds since 1970 by the server's clock.
    pub since_ms: u64,
}

/// What is new of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum JoinedAs {
    /// They act here now, or in another role.
    Person,
    /// They have another device.
    Device,
}

/// What the server holds of an old log; nothing of one that it does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OldLog {
    /// The device whose log it is.
    pub device: DeviceId,
    /// The hash of each op, from seq 1 to the highest that is held.
    pub hashes: Vec<Digest>,
    /// The streams of those held ops that the store cannot read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<(u64, Stream)>,
}

impl OldLog {
    /// The hash at a seq, when it is held.
    #[must_use]
    pub fn hash(&self, seq: u64) -> Option<Digest> {
        let index = usize::try_from(seq.checked_sub(1)?).ok()?;
        self.hashes.get(index).copied()
    }
}
