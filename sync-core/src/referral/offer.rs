//! Region E: where the offer of a diversion stands. The snapshot is written once; the offer is answered.
//!
//! ```text
//!   not_assessed ─ assessed ─┬─ made ─── answered ──▶ agreed | declined | open(until) ─ answered ─▶ …
//!                            ├─ discretion ── granted ─▶ made          refused ─▶ ended
//!                            └─ ended (arrest required, defence raised, out of scope …)
//! ```
//! The days of an open offer ask and do not decide: when they end it is due ([`super::timers`]), and a yes
//! counts until the police have decided otherwise. Nothing that a provider records, and no later test of the drug, moves it. Does not apply the rules:
//! see [`super::eligibility`].

use serde::Serialize;

use crate::local_time::days_later_ms;
use crate::referral::act::{Answer, OfferAnswered, YesNo};
use crate::referral::eligibility::Verdict;
use crate::referral::facts::Facts;

/// Where the offer stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Offer {
    /// The encounter is still open.
    NotAssessed,
    /// The rules or a supervisor ended it, with this verdict.
    Ended {
        /// The snapshot's verdict.
        verdict: Verdict,
    },
    /// A supervisor decides.
    Discretion,
    /// It can be answered.
    Made(Basis),
    /// The person cannot decide now; it is answered to the force alone.
    Open {
        /// When its days end, in milliseconds since 1970. A later answer counts all the same.
        until_ms: u64,
    },
    /// The person agreed.
    Agreed(Basis),
    /// The person said no.
    Declined,
}

/// What an offer rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "basis")]
pub enum Basis {
    /// The rules, with the central record asked.
    Rules,
    /// The rules, by what the device knew.
    Provisional,
    /// A supervisor's discretion.
    Discretion,
}

impl Offer {
    /// Where the offer stands, in people's words.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::NotAssessed => "not assessed yet",
            Self::Ended { .. } => "no offer",
            Self::Discretion => "a supervisor decides",
            Self::Made(_) => "offered, not answered yet",
            Self::Open { .. } => "left open: the person could not decide",
            Self::Agreed(_) => "the person agreed",
            Self::Declined => "the person said no",
        }
    }

    /// Whether a yes of the person now leads to a diversion.
    #[must_use]
    pub fn stands(&self) -> bool {
        match self {
            Self::Made(_) | Self::Open { .. } | Self::Agreed(_) => true,
            Self::NotAssessed | Self::Ended { .. } | Self::Discretion | Self::Declined => false,
        }
    }

    /// Whether a supervisor can grant it: the rules left it open, or an earlier referral spoke against it.
    #[must_use]
    pub fn may_be_granted(&self) -> bool {
        match self {
            Self::Discretion | Self::Ended { verdict: Verdict::NotEligible { .. } | Verdict::Discretion } => {
                true
            }
            Self::NotAssessed
            | Self::Ended { .. }
            | Self::Made(_)
            | Self::Open { .. }
            | Self::Agreed(_)
            | Self::Declined => false,
        }
    }

    pub(crate) fn of(facts: &Facts<'_>) -> Self {
        let verdict: Option<Verdict> = facts.value("eligibility");
        let granted: Option<YesNo> = facts.value("discretion");
        match verdict {
            None => Self::NotAssessed,
            Some(Verdict::Eligible) => answered(facts, Basis::Rules),
            Some(Verdict::EligibleProvisional) => answered(facts, Basis::Provisional),
            Some(Verdict::OfferOpen { until_ms }) => match answered(facts, Basis::Rules) {
                Self::Made(_) | Self::Open { .. } => Self::Open { until_ms },
                answered => answered,
            },
            Some(Verdict::Declined) => Self::Declined,
            Some(verdict @ (Verdict::Discretion | Verdict::NotEligible { .. })) => match granted {
                Some(YesNo::Yes) => answered(facts, Basis::Discretion),
                Some(YesNo::No) => Self::Ended { verdict },
                None if verdict == Verdict::Discretion => Self::Discretion,
                None => Self::Ended { verdict },
            },
            Some(
                verdict @ (Verdict::ArrestRequired
                | Verdict::IdentityNotEstablished
                | Verdict::DefenceRaised
                | Verdict::NotOffered { .. }
                | Verdict::OutOfScope { .. }),
            ) => Self::Ended { verdict },
        }
    }
}

fn answered(facts: &Facts<'_>, basis: Basis) -> Offer {
    match facts.value("answer") {
        None => Offer::Made(basis),
        Some(Answer::Yes) => Offer::Agreed(basis),
        Some(Answer::No) => Offer::Declined,
        Some(Answer::CannotDecideNow) => {
            let open =
                facts.all::<OfferAnswered>().filter(|(_, body)| body.answer == Answer::CannotDecideNow);
            let until_ms = open.last().map(|(entry, body)| {
                let days = facts.pack().offer.open_days;
                body.until_ms.unwrap_or_else(|| days_later_ms(entry.eff.ms(), days))
            });
            until_ms.map_or(Offer::Made(basis), |until_ms| Offer::Open { until_ms })
        }
    }
}
