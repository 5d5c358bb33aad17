//! The lines of the audit, as a store keeps them.
//!
//! Does not know how they are chained: see [`crate::audit`].

use std::collections::BTreeSet;

use sync_core::access::Scope;
use sync_core::ids::{DeviceId, Digest, Record};

use crate::audit::{Line, OpenedThere, Wanted};
use crate::fault::Fault;
use crate::store::people::Span;

/// What a job can look up.
pub(crate) trait AuditReads {
    /// Number and hash of the last line; 0 and all zero when there is none.
    fn audit_head(&self) -> Result<(u64, Digest), Fault>;
    /// Lines newest first; `after` 0 begins with the newest.
    fn list_audit(&self, wanted: Wanted, span: Span) -> Result<Vec<Line>, Fault>;
    /// Lines after a number, in their order.
    fn audit_after(&self, number: u64, limit: usize) -> Result<Vec<Line>, Fault>;
    /// The highest number of what was opened on a phone; 0 when nothing of it is noted.
    fn opened_upto(&self, device: DeviceId) -> Result<u64, Fault>;
    /// Whether this opening is noted. A copy of a phone may give the same number to another.
    fn has_opening(&self, device: DeviceId, record: Record, there: OpenedThere) -> Result<bool, Fault>;
    /// Of some records those of which it is not noted yet that a phone was sent them, and in which it wrote nothing that
    /// counts.
    fn not_sent(&self, device: DeviceId, records: BTreeSet<Record>) -> Result<BTreeSet<Record>, Fault>;
    /// Of some records those of which none of these scopes ever held anything.
    fn out_of_reach(&self, scopes: &[Scope], records: BTreeSet<Record>) -> Result<BTreeSet<Record>, Fault>;
}

/// What a job can note.
pub(crate) trait AuditWrites {
    fn add_audit_line(&self, line: &Line) -> Result<(), Fault>;
}
