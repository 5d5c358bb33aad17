//! 6. A young person.

use serde_json::json;

use crate::sees::{at, says, sees, text, with};
use crate::world::{World, form};

#[test]
fn a_young_person_goes_to_the_youth_service() {
    let mut world = World::on("2026-06-20T12:30:00+01:00", &["PC Kaur", "Ferris"]);
    let young = json!({ "family": "Ashdown", "given": "Tyler", "born": "2010-06-19", "drug": "cannabis" });
    let sent = world.refers("PC Kaur", young);
    sees(&sent, &[("/provider", json!("Kennet"))]);
    let record = at(&sent, "/record").as_str().expect("a record").to_owned();
    world.sync(&["PC Kaur", "Ferris"]);
    sees(&world.referral("Ferris", &record), &[("/subject/family", json!("Ashdown"))]);
}

#[test]
fn a_child_of_nine_is_safeguarded_and_nothing_else() {
    let mut world = World::on("2026-06-20T12:30:00+01:00", &["PC Kaur"]);
    let safe = json!({ "codes": ["child"], "told": "MASH", "call_back": "01635 000101" });
    let child = json!({ "family": "Little", "born": "2016-12-01", "safe_now": safe, "agrees": null, "consent": null });
    let ended = world.does("PC Kaur", "record_encounter", with(form(), child));
    sees(&ended, &[("/verdict/out_of_scope/why", json!("under_10")), ("/referred", json!("no"))]);
    says(&text(at(&ended, "/ring_now/sentence")), &["Ring", "Nothing has been sent yet."]);
    let tried =
        json!({ "family": "Little", "born": "2016-12-01", "safe_now": { "codes": [] }, "voluntary": "yes" });
    sees(&world.cannot("PC Kaur", "refer", with(form(), tried)), &[("/code", json!("not_allowed"))]);
}
