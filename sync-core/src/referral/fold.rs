//! The fold: from the ops of one stream to its state. Same ops, same state, whatever the order.
//!
//! ```text
//!   ops ─ kept aside, refused, struck, overruled = acts that count
//!          └─ writes ─▶ registers ─▶ field conflicts
//!          └─ pairs of concurrent acts ─▶ crossed conflicts
//! ```
//! Takes no clock. Does not look at other streams: see [`super::view`].

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::clock::{ClockMark, Hlc};
use crate::ids::{Digest, OpId, Stream, UserId};
use crate::op::Kind;
use crate::referral::across::ACROSS;
use crate::referral::act::{Act, Choice};
use crate::referral::conflict::{
    CROSSED, Conflict, ConflictKind, CrossedRow, PassedUp, Settler, Side, conflict_id, settler_of, version,
};
use crate::referral::writes::{agreement, writes_of};
use crate::register::{Agreement, Live, Weight, Write, live, values};
use crate::stamp::{Disposition, Why};
use crate::stream::{History, StreamOp};

/// The folded state of one stream. Its canonical bytes are its JSON: maps are sorted, lists have
/// one order.
#[derive(Debug, Clone, Serialize)]
pub struct StreamState {
    /// The stream; none for an empty history.
    pub stream: Option<Stream>,
    /// The ops that nobody has built on yet.
    pub heads: Vec<OpId>,
    /// The live values of each register.
    pub registers: BTreeMap<String, Vec<Live>>,
    /// Every op in causal order, with what became of it.
    pub entries: Vec<Entry>,
    /// The open conflicts.
    pub conflicts: Vec<Conflict>,
}

/// One op of the history.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// The op.
    pub id: OpId,
    /// Who recorded it.
    pub author: UserId,
    /// What kind of act it is.
    pub kind: Kind,
    /// When, as people order it.
    pub eff: Hlc,
    /// What became of it.
    pub standing: Standing,
    /// Whether its clock was wrong.
    pub clock: ClockMark,
    /// Digest of the body that the fold read.
    pub body: Digest,
    /// The act, for those that count.
    #[serde(skip)]
    pub act: Option<Act>,
}

/// What became of an op in the fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It counts.
    Counts,
    /// It was kept aside and then admitted by a settlement; it counts.
    Admitted,
    /// It was kept aside.
    KeptAside,
    /// It was refused.
    Refused,
    /// It repeats an op that counts already: kept, and nobody can admit it.
    Repeated,
    /// A later op struck it: entered in error.
    Struck,
    /// A settlement decided for another side.
    Overruled,
    /// A newer version recorded it: kept and shown, moves nothing.
    Newer,
}

