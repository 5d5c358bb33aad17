//! A lead's phone at work: what is corrected, who withdrew and came back, and who has died.
//!
//! Does not test the merge: `sync-core` does.

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::CompartmentKind;
use sync_core::stream::StreamOp;

use super::epochs::{fed, other};
use super::syncing::{Server, synced};
use super::{Phone, form, phone, with};
use crate::store::ops;

/// A lead's phone that has taken on what an officer's phone referred; and the referral.
fn taken_on() -> (Phone, Value) {
    taken_on_by(phone(Role::ProviderLead, 20))
}

pub(super) fn taken_on_by(lead: Phone) -> (Phone, Value) {
    let (_, record) = told(&lead);
    lead.run(json!({"command": "accept", "record": record}));
    (lead, record)
}

/// What an officer's phone referred has reached a lead's phone.
fn told(lead: &Phone) -> (Server, Value) {
    let officer = phone(Role::Officer, 10);
    let record = officer.run(form())["record"].clone();
    let own = ops::own_ops(&officer.device.store().db, 1, 100).expect("the log is readable");
    let shared = own.iter().filter(|own| own.op.header.stream.kind() == CompartmentKind::Shared);
    let mut server = Server::of(lead);
    let entries = (1_000..).zip(shared).map(|(place, own)| {
        let header = &own.op.header;
        let mut stamp = other(header.stream, header.id.seq, place, &[]).stamp;
        stamp.as_mut().expect("it has one").eff = header.hlc;
        fed(&StreamOp { stamp, ..StreamOp::of(&own.op, None) })
    });
    server.feed = entries.collect();
    synced(lead, &mut server).expect("the server answers");
    (server, record)
}

#[test]
fn however_much_others_wrote_a_lead_still_decides() {
    let lead = phone(Role::ProviderLead, 20);
    let (mut server, record) = told(&lead);
    let shared = super::epochs::shared(&lead);
    server.feed = (1..=3_100).map(|seq| fed(&other(shared, seq, 2_000 + seq, &[]))).collect();
    synced(&lead, &mut server).expect("the server answers");
    lead.run(json!({"command": "accept", "record": record}));
    assert_eq!(shown(&lead, &record)["stage"], "accepted");
}

#[test]
fn a_service_is_not_told_that_the_police_did_nothing() {
    let (lead, record) = taken_on();
    let seen = shown(&lead, &record);
    assert_eq!(seen["stage"], "accepted");
    for field in ["offer_words", "outcome_words", "verdict_words"] {
        assert_eq!(seen[field], Value::Null, "{field}");
    }
}

fn shown(phone: &Phone, record: &Value) -> Value {
    phone.device.query(&json!({"query": "referral", "record": record})).expect("it is held")
}

fn entries(phone: &Phone, record: &Value, kind: &str) -> Vec<Value> {
    let history = phone.device.query(&json!({"query": "history", "record": record})).expect("it is held");
    let entries = history["entries"].as_array().expect("a list").iter();
    entries.filter(|entry| entry["kind"] == kind).cloned().collect()
}

/// The first op that a command saved.
fn saved(answer: &Value) -> Value {
    let op = &answer["ops"][0];
    let device = op["device"].as_str().expect("a saved op has its device");
    json!(format!("{device}:{}", op["seq"]))
}

fn attend(record: &Value, status: &str, changes: Value) -> Value {
    let minutes = if status == "attended" { 60 } else { 0 };
    let attend = json!({
        "command": "attend", "record": record, "meeting": "assessment", "status": status, "minutes": minutes,
    });
    with(attend, changes)
}

