//! An earlier referral as R08 and R09 see it, read from its folded streams.
//!
//! Whoever holds `outreach` reads contacts and attendances; the force reads what was reported. Does not say
//! whose referral it is: matching persons is another's.

use uuid::Uuid;

use super::{Exclusion, ForceTold, Level, Prior, Route, Standing};
use crate::referral::act::{Act, Attendance, CancelReason, YesNo};
use crate::referral::engagement::Stage;
use crate::referral::fold::{Entry, StreamState};
use crate::referral::timers::delivered;
use crate::referral::view::{View, view};

/// The referral of some streams as the rules see it; none while none was submitted.
#[must_use]
pub fn prior_of(record: Uuid, states: &[StreamState]) -> Option<Prior> {
    let seen = view(states);
    let submitted_ms = seen.submitted_ms?;
    let told = if seen.feedback == YesNo::Yes { ForceTold::Agreed } else { ForceTold::NotAgreed };
    let last_attended_ms = last_attended_ms(states);
    Some(Prior {
        record,
        submitted_ms,
        level: seen.engagement.level,
        delivered: delivered(seen.engagement.level, states),
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
    let came = acts(states).filter_map(|(_, act)| {
        let Act::AttendanceRecorded(body) = act else { return None };
        (body.status == Attendance::Attended).then_some(body.at_ms)
    });
    came.max().or_else(|| rises(states).into_iter().map(|(ms, _)| ms).max())
}

/// When the level that was reported rose to an attendance, and to which level.
fn rises(states: &[StreamState]) -> Vec<(u64, Level)> {
    let mut highest = Level::L1;
    let mut rises = Vec::new();
    for (entry, act) in acts(states) {
        if let Act::ProgressReported(body) = act
            && body.level > highest
        {
            highest = body.level;
            rises.push((entry.eff.ms(), body.level));
        }
    }
    rises
}

fn standing(seen: &View, states: &[StreamState], attended_ms: Option<u64>) -> Standing {
    let closed = acts(states).filter(|(_, act)| matches!(act, Act::ReferralClosed(_)));
    let closed_ms = closed.map(|(entry, _)| entry.eff.ms()).max();
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

fn acts(states: &[StreamState]) -> impl Iterator<Item = (&Entry, &Act)> {
    states.iter().flat_map(StreamState::acts)
}
