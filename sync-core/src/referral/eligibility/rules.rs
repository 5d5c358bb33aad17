//! The rules, one function each: what it reads, what it finds, and the verdict it stops with.
//!
//! Does not weigh rules against each other: the order of [`all`] does.

use std::collections::BTreeMap;

use super::history::{self, Weighed, Why};
use super::{
    Age, Agreement, Custody, Evidence, Finding, Identity, Inputs, Level, OicView, Passed, Prior,
    ProviderAgeBand, Rule, Verdict, WhyOutOfScope,
};
use crate::codes::{self, CodeList, Drug, OffenceKind, Possession};
use crate::policy::{AfterNonEngagement, EvidenceQuestion, PolicyPack, Ruling};

const DAY_MS: u64 = 86_400_000;

/// A finding, and the verdict it stops with.
pub(super) struct Ruled {
    pub(super) finding: Finding,
    pub(super) stop: Option<Verdict>,
}

/// Every rule, in the order in which they stop: a child before all else, then whether there is an offence of
/// the scheme at all, then the arrest, the person, the history, and the person's answer last.
pub(super) fn all(pack: &PolicyPack, inputs: &Inputs, priors: &[Prior], now_ms: u64) -> Vec<Ruled> {
    let weighed = history::weigh(pack, priors, now_ms);
    vec![
        any_age(pack, &inputs.age),
        possession(pack, inputs),
        controlled_drug(inputs),
        no_necessity(inputs),
        not_material(inputs.custody.as_ref()),
        identity(&inputs.identity),
        no_defence(inputs.defence.as_deref()),
        first_time(priors, &weighed),
        engaged(&weighed),
        agrees(pack, &inputs.agrees, now_ms),
        no_sanction(pack),
        engagement_counts(pack),
        promise(Rule::NoAdmission, "You do not have to admit anything."),
    ]
}

/// Whether the person is below the age of criminal responsibility.
pub(super) fn is_under_age(pack: &PolicyPack, age: &Age) -> bool {
    age.years() < pack.age.criminal_responsibility_years
}

/// Which service an age belongs to.
pub(super) fn age_band(pack: &PolicyPack, age: &Age) -> ProviderAgeBand {
    if age.years() < pack.age.adult_years { ProviderAgeBand::Youth } else { ProviderAgeBand::Adult }
}

