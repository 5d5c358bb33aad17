//! Every cell of the table of words: each meets one row, and each is written to the person.

use super::super::read_out::{TABLE, rows_met};
use super::*;
use crate::referral::act::YesNo;

const NAMES: Names<'_> = Names {
    service: "Swanway",
    telephone: "01632 960001",
    hours: "Monday to Friday, 9 to 5",
    reference: "TVP-1",
};
const AGES: [ProviderAgeBand; 2] = [ProviderAgeBand::Adult, ProviderAgeBand::Youth];

fn verdicts() -> Vec<Verdict> {
    vec![
        Verdict::Eligible,
        Verdict::EligibleProvisional,
        Verdict::Discretion,
        not_eligible(),
        Verdict::ArrestRequired,
        Verdict::IdentityNotEstablished,
        Verdict::DefenceRaised,
        Verdict::Declined,
        Verdict::OfferOpen { until_ms: NOW_MS },
        Verdict::NotOffered { reason: "unsafe".to_owned() },
        out(WhyOutOfScope::Supply),
        out(WhyOutOfScope::NoOffence),
        out(WhyOutOfScope::UnderTen),
    ]
}

fn said(pack: &PolicyPack, verdict: &Verdict, (voluntary, age, feedback): Rest) -> Vec<String> {
    read_out(pack, &Met { verdict, voluntary, age, feedback }, &NAMES)
}

type Rest = (YesNo, ProviderAgeBand, YesNo);

fn rest() -> Vec<Rest> {
    let mut all = Vec::new();
    for voluntary in YesNo::ALL {
        for age in AGES {
            all.extend(YesNo::ALL.iter().map(|feedback| (*voluntary, age, *feedback)));
        }
    }
    all
}

#[test]
fn every_cell_of_the_words_table_is_written_to_the_person() {
    for id in PACKS {
        for verdict in verdicts() {
            for rest in rest() {
                let words = said(pack(id), &verdict, rest);
                let text = words.join(" ").to_lowercase();
                let about = format!("{verdict:?} {rest:?} under {id}: {text}");
                assert!(text.contains(" you "), "{about}");
                for other in ["the person", " he ", " she ", "officer must", "you recorded", "{", "}"] {
                    assert!(!text.contains(other), "{other} in {about}");
                }
                let long = words.iter().find(|sentence| sentence.split(' ').count() > 28);
                assert_eq!(long, None, "{about}");
            }
        }
    }
}

#[test]
fn every_cell_meets_exactly_one_row_and_every_row_is_met() {
    let met: std::collections::BTreeSet<usize> = verdicts()
        .iter()
        .flat_map(|verdict| rest().into_iter().map(move |rest| (verdict.clone(), rest)))
        .map(|(verdict, (voluntary, age, feedback))| {
            let met = Met { verdict: &verdict, voluntary, age, feedback };
            let rows: Vec<usize> = rows_met(&met).map(|(place, _)| place).collect();
            assert_eq!(rows.len(), 1, "{verdict:?} {voluntary:?} {age:?} {feedback:?}");
            rows[0]
        })
        .collect();
    assert_eq!(met, (0..TABLE.len()).collect(), "a row that nobody meets");
}

#[test]
fn a_diversion_names_the_service_what_follows_and_the_limits_of_a_dbs_check() {
    for verdict in [Verdict::Eligible, Verdict::EligibleProvisional] {
        for (voluntary, age, feedback) in rest() {
            let words = said(pack(PACKS[0]), &verdict, (voluntary, age, feedback)).join(" ");
            for named in [NAMES.service, NAMES.telephone, NAMES.hours, NAMES.reference] {
                assert!(words.contains(named), "{named} is missing: {words}");
            }
            assert!(words.contains("Nothing happens to you if you do not go."), "{words}");
            let tells = ["community resolution", "standard DBS check; an enhanced check may show it"];
            let is_diversion = voluntary == YesNo::No;
            assert!(tells.iter().all(|part| words.contains(part) == is_diversion), "{words}");
            let told = words.contains("may tell the police") || words.contains("police may hear");
            assert_eq!(told, feedback == YesNo::Yes, "{words}");
        }
    }
}

#[test]
fn an_out_of_scope_answer_promises_nothing() {
    let promises = ["Nothing happens", "found with drugs again", "admit", "DBS", "offer", "will"];
    for why in [WhyOutOfScope::Supply, WhyOutOfScope::NoOffence, WhyOutOfScope::UnderTen] {
        for age in AGES {
            let words = said(pack(PACKS[0]), &out(why), (YesNo::No, age, YesNo::Yes)).join(" ");
            assert!(promises.iter().all(|promise| !words.contains(promise)), "{words}");
            assert!(!words.contains("Swanway"), "no service was named: {words}");
        }
    }
}

#[test]
fn the_words_of_a_voluntary_referral_are_the_same_whatever_the_verdict() {
    for (age, feedback) in [(AGES[0], YesNo::Yes), (AGES[1], YesNo::No)] {
        let rest = (YesNo::Yes, age, feedback);
        let words = said(pack(PACKS[0]), &Verdict::Eligible, rest);
        assert!(words[0].contains("of your own will"), "{words:?}");
        assert!(verdicts().iter().all(|verdict| said(pack(PACKS[0]), verdict, rest) == words));
    }
}

#[test]
fn what_is_not_known_is_left_out_and_never_read_as_a_gap() {
    let met = Met {
        verdict: &Verdict::Eligible,
        voluntary: YesNo::No,
        age: ProviderAgeBand::Adult,
        feedback: YesNo::Yes,
    };
    let words = read_out(pack(PACKS[0]), &met, &Names::default()).join(" ");
    assert!(words.starts_with("You agreed to see a drug service"), "{words}");
    assert!(!words.contains("Which service"), "{words}");
    let to_be_found = Names { reference: "TVP-1", ..Names::default() };
    let words = read_out(pack(PACKS[0]), &met, &to_be_found).join(" ");
    assert!(words.contains("Which service that is, you are told"), "{words}");
    assert!(!words.contains("ring them"), "{words}");
}

#[test]
fn the_words_follow_the_pack() {
    let met = (YesNo::No, ProviderAgeBand::Adult, YesNo::Yes);
    let contract = said(pack("deferred-contract"), &Verdict::Eligible, met).join(" ");
    assert!(contract.contains("two officers would have to decide") && contract.contains("outcome 22"));
    assert!(!contract.contains("Nothing happens to you"), "{contract}");
}
