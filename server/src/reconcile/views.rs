//! Folds of what authors knew, kept while a round runs: the next entry of a phone mostly knows what its last one did
//! and a little more, and costs that little.
//!
//! Does not decide what an author knew: see [`super::record`].

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use sync_core::ids::Stream;
use sync_core::referral::fold::Folded;
use sync_core::stream::{History, Seen, StreamOp};

/// What of an author's past counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Counting {
    /// What counted.
    AsRead,
    /// That, and what was kept aside of it.
    AsAdmitted,
}

/// What was seen, and the fold of that.
type View = (Seen, Arc<Folded>);

/// The last fold of each stream.
#[derive(Default)]
pub(super) struct Views(RefCell<BTreeMap<(Stream, Counting), View>>);

impl Views {
    /// The fold of what was seen of a stream; `known` gives each op as its reader had it.
    pub(super) fn of(
        &self,
        (stream, counting): (Stream, Counting),
        seen: Seen,
        all: &History,
        known: impl Fn(&StreamOp) -> StreamOp,
    ) -> Arc<Folded> {
        let kept = self.0.borrow_mut().remove(&(stream, counting));
        let (before, mut folded) = kept.filter(|(before, _)| before.is_within(&seen)).unwrap_or_default();
        let new = all.iter().filter(|op| seen.contains(op.id) && !before.contains(op.id));
        Arc::make_mut(&mut folded).apply(new.map(known));
        self.0.borrow_mut().insert((stream, counting), (seen, Arc::clone(&folded)));
        folded
    }
}
