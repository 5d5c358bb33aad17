//! The crime that every diversion brings along, whichever way it came about.
//!
//! Does not test who may decide: `sync-core` does.

use serde_json::{Value, json};
use sync_core::access::Role;

use super::{Phone, form, phone, with};

fn undecided() -> Value {
    json!({"agrees": {"answer": "cannot_decide_now", "reason": "intoxicated"}})
}

fn late_yes(record: &Value) -> Value {
    json!({
        "command": "answer_offer", "record": record, "agrees": {"answer": "yes"},
        "consent": form()["consent"], "reach": form()["reach"],
    })
}

fn held(phone: &Phone) -> Value {
    phone.ask("referrals")["referrals"][0].clone()
}

fn crimes(phone: &Phone, record: &Value) -> Vec<Value> {
    let history = phone.device.query(&json!({"query": "history", "record": record})).expect("held");
    let entries = history["entries"].as_array().expect("a list").iter();
    entries.filter(|entry| entry["kind"] == "crime.recorded").map(|entry| entry["body"].clone()).collect()
}

#[test]
fn a_referral_records_the_crime_from_the_item() {
    let phone = phone(Role::Officer, 10);
    let answer = phone.run(with(form(), json!({"drug": "heroin", "crime_reference": "43/1"})));
    assert_eq!(crimes(&phone, &answer["record"]), [json!({"offence": "MD71211", "crime_reference": "43/1"})]);
    assert_eq!(held(&phone)["crime"], json!({"offence": "MD71211", "reference": "43/1"}));
}

#[test]
fn a_late_yes_records_the_crime_from_the_item() {
    let phone = phone(Role::Officer, 10);
    let record = phone.run(with(form(), undecided()))["record"].clone();
    assert_eq!(crimes(&phone, &record), [] as [Value; 0], "nothing was decided yet");
    phone.run(late_yes(&record));
    assert_eq!(crimes(&phone, &record), [json!({"offence": "MD71530"})]);
    assert_eq!(held(&phone)["disposal"]["outcome"], "8");
}

#[test]
fn an_outcome_that_is_a_diversion_records_the_crime_from_the_item_once() {
    let phone = phone(Role::Officer, 10);
    let record = phone.run(with(form(), undecided()))["record"].clone();
    phone.run(json!({"command": "dispose", "record": record, "disposal": "investigation"}));
    assert_eq!(crimes(&phone, &record), [] as [Value; 0], "an investigation is no diversion");

    let phone = super::phone(Role::Supervisor, 11);
    let record = phone.run(with(form(), undecided()))["record"].clone();
    let refers = phone.run(late_yes(&record));
    phone.run(json!({"command": "rescind", "record": record, "reason": "entered_in_error"}));
    phone.run(json!({"command": "dispose", "record": record, "disposal": "community_resolution"}));
    assert_eq!(crimes(&phone, &record).len(), 1, "it is recorded already: {refers}");
    assert_eq!(held(&phone)["disposal"]["outcome"], "8", "the outcome is the pack's");

    // The crime was struck: the next outcome that is a diversion records it again.
    let history = phone.device.query(&json!({"query": "history", "record": record})).expect("held");
    let mut entries = history["entries"].as_array().expect("a list").iter();
    let crime = entries.find(|entry| entry["kind"] == "crime.recorded").expect("a crime is recorded");
    phone.run(json!({"command": "strike", "entry": crime["op"], "reason": "another record's"}));
    phone.run(json!({"command": "rescind", "record": record, "reason": "entered_in_error"}));
    phone.run(json!({"command": "dispose", "record": record, "disposal": "community_resolution"}));
    assert_eq!(held(&phone)["crime"]["offence"], "MD71530");
}

#[test]
fn an_unknown_drug_leaves_the_offence_not_known_yet_on_the_worklist_until_it_is_recorded() {
    let phone = phone(Role::Officer, 10);
    let answer = phone.run(with(form(), json!({"drug": "unknown"})));
    let record = answer["record"].clone();
    assert!(answer["crime_report"].as_str().is_some_and(|text| text.contains("Offence: not known yet")));
    assert_eq!(held(&phone)["crime"], json!({"offence": null, "reference": null}));
    phone.run(json!({"command": "crime", "record": record, "crime_reference": "43/1"}));
    let worklist = phone.ask("worklist")["worklist"].clone();
    assert_eq!(worklist[0]["first"]["timer"], "offence");
    assert!(worklist[0]["reason"].as_str().is_some_and(|reason| reason.contains("not known yet")));

    let empty = phone.refused(json!({"command": "crime", "record": record}));
    assert_eq!((empty.code.as_str(), empty.field.as_deref()), ("field_missing", Some("offence")));
    let unknown = phone.refused(json!({"command": "crime", "record": record, "offence": "theft"}));
    assert_eq!((unknown.code.as_str(), unknown.field.as_deref()), ("code_unknown", Some("offence")));
    phone.run(json!({"command": "crime", "record": record, "offence": "MD71211"}));
    phone.run(json!({"command": "crime", "record": record, "crime_reference": "43/2"}));
    assert_eq!(held(&phone)["crime"], json!({"offence": "MD71211", "reference": "43/2"}));
    assert_eq!(phone.ask("worklist")["worklist"], json!([]));
}

#[test]
fn no_crime_is_recorded_without_a_diversion() {
    let phone = phone(Role::Officer, 10);
    for change in [
        json!({"agrees": {"answer": "no"}}),
        json!({"family": "Other", "signs": {"supply": ["cash"]}, "voluntary": "yes"}),
        json!({"family": "Third", "voluntary": "yes"}),
    ] {
        let record = phone.run(with(form(), change))["record"].clone();
        assert_eq!(crimes(&phone, &record), [] as [Value; 0]);
    }
}
