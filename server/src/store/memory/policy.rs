//! The force's policy packs and bank holidays in memory.
//!
//! Does not know what a pack says.

use sync_core::ids::UserId;
use sync_core::referral::timers::Holiday;

use super::Job;
use crate::fault::Fault;
use crate::store::policy::{PolicyReads, PolicyRow, PolicyWrites};

impl PolicyReads for Job<'_> {
    fn holidays(&self) -> Result<Vec<Holiday>, Fault> {
        Ok(self.tables.borrow().holidays.values().cloned().collect())
    }

    fn policies(&self) -> Result<Vec<PolicyRow>, Fault> {
        Ok(self.tables.borrow().policies.values().cloned().collect())
    }
}

impl PolicyWrites for Job<'_> {
    fn add_holiday(&self, holiday: &Holiday) -> Result<(), Fault> {
        let last = self.tables.borrow().holidays.keys().next_back().copied().unwrap_or_default();
        self.add(|tables| &mut tables.holidays, last + 1, holiday.clone())
    }

    fn add_policy(&self, row: &PolicyRow) -> Result<(), Fault> {
        let last = self.tables.borrow().policies.keys().next_back().copied().unwrap_or_default();
        self.add(|tables| &mut tables.policies, last + 1, row.clone())
    }

    fn drop_policy_proposals(&self) -> Result<(), Fault> {
        self.drop_waiting(|_| true)
    }

    fn drop_policy_proposals_of(&self, by: UserId) -> Result<(), Fault> {
        self.drop_waiting(|row| row.proposed_by == Some(by))
    }
}

impl Job<'_> {
    fn drop_waiting(&self, is_meant: impl Fn(&PolicyRow) -> bool) -> Result<(), Fault> {
        let waiting: Vec<u64> = {
            let tables = self.tables.borrow();
            let waiting = tables.policies.iter().filter(|(_, row)| row.in_force.is_none() && is_meant(row));
            waiting.map(|(number, _)| *number).collect()
        };
        waiting.iter().try_for_each(|number| self.remove(|tables| &mut tables.policies, number))
    }
}
