//! What the server says of a verdict that a device gave by what it knew (C20).
//!
//! ```text
//!   device    eligible_provisional ── the offer is made, and stands
//!   server    an earlier referral that the device had not seen ── eligibility.reassessed: a notice
//!             a clock by which the person had another age      ── eligibility.reassessed, with both ages
//! ```
//! Only where earlier referrals decide (R08, R09), or the clock (R03): the rest of the answers was given at the roadside
//! and is not asked again. Does not edit the snapshot, and reverses nothing.

use chrono::NaiveDate;
use serde::Serialize;

use super::history::{Prior, ruling_next};
use super::inputs::{Age, Inputs};
use super::snapshot::{Decision, Snapshot};
use super::verdict::{Rule, Verdict};
use super::{ProviderAgeBand, assess};
use crate::clock::Witnessed;
use crate::policy::{PolicyPack, Ruling};

/// How old a person was, where a device with a wrong clock had read another age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Aged {
    /// Full years at the time that was witnessed.
    pub years: u32,
    /// What the device had read.
    pub read_as: u32,
    /// The verdict at that age.
    pub verdict: Verdict,
}

impl Aged {
    /// Whether another service, another duty or another verdict follows from it.
    #[must_use]
    pub fn matters(&self, pack: &PolicyPack, given: Option<&Verdict>) -> bool {
        let band = |years| super::rules::age_band(pack, &Age::Known { years });
        band(self.years) != band(self.read_as) || given.is_some_and(|given| *given != self.verdict)
    }

    /// The service that the person's age asks for.
    #[must_use]
    pub fn band(&self, pack: &PolicyPack) -> ProviderAgeBand {
        super::rules::age_band(pack, &Age::Known { years: self.years })
    }
}

/// The age at the time within which the decision was witnessed; none where the device read one that is possible.
#[must_use]
pub fn aged(decision: &Decision, born: NaiveDate, witnessed: Witnessed) -> Option<Aged> {
    let Snapshot { at_ms, inputs, priors } = &decision.snapshot;
    let Age::Known { years: read_as } = inputs.age else { return None };
    let at = |ms| Age::at(ms, Some(born), None).map(Age::years);
    let (youngest, oldest) = (at(witnessed.earliest_ms).unwrap_or_default(), at(witnessed.latest_ms)?);
    if (youngest..=oldest).contains(&read_as) {
        return None;
    }
    let years = read_as.clamp(youngest, oldest);
    let inputs = Inputs { age: Age::Known { years }, ..inputs.clone() };
    let pack = PolicyPack::nearest(&decision.policy.id, decision.policy.version);
    let verdict = assess(pack, &inputs, priors, *at_ms).verdict;
    Some(Aged { years, read_as, verdict })
}

/// Another verdict than the one that was given; none where the central record says the same, or is not asked.
#[must_use]
pub fn reassess(given: &Verdict, pack: &PolicyPack, priors: &[Prior], at_ms: u64) -> Option<Verdict> {
    let before = match given {
        Verdict::Eligible | Verdict::EligibleProvisional => Ruling::Eligible,
        Verdict::Discretion => Ruling::Discretion,
        Verdict::NotEligible { reasons } if reasons.iter().all(|rule| *rule == Rule::Engaged) => {
            Ruling::NotEligible
        }
        Verdict::NotEligible { .. }
        | Verdict::ArrestRequired
        | Verdict::IdentityNotEstablished
        | Verdict::DefenceRaised
        | Verdict::Declined
        | Verdict::OfferOpen { .. }
        | Verdict::NotOffered { .. }
        | Verdict::OutOfScope { .. } => return None,
    };
    let central = ruling_next(pack, priors, at_ms);
    let verdict = match central {
        Ruling::Eligible => Verdict::Eligible,
        Ruling::Discretion => Verdict::Discretion,
        Ruling::NotEligible => Verdict::NotEligible { reasons: vec![Rule::Engaged] },
    };
    (central != before).then_some(verdict)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::referral::eligibility::{Delivered, Level, Route, Standing, WhyOutOfScope};

    fn closed_at(level: Level, delivered: Delivered) -> Prior {
        Prior {
            record: Uuid::from_u128(1),
            submitted_ms: 1,
            level,
            delivered,
            standing: Standing::Closed,
            route: Route::Diversion,
            last_attended_ms: None,
            excluded: None,
        }
    }

    #[test]
    fn c20_only_earlier_referrals_that_a_device_had_not_seen_give_another_verdict() {
        let pack = PolicyPack::thames_valley_2018();
        let says = |given: &Verdict, priors: &[Prior]| reassess(given, pack, priors, 2);
        let not_engaged = [closed_at(Level::L1, Delivered::Yes)];
        let not_eligible = Verdict::NotEligible { reasons: vec![Rule::Engaged] };
        for given in [Verdict::Eligible, Verdict::EligibleProvisional] {
            assert_eq!(says(&given, &not_engaged), Some(not_eligible.clone()));
            assert_eq!(says(&given, &[]), None);
            assert_eq!(says(&given, &[closed_at(Level::L3, Delivered::Yes)]), None);
            assert_eq!(says(&given, &[closed_at(Level::L1, Delivered::No)]), None, "it never counts");
        }
        assert_eq!(
            says(&not_eligible, &[]),
            Some(Verdict::Eligible),
            "the device knew of one that is not there"
        );
        assert_eq!(says(&not_eligible, &not_engaged), None);
        let supply = Verdict::OutOfScope { why: WhyOutOfScope::Supply };
        for given in [Verdict::ArrestRequired, Verdict::Declined, supply] {
            assert_eq!(says(&given, &not_engaged), None, "the rest is not asked again");
        }
    }
}
