//! Who says what about whom: from an op, a conflict or a row to the acts that name it.
//!
//! Holds what acts say, whether they count or not, so it changes with the ops alone. Does not decide
//! what counts: see [`super::standing`].

use std::collections::BTreeMap;

use crate::ids::{Digest, OpId};
use crate::referral::act::{Act, Choice};
use crate::referral::conflict::{CROSSED, ConflictKind, Side, conflict_id};
use crate::stream::{Node, Slot};

/// The acts that name something, by what they name.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// Settlements that admit an op.
    pub(super) admits: Named<OpId>,
    /// Settlements that leave an op aside.
    pub(super) leaves_aside: Named<OpId>,
    /// Acts that strike an op.
    pub(super) strikes: Named<OpId>,
    /// Acts that pass a conflict up.
    pub(super) passes_up: Named<Digest>,
    /// Settlements of a conflict.
    pub(super) settles: Named<Digest>,
    /// What the server raised, by the conflict's id.
    pub(super) raises: Named<Digest>,
    /// What may cross: the acts on the two sides.
    pub(super) crossings: BTreeMap<CrossingKey, Vec<(Slot, Side)>>,
}

/// A row of the table of crossed ops, by its place, and the entry that it is about, if it is about one.
pub(super) type CrossingKey = (usize, Option<OpId>);

/// Acts by what they name.
#[derive(Debug, Clone)]
pub(super) struct Named<T>(BTreeMap<T, Vec<Slot>>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

/// One thing that an act names.
#[derive(Debug, Clone, Copy)]
pub(super) enum Name {
    Admits(OpId),
    LeavesAside(OpId),
    Strikes(OpId),
    PassesUp(Digest),
    Settles(Digest),
    Raises(Digest),
}

impl Name {
    /// The op that is struck.
    pub(super) fn struck(self) -> Option<OpId> {
        match self {
            Self::Strikes(op) => Some(op),
            Self::Admits(_)
            | Self::LeavesAside(_)
            | Self::PassesUp(_)
            | Self::Settles(_)
            | Self::Raises(_) => None,
        }
    }
}

/// What the act of `node` names.
pub(super) fn names(node: &Node) -> impl Iterator<Item = Name> + use<> {
    let act = node.act();
    let (first, second) = if let Some(Act::ConflictSettled(body)) = act {
        let second = match &body.choice {
            Choice::Admit(op) => Some(Name::Admits(*op)),
            Choice::KeepAside(op) => Some(Name::LeavesAside(*op)),
            Choice::Op(_) | Choice::Value(_) => None,
        };
        (Some(Name::Settles(body.conflict)), second)
    } else if let Some(Act::EntryStruck(body)) = act {
        (Some(Name::Strikes(body.entry.resolve(node.op.id.device))), None)
    } else if let Some(Act::ConflictPassedUp(body)) = act {
        (Some(Name::PassesUp(body.conflict)), None)
    } else if let Some(Act::ConflictRaised(body)) = act {
        let id = conflict_id(ConflictKind::of(body.finding), &node.op.stream, &body.about);
        (Some(Name::Raises(id)), None)
    } else {
        (None, None)
    };
    first.into_iter().chain(second)
}

impl<T: Ord + Copy> Named<T> {
    pub(super) fn of(&self, named: T) -> &[Slot] {
        self.0.get(&named).map_or(&[], Vec::as_slice)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whatever is named.
    pub(super) fn keys(&self) -> impl Iterator<Item = T> {
        self.0.keys().copied()
    }

    /// Whatever several acts name.
    pub(super) fn of_several(&self) -> impl Iterator<Item = T> {
        self.0.iter().filter(|(_, slots)| slots.len() > 1).map(|(named, _)| *named)
    }

    fn put(&mut self, named: T, slot: Slot) {
        self.0.entry(named).or_default().push(slot);
    }

    fn remove(&mut self, named: T, slot: Slot) {
        if let Some(slots) = self.0.get_mut(&named) {
            slots.retain(|other| *other != slot);
            if slots.is_empty() {
                self.0.remove(&named);
            }
        }
    }
}

impl Index {
    /// Takes in what an act names, and says in what it may cross others.
    pub(super) fn put(&mut self, slot: Slot, node: &Node) -> Vec<CrossingKey> {
        for name in names(node) {
            match name {
                Name::Admits(op) => self.admits.put(op, slot),
                Name::LeavesAside(op) => self.leaves_aside.put(op, slot),
                Name::Strikes(op) => self.strikes.put(op, slot),
                Name::PassesUp(conflict) => self.passes_up.put(conflict, slot),
                Name::Settles(conflict) => self.settles.put(conflict, slot),
                Name::Raises(conflict) => self.raises.put(conflict, slot),
            }
        }
        let mut crossings = Vec::new();
        let Some(act) = node.act() else { return crossings };
        for (at, row) in CROSSED.iter().enumerate() {
            if let Some(side) = (row.side)(act) {
                let key = (at, (row.about)(act, node.op.id));
                self.crossings.entry(key).or_default().push((slot, side));
                crossings.push(key);
            }
        }
        crossings
    }

    pub(super) fn remove(&mut self, slot: Slot, node: &Node, crossings: &[CrossingKey]) {
        for name in names(node) {
            match name {
                Name::Admits(op) => self.admits.remove(op, slot),
                Name::LeavesAside(op) => self.leaves_aside.remove(op, slot),
                Name::Strikes(op) => self.strikes.remove(op, slot),
                Name::PassesUp(conflict) => self.passes_up.remove(conflict, slot),
                Name::Settles(conflict) => self.settles.remove(conflict, slot),
                Name::Raises(conflict) => self.raises.remove(conflict, slot),
            }
        }
        for key in crossings {
            if let Some(on_it) = self.crossings.get_mut(key) {
                on_it.retain(|(other, _)| *other != slot);
            }
        }
    }

    /// The acts on the sides of a crossing.
    pub(super) fn on(&self, key: CrossingKey) -> &[(Slot, Side)] {
        self.crossings.get(&key).map_or(&[], Vec::as_slice)
    }
}
