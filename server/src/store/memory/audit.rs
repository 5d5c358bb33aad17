//! The lines of the audit, in memory.
//!
//! Does not chain them.

use std::collections::BTreeSet;

use sync_core::access::Scope;
use sync_core::ids::{DeviceId, Digest, Record};

use super::Job;
use crate::audit::{Line, OnPhone, OpenedThere, Wanted};
use crate::fault::Fault;
use crate::store::Reads as _;
use crate::store::audit::{AuditReads, AuditWrites};
use crate::store::people::Span;
use crate::store::rows::Held;

impl AuditReads for Job<'_> {
    fn audit_head(&self) -> Result<(u64, Digest), Fault> {
        let last = self.tables.borrow().audit.values().next_back().map(|line| (line.number, line.hash));
        Ok(last.unwrap_or((0, Digest([0; 32]))))
    }

    fn list_audit(&self, wanted: Wanted, span: Span) -> Result<Vec<Line>, Fault> {
        let tables = self.tables.borrow();
        let lines = tables.audit.values().rev().filter(|line| span.after == 0 || line.number < span.after);
        let lines = lines.filter(|line| wanted.user.is_none_or(|user| user == line.user));
        let lines = lines.filter(|line| wanted.record.is_none_or(|record| record == line.record));
        let lines = lines.filter(|line| wanted.what.is_none_or(|what| what.holds(line.purpose)));
        Ok(lines.take(span.limit).cloned().collect())
    }

    fn audit_after(&self, number: u64, limit: usize) -> Result<Vec<Line>, Fault> {
        let tables = self.tables.borrow();
        Ok(tables.audit.range(number + 1..).map(|(_, line)| line.clone()).take(limit).collect())
    }

    fn opened_upto(&self, device: DeviceId) -> Result<u64, Fault> {
        let tables = self.tables.borrow();
        let there = tables.audit.values().filter_map(|line| line.phone).filter(|on| on.device == device);
        Ok(there.filter_map(|on| on.opened).map(|opened| opened.number).max().unwrap_or(0))
    }

    fn has_opening(&self, device: DeviceId, record: Record, there: OpenedThere) -> Result<bool, Fault> {
        let on = Some(OnPhone { device, opened: Some(there) });
        Ok(self.tables.borrow().audit.values().any(|line| line.phone == on && line.record == record))
    }

    fn not_sent(&self, device: DeviceId, mut records: BTreeSet<Record>) -> Result<BTreeSet<Record>, Fault> {
        let sent = Some(OnPhone { device, opened: None });
        for line in self.tables.borrow().audit.values().filter(|line| line.phone == sent) {
            records.remove(&line.record);
        }
        let wrote = |record: &Record| -> Result<bool, Fault> {
            let own = |held: &Held| held.id().device == device && held.as_stored().has_effect();
            Ok(self.ops_of_record(*record)?.iter().any(own))
        };
        let mut new = BTreeSet::new();
        for record in records {
            if !wrote(&record)? {
                new.insert(record);
            }
        }
        Ok(new)
    }

    fn out_of_reach(
        &self,
        scopes: &[Scope],
        mut records: BTreeSet<Record>,
    ) -> Result<BTreeSet<Record>, Fault> {
        let keys: Vec<String> = scopes.iter().map(Scope::key).collect();
        for (stream, _) in self.tables.borrow().ever_held.keys().filter(|(_, scope)| keys.contains(scope)) {
            records.remove(&stream.record);
        }
        Ok(records)
    }
}

impl AuditWrites for Job<'_> {
    fn add_audit_line(&self, line: &Line) -> Result<(), Fault> {
        self.add(|tables| &mut tables.audit, line.number, line.clone())
    }
}
