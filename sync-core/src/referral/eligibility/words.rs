//! The sentences of a verdict, in people's own words.
//!
//! Does not decide anything, and never orders an arrest.

use super::{Rule, Verdict, WhyOutOfScope};
use crate::policy::{PolicyPack, SupervisorGrant};

/// The sentence to read out; `because` is the deciding rule's own.
pub(super) fn sentence(verdict: &Verdict, because: Option<&str>) -> String {
    let because = because.unwrap_or_default();
    match verdict {
        Verdict::Eligible => "Yes, go ahead".to_owned(),
        Verdict::EligibleProvisional => "Yes, go ahead – not yet checked with the central record".to_owned(),
        Verdict::Discretion => format!("Not yet: a supervisor decides. {because}"),
        Verdict::NotEligible { .. }
        | Verdict::ArrestRequired
        | Verdict::IdentityNotEstablished
        | Verdict::DefenceRaised
        | Verdict::Declined
        | Verdict::OfferOpen { .. }
        | Verdict::NotOffered { .. }
        | Verdict::OutOfScope { .. } => because.to_owned(),
    }
}

/// What happens instead of a diversion; `None` when nothing does.
pub(super) fn what_happens_instead(pack: &PolicyPack, verdict: &Verdict) -> Option<String> {
    let usual = "The offence is dealt with in the usual way.";
    let text = match verdict {
        Verdict::Eligible | Verdict::EligibleProvisional => return None,
        Verdict::Discretion => "Ask a supervisor; nothing is decided until one answers.".to_owned(),
        Verdict::NotEligible { reasons } if reasons == &[Rule::Possession] => {
            "The offence is investigated in the usual way.".to_owned()
        }
        Verdict::NotEligible { .. } => match pack.returning.supervisor_may_grant {
            SupervisorGrant::WithReason => {
                format!("{usual} A supervisor may still grant a diversion, with a reason.")
            }
            SupervisorGrant::Never => usual.to_owned(),
        },
        Verdict::ArrestRequired => {
            "What to do next is for you to decide; if the reason no longer holds, ask again.".to_owned()
        }
        Verdict::IdentityNotEstablished => {
            "Diversion can go ahead as soon as identity is established.".to_owned()
        }
        Verdict::DefenceRaised => {
            "The offence is investigated. Nobody is worse off later for putting forward a defence.".to_owned()
        }
        Verdict::Declined => format!("{usual} Saying no is not held against anybody at a later encounter."),
        Verdict::OfferOpen { .. } => {
            let days = pack.offer.open_days;
            format!(
                "The offer stays open for {days} days: the person can answer you, or the force by telephone, also from the service."
            )
        }
        Verdict::NotOffered { .. } => "The reason is kept, so that fairness can be seen.".to_owned(),
        Verdict::OutOfScope { why: WhyOutOfScope::Supply } => {
            "The offence is investigated outside the scheme.".to_owned()
        }
        Verdict::OutOfScope { why: WhyOutOfScope::NoOffence } => {
            "No crime and no outcome is recorded.".to_owned()
        }
        Verdict::OutOfScope { why: WhyOutOfScope::UnderTen } => pack.age.under_age_step.sentence.clone(),
    };
    Some(text)
}
