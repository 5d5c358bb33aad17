//! The one mechanism of the fold: takes up the ops that are new or changed, finds what they touch, and
//! computes exactly that again.
//!
//! ```text
//!   take up ─▶ what became of them, and of those they admit, overrule, strike      `moved`
//!     └─▶ registers they write, rows they stand on, conflicts they name            `touched`
//!           └─▶ live values, conflicts, entries                                    `conflicts`
//! ```
//! A full fold takes up every op of a history. Pasts of ops that are not taken up must be as before. Does
//! not hold ops: see [`crate::stream::History`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::clock::ClockMark;
use crate::ids::{Digest, OpId, Stream};
use crate::op::Kind;
use crate::referral::fold::crossed::Crossing;
use crate::referral::fold::index::{Index, Name, name};
use crate::referral::fold::settled::Ground;
use crate::referral::fold::standing::{After, Fate, Fates};
use crate::referral::fold::{Entry, StreamState};
use crate::referral::writes::writes_of;
use crate::register::{Placed, Weight};
use crate::stream::{Changes, History, Node, Slot};

/// What a fold knows beside the state, to go on from there.
#[derive(Debug, Clone)]
pub(super) struct Work {
    pub(super) fates: Fates,
    pub(super) index: Index,
    /// The rows of the table of crossed ops.
    pub(super) crossings: Vec<Crossing>,
    /// The registers that say whether an entry was struck, by the entry.
    pub(super) struck: BTreeMap<OpId, usize>,
    /// Who was overruled in what the server raised.
    yielded: BTreeMap<Digest, BTreeSet<Slot>>,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            fates: Fates::default(),
            index: Index::default(),
            crossings: Crossing::all(),
            struck: BTreeMap::new(),
            yielded: BTreeMap::new(),
        }
    }
}

/// What must be computed again.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// How many ops had been taken up before.
    known: usize,
    /// Ops taken up, and those of which something became that was not so before.
    pub(super) moved: Vec<Slot>,
    /// Registers, by cell.
    pub(super) registers: Vec<usize>,
    /// Rows of the table of crossed ops.
    pub(super) rows: BTreeSet<usize>,
    /// Ops that are or were kept aside.
    pub(super) aside: BTreeSet<Slot>,
    /// What the server raised, or no longer.
    pub(super) raised: BTreeSet<Digest>,
}

/// Whether an op that is taken up was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    No,
    Yes,
}

impl Work {
    /// Brings a state to the history as it is after `changes`.
    pub(super) fn refresh(&mut self, history: &History, changes: &Changes, state: &mut StreamState) {
        let Some(stream) = history.iter().next().map(|op| op.stream) else { return };
        state.stream = Some(stream);
        history.heads_into(&mut state.heads);
        let mut touched = Touched { known: self.fates.0.len(), ..Touched::default() };
        self.take_up(history, changes, state, &mut touched);
        self.admit(history, &stream, &mut touched);
        self.overrule(history, &stream, state, &mut touched);
        self.strike(history, &stream, state, &mut touched);
        let moved = touched.moved_in_causal_order(history);
        self.unwrite(&moved, state, &mut touched);
        for slot in moved {
            self.write(history, slot, state, &mut touched);
            self.touch(history, slot, state, &mut touched);
            let place = history.place(slot);
            if let Some(entry) = state.entries.get_mut(place).filter(|_| place < changes.from) {
                *entry = enter(self.fates.of(slot));
            }
        }
        state.entries.truncate(changes.from);
        let entered = history.order_from(changes.from).iter().map(|slot| enter(self.fates.of(*slot)));
        state.entries.extend(entered);
        self.find_conflicts(history, &stream, state, touched);
    }

