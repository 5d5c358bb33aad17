//! Look-ups of earlier referrals, in memory.
//!
//! Does not know what an answer means.

#[cfg(test)]
use sync_core::ids::DeviceId;

use super::Job;
use crate::fault::Fault;
use crate::store::prior_checks::{CheckReads, CheckWrites, NotedCheck};

impl CheckReads for Job<'_> {
    #[cfg(test)]
    fn checks_since(&self, device: DeviceId, after_ms: u64) -> Result<Vec<NotedCheck>, Fault> {
        let tables = self.tables.borrow();
        let of_device = tables.prior_checks.values().filter(|noted| noted.device == device);
        let mut since: Vec<NotedCheck> =
            of_device.filter(|noted| noted.check.at_ms > after_ms).copied().collect();
        since.sort_by_key(|noted| noted.check.at_ms);
        Ok(since)
    }
}

impl CheckWrites for Job<'_> {
    fn note_check(&self, noted: NotedCheck) -> Result<(), Fault> {
        let number = self.tables.borrow().prior_checks.len() as u64;
        self.add(|tables| &mut tables.prior_checks, number, noted)
    }
}