impl StreamState {
    /// SHA-256 over the canonical bytes.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let bytes = serde_json::to_vec(self).expect("a folded state is plain data with text keys");
        Digest(Sha256::digest(bytes).into())
    }

    /// The acts that count, in causal order.
    pub fn acts(&self) -> impl Iterator<Item = (&Entry, &Act)> {
        self.entries.iter().filter_map(|entry| entry.act.as_ref().map(|act| (entry, act)))
    }

    /// The live values of a register.
    #[must_use]
    pub fn register(&self, name: &str) -> &[Live] {
        self.registers.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Folds a stream.
#[must_use]
pub fn fold(history: &History) -> StreamState {
    let acts = Acts::read(history);
    let entries: Vec<Entry> = history.iter().map(|op| acts.entry(op)).collect();
    let registers = fold_registers(history, &acts);
    let mut conflicts = field_conflicts(history, &registers);
    conflicts.extend(crossed_conflicts(history, &acts));
    conflicts.extend(raised_conflicts(history, &acts));
    conflicts.extend(kept_aside(history, &acts));
    conflicts.iter_mut().for_each(|conflict| mark_passed_up(conflict, &entries));
    conflicts.sort_by_key(|conflict| conflict.id);
    StreamState {
        stream: history.iter().next().map(|op| op.stream),
        heads: history.heads(),
        registers: registers.into_iter().map(|(name, values)| (name, values.live)).collect(),
        entries,
        conflicts,
    }
}

/// The parsed acts of a stream and what later ops did to them.
struct Acts {
    parsed: BTreeMap<OpId, Act>,
    standing: BTreeMap<OpId, Standing>,
    /// For an admitted op the settlement that admitted it: it counts as written there.
    admitted_by: BTreeMap<OpId, OpId>,
}

impl Acts {
    fn read(history: &History) -> Self {
        let mut acts =
            Self { parsed: BTreeMap::new(), standing: BTreeMap::new(), admitted_by: BTreeMap::new() };
        for op in history.iter() {
            let parsed = op.body.as_deref().map(|body| Act::parse(&op.kind, body));
            let standing = match op.stamp.as_ref().map(|stamp| stamp.disposition) {
                Some(Disposition::Quarantined(Why::Recovered)) => Standing::Repeated,
                Some(Disposition::Quarantined(_)) => Standing::KeptAside,
                Some(Disposition::Refused(_)) => Standing::Refused,
                Some(Disposition::Accepted) | None if matches!(parsed, Some(Ok(Some(_)))) => Standing::Counts,
                Some(Disposition::Accepted) | None => Standing::Newer,
            };
            if let Some(Ok(Some(act))) = parsed {
                acts.parsed.insert(op.id, act);
            }
            acts.standing.insert(op.id, standing);
        }
        acts.apply_admissions(history);
        acts.apply_overruling(history);
        acts.apply_strikes(history);
        acts
    }

    /// A settlement admits only what its author could see.
    fn apply_admissions(&mut self, history: &History) {
        for op in history.iter() {
            let Some(Act::ConflictSettled(body)) = self.counting(op.id) else { continue };
            let Choice::Admit(target) = body.choice else { continue };
            let knew = history.past(op.id).is_some_and(|past| past.contains(target));
            if knew && self.standing.get(&target) == Some(&Standing::KeptAside) {
                self.standing.insert(target, Standing::Admitted);
                self.admitted_by.insert(target, op.id);
            }
        }
    }

    /// A settlement of a crossing overrules the other side, as far as its author knew it. Two who
    /// settle differently overrule nothing: it stays open.
    fn apply_overruling(&mut self, history: &History) {
        let mut overruled = Vec::new();
        for crossing in self.crossings() {
            let settled = self.settled(history, &crossing);
            for (by, side) in &settled {
                if settled.iter().any(|(other, s)| s != side && history.concurrent(*by, *other)) {
                    continue;
                }
                let past = history.past(*by);
                let others = crossing.on(side.other());
                let known = |id: &&OpId| past.is_some_and(|past| past.contains(self.place(**id)));
                overruled.extend(others.iter().filter(known).copied());
            }
        }
        overruled.extend(raised(history, self).iter().flat_map(|raised| raised.overruled(history, self)));
        for id in overruled {
            self.standing.insert(id, Standing::Overruled);
        }
    }

    /// What may cross: for each row, and each entry that it is about, the acts on its two sides.
    fn crossings(&self) -> Vec<Crossing> {
        let mut crossings: BTreeMap<(usize, Option<OpId>), Crossing> = BTreeMap::new();
        for (number, row) in CROSSED.iter().enumerate() {
            for id in self.parsed.keys() {
                let Some(act) = self.counting(*id) else { continue };
                let Some(side) = (row.side)(act) else { continue };
                let about = (row.about)(act, *id);
                let crossing = crossings.entry((number, about)).or_insert_with(|| Crossing::new(row, about));
                match side {
                    Side::Left => crossing.left.push(*id),
                    Side::Right => crossing.right.push(*id),
                }
            }
        }
        crossings.into_values().filter(|c| !c.left.is_empty() && !c.right.is_empty()).collect()
    }

    /// The settlements of a crossing, each with the side that it chose.
    fn settled(&self, history: &History, crossing: &Crossing) -> Vec<(OpId, Side)> {
        let settled = history.iter().filter_map(|op| {
            let Some(Act::ConflictSettled(body)) = self.counting(op.id) else { return None };
            let about = conflict_id(ConflictKind::Crossed, &op.stream, &crossing.name) == body.conflict;
            about.then(|| self.side_of(op.id, crossing)).flatten().map(|side| (op.id, side))
        });
        settled.collect()
    }

    /// The side that an op stands on: its own, or that of the op for which it settled.
    fn side_of(&self, op: OpId, crossing: &Crossing) -> Option<Side> {
        let mut named = op;
        // Only a device that cheats can name in a circle, and each step names another op.
        for _ in 0..=self.parsed.len() {
            let act = self.counting(named)?;
            let Act::ConflictSettled(body) = act else { return crossing.side_of(named) };
            let Choice::Op(chosen) = body.choice else { return None };
            named = chosen;
        }
        None
    }

    /// Where an op counts as written: at its own place, or at that of the settlement that admitted it.
    fn place(&self, id: OpId) -> OpId {
        self.admitted_by.get(&id).copied().unwrap_or(id)
    }

    fn apply_strikes(&mut self, history: &History) {
        let crossings = self.crossings();
        let struck: Vec<OpId> = history
            .iter()
            .filter_map(|op| {
                let Some(Act::EntryStruck(body)) = self.counting(op.id) else { return None };
                let target = body.entry.resolve(op.id.device);
                // While somebody who did not know amends it, the entry stands.
                let amended = crossings.iter().any(|c| c.is_open(history, self) && c.left.contains(&op.id));
                if amended {
                    return None;
                }
                history.past(op.id).is_some_and(|past| past.contains(target)).then_some(target)
            })
            .collect();
        for id in struck {
            if self.counting(id).is_some() {
                self.standing.insert(id, Standing::Struck);
            }
        }
    }

    fn counting(&self, id: OpId) -> Option<&Act> {
        let counts = matches!(self.standing.get(&id), Some(Standing::Counts | Standing::Admitted));
        self.parsed.get(&id).filter(|_| counts)
    }

    fn entry(&self, op: &StreamOp) -> Entry {
        let read = op.body.as_deref().filter(|_| self.counting(op.id).is_some()).unwrap_or_default();
        Entry {
            id: op.id,
            author: op.author,
            kind: op.kind.clone(),
            eff: op.eff(),
            standing: self.standing[&op.id],
            clock: op.stamp.as_ref().map_or(ClockMark::Plain, |stamp| stamp.clock),
            body: Digest(Sha256::digest(read).into()),
            act: self.counting(op.id).cloned(),
        }
    }
}

/// The folded writes of one register.
struct Folded {
    agreement: Agreement,
    live: Vec<Live>,
}

fn fold_registers(history: &History, acts: &Acts) -> BTreeMap<String, Folded> {
    let mut by_name: BTreeMap<String, Vec<Write<'_>>> = BTreeMap::new();
    for op in history.iter() {
        let Some(act) = acts.counting(op.id) else { continue };
        for (name, value) in writes_of(op, act) {
            by_name.entry(name).or_default().push(write(history, acts, op, value, Weight::Ordinary));
        }
    }
    add_settlements(history, acts, &mut by_name);
    by_name
        .into_iter()
        .map(|(name, writes)| {
            let agreement = agreement(&name);
            (name, Folded { agreement, live: live(agreement, &writes) })
        })
        .collect()
}

/// A settlement of a register is a write of the chosen op's value, at the settlement's place.
fn add_settlements<'a>(history: &'a History, acts: &Acts, by_name: &mut BTreeMap<String, Vec<Write<'a>>>) {
    for op in history.iter() {
        let Some(Act::ConflictSettled(body)) = acts.counting(op.id) else { continue };
        for (name, writes) in &mut *by_name {
            if conflict_id(ConflictKind::Field, &op.stream, name) != body.conflict {
                continue;
            }
            let value = match &body.choice {
                Choice::Op(chosen) => writes.iter().find(|w| w.op == *chosen).map(|w| w.value.clone()),
                Choice::Value(value) => Some(value.to_string()),
                Choice::Admit(_) | Choice::KeepAside(_) => None,
            };
            if let Some(value) = value {
                writes.push(write(history, acts, op, value, Weight::Settlement));
            }
        }
    }
    // Later ordinary writes must come after the settlements that they knew.
    let place: BTreeMap<OpId, usize> = history.iter().enumerate().map(|(i, op)| (op.id, i)).collect();
    for writes in by_name.values_mut() {
        writes.sort_by_key(|write| place[&write.at]);
    }
}

