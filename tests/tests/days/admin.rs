//! 4. An admin's queue.

use serde_json::{Value, json};

use crate::sees::{at, says, sees, text};
use crate::world::{World, said};

const MONDAY: &str = "2026-06-15T09:00:00+01:00";

fn record_of(answer: &Value) -> String {
    at(answer, "/record").as_str().expect("a record").to_owned()
}

#[test]
fn an_admin_settles_what_an_officer_cancelled_and_a_lead_accepted() {
    let mut world = World::on(MONDAY, &["PC Obi", "Moss", "First admin"]);
    let record = record_of(&world.refers("PC Obi", json!({})));
    world.sync(&["PC Obi", "Moss", "First admin"]);
    world.does("PC Obi", "cancel", json!({ "record": record, "reason": "wrong_provider" }));
    let accepted = world.does("Moss", "accept", json!({ "record": record }));
    world.sync(&["PC Obi", "Moss", "First admin"]);
    says(&world.desk("First admin", &["conflicts", "list"]), &["two records disagree", "an admin"]);
    let list = world.desk_json("First admin", &["conflicts", "list"]);
    let id = text(at(&list, "/conflicts/0/conflict"));
    says(&world.desk("First admin", &["conflicts", "show", &id]), &["waymark conflicts settle", "--choose"]);
    let chosen = text(at(&accepted, "/ops/0/op"));
    world.settles("First admin", &id, &["--choose", &chosen, "--reason", "They have rung her already"]);
    world.sync(&["Moss", "PC Obi"]);
    for who in ["Moss", "PC Obi"] {
        let seen = world.referral(who, &record);
        sees(&seen, &[("/stage_words", json!("taken on by the service")), ("/contact", json!("allowed"))]);
    }
}

#[test]
fn an_admin_links_what_may_be_one_person_and_splits_it_again() {
    let mut world = World::on(MONDAY, &["PC Kaur", "PC Obi", "Moss", "First admin"]);
    let one = record_of(&world.refers("PC Kaur", json!({})));
    let other = record_of(&world.refers("PC Obi", json!({ "family": "Harow", "exhibit": "PO/7" })));
    world.sync(&["PC Kaur", "PC Obi"]);
    says(&world.desk("First admin", &["person", "list"]), &["may be one person", &one, &other]);
    let shown = world.desk_json("First admin", &["person", "show", &one]);
    assert!(!at(&shown, "/questions/0/reasons").as_array().expect("reasons").is_empty(), "{shown:#}");
    let subject = |at: usize| text(&shown["questions"][0]["persons"][at]["subject"]);
    let (first, second) = (subject(0), subject(1));
    let as_of = text(at(&shown, "/as_of"));
    let linked = world.desk("First admin", &["person", "link", &first, &second, "--as-of", &as_of]);
    says(&linked, &["they are one person from now on"]);
    let members = |world: &mut World| {
        let shown = world.desk_json("First admin", &["person", "show", &one]);
        (at(&shown, "/members").as_array().expect("members").len(), text(at(&shown, "/as_of")))
    };
    let (count, as_of) = members(&mut world);
    assert_eq!(count, 2);
    let split = world.desk("First admin", &["person", "split", &first, &second, "--as-of", &as_of]);
    says(&split, &["they are two persons from now on"]);
    assert_eq!(members(&mut world).0, 1);
}

#[test]
fn one_encounter_that_two_officers_recorded_is_asked_about() {
    let mut world = World::on(MONDAY, &["PC Kaur", "PC Obi", "Moss", "First admin"]);
    let place = json!({ "place": "Canal Road" });
    let one = record_of(&world.refers("PC Kaur", place.clone()));
    let other = record_of(&world.refers("PC Obi", place));
    world.sync(&["PC Kaur", "PC Obi"]);
    says(&world.desk("First admin", &["person", "list"]), &["one encounter, recorded twice?", &one, &other]);
    let list = world.desk_json("First admin", &["conflicts", "list"]);
    let conflict = at(&list, "/conflicts/0").clone();
    let id = text(&conflict["conflict"]);
    let shown = world.desk_json("First admin", &["conflicts", "show", &id]);
    let sides = at(&shown, "/sides").as_array().expect("two sides").clone();
    assert_eq!(sides.len(), 2, "{shown:#}");
    let chosen = text(&sides[0]["op"]);
    world.settles("First admin", &id, &["--choose", &chosen, "--reason", "One stop, two notebooks"]);
    world.sync(&["PC Kaur", "PC Obi", "Moss", "First admin"]);
    let stages = [("PC Kaur", &one), ("PC Obi", &other)]
        .map(|(who, record)| text(&world.referral(who, record)["stage_words"]));
    assert_eq!(stages.iter().filter(|words| *words == "taken back by the police").count(), 1, "{stages:?}");
}

#[test]
fn a_role_and_a_code_for_an_admin_take_two() {
    let mut world = World::on(MONDAY, &["First admin", "Second admin"]);
    let asked = ["user", "add", "Third admin", "--role", "admin", "--org", "force"];
    says(&world.desk("First admin", &asked), &["when another admin has run", "confirm-role"]);
    let proposed = world.desk_json("Second admin", &["user", "proposals"]);
    let proposal = text(at(&proposed, "/proposals/0/proposal"));
    let alone = world.terminal("First admin", &["user", "confirm-role", &proposal]);
    assert_eq!(alone.status.code(), Some(1), "{}", said(&alone));
    says(&world.desk("Second admin", &["user", "confirm-role", &proposal]), &["enrol with the code"]);
}
