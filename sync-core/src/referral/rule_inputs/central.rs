//! What the records of a person say to whoever asks the central record: one word.
//!
//! ```text
//!   earlier referrals that are surely the person's ─┐
//!   others that may be                              ┴─▶ PriorAnswer
//! ```
//! Does not say which referral, service, day or drug, and does not find anybody: a store does.

use crate::persons::Held;
use crate::policy::PolicyPack;
use crate::referral::act::CheckRecorded;
use crate::referral::eligibility::{Check, Prior, PriorAnswer, PriorCheck, Weighed, WeighedBy, weigh};
use crate::referral::level::Level;

/// What the record says of somebody: `sure` are their own earlier referrals, `doubtful` those of whoever may be the same.
/// While an admin is asked who somebody is, nothing is sure.
#[must_use]
pub fn prior_answer(
    pack: &PolicyPack,
    sure: &[Prior],
    doubtful: &[Prior],
    held: Held,
    now_ms: u64,
) -> PriorAnswer {
    let says = |priors: &[Prior]| of_priors(pack, priors, now_ms);
    let own = says(sure);
    let is_in_doubt = match held {
        Held::Yes => own != PriorAnswer::NoneCounts,
        Held::No => false,
    };
    let others_count = says(doubtful) != PriorAnswer::NoneCounts;
    if is_in_doubt || others_count { PriorAnswer::Perhaps } else { own }
}

fn of_priors(pack: &PolicyPack, priors: &[Prior], now_ms: u64) -> PriorAnswer {
    let Weighed::By { prior, ruling, why } = weigh(pack, priors, now_ms) else {
        return PriorAnswer::NoneCounts;
    };
    let rule = &pack.returning;
    match why {
        WeighedBy::InProgress => PriorAnswer::InProgress,
        WeighedBy::NoFeedback => PriorAnswer::Perhaps,
        WeighedBy::AttendedSince | WeighedBy::VoluntaryAttendance => PriorAnswer::Engaged,
        WeighedBy::LongAgo => PriorAnswer::NoneCounts,
        WeighedBy::Reached(level) if rule.wanted_level.is_some_and(|wanted| level >= wanted) => {
            PriorAnswer::Engaged
        }
        // Where the pack asks for no level, taking part is to have come to all of it.
        WeighedBy::Reached(_) if rule.wanted_level.is_none() && prior.level == Level::L3 => {
            PriorAnswer::Engaged
        }
        // The word is judged as the least that the service may have reached: never worse than the truth.
        WeighedBy::Reached(_) if ruling <= rule.closed_at.l1 => PriorAnswer::NotEngaged,
        WeighedBy::Reached(_) => PriorAnswer::Perhaps,
    }
}

/// An answer as it is recorded.
#[must_use]
pub fn check_of(answer: &PriorCheck, now_ms: u64) -> CheckRecorded {
    let Check { kind: check, channel, result, age_of_information_ms: age_ms, engaged } = answer.read(now_ms);
    CheckRecorded { check, channel, result, age_ms, engaged, note: None, wanted: None }
}
