//! 1. An officer's shift.

use serde_json::json;

use crate::sees::{at, row, says, sees, text, with};
use crate::world::{World, form};

const MONDAY_NIGHT: &str = "2026-06-15T22:05:00+01:00";
const NEXT_MORNING: &str = "2026-06-16T09:10:00+01:00";

#[test]
fn a_form_that_was_begun_survives_a_dead_phone() {
    let mut world = World::on(MONDAY_NIGHT, &["PC Kaur"]);
    let mut answers = json!({});
    for (field, answer) in
        [("drug", "heroin"), ("amount", "about 1 g"), ("family", "Harrow"), ("given", "Dean")]
    {
        answers[field] = json!(answer);
        world.does("PC Kaur", "draft_save", json!({ "id": "by the canal", "form": answers }));
    }
    world.phone("PC Kaur").dies();
    let drafts = world.looks("PC Kaur", "drafts", json!({}));
    sees(&drafts, &[("/drafts/0/id", json!("by the canal")), ("/drafts/0/form", answers)]);
}

#[test]
fn an_officer_refers_without_signal_and_hears_when_the_service_has_it() {
    let mut world = World::on(MONDAY_NIGHT, &["PC Kaur", "Reid"]);
    let sent = world.refers("PC Kaur", json!({}));
    sees(&sent, &[("/saved", json!(true)), ("/provider", json!("Swanway"))]);
    let words = text(at(&sent, "/words"));
    says(&words, &["Swanway", at(&sent, "/reference").as_str().expect("a reference")]);
    says(&text(at(&sent, "/crime_report")), &["2026-06-15", "Dean Harrow", "Community resolution"]);
    let record = at(&sent, "/record").as_str().expect("a record").to_owned();

    let stands = world.looks("PC Kaur", "status", json!({}));
    sees(&stands, &[("/synced", json!(false)), ("/waiting_safeguarding", json!(0))]);
    assert!(stands["waiting"].as_u64() > Some(0), "{stands:#}");
    world.sync(&["PC Kaur"]);
    sees(&world.looks("PC Kaur", "status", json!({})), &[("/waiting", json!(0)), ("/synced", json!(true))]);

    world.until(NEXT_MORNING);
    world.sync(&["Reid", "Reid", "PC Kaur"]);
    let seen = world.referral("PC Kaur", &record);
    sees(&seen, &[("/stage_words", json!("received by the service"))]);
}

#[test]
fn an_encounter_that_is_no_diversion_says_what_it_is() {
    let mut world = World::on(MONDAY_NIGHT, &["PC Kaur"]);
    let supply = json!({ "family": "Vance", "signs": { "supply": ["scales_or_bags", "many_wraps"] } });
    let ended = world.does("PC Kaur", "record_encounter", with(form(), supply));
    sees(&ended, &[("/verdict/out_of_scope/why", json!("supply")), ("/referred", json!("no"))]);

    let drunk =
        json!({ "family": "Toll", "agrees": { "answer": "cannot_decide_now", "reason": "intoxicated" } });
    let open = world.does("PC Kaur", "record_encounter", with(form(), drunk));
    let record = at(&open, "/record").as_str().expect("a record").to_owned();
    let list = world.looks("PC Kaur", "worklist", json!({}));
    let waits = row(&list["worklist"], &record);
    sees(waits, &[("/reason", json!("The person has not answered the offer."))]);
    assert_eq!(at(waits, "/first/at_ms"), at(&open, "/verdict/offer_open/until_ms"));
}
