//! The rows of the table of crossed ops: which acts of a row contradict each other, and who is overruled.
//!
//! ```text
//!   cancelled ─╮  for each act: how many of the other side are apart, neither author knew the other's
//!   accepted  ─╯  more than none: it is a side of the conflict
//! ```
//! Goes on with the acts that changed; when many did, all is counted again from what each author knew of each
//! device. Does not hold the table: see [`crate::referral::conflict`].

use std::collections::BTreeMap;

use crate::ids::{DeviceId, Digest, OpId, Stream};
use crate::referral::act::Choice;
use crate::referral::conflict::{CROSSED, ConflictKind, CrossedRow, PassedUp, Side, conflict_id};
use crate::referral::fold::settled::{Ground, Settled};
use crate::referral::fold::standing::{After, Fates};
use crate::stream::{History, Slot};

/// More changes than these at once: all is counted again.
const FEW: usize = 4;

/// One row, with the acts that stand on it.
#[derive(Debug, Clone)]
pub(super) struct Crossing {
    pub(super) row: &'static CrossedRow,
    /// The id that a conflict about it has, once somebody asked for it.
    conflict: Option<Digest>,
    /// By id.
    acts: Vec<Crosses>,
    /// The settlements that chose different sides.
    differ: Vec<OpId>,
}

/// An act on a side of a row.
#[derive(Debug, Clone)]
struct Crosses {
    id: OpId,
    slot: Slot,
    /// None since its body was erased.
    side: Option<Side>,
    /// The place at which it counts, while it does.
    counts_at: Option<Slot>,
    /// How many acts that count of the other side are apart from it.
    apart: usize,
    is_overruled: bool,
}

impl Crossing {
    pub(super) fn all() -> Vec<Self> {
        let row = |row| Self { row, conflict: None, acts: Vec::new(), differ: Vec::new() };
        CROSSED.iter().map(row).collect()
    }

    /// The id that a conflict about it has.
    pub(super) fn conflict(&mut self, stream: &Stream) -> Digest {
        *self.conflict.get_or_insert_with(|| conflict_id(ConflictKind::Crossed, stream, self.row.name))
    }

    /// Takes in an op, or another copy of it; whether it stands or stood on the row.
    pub(super) fn take_in(&mut self, history: &History, slot: Slot, side: Option<Side>) -> bool {
        let id = history.node(slot).op.id;
        match self.acts.binary_search_by_key(&id, |act| act.id) {
            Ok(at) if self.acts[at].side != side => {
                self.leave(history, at);
                self.acts[at].side = side;
            }
            Ok(_) => {}
            Err(_) if side.is_none() => return false,
            Err(at) => {
                let new = Crosses { id, slot, side, counts_at: None, apart: 0, is_overruled: false };
                self.acts.insert(at, new);
            }
        }
        true
    }

    pub(super) fn has(&self, id: OpId) -> bool {
        self.find(id).is_some()
    }

    fn find(&self, id: OpId) -> Option<usize> {
        self.acts.binary_search_by_key(&id, |act| act.id).ok()
    }

    /// Who is overruled: of the side that was not chosen, those whom a settlement knew. Who is so otherwise than
    /// before goes to `moved`.
    pub(super) fn overrule(&mut self, ground: Ground<'_>, stream: &Stream, moved: &mut Vec<(Slot, bool)>) {
        let was_settled = !self.differ.is_empty() || self.acts.iter().any(|act| act.is_overruled);
        if ground.index.settles.is_empty() && !was_settled {
            return;
        }
        let conflict = self.conflict(stream);
        let settled = ground.settled(conflict, After::Admissions, |by, choice| {
            let Choice::Op(chosen) = choice else { return None };
            let act = &self.acts[self.find(*chosen)?];
            let counts = ground.fates.of(act.slot).counts(After::Admissions);
            act.side.filter(|_| counts && ground.history.knew(by, act.slot))
        });
        let (chosen, known) = match &settled {
            Settled::Alike(side, by) => (Some(*side), ground.known_to(by)),
            Settled::No | Settled::Differently(_) => (None, ground.known_to(&[])),
        };
        for act in &mut self.acts {
            let fate = ground.fates.of(act.slot);
            let counted = || fate.counts(After::Admissions);
            let yields = chosen.is_some_and(|chosen| act.side == Some(chosen.other()))
                && counted()
                && known.contains(ground.id(ground.fates.place(act.slot)));
            if yields != act.is_overruled {
                act.is_overruled = yields;
                moved.push((act.slot, yields));
            }
        }
        self.differ = match settled {
            Settled::Differently(by) => by.into_iter().map(|by| ground.id(by)).collect(),
            Settled::No | Settled::Alike(..) => Vec::new(),
        };
    }

    /// Counts again who is apart from whom.
    pub(super) fn count(&mut self, history: &History, fates: &Fates) {
        let now = |act: &Crosses| {
            let counts = act.side.is_some() && fates.of(act.slot).counts(After::Strikes);
            counts.then(|| fates.place(act.slot))
        };
        let changed: Vec<usize> =
            (0..self.acts.len()).filter(|at| now(&self.acts[*at]) != self.acts[*at].counts_at).collect();
        if changed.len() > FEW {
            self.acts.iter_mut().for_each(|act| act.counts_at = now(act));
            self.count_all(history);
            return;
        }
        for at in changed {
            self.leave(history, at);
            self.acts[at].counts_at = now(&self.acts[at]);
            self.join(history, at);
        }
    }

