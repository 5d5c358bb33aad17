//! What is computed of each referral – when to look at it again, whether something is due, how results count it –
//! and when devices were last heard.
//!
//! Does not decide what is due: see [`sync_core::referral::timers`].

use sync_core::ids::{DeviceId, Record};
use sync_core::results::Figures;

use crate::fault::Fault;

/// Whether something is due in a record to anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IsDue {
    No,
    Yes,
}

/// What is computed of a referral whenever it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReferralRow {
    /// When to look at it again; none: not by time alone.
    pub(crate) again_ms: Option<u64>,
    /// Whether something is due in it.
    pub(crate) due: IsDue,
    /// How results count it; none: not at all.
    pub(crate) figures: Option<Figures>,
}

/// What a job can look up about time.
pub(crate) trait DutyReads {
    /// Records at which it is time to look again, the longest due first; at most so many.
    fn to_look_at(&self, now_ms: u64, limit: usize) -> Result<Vec<Record>, Fault>;
    /// Records in which something is due to somebody, now or later.
    fn due_records(&self) -> Result<Vec<Record>, Fault>;
    /// How results count each referral.
    fn figures(&self) -> Result<Vec<Figures>, Fault>;
    /// When a device last had nothing left to push; none while that never happened.
    fn heard_ms(&self, device: DeviceId) -> Result<Option<u64>, Fault>;
    /// The last position of the feeds that a device has shown to have kept; 0 while it has shown none.
    fn confirmed(&self, device: DeviceId) -> Result<u64, Fault>;
}

/// What a job can note about time.
pub(crate) trait DutyWrites {
    /// What is computed of a referral from now on.
    fn keep_row(&self, referral: Record, row: &ReferralRow) -> Result<(), Fault>;
    fn heard(&self, device: DeviceId, now_ms: u64) -> Result<(), Fault>;
    fn confirm(&self, device: DeviceId, pos: u64) -> Result<(), Fault>;
}
