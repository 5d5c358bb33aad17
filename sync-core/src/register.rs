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
use crate::stream::Seen;

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

/// The live values of a register, in the order for people; `writes` come causes before effects.
#[must_use]
pub fn live(agreement: Agreement, writes: &[Write<'_>]) -> Vec<Live> {
    let mut ends: Vec<Vec<usize>> = vec![Vec::new(); writes.len()];
    for (index, write) in writes.iter().enumerate() {
        for superseded in supersedes(agreement, &writes[..index], &ends, write) {
            ends[superseded].push(index);
        }
    }
    let mut live: Vec<_> = writes
        .iter()
        .zip(&ends)
        .filter(|(_, ends)| ends.is_empty())
        .map(|(w, _)| Live { op: w.op, author: w.author, eff: w.eff, value: w.value.clone() })
        .collect();
    live.sort_by_key(|value| (value.eff, value.op));
    live
}

/// Which earlier writes a write supersedes: of those in its past, the ones still live there.
fn supersedes(
    agreement: Agreement,
    earlier: &[Write<'_>],
    ends: &[Vec<usize>],
    write: &Write<'_>,
) -> Vec<usize> {
    let knew = |other: &Write<'_>| write.past.contains(other.at) && other.since <= write.reads;
    let live_there: Vec<usize> = (0..earlier.len())
        .filter(|i| knew(&earlier[*i]) && !ends[*i].iter().any(|end| knew(&earlier[*end])))
        .collect();
    let values: BTreeSet<_> = live_there.iter().map(|i| earlier[*i].value.as_str()).collect();
    match (agreement, write.weight) {
        (Agreement::Must, Weight::Ordinary) if values.len() > 1 => {
            live_there.into_iter().filter(|i| earlier[*i].author == write.author).collect()
        }
        (Agreement::Must, Weight::Ordinary | Weight::Settlement) | (Agreement::Harmless, _) => live_there,
    }
}

/// The different values among the live ones, oldest first.
#[must_use]
pub fn values(live: &[Live]) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    live.iter().map(|value| value.value.as_str()).filter(|value| seen.insert(*value)).collect()
}
