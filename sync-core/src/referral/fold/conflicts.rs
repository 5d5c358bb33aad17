//! The open conflicts of a stream, as far as they are touched: fields, crossed acts, acts kept aside.
//!
//! Does not find out what is touched: see [`super::work`].

use crate::ids::{Digest, OpId, Stream};
use crate::referral::act::{Act, Choice};
use crate::referral::conflict::{Conflict, ConflictKind, PassedUp, Settler, settler_of};
use crate::referral::fold::StreamState;
use crate::referral::fold::registers::Cell;
use crate::referral::fold::standing::After;
use crate::referral::fold::work::{Touched, Work};
use crate::register::{Placed, Register, Weight};
use crate::stream::{History, Slot};

/// What a conflict is about.
struct About<'a> {
    id: Digest,
    kind: ConflictKind,
    about: &'a str,
    settler: Settler,
    /// Whether two settled it differently.
    passed_up: PassedUp,
}

impl Work {
    /// Computes the touched registers and conflicts again.
    pub(super) fn find_conflicts(
        &mut self,
        history: &History,
        stream: &Stream,
        state: &mut StreamState,
        mut touched: Touched,
    ) {
        let settler = settler_of(stream);
        touched.registers.sort_unstable();
        touched.registers.dedup();
        for at in touched.registers {
            let cell = &mut state.registers.cells[at];
            self.weigh(history, stream, cell);
            let sides = disputed(cell);
            if sides.is_empty() && state.conflicts.is_empty() {
                continue;
            }
            let passed_up = reopened(&cell.register);
            let (id, kind) = (cell.conflict(stream), ConflictKind::Field);
            self.set(&mut state.conflicts, About { id, kind, about: &cell.name, settler, passed_up }, sides);
        }
        for row in touched.rows {
            self.crossings[row].count(history, &self.fates);
            let sides = self.crossings[row].sides();
            if sides.is_empty() && state.conflicts.is_empty() {
                continue;
            }
            let (id, kind) = (self.crossings[row].conflict(stream), ConflictKind::Crossed);
            let crossing = &self.crossings[row];
            let (about, passed_up) = (crossing.row.name, crossing.passed_up());
            let settler = crossing.row.settler;
            self.set(&mut state.conflicts, About { id, kind, about, settler, passed_up }, sides);
        }
        for id in touched.raised {
            let Some(raised) = self.ground(history).raised(id, After::Strikes) else {
                let known = state.conflicts.binary_search_by_key(&id, |conflict| conflict.id);
                known.into_iter().for_each(|at| drop(state.conflicts.remove(at)));
                continue;
            };
            let body = raised.first();
            let (kind, about) = (ConflictKind::of(body.finding), body.about.as_str());
            let passed_up = raised.passed_up();
            self.set(&mut state.conflicts, About { id, kind, about, settler, passed_up }, raised.sides());
        }
        for slot in touched.aside {
            let admission = self.ground(history).admission(stream, slot);
            let about = history.node(slot).op.id.to_string();
            let (id, kind, passed_up) =
                (admission.conflict, ConflictKind::Quarantined, admission.passed_up());
            let about = About { id, kind, about: &about, settler, passed_up };
            self.set(&mut state.conflicts, about, admission.sides());
        }
    }

    /// A settlement of a register is a write of the chosen op's value, at the settlement's place. Where
    /// nobody's write is left (struck, overruled), nothing tells any more which register it settled.
    pub(super) fn weigh(&self, history: &History, stream: &Stream, cell: &mut Cell) {
        if !self.index.settles.is_empty() && !cell.register.writes().is_empty() {
            let settles = self.index.settles.of(cell.conflict(stream));
            let mut new = settles[cell.settled..].to_vec();
            cell.settled = settles.len();
            new.sort_by_key(|by| history.place(*by));
            for by in new {
                if let Some(value) = self.decided(history, by, &cell.register) {
                    let at = self.fates.place(by);
                    cell.register.put(history, Placed::new(history, by, at, value, Weight::Settlement));
                }
            }
        }
        cell.register.weigh(history);
    }

    /// The value that a settlement of a register decides, when it counts: that of an op which its
    /// author knew, or another; in place of one that was erased, none.
    fn decided(&self, history: &History, by: Slot, register: &Register) -> Option<Option<String>> {
        let fate = self.fates.of(by);
        let Some(Act::ConflictSettled(body)) = fate.act(After::Strikes) else { return None };
        match &body.choice {
            Choice::Op(chosen) => {
                let chosen = history.slot(*chosen).filter(|chosen| history.knew(by, *chosen))?;
                let mut writes = register.writes().iter();
                writes.find(|write| write.op == chosen).map(|write| write.value.clone())
            }
            Choice::Value(value) => Some(fate.node.op.erased.is_none().then(|| value.to_string())),
            Choice::Admit(_) | Choice::KeepAside(_) => None,
        }
    }

    /// Opens a conflict between sides, changes it, or closes it when there are none.
    fn set(&self, conflicts: &mut Vec<Conflict>, about: About<'_>, sides: Vec<OpId>) {
        let About { id, kind, about, settler, passed_up } = about;
        let known = conflicts.binary_search_by_key(&id, |conflict| conflict.id);
        match known {
            Ok(at) if sides.is_empty() => drop(conflicts.remove(at)),
            Err(_) if sides.is_empty() => {}
            Ok(at) => {
                conflicts[at].sides = sides;
                conflicts[at].passed_up = self.passed_up(id, passed_up);
            }
            Err(at) => {
                let (about, passed_up) = (about.to_owned(), self.passed_up(id, passed_up));
                conflicts.insert(at, Conflict { id, kind, about, sides, settler, passed_up });
            }
        }
    }

    /// Somebody passed it up; or two settled it differently, which reopens it one level up.
    fn passed_up(&self, id: Digest, reopened: PassedUp) -> PassedUp {
        let mut passed = self.index.passes_up.of(id).iter();
        if passed.any(|by| self.fates.of(*by).counts(After::Strikes)) { PassedUp::Yes } else { reopened }
    }
}

/// The ops whose values of a register disagree.
fn disputed(cell: &Cell) -> Vec<OpId> {
    let live = cell.register.live().iter().map(|value| value.op);
    if cell.register.disagree() { live.collect() } else { Vec::new() }
}

/// Two who settled a register differently open it one level up.
fn reopened(register: &Register) -> PassedUp {
    let mut settled = register.live_writes().filter(|write| write.weight == Weight::Settlement);
    let first = settled.next().map(|write| &write.value);
    if settled.any(|other| Some(&other.value) != first) { PassedUp::Yes } else { PassedUp::No }
}
