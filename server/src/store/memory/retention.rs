//! What is due for review, in memory.
//!
//! Does not know how long anything is kept.

use std::collections::BTreeMap;

use sync_core::ids::{OrgId, Record, RecordKind};

use super::Job;
use crate::fault::Fault;
use crate::store::retention::{Quiet, RetentionReads, RetentionWrites};

impl RetentionReads for Job<'_> {
    fn quiet_since(&self, before_ms: u64) -> Result<Vec<Quiet>, Fault> {
        let tables = self.tables.borrow();
        let mut last: BTreeMap<Record, u64> = BTreeMap::new();
        for held in tables.ops.values() {
            let record = held.op.header.stream.record;
            if record.kind == RecordKind::Referral {
                let known = last.entry(record).or_default();
                *known = held.received_ms.max(*known);
            }
        }
        let quiet = last.into_iter().filter(|(_, last_ms)| *last_ms < before_ms);
        let mut quiet: Vec<Quiet> = quiet.map(|(record, last_ms)| Quiet { record, last_ms }).collect();
        quiet.sort_by_key(|quiet| (quiet.last_ms, quiet.record.to_string()));
        Ok(quiet)
    }

    fn kept_longer(&self, record: Record, org: OrgId) -> Result<Option<u64>, Fault> {
        Ok(self.tables.borrow().kept_longer.get(&(record, org)).map(|(until_ms, _)| *until_ms))
    }
}

impl RetentionWrites for Job<'_> {
    fn keep_longer(&self, record: Record, org: OrgId, until_ms: u64, reason: &str) -> Result<(), Fault> {
        self.put(|tables| &mut tables.kept_longer, (record, org), (until_ms, reason.to_owned()))
    }
}
