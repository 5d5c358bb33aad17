//! Multi-value registers: what happens to a field that several people write without knowing of
//! each other.
//!
//! ```text
//!   w1 ──── w2          w2 had seen w1: w1 is superseded, w2 is live
//!      ╲─── w3          w3 had seen w1 only: w2 and w3 are both live
//!            ╲── w4     w4 (an ordinary write by w3's author) while they disagree:
//!                       supersedes w3 only, and joins the conflict; only a settlement ends it
//! ```
//! What a write supersedes depends on its causal past alone, so no order of arrival can change it.
//! Does not know what the fields mean: agreement and interim order come from `schema/codes`.

mod bits;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::clock::Hlc;
use crate::identity;
use crate::ids::{OpId, UserId};
use crate::register::bits::Bits;
use crate::stream::{History, Seen, Slot};

/// Whether different live values of a register are a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// Free text and labels: the newest is shown, the others stay readable.
    Harmless,
    /// Birth, provider, attendance, closure, consent …: a person settles it.
    Must,
    /// A name: one that is only written otherwise agrees; one that could be another person's is settled.
    MustAsNames,
}

impl Agreement {
    /// Whether two values, in canonical JSON, say the same.
    #[must_use]
    pub fn alike(self, one: &str, other: &str) -> bool {
        one == other || self.meaning(one).is_some_and(|one| self.meaning(other) == Some(one))
    }

    /// What two values are compared by, where that is not the value itself.
    #[must_use]
    pub fn meaning(self, value: &str) -> Option<String> {
        match self {
            Self::Harmless | Self::Must => None,
            Self::MustAsNames => plain_name(value),
        }
    }
}

/// A name as two of them are compared: given name, then family name.
fn plain_name(value: &str) -> Option<String> {
    let [family, given]: [String; 2] = serde_json::from_str(value).ok()?;
    Some(identity::normalise_name(&format!("{given} {family}")))
}

/// How a write treats the live values that its author knew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Supersedes what it knew while that agreed; else only its own author's values.
    Ordinary,
    /// Supersedes exactly what it knew.
    Settlement,
    /// Says nothing where a value that it knew differs; else as an ordinary one.
    Unless,
}

/// One write to a register.
#[derive(Debug, Clone)]
pub struct Write<'a> {
    /// The op that wrote it.
    pub op: OpId,
    /// The op at whose place it counts: itself, or the settlement that admitted it.
    pub at: OpId,
    /// Who.
    pub author: UserId,
    /// When, as people order it.
    pub eff: Hlc,
    /// Canonical JSON of the value.
    pub value: String,
    /// Ordinary, or a settlement.
    pub weight: Weight,
    /// What its author had seen of the stream.
    pub past: &'a Seen,
    /// The vocabulary that the author could read, and the one in which this kind of write began.
    pub reads: u16,
    /// The first vocabulary in which the writing kind existed.
    pub since: u16,
}

/// One write to a register of a stream: the history says the rest of it.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    /// The op that wrote it.
    pub(crate) op: Slot,
    /// The op at whose place it counts: itself, or the settlement that admitted it.
    pub(crate) at: Slot,
    /// The name of that op: whoever has seen it knew the write.
    pub(crate) known_as: OpId,
    /// Canonical JSON of the value; none when it was erased: it supersedes, and says nothing.
    pub(crate) value: Option<String>,
    /// What the value is compared by, where that is not the value itself.
    meaning: Option<String>,
    /// Ordinary, or a settlement.
    pub(crate) weight: Weight,
    /// The first vocabulary in which the writing kind existed.
    pub(crate) since: u16,
}

/// A value that nobody has superseded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    /// The op that wrote it.
    pub op: OpId,
    /// Who.
    pub author: UserId,
    /// When, as people order it.
    pub eff: Hlc,
    /// Canonical JSON of the value.
    pub value: String,
}

/// One register: all writes, causes before effects, and the values that are live.
#[derive(Debug, Clone)]
pub struct Register {
    agreement: Agreement,
    writes: Vec<Placed>,
    /// By write, of those that were weighed.
    rows: Vec<Row>,
    /// Which writes are superseded for whoever knows all.
    gone: Bits,
    live: Vec<Live>,
    listed: Listed,
    /// Whether a value that nobody has superseded was erased.
    has_erased: bool,
}

/// What a write knew of those before it.
#[derive(Debug, Clone, Default)]
struct Row {
    /// Which writes its author knew, and could read.
    known: Bits,
    /// Which are superseded for whoever knows this one.
    over: Bits,
}

/// Whether the list of live values is that of the writes that were weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listed {
    Yes,
    No,
}

impl Register {
    pub(crate) fn new(agreement: Agreement) -> Self {
        Self {
            agreement,
            writes: Vec::new(),
            rows: Vec::new(),
            gone: Bits::default(),
            live: Vec::new(),
            listed: Listed::Yes,
            has_erased: false,
        }
    }

