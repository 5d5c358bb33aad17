//! The ops of one stream and their exact ancestry.
//!
//! ```text
//!   device A   a1 ───── a2 ──────────── a3      a3's past: {A: 2, B: 1}
//!                 ╲                   ╱         a2 and b1 are concurrent: neither
//!   device B       ╲─── b1 ──────────╯          is in the other's past
//! ```
//! The past of an op is a version vector (device → highest seq seen in this stream). It is exact
//! because a device's own previous op in the stream is always part of it. A dep that the stamp lists
//! as absent is no part of it, then and later: in its place stands what the stamp names instead. So
//! an absent op that comes late is concurrent with the op that named it, for every reader alike, and
//! nobody can claim to have seen what was not written yet. Does not read bodies.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::clock::Hlc;
use crate::ids::{DeviceId, OpId, Stream, UserId};
use crate::op::{Header, Kind, Op};
use crate::stamp::Stamp;

/// What a fold needs of an op: what travels down the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamOp {
    /// The op.
    pub id: OpId,
    /// The stream it is in.
    pub stream: Stream,
    /// Its listed deps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deps: Vec<OpId>,
    /// The author's clock, which orders own unstamped ops.
    pub hlc: Hlc,
    /// Who recorded it.
    pub author: UserId,
    /// What kind of act it is.
    pub kind: Kind,
    /// The op vocabulary of the author's software.
    pub vocabulary: u16,
    /// The body; none for a skeleton (kept aside or refused) and for an erased one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Box<str>>,
    /// The server's stamp; none while only its author's device has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Stamp>,
}

impl StreamOp {
    /// The op as its author's device folds it.
    #[must_use]
    pub fn of(op: &Op, stamp: Option<Stamp>) -> Self {
        let Header { id, stream, deps, hlc, author, kind, vocabulary, .. } = op.header.clone();
        Self { id, stream, deps, hlc, author, kind, vocabulary, body: op.body.clone(), stamp }
    }

    /// The effective time: the stamp's, or the author's own clock.
    #[must_use]
    pub fn eff(&self) -> Hlc {
        self.stamp.as_ref().map_or(self.hlc, |stamp| stamp.eff)
    }

    /// Whether it takes part in the fold by itself; an own unstamped op does.
    #[must_use]
    pub fn has_effect(&self) -> bool {
        self.stamp.as_ref().is_none_or(|stamp| stamp.disposition.has_effect())
    }

    /// What it builds on beside its device's previous op: its listed deps, but in place of those
    /// that its stamp lists as absent what the stamp names instead.
    pub fn builds_on(&self) -> impl Iterator<Item = OpId> + '_ {
        let stamp = self.stamp.as_ref();
        let absent = stamp.map_or(&[][..], |stamp| &stamp.absent);
        let instead = stamp.map_or(&[][..], |stamp| &stamp.instead);
        self.deps.iter().filter(move |dep| !absent.contains(dep)).chain(instead).copied()
    }

    /// The order for people: stamped before unstamped, then effective time, device, seq.
    #[must_use]
    pub fn order(&self) -> (bool, Hlc, DeviceId, u64) {
        (self.stamp.is_none(), self.eff(), self.id.device, self.id.seq)
    }
}

/// Device → highest seq of this stream that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen(BTreeMap<DeviceId, u64>);

impl Seen {
    /// Whether the op was seen.
    #[must_use]
    pub fn contains(&self, id: OpId) -> bool {
        self.0.get(&id.device).is_some_and(|seq| *seq >= id.seq)
    }

    /// Adds one op (and with it all earlier ones of its device in the stream).
    pub fn add(&mut self, id: OpId) {
        let seq = self.0.entry(id.device).or_default();
        *seq = id.seq.max(*seq);
    }

    /// Adds all that `other` holds.
    pub fn merge(&mut self, other: &Self) {
        for (device, seq) in &other.0 {
            self.add(OpId { device: *device, seq: *seq });
        }
    }
}

/// The ops of one stream, in a deterministic causal order, each with its past.
#[derive(Debug, Clone, Default)]
pub struct History {
    ops: BTreeMap<OpId, StreamOp>,
    pasts: BTreeMap<OpId, Seen>,
    order: Vec<OpId>,
}

