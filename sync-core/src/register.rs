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
use crate::ids::{OpId, UserId};
use crate::stream::{History, Slot};

/// Whether different live values of a register are a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// Free text and labels: the newest is shown, the others stay readable.
    Harmless,
    /// Identity, provider, attendance, closure, consent …: a person settles it.
    Must,
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
pub(crate) struct Write {
    /// The op that wrote it.
    pub(crate) op: Slot,
    /// The op at whose place it counts: itself, or the settlement that admitted it.
    pub(crate) at: Slot,
    /// Canonical JSON of the value.
    pub(crate) value: String,
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
    writes: Vec<Write>,
    /// By write: the later writes that superseded it.
    ends: Vec<Vec<usize>>,
    live: Vec<Live>,
    /// The first write that has not been weighed against those before it.
    weighed: usize,
}

impl Register {
    pub(crate) fn new(agreement: Agreement) -> Self {
        Self { agreement, writes: Vec::new(), ends: Vec::new(), live: Vec::new(), weighed: 0 }
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

    pub(crate) fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// Puts a write after all that its author knew.
    pub(crate) fn put(&mut self, history: &History, write: Write) {
        let knew = |other: &Write| history.knew(write.at, other.at);
        let at = self.writes.iter().rposition(knew).map_or(0, |last| last + 1);
        self.weigh_again_from(at);
        self.writes.insert(at, write);
    }

    /// Takes away the writes that `gone` names.
    pub(crate) fn remove(&mut self, gone: impl Fn(&Write) -> bool) {
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
            for superseded in self.supersedes(history, index) {
                self.ends[superseded].push(index);
            }
        }
        self.weighed = self.writes.len();
        let live = self.writes.iter().zip(&self.ends).filter(|(_, ends)| ends.is_empty());
        self.live = live.map(|(write, _)| write.live(history)).collect();
        self.live.sort_by_key(|value| (value.eff, value.op));
    }

    /// Which earlier writes a write supersedes: of those in its past, the ones still live there.
    fn supersedes(&self, history: &History, index: usize) -> Vec<usize> {
        let write = &self.writes[index];
        let author = history.node(write.op);
        let past = &history.node(write.at).past;
        let knew = |other: &Write| {
            other.since <= author.op.vocabulary && past.contains(history.node(other.at).op.id)
        };
        let is_live =
            |i: &usize| knew(&self.writes[*i]) && !self.ends[*i].iter().any(|end| knew(&self.writes[*end]));
        let live_there: Vec<usize> = (0..index).filter(is_live).collect();
        let mut values = live_there.iter().map(|i| &self.writes[*i].value);
        let first = values.next();
        let disagree = values.any(|value| Some(value) != first);
        match (self.agreement, write.weight) {
            (Agreement::Must, Weight::Ordinary) if disagree => {
                let is_own = |i: &usize| history.node(self.writes[*i].op).op.author == author.op.author;
                live_there.into_iter().filter(is_own).collect()
            }
            (Agreement::Must, Weight::Ordinary | Weight::Settlement) | (Agreement::Harmless, _) => live_there,
        }
    }
}

impl Write {
    fn live(&self, history: &History) -> Live {
        let op = &history.node(self.op).op;
        Live { op: op.id, author: op.author, eff: op.eff(), value: self.value.clone() }
    }
}

/// The different values among the live ones, oldest first.
#[must_use]
pub fn values(live: &[Live]) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    live.iter().map(|value| value.value.as_str()).filter(|value| seen.insert(*value)).collect()
}