fn write<'a>(history: &'a History, acts: &Acts, op: &StreamOp, value: String, weight: Weight) -> Write<'a> {
    let at = acts.place(op.id);
    let past = history.past(at).expect("every op of a history has its past");
    let (author, eff, reads) = (op.author, op.eff(), op.vocabulary);
    Write { op: op.id, at, author, eff, value, weight, past, reads, since: 1 }
}

fn field_conflicts(history: &History, registers: &BTreeMap<String, Folded>) -> Vec<Conflict> {
    let Some(stream) = history.iter().next().map(|op| op.stream) else { return Vec::new() };
    let disputed = registers
        .iter()
        .filter(|(_, folded)| folded.agreement == Agreement::Must && values(&folded.live).len() > 1);
    disputed
        .map(|(name, folded)| {
            let sides: Vec<_> = folded.live.iter().map(|value| value.op).collect();
            open(ConflictKind::Field, &stream, name, sides)
        })
        .collect()
}

fn crossed_conflicts(history: &History, acts: &Acts) -> Vec<Conflict> {
    let Some(stream) = history.iter().next().map(|op| op.stream) else { return Vec::new() };
    let mut conflicts = Vec::new();
    for crossing in acts.crossings() {
        let mut sides = crossing.apart(history, acts);
        if !sides.is_empty() {
            sides.extend(differently_settled(history, &acts.settled(history, &crossing)));
            let mut conflict =
                open(ConflictKind::Crossed, &stream, &crossing.name, sides.into_iter().collect());
            conflict.settler = crossing.settler.unwrap_or(conflict.settler);
            conflicts.push(conflict);
        }
    }
    conflicts
}

