//! The lines of the audit go to the store at once: nothing that is kept between jobs depends on them.
//!
//! Does not keep any of it.

use std::collections::BTreeSet;

use sync_core::access::Scope;
use sync_core::ids::{DeviceId, Digest, Record};

use super::Job;
use crate::audit::{Line, OpenedThere, Wanted};
use crate::fault::Fault;
use crate::store::audit::{AuditReads, AuditWrites};
use crate::store::people::Span;

impl AuditReads for Job<'_> {
    fn audit_head(&self) -> Result<(u64, Digest), Fault> {
        self.under()?.audit_head()
    }

    fn list_audit(&self, wanted: Wanted, span: Span) -> Result<Vec<Line>, Fault> {
        self.under()?.list_audit(wanted, span)
    }

    fn audit_after(&self, number: u64, limit: usize) -> Result<Vec<Line>, Fault> {
        self.under()?.audit_after(number, limit)
    }

    fn opened_upto(&self, device: DeviceId) -> Result<u64, Fault> {
        self.under()?.opened_upto(device)
    }

    fn has_opening(&self, device: DeviceId, record: Record, there: OpenedThere) -> Result<bool, Fault> {
        self.under()?.has_opening(device, record, there)
    }

    fn not_sent(&self, device: DeviceId, records: BTreeSet<Record>) -> Result<BTreeSet<Record>, Fault> {
        self.under()?.not_sent(device, records)
    }

    fn out_of_reach(&self, scopes: &[Scope], records: BTreeSet<Record>) -> Result<BTreeSet<Record>, Fault> {
        self.under()?.out_of_reach(scopes, records)
    }
}

impl AuditWrites for Job<'_> {
    fn add_audit_line(&self, line: &Line) -> Result<(), Fault> {
        self.under()?.add_audit_line(line)
    }
}
