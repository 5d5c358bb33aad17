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

use sync_core::ids::{Digest, OpId, Record};
use sync_core::persons::{Pair, SubjectId, Tie};
use sync_core::referral::act::{Act, ConflictSettled, PersonLinked, PersonSplit};
use sync_core::referral::conflict::{ConflictKind, conflict_id};
use uuid::Uuid;

use super::Caller;
use crate::fault::Fault;
use crate::reconcile::Ops;
use crate::reconcile::persons::persons_of;
use crate::store::Reads;

/// The records that are not due, quiet as they may be: something came later of a record that is, or once was, of the same
/// person, or of who they are.
pub(super) fn held_back(
    read: &dyn Reads,
    caller: &Caller,
    quiet: &BTreeSet<Record>,
    before_ms: u64,
) -> Result<BTreeSet<Uuid>, Fault> {
    let circles = Said::read(read, caller)?.circles().into_iter();
    let is_quiet = |circle: &Circle| {
        circle.parted_ms.is_none_or(|parted_ms| parted_ms < before_ms)
            && circle.referrals.iter().all(|id| quiet.contains(&Record::referral(*id)))
    };
    Ok(circles.filter(|circle| !is_quiet(circle)).flat_map(|circle| circle.referrals).collect())
}

/// The records that once were one person's.
#[derive(Default)]
struct Circle {
    referrals: BTreeSet<Uuid>,
    /// When somebody last said that two of them are not one person, or settled it.
    parted_ms: Option<u64>,
}

/// What was said of each pair.
#[derive(Default)]
struct Said {
    linked: BTreeMap<SubjectId, BTreeSet<SubjectId>>,
    /// Each pair of which something was said, and when the server received what last parted it or settled it.
    parted_ms: BTreeMap<Pair, Option<u64>>,
    /// The subjects by which a referral is named here, also when its own entries were erased.
    named: BTreeMap<Uuid, BTreeSet<SubjectId>>,
}

impl Said {
    fn read(read: &dyn Reads, caller: &Caller) -> Result<Self, Fault> {
        let stream = persons_of(caller.author.force);
        let ops = read.ops_of_record(stream.record)?;
        let received: BTreeMap<OpId, u64> = ops.iter().map(|held| (held.id(), held.received_ms)).collect();
        let state = Ops::new(ops).into_state_of(stream);
        let (mut said, mut settled) = (Self::default(), BTreeMap::<Digest, u64>::new());
        for (entry, act) in state.acts() {
            let at_ms = received.get(&entry.id).copied().unwrap_or_default();
            if let Some((pair, tie)) = pair_of(act) {
                said.say(pair, tie, at_ms);
            }
            if let Some(ConflictSettled { conflict, .. }) = act.as_body() {
                settled.entry(*conflict).and_modify(|known| *known = at_ms.max(*known)).or_insert(at_ms);
            }
        }
        for (pair, parted_ms) in &mut said.parted_ms {
            let asked =
                [(ConflictKind::Field, format!("tie/{pair}")), (ConflictKind::Identity, pair.to_string())];
            let answered =
                asked.map(|(kind, about)| settled.get(&conflict_id(kind, &stream, &about)).copied());
            *parted_ms = answered.into_iter().fold(*parted_ms, Option::max);
        }
        Ok(said)
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

    /// Each subject is walked through once, so that the work grows with what was said and not with its square.
    fn circles(&self) -> Vec<Circle> {
        let (mut circles, mut of): (Vec<Circle>, BTreeMap<&SubjectId, usize>) = (Vec::new(), BTreeMap::new());
        for subject in self.named.values().flatten() {
            if of.contains_key(subject) {
                continue;
            }
            let (at, mut circle, mut ahead) = (circles.len(), Circle::default(), vec![subject]);
            while let Some(subject) = ahead.pop() {
                if of.insert(subject, at).is_some() {
                    continue;
                }
                ahead.extend(self.linked.get(subject).into_iter().flatten());
                // Whatever else names a record of it is of the same person.
                if let SubjectId::Named { referral, .. } = subject
                    && circle.referrals.insert(*referral)
                {
                    ahead.extend(&self.named[referral]);
                }
            }
            circles.push(circle);
        }
        for (pair, parted_ms) in &self.parted_ms {
            let (one, other) = pair.ends();
            if let (Some(one), Some(other)) = (of.get(one), of.get(other))
                && one == other
            {
                let known = &mut circles[*one].parted_ms;
                *known = (*known).max(*parted_ms);
            }
        }
        circles
    }
}

fn pair_of(act: &Act) -> Option<(Pair, Tie)> {
    let linked = act.as_body().map(|PersonLinked { one, other, .. }| (one, other, Tie::Linked));
    let split = act.as_body().map(|PersonSplit { one, other, .. }| (one, other, Tie::Split));
    let (one, other, tie) = linked.or(split)?;
    Pair::of(one.clone(), other.clone()).map(|pair| (pair, tie))
}
