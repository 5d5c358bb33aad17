//! What follows when an admin says which of two referrals of one person goes on.
//!
//! ```text
//!   settled: this one goes on      the other, where it goes on too ─▶ referral.cancelled duplicate: contact there stops
//!   settled: both count (admit)    nothing
//!   no longer one person, or the one that was to go on is over    nothing
//! ```
//! Both encounters and both outcomes stand, and a duplicate never counts against anybody. Does not say which: an
//! admin does.

use std::collections::BTreeSet;

use sync_core::ids::{CompartmentKind, Digest, OpId, Record, Stream};
use sync_core::persons::Referred;
use sync_core::referral::act::{
    Act, CancelReason, Choice, ConflictRaised, ConflictSettled, Finding, ReferralCancelled,
};
use sync_core::referral::conflict::{ConflictKind, conflict_id};
use sync_core::referral::fold::StreamState;

use super::own_log::write;
use super::persons::{Said, acts_of};
use super::round::Round;
use crate::fault::Fault;

/// What follows from settlements in the force's record of persons that were just stamped.
pub(super) fn follow_up(round: &mut Round<'_>, persons: Stream, changed: &[OpId]) -> Result<(), Fault> {
    let states = round.record(persons.record)?.states();
    let Some(state) = states.iter().find(|state| state.stream == Some(persons)) else { return Ok(()) };
    for (_, act) in acts_of(&states, changed) {
        let Some(settled) = act.as_body::<ConflictSettled>() else { continue };
        let Choice::Op(chosen) = settled.choice else { continue };
        let is_open = state.conflicts.iter().any(|open| open.id == settled.conflict);
        if !is_open {
            cancel_others(round, persons, chosen, &sides(state, persons, settled.conflict))?;
        }
    }
    Ok(())
}

/// All that was raised under the id of a question about two referrals.
fn sides(state: &StreamState, persons: Stream, conflict: Digest) -> BTreeSet<OpId> {
    let raised = state.acts().filter_map(|(_, act)| act.as_body::<ConflictRaised>());
    let raised = raised.filter(|body| {
        body.finding == Finding::Duplicate
            && conflict_id(ConflictKind::Duplicate, &persons, &body.about) == conflict
    });
    raised.flat_map(|body| body.sides.iter().copied()).collect()
}

fn cancel_others(
    round: &mut Round<'_>,
    persons: Stream,
    chosen: OpId,
    sides: &BTreeSet<OpId>,
) -> Result<(), Fault> {
    if !sides.contains(&chosen) {
        return Ok(());
    }
    let Some((_, kept)) = behind(round, chosen)?.filter(|(_, referred)| referred.goes_on()) else {
        return Ok(());
    };
    for side in sides {
        let Some((record, other)) = behind(round, *side)? else { continue };
        let (one, another) = (&kept.known.id, &other.known.id);
        if one == another || !other.goes_on() || !Said::read(round, persons)?.are_one(one, another) {
            continue;
        }
        let shared = record.stream(CompartmentKind::Shared, round.server.force);
        let reason = CancelReason::Duplicate;
        write(round, shared, &Act::ReferralCancelled(ReferralCancelled { reason }))?;
    }
    Ok(())
}

/// The referral that an op is of.
fn behind(round: &mut Round<'_>, op: OpId) -> Result<Option<(Record, Referred)>, Fault> {
    let Some(held) = round.tx.op(op)? else { return Ok(None) };
    let record = held.op.header.stream.record;
    Ok(Referred::of(&round.record(record)?.states()).map(|referred| (record, referred)))
}
