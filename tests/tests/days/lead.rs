//! 3. A lead's morning.

use serde_json::{Value, json};

use crate::sees::{at, row, says, sees, text};
use crate::world::{World, ms};

const MONDAY: &str = "2026-06-15T09:00:00+01:00";

fn record_of(answer: &Value) -> String {
    at(answer, "/record").as_str().expect("a record").to_owned()
}

/// Referred by PC Kaur on Sunday night; the lead reads it on Monday morning.
fn a_morning(phones: &[&str], answers: Value) -> (World, String) {
    let mut world = World::on("2026-06-14T22:00:00+01:00", phones);
    let record = record_of(&world.refers("PC Kaur", answers));
    world.sync(&["PC Kaur"]);
    world.until(MONDAY);
    world.sync(&["Moss"]);
    (world, record)
}

#[test]
fn a_lead_takes_one_on_and_not_the_other() {
    let (mut world, one) = a_morning(&["PC Kaur", "Moss"], json!({}));
    let other = record_of(&world.refers("PC Kaur", json!({ "family": "Marsh", "given": "Keeley" })));
    world.sync(&["PC Kaur", "Moss"]);
    let inbox = world.looks("Moss", "worklist", json!({}));
    for record in [&one, &other] {
        let waits = row(&inbox["worklist"], record);
        sees(waits, &[("/reason", json!("The referral is waiting for the lead's answer."))]);
    }
    world.does("Moss", "accept", json!({ "record": one }));
    world.does("Moss", "reject", json!({ "record": other, "reason": "out_of_area" }));
    world.sync(&["Moss", "PC Kaur"]);
    sees(&world.referral("PC Kaur", &one), &[("/stage_words", json!("taken on by the service"))]);
    sees(&world.referral("PC Kaur", &other), &[("/stage_words", json!("not taken on by the service"))]);
}

/// Both workers hold the booking of Monday, and neither has a signal.
fn two_disagree(world: &mut World, record: &str, came: &str, did_not: &str) -> (String, String) {
    world.does("Moss", "accept", json!({ "record": record }));
    world.sync(&["Moss", came, did_not]);
    let hour = ms("2026-06-15T10:00:00+01:00");
    let booking = json!({ "record": record, "meeting": "assessment", "at_ms": hour, "minutes": 60 });
    let booked = world.does(came, "book", booking);
    world.sync(&[came, did_not]);
    world.until("2026-06-15T12:00:00+01:00");
    let said = |status: &str, minutes: u16| {
        json!({ "record": record, "meeting": "assessment", "status": status, "minutes": minutes,
            "at_ms": hour, "appointment": booked["ops"][0]["op"] })
    };
    let yes = world.does(came, "attend", said("attended", 60));
    let no = world.does(did_not, "attend", said("did_not_attend", 0));
    world.sync(&[came, did_not, came]);
    (text(at(&yes, "/ops/0/op")), text(at(&no, "/ops/0/op")))
}

#[test]
fn a_lead_settles_what_two_workers_see_differently() {
    let phones = ["PC Kaur", "Moss", "Reid", "Tuck"];
    let (mut world, record) = a_morning(&phones, json!({}));
    let (_, did_not) = two_disagree(&mut world, &record, "Reid", "Tuck");
    world.sync(&["Moss"]);
    let open = world.looks("Moss", "conflicts", json!({}));
    sees(&open, &[("/conflicts/0/words", json!("two records disagree"))]);
    let sides = at(&open, "/conflicts/0/sides").as_array().expect("sides");
    assert_eq!(sides.len(), 2, "{open:#}");
    assert!(sides.iter().all(|side| side["had_seen"] == json!([])), "neither knew: {open:#}");
    sees(&world.referral("Moss", &record), &[("/level_words", json!("came to the assessment"))]);
    let settle = json!({ "conflict": open["conflicts"][0]["conflict"], "choice": { "op": did_not },
        "reason": "Nobody signed in", "as_of": open["as_of"] });
    world.does("Moss", "settle", settle);
    world.sync(&["Moss", "Reid", "Tuck", "PC Kaur"]);
    for who in ["Moss", "Reid", "Tuck"] {
        sees(&world.looks(who, "conflicts", json!({})), &[("/conflicts", json!([]))]);
    }
}

#[test]
fn a_lead_who_wrote_one_side_passes_it_up() {
    let (mut world, record) = a_morning(&["PC Kaur", "Moss", "Reid", "First admin"], json!({}));
    let (came, _) = two_disagree(&mut world, &record, "Reid", "Moss");
    let open = world.looks("Moss", "conflicts", json!({}));
    let conflict = at(&open, "/conflicts/0/conflict").clone();
    let settle = json!({ "conflict": conflict, "choice": { "op": came }, "reason": "I was there" });
    sees(&world.cannot("Moss", "settle", settle), &[("/code", json!("not_allowed"))]);
    world.does("Moss", "pass_up", json!({ "conflict": conflict }));
    world.sync(&["Moss"]);
    let list = world.desk("First admin", &["conflicts", "list"]);
    says(&list, &["two records disagree", "an admin"]);
    let id = conflict.as_str().expect("an id");
    let shown = world.desk_json("First admin", &["conflicts", "show", id]);
    let (as_of, version) = (text(at(&shown, "/as_of")), text(at(&shown, "/version")));
    let how =
        ["--choose", &came, "--reason", "The signing-in sheet", "--as-of", &as_of, "--version", &version];
    world.desk("First admin", &[&["conflicts", "settle", id], how.as_slice()].concat());
    world.sync(&["Moss", "Reid"]);
    for who in ["Moss", "Reid"] {
        sees(&world.looks(who, "conflicts", json!({})), &[("/conflicts", json!([]))]);
        sees(&world.referral(who, &record), &[("/level_words", json!("came to the assessment"))]);
    }
}
