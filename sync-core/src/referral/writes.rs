//! The registers that an op writes.
//!
//! What an act writes stands with its body, in [`super::act`]; what must agree, and what counts while it does not,
//! in [`super::interim`]. Does not merge: see [`crate::register`].

use crate::referral::act::Act;
use crate::stream::StreamOp;

/// What the registers are called that say whether an entry was struck, before the entry's id.
pub(crate) const STRUCK: &str = "struck/";

/// The value of such a register where somebody struck the entry.
pub(crate) const IS_STRUCK: &str = "\"yes\"";

/// The value where somebody took a strike back, or amended the entry and did not know of one.
pub(crate) const NOT_STRUCK: &str = "\"no\"";

/// The registers that an op writes, with canonical JSON values; none in place of those that were erased. What was
/// struck the fold finds by itself, entry by entry.
#[must_use]
pub(crate) fn writes_of(op: &StreamOp, act: Option<&Act>) -> Vec<(String, Option<String>)> {
    let gone = op.erased.as_ref().map_or(&[][..], |erased| &erased.registers);
    let gone = gone.iter().filter(|name| !name.starts_with(STRUCK));
    let said = act.map(|act| act.recorded().writes(op.id)).unwrap_or_default();
    let said = said.into_iter().filter(|(name, _)| gone.clone().all(|gone| gone != name));
    let said = said.map(|(name, value)| (name, Some(value)));
    said.chain(gone.clone().map(|name| (name.clone(), None))).collect()
}
