//! A look-up of earlier referrals, and what the phone makes of its answer.
//!
//! Does not test what the server answers.

use serde_json::json;
use sync_core::access::Role;
use sync_core::phone::prior_check;
use sync_core::referral::act::Subject;
use sync_core::referral::eligibility::{PriorAnswer, PriorCheck};

use super::{Phone, form, phone, with};
use crate::clock;
use crate::store::meta::{self, key};

fn who() -> serde_json::Value {
    json!({"family": "Núñez", "given": "Zoë", "born": "1990-02-28", "max_ms": 2000})
}

/// What the central record said a while ago.
fn looked_up(phone: &Phone, answer: PriorAnswer, ago_ms: u64) {
    let store = phone.device.store();
    let reading = clock::read(phone.device.clock().as_ref());
    let subject = Subject {
        family: "Núñez".to_owned(),
        given: "Zoë".to_owned(),
        born: "1990-02-28".parse().ok(),
        apparent_age: None,
        ethnicity: None,
    };
    let kept = meta::change(&store.db, |state| {
        let at_ms = clock::now(state, reading).ms - ago_ms;
        prior_check::keep(state, &subject, PriorCheck { answer, at_ms });
    });
    kept.expect("the store takes it");
}

#[test]
fn without_signal_a_look_up_says_so_and_nothing_changes() {
    let phone = phone(Role::Officer, 10);
    meta::keep(&phone.device.store().db, key::SERVER, &"http://127.0.0.1:9").expect("it is kept");
    let problem = phone.device.check(&who()).expect_err("nobody answers there");
    assert_eq!(problem.code, "connection_refused");
    let answer = phone.run(form());
    assert_eq!((&answer["verdict"], &answer["checked"]), (&json!("eligible_provisional"), &json!(null)));
}

#[test]
fn a_question_that_names_nobody_is_refused_before_anything_is_sent() {
    let phone = phone(Role::Officer, 10);
    for (slip, code, field) in [
        (json!({"family": " "}), "text_empty", "family"),
        (json!({"born": null}), "field_missing", "born"),
        (json!({"drug": "heroin"}), "field_unknown", "drug"),
    ] {
        let problem = phone.device.check(&with(who(), slip)).expect_err("it is a slip");
        assert_eq!((problem.code.as_str(), problem.field.as_deref()), (code, Some(field)));
    }
}

#[test]
fn the_phone_judges_by_the_central_record_and_the_verdict_can_be_made_again() {
    for (number, (answer, verdict, words)) in [
        (PriorAnswer::NoneCounts, json!("eligible"), "knows of no earlier referral"),
        (PriorAnswer::Perhaps, json!("eligible"), "cannot say for certain"),
        (PriorAnswer::InProgress, json!("eligible"), "still in progress"),
        (PriorAnswer::Engaged, json!("eligible"), "took part"),
    ]
    .into_iter()
    .enumerate()
    {
        let phone = phone(Role::Officer, 100 + number as u128);
        looked_up(&phone, answer, 60_000);
        let sent = phone.run(form());
        assert_eq!(sent["verdict"], verdict, "{answer:?}");
        assert!(sent["officer"].to_string().contains("Looked up in the central record at"), "{sent:#}");
        assert!(sent["officer"].to_string().contains(words), "{sent:#}");
        let why = phone.device.query(&json!({"query": "explain", "record": sent["record"]}));
        assert_eq!(why.expect("it is explained")["explanation"]["replay"], "same", "{answer:?}");
        let history = phone.device.query(&json!({"query": "history", "record": sent["record"]}));
        let history = history.expect("it is held").to_string();
        assert!(history.contains(r#""channel":"look_up""#), "{history}");
    }
}

#[test]
fn an_answer_that_is_older_than_an_hour_or_about_somebody_else_does_not_count() {
    let phone = phone(Role::Officer, 10);
    looked_up(&phone, PriorAnswer::NotEngaged, 3_600_000);
    let assess = |changes| phone.run(with(with(form(), json!({"command": "assess"})), changes));
    assert_eq!(assess(json!({}))["verdict"], "eligible_provisional");
    looked_up(&phone, PriorAnswer::NotEngaged, 1_000);
    assert_eq!(assess(json!({}))["verdict_code"], "not_eligible");
    assert_eq!(assess(json!({"born": "1990-02-27"}))["verdict"], "eligible_provisional");
}
