//! 5. A supervisor.

use serde_json::{Value, json};

use crate::sees::{at, sees};
use crate::world::World;

const MONDAY: &str = "2026-06-15T09:00:00+01:00";

fn record_of(answer: &Value) -> String {
    at(answer, "/record").as_str().expect("a record").to_owned()
}

#[test]
fn an_outcome_taken_back_while_an_officer_applied_another_is_a_disagreement() {
    let mut world = World::on(MONDAY, &["PC Kaur", "Bell"]);
    let record = record_of(&world.refers("PC Kaur", json!({})));
    world.sync(&["PC Kaur", "Bell"]);
    world.does("Bell", "rescind", json!({ "record": record, "reason": "wrong_person" }));
    world.does("PC Kaur", "dispose", json!({ "record": record, "disposal": "arrest" }));
    world.sync(&["Bell", "PC Kaur", "Bell"]);
    for who in ["PC Kaur", "Bell"] {
        let open = world.looks(who, "conflicts", json!({}));
        sees(&open, &[("/conflicts/0/words", json!("two records disagree"))]);
        sees(&open, &[("/conflicts/0/settler_words", json!("a supervisor"))]);
    }
}
