//! Half-filled forms at the desk go when nobody saved them for the pack's days, and their author reads when.
//!
//! Does not test what a form means.

use serde_json::{Value, json};
use sync_core::ids::UserId;

use super::{NOW_MS, Scheme};
use crate::desk::{Command, Query, Recording, Refused};

const DAY_MS: u64 = 86_400_000;

fn drafts(scheme: &Scheme, user: UserId, now_ms: u64) -> Vec<Value> {
    let asked = Query::Ask { asked: json!({"query": "drafts"}), now_ms };
    let answer = scheme.service.query(user, &asked).expect("they are listed");
    answer["drafts"].as_array().expect("a list").clone()
}

fn save(scheme: &Scheme, user: UserId, now_ms: u64) {
    let command =
        json!({"command": "draft_save", "id": "stop", "form": {"command": "refer", "family": "Harrow"}});
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
