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
use crate::ids::{Digest, Stream};
use crate::op::Kind;
use crate::referral::fold::crossed::Ground;
use crate::referral::fold::index::{CrossingKey, Index, Name, names};
use crate::referral::fold::standing::{After, Fate, Fates};
use crate::referral::fold::{Entry, StreamState};
use crate::referral::writes::writes_of;
use crate::register::{Placed, Weight};
use crate::stream::{Changes, History, Node, Slot};

/// What a fold knows beside the state, to go on from there.
#[derive(Debug, Clone, Default)]
pub(super) struct Work {
    pub(super) fates: Fates,
    pub(super) index: Index,
    /// Who was overruled in a crossing.
    overruled: BTreeMap<CrossingKey, BTreeSet<Slot>>,
    /// Who was overruled in what the server raised.
    yielded: BTreeMap<Digest, BTreeSet<Slot>>,
}

/// What must be computed again.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// Ops taken up, and those of which something became that was not so before.
    moved: Vec<Slot>,
    /// Registers, by cell.
    pub(super) registers: Vec<usize>,
    /// What may cross.
    pub(super) crossings: BTreeSet<CrossingKey>,
    /// Ops that are or were kept aside.
    pub(super) aside: BTreeSet<Slot>,
    /// What the server raised, or no longer.
    pub(super) raised: BTreeSet<Digest>,
    /// Conflicts that somebody passed up, or no longer.
    pub(super) passed_up: Vec<Digest>,
}

