//! The registers that an op writes.
//!
//! What an act writes stands with its body, in [`super::act`]; what must agree, and what counts while it does not,
//! in [`super::interim`]. Does not merge: see [`crate::register`].

use crate::referral::act::Act;
use crate::stream::StreamOp;

/// The registers that an op writes, with canonical JSON values; none in place of those that were erased.
#[must_use]
pub(crate) fn writes_of(op: &StreamOp, act: Option<&Act>) -> Vec<(String, Option<String>)> {
    let gone = op.erased.as_ref().map_or(&[][..], |erased| &erased.registers);
    let said = act.map(|act| act.recorded().writes(op.id)).unwrap_or_default();
    let said = said.into_iter().filter(|(name, _)| !gone.contains(name));
    let said = said.map(|(name, value)| (name, Some(value)));
    said.chain(gone.iter().map(|name| (name.clone(), None))).collect()
}
