//! Which service a person is referred to, what is read out of it, and what stands on the worklist until one is found.

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{CompartmentKind, Record};
use sync_core::referral::act::YesNo;
use sync_core::stream::StreamOp;
use uuid::Uuid;

use super::epochs::{fed, other};
use super::syncing::{Server, synced};
use super::{FORCE, PROVIDER, Phone, bundle, form, look_up, phone, with};
use crate::store::reference::{self, Provider};

/// A youth service in another area, which takes people from 10 to 25.
const YOUTH: &str = "00000000-0000-0000-0000-0000000000f7";

fn tell(phone: &Phone, providers: Vec<Provider>) {
    let bundle = bundle("thames-valley-2018", providers);
    look_up(&phone.device.store().db, &bundle);
}

fn known(phone: &Phone) -> Vec<Provider> {
    reference::providers(&phone.device.store().db).expect("readable")
}

fn youth() -> Provider {
    Provider {
        id: YOUTH.parse().expect("an id"),
        name: "Kennet Young People".to_owned(),
        telephone: "01632 960456".to_owned(),
        hours: "Monday to Friday, 10 to 6".to_owned(),
        areas: vec!["North".to_owned()],
        ages: "10-25".parse().expect("a range"),
        staffed: YesNo::Yes,
        kinds: Vec::new(),
        accepts: sync_core::service::Accepts::Yes,
        slots: Vec::new(),
    }
}

/// What waits on a phone: why, and where the referral stands.
fn waits(phone: &Phone) -> Vec<(String, String)> {
    let worklist = phone.ask("worklist")["worklist"].clone();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let rows = worklist.as_array().expect("a list").iter();
    rows.map(|row| (text(&row["reason"]), text(&row["stage_words"]))).collect()
}

#[test]
fn refer_reads_out_the_services_telephone_and_hours() {
    let phone = phone(Role::Officer, 10);
    let answer = phone.run(with(form(), json!({"area": "west"})));
    let said = ["provider", "telephone", "hours", "service_to_be_found"].map(|field| answer[field].clone());
    assert_eq!(said, ["Cranstoun", "01632 960123", "Monday to Friday, 9 to 5", "no"].map(Value::from));
}

#[test]
fn an_area_that_no_service_has_is_asked_back_with_the_list_and_nothing_is_saved() {
    let phone = phone(Role::Officer, 10);
    let problem = phone.refused(with(form(), json!({"area": "wset"})));
    assert_eq!((problem.code.as_str(), problem.field.as_deref()), ("area_unknown", Some("area")));
    assert_eq!(*problem.choices, ["Berkshire", "West"]);
    assert_eq!(phone.waiting(), 0);
}

#[test]
fn a_service_for_other_ages_needs_a_reason_which_the_service_reads() {
    let phone = phone(Role::Officer, 10);
    tell(&phone, vec![youth()]);
    let named = with(form(), json!({"provider": YOUTH}));
    let problem = phone.refused(named.clone());
    assert_eq!((problem.code.as_str(), problem.field.as_deref()), ("outside_age", Some("provider")));
    assert!(problem.detail.contains("provider and born") && problem.detail.contains("from 10 to 25"));
    let empty = phone.refused(with(named.clone(), json!({"override": {"reason": " "}})));
    assert_eq!((empty.code.as_str(), empty.field.as_deref()), ("text_empty", Some("override.reason")));
    let unnamed = phone.refused(with(form(), json!({"override": {"reason": "they know her"}})));
    assert_eq!(unnamed.code, "field_missing");
    assert_eq!(phone.waiting(), 0);
    let answer = phone.run(with(named, json!({"override": {"reason": "they know her"}})));
    assert_eq!(answer["provider"], "Kennet Young People");
    let history = phone.device.query(&json!({"query": "history", "record": answer["record"]}));
    let entries = history.expect("it is held")["entries"].clone();
    let submitted =
        entries.as_array().into_iter().flatten().find(|entry| entry["kind"] == "referral.submitted");
    assert_eq!(submitted.expect("it was sent")["body"]["outside_age"], "they know her");
}

