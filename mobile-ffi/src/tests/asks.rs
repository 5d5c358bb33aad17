//! What the form asks back before it saves, and codes that nobody can type.
//!
//! Does not test what the rules make of the answers: `sync-core` does.

use serde_json::{Value, json};
use sync_core::access::Role;

use super::{form, phone, with};

fn checked(check: Value) -> Value {
    with(form(), json!({"checks": [check]}))
}

fn wanted(answer: Value) -> Value {
    checked(json!({"kind": "pnc", "channel": "voice_radio", "result": "wanted", "wanted": answer}))
}

fn referred(engaged: Value) -> Value {
    let found = json!({"kind": "prior_referrals", "channel": "voice_radio", "result": "record_found"});
    checked(with(found, json!({"engaged": engaged})))
}

#[test]
fn wanted_on_pnc_must_be_answered_before_it_saves() {
    let phone = phone(Role::Officer, 10);
    let dry = phone.run(with(wanted(Value::Null), json!({"command": "assess"})));
    assert_eq!(dry["flags"], json!(["wanted"]));
    assert_eq!(dry["asks"][0]["field"], "checks.wanted");
    assert_eq!(dry["asks"][0]["answers"][1]["code"], "control_told");
    for command in ["refer", "record_encounter"] {
        let asked = phone.refused(with(wanted(Value::Null), json!({"command": command})));
        assert_eq!((asked.code.as_str(), asked.field.as_deref()), ("field_missing", Some("checks.wanted")));
    }
    assert_eq!(phone.waiting(), 0);
    let answer = phone.run(wanted(json!("control_told")));
    assert_eq!((&answer["saved"], &answer["asks"]), (&json!(true), &json!([])));
    assert_eq!(phone.ask("referrals")["referrals"][0]["marks"][0]["mark"], "wanted");
    let history = phone.device.query(&json!({"query": "history", "record": answer["record"]}));
    let history = history.expect("the record is held");
    let mut entries = history["entries"].as_array().expect("a list").iter();
    let check = entries.find(|entry| entry["kind"] == "check.recorded").expect("a check was made");
    assert_eq!(check["body"]["wanted"], "control_told");
}

#[test]
fn somebody_arrested_for_what_they_are_wanted_for_is_in_custody() {
    let phone = phone(Role::Officer, 10);
    let asked = phone.refused(wanted(json!("arrested")));
    assert_eq!((asked.code.as_str(), asked.field.as_deref()), ("field_missing", Some("custody")));
    let custody = json!({"custody": {"arrested_for_other": "failing to appear"}});
    let answer = phone.run(with(wanted(json!("arrested")), custody));
    assert_eq!(answer["verdict"], "arrest_required", "the officer in the case has not said (R10)");
}

#[test]
fn a_record_of_earlier_referrals_asks_whether_the_person_took_part() {
    let phone = phone(Role::Officer, 10);
    let asked = phone.refused(referred(Value::Null));
    assert_eq!((asked.code.as_str(), asked.field.as_deref()), ("field_missing", Some("checks.engaged")));
    for (number, (engaged, verdict)) in [
        ("yes", json!("eligible")),
        ("not_known", json!("eligible_provisional")),
        ("no", json!({"not_eligible": {"reasons": ["R09"]}})),
    ]
    .into_iter()
    .enumerate()
    {
        let one = with(referred(json!(engaged)), json!({"family": format!("F{number}")}));
        assert_eq!(phone.run(one)["verdict"], verdict, "{engaged}");
    }
}

#[test]
fn an_answer_to_a_question_that_was_not_asked_names_its_field() {
    let phone = phone(Role::Officer, 10);
    let nothing = json!({"kind": "pnc", "channel": "voice_radio", "result": "nothing_found"});
    for (change, field, code) in [
        (json!({"wanted": "arrested"}), "checks.wanted", "field_unknown"),
        (json!({"engaged": "yes"}), "checks.engaged", "field_unknown"),
        (json!({"result": "wanted", "wanted": "ran away"}), "checks.wanted", "code_unknown"),
    ] {
        let problem = phone.refused(checked(with(nothing.clone(), change)));
        assert_eq!((problem.field.as_deref(), problem.code.as_str()), (Some(field), code));
    }
}

#[test]
fn nobody_can_type_the_servers_own_channel() {
    let phone = phone(Role::Officer, 10);
    let problem =
        phone.refused(checked(json!({"kind": "pnc", "channel": "server", "result": "nothing_found"})));
    assert_eq!((problem.code.as_str(), problem.field.as_deref()), ("code_unknown", Some("checks.channel")));
    let offered = phone.ask("reference")["codes"]["check_channels"].to_string();
    assert!(offered.contains("voice_radio") && !offered.contains("\"server\""), "{offered}");
}

#[test]
fn an_unknown_wording_or_language_of_a_consent_names_its_field() {
    let phone = phone(Role::Officer, 10);
    for (field, unknown) in [("wording", "v0"), ("language", "tlh")] {
        let consent = with(form()["consent"].clone(), json!({field: unknown}));
        let named = format!("consent.{field}");
        let problem = phone.refused(with(form(), json!({"consent": consent})));
        assert_eq!((problem.code.as_str(), problem.field.clone()), ("code_unknown", Some(named)));
    }
}
