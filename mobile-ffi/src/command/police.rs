//! What the police record and decide after the encounter: crime, discretion, another disposal, taking one back, a warning.
//!
//! Does not know whether a decision is allowed: see [`sync_core::referral::judge`]. Nothing here follows
//! by itself from how far a person got.

use sync_core::codes::CodeList;
use sync_core::ids::{CompartmentKind, Record};
use sync_core::policy::DisposalKind;
use sync_core::referral::act::{
    Act, CrimeRecorded, DiscretionDecided, Disposal, DisposalApplied, DisposalProposed, DisposalRescinded,
    EncounterAmended, fields,
};
use sync_core::referral::crime::offence_of_item;
use sync_core::referral::fold::StreamState;
use sync_core::referral::timers::pack_of;
use sync_core::referral::view::view;

use crate::command::{Command, check, referring};
use crate::problem::Problem;

/// The field of the crime's own entry that is amended as the others are.
pub(crate) const CRIME_REFERENCE: &str = "crime_reference";

/// The act of a decision of the police; nothing for any other command.
pub(crate) fn plan(command: &Command, now_ms: u64) -> Result<Option<(Record, Act)>, Problem> {
    let planned = if let Command::Discretion { record, grant, reason } = command {
        check::text("reason", reason)?;
        (record, Act::DiscretionDecided(DiscretionDecided { grant: *grant, reason: reason.clone() }))
    } else if let Command::Crime { record, offence, crime_reference } = command {
        (record, crime(offence.clone(), crime_reference.clone(), now_ms)?)
    } else if let Command::ProposeDisposal { record, disposal, reason } = command {
        check::text("reason", reason)?;
        let (disposal, reason) = (*disposal, reason.clone());
        (record, Act::DisposalProposed(DisposalProposed { disposal, reason }))
    } else if let Command::Rescind { record, reason } = command {
        (record, Act::DisposalRescinded(DisposalRescinded { reason: *reason }))
    } else if let Command::Amend { record, field, value } = command
        && field == CRIME_REFERENCE
    {
        check::text("value", value)?;
        (record, crime(None, Some(value.clone()), now_ms)?)
    } else if let Command::Amend { record, field, value } = command
        && fields::POLICE.has(field)
    {
        let (field, value) = (field.clone(), value.clone());
        (record, Act::EncounterAmended(EncounterAmended { field, value }))
    } else {
        return Ok(None);
    };
    let (record, act) = planned;
    Ok(Some((record.0, act)))
}

/// The offence, the reference, or both.
fn crime(offence: Option<String>, crime_reference: Option<String>, now_ms: u64) -> Result<Act, Problem> {
    if let Some(code) = &offence {
        check::code("offence", CodeList::Offences, code, now_ms)?;
    }
    if let Some(reference) = &crime_reference {
        check::text("crime_reference", reference)?;
    }
    if offence.is_none() && crime_reference.is_none() {
        return Err(Problem::at("field_missing", "offence", "or crime_reference"));
    }
    Ok(Act::CrimeRecorded(CrimeRecorded { offence, crime_reference }))
}

/// Another outcome than the encounter ended in; a diversion brings its crime along.
pub(crate) fn dispose(
    disposal: Disposal,
    outcome: Option<&str>,
    states: &[StreamState],
    now_ms: u64,
) -> Result<Vec<(CompartmentKind, Act)>, Problem> {
    if let Some(outcome) = outcome {
        check::code("outcome", CodeList::Outcomes, outcome, now_ms)?;
    }
    let pack = &pack_of(states).disposal;
    let of_pack = match pack.kind {
        DisposalKind::CommunityResolution => disposal == Disposal::CommunityResolution,
        DisposalKind::Diversion22 => matches!(disposal, Disposal::Diversion22Pending | Disposal::Diversion22),
    };
    let usual = of_pack.then(|| pack.outcome_code.clone());
    let applied = DisposalApplied { disposal, outcome: outcome.map(str::to_owned).or(usual) };
    let (recorded, nothing) = (view(states).crime, CrimeRecorded { offence: None, crime_reference: None });
    let acts = referring::decided(applied, recorded.as_ref(), nothing, offence_of_item(states));
    Ok(acts.into_iter().map(|act| (CompartmentKind::Police, act)).collect())
}