impl Work {
    /// Brings a state to the history as it is after `changes`.
    pub(super) fn refresh(&mut self, history: &History, changes: &Changes, state: &mut StreamState) {
        let Some(stream) = history.iter().next().map(|op| op.stream) else { return };
        state.stream = Some(stream);
        history.heads_into(&mut state.heads);
        let mut touched = Touched::default();
        self.take_up(history, changes, state, &mut touched);
        self.admit(history, &mut touched);
        self.overrule(history, &stream, &mut touched);
        self.strike(history, &mut touched);
        for slot in touched.moved_in_causal_order(history) {
            self.write(history, slot, state, &mut touched);
            let fate = self.fates.of(slot);
            touched.name(history, &fate.node, state);
            self.touch_crossings(slot, &mut touched);
            if fate.was_put_aside() {
                touched.aside.insert(slot);
            }
            if let Some(entry) =
                state.entries.get_mut(history.place(slot)).filter(|_| history.place(slot) < changes.from)
            {
                *entry = enter(fate);
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
        let known = self.fates.0.len();
        let new = (known..history.len()).map(|index| Fate::new(Arc::clone(history.node(Slot::new(index)))));
        self.fates.0.extend(new);
        for slot in &changes.slots {
            let node = history.node(*slot);
            if slot.index() < known {
                self.touch_crossings(*slot, touched);
                touched.aside.insert(*slot);
                let fate = &mut self.fates.0[slot.index()];
                touched.name(history, &fate.node, state);
                self.index.remove(*slot, &fate.node, &fate.crossings);
                fate.replace(Arc::clone(node));
            }
            let fate = &mut self.fates.0[slot.index()];
            fate.crossings = self.index.put(*slot, node);
            touched.name(history, node, state);
            touched.moved.push(*slot);
        }
    }

    /// A settlement admits only what its author could see.
    fn admit(&mut self, history: &History, touched: &mut Touched) {
        // The first of several settlements admits, and the order may be another than before.
        let mut asked = touched.moved.clone();
        asked.extend(self.index.admits.of_several().filter_map(|op| history.slot(op)));
        for slot in asked {
            let by = self.fates.admission(history, &self.index, slot);
            let fate = &mut self.fates.0[slot.index()];
            if fate.admitted_by != by {
                fate.admitted_by = by;
                touched.moved.push(slot);
            }
        }
    }

    fn overrule(&mut self, history: &History, stream: &Stream, touched: &mut Touched) {
        for at in 0..touched.moved.len() {
            self.touch_crossings(touched.moved[at], touched);
        }
        let after = After::Admissions;
        for key in &touched.crossings {
            if self.index.settles.is_empty() && self.overruled.is_empty() {
                break;
            }
            let crossing = self.ground(history).crossing(*key, after);
            let now = crossing.map(|crossing| crossing.overruled(stream)).unwrap_or_default();
            let was = self.overruled.insert(*key, now.clone()).unwrap_or_default();
            self.fates.overrule(&was, &now, &mut touched.moved);
        }
        let raised: BTreeSet<_> = self.index.raises.keys().chain(self.yielded.keys().copied()).collect();
        for id in raised {
            let now =
                self.ground(history).raised(id, after).map(|raised| raised.overruled()).unwrap_or_default();
            let was = self.yielded.insert(id, now.clone()).unwrap_or_default();
            self.fates.overrule(&was, &now, &mut touched.moved);
            touched.raised.insert(id);
        }
    }

    fn strike(&mut self, history: &History, touched: &mut Touched) {
        for at in 0..touched.moved.len() {
            self.touch_crossings(touched.moved[at], touched);
        }
        // Who strikes what somebody amends does it or not as the two cross.
        let crossed = touched.crossings.iter().flat_map(|key| self.index.on(*key)).map(|(slot, _)| *slot);
        let strikes = touched.moved.iter().copied().chain(crossed);
        let struck = strikes.flat_map(|slot| names(&self.fates.of(slot).node)).filter_map(Name::struck);
        let mut asked = touched.moved.clone();
        asked.extend(struck.filter_map(|op| history.slot(op)));
        for slot in asked {
            let struck = self.ground(history).strike(slot);
            let fate = &mut self.fates.0[slot.index()];
            if fate.struck != struck {
                fate.struck = struck;
                touched.moved.push(slot);
            }
        }
    }

    pub(super) fn ground<'a>(&'a self, history: &'a History) -> Ground<'a> {
        Ground { history, index: &self.index, fates: &self.fates }
    }

    /// An act touches what it may cross; a settlement all, since others may have settled for it.
    fn touch_crossings(&self, slot: Slot, touched: &mut Touched) {
        let fate = self.fates.of(slot);
        touched.crossings.extend(fate.crossings.iter().copied());
        if names(&fate.node).any(|name| matches!(name, Name::Settles(_))) {
            touched.crossings.extend(self.index.crossings.keys().copied());
        }
    }

    /// Writes an op to its registers as it counts now.
    fn write(&mut self, history: &History, slot: Slot, state: &mut StreamState, touched: &mut Touched) {
        let at = self.fates.place(slot);
        let fate = &mut self.fates.0[slot.index()];
        for cell in std::mem::take(&mut fate.written) {
            let by_itself = |write: &Placed| write.op == slot && write.weight == Weight::Ordinary;
            state.registers.cells[cell].register.remove(by_itself);
            touched.registers.push(cell);
        }
        if !fate.counts(After::Strikes) {
            return;
        }
        let node = Arc::clone(&fate.node);
        for (name, value) in writes_of(&node.op, node.act()) {
            let cell = state.registers.cell(name);
            let write = Placed { op: slot, at, value, weight: Weight::Ordinary, since: 1 };
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

    /// Touches what an act names, as it must be asked again whether the act counts.
    fn name(&mut self, history: &History, node: &Node, state: &mut StreamState) {
        for name in names(node) {
            match name {
                Name::Admits(op) | Name::Strikes(op) => self.moved.extend(history.slot(op)),
                Name::LeavesAside(op) => self.aside.extend(history.slot(op)),
                Name::PassesUp(conflict) => self.passed_up.push(conflict),
                Name::Settles(conflict) => {
                    let cells = state.registers.cells.iter_mut().enumerate();
                    let about = cells
                        .filter_map(|(at, cell)| (cell.conflict(&node.op.stream) == conflict).then_some(at));
                    self.registers.extend(about);
                }
                Name::Raises(conflict) => {
                    self.raised.insert(conflict);
                }
            }
        }
    }
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
