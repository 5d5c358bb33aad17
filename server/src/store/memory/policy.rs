//! The force's policy packs in memory.
//!
//! Does not know what a pack says.

use uuid::Uuid;

use super::Job;
use crate::fault::Fault;
use crate::store::policy::{InForce, PolicyReads, PolicyRow, PolicyWrites};

impl PolicyReads for Job<'_> {
    fn policies(&self) -> Result<Vec<PolicyRow>, Fault> {
        Ok(self.tables.borrow().policies.values().cloned().collect())
    }
}

impl PolicyWrites for Job<'_> {
    fn add_policy(&self, row: &PolicyRow) -> Result<(), Fault> {
        let last = self.tables.borrow().policies.keys().next_back().copied().unwrap_or_default();
        self.add(|tables| &mut tables.policies, last + 1, row.clone())
    }

    fn put_in_force(&self, proposal: Uuid, since: InForce) -> Result<(), Fault> {
        let found = {
            let tables = self.tables.borrow();
            let found = tables.policies.iter().find(|(_, row)| row.proposal == proposal);
            found.map(|(number, row)| (*number, row.clone()))
        };
        found.map_or(Ok(()), |(number, row)| {
            self.put(|tables| &mut tables.policies, number, PolicyRow { in_force: Some(since), ..row })
        })
    }

    fn drop_policy_proposals(&self) -> Result<(), Fault> {
        let waiting: Vec<u64> = {
            let tables = self.tables.borrow();
            let waiting = tables.policies.iter().filter(|(_, row)| row.in_force.is_none());
            waiting.map(|(number, _)| *number).collect()
        };
        waiting.iter().try_for_each(|number| self.remove(|tables| &mut tables.policies, number))
    }
}
