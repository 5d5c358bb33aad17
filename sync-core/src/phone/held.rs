//! A record as a phone holds it, folded: a command about it goes on from here, and so does an answer of the server.
//!
//! ```text
//!   rows ─▶ HeldRecord ─▶ a command is recorded ─▶ its entries are taken in
//!                      └▶ an answer is kept ─────▶ what it brought is taken in, or the rows are read again
//! ```
//! After every step it equals what its rows fold to. It is never stored: the rows are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ids::{OpId, Stream};
use crate::op::{Header, Op};
use crate::phone::{Held, histories};
use crate::referral::fold::{Folded, StreamState};
use crate::stream::{History, StreamOp};

/// The heads of each stream.
pub(super) type Heads = BTreeMap<Stream, Vec<OpId>>;

/// A record, folded, with what its next entry names.
#[derive(Debug, Clone, Default)]
pub struct HeldRecord {
    streams: BTreeMap<Stream, Arc<Folded>>,
    /// Those of them that the reader has lost: what they held is known by its ids alone.
    pub(super) lost: BTreeSet<Stream>,
    /// At which revision the store learnt of each entry, and the highest of them.
    revs: BTreeMap<OpId, u64>,
    newest_rev: u64,
    pub(super) own: OwnEntries,
    /// The heads of an earlier view, for who records more than once on it.
    shown: Option<(u64, Heads)>,
}

/// What a device's next entry in a record takes from its own ones before.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnEntries {
    /// How many there are.
    pub(super) count: usize,
    /// The last one in each stream.
    pub(super) last: BTreeMap<Stream, OpId>,
    /// The stream of the last one.
    pub(super) stream: Option<Stream>,
    /// What the last one that says so had seen of the other streams.
    pub(super) seen: Vec<OpId>,
}

impl HeldRecord {
    /// Folds what is held of a record: the entries that may be seen, what its lost streams held by ids and deps alone,
    /// and the headers of this device's own entries in the order of the log, also of those that may not be seen.
    #[must_use]
    pub fn new(mut held: Vec<Held>, gone: Vec<Held>, own: impl IntoIterator<Item = Header>) -> Self {
        let lost = gone.iter().map(|gone| gone.op.stream).collect();
        held.extend(gone);
        let streams = histories(&held, u64::MAX).into_iter();
        let streams = streams.map(|(stream, history)| (stream, Arc::new(Folded::new(history)))).collect();
        let mut record = Self { streams, lost, ..Self::default() };
        held.iter().for_each(|held| record.learnt(held.op.id, held.rev));
        own.into_iter().for_each(|header| record.own.follow(&header));
        record
    }

    /// Its streams.
    #[must_use]
    pub fn streams(&self) -> &BTreeMap<Stream, Arc<Folded>> {
        &self.streams
    }

    /// Whether nothing of it was lost.
    #[must_use]
    pub fn is_all_held(&self) -> bool {
        self.lost.is_empty()
    }

    /// The states of its streams.
    #[must_use]
    pub fn states(&self) -> Vec<StreamState> {
        self.streams.values().map(|folded| folded.state().clone()).collect()
    }

    /// How many entries it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.streams.values().map(|folded| folded.history().len()).sum()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    /// One of its entries.
    #[must_use]
    pub fn op(&self, id: OpId) -> Option<&StreamOp> {
        self.streams.values().find_map(|folded| folded.history().op(id))
    }

    /// Notes at which revision the store learnt of an entry.
    pub fn learnt(&mut self, id: OpId, rev: u64) {
        let kept = self.revs.entry(id).or_insert(rev);
        *kept = rev.min(*kept);
        self.newest_rev = self.newest_rev.max(rev);
    }

    /// Takes what an answer brought: new entries, and stamps of known ones. Gives whether that was all that it changed: if
    /// not, the record must be read again.
    #[must_use]
    pub fn follow(&mut self, entries: Vec<Held>) -> bool {
        if !entries.iter().all(|held| self.goes_on_with(held)) {
            return false;
        }
        let mut by_stream: BTreeMap<Stream, Vec<StreamOp>> = BTreeMap::new();
        for Held { op, rev } in entries {
            self.learnt(op.id, rev);
            by_stream.entry(op.stream).or_default().push(op);
        }
        for (stream, ops) in by_stream {
            Arc::make_mut(self.streams.entry(stream).or_default()).apply(ops);
        }
        self.shown = None;
        true
    }

    /// Whether an entry is new, or says of a known one what was not known before.
    fn goes_on_with(&self, held: &Held) -> bool {
        let Held { op, rev } = held;
        let known = self.streams.get(&op.stream).and_then(|folded| folded.history().op(op.id));
        match known {
            Some(known) if known == op => self.revs.get(&op.id) == Some(rev),
            Some(known) => {
                let without = StreamOp { stamp: None, ..op.clone() };
                *known == without && self.revs.get(&op.id) == Some(rev)
            }
            // Of one without a body other rows say what was erased.
            None => op.body.is_some() && op.erased.is_none() && !self.revs.contains_key(&op.id),
        }
    }

    /// The heads of each stream as a view of a revision showed them.
    pub(super) fn as_shown(&mut self, as_of: u64) -> Heads {
        if self.newest_rev <= as_of {
            let heads = self.streams.iter().map(|(stream, folded)| (*stream, folded.history().heads()));
            return heads.collect();
        }
        if let Some((_, heads)) = self.shown.as_ref().filter(|(shown, _)| *shown == as_of) {
            return heads.clone();
        }
        let mut heads = Heads::new();
        for (stream, folded) in &self.streams {
            let was_known = |op: &&StreamOp| self.revs.get(&op.id).is_some_and(|rev| *rev <= as_of);
            let history = History::new(folded.history().iter().filter(was_known).cloned());
            if !history.is_empty() {
                heads.insert(*stream, history.heads());
            }
        }
        self.shown = Some((as_of, heads.clone()));
        heads
    }

    /// Takes an entry in that this device has just written; when the store learns of it is noted by [`Self::learnt`].
    pub(super) fn take_in(&mut self, op: &Op) {
        let stream = self.streams.entry(op.header.stream).or_default();
        Arc::make_mut(stream).apply([StreamOp::of(op, None)]);
        self.own.follow(&op.header);
    }
}

impl OwnEntries {
    fn follow(&mut self, header: &Header) {
        self.count += 1;
        self.last.insert(header.stream, header.id);
        self.stream = Some(header.stream);
        if let Some(seen) = &header.seen {
            self.seen.clone_from(seen);
        }
    }
}
