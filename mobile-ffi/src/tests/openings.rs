//! What is opened on a phone is noted there, and told to the server's audit with the next request.
//!
//! Does not test what the server makes of it.

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::Record;
use sync_core::phone::state::PhoneState;
use sync_core::sync::consulted::{Consultation, ConsultedFor, MAX_CONSULTED};
use uuid::Uuid;

use super::syncing::{Server, synced};
use super::{Phone, form, phone};
use crate::store::meta;
use crate::{Drafts, LogoutOptions};

fn referred() -> (Phone, Server, Value) {
    let phone = phone(Role::Officer, 10);
    let server = Server::of(&phone);
    let record = phone.run(form())["record"].clone();
    (phone, server, record)
}

fn opens(phone: &Phone, query: &str, record: &Value, purpose: &str) -> Value {
    let asked = json!({"query": query, "record": record, "purpose": purpose});
    phone.device.query(&asked).expect("it is shown")
}

#[test]
fn an_opened_referral_is_told_once_with_what_led_to_it() {
    let (phone, mut server, record) = referred();
    for list in ["referrals", "worklist", "conflicts", "outbox", "status"] {
        phone.ask(list);
    }
    let shown = opens(&phone, "referral", &record, "worklist");
    assert_eq!(shown["record"], record);
    opens(&phone, "history", &record, "address");
    opens(&phone, "referral", &record, "referrals");
    synced(&phone, &mut server).expect("the server answers");
    synced(&phone, &mut server).expect("the server answers");
    let [Consultation { number: 1, referral, purpose: ConsultedFor::Worklist, .. }] = server.consulted[..]
    else {
        panic!("one opening within the hour: {:?}", server.consulted);
    };
    assert_eq!(Record::referral(referral).id.to_string(), record.as_str().expect("an id"));
    assert!(server.pushed.expect("it asked").consulted.is_empty(), "it is told once");
}

#[test]
fn an_opening_writes_no_entry_and_makes_no_view_stale() {
    let (phone, mut server, record) = referred();
    synced(&phone, &mut server).expect("the server answers");
    let (history, waiting) = (opens(&phone, "history", &record, "search"), phone.waiting());
    assert_eq!(opens(&phone, "history", &record, "search"), history, "neither entry nor revision is new");
    assert_eq!(phone.waiting(), waiting);
    let tip = server.tip;
    synced(&phone, &mut server).expect("the server answers");
    assert_eq!((server.tip, server.consulted.len()), (tip, 1));
}

#[test]
fn nothing_says_synced_while_an_opening_waits() {
    let (phone, mut server, record) = referred();
    synced(&phone, &mut server).expect("the server answers");
    let stands = || {
        let status = phone.ask("status");
        (status["synced"].clone(), status["openings_waiting"].clone(), status["waiting"].clone())
    };
    assert_eq!(stands(), (json!(true), json!(0), json!(0)));
    opens(&phone, "referral", &record, "referrals");
    assert_eq!(stands(), (json!(false), json!(1), json!(0)));
    let report = synced(&phone, &mut server).expect("the server answers");
    assert_eq!((&report["synced"], stands()), (&json!(true), (json!(true), json!(0), json!(0))));
}

#[test]
fn one_synchronisation_tells_of_all_that_was_opened_in_parts_and_stops_where_the_server_takes_none() {
    let (phone, mut server, _) = referred();
    let opens_many = |state: &mut PhoneState| {
        for number in 0..=MAX_CONSULTED {
            state.openings.note(Uuid::from_u128(number as u128), ConsultedFor::Referrals, 5);
        }
    };
    meta::change(&phone.device.store().db, opens_many).expect("the store takes a value");
    assert_eq!(phone.ask("status")["openings_waiting"], json!(MAX_CONSULTED + 1));
    server.takes_openings = false;
    let report = synced(&phone, &mut server).expect("the server answers");
    assert_eq!((&report["synced"], server.consulted.len()), (&json!(false), 0));
    server.takes_openings = true;
    let report = synced(&phone, &mut server).expect("the server answers");
    assert_eq!((&report["synced"], server.consulted.len()), (&json!(true), MAX_CONSULTED + 1));
}

#[test]
fn what_is_not_held_is_no_opening_and_an_unknown_purpose_is_named() {
    let (phone, mut server, record) = referred();
    let nobody = json!({"query": "referral", "record": Uuid::from_u128(77)});
    phone.device.query(&nobody).expect_err("it is not here");
    let odd = json!({"query": "referral", "record": record, "purpose": "curiosity"});
    assert_eq!(phone.device.query(&odd).expect_err("no such list").field.as_deref(), Some("purpose"));
    synced(&phone, &mut server).expect("the server answers");
    assert!(server.consulted.is_empty());
}

#[test]
fn nobody_leaves_a_phone_before_its_openings_are_told() {
    let (phone, mut server, record) = referred();
    synced(&phone, &mut server).expect("the server answers");
    opens(&phone, "referral", &record, "referrals");
    let leaves = || phone.device.logout(LogoutOptions { drafts: Drafts::Drop });
    assert_eq!(leaves().expect_err("an opening waits").code, "entries_unsent");
    synced(&phone, &mut server).expect("the server answers");
    leaves().expect("nothing waits");
}

#[test]
fn a_restored_server_is_told_of_openings_that_it_lost() {
    let (phone, mut server, record) = referred();
    opens(&phone, "referral", &record, "referrals");
    synced(&phone, &mut server).expect("the server answers");
    let lost = std::mem::take(&mut server.consulted);
    server.epoch = Uuid::from_u128(10);
    // It learns of the other epoch with one answer, and shows what the server may have lost in the next request.
    for _ in 0..3 {
        synced(&phone, &mut server).expect("the server answers");
    }
    assert_eq!(server.consulted, lost);
}
