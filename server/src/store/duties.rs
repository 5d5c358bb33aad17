//! When records are to be looked at again, and when devices were last heard.
//!
//! Does not decide what is due: see [`sync_core::referral::timers`].

use sync_core::ids::{DeviceId, Record};

use crate::fault::Fault;

/// Whether something is due in a record to anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IsDue {
    No,
    Yes,
}

/// What a job can look up about time.
pub(crate) trait DutyReads {
    /// Records at which it is time to look again, the longest due first; at most so many.
    fn to_look_at(&self, now_ms: u64, limit: usize) -> Result<Vec<Record>, Fault>;
    /// Records in which something is due to somebody, now or later.
    fn due_records(&self) -> Result<Vec<Record>, Fault>;
    /// When a device last had nothing left to push; none while that never happened.
    fn heard_ms(&self, device: DeviceId) -> Result<Option<u64>, Fault>;
    /// The last position of the feeds that a device has shown to have kept; 0 while it has shown none.
    fn confirmed(&self, device: DeviceId) -> Result<u64, Fault>;
}

/// What a job can note about time.
pub(crate) trait DutyWrites {
    /// When to look at a record again; none: not by time alone.
    fn look_again(&self, record: Record, at_ms: Option<u64>) -> Result<(), Fault>;
    /// Whether something is due in a record.
    fn set_due(&self, record: Record, due: IsDue) -> Result<(), Fault>;
    fn heard(&self, device: DeviceId, now_ms: u64) -> Result<(), Fault>;
    fn confirm(&self, device: DeviceId, pos: u64) -> Result<(), Fault>;
}
