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

use crate::referral::act::{Disposal, DisposalRescinded, RescindReason, YesNo};
use crate::referral::crime::Crime;
use crate::referral::facts::Facts;

/// What was applied, with its outcome code when it has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Applied {
    /// What the police do.
    pub disposal: Disposal,
    /// The outcome code.
    pub outcome: Option<String>,
}

/// Where the police disposal stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DisposalState {
    /// Nothing was recorded.
    None,
    /// A crime was recorded, and nothing decided.
    CrimeRecorded {
        /// The offence, once it is known.
        offence: Option<String>,
    },
    /// This was applied.
    Applied(Applied),
    /// Two people applied different things, or one took back what another applied: no choice is made.
    Disputed {
        /// What they applied.
        between: Vec<Applied>,
        /// Whether somebody took it back.
        rescinded: YesNo,
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
        let applied = |(disposal, outcome)| Applied { disposal, outcome };
        match (live.as_slice(), facts.value("crime/reference")) {
            ([Some(one)], Some(crime_reference)) => {
                Self::Finalised { applied: applied(one.clone()), crime_reference }
            }
            ([Some(one)], None) => Self::Applied(applied(one.clone())),
            ([None], _) => Self::rescinded(facts),
            ([], _) => match Crime::of(facts) {
                Some(crime) => Self::CrimeRecorded { offence: crime.offence },
                None => Self::None,
            },
            ([_, _, ..], _) => Self::Disputed {
                rescinded: if live.contains(&None) { YesNo::Yes } else { YesNo::No },
                between: live.into_iter().flatten().map(applied).collect(),
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

    /// In people's words.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::None => "no outcome yet",
            Self::CrimeRecorded { .. } => "crime recorded, no outcome yet",
            Self::Disputed { .. } => "two records disagree",
            Self::Rescinded { .. } => "outcome taken back",
            Self::Applied(applied) | Self::Finalised { applied, .. } => match applied.disposal {
                Disposal::CommunityResolution => "community resolution",
                Disposal::Diversion22Pending => "diversion (outcome 22), once the person has taken part",
                Disposal::Diversion22 => "diversion (outcome 22)",
                Disposal::Arrest => "arrest",
                Disposal::Investigation => "investigation",
                Disposal::NoOffence => "no offence",
            },
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
}
