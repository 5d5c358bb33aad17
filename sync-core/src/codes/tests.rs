//! The lists are whole, and read as the law and the form have them.

use std::collections::BTreeSet;

use super::*;

#[test]
fn every_list_parses_and_repeats_no_code() {
    for list in CodeList::ALL {
        let codes: BTreeSet<_> = entries(*list).iter().map(|entry| &entry.code).collect();
        assert_eq!(codes.len(), entries(*list).len(), "{}", list.name());
        assert!(!codes.is_empty(), "{}", list.name());
        assert!(entries(*list).iter().all(|entry| !entry.label.is_empty()));
    }
}

#[test]
fn every_default_offence_of_a_drug_is_simple_possession() {
    for entry in entries(CodeList::Drugs) {
        match drug(&entry.code).expect("listed").possession {
            Possession::Offence(code) => {
                let offence = offence(code).expect("a default offence is listed");
                assert_eq!(offence.kind, OffenceKind::SimplePossession, "{code}");
            }
            Possession::NotKnownYet | Possession::NoOffence => {}
        }
    }
}

#[test]
fn every_class_is_one_the_law_or_the_form_knows() {
    for entry in entries(CodeList::Drugs) {
        let class = entry.column("class").expect("a class");
        assert!(["A", "B", "C", "unknown", "none"].contains(&class), "{class}");
    }
    assert_eq!(drug("unknown").expect("listed").class, DrugClass::Unknown);
}

#[test]
fn intent_to_supply_is_not_simple_possession() {
    assert_eq!(offence("MD71230").expect("listed").kind, OffenceKind::Other);
    assert_eq!(offence("MD71530").expect("listed").ho_class, Some("092/61"));
}

#[test]
fn ethnicity_has_eighteen_groups_and_not_stated() {
    assert_eq!(entries(CodeList::Ethnicity).len(), 19);
    assert!(contains(CodeList::Ethnicity, "NS"));
}

#[test]
fn necessity_has_the_six_letters_of_code_g() {
    let letters: Vec<_> = entries(CodeList::Necessity).iter().map(|entry| entry.code.as_str()).collect();
    assert_eq!(letters, ["a", "b", "c", "d", "e", "f"]);
}

#[test]
fn every_problem_has_its_own_number_and_somebody_who_must_act() {
    let mut numbers = BTreeSet::new();
    for entry in entries(CodeList::Errors) {
        let number: u32 = entry.column("number").expect("a number").parse().expect("digits");
        assert!(numbers.insert(number), "{number} is used twice");
        let who = entry.column("who_must_act").expect("somebody must act");
        assert!(["caller", "peer", "data", "later"].contains(&who), "{who}");
    }
}

#[test]
fn the_number_and_the_name_of_a_problem_that_is_gone_are_never_used_again() {
    let rows = schema::codes::ERRORS_RETIRED.lines().skip(1);
    let retired: Vec<(u32, &str)> = rows
        .map(|row| row.split_once(',').expect("number,code"))
        .map(|(number, code)| (number.parse().expect("digits"), code))
        .collect();
    let number = |entry: &Entry| entry.column("number").and_then(|number| number.parse::<u32>().ok());
    let used = || entries(CodeList::Errors).iter();
    for (retired, code) in &retired {
        assert!(!used().any(|entry| number(entry) == Some(*retired)), "{retired} was {code}");
        assert!(!used().any(|entry| entry.code == *code), "{code} was {retired}");
    }
    // Whoever takes a line out leaves a gap, and writes it into the list of what is retired.
    let mut all: Vec<u32> =
        used().filter_map(number).chain(retired.iter().map(|(number, _)| *number)).collect();
    all.sort_unstable();
    let begins = all.iter().filter(|number| !all.contains(&(**number - 1))).copied();
    assert_eq!(begins.collect::<Vec<_>>(), [1001, 1101, 2001, 2101, 2121, 3001, 3030, 3061, 3101]);
}

#[test]
fn an_unknown_concern_is_treated_as_immediate_danger() {
    assert!(is_immediate_danger("overdose_risk"));
    assert!(!is_immediate_danger("pregnancy"));
    assert!(is_immediate_danger("not_a_code_of_ours"));
}