    fn take_up(
        &mut self,
        history: &History,
        changes: &Changes,
        state: &mut StreamState,
        touched: &mut Touched,
    ) {
        let new =
            (touched.known..history.len()).map(|index| Fate::new(Arc::clone(history.node(Slot::new(index)))));
        self.fates.0.extend(new);
        for slot in &changes.slots {
            let node = history.node(*slot);
            if touched.was_known(*slot) == Again::Yes {
                self.touch(history, *slot, state, touched);
                let fate = &mut self.fates.0[slot.index()];
                self.index.remove(*slot, &fate.node);
                let says_the_same = says_the_same(&fate.node, node);
                fate.replace(Arc::clone(node));
                for cell in &fate.written {
                    state.registers.cells[*cell].register.list_again();
                    touched.registers.push(*cell);
                }
                if !says_the_same {
                    fate.says_otherwise = true;
                }
            }
            self.index.put(*slot, node);
            for (at, crossing) in self.crossings.iter_mut().enumerate() {
                let side = node.act().and_then(crossing.row.side);
                if crossing.take_in(history, *slot, side) {
                    touched.rows.insert(at);
                }
            }
            self.touch(history, *slot, state, touched);
            touched.moved.push(*slot);
        }
    }

    /// What the stamp kept aside counts once it is admitted.
    fn admit(&mut self, history: &History, stream: &Stream, touched: &mut Touched) {
        for slot in touched.aside.iter().copied() {
            let by = self.ground(history).admission(stream, slot).admitted_by();
            let fate = &mut self.fates.0[slot.index()];
            if fate.admitted_by != by {
                fate.admitted_by = by;
                touched.moved.push(slot);
            }
        }
    }

    fn overrule(
        &mut self,
        history: &History,
        stream: &Stream,
        state: &mut StreamState,
        touched: &mut Touched,
    ) {
        for at in 0..touched.moved.len() {
            self.touch(history, touched.moved[at], state, touched);
        }
        let mut changed = Vec::new();
        let Self { crossings, index, fates, .. } = self;
        for row in &touched.rows {
            crossings[*row].overrule(Ground { history, index, fates }, stream, &mut changed);
        }
        for id in &touched.raised {
            if self.index.settles.of(*id).is_empty() && !self.yielded.contains_key(id) {
                continue;
            }
            let raised = self.ground(history).raised(*id, After::Admissions);
            let now = raised.map(|raised| raised.overruled()).unwrap_or_default();
            let was = self.yielded.insert(*id, now.clone()).unwrap_or_default();
            changed.extend(now.difference(&was).map(|slot| (*slot, true)));
            changed.extend(was.difference(&now).map(|slot| (*slot, false)));
        }
        for (slot, yields) in changed {
            let overruled = &mut self.fates.0[slot.index()].overruled;
            *overruled = if yields { *overruled + 1 } else { *overruled - 1 };
            touched.moved.push(slot);
        }
    }

    pub(super) fn ground<'a>(&'a self, history: &'a History) -> Ground<'a> {
        Ground { history, index: &self.index, fates: &self.fates }
    }

    /// Touches where an act stands and what it names, as it must be asked again whether the act counts.
    fn touch(&mut self, history: &History, slot: Slot, state: &mut StreamState, touched: &mut Touched) {
        self.touch_rows(history, slot, touched);
        let node = &self.fates.of(slot).node;
        if let Some(conflicts) = self.index.sides.get(&node.op.id) {
            touched.raised.extend(conflicts);
        }
        if self.fates.of(slot).was_put_aside() {
            touched.aside.insert(slot);
        }
        match name(node) {
            Some(Name::Raises(conflict)) => {
                touched.raised.insert(conflict);
            }
            Some(Name::PassesUp(conflict) | Name::Settles(conflict)) => {
                let (stream, again) = (node.op.stream, touched.was_known(slot));
                self.touch_conflict(&stream, conflict, again, state, touched);
            }
            Some(Name::Strikes(_) | Name::Amends(_)) | None => {}
        }
    }

