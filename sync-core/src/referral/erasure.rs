//! What an erasure takes away of an op, and what is left of it.
//!
//! ```text
//!   body and salt       gone; header, hash and digest stay, so the chain still verifies
//!   registers           their names stay: the op supersedes as before, and reads as erased
//!   what its kind is    stays where the record's course or somebody's safety stands on it: who was named as
//!                       provider, what was struck or settled, that there was a concern or a withdrawal
//! ```
//! Does not erase: stores do, when a `body.erased` was accepted.

use crate::referral::act::Act;
use crate::referral::writes::STRUCK;
use crate::stream::StreamOp;

pub use crate::referral::controller::controller;
pub use crate::stream::Erased;

impl Erased {
    /// What would be left of an op; nothing when there is nothing in it to erase: ids, codes and dates of
    /// the record's course, which its kind says anyway.
    #[must_use]
    pub fn of(op: &StreamOp) -> Option<Self> {
        if let Some(erased) = &op.erased {
            return Some((**erased).clone());
        }
        let act = op.body.as_deref().and_then(|body| Act::parse(&op.kind, body).ok().flatten());
        let Some(act) = act else { return Some(Self::default()) };
        let left = act.recorded().left();
        if left.as_ref() == Some(&act) {
            return None;
        }
        let kept = left.iter().flat_map(|left| left.recorded().writes(op.id)).collect::<Vec<_>>();
        let gone = act.recorded().writes(op.id).into_iter().filter(|write| !kept.contains(write));
        // Whoever amends an entry says that it stands: it must not vanish when what it says is erased.
        let amends = act.recorded().amends(op.id).map(|entry| format!("{STRUCK}{entry}"));
        let registers = gone.map(|(name, _)| name).chain(amends).collect();
        Some(Self { registers, left: left.map(|left| left.body()) })
    }
}