impl History {
    /// Takes ops in any order, any number of times each; a stamped copy replaces an unstamped one.
    #[must_use]
    pub fn new(ops: impl IntoIterator<Item = StreamOp>) -> Self {
        let mut history = Self::default();
        for op in ops {
            let known = history.ops.get(&op.id);
            if known.is_none_or(|known| is_better_copy(known, &op)) {
                history.ops.insert(op.id, op);
            }
        }
        history.order_causally();
        history
    }

    /// Direct causes that are held: what the op builds on and the device's own previous op.
    fn causes(&self, op: &StreamOp) -> Vec<OpId> {
        let first = OpId { device: op.id.device, seq: 0 };
        let previous = self.ops.range(first..op.id).next_back().map(|(id, _)| *id);
        let held = op.builds_on().filter(|dep| self.ops.contains_key(dep) && *dep != op.id);
        held.chain(previous).collect()
    }

    /// Kahn's algorithm with the order for people as priority. Ops in a cycle (only a device that
    /// cheats can write one, and the server never stamps it) come last, in the order for people.
    fn order_causally(&mut self) {
        let mut waits: BTreeMap<OpId, usize> = BTreeMap::new();
        let mut effects: BTreeMap<OpId, Vec<OpId>> = BTreeMap::new();
        for (id, op) in &self.ops {
            let causes = self.causes(op);
            waits.insert(*id, causes.len());
            causes.into_iter().for_each(|cause| effects.entry(cause).or_default().push(*id));
        }
        let key = |id: &OpId| (self.ops[id].order(), *id);
        let mut ready: BTreeSet<_> = waits.iter().filter(|(_, n)| **n == 0).map(|(id, _)| key(id)).collect();
        let mut order = Vec::with_capacity(self.ops.len());
        while let Some((_, id)) = ready.pop_first() {
            order.push(id);
            for effect in effects.remove(&id).unwrap_or_default() {
                let left = waits.get_mut(&effect).expect("every effect is an op of this stream");
                *left -= 1;
                if *left == 0 {
                    ready.insert(key(&effect));
                }
            }
        }
        let placed: BTreeSet<_> = order.iter().copied().collect();
        let mut rest: Vec<_> = self.ops.keys().copied().filter(|id| !placed.contains(id)).collect();
        rest.sort_by_key(key);
        order.extend(rest);
        self.order = order;
        self.pasts = self.compute_pasts();
    }

    fn compute_pasts(&self) -> BTreeMap<OpId, Seen> {
        let mut pasts: BTreeMap<OpId, Seen> = BTreeMap::new();
        for id in &self.order {
            let op = &self.ops[id];
            let mut seen = Seen::default();
            for cause in self.causes(op).into_iter().chain(op.builds_on()) {
                seen.add(cause);
                if let Some(past) = pasts.get(&cause) {
                    seen.merge(past);
                }
            }
            pasts.insert(*id, seen);
        }
        pasts
    }

    /// The ops, causes before effects.
    pub fn iter(&self) -> impl Iterator<Item = &StreamOp> {
        self.order.iter().map(|id| &self.ops[id])
    }

    /// One op.
    #[must_use]
    pub fn op(&self, id: OpId) -> Option<&StreamOp> {
        self.ops.get(&id)
    }

    /// What an op's author had seen of this stream.
    #[must_use]
    pub fn past(&self, id: OpId) -> Option<&Seen> {
        self.pasts.get(&id)
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
        let mut built_on = Seen::default();
        self.pasts.values().for_each(|past| built_on.merge(past));
        self.ops.keys().copied().filter(|id| !built_on.contains(*id)).collect()
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

    /// The history as somebody knew it who had seen `heads` and all that they build on.
    #[must_use]
    pub fn as_of(&self, heads: &[OpId]) -> Self {
        let mut seen = Seen::default();
        for head in heads {
            seen.add(*head);
            if let Some(past) = self.past(*head) {
                seen.merge(past);
            }
        }
        let order: Vec<_> = self.order.iter().copied().filter(|id| seen.contains(*id)).collect();
        let pick = |id: &OpId| (*id, self.ops[id].clone());
        let past = |id: &OpId| (*id, self.pasts[id].clone());
        Self { ops: order.iter().map(pick).collect(), pasts: order.iter().map(past).collect(), order }
    }

    /// How many ops there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ops.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }
}

/// A stamped copy beats an unstamped one, and one with a body a skeleton (it was admitted since).
fn is_better_copy(known: &StreamOp, new: &StreamOp) -> bool {
    let rank = |op: &StreamOp| (op.stamp.is_some(), op.body.is_some());
    rank(new) > rank(known)
}
