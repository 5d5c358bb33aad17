//! The way from the roadside to completion, with the loss between the steps.
//!
//! Does not decide who is counted: see [`super::report`].

use serde::{Deserialize, Serialize};

use super::figures::{Ended, Figures, Furthest};
use super::interval::{Interval, wilson};

/// The steps that are shown.
const STEPS: [Furthest; 6] = [
    Furthest::Offered,
    Furthest::Referred,
    Furthest::Received,
    Furthest::Contacted,
    Furthest::Assessed,
    Furthest::Completed,
];

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct FunnelStep {
    /// Which.
    pub step: Furthest,
    /// Encounters that got this far.
    pub reached: u64,
    /// Encounters that got as far as the step before, and can still get here.
    pub on_the_way: u64,
    /// Encounters that ended between the step before and this one.
    pub lost: u64,
    /// The lost, of those who wait no longer; none at the first step, and where nobody waits no longer.
    pub lost_share: Option<Interval>,
}

/// The way, step by step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Funnel {
    /// The steps, in their order.
    pub steps: Vec<FunnelStep>,
    /// Encounters in which nothing was offered, or not yet.
    pub not_offered: u64,
    /// Encounters that ended for a reason that lies with nobody's work: they are in no step.
    pub left_out: u64,
    /// People who asked that nothing is told back: they are in no step.
    pub not_told: u64,
}

impl Funnel {
    /// Counts rows.
    #[must_use]
    pub fn of(rows: &[&Figures]) -> Self {
        let ended = |ended: Ended| count(rows.iter().filter(|row| row.ended == ended));
        let here: Vec<&Figures> = rows
            .iter()
            .copied()
            .filter(|row| matches!(row.ended, Ended::No | Ended::Lost) && row.furthest > Furthest::Found)
            .collect();
        let steps = STEPS.iter().enumerate().map(|(at, step)| {
            let reached = count(here.iter().filter(|row| row.furthest >= *step));
            let before = at.checked_sub(1).map(|before| STEPS[before]);
            let stays = |ended: Ended| {
                count(here.iter().filter(|row| {
                    before.is_some_and(|before| row.furthest >= before)
                        && row.furthest < *step
                        && row.ended == ended
                }))
            };
            let (on_the_way, lost) = (stays(Ended::No), stays(Ended::Lost));
            let lost_share = before.and_then(|_| wilson(lost, reached + lost));
            FunnelStep { step: *step, reached, on_the_way, lost, lost_share }
        });
        Self {
            steps: steps.collect(),
            not_offered: count(rows.iter().filter(|row| row.furthest == Furthest::Found)),
            left_out: ended(Ended::LeftOut),
            not_told: ended(Ended::NotTold),
        }
    }
}

pub(super) fn count<T>(all: impl Iterator<Item = T>) -> u64 {
    all.fold(0, |so_far, _| so_far + 1)
}
