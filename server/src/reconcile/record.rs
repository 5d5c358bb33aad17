//! The ops of one record while a write job works on them, and what an author knew of it.
//!
//! Does not read or write the store.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::ids::{OpId, Stream};
use sync_core::referral::fold::{StreamState, fold};
use sync_core::referral::judge::Knew;
use sync_core::stream::History;

use crate::store::rows::Held;

/// All held ops of a record.
#[derive(Default)]
pub(crate) struct Ops(pub(super) BTreeMap<OpId, Held>);

impl Ops {
    pub(crate) fn new(held: Vec<Held>) -> Self {
        Self(held.into_iter().map(|held| (held.id(), held)).collect())
    }

    /// The earlier ops of the same device in the record.
    fn own_before(&self, id: OpId) -> impl DoubleEndedIterator<Item = &Held> {
        self.0.range(OpId { seq: 0, ..id }..id).map(|(_, held)| held)
    }

    /// What must be stamped before this op is: its deps, the heads that it had seen in other
    /// streams, and its author's previous act in the record.
    pub(super) fn causes(&self, held: &Held) -> BTreeSet<OpId> {
        let header = &held.op.header;
        let seen = header.seen.iter().flatten().copied();
        let previous = self.own_before(header.id).next_back().map(Held::id);
        header.deps.iter().copied().chain(seen).chain(previous).collect()
    }

    /// The direct causes inside the op's stream.
    pub(super) fn stream_causes(&self, held: &Held) -> Vec<OpId> {
        let stream = held.op.header.stream;
        let previous = self.own_before(held.id()).rfind(|own| own.op.header.stream == stream).map(Held::id);
        held.op.header.deps.iter().copied().chain(previous).collect()
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
    pub(super) fn knew(&self, held: &Held) -> Knew {
        let (id, stream) = (held.id(), held.op.header.stream);
        let histories = self.histories();
        let own_past = histories.get(&stream).map(|history| history.as_of(&self.stream_causes(held)));
        let mut heads: BTreeSet<OpId> = held.op.header.seen.iter().flatten().copied().collect();
        for own in self.own_before(id) {
            heads.insert(own.id());
            heads.extend(own.op.header.seen.iter().flatten());
        }
        for past in own_past.iter().flat_map(History::iter) {
            let seen = self.0.get(&past.id).and_then(|held| held.op.header.seen.as_ref());
            heads.extend(seen.into_iter().flatten());
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
