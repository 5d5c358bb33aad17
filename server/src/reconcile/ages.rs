//! The person's age at the time that was witnessed: a notice where a phone judged by another, for a wrong clock or a date of
//! birth that was corrected since (R03).
//!
//! Does not judge ages: see [`sync_core::referral::eligibility::aged`]. Reverses nothing.

use sync_core::clock::Witnessed;
use sync_core::ids::{CompartmentKind, OpId, Record, RecordKind};
use sync_core::referral::act::{Act, EligibilityAssessed, EligibilityReassessed, OpRef};
use sync_core::referral::eligibility::aged;
use sync_core::referral::fold::StreamState;
use sync_core::referral::rule_inputs::recorded;

use super::own_log::write;
use super::round::Round;
use crate::fault::Fault;
use crate::store::rows::Held;

/// An encounter is recorded within 72 hours; a little more, for clocks that differ.
const RECORDED_WITHIN_MS: u64 = 73 * 3_600_000;

/// What follows from ops that were just stamped.
pub(super) fn follow_up(round: &mut Round<'_>, record: Record, changed: &[OpId]) -> Result<(), Fault> {
    let ops = round.record(record)?;
    let news = ["eligibility.assessed", "subject.amended"];
    let is_news = |id: &OpId| ops.get(id).is_some_and(|held| news.contains(&held.op.header.kind.as_str()));
    if record.kind != RecordKind::Referral || !changed.iter().any(is_news) {
        return Ok(());
    }
    let states = ops.states();
    let mut acts = states.iter().flat_map(StreamState::acts);
    let assessed = acts.find(|(_, act)| act.as_body::<EligibilityAssessed>().is_some());
    let Some((id, held)) = assessed.and_then(|(entry, _)| Some((entry.id, ops.get(&entry.id)?))) else {
        return Ok(());
    };
    let seen = ops.seen();
    let born = seen.subject.as_ref().and_then(|who| who.born);
    let Some((decision, born)) = recorded(record.id, &states).zip(born) else { return Ok(()) };
    let Some(found) = aged(&decision, born, met(held, decision.snapshot.at_ms)) else { return Ok(()) };
    let (years, read_as) = (Some(found.years), Some(found.read_as));
    if seen.aged.as_ref().is_some_and(|told| Some(told.years) == years) {
        return Ok(());
    }
    let (verdict, policy, snapshot) = (found.verdict, decision.policy, OpRef::Id(id));
    let notice = EligibilityReassessed { verdict, policy, snapshot, years, read_as };
    let police = record.stream(CompartmentKind::Police, round.server.force);
    write(round, police, &Act::EligibilityReassessed(notice))
}

/// Within which the person was met: as long before the entry was witnessed as its author says.
fn met(held: &Held, at_ms: u64) -> Witnessed {
    let back_ms = held.op.header.hlc.ms().saturating_sub(at_ms);
    let back_ms = if back_ms <= RECORDED_WITHIN_MS { back_ms } else { 0 };
    let Witnessed { earliest_ms, latest_ms } = held.witnessed;
    Witnessed {
        earliest_ms: earliest_ms.saturating_sub(back_ms),
        latest_ms: latest_ms.saturating_sub(back_ms),
    }
}
