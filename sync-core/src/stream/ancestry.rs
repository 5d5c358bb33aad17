//! What is asked of a history: the ops in their causal order, who knew what, the heads, and the part that somebody
//! knew.
//!
//! Changes nothing: see [`super::history`]. Does not fold.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::ids::OpId;
use crate::stream::history::{History, Node, Slot};
use crate::stream::{Seen, StreamOp};

impl History {
    /// The ops, causes before effects.
    pub fn iter(&self) -> impl Iterator<Item = &StreamOp> {
        self.order.iter().map(|slot| &self.nodes[slot.index()].op)
    }

    /// One op.
    #[must_use]
    pub fn op(&self, id: OpId) -> Option<&StreamOp> {
        self.slot(id).map(|slot| &self.node(slot).op)
    }

    /// What an op's author had seen of this stream.
    #[must_use]
    pub fn past(&self, id: OpId) -> Option<&Seen> {
        self.slot(id).map(|slot| &self.node(slot).past)
    }

    /// The last op that a device wrote here before one of its ops.
    #[must_use]
    pub fn last_before(&self, id: OpId) -> Option<OpId> {
        self.slots.range(OpId { seq: 0, ..id }..id).next_back().map(|(before, _)| *before)
    }

    pub(crate) fn slot(&self, id: OpId) -> Option<Slot> {
        self.slots.get(&id).copied()
    }

    pub(crate) fn node(&self, slot: Slot) -> &Arc<Node> {
        &self.nodes[slot.index()]
    }

    /// The place of an op in the causal order.
    pub(crate) fn place(&self, slot: Slot) -> usize {
        self.places[slot.index()] as usize
    }

    /// The ops from a place of the causal order on.
    pub(crate) fn order_from(&self, from: usize) -> &[Slot] {
        &self.order[from..]
    }

    /// Whether the author of `slot` had seen `other`.
    pub(crate) fn knew(&self, slot: Slot, other: Slot) -> bool {
        self.node(slot).past.contains(self.node(other).op.id)
    }

    /// Whether neither op was in the other's past.
    pub(crate) fn apart(&self, a: Slot, b: Slot) -> bool {
        a != b && !self.knew(a, b) && !self.knew(b, a)
    }

    /// Whether neither op was in the other's past.
    #[must_use]
    pub fn concurrent(&self, a: OpId, b: OpId) -> bool {
        let knew = |x, y| self.past(x).is_some_and(|past: &Seen| past.contains(y));
        a != b && !knew(a, b) && !knew(b, a)
    }

    /// The ops that nobody has built on yet, sorted.
    #[must_use]
    pub fn heads(&self) -> Vec<OpId> {
        self.heads.clone()
    }

    pub(crate) fn heads_into(&self, heads: &mut Vec<OpId>) {
        heads.clone_from(&self.heads);
    }

    /// Of some ops, those that are not in the past of another of them, sorted.
    #[must_use]
    pub fn maximal(&self, ids: &[OpId]) -> Vec<OpId> {
        let covered = |id: &OpId| {
            ids.iter().any(|other| other != id && self.past(*other).is_some_and(|past| past.contains(*id)))
        };
        let heads: BTreeSet<_> = ids.iter().copied().filter(|id| !covered(id)).collect();
        heads.into_iter().collect()
    }

    /// Whether somebody who had seen `heads` and all that they build on had seen everything.
    #[must_use]
    pub fn is_all_behind(&self, heads: &[OpId]) -> bool {
        self.in_cycles == 0 && self.heads.iter().all(|head| heads.contains(head))
    }

    /// What somebody knew who had seen `heads` and all that they build on.
    #[must_use]
    pub fn seen_by(&self, heads: &[OpId]) -> Seen {
        let mut seen = Seen::default();
        for head in heads {
            seen.add(*head);
            if let Some(past) = self.past(*head) {
                seen.merge(past);
            }
        }
        seen
    }

    /// The history as somebody knew it who had seen `heads` and all that they build on.
    #[must_use]
    pub fn as_of(&self, heads: &[OpId]) -> Self {
        self.part(&self.seen_by(heads))
    }

    /// The history as the author of an op knew it.
    pub(crate) fn before(&self, id: OpId) -> Option<Self> {
        self.past(id).map(|past| self.part(past))
    }

    fn part(&self, seen: &Seen) -> Self {
        let kept = self.order.iter().map(|slot| self.node(*slot)).filter(|node| seen.contains(node.op.id));
        let mut part = Self { nodes: kept.cloned().collect(), ..Self::default() };
        let by_place = (0..part.nodes.len()).map(Slot::new);
        part.order = by_place.clone().collect();
        part.places = vec![0; part.nodes.len()];
        part.number_from(0);
        part.slots = by_place.map(|slot| (part.node(slot).op.id, slot)).collect();
        part.note_all_built_on();
        part.in_cycles = if self.in_cycles > 0 { part.nodes.len() } else { 0 };
        part
    }

    /// How many ops there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::clock::Hlc;
    use crate::ids::{Compartment, CompartmentKind, DeviceId, OrgId, Record, RecordKind, Stream, UserId};
    use crate::op::VOCABULARY;

    fn id(device: u128) -> OpId {
        OpId { device: DeviceId(Uuid::from_u128(device)), seq: 1 }
    }

    /// The first op of a device, upon those of others.
    fn op(device: u128, deps: &[u128]) -> StreamOp {
        let compartment = Compartment { kind: CompartmentKind::Shared, org: OrgId(Uuid::from_u128(9)) };
        let record = Record { kind: RecordKind::Referral, id: Uuid::from_u128(9) };
        StreamOp {
            id: id(device),
            stream: Stream { record, compartment },
            deps: deps.iter().map(|device| id(*device)).collect(),
            hlc: Hlc(u64::try_from(device).unwrap_or_default()),
            author: UserId(Uuid::from_u128(9)),
            kind: "future.kind".parse().expect("it is written as kinds are"),
            vocabulary: VOCABULARY,
            body: None,
            erased: None,
            stamp: None,
        }
    }

    #[test]
    fn who_saw_every_head_saw_everything_unless_ops_stand_in_a_circle() {
        let forked = History::new([op(1, &[]), op(2, &[1]), op(3, &[1])]);
        assert_eq!(forked.heads(), [id(2), id(3)]);
        assert!(forked.is_all_behind(&[id(3), id(2)]));
        assert!(!forked.is_all_behind(&[id(3)]) && !forked.is_all_behind(&[]));
        let circle = History::new([op(1, &[2]), op(2, &[1]), op(3, &[])]);
        assert!(!circle.is_all_behind(&[id(1), id(2), id(3)]), "nobody can have seen one");
    }

    #[test]
    fn a_part_is_what_lies_behind_its_heads_and_none_of_the_rest() {
        let whole = History::new([op(1, &[]), op(2, &[1]), op(3, &[1]), op(4, &[2, 3])]);
        let part = whole.as_of(&[id(3)]);
        assert_eq!(part.iter().map(|op| op.id).collect::<Vec<_>>(), [id(1), id(3)]);
        assert_eq!((part.heads(), part.len()), (vec![id(3)], 2));
        assert!(whole.concurrent(id(2), id(3)) && !whole.concurrent(id(2), id(4)));
        assert_eq!(whole.maximal(&[id(1), id(2), id(3)]), [id(2), id(3)]);
    }
}
