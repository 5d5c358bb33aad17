//! Bodies that were erased: dropped with their salts wherever a phone has them, and kept out for good.
//!
//! Does not decide what is erased: the server says so, and what is left.

use crate::ids::{OpId, Record};
use crate::op::Salt;
use crate::phone::reads::PhoneReads;
use crate::phone::state::NewestSeed;
use crate::phone::work::Work;
use crate::referral::erasure::Erased;
use crate::stream::StreamOp;

/// The salt of an entry whose own is gone.
pub const NO_SALT: Salt = Salt([0; 16]);

/// Drops body and salt of an entry, and gives the record that it touches. Done once: a copy that comes later is kept
/// without its body.
pub(super) fn erase<R: PhoneReads>(work: &mut Work<'_, R>, id: OpId, erased: &Erased) -> Option<Record> {
    if work.erased(id).is_some() {
        return None;
    }
    work.keep_erased(id, erased.clone());
    work.state().unscrubbed = true;
    if id.device == work.me {
        // The seed tells the salt: no further entry is to be under it, so that it goes with the next backup.
        work.state().seed_spent = NewestSeed::Spent;
        let own = work.own_mut(id.seq)?;
        (own.op.body, own.op.salt) = (None, NO_SALT);
        return Some(own.op.header.stream.record);
    }
    let other = work.other_mut(id)?;
    other.op = other.op.clone().with_erased(erased.clone());
    Some(other.op.stream.record)
}

/// An entry as it may be kept and shown: without its body, when that was erased.
pub(super) fn without_erased<R: PhoneReads>(work: &Work<'_, R>, op: StreamOp) -> StreamOp {
    match work.erased(op.id) {
        Some(erased) => op.with_erased(erased.clone()),
        None => op,
    }
}
