//! What the server raised of one thing: it may raise the same again when a late op joins.
//!
//! ```text
//!   raised(closed, came)      open until somebody settles it who knew all that was raised
//!   raised(gone: came)        a side of another stream was struck: with one side left nothing is contradicted
//! ```
//! Does not raise: the server does, see [`crate::referral::cross_stream`].

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{Digest, OpId};
use crate::referral::act::{Act, Choice, ConflictRaised, Finding};
use crate::referral::conflict::PassedUp;
use crate::referral::cross_stream_rows::CROSS_STREAM;
use crate::referral::fold::settled::{Ground, Settled};
use crate::referral::fold::standing::{After, Fate};
use crate::stream::{Seen, Slot};

/// What was raised of one thing, as it stands after a step.
pub(super) struct Raised<'a> {
    ground: Ground<'a>,
    after: After,
    by: Vec<(Slot, &'a ConflictRaised)>,
    settled: Settled<Decision>,
}

/// What a settlement of something raised decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    /// What is in this stream holds.
    Here,
    /// What is in the other stream holds.
    There,
    /// This one holds.
    Holds(OpId),
    /// This one counts as well.
    Admitted(OpId),
    /// This one is left where it is.
    LeftAside(OpId),
}

impl<'a> Ground<'a> {
    /// What was raised under an id; none when no act that counts raised it.
    pub(super) fn raised(self, conflict: Digest, after: After) -> Option<Raised<'a>> {
        let body = |slot: &Slot| match self.fates.of(*slot).act(after) {
            Some(Act::ConflictRaised(body)) => Some((*slot, body)),
            Some(_) | None => None,
        };
        let by: Vec<_> = self.index.raises.of(conflict).iter().filter_map(body).collect();
        let first = by.first()?.1;
        let settled = self.settled(conflict, after, |_, choice| match choice {
            Choice::Op(chosen) if is_crossed(first) => {
                Some(if self.history.slot(*chosen).is_some() { Decision::Here } else { Decision::There })
            }
            Choice::Op(chosen) => Some(Decision::Holds(*chosen)),
            Choice::Admit(admitted) => Some(Decision::Admitted(*admitted)),
            Choice::KeepAside(left) => Some(Decision::LeftAside(*left)),
            Choice::Value(_) => None,
        });
        Some(Raised { ground: self, after, by, settled })
    }
}

/// Whether an act of one stream stands against an act of another.
fn is_crossed(raised: &ConflictRaised) -> bool {
    match raised.finding {
        Finding::Crossed => true,
        Finding::Duplicate | Finding::Identity | Finding::LogFork => false,
    }
}

impl Raised<'_> {
    /// What it is about.
    pub(super) fn first(&self) -> &ConflictRaised {
        self.by.first().expect("somebody raised it").1
    }

    fn last(&self) -> &[Slot] {
        match &self.settled {
            Settled::No => &[],
            Settled::Alike(_, by) | Settled::Differently(by) => by,
        }
    }

    /// Open until somebody settles it who knew all that was raised, or until one side has gone; two who settle it
    /// differently have settled nothing.
    pub(super) fn sides(&self) -> Vec<OpId> {
        let Ground { history, .. } = self.ground;
        let known = self.ground.known_to(self.last());
        let differ = matches!(self.settled, Settled::Differently(_));
        let is_new = |raised: Slot| differ || !known.contains(self.ground.id(raised));
        let news = self.by.iter().filter(|(raised, _)| is_new(*raised));
        let mut sides: Vec<OpId> = news.flat_map(|(_, body)| body.sides.iter().copied()).collect();
        sides.sort_unstable();
        sides.dedup();
        let gone = self.gone(&sides);
        if !gone.is_empty() {
            sides.retain(|side| !gone.contains(side));
            let here = sides.iter().filter(|side| history.slot(**side).is_some()).count();
            let is_one_side = is_crossed(self.first()) && (here == 0 || here == sides.len());
            if sides.len() < 2 || is_one_side {
                return Vec::new();
            }
        }
        if differ && !sides.is_empty() {
            sides.extend(self.last().iter().map(|by| self.ground.id(*by)));
            sides.sort_unstable();
        }
        sides
    }

    /// The sides that count no longer: those of this stream as they stand, those of others as the server said last.
    fn gone(&self, sides: &[OpId]) -> BTreeSet<OpId> {
        let Ground { history, fates, .. } = self.ground;
        let here =
            sides.iter().filter(|side| history.slot(**side).is_some_and(|slot| has_gone(fates.of(slot))));
        let mut gone: BTreeSet<OpId> = here.copied().collect();
        let mut said: BTreeMap<OpId, (Vec<Slot>, Vec<Slot>)> = BTreeMap::new();
        for (slot, body) in &self.by {
            let there = body.gone.iter().flatten().filter(|side| history.slot(**side).is_none());
            there.for_each(|side| said.entry(*side).or_default().0.push(*slot));
        }
        let by = if said.is_empty() { &[][..] } else { &self.by };
        for (slot, body) in by {
            for side in &body.sides {
                said.entry(*side).and_modify(|(_, again)| again.push(*slot));
            }
        }
        let is_gone = |(gone, again): &(Vec<Slot>, Vec<Slot>)| {
            gone.iter().any(|gone| !again.iter().any(|again| history.knew(*again, *gone)))
        };
        gone.extend(said.iter().filter(|(_, said)| is_gone(said)).map(|(side, _)| *side));
        gone
    }

    /// Two who settled differently open it one level up.
    pub(super) fn passed_up(&self) -> PassedUp {
        match self.settled {
            Settled::Differently(_) => PassedUp::Yes,
            Settled::No | Settled::Alike(..) => PassedUp::No,
        }
    }

    /// The acts of this stream that yield, since the other side was chosen.
    pub(super) fn overruled(&self) -> BTreeSet<Slot> {
        let Ground { history, fates, .. } = self.ground;
        let (Settled::Alike(Decision::There, by), Some(row)) =
            (&self.settled, CROSS_STREAM.iter().find(|row| row.name == self.first().about))
        else {
            return BTreeSet::new();
        };
        let known: Seen = self.ground.known_to(by);
        let sides = self.by.iter().flat_map(|(_, body)| body.sides.iter().copied());
        let yields = |slot: &Slot| fates.of(*slot).act(self.after).is_some_and(row.shared);
        let own = sides.filter(|side| known.contains(*side)).filter_map(|op| history.slot(op));
        own.filter(yields).collect()
    }
}

/// Whether an act that counted does so no longer.
fn has_gone(fate: &Fate) -> bool {
    fate.overruled > 0
        || !fate.counts(After::Strikes)
        || fate.node.op.erased.is_some() && fate.node.act().is_none()
}