fn any_age(pack: &PolicyPack, age: &Age) -> Ruled {
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

/// R01. The allow-list is explicit: an offence that is not on it is not simple possession. A pack may ask
/// besides whether the evidence of it is sufficient.
fn possession(pack: &PolicyPack, inputs: &Inputs) -> Ruled {
    let own = match drug(inputs).possession {
        Possession::Offence(code) => Some(code),
        Possession::NotKnownYet | Possession::NoOffence => None,
    };
    let offence = inputs.offence.as_deref().or(own);
    let read = [
        ("offence", offence.unwrap_or("not_known_yet").to_owned()),
        ("supply_signs", inputs.supply_signs.join(" ")),
    ];
    let supply = Verdict::OutOfScope { why: WhyOutOfScope::Supply };
    let simple = offence.is_none_or(|code| {
        codes::offence(code).is_some_and(|offence| match offence.kind {
            OffenceKind::SimplePossession => true,
            OffenceKind::Other => false,
        })
    });
    if let Some(sign) = inputs.supply_signs.first() {
        let sign = codes::label(CodeList::SupplySigns, sign).unwrap_or("a sign of supply");
        let sentence = format!("The scheme is for possession only; you recorded a sign of supply: {sign}.");
        return stops(Rule::Possession, read, sentence, supply);
    }
    if !simple {
        let sentence = "The scheme is for possession only; this offence is not on its list.";
        return stops(Rule::Possession, read, sentence, supply);
    }
    match pack.offer.asks_evidence_sufficient {
        EvidenceQuestion::No => passes(Rule::Possession, read, "Possession only."),
        EvidenceQuestion::Yes => evidence(inputs.evidence, read),
    }
}

fn evidence(evidence: Evidence, [offence, signs]: [(&str, String); 2]) -> Ruled {
    let read = |answer: &str| [offence, signs, ("evidence", answer.to_owned())];
    match evidence {
        Evidence::Sufficient => passes(
            Rule::Possession,
            read("sufficient"),
            "Possession only; you recorded that the evidence is sufficient.",
        ),
        Evidence::NotSufficient => stops(
            Rule::Possession,
            read("not_sufficient"),
            "You recorded that the evidence is not sufficient: diversion does not apply.",
            Verdict::NotEligible { reasons: vec![Rule::Possession] },
        ),
        Evidence::NotAsked => Ruled {
            stop: None,
            finding: finding(
                Rule::Possession,
                Passed::Waiting,
                read("not_asked"),
                "Possession only; record whether the evidence is sufficient.",
            ),
        },
    }
}

fn controlled_drug(inputs: &Inputs) -> Ruled {
    let drug = drug(inputs);
    let read = [("drug", drug.code.to_owned())];
    match drug.possession {
        Possession::Offence(_) | Possession::NotKnownYet => {
            passes(Rule::ControlledDrug, read, "Any controlled drug; its class does not matter.")
        }
        Possession::NoOffence => stops(
            Rule::ControlledDrug,
            read,
            "Having this is no offence: no crime is recorded.",
            Verdict::OutOfScope { why: WhyOutOfScope::NoOffence },
        ),
    }
}

fn no_necessity(inputs: &Inputs) -> Ruled {
    let mut letters: Vec<char> = inputs.necessity.iter().map(|reason| reason.letter()).collect();
    letters.sort_unstable();
    letters.dedup();
    let named = letters.iter().map(char::to_string).collect::<Vec<_>>().join(", ");
    let read = [("necessity", named.clone())];
    match letters.len() {
        0 => passes(Rule::NoNecessity, read, "You recorded no reason to arrest for this offence."),
        1 => {
            let sentence =
                format!("you recorded a reason to arrest (letter {named}): diversion does not apply");
            stops(Rule::NoNecessity, read, sentence, Verdict::ArrestRequired)
        }
        _ => {
            let sentence =
                format!("you recorded reasons to arrest (letters {named}): diversion does not apply");
            stops(Rule::NoNecessity, read, sentence, Verdict::ArrestRequired)
        }
    }
}

fn not_material(custody: Option<&Custody>) -> Ruled {
    let (view, sentence) = match custody.map(|custody| custody.oic) {
        None => return rests(Rule::NotMaterial, "Not under arrest for anything else."),
        Some(Some(OicView::NotMaterial)) => {
            let sentence = "The officer in the case recorded that the possession is not material.";
            return passes(Rule::NotMaterial, [("oic", "not_material".to_owned())], sentence);
        }
        Some(Some(OicView::Material)) => (
            "material",
            "the officer in the case recorded that the possession is material: diversion does not apply",
        ),
        Some(None) => (
            "not_recorded",
            "under arrest for something else, and the officer in the case has not recorded that the possession is not material: diversion does not apply yet",
        ),
    };
    stops(Rule::NotMaterial, [("oic", view.to_owned())], sentence, Verdict::ArrestRequired)
}

fn identity(identity: &Identity) -> Ruled {
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

fn no_defence(defence: Option<&str>) -> Ruled {
    match defence {
        None => passes(Rule::NoDefence, [("defence", "none".to_owned())], "No defence was put forward."),
        Some(code) => stops(
            Rule::NoDefence,
            [("defence", code.to_owned())],
            "A defence was put forward: it is investigated, and diversion does not apply for now.",
            Verdict::DefenceRaised,
        ),
    }
}

fn first_time(priors: &[Prior], weighed: &Weighed<'_>) -> Ruled {
    match weighed {
        Weighed::NoneCounts if priors.is_empty() => {
            passes(Rule::FirstTime, [("priors", "0".to_owned())], "Not known to have been referred before.")
        }
        Weighed::NoneCounts => {
            let read = [("priors", priors.len().to_string())];
            passes(Rule::FirstTime, read, "Referred before, but nothing that counts.")
        }
        Weighed::By { .. } => rests(Rule::FirstTime, "Referred before."),
    }
}

fn engaged(weighed: &Weighed<'_>) -> Ruled {
    let Weighed::By { prior, ruling, why } = weighed else {
        return rests(Rule::Engaged, "No earlier referral counts.");
    };
    let read = [
        ("prior", prior.record.to_string()),
        ("prior_submitted_ms", prior.submitted_ms.to_string()),
        ("prior_level", u8::from(prior.level).to_string()),
    ];
    let sentence = why_words(*why);
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

fn why_words(why: Why) -> &'static str {
    match why {
        Why::InProgress => "An earlier referral is still in progress.",
        Why::NoFeedback => "Nothing came back on the last referral; that is not held against anybody.",
        Why::AttendedSince => "The person has come to the service since.",
        Why::VoluntaryAttendance => "The person has gone to a service of their own will since.",
        Why::LongAgo => "The last referral is long enough ago.",
        Why::Reached(Level::L3) => "Took part in the whole of the last referral.",
        Why::Reached(Level::L2) => "Came to the assessment of the last referral; it closed early.",
        Why::Reached(Level::L1) => {
            "The service reached the person after the last referral; there was no assessment."
        }
        Why::Reached(Level::L0) => {
            "The service tried everything it was asked to after the last referral; nobody came."
        }
    }
}

fn agrees(pack: &PolicyPack, agreement: &Agreement, now_ms: u64) -> Ruled {
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
            let until_ms = now_ms.saturating_add(u64::from(pack.offer.open_days) * DAY_MS);
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

/// The drug of the form. A code this vocabulary does not know is judged as `unknown`, which never blocks.
fn drug(inputs: &Inputs) -> Drug {
    codes::drug(&inputs.drug)
        .or_else(|| codes::drug("unknown"))
        .expect("the list of drugs has `unknown`; a test reads it")
}

/// R11, in the words that are true under the pack. Whatever it says, no op or timer ever moves an outcome.
fn no_sanction(pack: &PolicyPack) -> Ruled {
    match pack.disposal.after_non_engagement {
        AfterNonEngagement::Nothing => promise(Rule::NoSanction, "Nothing happens to you if you do not go."),
        AfterNonEngagement::OfficerDecides => promise(
            Rule::NoSanction,
            "If you do not go, nothing happens by itself: two officers would have to decide about the offence anew.",
        ),
    }
}

/// R12, in the words that are true under the pack.
fn engagement_counts(pack: &PolicyPack) -> Ruled {
    let sentence = match pack.returning.wanted_level {
        Some(_) => "If you are found with drugs again, all that counts is whether you took part.",
        None => "This is offered once. Whether you take part is between you and the service.",
    };
    promise(Rule::EngagementCounts, sentence)
}

fn promise(rule: Rule, sentence: &str) -> Ruled {
    passes(rule, [], sentence)
}

fn passes<const N: usize>(rule: Rule, read: [(&str, String); N], sentence: impl Into<String>) -> Ruled {
    Ruled { finding: finding(rule, Passed::Yes, read, sentence), stop: None }
}

fn rests(rule: Rule, sentence: &str) -> Ruled {
    Ruled { finding: finding(rule, Passed::DoesNotApply, [], sentence), stop: None }
}

fn stops<const N: usize>(
    rule: Rule,
    read: [(&str, String); N],
    sentence: impl Into<String>,
    verdict: Verdict,
) -> Ruled {
    Ruled { finding: finding(rule, Passed::No, read, sentence), stop: Some(verdict) }
}

fn finding<const N: usize>(
    rule: Rule,
    passed: Passed,
    read: [(&str, String); N],
    sentence: impl Into<String>,
) -> Finding {
    let inputs: BTreeMap<String, String> =
        read.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Finding { rule, passed, sentence: sentence.into(), inputs }
}
