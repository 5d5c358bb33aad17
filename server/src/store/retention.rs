//! What is due for review because nothing new came for long, and what somebody decided to keep longer.
//!
//! Does not know how long anything is kept: see `desk::retention`.

use sync_core::ids::{OrgId, Record};

use crate::fault::Fault;

/// A record of a referral that has been quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quiet {
    pub(crate) record: Record,
    /// When the server received its last entry.
    pub(crate) last_ms: u64,
}

/// What a job can look up.
pub(crate) trait RetentionReads {
    /// Records of referrals of which nothing was received since, the quietest first.
    fn quiet_since(&self, before_ms: u64) -> Result<Vec<Quiet>, Fault>;
    /// Until when an organisation keeps its part of a record beyond its time.
    fn kept_longer(&self, record: Record, org: OrgId) -> Result<Option<u64>, Fault>;
}

/// What a job can change.
pub(crate) trait RetentionWrites {
    /// Notes until when, and the code of the reason; the last decision counts.
    fn keep_longer(&self, record: Record, org: OrgId, until_ms: u64, reason: &str) -> Result<(), Fault>;
}
