//! What is held of one stream: each op with its past, all in one causal order, and how that changes
//! when an op or a stamp comes.
//!
//! ```text
//!   an op that nobody held has seen     takes its place in the order, nothing else moves
//!   a stamp for an own op               the ops after it may change places, no past does
//!   an op that others build on already  pasts and order are computed anew
//! ```
//! Keeps what was once read of a body, so that no fold of a part reads it again. Does not answer
//! questions about it: see [`super::ancestry`].

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::Erased;
use crate::ids::OpId;
use crate::referral::act::Act;
use crate::stream::{Seen, StreamOp};

/// Where an op lies in memory: in order of arrival, so it means nothing outside of one [`History`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot(u32);

impl Slot {
    pub(crate) fn new(index: usize) -> Self {
        Self(u32::try_from(index).expect("no memory holds four thousand million ops"))
    }

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// An op with its past, and what was read of its body.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) op: StreamOp,
    pub(crate) past: Seen,
    act: OnceLock<Option<Act>>,
}

impl Node {
    fn new(op: StreamOp) -> Self {
        Self { op, past: Seen::default(), act: OnceLock::new() }
    }

    /// The body as an act, or what is left of one that was erased; none without either, and for a kind or
    /// shape that this version does not know.
    pub(crate) fn act(&self) -> Option<&Act> {
        let left = self.op.erased.as_ref().and_then(|erased| erased.left.as_deref());
        let parse = || Act::read(&self.op.kind, self.op.body.as_deref().or(left)?).ok().flatten();
        self.act.get_or_init(parse).as_ref()
    }
}

/// The ops of one stream, in a deterministic causal order, each with its past.
#[derive(Debug, Clone, Default)]
pub struct History {
    pub(super) nodes: Vec<Arc<Node>>,
    pub(super) slots: BTreeMap<OpId, Slot>,
    pub(super) order: Vec<Slot>,
    /// By slot: the place in `order`.
    pub(super) places: Vec<u32>,
    pub(super) heads: Vec<OpId>,
    pub(super) built_on: Seen,
    /// How many ops lie in a cycle or behind one, at the end of the order.
    pub(super) in_cycles: usize,
}

/// What is not as it was before some ops came.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// The ops that are new, and those of which there is a better copy; in causal order.
    pub(crate) slots: Vec<Slot>,
    /// The first place of the order that holds another op than before.
    pub(crate) from: usize,
    /// Whether pasts have changed of ops that are not among `slots`.
    pub(crate) pasts: Pasts,
}

/// Whether pasts of ops that were held before have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Pasts {
    /// None has.
    #[default]
    AsBefore,
    /// Some have: whatever rests on them must be computed anew.
    Changed,
}

impl Changes {
    /// For who has seen nothing of a history, all of it is new.
    pub(crate) fn all(history: &History) -> Self {
        Self { slots: history.order.clone(), ..Self::default() }
    }
}

impl History {
    /// Takes ops in any order, any number of times each; a stamped copy replaces an unstamped one.
    #[must_use]
    pub fn new(ops: impl IntoIterator<Item = StreamOp>) -> Self {
        let mut history = Self::default();
        history.add(ops);
        history
    }

    /// Takes more ops, and says what has changed by them.
    pub(crate) fn add(&mut self, ops: impl IntoIterator<Item = StreamOp>) -> Changes {
        let mut changes = Changes { from: self.order.len(), ..Changes::default() };
        for op in ops {
            match self.slots.get(&op.id).copied() {
                None => self.add_new(op, &mut changes),
                Some(slot) if is_better_copy(&self.nodes[slot.index()].op, &op) => {
                    self.replace(slot, op, &mut changes);
                }
                Some(_) => {}
            }
        }
        if changes.pasts == Pasts::Changed {
            self.arrange();
            changes.from = 0;
        }
        changes.slots.sort_unstable_by_key(|slot| self.place(*slot));
        changes.slots.dedup();
        changes
    }

    /// Takes the body of an op away, as an erasure does; its place and its past stay.
    pub(crate) fn erase(&mut self, id: OpId, erased: Erased) -> Changes {
        let mut changes = Changes { from: self.order.len(), ..Changes::default() };
        if let Some(slot) = self.slots.get(&id).copied() {
            let node = &self.nodes[slot.index()];
            let op = node.op.clone().with_erased(erased);
            self.nodes[slot.index()] = Arc::new(Node { past: node.past.clone(), ..Node::new(op) });
            changes.from = self.place(slot);
            changes.slots.push(slot);
            changes.pasts = self.pasts_if_rearranged();
        }
        changes
    }

