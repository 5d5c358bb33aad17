//! 2. A worker's week.

use serde_json::{Value, json};

use super::sees::{at, never_says, row, says, sees, text};
use super::world::{World, ms, record_of};

const KAUR: &str = "PC Kaur";
const THURSDAY_TEN: &str = "2026-06-18T10:00:00+01:00";
const FRIDAY_TEN: &str = "2026-06-19T10:00:00+01:00";

/// Dean was referred on Sunday night, and the lead has taken him on.
fn a_week_begins(phones: &[&str]) -> (World, String) {
    let mut world = World::on("2026-06-14T22:00:00+01:00", phones);
    let record = record_of(&world.refers(KAUR, json!({})));
    world.sync(&[KAUR, "Moss"]);
    world.does("Moss", "accept", json!({ "record": record }));
    world.sync(&["Moss", "Reid"]);
    world.until("2026-06-15T09:00:00+01:00");
    (world, record)
}

fn attended(record: &str, meeting: &str, started: &str, minutes: u16) -> Value {
    json!({ "record": record, "meeting": meeting, "status": "attended", "at_ms": ms(started), "minutes": minutes })
}

#[test]
fn a_workers_week() {
    let (mut world, record) = a_week_begins(&[KAUR, "Moss", "Reid", "Tuck"]);
    she_rings(&mut world, &record);
    let booked = she_books(&mut world, &record);
    she_learns_a_better_number(&mut world, &record);
    she_moves_it(&mut world, &record, &booked);
    let entry = two_write_down_one_hour(&mut world, &record, &booked);
    she_strikes_it_and_takes_that_back(&mut world, &record, &entry);
}

/// Monday
fn she_rings(world: &mut World, record: &str) {
    let list = world.looks("Reid", "worklist", json!({}));
    let waits = row(&list["worklist"], record);
    sees(
        waits,
        &[("/reason", json!("Nobody has tried to reach the person.")), ("/name", json!("Dean Harrow"))],
    );
    sees(waits, &[("/reach/phone", json!("07700 900101")), ("/first/state", json!("due"))]);
    says(&text(at(waits, "/safe")), &["no texts"]);
    let rang = |what: &str, result: &str| json!({ "record": record, "channel": "phone", "what": what, "result": result });
    world.does("Reid", "contact", rang("attempted", "no_answer"));
    let entries = |world: &mut World| world.looks("Reid", "history", json!({ "record": record }));
    let before = text(&entries(world)["entries"]).len();
    let wrong = world.cannot("Reid", "contact", rang("reached", "no_answer"));
    sees(&wrong, &[("/code", json!("contact_contradicts")), ("/fields", json!(["what", "result"]))]);
    assert_eq!(text(&entries(world)["entries"]).len(), before, "nothing was saved");
    world.does("Reid", "contact", rang("reached", "reached"));
    sees(&world.referral("Reid", record), &[("/level_words", json!("contacted"))]);
}

/// Still Monday
fn she_books(world: &mut World, record: &str) -> String {
    let booking =
        json!({ "record": record, "meeting": "assessment", "minutes": 60, "at_ms": ms(THURSDAY_TEN) });
    let booked = world.does("Reid", "book", booking);
    let seen = world.referral("Reid", record);
    sees(
        &seen,
        &[("/stage_words", json!("assessment booked")), ("/appointments/0/at_ms", json!(ms(THURSDAY_TEN)))],
    );
    world.sync(&["Reid", "Tuck"]);
    text(at(&booked, "/ops/0/op"))
}

/// Tuesday
fn she_learns_a_better_number(world: &mut World, record: &str) {
    world.until("2026-06-16T11:00:00+01:00");
    world.does("Reid", "details", json!({ "record": record, "field": "phone", "value": "07700 900222" }));
    world.does("Reid", "amend", json!({ "record": record, "field": "name", "value": "Harrowe, Dean" }));
    world.sync(&["Reid", "Tuck", "Moss", KAUR]);
    for who in ["Reid", "Tuck", "Moss"] {
        let seen = world.referral(who, record);
        sees(&seen, &[("/name", json!("Dean Harrowe")), ("/reach/phone", json!("07700 900222"))]);
    }
    let officers = world.referral(KAUR, record);
    sees(&officers, &[("/name", json!("Dean Harrowe")), ("/reach/phone", json!("07700 900101"))]);
    never_says(&world.looks(KAUR, "history", json!({ "record": record })).to_string(), &["900222"]);
}