    /// Touches what a conflict is about.
    fn touch_conflict(
        &mut self,
        stream: &Stream,
        conflict: Digest,
        again: Again,
        state: &mut StreamState,
        touched: &mut Touched,
    ) {
        if let Some(cell) = state.registers.of_conflict(stream, conflict) {
            state.registers.cells[cell].settle_again(again);
            touched.registers.push(cell);
        }
        for (at, crossing) in self.crossings.iter_mut().enumerate() {
            if crossing.conflict(stream) == conflict {
                touched.rows.insert(at);
            }
        }
        touched.aside.extend(self.index.asides.get(&conflict));
        if !self.index.raises.of(conflict).is_empty() {
            touched.raised.insert(conflict);
        }
    }

    fn touch_rows(&self, history: &History, slot: Slot, touched: &mut Touched) {
        let id = history.node(slot).op.id;
        let on = self.crossings.iter().enumerate().filter(|(_, crossing)| crossing.has(id));
        touched.rows.extend(on.map(|(at, _)| at));
    }

    /// Where an op is to be written, if it is.
    fn at(&self, slot: Slot) -> Option<Slot> {
        self.fates.of(slot).counts(After::Strikes).then(|| self.fates.place(slot))
    }

    /// Takes from the registers what is written otherwise now, or no longer.
    fn unwrite(&mut self, moved: &[Slot], state: &mut StreamState, touched: &mut Touched) {
        let mut gone: BTreeMap<usize, BTreeSet<Slot>> = BTreeMap::new();
        for slot in moved {
            let at = self.at(*slot);
            let fate = &mut self.fates.0[slot.index()];
            if fate.written_at != at || fate.says_otherwise {
                fate.written_at = None;
                fate.says_otherwise = false;
                fate.written.drain(..).for_each(|cell| {
                    gone.entry(cell).or_default().insert(*slot);
                });
            }
        }
        for (at, slots) in gone {
            let cell = &mut state.registers.cells[at];
            cell.register.remove(|write| write.weight == Weight::Ordinary && slots.contains(&write.op));
            cell.settle_again(Again::Yes);
            touched.registers.push(at);
        }
    }

    /// Writes an op to its registers as it counts now.
    fn write(&mut self, history: &History, slot: Slot, state: &mut StreamState, touched: &mut Touched) {
        let at = self.at(slot);
        let Some(at) = at.filter(|_| self.fates.of(slot).written_at != at) else { return };
        self.fates.0[slot.index()].written_at = Some(at);
        let node = Arc::clone(&self.fates.of(slot).node);
        for (name, value) in writes_of(&node.op, node.act()) {
            let cell = state.registers.cell(name);
            state.registers.cells[cell].settle_again(touched.was_known(slot));
            let write = Placed::new(history, slot, at, value, Weight::Ordinary);
            state.registers.cells[cell].register.put(history, write);
            touched.registers.push(cell);
            self.fates.0[slot.index()].written.push(cell);
        }
    }
}

impl Touched {
    fn moved_in_causal_order(&mut self, history: &History) -> Vec<Slot> {
        let mut moved = std::mem::take(&mut self.moved);
        moved.sort_unstable_by_key(|slot| history.place(*slot));
        moved.dedup();
        moved
    }

    /// Whether an op was taken up before.
    pub(super) fn was_known(&self, slot: Slot) -> Again {
        if slot.index() < self.known { Again::Yes } else { Again::No }
    }
}

/// Whether two copies of an op say the same, be they stamped or not.
fn says_the_same(known: &Node, new: &Node) -> bool {
    known.op.body == new.op.body && known.op.erased == new.op.erased
}

fn enter(fate: &Fate) -> Entry {
    let op = &fate.node.op;
    Entry {
        id: op.id,
        author: op.author,
        kind: fate.node.act().map_or_else(|| op.kind.clone(), |act| Kind::of_table(act.kind())),
        eff: op.eff(),
        standing: fate.standing(),
        clock: op.stamp.as_ref().map_or(ClockMark::Plain, |stamp| stamp.clock),
        read: fate.counts(After::Strikes).then(|| Arc::clone(&fate.node)),
    }
}
