//! The ops of one record while a write job works on them, and what an author knew of it.
//!
//! Does not read or write the store.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::access::{Author, Role};
use sync_core::ids::{OpId, Stream};
use sync_core::referral::fold::{StreamState, fold};
use sync_core::referral::judge::Knew;
use sync_core::stamp::Disposition;
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

    /// Whether the record belongs to other officers than this one. An officer who has guessed or overheard
    /// its id may say to know nothing of it, and would be let in as the one who opens it.
    pub(super) fn is_foreign_to(&self, author: &Author) -> bool {
        if author.role != Role::Officer {
            return false;
        }
        let opens =
            |held: &&Held| matches!(held.op.header.kind.as_str(), "encounter.opened" | "referral.submitted");
        let counts = |held: &&Held| {
            held.stamp.as_ref().is_some_and(|stamp| stamp.disposition == Disposition::Accepted)
        };
        let owners: BTreeSet<_> =
            self.0.values().filter(opens).filter(counts).map(|held| held.op.header.author).collect();
        !owners.is_empty() && !owners.contains(&author.user)
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