#[test]
fn whoever_says_that_somebody_did_not_come_who_came_is_asked_why_and_it_reads_as_a_correction() {
    let (phone, record) = taken_on();
    let came = saved(&phone.run(attend(&record, "attended", json!({}))));
    assert_eq!(shown(&phone, &record)["level"], 2);
    let missed = attend(&record, "did_not_attend", json!({"appointment": came}));
    let problem = phone.refused(missed.clone());
    assert_eq!((problem.code.as_str(), problem.field.as_deref()), ("field_missing", Some("reason")));
    let corrected = phone.run(with(missed, json!({"reason": "it was his brother"})));
    let seen = shown(&phone, &record);
    assert_eq!((&seen["level"], &seen["stage"]), (&json!(0), &json!("accepted")));
    assert_eq!(seen["marks"][0]["mark"], "correction");
    let told = entries(&phone, &record, "attendance.recorded");
    let told = told.iter().find(|entry| entry["op"] == saved(&corrected)).expect("it is recorded");
    assert_eq!(
        (&told["marks"][0]["mark"], &told["body"]["reason"]),
        (&json!("correction"), &json!("it was his brother"))
    );
}

#[test]
fn a_struck_attendance_lowers_the_level_on_the_phone() {
    let (phone, record) = taken_on();
    let came = saved(&phone.run(attend(&record, "attended", json!({}))));
    phone.run(json!({"command": "strike", "entry": came, "reason": "another person's"}));
    let seen = shown(&phone, &record);
    assert_eq!((&seen["level"], &seen["level_words"]), (&json!(0), &json!("not reached yet")));
}

#[test]
fn a_new_consent_lifts_a_withdrawal_and_shows_the_number_again() {
    let (phone, record) = taken_on();
    phone.run(json!({"command": "withdraw", "record": record, "reason": "not_wanted"}));
    let seen = shown(&phone, &record);
    assert_eq!((&seen["stage"], &seen["contact"]), (&json!("withdrawn"), &json!("stopped")));
    assert_eq!(seen["reach"], Value::Null, "the service sees no number");
    assert_eq!(entries(&phone, &record, "referral.submitted")[0]["body"]["reach"], Value::Null);
    phone.run(attend(&record, "attended", json!({})));
    assert_eq!(shown(&phone, &record)["level"], 2, "who comes all the same counts");

    let consent = json!({"command": "consent", "record": record, "contact": "yes"});
    let problem = phone.refused(consent.clone());
    assert_eq!((problem.code.as_str(), problem.field.as_deref()), ("field_missing", Some("wording")));
    phone.run(with(consent, json!({"wording": "v1", "language": "en"})));
    let seen = shown(&phone, &record);
    assert_eq!((&seen["stage"], &seen["contact"]), (&json!("assessed"), &json!("allowed")));
    assert_eq!(seen["reach"]["phone"], "07700 900123");
}

#[test]
fn a_closing_for_death_says_so_to_both_sides_and_one_for_another_reason_does_not() {
    for (reason, stage, told) in
        [("deceased", "deceased", json!("yes")), ("moved_away", "closed_not_delivered", Value::Null)]
    {
        let (phone, record) = taken_on();
        let now_ms = crate::clock::Clock::now_ms(&crate::clock::ShiftedClock::default());
        let today = sync_core::local_time::local_day(now_ms);
        phone.run(json!({"command": "close", "record": record, "on": today, "reason": reason}));
        let seen = shown(&phone, &record);
        assert_eq!((&seen["stage"], &seen["reason"]), (&json!(stage), &json!(reason)));
        assert_eq!(entries(&phone, &record, "referral.closed")[0]["body"]["died"], told);
    }
}

#[test]
fn a_no_to_the_offer_says_to_everybody_that_nobody_contacts() {
    let phone = phone(Role::Officer, 10);
    let undecided = json!({"agrees": {"answer": "cannot_decide_now", "reason": "intoxicated"}});
    let record = phone.run(with(form(), undecided))["record"].clone();
    phone.run(json!({"command": "answer_offer", "record": record, "agrees": {"answer": "no"}}));
    let seen = shown(&phone, &record);
    assert_eq!((&seen["answer"], &seen["contact"]), (&json!("no"), &json!("stopped")));
    assert_eq!(entries(&phone, &record, "consent.recorded")[0]["body"], json!({"contact": "no"}));
}
