//! What commands write, and what they refuse.

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{CompartmentKind, DeviceId, OpId, Record, UserId};
use sync_core::op::VOCABULARY;
use sync_core::stream::StreamOp;
use uuid::Uuid;

use super::{FORCE, Phone, form, keep_other, phone, with};
use crate::store::ops;

#[test]
fn refer_answers_with_everything_the_officer_needs() {
    let phone = phone(Role::Officer, 10);
    let answer = phone.run(form());
    assert_eq!(answer["saved"], true);
    assert_eq!(answer["verdict"], "eligible_provisional");
    assert_eq!(answer["provider"], "Cranstoun");
    assert_eq!(answer["ops"].as_array().map(Vec::len), Some(phone.waiting()));
    assert!(answer["reference"].as_str().is_some_and(|text| text.starts_with("TVP-")));
    let referral = &phone.ask("referrals")["referrals"][0];
    assert_eq!((&referral["stage"], &referral["offer"]["state"]), (&json!("submitted"), &json!("agreed")));
    let applied = json!({"state": "applied", "disposal": "community_resolution", "outcome": "8"});
    assert_eq!(referral["disposal"], applied);
}

#[test]
fn the_shared_part_of_a_command_names_what_it_had_seen_of_the_police_part() {
    let phone = phone(Role::Officer, 10);
    phone.run(form());
    let own = ops::own_ops(&phone.device.store().db, 1, 100).expect("the log is readable");
    let shared = own.iter().find(|own| own.op.header.stream.kind() == CompartmentKind::Shared);
    let header = &shared.expect("a referral has a shared part").op.header;
    let last_police = OpId { seq: header.id.seq - 1, ..header.id };
    assert_eq!(header.seen.as_deref(), Some(&[last_police][..]));
    assert!(own.iter().all(|own| own.op.header.deps.is_empty()), "own previous ops are implied");
}

#[test]
fn each_bad_answer_names_its_field_and_writes_nothing() {
    let phone = phone(Role::Officer, 10);
    for (change, field, code) in [
        (json!({"born": "1990-02-30"}), "born", "date_impossible"),
        (json!({"born": "2090-01-01"}), "born", "date_impossible"),
        (json!({"born": "1890-01-01"}), "born", "date_impossible"),
        (json!({"born": null}), "born", "field_missing"),
        (json!({"drug": "sherbet"}), "drug", "code_unknown"),
        (json!({"family": " "}), "family", "text_empty"),
        (json!({"admits": "yes"}), "admits", "field_unknown"),
        (json!({"agrees": null}), "agrees", "field_missing"),
        (json!({"consent": null}), "consent", "field_missing"),
        (json!({"reach": {}}), "reach", "field_missing"),
        (json!({"safe_now": {"codes": ["suicide_self_harm"]}}), "safe_now.told", "field_missing"),
        (json!({"as_of": "v99"}), "as_of", "as_of_malformed"),
    ] {
        let problem = phone.refused(with(form(), change));
        assert_eq!((problem.field.as_deref(), problem.code.as_str()), (Some(field), code));
    }
    assert_eq!(phone.waiting(), 0);
}

#[test]
fn an_exhibit_reference_is_used_once() {
    let phone = phone(Role::Officer, 10);
    phone.run(with(form(), json!({"exhibit": "AB/1"})));
    let before = phone.waiting();
    let problem = phone.refused(with(form(), json!({"exhibit": "AB/1"})));
    assert_eq!((problem.code.as_str(), phone.waiting()), ("exhibit_repeated", before));
    let proposed = phone.run(with(form(), json!({"family": "Other"})));
    assert_eq!(proposed["exhibit"], "AB/A2");
}

#[test]
fn a_verdict_that_does_not_allow_it_ends_the_encounter_without_a_referral() {
    let phone = phone(Role::Officer, 10);
    for (change, verdict) in [
        (json!({"agrees": {"answer": "no"}}), json!("declined")),
        (json!({"signs": {"necessity": ["e"]}}), json!("arrest_required")),
        (json!({"signs": {"supply": ["cash"]}}), json!({"out_of_scope": {"why": "supply"}})),
    ] {
        let answer = phone.run(with(form(), change));
        assert_eq!((&answer["verdict"], &answer["reference"]), (&verdict, &Value::Null));
        assert!(answer["what_happens_instead"].is_string());
    }
    let held = phone.ask("referrals");
    let all = held["referrals"].as_array().expect("referrals are a list");
    assert!(all.iter().all(|held| held["stage"] == "not_submitted" && held["disposal"]["state"] == "none"));
}

#[test]
fn an_encounter_can_end_without_an_offer() {
    let phone = phone(Role::Officer, 10);
    let ended = json!({"command": "record_encounter", "agrees": null, "not_offered": {"reason": "unsafe"}});
    let answer = phone.run(with(form(), ended));
    assert_eq!(answer["verdict"], json!({"not_offered": {"reason": "unsafe"}}));
    let problem = phone.refused(with(form(), json!({"command": "record_encounter"})));
    assert_eq!(problem.code, "referral_possible");
}

