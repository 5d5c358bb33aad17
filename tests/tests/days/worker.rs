//! 2. A worker's week.

use serde_json::{Value, json};

use crate::sees::{at, never_says, row, says, sees};
use crate::world::{World, ms};

const MONDAY: &str = "2026-06-15T09:00:00+01:00";
const FRIDAY: &str = "2026-06-19T12:00:00+01:00";

/// Dean was referred on the night before, and the lead has taken him on.
fn a_week_begins(phones: &[&str]) -> (World, String) {
    let mut world = World::on("2026-06-14T22:00:00+01:00", phones);
    let sent = world.refers("PC Kaur", json!({}));
    let record = at(&sent, "/record").as_str().expect("a record").to_owned();
    world.sync(&["PC Kaur", "Moss"]);
    world.does("Moss", "accept", json!({ "record": record }));
    world.sync(&["Moss", "Reid"]);
    world.until(MONDAY);
    (world, record)
}

fn attended(record: &str, meeting: &str, started: &str, minutes: u16) -> Value {
    json!({ "record": record, "meeting": meeting, "status": "attended", "at_ms": ms(started), "minutes": minutes })
}

#[test]
fn a_worker_reaches_somebody_and_books_the_assessment() {
    let (mut world, record) = a_week_begins(&["PC Kaur", "Moss", "Reid"]);
    let list = world.looks("Reid", "worklist", json!({}));
    sees(row(&list["worklist"], &record), &[("/reason", json!("Nobody has tried to reach the person."))]);
    let rang = |what: &str, result: &str| json!({ "record": record, "channel": "phone", "what": what, "result": result });
    world.does("Reid", "contact", rang("attempted", "no_answer"));
    world.does("Reid", "contact", rang("reached", "reached"));
    let booking = json!({ "record": record, "meeting": "assessment", "minutes": 60,
        "at_ms": ms("2026-06-18T10:00:00+01:00") });
    world.does("Reid", "book", booking);
    let seen = world.referral("Reid", &record);
    let thursday = json!(ms("2026-06-18T10:00:00+01:00"));
    sees(&seen, &[("/level_words", json!("contacted")), ("/appointments/0/at_ms", thursday)]);
}

#[test]
fn one_hour_that_two_people_wrote_down_is_one_session() {
    let (mut world, record) = a_week_begins(&["PC Kaur", "Moss", "Reid", "Tuck"]);
    let booking = json!({ "record": record, "meeting": "assessment", "minutes": 60,
        "at_ms": ms("2026-06-19T10:00:00+01:00") });
    let booked = world.does("Reid", "book", booking);
    world.sync(&["Reid", "Tuck"]);
    world.until(FRIDAY);
    let mut came = attended(&record, "assessment", "2026-06-19T10:00:00+01:00", 65);
    came["appointment"] = at(&booked, "/ops/0/op").clone();
    world.does("Reid", "attend", came);
    world.does("Tuck", "attend", attended(&record, "assessment", "2026-06-19T10:05:00+01:00", 60));
    world.sync(&["Tuck", "Reid", "Tuck", "PC Kaur"]);
    for who in ["Reid", "Tuck", "PC Kaur"] {
        let seen = world.referral(who, &record);
        sees(&seen, &[("/level_words", json!("came to the assessment"))]);
    }
    sees(&world.referral("Tuck", &record), &[("/sessions", json!(0))]);
}

#[test]
fn three_sessions_complete_the_package_and_the_force_reads_only_how_far() {
    let (mut world, record) = a_week_begins(&["PC Kaur", "Moss", "Reid"]);
    world.until("2026-06-26T18:00:00+01:00");
    world.does("Reid", "attend", attended(&record, "assessment", "2026-06-19T10:00:00+01:00", 65));
    for (started, minutes) in [
        ("2026-06-24T10:00:00+01:00", 60),
        ("2026-06-24T11:00:00+01:00", 60),
        ("2026-06-26T10:00:00+01:00", 62),
    ] {
        world.does("Reid", "attend", attended(&record, "session", started, minutes));
    }
    world.sync(&["Reid", "PC Kaur"]);
    sees(&world.referral("Reid", &record), &[("/stage_words", json!("completed")), ("/sessions", json!(3))]);
    let told = world.referral("PC Kaur", &record);
    sees(&told, &[("/level_words", json!("came to the assessment and all sessions"))]);
    let history = world.looks("PC Kaur", "history", json!({ "record": record })).to_string();
    says(&history, &["progress.reported"]);
    never_says(&history, &["attendance.recorded", "appointment", "\"minutes\""]);
}