    /// Whether different live values are a conflict.
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        self.agreement
    }

    /// The live values, in the order for people.
    #[must_use]
    pub fn live(&self) -> &[Live] {
        &self.live
    }

    /// Whether a value that nobody has superseded was erased.
    #[must_use]
    pub fn has_erased(&self) -> bool {
        self.has_erased
    }

    pub(crate) fn writes(&self) -> &[Placed] {
        &self.writes
    }

    /// The live writes.
    pub(crate) fn live_writes(&self) -> impl Iterator<Item = &Placed> {
        self.writes.iter().enumerate().filter(|(index, _)| !self.gone.has(*index)).map(|(_, write)| write)
    }

    /// Whether values that nobody has superseded are a conflict.
    pub(crate) fn disagree(&self) -> bool {
        let mut said = self.live_writes().filter_map(Placed::meaning);
        let first = said.next();
        self.agreement != Agreement::Harmless && said.any(|other| Some(other) != first)
    }

    /// Puts a write before the first whose author knew it, and so after all that its own author knew.
    pub(crate) fn put(&mut self, history: &History, mut write: Placed) {
        write.meaning = write.value.as_deref().and_then(|value| self.agreement.meaning(value));
        let place = history.place(write.at);
        let knew = |other: &Placed| {
            history.place(other.at) > place && history.node(other.at).past.contains(write.known_as)
        };
        let at = self.writes.iter().position(knew).unwrap_or(self.writes.len());
        self.weigh_again_from(at);
        self.writes.insert(at, write);
    }

    /// Takes away the writes that `gone` names.
    pub(crate) fn remove(&mut self, gone: impl Fn(&Placed) -> bool) {
        if let Some(first) = self.writes.iter().position(&gone) {
            self.weigh_again_from(first);
            self.writes.retain(|write| !gone(write));
        }
    }

    /// The times of some writes are other than before.
    pub(crate) fn list_again(&mut self) {
        self.listed = Listed::No;
    }

    fn weigh_again_from(&mut self, at: usize) {
        if at < self.rows.len() {
            self.rows.truncate(at);
            self.gone = Bits::default();
            self.rows.iter().for_each(|row| self.gone.add_all(&row.over));
            self.listed = Listed::No;
        }
    }

    /// Weighs the writes that are new, or come after a new one, and finds what is live.
    pub(crate) fn weigh(&mut self, history: &History) {
        let from = self.rows.len();
        let mut superseded = Vec::new();
        for index in from..self.writes.len() {
            let (row, ended) = weigh(self.agreement, &InHistory(history, &self.writes), &self.rows, index);
            superseded.extend(ended.into_iter().filter(|end| *end < from).map(|end| self.writes[end].op));
            self.gone.add_all(&row.over);
            self.rows.push(row);
        }
        match self.listed {
            Listed::Yes => self.list_from(history, from, superseded),
            Listed::No => {
                self.live = self.live_writes().filter_map(|write| write.live(history)).collect();
                self.live.sort_by_key(|value| (value.eff, value.op));
            }
        }
        self.listed = Listed::Yes;
        let has_erased = self.live_writes().any(|write| write.value.is_none());
        self.has_erased = has_erased;
    }

    /// Brings the list of live values up to date when writes came at the end.
    fn list_from(&mut self, history: &History, from: usize, superseded: Vec<Slot>) {
        if !superseded.is_empty() {
            let gone: BTreeSet<OpId> = superseded.iter().map(|op| history.node(*op).op.id).collect();
            self.live.retain(|value| !gone.contains(&value.op));
        }
        let new = self.writes.iter().enumerate().skip(from).filter(|(index, _)| !self.gone.has(*index));
        for value in new.filter_map(|(_, write)| write.live(history)) {
            let at = self.live.partition_point(|other| (other.eff, other.op) < (value.eff, value.op));
            self.live.insert(at, value);
        }
    }
}

/// What weighing asks of a register's writes, by their place in its list.
trait Facts {
    /// Whether the author of a write knew, and could read, another.
    fn knew(&self, write: usize, other: usize) -> bool;
    fn author(&self, write: usize) -> UserId;
    /// What its value is compared by; none for one that was erased.
    fn meaning(&self, write: usize) -> Option<&str>;
    fn weight(&self, write: usize) -> Weight;
    /// Whether a write knew what another one knew, that one, and nothing else.
    fn follows(&self, write: usize, other: usize) -> bool;
}

