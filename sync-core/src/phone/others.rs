//! What others wrote, as feeds and healed streams bring it: which copy of an entry is kept, and as learnt when.
//!
//! Does not decide what this phone reads: see [`crate::phone::forget`].

use crate::phone::reads::PhoneReads;
use crate::phone::rows::Other;
use crate::phone::work::Work;
use crate::phone::{erase, forget};
use crate::stream::StreamOp;

/// Whether a copy of an entry counts beside the one that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Copy {
    /// One with a body takes the place of one without.
    Fed,
    /// It takes the place of any other: it is what the server holds.
    Healed,
}

/// Keeps an entry of somebody else. One whose stamp was lost is replaced by any copy. Another entry that has its number
/// since is a new one: no form has shown it.
pub(super) fn keep_copy<R: PhoneReads>(work: &mut Work<'_, R>, op: &StreamOp, copy: Copy) {
    let mut known = work.other(op.id).cloned();
    if known.as_ref().is_some_and(|known| known.lost && !known.op.is_of_the_same_op(op)) {
        work.drop_erased(op.id);
        known = None;
    }
    let mut op = erase::without_erased(work, op.clone());
    let rev = known.as_ref().map(|known| known.rev);
    // An entry of this phone's older log comes as a skeleton, and its author has the body.
    let beside = known.filter(|known| copy == Copy::Fed && !known.lost && op.erased.is_none());
    if let Some(Other { op: held, .. }) = beside {
        if held.stamp.is_some() && held.body.is_some() && op.body.is_none() {
            return;
        }
        op.body = op.body.or(held.body);
    }
    let now = work.state().next_rev();
    let stream = op.stream;
    work.keep_other(Other { op, rev: rev.unwrap_or(now), lost: false });
    forget::regain(work, stream);
}
