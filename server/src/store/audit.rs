//! The lines of the audit, as a store keeps them.
//!
//! Does not know how they are chained: see [`crate::audit`].

use sync_core::ids::Digest;

use crate::audit::{Line, Wanted};
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
}

/// What a job can note.
pub(crate) trait AuditWrites {
    fn add_audit_line(&self, line: &Line) -> Result<(), Fault>;
}