/// Acts of one row, about one entry where the row is about one.
struct Crossing {
    name: String,
    settler: Option<Settler>,
    left: Vec<OpId>,
    right: Vec<OpId>,
}

impl Crossing {
    fn new(row: &CrossedRow, about: Option<OpId>) -> Self {
        let name = about.map_or_else(|| row.name.to_owned(), |entry| format!("{}/{entry}", row.name));
        Self { name, settler: row.settler, left: Vec::new(), right: Vec::new() }
    }

    fn on(&self, side: Side) -> &[OpId] {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    fn side_of(&self, op: OpId) -> Option<Side> {
        [Side::Left, Side::Right].into_iter().find(|side| self.on(*side).contains(&op))
    }

    /// The ops of both sides of which neither author knew the other.
    fn apart(&self, history: &History, acts: &Acts) -> BTreeSet<OpId> {
        let pairs = self.left.iter().flat_map(|l| self.right.iter().map(move |r| (*l, *r)));
        let apart = |l: OpId, r: OpId| history.concurrent(acts.place(l), acts.place(r));
        pairs.filter(|(l, r)| apart(*l, *r)).flat_map(|(l, r)| [l, r]).collect()
    }

    fn is_open(&self, history: &History, acts: &Acts) -> bool {
        !self.apart(history, acts).is_empty()
    }
}

/// What the server raised of one thing, with the settlements of it, each with the op that it chose.
struct Raised {
    conflict: Conflict,
    by: Vec<(OpId, Vec<OpId>)>,
    settled: Vec<(OpId, OpId)>,
}

/// What the server raised, by what it is about: it may raise the same again when a late op joins.
fn raised(history: &History, acts: &Acts) -> Vec<Raised> {
    let mut all: BTreeMap<Digest, Raised> = BTreeMap::new();
    for op in history.iter() {
        let Some(Act::ConflictRaised(body)) = acts.counting(op.id) else { continue };
        let conflict = open(ConflictKind::of(body.finding), &op.stream, &body.about, Vec::new());
        let raised = all.entry(conflict.id);
        let raised = raised.or_insert(Raised { conflict, by: Vec::new(), settled: Vec::new() });
        raised.by.push((op.id, body.sides.clone()));
    }
    for op in history.iter() {
        let Some(Act::ConflictSettled(body)) = acts.counting(op.id) else { continue };
        if let (Some(raised), Some(chosen)) = (all.get_mut(&body.conflict), body.choice.op()) {
            raised.settled.push((op.id, chosen));
        }
    }
    all.into_values().collect()
}

impl Raised {
    /// The settlements that nobody has built on.
    fn last(&self, history: &History) -> Vec<(OpId, OpId)> {
        let last = history.maximal(&self.settled.iter().map(|(by, _)| *by).collect::<Vec<_>>());
        self.settled.iter().copied().filter(|(by, _)| last.contains(by)).collect()
    }

