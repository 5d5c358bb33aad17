//! What lists of referrals and conflicts are read from.
//!
//! Does not fold: it gives the streams that a reader's feeds hold, and where conflicts are open.

use std::collections::BTreeSet;

use sync_core::access::Scope;
use sync_core::ids::{Digest, Record, Stream};

use crate::fault::Fault;
use crate::store::people::{Listed, Span};
use crate::store::rows::{Held, WaitingExtract};

/// Where a conflict is, and whether it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ConflictRow {
    pub(crate) conflict: Digest,
    pub(crate) stream: Stream,
    pub(crate) is_open: bool,
}

/// Which conflicts are listed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ConflictsOf<'a> {
    /// Those in streams that one of the scopes holds, and those that wait as an extract.
    Readers(&'a [Scope]),
    /// Those that wait as an extract, in streams that none of the scopes holds.
    Extracts(&'a [Scope]),
    /// Those of one stream.
    Stream(Stream),
}

/// What a job can look up for lists.
pub(crate) trait DeskReads {
    /// Referrals of which the scopes hold a stream, newest first; `after` 0 begins with the newest.
    fn list_referrals(&self, scopes: &[Scope], span: Span) -> Result<Vec<Listed<Record>>, Fault>;
    /// Open conflicts, in the order in which they arose.
    fn list_conflicts(&self, of: ConflictsOf<'_>, span: Span) -> Result<Vec<Listed<ConflictRow>>, Fault>;
    /// How many conflicts are open in streams that one of the scopes holds.
    fn count_conflicts(&self, scopes: &[Scope]) -> Result<u64, Fault>;
    /// Entries by the place that they have, newest first; `after` 0 begins with the newest.
    fn list_stamped(&self, span: Span) -> Result<Vec<Listed<Held>>, Fault>;
    /// The records of the conflicts that are open no more: of so many, those that arose last.
    fn settled_records(&self, limit: usize) -> Result<BTreeSet<Record>, Fault>;
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
