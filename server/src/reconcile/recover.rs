//! Ops that a device wrote anew after it enrolled again: each original counts once.
//!
//! ```text
//!   D:5 is held here                     an op that repeats it   kept aside
//!   D:5 was repeated by D':1             a second repetition     kept aside
//!   D:5 was repeated by D':1             D:5 itself, late        kept aside
//!   D:5' of a branch (another hash)      an op that repeats it   counts
//! ```
//! Which of two comes to count is decided by the stamp that comes first; they are the same entry. Does
//! not judge whether the op is allowed: it is judged as its original, by the clocks that it kept.

use sync_core::access::Author;
use sync_core::op::Recovered;
use sync_core::stamp::{Disposition, Why};

use crate::fault::Fault;
use crate::store::Writes;
use crate::store::rows::Held;

/// The disposition of an op, given what the judge says of it; notes the original that it repeats.
pub(super) fn settle(
    tx: &dyn Writes,
    held: &Held,
    author: &Author,
    judged: Disposition,
) -> Result<Disposition, Fault> {
    match judged {
        // It does not enter its stream with effect, whatever it repeats.
        Disposition::Refused(_) => return Ok(judged),
        Disposition::Accepted | Disposition::Quarantined(_) => {}
    }
    if tx.recovered_by(Recovered { id: held.id(), hash: held.hash })?.is_some() {
        return Ok(Disposition::Quarantined(Why::Recovered));
    }
    let Some(original) = held.op.header.recovered_from else { return Ok(judged) };
    let wrote = tx.author(original.id.device)?;
    if wrote.is_some_and(|wrote| wrote.user != author.user) {
        return Ok(Disposition::Quarantined(Why::Reference));
    }
    let counts_already = tx.hash_of(original.id)? == Some(original.hash);
    if counts_already || tx.recovered_by(original)?.is_some() {
        return Ok(Disposition::Quarantined(Why::Recovered));
    }
    tx.add_recovery(original, held.id())?;
    Ok(judged)
}
