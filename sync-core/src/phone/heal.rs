//! Streams that are asked for whole, and taken as the server holds them.
//!
//! What the phone has beside it is kept without effect. Does not decide which streams differ: see
//! [`crate::phone::epoch`].

use std::collections::BTreeSet;

use crate::ids::{OpId, Stream};
use crate::phone::others::{Copy, keep_copy};
use crate::phone::reads::PhoneReads;
use crate::phone::state::{AskAgain, PhoneState};
use crate::phone::work::Work;
use crate::phone::{erase, forget};
use crate::stamp::Stamp;
use crate::sync::answer::Whole;
use crate::sync::digest::{self, Body};
use crate::sync::push::MAX_HEAL;
use crate::sync::session::Agreed;

/// The streams to ask for with the next request.
#[must_use]
pub fn wishes(state: &PhoneState) -> Vec<Stream> {
    let now = state.ask_again.iter().filter_map(|ask| match ask {
        AskAgain::Now { stream } => Some(*stream),
        AskAgain::UnlessStamped { .. } | AskAgain::UnlessBack { .. } => None,
    });
    now.take(MAX_HEAL).collect()
}

/// Asks for a stream whole with the next request.
pub(super) fn wish(state: &mut PhoneState, stream: Stream) {
    let ask = AskAgain::Now { stream };
    if !state.ask_again.contains(&ask) {
        state.ask_again.push(ask);
    }
}

/// A stream is no longer asked for.
pub(super) fn healed(state: &mut PhoneState, stream: Stream) {
    let ask = AskAgain::Now { stream };
    state.ask_again.retain(|asked| *asked != ask);
}

/// What the digest of a stream that was read whole is taken over.
pub(super) fn stamps<'w, R: PhoneReads>(
    work: &'w Work<'_, R>,
    stream: Stream,
) -> impl Iterator<Item = (OpId, &'w Stamp, Body)> {
    let own = work.own_of(stream).filter_map(|own| {
        let stamp = own.stamp.as_ref()?;
        Some((own.op.header.id, stamp, Body::of(stamp, own.op.body.as_deref())))
    });
    let held = work.others_of(stream).filter(|(_, other)| !other.lost);
    own.chain(held.filter_map(|(_, other)| digest::row(&other.op)))
}

/// Takes a stream as the server holds it.
pub(super) fn heal<R: PhoneReads>(work: &mut Work<'_, R>, agreed: Agreed, whole: &Whole) {
    let agreed_ops = || whole.ops.iter().filter(|op| !agreed.is_a_copys(op.id));
    let theirs: BTreeSet<OpId> = agreed_ops().map(|op| op.id).collect();
    let beside = |(id, stamp, _): (OpId, &Stamp, Body)| {
        (!theirs.contains(&id) && stamp.place <= whole.upto).then_some(id)
    };
    let beside: Vec<OpId> = stamps(work, whole.stream).filter_map(beside).collect();
    for id in beside {
        if id.device == work.me {
            work.own_mut(id.seq).into_iter().for_each(|own| own.stamp = None);
        } else {
            work.other_mut(id).into_iter().for_each(|other| other.lost = true);
        }
    }
    for op in agreed_ops() {
        if let Some(erased) = &op.erased {
            erase::erase(work, op.id, erased);
        }
        match &op.stamp {
            Some(stamp) if op.id.device == work.me => {
                work.own_mut(op.id.seq).into_iter().for_each(|own| own.stamp = Some(stamp.clone()));
                forget::restore(work, op);
            }
            Some(_) | None if op.id.device == work.me => {}
            Some(_) | None => keep_copy(work, op, Copy::Healed),
        }
    }
    work.state().healed += 1;
    healed(work.state(), whole.stream);
    work.touch(whole.stream.record);
}
