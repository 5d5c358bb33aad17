//! What a model phone does when the server has lost something, as the phone library does it.
//!
//! Which stamps count no longer and what is told of lost ops decides `sync-core`. Does not send.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::rc::Rc;

use sync_core::ids::{OpId, Stream};
use sync_core::op::{Header, Op};
use sync_core::shape::MAX_PUSH_OPS;
use sync_core::stamp::Stamp;
use sync_core::sync::answer::Whole;
use sync_core::sync::epoch::{self, Epoch, Renewed};
use sync_core::sync::pending;
use sync_core::sync::receipt::WireReceipt;
use sync_core::sync::session::Agreed;
use uuid::Uuid;

use super::state::State;
use super::sync::{keep_other, keep_stamp};

/// The server is in another epoch: stamps beyond what it still contains count no longer.
pub(super) fn renew(state: &mut State, present: Uuid, epochs: &[Epoch]) {
    if state.epoch == Some(present) {
        return;
    }
    let mut mine = std::mem::take(&mut state.epochs);
    if mine.is_empty() {
        mine.extend(state.epoch.map(Epoch::of_enrolment));
    }
    let theirs = if epochs.is_empty() { vec![Epoch::of_enrolment(present)] } else { epochs.to_vec() };
    let Renewed { agree_upto, epochs } = epoch::renew(&mine, &theirs);
    if let Some(upto) = agree_upto {
        unstamp(state, upto);
    }
    (state.epoch, state.epochs) = (Some(present), epochs);
}

fn unstamp(state: &mut State, upto: u64) {
    for own in &mut state.log {
        if own.stamp.as_ref().is_some_and(|stamp| stamp.place > upto) {
            Rc::make_mut(own).stamp = None;
            state.unsure.insert(own.op.header.id.seq);
        }
    }
    for other in state.others.values_mut() {
        if other.op.stamp.as_ref().is_some_and(|stamp| stamp.place > upto) {
            Rc::make_mut(other).lost = true;
            state.doubted.insert(other.op.stream);
        }
    }
}

/// After own ops were pushed again and everything was read: the streams of those that the server has all the
/// same, without a stamp here, are asked for, and those in which something of others is still not back. Whether
/// there are any.
pub(super) fn wish_what_is_in_doubt(state: &mut State) -> bool {
    let (unsure, doubted) = (std::mem::take(&mut state.unsure), std::mem::take(&mut state.doubted));
    let own = unsure.iter().filter_map(|seq| state.own(*seq));
    let waiting = own.filter(|own| own.acknowledged && own.stamp.is_none());
    let lost = state.others.values().filter(|other| other.lost).map(|other| other.op.stream);
    let in_doubt = lost.filter(|stream| doubted.contains(stream));
    let streams: BTreeSet<Stream> = waiting.map(|own| own.op.header.stream).chain(in_doubt).collect();
    let new: Vec<Stream> = streams.into_iter().filter(|stream| !state.heal.contains(stream)).collect();
    state.heal.extend(new);
    !state.heal.is_empty()
}

/// Takes a stream as the server holds it; what is held beside it has no effect.
pub(super) fn heal(state: &mut State, agreed: Agreed, whole: &Whole) {
    let me = agreed.device();
    let agreed_ops = || whole.ops.iter().filter(|op| !agreed.is_a_copys(op.id));
    let theirs: BTreeSet<OpId> = agreed_ops().map(|op| op.id).collect();
    let beside = |id: &OpId, stamp: Option<&Stamp>| {
        !theirs.contains(id) && stamp.is_some_and(|stamp| stamp.place <= whole.upto)
    };
    for own in state.log.iter_mut().filter(|own| own.op.header.stream == whole.stream) {
        if beside(&own.op.header.id, own.stamp.as_ref()) {
            Rc::make_mut(own).stamp = None;
        }
    }
    for (id, other) in state.others.iter_mut().filter(|(_, other)| other.op.stream == whole.stream) {
        if beside(id, other.op.stamp.as_ref()) {
            Rc::make_mut(other).lost = true;
        }
    }
    for op in agreed_ops() {
        match &op.stamp {
            Some(stamp) if op.id.device == me => keep_stamp(state, op.id.seq, stamp),
            Some(_) | None if op.id.device == me => {}
            Some(_) | None => keep_other(state, op),
        }
    }
    state.heal.retain(|stream| *stream != whole.stream);
}

/// The server holds this log up to a seq: what lies beyond waits again.
pub(super) fn wait_again(state: &mut State, held: u64) {
    let beyond = state.log.iter_mut().filter(|own| own.op.header.id.seq > held && own.acknowledged);
    for own in beyond {
        let own = Rc::make_mut(own);
        (own.acknowledged, own.stamp) = (false, None);
    }
    // Their stamps come with the answer, or when they wait no longer.
    state.unsure.retain(|seq| *seq <= held);
}

/// The receipts to show with ops that are pushed again, and the one before them; the ops are cut where a
/// receipt ends, so that each is covered.
pub(super) fn shows(state: &State, from: u64, sent: &mut Vec<Op>) -> Vec<WireReceipt> {
    if state.receipts.range(from..).next().is_none() {
        return Vec::new();
    }
    let last = sent.last().map_or(0, |op| op.header.id.seq);
    let covered = state.receipts.range(from..).map(|(seq, _)| *seq).take_while(|seq| *seq <= last).last();
    let goes_on = state.receipts.range(last + 1..).next().is_some();
    if let Some(covered) = covered.filter(|_| goes_on) {
        sent.retain(|op| op.header.id.seq <= covered);
    }
    let before = state.receipts.range(..from).next_back();
    let shown = before.into_iter().chain(state.receipts.range(from..));
    shown.filter(|(seq, _)| **seq <= last).map(|(_, receipt)| receipt.clone()).take(MAX_PUSH_OPS).collect()
}

/// What lies behind the lost ops that these ops name, and those that the server has and did not stamp.
pub(super) fn behind(state: &State, sent: &[Op]) -> Vec<(OpId, Vec<OpId>)> {
    if state.others.values().all(|other| !other.lost) {
        return Vec::new();
    }
    let waiting = state.log.iter().filter(|own| own.acknowledged && own.stamp.is_none());
    let headers = sent.iter().map(|op| &op.header).chain(waiting.map(|own| &own.op.header));
    let named = headers.flat_map(Header::names);
    match pending::behind(named, MAX_PUSH_OPS, |id| Ok::<_, Infallible>(lost_causes(state, id))) {
        Ok(behind) => behind.into_iter().collect(),
    }
}

fn lost_causes(state: &State, id: OpId) -> Option<Vec<OpId>> {
    let other = state.others.get(&id).filter(|other| other.lost)?;
    let log = state.others.range(OpId { seq: 0, ..id }..id);
    let previous = log.rev().find(|(_, held)| held.op.stream == other.op.stream).map(|(id, _)| *id);
    Some(other.op.builds_on().chain(previous).collect())
}