#[test]
fn a_child_under_ten_is_a_matter_for_whom_to_ring_whatever_the_codes() {
    let phone = phone(Role::Officer, 10);
    let child = json!({"command": "record_encounter", "born": "2018-05-01", "safe_now": {"codes": []}});
    let answer = phone.run(with(form(), child));
    assert_eq!(answer["verdict_words"], "A child under ten: safeguarding only");
    assert!(answer["ring_now"]["number"].is_string(), "{answer:#}");
}

#[test]
fn a_name_is_one_line_of_what_can_be_seen() {
    let phone = phone(Role::Officer, 10);
    for (field, typed) in
        [("family", "Harrow\nOutcome: No further action"), ("given", "\u{200b}"), ("family", "1980")]
    {
        let problem = phone.refused(with(form(), json!({field: typed})));
        assert_eq!((problem.code.as_str(), problem.field.as_deref()), ("field_wrong", Some(field)));
    }
    for (field, typed, code) in
        [("crime_reference", json!(" "), "text_empty"), ("apparent_age", json!(121), "number_out_of_range")]
    {
        let problem = phone.refused(with(form(), json!({field: typed})));
        assert_eq!((problem.code.as_str(), problem.field.as_deref()), (code, Some(field)));
    }
    assert_eq!(phone.waiting(), 0);
}

#[test]
fn a_concern_is_named_first_with_whom_to_ring_and_counted_while_it_waits() {
    let phone = phone(Role::Officer, 10);
    let safe_now = json!({"codes": ["overdose_risk"], "told": "control room"});
    let answer = phone.run(with(form(), json!({"safe_now": safe_now})));
    assert_eq!(answer["ring_now"]["number"], "999");
    assert_eq!(phone.ask("status")["waiting_safeguarding"], 1);
    assert_eq!(phone.ask("status")["synced"], false);
}

#[test]
fn a_decision_that_is_not_allowed_writes_nothing() {
    let phone = phone(Role::Officer, 10);
    let record = phone.run(form())["record"].clone();
    let before = phone.waiting();
    let problem = phone.refused(json!({"command": "accept", "record": record}));
    assert_eq!((problem.code.as_str(), phone.waiting()), ("not_allowed", before));
    phone.run(json!({"command": "cancel", "record": record, "reason": "wrong_provider"}));
    let again = phone.refused(json!({"command": "cancel", "record": record, "reason": "duplicate"}));
    assert_eq!(again.code, "not_allowed");
}

/// A background sync brings another's op after the form was opened.
fn arrives(phone: &Phone, record: Uuid) -> OpId {
    let id = OpId { device: DeviceId(Uuid::from_u128(77)), seq: 1 };
    let own = ops::own_ops(&phone.device.store().db, 1, 100).expect("the log is readable");
    let last = own.last().expect("the referral was recorded").op.header.clone();
    let op = StreamOp {
        id,
        stream: Record::referral(record).stream(CompartmentKind::Shared, FORCE),
        deps: vec![last.id],
        hlc: last.hlc,
        author: UserId(Uuid::from_u128(78)),
        kind: "subject.amended".parse().expect("a kind's name"),
        vocabulary: VOCABULARY,
        body: Some(r#"{"field":"name","value":"Zoe Nunez"}"#.into()),
        erased: None,
        stamp: None,
    };
    keep_other(&phone.device.store().db, &op);
    id
}

#[test]
fn what_came_after_the_view_is_not_overwritten_but_disputed() {
    let phone = phone(Role::Officer, 10);
    let answer = phone.run(form());
    let record: Uuid = answer["record"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let theirs = arrives(&phone, record);
    let amend = json!({"command": "amend", "record": record, "field": "name", "value": "Núñez, Zoë N."});
    phone.run(with(amend, json!({"as_of": answer["as_of"]})));
    let open = phone.ask("conflicts");
    let sides = open["conflicts"][0]["sides"].as_array().expect("a conflict has sides");
    assert_eq!(sides.len(), 2);
    assert!(sides.iter().any(|side| side["op"] == json!(theirs)));
    assert!(sides.iter().all(|side| side["had_seen"] == json!([])));
}

#[test]
fn what_was_in_the_view_is_a_dep_and_is_superseded() {
    let phone = phone(Role::Officer, 10);
    let record: Uuid = phone.run(form())["record"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let theirs = arrives(&phone, record);
    phone.run(json!({"command": "amend", "record": record, "field": "name", "value": "Zoë"}));
    assert_eq!(phone.ask("conflicts")["conflicts"], json!([]));
    let own = ops::own_ops(&phone.device.store().db, 1, 100).expect("the log is readable");
    assert_eq!(own.last().expect("the amendment is the last op").op.header.deps, [theirs]);
}

#[test]
fn a_person_found_again_while_in_progress_is_eligible_by_own_referrals() {
    let phone = phone(Role::Officer, 10);
    phone.run(form());
    let again = phone.run(with(form(), json!({"family": "NUNEZ", "given": "Zoe"})));
    assert_eq!(again["verdict"], "eligible_provisional");
    let engaged = again["findings"].as_array().expect("findings are a list");
    let engaged = engaged.iter().find(|finding| finding["rule"] == "R08").expect("every rule answers");
    assert_ne!(engaged["passed"], "yes", "the person is not a first-timer to this device");
}
