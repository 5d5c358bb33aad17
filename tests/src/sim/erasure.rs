//! What a model phone does when a body was erased, as the phone library does it: body and salt go, wherever
//! its store has them, and stay out.
//!
//! Does not decide what is erased: the server says so, and what is left.

use std::rc::Rc;

use sync_core::ids::{DeviceId, OpId};
use sync_core::op::Salt;
use sync_core::referral::erasure::Erased;
use sync_core::stream::StreamOp;
use sync_core::sync::answer::Whole;
use sync_core::sync::session::Agreed;

use super::state::State;

/// The salt of an op whose own is gone.
pub(super) const NO_SALT: Salt = Salt([0; 16]);

/// Drops body and salt of an op.
pub(super) fn erase(state: &mut State, me: DeviceId, id: OpId, erased: &Erased) {
    let is_own = id.device == me;
    if state.erased.insert(id, erased.clone()).is_some() {
        return;
    }
    if is_own {
        state.seed_spent = true;
        let own = state.own_mut(id.seq).expect("it is acknowledged");
        (own.op.body, own.op.salt) = (None, NO_SALT);
    } else if let Some(other) = state.others.get_mut(&id) {
        let other = Rc::make_mut(other);
        other.op = other.op.clone().with_erased(erased.clone());
    }
}

/// What a stream that is healed says to be erased.
pub(super) fn erase_all(state: &mut State, agreed: Agreed, whole: &Whole) {
    for op in whole.ops.iter().filter(|op| !agreed.is_a_copys(op.id)) {
        if let Some(erased) = &op.erased {
            erase(state, agreed.device(), op.id, erased);
        }
    }
}

/// An op as it may be kept and shown: without its body, when that was erased.
pub(super) fn without_erased(state: &State, op: StreamOp) -> StreamOp {
    match state.erased.get(&op.id) {
        Some(erased) => op.with_erased(erased.clone()),
        None => op,
    }
}
