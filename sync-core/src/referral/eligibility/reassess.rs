//! What the central record says of a verdict that a device gave by what it knew (C20).
//!
//! ```text
//!   device    eligible_provisional ── the offer is made, and stands
//!   server    an earlier referral that the device had not seen ── eligibility.reassessed: a notice
//! ```
//! Only where earlier referrals decide (R08, R09): the rest of the answers was given at the roadside and is not asked
//! again. Does not edit the snapshot, and reverses nothing.

use super::history::{Prior, Weighed, weigh};
use super::verdict::{Rule, Verdict};
use crate::policy::{PolicyPack, Ruling};

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
    let central = match weigh(pack, priors, at_ms) {
        Weighed::NoneCounts => Ruling::Eligible,
        Weighed::By { ruling, .. } | Weighed::Asked { ruling, .. } => ruling,
    };
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
