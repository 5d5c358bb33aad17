//! Look-ups of earlier referrals, as the store notes them: who asked, when, and the word that was answered.
//!
//! Does not keep whom they asked about.

use sync_core::ids::{DeviceId, UserId};
use sync_core::referral::eligibility::PriorCheck;

use crate::fault::Fault;

/// Who asked, and what was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotedCheck {
    /// A phone, or a person's desk log.
    pub(crate) device: DeviceId,
    pub(crate) user: UserId,
    pub(crate) check: PriorCheck,
}

/// What a job can look up: nothing yet asks but tests, and whoever looks into the store.
pub(crate) trait CheckReads {
    /// The look-ups of a device after a time, the oldest first.
    #[cfg(test)]
    fn checks_since(&self, device: DeviceId, after_ms: u64) -> Result<Vec<NotedCheck>, Fault>;
}

/// What a job can note.
pub(crate) trait CheckWrites {
    fn note_check(&self, noted: NotedCheck) -> Result<(), Fault>;
}
