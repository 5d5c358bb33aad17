//! What became of each op: who it was admitted, overruled or struck by.
//!
//! ```text
//!   the stamp ─▶ admitted by a settlement ─▶ overruled by one ─▶ struck
//! ```
//! In this order: a settlement counts for the next step as it stands after the one before. Only what an
//! author knew can be admitted, overruled or struck. Does not merge values.

use std::sync::Arc;

use crate::referral::act::Act;
use crate::referral::fold::Standing;
use crate::register::Weight;
use crate::stamp::{Disposition, Why};
use crate::stream::{Node, Slot};

/// What became of one op.
#[derive(Debug, Clone)]
pub(super) struct Fate {
    pub(super) node: Arc<Node>,
    pub(super) by_itself: Standing,
    /// The settlement that admitted it, at whose place it counts.
    pub(super) admitted_by: Option<Slot>,
    /// How many settlements' conflicts it was overruled in.
    pub(super) overruled: u32,
    pub(super) struck: Struck,
    /// The place at which it is written to registers, while it is.
    pub(super) written_at: Option<Slot>,
    /// The registers that it is written to.
    pub(super) written: Vec<usize>,
    /// Whether its copy says otherwise than what was written.
    pub(super) says_otherwise: bool,
    /// What it says of whether another entry was struck.
    pub(super) said: Option<Said>,
}

/// What an act says of whether another entry was struck, as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Said {
    /// The register.
    pub(super) cell: usize,
    /// The place at which it says so.
    pub(super) at: Slot,
    /// None since it was erased.
    pub(super) value: Option<&'static str>,
    pub(super) weight: Weight,
}

/// Whether an entry was struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Struck {
    No,
    Yes,
}

/// After which step somebody asks whether an op counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum After {
    Stamps,
    Admissions,
    Overruling,
    Strikes,
}

impl Fate {
    pub(super) fn new(node: Arc<Node>) -> Self {
        Self {
            by_itself: by_itself(&node),
            node,
            admitted_by: None,
            overruled: 0,
            struck: Struck::No,
            written_at: None,
            written: Vec::new(),
            says_otherwise: false,
            said: None,
        }
    }

    /// Another copy of the same op.
    pub(super) fn replace(&mut self, node: Arc<Node>) {
        self.by_itself = by_itself(&node);
        self.node = node;
    }

    /// The act, when it counts; of an erased one, what is left.
    pub(super) fn act(&self, after: After) -> Option<&Act> {
        if self.counts(after) { self.node.act() } else { None }
    }

    /// Whether it counts, be it erased or not.
    pub(super) fn counts(&self, after: After) -> bool {
        let by_itself = matches!(self.by_itself, Standing::Counts | Standing::Erased);
        let admitted = after > After::Stamps
            && self.admitted_by.is_some()
            && (self.is_erased() || self.node.act().is_some());
        (by_itself || admitted)
            && (after < After::Overruling || self.overruled == 0)
            && (after < After::Strikes || self.struck == Struck::No)
    }

    fn is_erased(&self) -> bool {
        self.node.op.erased.is_some()
    }

    /// Whether the stamp kept it aside, whatever became of it since.
    pub(super) fn was_put_aside(&self) -> bool {
        self.by_itself == Standing::KeptAside
    }

    pub(super) fn standing(&self) -> Standing {
        if self.overruled > 0 {
            Standing::Overruled
        } else if self.struck == Struck::Yes {
            Standing::Struck
        } else if self.is_erased() && self.counts(After::Strikes) {
            Standing::Erased
        } else if self.admitted_by.is_some() {
            Standing::Admitted
        } else {
            self.by_itself
        }
    }
}

/// Whether the stamp kept an op aside, for somebody to admit it.
pub(super) fn was_put_aside(node: &Node) -> bool {
    by_itself(node) == Standing::KeptAside
}

fn by_itself(node: &Node) -> Standing {
    match node.op.stamp.as_ref().map(|stamp| stamp.disposition) {
        Some(Disposition::Quarantined(Why::Recovered)) => Standing::Repeated,
        Some(Disposition::Quarantined(_)) => Standing::KeptAside,
        Some(Disposition::Refused(_)) => Standing::Refused,
        Some(Disposition::Accepted) | None if node.op.erased.is_some() => Standing::Erased,
        Some(Disposition::Accepted) | None if node.act().is_some() => Standing::Counts,
        Some(Disposition::Accepted) | None => Standing::Newer,
    }
}

/// What became of every op, by slot.
#[derive(Debug, Clone, Default)]
pub(super) struct Fates(pub(super) Vec<Fate>);

impl Fates {
    pub(super) fn of(&self, slot: Slot) -> &Fate {
        &self.0[slot.index()]
    }

    /// Where an op counts as written: at its own place, or at that of the settlement that admitted it.
    pub(super) fn place(&self, slot: Slot) -> Slot {
        self.of(slot).admitted_by.unwrap_or(slot)
    }
}
