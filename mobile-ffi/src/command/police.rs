//! What the police decide or learn after the encounter: discretion, another disposal, taking one back, a warning.
//!
//! Does not know whether a decision is allowed: see [`sync_core::referral::judge`]. Nothing here follows
//! by itself from how far a person got.

use sync_core::codes::CodeList;
use sync_core::ids::Record;
use sync_core::referral::act::{
    Act, DiscretionDecided, DisposalApplied, DisposalProposed, DisposalRescinded, EncounterAmended, fields,
};

use crate::command::{Command, check};
use crate::problem::Problem;

/// The act of a decision of the police; nothing for any other command.
pub(crate) fn plan(command: &Command, now_ms: u64) -> Result<Option<(Record, Act)>, Problem> {
    let planned = if let Command::Discretion { record, grant, reason } = command {
        check::text("reason", reason)?;
        (record, Act::DiscretionDecided(DiscretionDecided { grant: *grant, reason: reason.clone() }))
    } else if let Command::Dispose { record, disposal, outcome } = command {
        if let Some(outcome) = outcome {
            check::code("outcome", CodeList::Outcomes, outcome, now_ms)?;
        }
        let (disposal, outcome) = (*disposal, outcome.clone());
        (record, Act::DisposalApplied(DisposalApplied { disposal, outcome }))
    } else if let Command::ProposeDisposal { record, disposal, reason } = command {
        check::text("reason", reason)?;
        let (disposal, reason) = (*disposal, reason.clone());
        (record, Act::DisposalProposed(DisposalProposed { disposal, reason }))
    } else if let Command::Rescind { record, reason } = command {
        (record, Act::DisposalRescinded(DisposalRescinded { reason: *reason }))
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
