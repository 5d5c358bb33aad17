//! What lists of referrals and conflicts are read from.
//!
//! Does not fold: it gives the streams that a reader's feeds hold, and where conflicts are open.

use sync_core::access::Scope;
use sync_core::ids::{Digest, Record, Stream};

use crate::fault::Fault;
use crate::store::people::{Listed, Span};
use crate::store::rows::WaitingExtract;

/// Where a conflict is, and whether it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ConflictRow {
    pub(crate) conflict: Digest,
    pub(crate) stream: Stream,
    pub(crate) is_open: bool,
}

/// What a job can look up for lists.
pub(crate) trait DeskReads {
    /// Referrals of which the scopes hold a stream, newest first; `after` 0 begins with the newest.
    fn list_referrals(&self, scopes: &[Scope], span: Span) -> Result<Vec<Listed<Record>>, Fault>;
    /// Open conflicts, in the order in which they arose.
    fn list_conflicts(&self, span: Span) -> Result<Vec<Listed<ConflictRow>>, Fault>;
    /// Where a conflict is that is open, or was.
    fn conflict(&self, conflict: Digest) -> Result<Option<ConflictRow>, Fault>;
    /// The extract that waits at the admin desk.
    fn extract(&self, conflict: Digest) -> Result<Option<WaitingExtract>, Fault>;
    /// The last place that a stamp was given.
    fn place(&self) -> Result<u64, Fault>;
}

/// What a job can note for lists.
pub(crate) trait DeskWrites {
    /// The conflicts that are open in a stream now; of its others it stays known that they were.
    fn set_open_conflicts(&self, stream: Stream, open: &[Digest]) -> Result<(), Fault>;
}
