//! What the server raised of one thing: it may raise the same again when a late op joins.
//!
//! A stream in which the server raised something looks at that again with each op. Does not raise: the
//! server does, see [`crate::referral::across`].

use std::collections::BTreeSet;

use crate::ids::{Digest, OpId};
use crate::referral::across::ACROSS;
use crate::referral::act::{Act, ConflictRaised};
use crate::referral::fold::crossed::Ground;
use crate::referral::fold::standing::After;
use crate::stream::Slot;

/// What was raised of one thing, as it stands after a step.
pub(super) struct Raised<'a> {
    ground: Ground<'a>,
    after: After,
    by: Vec<(Slot, &'a ConflictRaised)>,
    /// The settlements that nobody has built on, each with the op that it chose.
    last: Vec<(Slot, OpId)>,
}

impl<'a> Ground<'a> {
    /// What was raised under an id; none when no act that counts raised it.
    pub(super) fn raised(self, conflict: Digest, after: After) -> Option<Raised<'a>> {
        let mut by: Vec<_> = self.index.raises.of(conflict).to_vec();
        by.sort_unstable_by_key(|slot| self.history.place(*slot));
        let body = |slot: Slot| match self.fates.of(slot).act(after) {
            Some(Act::ConflictRaised(body)) => Some((slot, body)),
            Some(_) | None => None,
        };
        let by: Vec<_> = by.into_iter().filter_map(body).collect();
        let settles = self.index.settles.of(conflict).iter().copied();
        let settled: Vec<_> = settles.filter_map(|by| self.choice(by, after).map(|op| (by, op))).collect();
        let last = self.history.maximal(&settled.iter().map(|(by, _)| self.id(*by)).collect::<Vec<_>>());
        let last = settled.into_iter().filter(|(by, _)| last.contains(&self.id(*by))).collect();
        (!by.is_empty()).then_some(Raised { ground: self, after, by, last })
    }

    /// The op that a settlement names, when it counts.
    fn choice(self, by: Slot, after: After) -> Option<OpId> {
        match self.fates.of(by).act(after) {
            Some(Act::ConflictSettled(body)) => body.choice.op(),
            Some(_) | None => None,
        }
    }
}

impl Raised<'_> {
    /// What it is about.
    pub(super) fn first(&self) -> &ConflictRaised {
        self.by.first().expect("somebody raised it").1
    }

    /// Open until somebody settles it who knew all that was raised; two who settle it differently have
    /// settled nothing.
    pub(super) fn sides(&self) -> Vec<OpId> {
        let Ground { history, .. } = self.ground;
        let knew = |raised: Slot| self.last.iter().any(|(by, _)| history.knew(*by, raised));
        let news = self.by.iter().filter(|(raised, _)| !knew(*raised));
        let mut sides: BTreeSet<OpId> = news.flat_map(|(_, body)| body.sides.iter().copied()).collect();
        let chosen: BTreeSet<OpId> = self.last.iter().map(|(_, chosen)| *chosen).collect();
        if chosen.len() > 1 {
            sides.extend(self.last.iter().map(|(by, _)| self.ground.id(*by)));
        }
        sides.into_iter().collect()
    }

    /// The acts of this stream that yield, since the other side was chosen.
    pub(super) fn overruled(&self) -> BTreeSet<Slot> {
        let Ground { history, fates, .. } = self.ground;
        let Some(row) = ACROSS.iter().find(|row| row.name == self.first().about) else {
            return BTreeSet::new();
        };
        let sides = self.by.iter().flat_map(|(_, body)| body.sides.iter().copied());
        let yields = |slot: &Slot| fates.of(*slot).act(self.after).is_some_and(row.shared);
        let own: BTreeSet<Slot> = sides.filter_map(|op| history.slot(op)).filter(yields).collect();
        let is_own = |chosen: OpId| history.slot(chosen).is_some_and(|chosen| own.contains(&chosen));
        if self.last.is_empty() || self.last.iter().any(|(_, chosen)| is_own(*chosen)) {
            return BTreeSet::new();
        }
        let known = |slot: &Slot| self.last.iter().any(|(by, _)| history.knew(*by, *slot));
        own.into_iter().filter(known).collect()
    }
}
