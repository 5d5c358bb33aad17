//! Look-ups of earlier referrals go to the store at once: nothing that is kept between jobs depends on them.
//!
//! Does not keep any of it.

#[cfg(test)]
use sync_core::ids::DeviceId;

use super::Job;
use crate::fault::Fault;
use crate::store::prior_checks::{CheckReads, CheckWrites, NotedCheck};

impl CheckReads for Job<'_> {
    #[cfg(test)]
    fn checks_since(&self, device: DeviceId, after_ms: u64) -> Result<Vec<NotedCheck>, Fault> {
        self.under()?.checks_since(device, after_ms)
    }
}

impl CheckWrites for Job<'_> {
    fn note_check(&self, noted: NotedCheck) -> Result<(), Fault> {
        self.under()?.note_check(noted)
    }
}
