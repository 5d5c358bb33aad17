//! The one notion of settled: the maximal settlements of a conflict, those that no other one knew.
//!
//! ```text
//!   settled(x) ── settled(y)     y knew x: the conflict is settled for y
//!   settled(x) ∥ settled(y)      x is y: settled so.  x is not y: open, one level up, and both are sides of it
//! ```
//! What a settlement decides says the kind of conflict; one that names another settlement of the same conflict
//! decides as that did. Of a register the law of fields says the same ([`crate::register`]). Does not decide who
//! may settle.

use crate::ids::{Digest, OpId};
use crate::referral::act::{Act, Choice, ConflictSettled};
use crate::referral::fold::index::Index;
use crate::referral::fold::standing::{After, Fates};
use crate::stream::{History, Seen, Slot};

/// The history and what became of its ops so far.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) history: &'a History,
    pub(super) index: &'a Index,
    pub(super) fates: &'a Fates,
}

/// What the maximal settlements of a conflict say together.
#[derive(Debug)]
pub(super) enum Settled<T> {
    /// Nobody has settled it.
    No,
    /// Those who have say the same.
    Alike(T, Vec<Slot>),
    /// They do not.
    Differently(Vec<Slot>),
}

impl<'a> Ground<'a> {
    pub(super) fn id(self, slot: Slot) -> OpId {
        self.history.node(slot).op.id
    }

    /// What the settlements of a conflict say that count after a step, by what each of them decides.
    pub(super) fn settled<T: PartialEq>(
        self,
        conflict: Digest,
        after: After,
        decides: impl Fn(Slot, &'a Choice) -> Option<T>,
    ) -> Settled<T> {
        let all = self.index.settles.of(conflict);
        if all.is_empty() {
            return Settled::No;
        }
        let mut latest_first = all.to_vec();
        latest_first.sort_by_key(|by| std::cmp::Reverse(self.history.place(*by)));
        let (mut known, mut decided) = (Seen::default(), Vec::new());
        for by in latest_first {
            let node = self.history.node(by);
            if known.contains(node.op.id) {
                continue;
            }
            let said = self.leaf(by, conflict, after).and_then(|(leaf, choice)| decides(leaf, choice));
            if let Some(said) = said {
                known.merge(&node.past);
                decided.push((by, said));
            }
        }
        let by = decided.iter().map(|(by, _)| *by).collect();
        let mut said = decided.into_iter().map(|(_, said)| said);
        match said.next() {
            None => Settled::No,
            Some(first) if said.all(|other| other == first) => Settled::Alike(first, by),
            Some(_) => Settled::Differently(by),
        }
    }

    /// The settlement that a settlement follows, itself where it names no other; with its choice.
    fn leaf(self, by: Slot, conflict: Digest, after: After) -> Option<(Slot, &'a Choice)> {
        let mut leaf = by;
        let mut choice = &self.settlement(leaf, conflict, after)?.choice;
        // Only a device that cheats can name in a circle, and each step names another op.
        for _ in 0..self.index.settles.of(conflict).len() {
            let named = choice.op().and_then(|op| self.history.slot(op));
            let Some(named) = named.filter(|named| self.history.knew(leaf, *named)) else { break };
            let Some(body) = self.settlement(named, conflict, after) else { break };
            (leaf, choice) = (named, &body.choice);
        }
        Some((leaf, choice))
    }

    /// A settlement of a conflict, when it counts.
    pub(super) fn settlement(
        self,
        slot: Slot,
        conflict: Digest,
        after: After,
    ) -> Option<&'a ConflictSettled> {
        match self.fates.of(slot).act(after) {
            Some(Act::ConflictSettled(body)) if body.conflict == conflict => Some(body),
            Some(_) | None => None,
        }
    }

    /// What is known to any of some ops' authors.
    pub(super) fn known_to(self, any: &[Slot]) -> Seen {
        let mut known = Seen::default();
        any.iter().for_each(|slot| known.merge(&self.history.node(*slot).past));
        known
    }
}
