//! The rules about the person: age, identity, what came before, and their answer.
//!
//! Does not weigh earlier referrals: see [`super::super::history`].

use super::super::history::{Weighed, Why};
use super::super::{
    Age, Agreement, Identity, Level, Passed, Prior, PriorAnswer, ProviderAgeBand, Rule, Verdict,
    WhyOutOfScope,
};
use super::{Ruled, finding, passes, rests, stops};
use crate::codes::{self, CodeList};
use crate::local_time::days_later_ms;
use crate::policy::{PolicyPack, Ruling};
use crate::referral::words::Engaged;

pub(super) fn any_age(pack: &PolicyPack, age: &Age) -> Ruled {
    let known = match age {
        Age::Known { .. } => "date_of_birth",
        Age::Apparent { .. } => "appearance",
    };
    let read = [("age_years", age.years().to_string()), ("age_from", known.to_owned())];
    if is_under_age(pack, age) {
        let why = WhyOutOfScope::UnderTen;
        return stops(
            Rule::AnyAge,
            read,
            format!(
                "A child under {} commits no crime: safeguarding only.",
                pack.age.criminal_responsibility_years
            ),
            Verdict::OutOfScope { why },
        );
    }
    match age_band(pack, age) {
        ProviderAgeBand::Adult => passes(Rule::AnyAge, read, "Age does not matter to the offer."),
        ProviderAgeBand::Youth => {
            let steps: Vec<&str> = pack.age.youth_steps.iter().map(|step| step.sentence.as_str()).collect();
            passes(Rule::AnyAge, read, format!("Under {}: {}", pack.age.adult_years, steps.join(" ")))
        }
    }
}

/// Whether the person is below the age of criminal responsibility.
pub(in super::super) fn is_under_age(pack: &PolicyPack, age: &Age) -> bool {
    age.years() < pack.age.criminal_responsibility_years
}

/// Which service an age belongs to.
pub(in super::super) fn age_band(pack: &PolicyPack, age: &Age) -> ProviderAgeBand {
    if age.years() < pack.age.adult_years { ProviderAgeBand::Youth } else { ProviderAgeBand::Adult }
}

pub(super) fn identity(identity: &Identity) -> Ruled {
    match identity {
        Identity::Established { method } => {
            let how = codes::label(CodeList::IdentityMethods, method).unwrap_or("another way");
            let sentence = format!("Identity is established: {how}.");
            passes(Rule::Identity, [("identity_method", method.clone())], sentence)
        }
        Identity::NotEstablished => stops(
            Rule::Identity,
            [("identity_method", "none".to_owned())],
            "Identity is not established: diversion cannot go ahead yet.",
            Verdict::IdentityNotEstablished,
        ),
    }
}

pub(super) fn first_time(priors: &[Prior], weighed: &Weighed<'_>) -> Ruled {
    match weighed {
        Weighed::NoneCounts if priors.is_empty() => {
            passes(Rule::FirstTime, [("priors", "0".to_owned())], "Not known to have been referred before.")
        }
        Weighed::NoneCounts => {
            let read = [("priors", priors.len().to_string())];
            passes(Rule::FirstTime, read, "Referred before, but nothing that counts.")
        }
        Weighed::Central { answer: answer @ (PriorAnswer::NoneCounts | PriorAnswer::Perhaps), .. } => {
            passes(Rule::FirstTime, [("central", answer.code().to_owned())], answer.words())
        }
        Weighed::By { .. } | Weighed::Asked { .. } | Weighed::Central { .. } => {
            rests(Rule::FirstTime, "Referred before.")
        }
    }
}

pub(super) fn engaged(weighed: &Weighed<'_>) -> Ruled {
    match weighed {
        Weighed::NoneCounts => rests(Rule::Engaged, "No earlier referral counts."),
        Weighed::Central { answer: PriorAnswer::NoneCounts | PriorAnswer::Perhaps, .. } => {
            rests(Rule::Engaged, "No earlier referral counts.")
        }
        Weighed::Central { answer, ruling } => {
            ruled(*ruling, [("central", answer.code().to_owned())], answer.words())
        }
        Weighed::Asked { engaged, ruling } => {
            let (answer, sentence) = asked_words(*engaged);
            ruled(*ruling, [("asked", answer.to_owned())], sentence)
        }
        Weighed::By { prior, ruling, why } => {
            let read = [
                ("prior", prior.record.to_string()),
                ("prior_submitted_ms", prior.submitted_ms.to_string()),
                ("prior_level", u8::from(prior.level).to_string()),
            ];
            ruled(*ruling, read, why_words(*why, prior.level))
        }
    }
}

