//! One crossing: acts of one row of the table, about one entry where the row is about one. Who is overruled
//! in it, and which acts contradict each other; and from that, what is struck.
//!
//! Does not hold the table: see [`crate::referral::conflict`].

use std::collections::BTreeSet;

use crate::ids::{Digest, OpId, Stream};
use crate::referral::act::{Act, Choice};
use crate::referral::conflict::{CROSSED, ConflictKind, CrossedRow, Side, conflict_id};
use crate::referral::fold::index::{CrossingKey, Index};
use crate::referral::fold::standing::{After, Fates, Struck};
use crate::stream::{History, Slot};

/// The history and what became of its ops so far.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) history: &'a History,
    pub(super) index: &'a Index,
    pub(super) fates: &'a Fates,
}

/// One crossing, as it stands after a step.
pub(super) struct Crossing<'a> {
    row: &'static CrossedRow,
    about: Option<OpId>,
    after: After,
    on_it: &'a [(Slot, Side)],
    ground: Ground<'a>,
}

impl<'a> Ground<'a> {
    /// A crossing; none while only one side has acts that count.
    pub(super) fn crossing(self, key: CrossingKey, after: After) -> Option<Crossing<'a>> {
        let (row, about) = (&CROSSED[key.0], key.1);
        let crossing = Crossing { row, about, after, on_it: self.index.on(key), ground: self };
        let has = |side| crossing.on(side).next().is_some();
        (has(Side::Left) && has(Side::Right)).then_some(crossing)
    }

    pub(super) fn counts(self, slot: Slot, after: After) -> bool {
        self.fates.of(slot).counts(after)
    }

    pub(super) fn id(self, slot: Slot) -> OpId {
        self.history.node(slot).op.id
    }

    /// Whether somebody struck an op that counted until then. While somebody who did not know amends
    /// it, the entry stands.
    pub(super) fn strike(self, slot: Slot) -> Struck {
        let strikes = self.index.strikes.of(self.id(slot));
        let holds = |by: &Slot| {
            self.counts(*by, After::Overruling)
                && self.history.knew(*by, slot)
                && !self.fates.of(*by).crossings.iter().any(|key| self.is_open_for(*key, *by))
        };
        let struck = self.counts(slot, After::Overruling) && strikes.iter().any(holds);
        if struck { Struck::Yes } else { Struck::No }
    }

    fn is_open_for(self, key: CrossingKey, left: Slot) -> bool {
        let crossing = self.crossing(key, After::Overruling);
        crossing.is_some_and(|crossing| {
            crossing.on(Side::Left).any(|slot| slot == left) && !crossing.apart().is_empty()
        })
    }
}

impl Crossing<'_> {
    /// The id that a conflict about it has; none is asked for while nobody settles anything.
    fn conflict(&self, stream: &Stream) -> Option<Digest> {
        let settles = !self.ground.index.settles.is_empty();
        settles.then(|| conflict_id(ConflictKind::Crossed, stream, &crossing_name(self.row, self.about)))
    }

    /// The acts on one side.
    fn on(&self, wanted: Side) -> impl Iterator<Item = Slot> {
        let there = self.on_it.iter().filter(move |(_, side)| *side == wanted).map(|(slot, _)| *slot);
        there.filter(|slot| self.ground.counts(*slot, self.after))
    }

    /// The acts of both sides of which neither author knew the other.
    fn apart(&self) -> BTreeSet<Slot> {
        let place = |slot: Slot| self.ground.fates.place(slot);
        let right: Vec<Slot> = self.on(Side::Right).collect();
        let mut sides = BTreeSet::new();
        for left in self.on(Side::Left) {
            let apart = |right: &&Slot| self.ground.history.apart(place(left), place(**right));
            sides.extend(right.iter().filter(apart).flat_map(|right| [left, *right]));
        }
        sides
    }

    /// The side that an op stands on: its own, or that of the op for which it settled.
    fn side(&self, slot: Slot) -> Option<Side> {
        let Ground { history, fates, .. } = self.ground;
        let mut named = slot;
        // Only a device that cheats can name in a circle, and each step names another op.
        for _ in 0..=history.len() {
            let Act::ConflictSettled(body) = fates.of(named).act(self.after)? else {
                return self.on_it.iter().find(|(slot, _)| *slot == named).map(|(_, side)| *side);
            };
            let Choice::Op(chosen) = body.choice else { return None };
            named = history.slot(chosen).filter(|chosen| history.knew(named, *chosen))?;
        }
        None
    }

    /// The settlements of it, each with the side that it chose.
    fn settled(&self, stream: &Stream) -> Vec<(Slot, Side)> {
        let Some(conflict) = self.conflict(stream) else { return Vec::new() };
        let settles = self.ground.index.settles.of(conflict).iter().copied();
        settles.filter_map(|by| self.side(by).map(|side| (by, side))).collect()
    }

    /// A settlement overrules the other side, as far as its author knew it. Two who settle differently
    /// overrule nothing: it stays open.
    pub(super) fn overruled(&self, stream: &Stream) -> BTreeSet<Slot> {
        let Ground { history, fates, .. } = self.ground;
        let settled = self.settled(stream);
        let alone = |by: Slot, side: Side| {
            !settled.iter().any(|(other, chose)| *chose != side && history.apart(by, *other))
        };
        let mut overruled = BTreeSet::new();
        for (by, side) in settled.iter().filter(|(by, side)| alone(*by, *side)) {
            overruled.extend(self.on(side.other()).filter(|slot| history.knew(*by, fates.place(*slot))));
        }
        overruled
    }

    /// The acts that contradict each other, and settlements that do; none when all agree.
    pub(super) fn sides(&self, stream: &Stream) -> Vec<OpId> {
        let mut sides: BTreeSet<OpId> = self.apart().into_iter().map(|slot| self.ground.id(slot)).collect();
        if !sides.is_empty() {
            sides.extend(self.differently_settled(stream));
        }
        sides.into_iter().collect()
    }

    /// Settlements that nobody has built on and that chose different sides.
    fn differently_settled(&self, stream: &Stream) -> Vec<OpId> {
        let settled = self.settled(stream);
        let ids: Vec<_> = settled.iter().map(|(slot, _)| self.ground.id(*slot)).collect();
        let last = self.ground.history.maximal(&ids);
        let of = |side| settled.iter().any(|(by, s)| *s == side && last.contains(&self.ground.id(*by)));
        if of(Side::Left) && of(Side::Right) { last } else { Vec::new() }
    }
}

/// What a conflict about a crossing is called.
pub(super) fn crossing_name(row: &CrossedRow, about: Option<OpId>) -> String {
    about.map_or_else(|| row.name.to_owned(), |entry| format!("{}/{entry}", row.name))
}
