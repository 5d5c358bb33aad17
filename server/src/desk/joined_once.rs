//! Whom somebody once said to be one person, for what is due for review.
//!
//! ```text
//!   said: linked(A,B)  split(A,B)          now: A   B          ever: {A B}, and the split is news of both
//! ```
//! A split takes a newer record away from an older one, and one admin can write it. So a link that ended goes on to
//! count here, and a split counts as an entry of each record that it parts: nothing becomes due earlier because somebody
//! said that they are two. Does not say who is one person now:
//! `sync_core::persons` does.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::ids::{Digest, OpId};
use sync_core::persons::{Pair, SubjectId, Tie};
use sync_core::referral::act::{Act, ConflictSettled, PersonLinked, PersonSplit};
use sync_core::referral::conflict::{ConflictKind, conflict_id};
use uuid::Uuid;

use super::Caller;
use crate::fault::Fault;
use crate::reconcile::Ops;
use crate::reconcile::persons::persons_of;
use crate::store::Reads;

/// What was ever said of who is one person.
#[derive(Default)]
pub(super) struct JoinedOnce {
    linked: BTreeMap<SubjectId, BTreeSet<SubjectId>>,
    /// Each pair of which something was said, and when the server received what last parted it or settled it.
    parted_ms: BTreeMap<Pair, Option<u64>>,
    /// The subjects by which a referral is named here, also when its own entries were erased.
    named: BTreeMap<Uuid, BTreeSet<SubjectId>>,
}

/// The records that once were one person's.
pub(super) struct Circle {
    pub(super) referrals: BTreeSet<Uuid>,
    /// When somebody last said that two of them are not one person, or settled it.
    pub(super) parted_ms: Option<u64>,
}

impl JoinedOnce {
    pub(super) fn read(read: &dyn Reads, caller: &Caller) -> Result<Self, Fault> {
        let stream = persons_of(caller.author.force);
        let ops = read.ops_of_record(stream.record)?;
        let received: BTreeMap<OpId, u64> = ops.iter().map(|held| (held.id(), held.received_ms)).collect();
        let state = Ops::new(ops).into_state_of(stream);
        let (mut once, mut settled) = (Self::default(), BTreeMap::<Digest, u64>::new());
        for (entry, act) in state.acts() {
            let at_ms = received.get(&entry.id).copied().unwrap_or_default();
            if let Some((pair, tie)) = pair_of(act) {
                once.say(pair, tie, at_ms);
            }
            if let Some(ConflictSettled { conflict, .. }) = act.as_body() {
                settled.entry(*conflict).and_modify(|known| *known = at_ms.max(*known)).or_insert(at_ms);
            }
        }
        for (pair, parted_ms) in &mut once.parted_ms {
            let asked =
                [(ConflictKind::Field, format!("tie/{pair}")), (ConflictKind::Identity, pair.to_string())];
            let answered =
                asked.map(|(kind, about)| settled.get(&conflict_id(kind, &stream, &about)).copied());
            *parted_ms = answered.into_iter().fold(*parted_ms, Option::max);
        }
        Ok(once)
    }

    fn say(&mut self, pair: Pair, tie: Tie, at_ms: u64) {
        let (one, other) = (pair.ends().0.clone(), pair.ends().1.clone());
        for (end, far) in [(&one, &other), (&other, &one)] {
            if let SubjectId::Named { referral, .. } = end {
                self.named.entry(*referral).or_default().insert(end.clone());
            }
            if tie == Tie::Linked {
                self.linked.entry(end.clone()).or_default().insert(far.clone());
            }
        }
        let parted_ms = self.parted_ms.entry(pair).or_default();
        *parted_ms = (*parted_ms).max((tie == Tie::Split).then_some(at_ms));
    }

    /// The records that once were one person's with this one, itself among them.
    pub(super) fn circle(&self, referral: Uuid) -> Circle {
        let mut ahead: Vec<&SubjectId> = self.named.get(&referral).into_iter().flatten().collect();
        let mut reached: BTreeSet<&SubjectId> = ahead.iter().copied().collect();
        while let Some(subject) = ahead.pop() {
            for next in self.linked.get(subject).into_iter().flatten() {
                if reached.insert(next) {
                    ahead.push(next);
                }
            }
        }
        let referrals = reached.iter().filter_map(|subject| match subject {
            SubjectId::Named { referral, .. } => Some(*referral),
            SubjectId::Number { .. } => None,
        });
        let referrals = referrals.chain([referral]).collect();
        let inside = |pair: &Pair| reached.contains(pair.ends().0) && reached.contains(pair.ends().1);
        let parted = self.parted_ms.iter().filter(|(pair, _)| inside(pair));
        Circle { referrals, parted_ms: parted.filter_map(|(_, at_ms)| *at_ms).max() }
    }
}

fn pair_of(act: &Act) -> Option<(Pair, Tie)> {
    let linked = act.as_body().map(|PersonLinked { one, other, .. }| (one, other, Tie::Linked));
    let split = act.as_body().map(|PersonSplit { one, other, .. }| (one, other, Tie::Split));
    let (one, other, tie) = linked.or(split)?;
    Pair::of(one.clone(), other.clone()).map(|pair| (pair, tie))
}