    /// Open until somebody settles it who knew all that was raised; two who settle it differently have
    /// settled nothing.
    fn open(mut self, history: &History) -> Option<Conflict> {
        let last = self.last(history);
        let knew = |raised: OpId| {
            last.iter().any(|(by, _)| history.past(*by).is_some_and(|past| past.contains(raised)))
        };
        let news = self.by.iter().filter(|(raised, _)| !knew(*raised));
        let mut sides: BTreeSet<OpId> = news.flat_map(|(_, sides)| sides.iter().copied()).collect();
        let chosen: BTreeSet<OpId> = last.iter().map(|(_, chosen)| *chosen).collect();
        if chosen.len() > 1 {
            sides.extend(last.iter().map(|(by, _)| *by));
        }
        self.conflict.sides = sides.into_iter().collect();
        self.conflict.version = version(&self.conflict.sides);
        (!self.conflict.sides.is_empty()).then_some(self.conflict)
    }

    /// The acts of `shared` that yield, since the other side was chosen.
    fn overruled(&self, history: &History, acts: &Acts) -> Vec<OpId> {
        let Some(row) = ACROSS.iter().find(|row| row.name == self.conflict.about) else { return Vec::new() };
        let yields = |id: &OpId| acts.counting(*id).is_some_and(row.shared);
        let last = self.last(history);
        let sides: BTreeSet<OpId> = self.by.iter().flat_map(|(_, sides)| sides.iter().copied()).collect();
        let own: Vec<OpId> = sides.into_iter().filter(|id| yields(id)).collect();
        let all_chose_the_other = !last.is_empty() && last.iter().all(|(_, chosen)| !own.contains(chosen));
        let known =
            |id: &OpId| last.iter().any(|(by, _)| history.past(*by).is_some_and(|past| past.contains(*id)));
        if all_chose_the_other { own.into_iter().filter(known).collect() } else { Vec::new() }
    }
}

fn raised_conflicts(history: &History, acts: &Acts) -> Vec<Conflict> {
    raised(history, acts).into_iter().filter_map(|raised| raised.open(history)).collect()
}

/// Settlements of one row that nobody has built on and that chose different sides.
fn differently_settled(history: &History, settled: &[(OpId, Side)]) -> Vec<OpId> {
    let ids: Vec<_> = settled.iter().map(|(id, _)| *id).collect();
    let last = history.maximal(&ids);
    let of = |side| settled.iter().any(|(id, s)| *s == side && last.contains(id));
    if of(Side::Left) && of(Side::Right) { last } else { Vec::new() }
}

/// What the stamp kept aside, unless somebody decided to leave it there.
fn kept_aside(history: &History, acts: &Acts) -> Vec<Conflict> {
    let left: BTreeSet<OpId> = history
        .iter()
        .filter_map(|op| match acts.counting(op.id) {
            Some(Act::ConflictSettled(body)) => match body.choice {
                Choice::KeepAside(target) => Some(target),
                Choice::Op(_) | Choice::Value(_) | Choice::Admit(_) => None,
            },
            Some(_) | None => None,
        })
        .collect();
    history
        .iter()
        .filter(|op| acts.standing[&op.id] == Standing::KeptAside && !left.contains(&op.id))
        .map(|op| open(ConflictKind::Quarantined, &op.stream, &op.id.to_string(), vec![op.id]))
        .collect()
}

fn open(kind: ConflictKind, stream: &Stream, about: &str, sides: Vec<OpId>) -> Conflict {
    Conflict {
        id: conflict_id(kind, stream, about),
        version: version(&sides),
        kind,
        about: about.to_owned(),
        sides,
        settler: settler_of(stream.kind()),
        passed_up: PassedUp::No,
    }
}

/// Somebody passed it up; or two settled it differently, which reopens it one level up.
fn mark_passed_up(conflict: &mut Conflict, entries: &[Entry]) {
    let passed = entries.iter().any(|entry| match &entry.act {
        Some(Act::ConflictPassedUp(body)) => body.conflict == conflict.id,
        Some(_) | None => false,
    });
    let settled = |entry: &&Entry| {
        conflict.sides.contains(&entry.id) && matches!(entry.act, Some(Act::ConflictSettled(_)))
    };
    if passed || entries.iter().filter(settled).count() > 1 {
        conflict.passed_up = PassedUp::Yes;
    }
}