    fn leave(&mut self, history: &History, at: usize) {
        let Some(counted_at) = self.acts[at].counts_at.take() else { return };
        self.acts[at].apart = 0;
        let side = self.acts[at].side;
        for other in self.acts.iter_mut().filter(|other| other.side != side) {
            if other.counts_at.is_some_and(|other| history.apart(counted_at, other)) {
                other.apart -= 1;
            }
        }
    }

    fn join(&mut self, history: &History, at: usize) {
        let Some(counts_at) = self.acts[at].counts_at else { return };
        let side = self.acts[at].side;
        let mut apart = 0;
        for other in self.acts.iter_mut().filter(|other| other.side != side) {
            if other.counts_at.is_some_and(|other| history.apart(counts_at, other)) {
                other.apart += 1;
                apart += 1;
            }
        }
        self.acts[at].apart = apart;
    }

    /// Who is apart is neither known to an act nor knows it; both are ranges of each device's acts.
    fn count_all(&mut self, history: &History) {
        for side in [Side::Left, Side::Right] {
            let others = ByDevice::of(history, &self.acts, side.other());
            let own = ByDevice::of(history, &self.acts, side);
            let mut knew_it = own.counters();
            for other in self.acts.iter().filter(|act| act.side == Some(side.other())) {
                other.counts_at.iter().for_each(|at| own.count_known(history, *at, &mut knew_it));
            }
            let knew_it = own.known_by(knew_it);
            for act in self.acts.iter_mut().filter(|act| act.side == Some(side)) {
                act.apart = act.counts_at.map_or(0, |at| {
                    let known = others.known_to(history, at);
                    let knowing = knew_it.get(&history.node(at).op.id).copied().unwrap_or_default();
                    others.count.saturating_sub(known + knowing)
                });
            }
        }
    }

    /// The acts that contradict each other, and settlements that do; none when all agree.
    pub(super) fn sides(&self) -> Vec<OpId> {
        let mut sides: Vec<OpId> = self.acts.iter().filter(|act| act.apart > 0).map(|act| act.id).collect();
        if !sides.is_empty() && !self.differ.is_empty() {
            sides.extend(&self.differ);
            sides.sort_unstable();
            sides.dedup();
        }
        sides
    }

    /// Two who settled differently open it one level up.
    pub(super) fn passed_up(&self) -> PassedUp {
        if self.differ.is_empty() { PassedUp::No } else { PassedUp::Yes }
    }
}

/// The acts of one side that count, by the device and seq of the places at which they do.
struct ByDevice {
    seqs: BTreeMap<DeviceId, Vec<u64>>,
    count: usize,
}

type Counters = BTreeMap<DeviceId, Vec<usize>>;

impl ByDevice {
    fn of(history: &History, acts: &[Crosses], side: Side) -> Self {
        let mut seqs: BTreeMap<DeviceId, Vec<u64>> = BTreeMap::new();
        let mut count = 0;
        for at in acts.iter().filter(|act| act.side == Some(side)).filter_map(|act| act.counts_at) {
            let id = history.node(at).op.id;
            seqs.entry(id.device).or_default().push(id.seq);
            count += 1;
        }
        seqs.values_mut().for_each(|seqs| seqs.sort_unstable());
        Self { seqs, count }
    }

    fn counters(&self) -> Counters {
        self.seqs.iter().map(|(device, seqs)| (*device, vec![0; seqs.len() + 1])).collect()
    }

    /// How many of each device an act's author knew.
    fn prefixes(&self, history: &History, at: Slot) -> impl Iterator<Item = (DeviceId, usize)> {
        let past = history.node(at).past.iter();
        past.filter_map(|(device, last)| {
            let seqs = self.seqs.get(&device)?;
            Some((device, seqs.partition_point(|seq| *seq <= last)))
        })
    }

    fn known_to(&self, history: &History, at: Slot) -> usize {
        self.prefixes(history, at).map(|(_, known)| known).sum()
    }

    /// Notes of each device's acts that `at` knew up to which one.
    fn count_known(&self, history: &History, at: Slot, counters: &mut Counters) {
        for (device, known) in self.prefixes(history, at) {
            if let Some(counter) = counters.get_mut(&device).and_then(|of| of.get_mut(known)) {
                *counter += 1;
            }
        }
    }

    /// By act: how many knew it.
    fn known_by(&self, counters: Counters) -> BTreeMap<OpId, usize> {
        let mut known_by = BTreeMap::new();
        for (device, counters) in counters {
            let mut knew = 0;
            for (seq, ends) in self.seqs[&device].iter().zip(&counters[1..]).rev() {
                knew += ends;
                known_by.insert(OpId { device, seq: *seq }, knew);
            }
        }
        known_by
    }
}
