//! Half-filled forms at the desk go when nobody saved them for the pack's days, and their author reads when.
//!
//! Does not test what a form means.

use serde_json::{Value, json};
use sync_core::ids::{Record, UserId};

use super::web::pages::planted;
use super::{NOW_MS, Scheme};
use crate::desk::{Command, Query, Recording, Refused};

const DAY_MS: u64 = 86_400_000;

fn drafts(scheme: &Scheme, user: UserId, now_ms: u64) -> Vec<Value> {
    let asked = Query::Ask { asked: json!({"query": "drafts"}), now_ms };
    let answer = scheme.service.query(user, &asked).expect("they are listed");
    answer["drafts"].as_array().expect("a list").clone()
}

fn save(scheme: &Scheme, user: UserId, now_ms: u64) {
    save_form(scheme, user, json!({"command": "refer", "family": "Harrow"}), now_ms);
}

fn save_form(scheme: &Scheme, user: UserId, form: Value, now_ms: u64) {
    let command = json!({"command": "draft_save", "id": "stop", "form": form});
    let recording = Command::Record(Recording { command, form: None });
    scheme.service.command(user, recording, now_ms).expect("it is kept");
}

#[test]
fn a_form_that_nobody_goes_on_with_is_deleted_after_thirty_days_and_says_when() {
    let scheme = Scheme::new();
    let (officer, other) = (scheme.officer.user, scheme.other_officer.user);
    save(&scheme, officer, NOW_MS);
    save(&scheme, other, NOW_MS + 10 * DAY_MS);
    let kept = drafts(&scheme, officer, NOW_MS);
    assert_eq!(kept[0]["deleted_ms"], NOW_MS + 30 * DAY_MS);
    scheme.service.beat(NOW_MS + 30 * DAY_MS - 1);
    assert_eq!(drafts(&scheme, officer, NOW_MS + 30 * DAY_MS - 1).len(), 1);
    // It is shown no more, whether the server has got round to it or not.
    assert!(drafts(&scheme, officer, NOW_MS + 30 * DAY_MS).is_empty());
    scheme.service.beat(NOW_MS + 30 * DAY_MS);
    assert!(drafts(&scheme, officer, NOW_MS).is_empty(), "it is gone from the store");
    assert_eq!(drafts(&scheme, other, NOW_MS + 30 * DAY_MS).len(), 1, "each by its own time");
}

#[test]
fn saving_a_form_again_begins_its_days_anew() {
    let scheme = Scheme::new();
    let officer = scheme.officer.user;
    save(&scheme, officer, NOW_MS);
    save(&scheme, officer, NOW_MS + 29 * DAY_MS);
    scheme.service.beat(NOW_MS + 40 * DAY_MS);
    assert_eq!(drafts(&scheme, officer, NOW_MS + 40 * DAY_MS)[0]["deleted_ms"], NOW_MS + 59 * DAY_MS);
}

#[test]
fn a_form_about_a_person_is_told_by_the_controller_whose_people_began_it() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let held = |scheme: &Scheme, by: UserId| {
        let draft = scheme.service.query(by, &Query::SubjectAccess(record.id, NOW_MS)).expect("it is theirs");
        let entries = draft["records"][0]["entries"].as_array().expect("a list").clone();
        let numbers = entries.iter().map(|entry| entry["number"].as_u64());
        assert!(numbers.eq((1..=entries.len() as u64).map(Some)), "{entries:?}");
        entries.into_iter().filter(|entry| entry["kind"] == "form").collect::<Vec<_>>()
    };
    let amended = json!({"command": "amend", "record": record.id, "field": "born", "value": "1990-05-06"});
    let amended = Command::Record(Recording { command: amended, form: None });
    scheme.service.command(scheme.officer.user, amended, NOW_MS).expect("it is recorded");
    let named = subject_of(&scheme, record);
    let about = |family: &str, born: &Value| json!({"command": "refer", "family": family, "given": named["given"], "born": born, "place": "Marsh Lane"});
    let family = named["family"].as_str().expect("a name").to_owned();
    save_form(&scheme, scheme.officer.user, about(&family.to_uppercase(), &Value::Null), NOW_MS);
    save_form(&scheme, scheme.other_officer.user, about("Harrow", &named["born"]), NOW_MS);
    save_form(&scheme, scheme.admin.user, about(&family, &json!("1901-01-01")), NOW_MS);
    save_form(&scheme, scheme.other_lead.user, about(&family, &named["born"]), NOW_MS);
    let told = held(&scheme, scheme.admin.user);
    assert_eq!(told.len(), 1, "neither of another name, another birth nor another organisation: {told:?}");
    assert_eq!((&told[0]["says"]["place"], &told[0]["part"]), (&json!("Marsh Lane"), &json!("police")));
    assert!(told[0].get("op").is_none() && told[0]["counts"] == "no", "{told:?}");
    assert!(held(&scheme, scheme.lead.user).is_empty(), "the force began it");
}

fn subject_of(scheme: &Scheme, record: Record) -> Value {
    let shown = scheme.service.query(scheme.admin.user, &Query::Referral(record.id)).expect("it is theirs");
    shown["subject"].clone()
}

/// Keeps a form of this name and size.
fn keep(scheme: &Scheme, user: UserId, id: &str, bytes: usize) -> Result<Value, Refused> {
    let command = json!({"command": "draft_save", "id": id, "form": {"family": "B".repeat(bytes)}});
    scheme.service.command(user, Command::Record(Recording { command, form: None }), NOW_MS)
}

#[test]
fn a_person_has_twenty_forms_at_once_and_each_holds_so_much() {
    let scheme = Scheme::new();
    let (officer, other) = (scheme.officer.user, scheme.other_officer.user);
    for number in 0..20 {
        keep(&scheme, officer, &number.to_string(), 100).expect("there is room");
    }
    let beyond = keep(&scheme, officer, "20", 100);
    assert!(matches!(&beyond, Err(Refused::NotAllowed(why)) if why.contains("throw one away")), "{beyond:?}");
    keep(&scheme, officer, "7", 200).expect("one that is there goes on");
    keep(&scheme, other, "20", 100).expect("everybody has their own");
    let drop = json!({"command": "draft_drop", "id": "7"});
    let drop = Command::Record(Recording { command: drop, form: None });
    scheme.service.command(officer, drop, NOW_MS).expect("it is thrown away");
    assert!(matches!(keep(&scheme, officer, "20", 240_000), Err(Refused::NotAllowed(_))), "it is too large");
    assert_eq!(keep(&scheme, officer, &"n".repeat(201), 100), Err(Refused::Field("id")));
    keep(&scheme, officer, "20", 60_000).expect("there is room again");
    assert_eq!(drafts(&scheme, officer, NOW_MS).len(), 20);
}
