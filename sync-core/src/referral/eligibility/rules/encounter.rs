//! The rules about the encounter: possession, the drug, a reason to arrest, custody, a defence.
//!
//! Does not read who the person is or what came before.

use super::super::{Custody, Evidence, Inputs, OicView, Passed, Rule, Verdict, WhyOutOfScope};
use super::{Ruled, finding, passes, rests, stops};
use crate::codes::{self, CodeList, Drug, OffenceKind, Possession};
use crate::policy::{EvidenceQuestion, PolicyPack};

/// R01. The allow-list is explicit: an offence that is not on it is not simple possession. A pack may ask
/// besides whether the evidence of it is sufficient.
pub(super) fn possession(pack: &PolicyPack, inputs: &Inputs) -> Ruled {
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

pub(super) fn controlled_drug(inputs: &Inputs) -> Ruled {
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

pub(super) fn no_necessity(inputs: &Inputs) -> Ruled {
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

pub(super) fn not_material(custody: Option<&Custody>) -> Ruled {
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

pub(super) fn no_defence(defence: Option<&str>) -> Ruled {
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

/// The drug of the form. A code this vocabulary does not know is judged as `unknown`, which never blocks.
fn drug(inputs: &Inputs) -> Drug {
    codes::drug(&inputs.drug)
        .or_else(|| codes::drug("unknown"))
        .expect("the list of drugs has `unknown`; a test reads it")
}
