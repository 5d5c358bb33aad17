//! What was struck: a must-agree register for each entry that somebody struck, `struck/<op>`.
//!
//! ```text
//!   struck ── amended           who knew of the strike and amends says nothing: the entry stays struck
//!   struck ∥  amended           yes and no: not struck until whoever settles in the stream has settled it
//!   struck ── taken back        no
//! ```
//! An act that strikes or amends can be struck itself, and whoever strikes it comes later: so the latest entry is
//! decided first. Does not hold the law of fields: see [`crate::register`].

use std::collections::BTreeSet;

use crate::ids::Stream;
use crate::referral::act::{Act, YesNo};
use crate::referral::fold::StreamState;
use crate::referral::fold::index::{Name, name};
use crate::referral::fold::standing::{After, Said, Struck};
use crate::referral::fold::work::{Again, Touched, Work};
use crate::referral::writes::{IS_STRUCK, NOT_STRUCK, STRUCK};
use crate::register::{Placed, Weight};
use crate::stream::{History, Slot};

/// What an act says of whether an entry was struck.
struct Word {
    entry: Slot,
    value: Option<&'static str>,
    weight: Weight,
}

impl Work {
    /// Finds again what was struck, where that may have changed.
    pub(super) fn strike(
        &mut self,
        history: &History,
        stream: &Stream,
        state: &mut StreamState,
        touched: &mut Touched,
    ) {
        if self.index.strikes.is_empty() && self.struck.is_empty() {
            return;
        }
        let mut asked: BTreeSet<(usize, Slot)> = BTreeSet::new();
        for slot in touched.moved.iter().copied() {
            asked.insert((history.place(slot), slot));
            asked.extend(self.settles_strike_of(history, stream, slot, state, touched.was_known(slot)));
        }
        // Those that somebody settled who does so no longer.
        let cells = touched.registers.iter().filter_map(|at| state.registers.cells[*at].strikes);
        asked.extend(cells.map(|entry| (history.place(entry), entry)));
        while let Some((place, slot)) = asked.pop_last() {
            if self.find_struck(history, stream, slot, state, touched) {
                touched.moved.push(slot);
                asked.extend(self.settles_strike_of(history, stream, slot, state, Again::Yes));
            }
            let entry = self.say(history, slot, state, touched).map(|entry| (history.place(entry), entry));
            asked.extend(entry.filter(|entry| entry.0 < place));
        }
    }

    /// The entry of which a settlement decides whether it was struck.
    fn settles_strike_of(
        &self,
        history: &History,
        stream: &Stream,
        slot: Slot,
        state: &mut StreamState,
        again: Again,
    ) -> Option<(usize, Slot)> {
        let Some(Name::Settles(conflict)) = name(&self.fates.of(slot).node) else { return None };
        let at = state.registers.of_conflict(stream, conflict)?;
        let cell = &mut state.registers.cells[at];
        let entry = cell.strikes?;
        cell.settle_again(again);
        Some((history.place(entry), entry))
    }

    /// Decides whether an entry was struck; whether that is another answer than before.
    fn find_struck(
        &mut self,
        history: &History,
        stream: &Stream,
        slot: Slot,
        state: &mut StreamState,
        touched: &mut Touched,
    ) -> bool {
        let Some(at) = self.struck.get(&history.node(slot).op.id).copied() else { return false };
        touched.registers.push(at);
        let cell = &mut state.registers.cells[at];
        self.weigh(history, stream, cell);
        let live = cell.register.live();
        let says_so = !live.is_empty() && live.iter().all(|live| live.value == IS_STRUCK);
        let fate = &mut self.fates.0[slot.index()];
        let is_struck = says_so && !cell.register.has_erased() && fate.counts(After::Overruling);
        let struck = if is_struck { Struck::Yes } else { Struck::No };
        std::mem::replace(&mut fate.struck, struck) != struck
    }

    /// Writes what an act says of another entry, as it counts now; gives that entry when it says something else
    /// than before. Where nobody says that an entry was struck, nobody says that it was not.
    fn say(
        &mut self,
        history: &History,
        slot: Slot,
        state: &mut StreamState,
        touched: &Touched,
    ) -> Option<Slot> {
        let word = self.word(history, slot);
        let before = self.fates.of(slot).said;
        let at = self.fates.place(slot);
        let now = word.and_then(|Word { entry, value, weight }| {
            let cell = match weight {
                Weight::Unless => {
                    let known = self.struck.get(&history.node(entry).op.id).copied();
                    known.filter(|cell| state.registers.cells[*cell].struck_by > 0)
                }
                Weight::Ordinary | Weight::Settlement => Some(self.struck_cell(history, entry, state)),
            };
            Some(Said { cell: cell?, at, value, weight })
        });
        if before == now {
            return None;
        }
        self.fates.0[slot.index()].said = now;
        let again = touched.was_known(slot);
        if let Some(Said { cell, weight, .. }) = before {
            let cell = &mut state.registers.cells[cell];
            cell.register.remove(|write| write.op == slot && write.weight == weight);
            cell.settle_again(again);
            cell.struck_by -= u32::from(weight == Weight::Ordinary);
        }
        if let Some(Said { cell, at, value, weight }) = now {
            let cell = &mut state.registers.cells[cell];
            let value = value.map(str::to_owned);
            cell.register.put(history, Placed::new(history, slot, at, value, weight));
            cell.settle_again(again);
            cell.struck_by += u32::from(weight == Weight::Ordinary);
        }
        let changed = before.or(now)?;
        let cell = &state.registers.cells[changed.cell];
        let (entry, struck_by) = (cell.strikes?, cell.struck_by);
        let is_first = now.is_some() && struck_by == 1;
        if changed.weight == Weight::Ordinary && (is_first || struck_by == 0) {
            self.amend_says(history, entry, state, touched);
        }
        Some(entry)
    }

    /// Whoever amends an entry says something as long as somebody says that it was struck.
    fn amend_says(&mut self, history: &History, entry: Slot, state: &mut StreamState, touched: &Touched) {
        for amends in self.index.amends.of(history.node(entry).op.id).to_vec() {
            self.say(history, amends, state, touched);
        }
    }

    /// What an act says, when it counts and its author knew the entry.
    fn word(&self, history: &History, slot: Slot) -> Option<Word> {
        let fate = self.fates.of(slot);
        let (entry, value, weight) = match name(&fate.node)? {
            Name::Strikes(entry) => {
                let Some(Act::EntryStruck(body)) = fate.node.act() else { return None };
                let back = body.back == Some(YesNo::Yes);
                (entry, Some(if back { NOT_STRUCK } else { IS_STRUCK }), Weight::Ordinary)
            }
            Name::Amends(entry) => {
                let is_read = fate.node.act().is_some();
                (entry, is_read.then_some(NOT_STRUCK), Weight::Unless)
            }
            Name::PassesUp(_) | Name::Settles(_) | Name::Raises(_) => return None,
        };
        let entry = history.slot(entry)?;
        let knew = history.knew(slot, entry) && history.place(entry) < history.place(slot);
        (knew && fate.counts(After::Strikes)).then_some(Word { entry, value, weight })
    }

    fn struck_cell(&mut self, history: &History, entry: Slot, state: &mut StreamState) -> usize {
        let id = history.node(entry).op.id;
        *self.struck.entry(id).or_insert_with(|| {
            let at = state.registers.cell(format!("{STRUCK}{id}"));
            state.registers.cells[at].strikes = Some(entry);
            at
        })
    }
}
