//! 7. Somebody leaves, and comes back.

use serde_json::{Value, json};

use crate::sees::{at, sees};
use crate::world::World;

fn record_of(answer: &Value) -> String {
    at(answer, "/record").as_str().expect("a record").to_owned()
}

#[test]
fn who_withdraws_is_left_alone() {
    let mut world = World::on("2026-06-15T22:00:00+01:00", &["PC Kaur", "Moss", "Reid"]);
    let record = record_of(&world.refers("PC Kaur", json!({})));
    world.sync(&["PC Kaur", "Moss"]);
    world.does("Moss", "accept", json!({ "record": record }));
    world.sync(&["Moss"]);
    world.until("2026-06-22T15:00:00+01:00");
    world.sync(&["Reid"]);
    world.does("Reid", "withdraw", json!({ "record": record, "reason": "not_wanted" }));
    world.sync(&["Reid", "Moss", "PC Kaur"]);
    for who in ["Reid", "Moss", "PC Kaur"] {
        let seen = world.referral(who, &record);
        sees(&seen, &[("/contact", json!("stopped"))]);
        sees(&seen, &[("/stage_words", json!("the person wants no further contact"))]);
    }
    sees(&world.referral("PC Kaur", &record), &[("/disposal/state", json!("applied"))]);
}
