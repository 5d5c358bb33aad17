//! What became of each op: who it was admitted, overruled or struck by.
//!
//! ```text
//!   the stamp ─▶ admitted by a settlement ─▶ overruled by one ─▶ struck
//! ```
//! In this order: a settlement counts for the next step as it stands after the one before. Only what an
//! author knew can be admitted, overruled or struck. Does not merge values.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::referral::act::Act;
use crate::referral::fold::Standing;
use crate::referral::fold::index::{CrossingKey, Index};
use crate::stamp::{Disposition, Why};
use crate::stream::{History, Node, Slot};

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
    /// The registers that it is written to.
    pub(super) written: Vec<usize>,
    /// In what it may cross others.
    pub(super) crossings: Vec<CrossingKey>,
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
            written: Vec::new(),
            crossings: Vec::new(),
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
        (by_itself || self.admitted_by.is_some() && (self.is_erased() || self.node.act().is_some()))
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

    pub(super) fn is_kept_aside(&self) -> bool {
        self.by_itself == Standing::KeptAside && self.admitted_by.is_none()
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

    /// Counts who is overruled now in a conflict in which others were before.
    pub(super) fn overrule(&mut self, was: &BTreeSet<Slot>, now: &BTreeSet<Slot>, moved: &mut Vec<Slot>) {
        now.difference(was).for_each(|slot| self.0[slot.index()].overruled += 1);
        was.difference(now).for_each(|slot| self.0[slot.index()].overruled -= 1);
        moved.extend(was.symmetric_difference(now));
    }

    /// The settlement that admits an op: of several, the first in the causal order.
    pub(super) fn admission(&self, history: &History, index: &Index, slot: Slot) -> Option<Slot> {
        let fate = self.of(slot);
        if fate.by_itself != Standing::KeptAside {
            return None;
        }
        let admits = index.admits.of(fate.node.op.id).iter().copied();
        let by = admits.filter(|by| {
            matches!(self.of(*by).by_itself, Standing::Counts | Standing::Erased) && history.knew(*by, slot)
        });
        by.min_by_key(|by| history.place(*by))
    }
}
