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

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::clock::Hlc;
use crate::identity;
use crate::ids::{OpId, UserId};
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
        match self {
            Self::Harmless | Self::Must => one == other,
            Self::MustAsNames => {
                let names = plain_name(one).zip(plain_name(other));
                one == other || names.is_some_and(|(one, other)| one == other)
            }
        }
    }

    /// Whether values that nobody has superseded are a conflict.
    #[must_use]
    pub fn disagree(self, live: &[Live]) -> bool {
        match self {
            Self::Harmless => false,
            Self::Must | Self::MustAsNames => live.split_first().is_some_and(|(first, rest)| {
                rest.iter().any(|other| !self.alike(&first.value, &other.value))
            }),
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
    /// Canonical JSON of the value; none when it was erased: it supersedes, and says nothing.
    pub(crate) value: Option<String>,
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
    /// By write: the later writes that superseded it.
    ends: Vec<Vec<usize>>,
    live: Vec<Live>,
    /// Whether a value that nobody has superseded was erased.
    has_erased: bool,
    /// The first write that has not been weighed against those before it.
    weighed: usize,
}

impl Register {
    pub(crate) fn new(agreement: Agreement) -> Self {
        Self {
            agreement,
            writes: Vec::new(),
            ends: Vec::new(),
            live: Vec::new(),
            has_erased: false,
            weighed: 0,
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

    /// Puts a write after all that its author knew.
    pub(crate) fn put(&mut self, history: &History, write: Placed) {
        let knew = |other: &Placed| history.knew(write.at, other.at);
        let at = self.writes.iter().rposition(knew).map_or(0, |last| last + 1);
        self.weigh_again_from(at);
        self.writes.insert(at, write);
    }

    /// Takes away the writes that `gone` names.
    pub(crate) fn remove(&mut self, gone: impl Fn(&Placed) -> bool) {
        while let Some(at) = self.writes.iter().position(&gone) {
            self.weigh_again_from(at);
            self.writes.remove(at);
        }
    }

    fn weigh_again_from(&mut self, at: usize) {
        self.weighed = self.weighed.min(at);
        self.ends.truncate(self.weighed);
    }

    /// Weighs the writes that are new, or come after a new one, and finds what is live.
    pub(crate) fn weigh(&mut self, history: &History) {
        let from = self.weighed;
        self.ends.iter_mut().for_each(|ends| ends.retain(|end| *end < from));
        for index in from..self.writes.len() {
            self.ends.push(Vec::new());
            for superseded in supersedes(self.agreement, &InHistory(history, &self.writes), &self.ends, index)
            {
                self.ends[superseded].push(index);
            }
        }
        self.weighed = self.writes.len();
        let unended = || self.writes.iter().zip(&self.ends).filter(|(_, ends)| ends.is_empty());
        self.has_erased = unended().any(|(write, _)| write.value.is_none());
        self.live = unended().filter_map(|(write, _)| write.live(history)).collect();
        self.live.sort_by_key(|value| (value.eff, value.op));
    }
}

/// What weighing asks of a register's writes, by their place in its list.
trait Facts {
    /// Whether the author of a write knew, and could read, another.
    fn knew(&self, write: usize, other: usize) -> bool;
    fn author(&self, write: usize) -> UserId;
    /// None for one that was erased.
    fn value(&self, write: usize) -> Option<&str>;
    fn weight(&self, write: usize) -> Weight;
}

/// Which earlier writes a write supersedes: of those in its past, the ones still live there.
fn supersedes(agreement: Agreement, facts: &impl Facts, ends: &[Vec<usize>], write: usize) -> Vec<usize> {
    let is_live = |i: &usize| facts.knew(write, *i) && !ends[*i].iter().any(|end| facts.knew(write, *end));
    let live_there: Vec<usize> = (0..write).filter(is_live).collect();
    let mut values = live_there.iter().map(|i| facts.value(*i));
    let first = values.next();
    // Whether an erased value agreed is not known any more: then an open conflict stays open.
    let agree = |a: Option<&str>, b: Option<&str>| a.zip(b).is_some_and(|(a, b)| agreement.alike(a, b));
    let disagree = first.is_some_and(|first| values.any(|value| !agree(first, value)));
    match (agreement, facts.weight(write)) {
        (Agreement::Must | Agreement::MustAsNames, Weight::Ordinary) if disagree => {
            live_there.into_iter().filter(|i| facts.author(*i) == facts.author(write)).collect()
        }
        (Agreement::Must | Agreement::MustAsNames, Weight::Ordinary | Weight::Settlement)
        | (Agreement::Harmless, _) => live_there,
    }
}

/// The live values of a register whose writes bring all that is asked of them; causes before effects.
#[must_use]
pub fn live(agreement: Agreement, writes: &[Write<'_>]) -> Vec<Live> {
    let mut ends: Vec<Vec<usize>> = Vec::with_capacity(writes.len());
    for index in 0..writes.len() {
        ends.push(Vec::new());
        supersedes(agreement, &writes, &ends, index)
            .into_iter()
            .for_each(|earlier| ends[earlier].push(index));
    }
    let live = writes.iter().zip(&ends).filter(|(_, ends)| ends.is_empty());
    let mut live: Vec<_> =
        live.map(|(w, _)| Live { op: w.op, author: w.author, eff: w.eff, value: w.value.clone() }).collect();
    live.sort_by_key(|value| (value.eff, value.op));
    live
}

impl Facts for &[Write<'_>] {
    fn knew(&self, write: usize, other: usize) -> bool {
        self[write].past.contains(self[other].at) && self[other].since <= self[write].reads
    }

    fn author(&self, write: usize) -> UserId {
        self[write].author
    }

    fn value(&self, write: usize) -> Option<&str> {
        Some(&self[write].value)
    }

    fn weight(&self, write: usize) -> Weight {
        self[write].weight
    }
}

/// The writes of a register with the history that they are in.
struct InHistory<'a>(&'a History, &'a [Placed]);

impl Facts for InHistory<'_> {
    fn knew(&self, write: usize, other: usize) -> bool {
        let (write, other) = (&self.1[write], &self.1[other]);
        self.0.knew(write.at, other.at) && other.since <= self.0.node(write.op).op.vocabulary
    }

    fn author(&self, write: usize) -> UserId {
        self.0.node(self.1[write].op).op.author
    }

    fn value(&self, write: usize) -> Option<&str> {
        self.1[write].value.as_deref()
    }

    fn weight(&self, write: usize) -> Weight {
        self.1[write].weight
    }
}

impl Placed {
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
