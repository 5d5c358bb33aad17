//! The person's age at the time that was witnessed: a notice where a phone with a wrong clock judged by another (R03).
//!
//! Does not judge ages: see [`sync_core::referral::eligibility::aged`]. Reverses nothing.

use sync_core::ids::{CompartmentKind, OpId, Record, RecordKind};
use sync_core::referral::act::{Act, EligibilityReassessed, EncounterOpened, OpRef};
use sync_core::referral::eligibility::{aged, recorded};
use sync_core::referral::fold::StreamState;

use super::own_log::write;
use super::round::Round;
use crate::fault::Fault;

/// What follows from ops that were just stamped.
pub(super) fn follow_up(round: &mut Round<'_>, record: Record, changed: &[OpId]) -> Result<(), Fault> {
    let ops = round.record(record)?;
    let assesses =
        |id: &&OpId| ops.get(id).is_some_and(|held| held.op.header.kind.as_str() == "eligibility.assessed");
    let Some(id) = changed.iter().find(assesses).filter(|_| record.kind == RecordKind::Referral).copied()
    else {
        return Ok(());
    };
    let witnessed = ops[&id].witnessed;
    let states = ops.states();
    let opened = states.iter().flat_map(StreamState::acts);
    let born = opened.filter_map(|(_, act)| act.as_body::<EncounterOpened>()?.subject.born).next();
    let decision = recorded(record.id, &states);
    let Some((decision, born)) = decision.zip(born) else { return Ok(()) };
    let Some(found) = aged(&decision, born, witnessed) else { return Ok(()) };
    let (years, read_as) = (Some(found.years), Some(found.read_as));
    let (verdict, policy, snapshot) = (found.verdict, decision.policy, OpRef::Id(id));
    let notice = EligibilityReassessed { verdict, policy, snapshot, years, read_as };
    let police = record.stream(CompartmentKind::Police, round.server.force);
    write(round, police, &Act::EligibilityReassessed(notice))
}