/// Wednesday: one appointment, on Friday; the history shows the move.
fn she_moves_it(world: &mut World, record: &str, booked: &str) {
    world.until("2026-06-17T09:00:00+01:00");
    let moved = json!({ "record": record, "appointment": booked, "at_ms": ms(FRIDAY_TEN) });
    world.does("Reid", "move", moved);
    world.sync(&["Reid", "Tuck", KAUR]);
    for who in ["Reid", "Tuck"] {
        let seen = world.referral(who, record);
        assert_eq!(at(&seen, "/appointments").as_array().map(Vec::len), Some(1), "{who}");
        sees(&seen, &[("/appointments/0/at_ms", json!(ms(FRIDAY_TEN)))]);
        says(&world.looks(who, "history", json!({ "record": record })).to_string(), &["appointment.moved"]);
    }
    never_says(
        &world.looks(KAUR, "history", json!({ "record": record })).to_string(),
        &["appointment.moved"],
    );
}

/// Friday: he comes, and the colleague who stood in does not name the appointment.
fn two_write_down_one_hour(world: &mut World, record: &str, booked: &str) -> String {
    world.until("2026-06-19T12:00:00+01:00");
    let mut came = attended(record, "assessment", FRIDAY_TEN, 65);
    came["appointment"] = json!(booked);
    let entry = text(at(&world.does("Reid", "attend", came), "/ops/0/op"));
    world.does("Tuck", "attend", attended(record, "assessment", "2026-06-19T10:05:00+01:00", 60));
    world.sync(&["Tuck", "Reid", "Tuck", KAUR]);
    for who in ["Reid", "Tuck", KAUR] {
        let seen = world.referral(who, record);
        sees(&seen, &[("/level_words", json!("came to the assessment"))]);
    }
    sees(&world.referral("Tuck", record), &[("/sessions", json!(0))]);
    entry
}

/// Both strike their entry: it was another person's.
fn she_strikes_it_and_takes_that_back(world: &mut World, record: &str, entry: &str) {
    let history = world.looks("Tuck", "history", json!({ "record": record }));
    let entries = at(&history, "/entries").as_array().expect("entries");
    let other = entries.iter().find(|one| one["kind"] == "attendance.recorded" && one["op"] != json!(entry));
    let other = text(&other.expect("Tuck's own entry")["op"]);
    world.does("Tuck", "strike", json!({ "entry": other, "reason": "another man's" }));
    world.does("Reid", "strike", json!({ "entry": entry, "reason": "another man's" }));
    world.sync(&["Tuck", "Reid", "Tuck", "Moss", KAUR]);
    for who in ["Reid", "Tuck", "Moss", KAUR] {
        sees(&world.referral(who, record), &[("/level_words", json!("contacted"))]);
    }
    world.does("Reid", "strike", json!({ "entry": entry, "reason": "it was him", "back": "yes" }));
    world.sync(&["Reid", "Tuck", KAUR]);
    for who in ["Reid", "Tuck", KAUR] {
        sees(&world.referral(who, record), &[("/level_words", json!("came to the assessment"))]);
    }
}

#[test]
fn three_sessions_complete_the_package_and_the_force_reads_only_how_far() {
    let (mut world, record) = a_week_begins(&[KAUR, "Moss", "Reid"]);
    world.until("2026-06-26T18:00:00+01:00");
    world.does("Reid", "attend", attended(&record, "assessment", FRIDAY_TEN, 65));
    for (started, minutes) in [
        ("2026-06-24T10:00:00+01:00", 60),
        ("2026-06-24T11:00:00+01:00", 60),
        ("2026-06-26T10:00:00+01:00", 62),
    ] {
        world.does("Reid", "attend", attended(&record, "session", started, minutes));
    }
    world.sync(&["Reid", KAUR]);
    let seen = world.referral("Reid", &record);
    sees(&seen, &[("/stage_words", json!("completed")), ("/sessions", json!(3))]);
    let told = world.referral(KAUR, &record);
    sees(&told, &[("/level_words", json!("came to the assessment and all sessions"))]);
    let history = world.looks(KAUR, "history", json!({ "record": record })).to_string();
    says(&history, &["progress.reported"]);
    never_says(&history, &["attendance.recorded", "appointment", "\"minutes\""]);
}

#[test]
fn everybody_in_a_service_reads_on_the_phone_who_is_new_there() {
    let (mut world, _) = a_week_begins(&[KAUR, "Moss", "Reid"]);
    world.sync(&["Reid", KAUR]);
    let told = world.looks("Reid", "status", json!({}))["joined"].to_string();
    says(&told, &["Moss", "Tuck", "person", "device"]);
    never_says(&told, &["Obi"]);
    let told = world.looks(KAUR, "status", json!({}))["joined"].to_string();
    says(&told, &["Obi", "First admin"]);
    never_says(&told, &["Tuck"]);
}
