//! What the stamp kept aside: it waits until somebody admits it or leaves it there.
//!
//! ```text
//!   kept aside ── admitted                 counts, at the place of the settlement
//!              ── left aside               waits no longer
//!              ── admitted ∥ left aside    kept aside, and open one level up: both settlements are sides
//! ```
//! Does not decide what stands on what: see [`crate::referral::admission`].

use crate::ids::{Digest, OpId, Stream};
use crate::referral::act::Choice;
use crate::referral::conflict::PassedUp;
use crate::referral::fold::index::aside_id;
use crate::referral::fold::settled::{Ground, Settled};
use crate::referral::fold::standing::After;
use crate::stream::Slot;

/// What was settled of an op that was kept aside.
pub(super) struct Admission {
    /// The id of the conflict about it.
    pub(super) conflict: Digest,
    op: OpId,
    is_aside: bool,
    settled: Settled<Decision>,
    /// The names of the settlements that differ, and of those that admit it the one at whose place it counts.
    differ: Vec<OpId>,
    admits: Option<Slot>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Admit,
    Leave,
}

impl Ground<'_> {
    pub(super) fn admission(self, stream: &Stream, slot: Slot) -> Admission {
        let op = self.id(slot);
        let conflict = aside_id(stream, op);
        let is_aside = self.fates.of(slot).was_put_aside();
        let settled = self.settled(conflict, After::Stamps, |by, choice| {
            let knew = is_aside && self.history.knew(by, slot);
            match choice {
                Choice::Admit(named) if *named == op && knew => Some(Decision::Admit),
                Choice::KeepAside(named) if *named == op && knew => Some(Decision::Leave),
                Choice::Admit(_) | Choice::KeepAside(_) | Choice::Op(_) | Choice::Value(_) => None,
            }
        });
        let (mut differ, mut admits) = (Vec::new(), None);
        match &settled {
            Settled::Alike(Decision::Admit, by) => {
                admits = by.iter().copied().min_by_key(|by| self.history.node(*by).op.order());
            }
            Settled::Differently(by) => differ = by.iter().map(|by| self.id(*by)).collect(),
            Settled::Alike(Decision::Leave, _) | Settled::No => {}
        }
        Admission { conflict, op, is_aside, settled, differ, admits }
    }
}

impl Admission {
    /// The settlement that admits it, at whose place it counts: of several that know nothing of each other, the first.
    pub(super) fn admitted_by(&self) -> Option<Slot> {
        self.admits
    }

    /// The sides of the conflict about it; none when it is settled.
    pub(super) fn sides(&self) -> Vec<OpId> {
        match self.settled {
            _ if !self.is_aside => Vec::new(),
            Settled::No => vec![self.op],
            Settled::Alike(Decision::Admit | Decision::Leave, _) => Vec::new(),
            Settled::Differently(_) => {
                let mut sides = self.differ.clone();
                sides.push(self.op);
                sides.sort_unstable();
                sides
            }
        }
    }

    /// Two who settled differently open it one level up.
    pub(super) fn passed_up(&self) -> PassedUp {
        if self.differ.is_empty() { PassedUp::No } else { PassedUp::Yes }
    }
}
