//! Region D: what the police did with the encounter. Nothing but a police decision moves it.
//!
//! | from | community_resolution, diversion_22(_pending) | arrest, investigation, no_offence | rescinded |
//! | --- | --- | --- | --- |
//! | none, crime_recorded, rescinded | when the person agreed to an offer that stands | always | – |
//! | diversion_22_pending | diversion_22 | arrest, investigation: where the pack lets the police decide anew after a person did not engage, as one proposed and a supervisor who did not refer applies | yes |
//! | any other outcome, finalised | – | – | yes |
//! | disputed | – | – | settled by a supervisor |
//!
//! Source: 01-scheme §3 D, §8. Does not look at the provider's engagement: there is no sanction for not
//! attending.

use serde::Serialize;

use crate::referral::act::{Disposal, DisposalRescinded, RescindReason};
use crate::referral::case::Case;
use crate::referral::facts::Facts;

/// What was applied, with its outcome code when it has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// What the police do.
    pub disposal: Disposal,
    /// The outcome code.
    pub outcome: Option<String>,
}

/// Where the police disposal stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DisposalState {
    /// Nothing was recorded.
    None,
    /// A crime was recorded, and nothing decided.
    CrimeRecorded {
        /// The offence.
        offence: String,
    },
    /// This was applied.
    Applied(Applied),
    /// Two people applied different things: no choice is made.
    Disputed {
        /// What they applied.
        between: Vec<Applied>,
    },
    /// This was applied, and the crime has its reference.
    Finalised {
        /// What was applied.
        applied: Applied,
        /// The crime's reference.
        crime_reference: String,
    },
    /// A supervisor took it back.
    Rescinded {
        /// Why.
        reason: RescindReason,
    },
}

impl DisposalState {
    pub(crate) fn of(facts: &Facts<'_>) -> Self {
        let live: Vec<Option<(Disposal, Option<String>)>> = facts.values("disposal");
        let rescinded = live.iter().any(Option::is_none);
        let mut applied: Vec<_> =
            live.into_iter().flatten().map(|(disposal, outcome)| Applied { disposal, outcome }).collect();
        let reference: Option<String> = facts.values("crime/reference").into_iter().next_back();
        match (applied.pop(), reference) {
            (Some(last), _) if !applied.is_empty() => {
                applied.push(last);
                Self::Disputed { between: applied }
            }
            (Some(applied), Some(crime_reference)) => Self::Finalised { applied, crime_reference },
            (Some(applied), None) => Self::Applied(applied),
            (None, _) if rescinded => Self::rescinded(facts),
            (None, _) => match facts.values("crime/offence").into_iter().next_back() {
                Some(offence) => Self::CrimeRecorded { offence },
                None => Self::None,
            },
        }
    }

    fn rescinded(facts: &Facts<'_>) -> Self {
        let reason = facts.last::<DisposalRescinded>().map(|body| body.reason);
        Self::Rescinded { reason: reason.unwrap_or(RescindReason::EnteredInError) }
    }

    /// What counts, if one thing does.
    #[must_use]
    pub fn applied(&self) -> Option<&Applied> {
        match self {
            Self::Applied(applied) | Self::Finalised { applied, .. } => Some(applied),
            Self::None | Self::CrimeRecorded { .. } | Self::Disputed { .. } | Self::Rescinded { .. } => None,
        }
    }

    /// Whether there is something to rescind.
    #[must_use]
    pub fn is_applied(&self) -> bool {
        self.applied().is_some()
    }

    /// Whether a new decision may put this in its place, once the person did not engage.
    pub(crate) fn may_be_followed_by(&self, next: Disposal) -> bool {
        let waits = self.applied().is_some_and(|applied| applied.disposal == Disposal::Diversion22Pending);
        waits && matches!(next, Disposal::Arrest | Disposal::Investigation)
    }

    /// Whether a disposal may be applied now, by what its author knew.
    pub(crate) fn takes(&self, next: Disposal, case: &Case<'_>) -> bool {
        match self {
            Self::None | Self::CrimeRecorded { .. } | Self::Rescinded { .. } => match next {
                Disposal::CommunityResolution | Disposal::Diversion22Pending | Disposal::Diversion22 => {
                    case.may_divert()
                }
                Disposal::Arrest | Disposal::Investigation | Disposal::NoOffence => true,
            },
            Self::Applied(Applied { disposal: Disposal::Diversion22Pending, .. }) => match next {
                Disposal::Diversion22 => true,
                Disposal::Arrest | Disposal::Investigation => case.decides_anew(next),
                Disposal::CommunityResolution | Disposal::Diversion22Pending | Disposal::NoOffence => false,
            },
            Self::Applied(_) | Self::Finalised { .. } | Self::Disputed { .. } => false,
        }
    }
}