fn ruled<const N: usize>(ruling: Ruling, read: [(&str, String); N], sentence: &str) -> Ruled {
    match ruling {
        Ruling::Eligible => passes(Rule::Engaged, read, sentence),
        Ruling::Discretion => Ruled {
            stop: Some(Verdict::Discretion),
            finding: finding(Rule::Engaged, Passed::Discretion, read, sentence),
        },
        Ruling::NotEligible => {
            let sentence = format!("{sentence} Diversion does not apply this time.");
            stops(Rule::Engaged, read, sentence, Verdict::NotEligible { reasons: vec![Rule::Engaged] })
        }
    }
}

fn asked_words(engaged: Engaged) -> (&'static str, &'static str) {
    match engaged {
        Engaged::Yes => ("yes", "Referred before, and took part, as the check says."),
        Engaged::No => ("no", "Referred before, and did not take part, as the check says."),
        Engaged::NotKnown => (
            "not_known",
            "Referred before; whether the person took part is not known, and that is not held against anybody.",
        ),
    }
}

/// What is known of the referral that decides; how far the person got stands in people's own words.
fn why_words(why: Why, level: Level) -> &'static str {
    match (why, level) {
        (Why::InProgress, Level::L0) => "Referred before; that referral is still in progress.",
        (Why::InProgress, Level::L1) => "Referred before: contacted, and still in progress.",
        (Why::InProgress, Level::L2 | Level::L3) => {
            "Referred before: came to the assessment, and still in progress."
        }
        (Why::NoFeedback, _) => {
            "Referred before; nothing came back on it, and that is not held against anybody."
        }
        (Why::AttendedSince, _) => "Referred before: came to the service since.",
        (Why::VoluntaryAttendance, _) => "Referred before: went to a service of their own will since.",
        (Why::LongAgo, _) => "Referred before, and long enough ago.",
        (Why::Reached(Level::L3), _) => "Referred before: came to the assessment and all sessions.",
        (Why::Reached(Level::L2), _) => "Referred before: came to the assessment.",
        (Why::Reached(Level::L1), _) => {
            "Referred before: the service reached the person; there was no assessment."
        }
        (Why::Reached(Level::L0), _) => {
            "Referred before: the service tried everything that it was asked to; nobody came."
        }
    }
}

pub(super) fn agrees(pack: &PolicyPack, agreement: &Agreement, now_ms: u64) -> Ruled {
    let read = |answer: &str| [("answer", answer.to_owned())];
    match agreement {
        Agreement::Yes => passes(Rule::Agrees, read("yes"), "The person agrees."),
        Agreement::No => {
            stops(Rule::Agrees, read("no"), "The person said no to the offer.", Verdict::Declined)
        }
        Agreement::NotAskedYet => Ruled {
            stop: None,
            finding: finding(
                Rule::Agrees,
                Passed::Waiting,
                read("not_asked_yet"),
                "Ask whether the person agrees.",
            ),
        },
        Agreement::CannotDecideNow { reason } => {
            let until_ms = days_later_ms(now_ms, pack.offer.open_days);
            let why = codes::label(CodeList::UndecidedReasons, reason).unwrap_or("a reason you recorded");
            let sentence =
                format!("The person cannot decide now ({}): the offer stays open.", why.to_lowercase());
            Ruled {
                stop: Some(Verdict::OfferOpen { until_ms }),
                finding: finding(Rule::Agrees, Passed::Waiting, read(reason), sentence),
            }
        }
        Agreement::NotOffered { reason } => {
            let verdict = Verdict::NotOffered { reason: reason.clone() };
            stops(Rule::Agrees, read(reason), "No offer was made.", verdict)
        }
    }
}
