//! Who says what about whom: from an op or a conflict to the acts that name it.
//!
//! Holds what acts say, whether they count or not, so it changes with the ops alone. Does not decide
//! what counts: see [`super::standing`].

use std::collections::BTreeMap;

use crate::ids::{Digest, OpId, Stream};
use crate::referral::act::Act;
use crate::referral::conflict::{ConflictKind, conflict_id};
use crate::referral::fold::standing::was_put_aside;
use crate::referral::writes::STRUCK;
use crate::stream::{Node, Slot};

/// The acts that name something, by what they name.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// Acts that strike an op, or take a strike of it back.
    pub(super) strikes: Named<OpId>,
    /// Acts that amend an op.
    pub(super) amends: Named<OpId>,
    /// Acts that pass a conflict up.
    pub(super) passes_up: Named<Digest>,
    /// Settlements of a conflict.
    pub(super) settles: Named<Digest>,
    /// What the server raised, by the conflict's id.
    pub(super) raises: Named<Digest>,
    /// By the side of what the server raised: the conflicts.
    pub(super) sides: BTreeMap<OpId, Vec<Digest>>,
    /// What the stamp kept aside, by the conflict about it.
    pub(super) asides: BTreeMap<Digest, Slot>,
}

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
    Strikes(OpId),
    Amends(OpId),
    PassesUp(Digest),
    Settles(Digest),
    Raises(Digest),
}

/// What the act of `node` names; of an erased one, what is left of that.
pub(super) fn name(node: &Node) -> Option<Name> {
    let id = node.op.id;
    match node.act() {
        Some(Act::ConflictSettled(body)) => Some(Name::Settles(body.conflict)),
        Some(Act::EntryStruck(body)) => Some(Name::Strikes(body.entry.resolve(id.device))),
        Some(Act::ConflictPassedUp(body)) => Some(Name::PassesUp(body.conflict)),
        Some(Act::ConflictRaised(body)) => {
            let kind = ConflictKind::of(body.finding);
            Some(Name::Raises(conflict_id(kind, &node.op.stream, &body.about)))
        }
        Some(act) => act.recorded().amends(id).map(Name::Amends),
        None => {
            let gone = node.op.erased.iter().flat_map(|erased| &erased.registers);
            gone.filter_map(|name| name.strip_prefix(STRUCK)?.parse().ok()).next().map(Name::Amends)
        }
    }
}

impl<T: Ord + Copy> Named<T> {
    pub(super) fn of(&self, named: T) -> &[Slot] {
        self.0.get(&named).map_or(&[], Vec::as_slice)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
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
    /// Takes in what an act names.
    pub(super) fn put(&mut self, slot: Slot, node: &Node) {
        match name(node) {
            Some(Name::Strikes(op)) => self.strikes.put(op, slot),
            Some(Name::Amends(op)) => self.amends.put(op, slot),
            Some(Name::PassesUp(conflict)) => self.passes_up.put(conflict, slot),
            Some(Name::Settles(conflict)) => self.settles.put(conflict, slot),
            Some(Name::Raises(conflict)) => {
                self.raises.put(conflict, slot);
                for side in sides_of(node) {
                    let conflicts = self.sides.entry(*side).or_default();
                    if !conflicts.contains(&conflict) {
                        conflicts.push(conflict);
                    }
                }
            }
            None => {}
        }
        if was_put_aside(node) {
            self.asides.insert(aside_id(&node.op.stream, node.op.id), slot);
        }
    }

    /// Forgets what an act names. Which sides were named stays: it only says where to look.
    pub(super) fn remove(&mut self, slot: Slot, node: &Node) {
        match name(node) {
            Some(Name::Strikes(op)) => self.strikes.remove(op, slot),
            Some(Name::Amends(op)) => self.amends.remove(op, slot),
            Some(Name::PassesUp(conflict)) => self.passes_up.remove(conflict, slot),
            Some(Name::Settles(conflict)) => self.settles.remove(conflict, slot),
            Some(Name::Raises(conflict)) => self.raises.remove(conflict, slot),
            None => {}
        }
    }
}

fn sides_of(node: &Node) -> &[OpId] {
    match node.act() {
        Some(Act::ConflictRaised(body)) => &body.sides,
        Some(_) | None => &[],
    }
}

/// The id of the conflict about an op that was kept aside.
pub(super) fn aside_id(stream: &Stream, op: OpId) -> Digest {
    conflict_id(ConflictKind::Quarantined, stream, &op.to_string())
}
