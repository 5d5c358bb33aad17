//! What admins and auditors look back at: other rules over old decisions, what was recorded, and when phones
//! last came with nothing left to send.
//!
//! Does not go over HTTP.

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::OpId;
use sync_core::sync::answer::FeedEntry;

use super::phone::new_record;
use super::phone::try_code;
use super::pipeline::{encounter, kinds_in, police};
use super::{NOW_MS, Scheme};
use crate::desk::{Command, Page, Query, Recording, Refused, Renaming};

const ONE_CHANCE: &str = "drug-education-one-chance";

/// Somebody of whom an officer heard on the telephone that they took part before.
fn refer_again(scheme: &Scheme) {
    let form = json!({
        "command": "refer", "drug": "heroin", "family": "Dace", "given": "Kelly-Ann", "born": "1987-04-12",
        "identity": "photo_document", "ethnicity": "NS", "signs": {}, "safe_now": {}, "agrees": {"answer": "yes"},
        "checks": [{"kind": "prior_referrals", "channel": "phone", "result": "record_found", "engaged": "yes"}],
        "consent": {"contact": "yes", "feedback": "yes", "wording": "v1", "language": "en"},
        "reach": {"phone": "07700 900123"}, "provider": scheme.provider,
    });
    let sent = Command::Record(Recording { command: form, form: None });
    scheme.service.command(scheme.officer.user, sent, NOW_MS).expect("it is recorded");
}

fn tried(scheme: &Scheme, pack: &str) -> Value {
    scheme.service.query(scheme.admin.user, &Query::TryPolicy(pack.to_owned(), 1)).expect("it is tried")
}

#[test]
fn other_rules_say_how_many_decisions_would_be_others_and_name_nobody() {
    let scheme = Scheme::new();
    refer_again(&scheme);
    let same = tried(&scheme, "thames-valley-2018");
    assert_eq!((&same["decisions"], &same["changed"], &same["changes"]), (&json!(1), &json!(0), &json!([])));
    let other = tried(&scheme, ONE_CHANCE);
    assert_eq!((&other["decisions"], &other["changed"]), (&json!(1), &json!(1)));
    let change = &other["changes"][0];
    assert_eq!((&change["from"], &change["to"]), (&json!("Yes, go ahead"), &json!("Not this time")));
    assert!(change["why"].as_str().is_some_and(|why| !why.is_empty()), "{other}");
    assert!(!other.to_string().contains("Dace"), "{other}");
    let unknown = Query::TryPolicy("nonsense".to_owned(), 1);
    assert_eq!(scheme.service.query(scheme.admin.user, &unknown), Err(Refused::NotFound));
    let asked = Query::TryPolicy(ONE_CHANCE.to_owned(), 1);
    assert_eq!(scheme.service.query(scheme.officer.user, &asked), Err(Refused::NotYours));
}

#[test]
fn an_auditor_reads_what_was_recorded_by_whom_and_nothing_that_it_says() {
    let scheme = Scheme::new();
    let added = scheme.takes_in("Auditor", Role::Auditor, scheme.officer.enrolled.force);
    let auditor =
        try_code(&scheme.service, added["code"].as_str().expect("a code"), NOW_MS).expect("it counts");
    refer_again(&scheme);
    let headers = |cursor| Query::Headers(Page { cursor, limit: Some(5) });
    let first = scheme.service.query(auditor.user, &headers(None)).expect("it is shown");
    let entries = first["entries"].as_array().expect("a list");
    assert_eq!(entries.len(), 5);
    assert!(entries.iter().all(|entry| entry["by"] == "Officer"), "the newest are the referral: {first}");
    assert!(!first.to_string().contains("Dace") && !first.to_string().contains("heroin"), "{first}");
    let cursor = first["cursor"].as_str().map(str::to_owned);
    let second = scheme.service.query(auditor.user, &headers(cursor)).expect("it goes on");
    assert!(
        entries.iter().all(|entry| second["entries"].as_array().is_some_and(|next| !next.contains(entry)))
    );
    assert_eq!(scheme.service.query(scheme.admin.user, &headers(None)), Err(Refused::NotYours));
}

#[test]
fn the_list_of_phones_says_when_each_last_came_with_nothing_left_to_send() {
    let mut scheme = Scheme::new();
    scheme.officer.record(police(&scheme, new_record()), &[], &encounter());
    let synced = |scheme: &Scheme| {
        let page = Page { cursor: None, limit: Some(50) };
        let listed = scheme.service.query(scheme.admin.user, &Query::Devices(page)).expect("it is shown");
        let mut devices = listed["devices"].as_array().expect("a list").iter();
        devices.find(|row| row["device"] == json!(scheme.officer.device)).expect("it is listed")["synced_ms"]
            .clone()
    };
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!(synced(&scheme), Value::Null, "it may have more");
    scheme.officer.pull(&scheme.service);
    assert_eq!(synced(&scheme), json!(NOW_MS + 60_000));
}

#[test]
fn a_phone_that_sends_all_it_has_in_one_request_has_sent_all() {
    let mut scheme = Scheme::new();
    scheme.officer.record(police(&scheme, new_record()), &[], &encounter());
    scheme.officer.all = true;
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let page = Page { cursor: None, limit: Some(50) };
    let listed = scheme.service.query(scheme.admin.user, &Query::Devices(page)).expect("it is shown");
    let mut devices = listed["devices"].as_array().expect("a list").iter();
    let officer = devices.find(|row| row["device"] == json!(scheme.officer.device)).expect("it is listed");
    assert!(officer["synced_ms"].is_u64(), "{officer}");
}

#[test]
fn a_renaming_stands_on_the_forces_own_record_with_both_names() {
    let mut scheme = Scheme::new();
    let renaming = Command::RenameUser(scheme.officer.user, Renaming { name: "PC Marsh".to_owned() });
    let done = scheme.service.command(scheme.admin.user, renaming, NOW_MS).expect("it is done");
    assert_eq!((&done["was"], &done["name"]), (&json!("Officer"), &json!("PC Marsh")));
    let read = scheme.admin.pull(&scheme.service);
    let renamed = kinds_in(&read).into_iter().filter(|(_, kind)| kind == "user.renamed").map(|(id, _)| id);
    let renamed: Vec<OpId> = renamed.collect();
    let of_renamed = |entry: &FeedEntry| {
        if let FeedEntry::Op(op) = entry { renamed.contains(&op.id).then(|| op.body.clone())? } else { None }
    };
    let bodies = read.feed.iter().filter_map(of_renamed);
    let bodies: Vec<Value> = bodies.map(|body| serde_json::from_str(&body).expect("JSON")).collect();
    let noted = json!({"user": scheme.officer.user, "was": "Officer", "name": "PC Marsh"});
    assert_eq!(bodies, [noted]);
}