    fn add_new(&mut self, op: StreamOp, changes: &mut Changes) {
        let id = op.id;
        let slot = Slot::new(self.nodes.len());
        let is_built_on = self.built_on.contains(id) || self.has_later_of(id) || self.in_cycles > 0;
        let mut node = Node::new(op);
        if changes.pasts == Pasts::AsBefore && !is_built_on {
            node.past = self.past_of(&node.op);
            let at = self.place_for(&node.op);
            self.note_built_on(id, &node.past);
            self.nodes.push(Arc::new(node));
            self.places.push(0);
            self.order.insert(at, slot);
            self.number_from(at);
            changes.from = changes.from.min(at);
        } else {
            changes.pasts = Pasts::Changed;
            self.nodes.push(Arc::new(node));
        }
        self.slots.insert(id, slot);
        changes.slots.push(slot);
    }

    /// Another copy of an op: its stamp came, or its body, since it was admitted.
    fn replace(&mut self, slot: Slot, op: StreamOp, changes: &mut Changes) {
        changes.slots.push(slot);
        let known = &self.nodes[slot.index()];
        let same = known.op.builds_on().eq(op.builds_on());
        let past = known.past.clone();
        let id = op.id;
        self.nodes[slot.index()] = Arc::new(Node { past, ..Node::new(op) });
        if !same || changes.pasts == Pasts::Changed || self.in_cycles > 0 {
            changes.pasts = Pasts::Changed;
            return;
        }
        let was_at = self.place(slot);
        self.order.remove(was_at);
        self.number_from(was_at);
        let at = self.place_for(&self.nodes[slot.index()].op);
        self.order.insert(at, slot);
        let from = was_at.min(at);
        self.number_from(from);
        if self.built_on.contains(id) {
            self.arrange_from(from);
        }
        changes.from = changes.from.min(from);
    }

    /// In a cycle ancestry is no order: whatever changes there is folded anew.
    fn pasts_if_rearranged(&self) -> Pasts {
        if self.in_cycles > 0 { Pasts::Changed } else { Pasts::AsBefore }
    }

    fn has_later_of(&self, id: OpId) -> bool {
        self.slots.range(id..=OpId { seq: u64::MAX, ..id }).any(|(other, _)| *other != id)
    }

    /// What an op names or implies: its listed deps and its device's previous op. A dep that is not
    /// held stands for the latest earlier op of its device that is.
    pub(super) fn causes(&self, op: &StreamOp) -> impl Iterator<Item = Slot> {
        let latest = |upto: OpId| self.slots.range(OpId { seq: 0, ..upto }..=upto).next_back();
        let previous = OpId { seq: op.id.seq.saturating_sub(1), ..op.id };
        let named = op.builds_on().chain([previous]).filter_map(latest);
        named.filter(|(id, _)| **id != op.id).map(|(_, slot)| *slot)
    }

    /// The past of an op whose causes have theirs.
    pub(super) fn past_of(&self, op: &StreamOp) -> Seen {
        let mut past = Seen::with_room(4);
        for cause in self.causes(op) {
            let cause = &self.nodes[cause.index()];
            past.merge(&cause.past);
            past.add(cause.op.id);
        }
        op.builds_on().for_each(|dep| past.add(dep));
        past
    }

    /// The place that an op takes on which nobody builds: after its causes, before the first that
    /// comes later for people.
    fn place_for(&self, op: &StreamOp) -> usize {
        let after = self.causes(op).map(|cause| self.place(cause) + 1).max().unwrap_or_default();
        let key = op.order();
        let later = |slot: &Slot| self.nodes[slot.index()].op.order() > key;
        after + self.order[after..].iter().position(later).unwrap_or(self.order.len() - after)
    }

    pub(super) fn number_from(&mut self, from: usize) {
        for (at, slot) in self.order.iter().enumerate().skip(from) {
            self.places[slot.index()] = Slot::new(at).0;
        }
    }

    fn note_built_on(&mut self, id: OpId, past: &Seen) {
        self.heads.retain(|head| !past.contains(*head));
        self.built_on.merge(past);
        if !self.built_on.contains(id) {
            let at = self.heads.partition_point(|head| *head < id);
            self.heads.insert(at, id);
        }
    }

    /// Notes anew who builds on whom; every op has its past.
    pub(super) fn note_all_built_on(&mut self) {
        self.built_on = Seen::default();
        self.nodes.iter().for_each(|node| self.built_on.merge(&node.past));
        self.heads = self.slots.keys().copied().filter(|id| !self.built_on.contains(*id)).collect();
    }
}

/// A stamped copy beats an unstamped one, an erased one whatever was held before, and one with a body a
/// skeleton (it was admitted since).
fn is_better_copy(known: &StreamOp, new: &StreamOp) -> bool {
    let rank = |op: &StreamOp| (op.stamp.is_some(), op.erased.is_some(), op.body.is_some());
    rank(new) > rank(known)
}
