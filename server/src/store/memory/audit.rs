//! The lines of the audit, in memory.
//!
//! Does not chain them.

use sync_core::ids::Digest;

use super::Job;
use crate::audit::{Line, Wanted};
use crate::fault::Fault;
use crate::store::audit::{AuditReads, AuditWrites};
use crate::store::people::Span;

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
        Ok(lines.take(span.limit).cloned().collect())
    }

    fn audit_after(&self, number: u64, limit: usize) -> Result<Vec<Line>, Fault> {
        let tables = self.tables.borrow();
        Ok(tables.audit.range(number + 1..).map(|(_, line)| line.clone()).take(limit).collect())
    }
}

impl AuditWrites for Job<'_> {
    fn add_audit_line(&self, line: &Line) -> Result<(), Fault> {
        self.add(|tables| &mut tables.audit, line.number, line.clone())
    }
}
