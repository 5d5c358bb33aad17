//! What somebody opened on their phone and what for: a list beside the log, which ends in the server's audit.
//!
//! ```text
//!   referral, history … ─▶ Openings ── beside the entries of a push ─▶ a line each of the audit
//! ```
//! An opening is no entry: nobody folds it, no stream holds it, and nothing is decided by it. Does not keep the list: see
//! [`crate::phone::openings`].

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most openings that one push carries.
pub const MAX_CONSULTED: usize = 200;

/// The highest number that JSON carries exactly between all programs.
const MAX_EXACT: u64 = (1 << 53) - 1;

/// What led to the record that was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConsultedFor {
    /// Something was due in it.
    Worklist,
    /// It was a new referral.
    Inbox,
    /// It was chosen from the list of referrals.
    Referrals,
    /// It has an appointment.
    Diary,
    /// Somebody looked for it.
    Search,
    /// Records of it disagree, or did.
    Conflicts,
    /// No list led to it.
    Address,
}

/// A record that was opened on a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consultation {
    /// 1, 2, 3 … on its phone.
    pub number: u64,
    /// When, by the phone's corrected time, in milliseconds.
    pub at_ms: u64,
    /// The referral.
    pub referral: Uuid,
    /// What for.
    pub purpose: ConsultedFor,
}

impl Consultation {
    /// Whether its number and its time are some that every reader of JSON can hold (RFC 8259, section 6).
    pub(crate) fn is_possible(&self) -> bool {
        (1..=MAX_EXACT).contains(&self.number) && self.at_ms <= MAX_EXACT
    }
}

/// What the server answers to openings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsultedUpto {
    /// The highest number of this phone that it held before; a restored server holds fewer than it did.
    pub before: u64,
    /// The lowest number that came now …
    pub first: u64,
    /// … and the highest: all that came are in the audit.
    pub upto: u64,
}
