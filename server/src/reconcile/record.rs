//! The ops of one record while a write job works on them, and what an author knew of it.
//!
//! Does not read or write the store.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::ids::{OpId, Stream};
use sync_core::referral::fold::{StreamState, fold};
use sync_core::referral::judge::Knew;
use sync_core::stream::History;

use super::pending::Past;
use crate::store::rows::Held;

/// All held ops of a record.
#[derive(Default)]
pub(crate) struct Ops(pub(super) BTreeMap<OpId, Held>);

impl Ops {
    pub(crate) fn new(held: Vec<Held>) -> Self {
        Self(held.into_iter().map(|held| (held.id(), held)).collect())
    }

    /// The earlier ops of the same device in the record.
    pub(super) fn own_before(&self, id: OpId) -> impl DoubleEndedIterator<Item = &Held> {
        self.0.range(OpId { seq: 0, ..id }..id).map(|(_, held)| held)
    }

    /// The streams as their readers fold them.
    pub(crate) fn histories(&self) -> BTreeMap<Stream, History> {
        let mut streams: BTreeMap<Stream, Vec<_>> = BTreeMap::new();
        for held in self.0.values().filter(|held| held.is_in_stream()) {
            streams.entry(held.op.header.stream).or_default().push(held.as_read());
        }
        streams.into_iter().map(|(stream, ops)| (stream, History::new(ops))).collect()
    }

    /// The folded streams.
    pub(super) fn states(&self) -> Vec<StreamState> {
        self.histories().values().map(fold).collect()
    }

    /// What the author of an op knew of the record: the op's past in its own stream, and in the
    /// others the past of every head that the op, its author's earlier acts or that past had seen.
    pub(super) fn knew(&self, held: &Held, past: &Past) -> Knew {
        let (id, stream) = (held.id(), held.op.header.stream);
        let histories = self.histories();
        let own_past = histories.get(&stream).map(|history| history.as_of(&past.heads));
        let mut heads: BTreeSet<OpId> = past.elsewhere.iter().copied().collect();
        for own in self.own_before(id) {
            heads.insert(own.id());
            heads.extend(past.known(self, own.op.header.seen.iter().flatten().copied()));
        }
        for op in own_past.iter().flat_map(History::iter) {
            let seen = self.0.get(&op.id).and_then(|held| held.op.header.seen.as_ref());
            heads.extend(past.known(self, seen.into_iter().flatten().copied()));
        }
        let mut streams = BTreeMap::new();
        for (other, history) in histories {
            let known: Vec<OpId> = heads.iter().copied().filter(|id| history.op(*id).is_some()).collect();
            if other != stream && !known.is_empty() {
                streams.insert(other, history.as_of(&known));
            }
        }
        streams.extend(own_past.map(|past| (stream, past)));
        Knew { streams }
    }
}