/// What is superseded for whoever knows a write, and what of it this write supersedes: of those in its past the
/// ones still live there. `rows` has the earlier writes.
fn weigh(agreement: Agreement, facts: &impl Facts, rows: &[Row], write: usize) -> (Row, Vec<usize>) {
    let last = (0..write).rev().find(|other| facts.knew(write, *other));
    let mut row = match last {
        None => Row::default(),
        Some(last) if facts.follows(write, last) => rows[last].clone(),
        Some(last) => {
            let mut row = Row::default();
            for other in (0..last).filter(|other| facts.knew(write, *other)) {
                row.known.add(other);
                row.over.add_all(&rows[other].over);
            }
            row.over.add_all(&rows[last].over);
            row
        }
    };
    last.into_iter().for_each(|last| row.known.add(last));
    let mut ended: Vec<usize> = row.known.without(&row.over).collect();
    let mut said = ended.iter().map(|other| facts.meaning(*other));
    let first = said.next();
    // Whether an erased value agreed is not known any more: then an open conflict stays open.
    let disagree = said.any(|other| other.is_none() || Some(other) != first);
    match (agreement, facts.weight(write)) {
        (_, Weight::Unless) if disagree || first.is_some_and(|first| first != facts.meaning(write)) => {
            ended = vec![write];
        }
        (Agreement::Must | Agreement::MustAsNames, Weight::Ordinary) if disagree => {
            ended.retain(|other| facts.author(*other) == facts.author(write));
        }
        (
            Agreement::Must | Agreement::MustAsNames,
            Weight::Ordinary | Weight::Unless | Weight::Settlement,
        )
        | (Agreement::Harmless, _) => {}
    }
    ended.iter().for_each(|other| row.over.add(*other));
    (row, ended)
}

/// The live values of a register whose writes bring all that is asked of them; causes before effects.
#[must_use]
pub fn live(agreement: Agreement, writes: &[Write<'_>]) -> Vec<Live> {
    let meanings = writes.iter().map(|write| agreement.meaning(&write.value)).collect();
    let facts = Told { writes, meanings };
    let mut rows: Vec<Row> = Vec::with_capacity(writes.len());
    let mut gone = Bits::default();
    for index in 0..writes.len() {
        let (row, _) = weigh(agreement, &facts, &rows, index);
        gone.add_all(&row.over);
        rows.push(row);
    }
    let live = writes.iter().enumerate().filter(|(index, _)| !gone.has(*index));
    let mut live: Vec<_> =
        live.map(|(_, w)| Live { op: w.op, author: w.author, eff: w.eff, value: w.value.clone() }).collect();
    live.sort_by_key(|value| (value.eff, value.op));
    live
}

/// Writes that bring all that is asked of them, with what they are compared by.
struct Told<'a> {
    writes: &'a [Write<'a>],
    meanings: Vec<Option<String>>,
}

impl Facts for Told<'_> {
    fn knew(&self, write: usize, other: usize) -> bool {
        let (write, other) = (&self.writes[write], &self.writes[other]);
        write.past.contains(other.at) && other.since <= write.reads
    }

    fn author(&self, write: usize) -> UserId {
        self.writes[write].author
    }

    fn meaning(&self, write: usize) -> Option<&str> {
        Some(self.meanings[write].as_deref().unwrap_or(&self.writes[write].value))
    }

    fn weight(&self, write: usize) -> Weight {
        self.writes[write].weight
    }

    fn follows(&self, _write: usize, _other: usize) -> bool {
        false
    }
}

/// The writes of a register with the history that they are in.
struct InHistory<'a>(&'a History, &'a [Placed]);

impl Facts for InHistory<'_> {
    fn knew(&self, write: usize, other: usize) -> bool {
        let (write, other) = (&self.1[write], &self.1[other]);
        self.0.node(write.at).past.contains(other.known_as)
            && other.since <= self.0.node(write.op).op.vocabulary
    }

    fn author(&self, write: usize) -> UserId {
        self.0.node(self.1[write].op).op.author
    }

    fn meaning(&self, write: usize) -> Option<&str> {
        self.1[write].meaning()
    }

    fn weight(&self, write: usize) -> Weight {
        self.1[write].weight
    }

    fn follows(&self, write: usize, other: usize) -> bool {
        let (write, other) = (&self.1[write], &self.1[other]);
        let reads = |write: &Placed| self.0.node(write.op).op.vocabulary;
        let before = &self.0.node(other.at).past;
        let knew = |(device, seq)| {
            let id = OpId { device, seq };
            before.contains(id) || device == other.known_as.device && seq <= other.known_as.seq
        };
        reads(write) == reads(other) && self.0.node(write.at).past.iter().all(knew)
    }
}

impl Placed {
    /// A write of an op that counts at the place of `at`.
    pub(crate) fn new(history: &History, op: Slot, at: Slot, value: Option<String>, weight: Weight) -> Self {
        Self { op, at, known_as: history.node(at).op.id, value, meaning: None, weight, since: 1 }
    }

    fn meaning(&self) -> Option<&str> {
        self.meaning.as_deref().or(self.value.as_deref())
    }

    fn live(&self, history: &History) -> Option<Live> {
        let op = &history.node(self.op).op;
        let value = self.value.clone()?;
        Some(Live { op: op.id, author: op.author, eff: op.eff(), value })
    }
}

/// The different values among the live ones, oldest first.
#[must_use]
pub fn values(live: &[Live]) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    live.iter().map(|value| value.value.as_str()).filter(|value| seen.insert(*value)).collect()
}
