//! 7. Somebody leaves, and comes back.

use serde_json::{Value, json};

use super::sees::{at, never_says, says, sees, text, with};
use super::world::{World, form, ms, record_of};

const KAUR: &str = "PC Kaur";
const SERVICE: [&str; 2] = ["Reid", "Moss"];

#[test]
fn who_leaves_is_left_alone_and_may_come_back() {
    let mut world = World::on("2026-06-15T22:00:00+01:00", &[KAUR, "Moss", "Reid"]);
    let record = record_of(&world.refers(KAUR, json!({})));
    world.sync(&[KAUR, "Moss"]);
    world.does("Moss", "accept", json!({ "record": record }));
    world.sync(&["Moss"]);
    he_withdraws(&mut world, &record);
    he_rings_by_himself(&mut world, &record);
    he_consents_again(&mut world, &record);
    he_is_found_again(&mut world);
}

/// A week later
fn he_withdraws(world: &mut World, record: &str) {
    world.until("2026-06-22T15:00:00+01:00");
    world.sync(&["Reid"]);
    world.does("Reid", "withdraw", json!({ "record": record, "reason": "not_wanted" }));
    world.sync(&["Reid", "Moss", KAUR]);
    for who in ["Reid", "Moss", KAUR] {
        let seen = world.referral(who, record);
        sees(&seen, &[("/contact", json!("stopped"))]);
        sees(&seen, &[("/stage_words", json!("the person wants no further contact"))]);
    }
    for who in SERVICE {
        never_says(&world.referral(who, record).to_string(), &["07700"]);
        never_says(&world.looks(who, "worklist", json!({})).to_string(), &["07700"]);
    }
    sees(&world.referral(KAUR, record), &[("/outcome_words", json!("community resolution"))]);
}

fn attended(record: &str, meeting: &str, started: &str) -> Value {
    json!({ "record": record, "meeting": meeting, "status": "attended", "minutes": 60, "at_ms": ms(started) })
}

/// A month later
fn he_rings_by_himself(world: &mut World, record: &str) {
    world.until("2026-07-24T18:00:00+01:00");
    world.sync(&["Reid"]);
    let rang =
        json!({ "record": record, "what": "person_called", "channel": "phone", "result": "came_or_called" });
    world.does("Reid", "contact", rang);
    world.does("Reid", "attend", attended(record, "assessment", "2026-07-22T10:00:00+01:00"));
    for day in ["23T10", "23T15", "24T10"] {
        world.does("Reid", "attend", attended(record, "session", &format!("2026-07-{day}:00:00+01:00")));
    }
    world.sync(&["Reid", KAUR]);
    let seen = world.referral("Reid", record);
    sees(
        &seen,
        &[("/sessions", json!(3)), ("/contact", json!("stopped")), ("/stage_words", json!("completed"))],
    );
}

fn he_consents_again(world: &mut World, record: &str) {
    let again = json!({ "record": record, "contact": "yes", "wording": "v1", "language": "en" });
    world.does("Reid", "consent", again);
    world.sync(&["Reid", "Moss", KAUR]);
    for who in ["Reid", "Moss", KAUR] {
        sees(
            &world.referral(who, record),
            &[("/contact", json!("allowed")), ("/stage_words", json!("completed"))],
        );
    }
    for who in SERVICE {
        says(&world.referral(who, record).to_string(), &["07700 900101"]);
    }
    let told = world.referral(KAUR, record);
    sees(&told, &[("/level_words", json!("came to the assessment and all sessions"))]);
}

fn he_is_found_again(world: &mut World) {
    world.until("2026-08-10T22:00:00+01:00");
    world.sync(&[KAUR]);
    let again = world.does(KAUR, "assess", with(form(), json!({ "checks": [] })));
    says(&text(at(&again, "/verdict_words")), &["Yes, go ahead"]);
    says(&text(at(&again, "/officer")), &["came"]);
}