#[test]
fn where_no_service_fits_the_referral_is_kept_and_its_officer_names_one() {
    let phone = phone(Role::Officer, 10);
    let sixteen = json!({"born": null, "apparent_age": 16, "identity": "known_to_officer"});
    let answer = phone.run(with(form(), sixteen));
    assert_eq!(answer["service_to_be_found"], "yes");
    assert_eq!((&answer["provider"], &answer["telephone"]), (&Value::Null, &Value::Null));
    let record = answer["record"].clone();
    let referral = phone.ask("referrals")["referrals"][0].clone();
    assert_eq!(referral["stage_words"], "service to be found");
    let reasons: Vec<String> = waits(&phone).into_iter().map(|(reason, _)| reason).collect();
    let worklist = phone.ask("worklist")["worklist"][0].clone();
    let all: Vec<&str> =
        worklist["also"].as_array().into_iter().flatten().filter_map(|due| due["timer"].as_str()).collect();
    for timer in ["tell_guardian", "tell_youth_justice"] {
        assert!(worklist["first"]["timer"] == timer || all.contains(&timer), "{timer}: {worklist}");
    }
    assert_eq!(reasons.len(), 1);
    // The only service that is known takes adults.
    let adults = json!({"command": "assign", "record": record, "to": PROVIDER});
    let problem = phone.refused(adults);
    assert_eq!((problem.code.as_str(), problem.field.as_deref()), ("outside_age", Some("to")));
    let unknown = json!({"command": "assign", "record": record, "to": YOUTH});
    assert_eq!(phone.refused(unknown.clone()).code, "provider_unknown");
    tell(&phone, known(&phone).into_iter().chain([youth()]).collect());
    let named = phone.run(unknown);
    assert_eq!(named["telephone"], "01632 960456", "it is read out to the person");
    let referral = phone.ask("referrals")["referrals"][0].clone();
    assert_eq!(referral["stage_words"], "recorded on this phone, not sent yet");
    assert_eq!(referral["providers"], json!([YOUTH]));
}

#[test]
fn a_notice_is_given_or_reasoned_and_leaves_the_worklist() {
    let phone = phone(Role::Officer, 10);
    tell(&phone, vec![youth()]);
    let sixteen =
        json!({"born": null, "apparent_age": 16, "identity": "known_to_officer", "crime_reference": "4326"});
    let record = phone.run(with(form(), sixteen))["record"].clone();
    let told = json!({"command": "notice", "record": record, "to": "youth_justice"});
    phone.run(told);
    let guardian = "A parent or guardian has not been told: tell them, or record why not.";
    assert_eq!(waits(&phone).first().map(|row| row.0.as_str()), Some(guardian));
    let free = json!({"command": "notice", "record": record, "to": "guardian", "not_given": "she was drunk"});
    assert_eq!(phone.refused(free).code, "code_unknown", "no free text reaches the service");
    let reasoned =
        json!({"command": "notice", "record": record, "to": "guardian", "not_given": "risk_to_child"});
    phone.run(reasoned);
    assert!(waits(&phone).iter().all(|(reason, _)| reason != guardian), "{:?}", waits(&phone));
}

#[test]
fn a_referral_to_a_service_without_people_stands_on_the_officers_worklist() {
    let phone = phone(Role::Officer, 10);
    let empty: Vec<Provider> =
        known(&phone).into_iter().map(|service| Provider { staffed: YesNo::No, ..service }).collect();
    tell(&phone, empty);
    phone.run(with(form(), json!({"crime_reference": "4326"})));
    let expected = (
        "Nobody at the service can act: name another, or ask an admin to.",
        "recorded on this phone, not sent yet",
    );
    let seen = waits(&phone);
    assert_eq!(seen.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect::<Vec<_>>(), [expected]);
    // A service that is closed is not among those that the phone is told of.
    tell(&phone, Vec::new());
    assert_eq!(waits(&phone), seen);
}

#[test]
fn a_row_of_the_worklist_says_who_it_is_how_to_reach_them_and_what_is_safe() {
    let phone = phone(Role::Officer, 10);
    tell(&phone, Vec::new());
    phone.run(form());
    let row = phone.ask("worklist")["worklist"][0].clone();
    assert_eq!((&row["name"], &row["reach"]["phone"]), (&json!("Zoë Núñez"), &json!("07700 900123")));
    assert_eq!(row["safe"], json!(["no messages on the answering machine", "do not say who is calling"]));
    assert!(row["due_ms"].is_u64(), "{row}");
}

#[test]
fn a_phone_whose_page_brought_a_referral_asks_once_more_at_once() {
    for (role, trips) in [(Role::OutreachWorker, 2), (Role::ProviderLead, 2), (Role::Supervisor, 1)] {
        let phone = phone(role, 10);
        let mut server = Server::of(&phone);
        let stream = Record::referral(Uuid::from_u128(77)).stream(CompartmentKind::Shared, FORCE);
        let body = json!({
            "reference": "TVP-7KQ2-M4XD-9", "subject": {"family": "Roe", "given": "Ana"}, "reach": {},
            "provider": PROVIDER, "policy": {"id": "thames-valley-2018", "version": 1}, "voluntary": "yes",
        });
        let kind = "referral.submitted".parse().expect("a kind");
        let sent = StreamOp { kind, body: Some(body.to_string().into()), ..other(stream, 1, 1000, &[]) };
        server.feed = vec![fed(&sent)];
        let trips_of =
            |server: &mut Server| synced(&phone, server).expect("the server answers")["round_trips"].clone();
        assert_eq!(trips_of(&mut server), trips, "{role}");
        assert_eq!(trips_of(&mut server), 1, "nothing new, {role}");
    }
}
