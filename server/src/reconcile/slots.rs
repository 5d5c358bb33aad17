//! The server's answer to a request for a slot: the one place where arrival decides, on the record.
//!
//! ```text
//!   appointment.requested with a slot ─ sync_core::slots::answer ─▶ appointment.confirmed │ appointment.declined
//!   the referral ends before the time ─▶ appointment.declined, not needed: the slot is free again
//! ```
//! It is given in the write job that stamps the request. Jobs run one after the other: that is the lock on the slot,
//! so that no order of syncs confirms more than its capacity. What was confirmed is never taken from anybody who needs it.
//! Does not answer a request without a slot: that is a wish, and the provider books.

use std::collections::BTreeSet;

use sync_core::ids::{Digest, OpId, OrgId, Record, RecordKind, Stream};
use sync_core::referral::act::{
    Act, AppointmentConfirmed, AppointmentDeclined, AppointmentRequested, DeclineReason, OpRef,
};
use sync_core::referral::fold::StreamState;
use sync_core::referral::view::{Contact, View};
use sync_core::slots::{Slot, SlotAnswer, answer, slots};
use uuid::Uuid;

use super::own_log::write;
use super::record::Ops;
use super::reroute::provider_of;
use super::round::Round;
use crate::fault::Fault;
use crate::keys::sha256;
use crate::store::Reads;

/// A request with its place, by which they are answered.
pub(super) type Asked = (u64, OpId, Stream);

/// The requests among ops that were just stamped.
pub(super) fn asked(ops: &Ops, changed: &[OpId]) -> Vec<Asked> {
    let held = changed.iter().filter_map(|id| ops.get(id));
    let asks = held.filter(|held| held.op.header.kind.as_str() == "appointment.requested");
    asks.filter_map(|held| Some((held.stamp.as_ref()?.place, held.id(), held.op.header.stream))).collect()
}

/// Answers requests, whichever referrals they are of, in the order in which they arrived.
pub(super) fn answer_all(round: &mut Round<'_>, mut asked: Vec<Asked>) -> Result<(), Fault> {
    asked.sort_unstable_by_key(|(place, ..)| *place);
    for (_, request, stream) in asked {
        let ops = round.record(stream.record)?;
        let (states, seen) = (ops.states(), ops.seen());
        let answered = seen.requests.iter().any(|known| known.op == request && known.answer.is_some());
        let Some(slot) = slot_asked(&states, request).filter(|_| !answered) else { continue };
        let keys = BTreeSet::from([key(slot)]);
        let said = decide(round, &seen, slot, request)?;
        let request_ref = OpRef::Id(request);
        let act = match said {
            SlotAnswer::Confirmed => {
                round.tx.keep_under(request, &keys)?;
                Act::AppointmentConfirmed(AppointmentConfirmed { request: request_ref })
            }
            SlotAnswer::Declined(reason) => {
                Act::AppointmentDeclined(AppointmentDeclined { request: request_ref, reason })
            }
        };
        write(round, stream, &act)?;
    }
    Ok(())
}

/// A referral that has ended needs its times no longer: they are offered again.
pub(super) fn give_back(round: &mut Round<'_>, record: Record, changed: &[OpId]) -> Result<(), Fault> {
    if changed.is_empty() || record.kind != RecordKind::Referral {
        return Ok(());
    }
    let seen = round.record(record)?.seen();
    if !seen.engagement.stage.is_ended() {
        return Ok(());
    }
    for asked in &seen.requests {
        let Some(slot) = asked.slot.filter(|_| asked.answer.as_deref() == Some("confirmed")) else {
            continue;
        };
        if asked.at_ms <= round.now_ms {
            continue;
        }
        let Some(stream) = round.record(record)?.get(&asked.op).map(|held| held.op.header.stream) else {
            continue;
        };
        round.tx.keep_under(asked.op, &BTreeSet::from([given_back(slot)]))?;
        let reason = DeclineReason::NotNeeded;
        let act = Act::AppointmentDeclined(AppointmentDeclined { request: OpRef::Id(asked.op), reason });
        write(round, stream, &act)?;
    }
    Ok(())
}

/// The slot that a request names, when it counts.
fn slot_asked(states: &[StreamState], request: OpId) -> Option<Uuid> {
    let mut acts = states.iter().flat_map(StreamState::acts);
    let (_, act) = acts.find(|(entry, _)| entry.id == request)?;
    act.as_body::<AppointmentRequested>()?.slot
}

fn decide(round: &mut Round<'_>, seen: &View, slot: Uuid, request: OpId) -> Result<SlotAnswer, Fault> {
    if seen.contact == Contact::Stopped || seen.engagement.stage.is_ended() {
        return Ok(SlotAnswer::Declined(DeclineReason::NotNeeded));
    }
    let confirmed = taken(round.tx, slot)?;
    for provider in &seen.providers {
        if let Some(known) = slot_of(round, *provider, slot)? {
            return Ok(answer(Some(&known), &confirmed, request, round.now_ms));
        }
    }
    Ok(answer(None, &confirmed, request, round.now_ms))
}

fn slot_of(round: &mut Round<'_>, provider: OrgId, slot: Uuid) -> Result<Option<Slot>, Fault> {
    let stream = provider_of(provider, round.server.force);
    let states = round.record(stream.record)?.states();
    let state = states.iter().find(|state| state.stream == Some(stream));
    Ok(state.and_then(|state| slots(state).remove(&slot)))
}

/// The requests that have a slot.
pub(crate) fn taken(read: &dyn Reads, slot: Uuid) -> Result<Vec<OpId>, Fault> {
    let [confirmed, given_back] =
        [key(slot), given_back(slot)].map(|key| read.found_under(&BTreeSet::from([key]), usize::MAX));
    Ok(confirmed?.difference(&given_back?).copied().collect())
}

/// Under what the requests are kept that had a slot and gave it back.
fn given_back(slot: Uuid) -> Digest {
    sha256(format!("waymark/search/1\nslot given back\n{slot}").as_bytes())
}

/// Under what the requests are kept that have, or had, a slot.
pub(crate) fn key(slot: Uuid) -> Digest {
    sha256(format!("waymark/search/1\nslot\n{slot}").as_bytes())
}
