//! An earlier referral as R08 and R09 see it, read from its folded streams.
//!
//! Whoever holds `outreach` reads contacts and attendances; the force reads what was reported. Does not say
//! whose referral it is: matching persons is another's.

use uuid::Uuid;

use crate::ids::CompartmentKind;
use crate::referral::act::{CancelReason, ProgressReported, ReferralClosed, YesNo};
use crate::referral::eligibility::{Delivered, Exclusion, ForceTold, Level, Prior, Route, Standing};
use crate::referral::facts::Facts;
use crate::referral::fold::StreamState;
use crate::referral::stage::Stage;
use crate::referral::timers::delivered;
use crate::referral::view::{View, view};

/// The referral of some streams as the rules see it; none while none was submitted.
#[must_use]
pub fn prior_of(record: Uuid, states: &[StreamState]) -> Option<Prior> {
    let seen = view(states);
    let submitted_ms = seen.submitted_ms?;
    let told = if seen.feedback == YesNo::Yes { ForceTold::Agreed } else { ForceTold::NotAgreed };
    // A verdict is the force's: after a no to feedback it knows nothing of how far the person got, whoever asks.
    let said_no = Facts { states }.consent("feedback") == Some(YesNo::No);
    let last_attended_ms = last_attended_ms(states).filter(|_| !said_no);
    Some(Prior {
        record,
        submitted_ms,
        level: seen.engagement.level.filter(|_| !said_no).unwrap_or(Level::L0),
        delivered: if said_no { Delivered::Unknown } else { delivered(states) },
        standing: standing(&seen, states, last_attended_ms),
        route: match seen.voluntary {
            YesNo::Yes => Route::Voluntary { force_told: told },
            YesNo::No => Route::Diversion,
        },
        last_attended_ms,
        excluded: excluded(&seen),
    })
}

/// When the person last came to an assessment or session; for the force when that was reported.
fn last_attended_ms(states: &[StreamState]) -> Option<u64> {
    let facts = Facts { states };
    let visited = facts.visited();
    let came = visited.assessments.iter().chain(&visited.sessions).map(|visit| visit.at_ms).max();
    let reported = || rises(&facts).into_iter().map(|(ms, _)| ms).max();
    if facts.holds(CompartmentKind::Outreach) { came } else { came.or_else(reported) }
}

/// When the level that was reported rose to an attendance, and to which level. A report that falls takes back
/// the rises above it.
fn rises(facts: &Facts<'_>) -> Vec<(u64, Level)> {
    let mut rises: Vec<(u64, Level)> = Vec::new();
    if !facts.is_told() {
        return rises;
    }
    for (entry, body) in facts.all::<ProgressReported>() {
        rises.retain(|(_, level)| *level <= body.level);
        let highest = rises.last().map_or(Level::L1, |(_, level)| *level);
        if body.level > highest {
            rises.push((entry.eff.ms(), body.level));
        }
    }
    rises
}

fn standing(seen: &View, states: &[StreamState], attended_ms: Option<u64>) -> Standing {
    let closed_ms = Facts { states }.all::<ReferralClosed>().map(|(entry, _)| entry.eff.ms()).max();
    if !seen.engagement.stage.is_ended() && seen.engagement.stage != Stage::Completed {
        Standing::Open
    } else if closed_ms.is_some_and(|closed| attended_ms.is_some_and(|attended| attended > closed)) {
        Standing::AttendedSince
    } else {
        Standing::Closed
    }
}

fn excluded(seen: &View) -> Option<Exclusion> {
    match (seen.engagement.stage, seen.cancelled) {
        (Stage::Rejected, _) => Some(Exclusion::Rejected),
        (Stage::Cancelled, Some(CancelReason::WrongPerson)) => Some(Exclusion::WrongPerson),
        (Stage::Cancelled, Some(CancelReason::EnteredInError)) => Some(Exclusion::EnteredInError),
        (Stage::Cancelled, Some(CancelReason::Duplicate)) => Some(Exclusion::Duplicate),
        (Stage::Cancelled, Some(CancelReason::WrongProvider | CancelReason::NoOffence) | None) => {
            Some(Exclusion::Cancelled)
        }
        (_, _) => None,
    }
}
