//! What a phone is told while a synchronisation runs, so that a screen need not ask again and again.
//!
//! Carries ids and numbers, never what somebody recorded. Does not replace `status`: who did not listen asks that.

use serde::Serialize;
use uuid::Uuid;

use crate::ids::OpId;
use crate::op::Kind;
use crate::stamp::Disposition;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// One exchange with the server is done.
    Progress {
        /// Own entries that the server has since the synchronisation began.
        pushed: u64,
        /// Entries of others that came since.
        pulled: u64,
        /// Own entries that still wait.
        waiting: u64,
    },
    /// What is shown of a referral has changed.
    ReferralChanged {
        /// The referral.
        record: Uuid,
    },
    /// More disagreements are open in a referral than before.
    ConflictRaised {
        /// The referral.
        record: Uuid,
        /// How many are open.
        open: u64,
    },
    /// The server does not let an own entry count.
    Refused {
        /// The entry.
        op: OpId,
        /// The referral that it is about.
        record: Uuid,
        /// What kind of act it is.
        kind: Kind,
        /// What became of it.
        disposition: Disposition,
    },
    /// The phone was taken out of use: nothing that can be read is left.
    Wiped,
    /// The phone must be enrolled again.
    ReEnrolNeeded,
    /// The software is too old: for the server, or for the rules in force.
    UpgradeNeeded,
}
