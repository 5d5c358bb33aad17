//! The open conflicts of a stream, as far as they are touched: fields, crossed acts, acts kept aside.
//!
//! Does not find out what is touched: see [`super::work`].

use crate::ids::{Digest, OpId, Stream};
use crate::referral::act::{Act, Choice};
use crate::referral::conflict::{
    CROSSED, Conflict, ConflictKind, PassedUp, Settler, conflict_id, settler_of, version,
};
use crate::referral::fold::StreamState;
use crate::referral::fold::crossed::crossing_name;
use crate::referral::fold::registers::Cell;
use crate::referral::fold::standing::After;
use crate::referral::fold::work::{Touched, Work};
use crate::register::{Placed, Register, Weight};
use crate::stream::{History, Slot};

/// What a conflict is about.
#[derive(Clone, Copy)]
struct About<'a> {
    kind: ConflictKind,
    about: &'a str,
    settler: Settler,
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
            let about = About { kind: ConflictKind::Field, about: &cell.name, settler };
            self.set(history, stream, &mut state.conflicts, about, disputed(cell));
        }
        for key in touched.crossings {
            let crossing = self.ground(history).crossing(key, After::Strikes);
            if crossing.is_none() && state.conflicts.is_empty() {
                continue;
            }
            let (row, entry) = (&CROSSED[key.0], key.1);
            let about = About {
                kind: ConflictKind::Crossed,
                about: &crossing_name(row, entry),
                settler: row.settler.unwrap_or(settler),
            };
            let sides = crossing.map(|crossing| crossing.sides(stream)).unwrap_or_default();
            self.set(history, stream, &mut state.conflicts, about, sides);
        }
        for id in touched.raised {
            let Some(raised) = self.ground(history).raised(id, After::Strikes) else {
                state.conflicts.retain(|conflict| conflict.id != id);
                continue;
            };
            let body = raised.first();
            let about = About { kind: ConflictKind::of(body.finding), about: &body.about, settler };
            self.set(history, stream, &mut state.conflicts, about, raised.sides());
        }
        for slot in touched.aside {
            let id = history.node(slot).op.id;
            let sides = if self.waits_aside(slot, id) { vec![id] } else { Vec::new() };
            let about = About { kind: ConflictKind::Quarantined, about: &id.to_string(), settler };
            self.set(history, stream, &mut state.conflicts, about, sides);
        }
        for conflict in state.conflicts.iter_mut().filter(|conflict| touched.passed_up.contains(&conflict.id))
        {
            conflict.passed_up = self.passed_up(history, conflict.id, &conflict.sides);
        }
    }

    /// A settlement of a register is a write of the chosen op's value, at the settlement's place. Where
    /// nobody's write is left (struck, overruled), nothing tells any more which register it settled.
    fn weigh(&self, history: &History, stream: &Stream, cell: &mut Cell) {
        cell.register.remove(|write| write.weight == Weight::Settlement);
        if !self.index.settles.is_empty() && !cell.register.writes().is_empty() {
            let mut settles = self.index.settles.of(cell.conflict(stream)).to_vec();
            settles.sort_unstable_by_key(|by| history.place(*by));
            for by in settles {
                if let Some(value) = self.decided(history, by, &cell.register) {
                    let (at, weight) = (self.fates.place(by), Weight::Settlement);
                    cell.register.put(history, Placed { op: by, at, value, weight, since: 1 });
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

    /// What the stamp kept aside waits, unless it was admitted or somebody decided to leave it there.
    fn waits_aside(&self, slot: Slot, id: OpId) -> bool {
        let counts = |by: &Slot| self.fates.of(*by).counts(After::Strikes);
        self.fates.of(slot).is_kept_aside() && !self.index.leaves_aside.of(id).iter().any(counts)
    }

    /// Opens a conflict between sides, changes it, or closes it when there are none.
    fn set(
        &self,
        history: &History,
        stream: &Stream,
        conflicts: &mut Vec<Conflict>,
        about: About<'_>,
        sides: Vec<OpId>,
    ) {
        let About { kind, about, settler } = about;
        let known = conflicts.iter().position(|conflict| conflict.kind == kind && conflict.about == about);
        let id = known.map(|at| conflicts.remove(at).id);
        if sides.is_empty() {
            return;
        }
        let id = id.unwrap_or_else(|| conflict_id(kind, stream, about));
        let passed_up = self.passed_up(history, id, &sides);
        let (version, about) = (version(&sides), about.to_owned());
        let at = conflicts.partition_point(|conflict| conflict.id < id);
        conflicts.insert(at, Conflict { id, version, kind, about, sides, settler, passed_up });
    }

    /// Somebody passed it up; or two settled it differently, which reopens it one level up.
    fn passed_up(&self, history: &History, id: Digest, sides: &[OpId]) -> PassedUp {
        let act = |slot: Slot| self.fates.of(slot).act(After::Strikes);
        let passed = self.index.passes_up.of(id).iter().any(|by| self.fates.of(*by).counts(After::Strikes));
        let settles = |side: &&OpId| {
            history.slot(**side).is_some_and(|slot| matches!(act(slot), Some(Act::ConflictSettled(_))))
        };
        if passed || sides.iter().filter(settles).count() > 1 { PassedUp::Yes } else { PassedUp::No }
    }
}

/// The ops whose values of a register disagree.
fn disputed(cell: &Cell) -> Vec<OpId> {
    let live = cell.register.live();
    let disagree = cell.register.agreement().disagree(live);
    if disagree { live.iter().map(|value| value.op).collect() } else { Vec::new() }
}
