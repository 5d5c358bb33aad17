//! 6. A young person.

use serde_json::json;

use super::sees::{at, never_says, row, says, sees, text, with};
use super::world::{World, form, record_of};

const KAUR: &str = "PC Kaur";

/// Sixteen since midnight, found half an hour later in British summer time.
#[test]
fn a_young_person_without_a_service_waits_where_somebody_sees_it() {
    let mut world = World::on("2026-06-20T00:30:00+01:00", &[KAUR, "Bell", "Ferris", "First admin"]);
    let kennet = world.service(KAUR, "Kennet");
    let young = json!({ "family": "Ashdown", "given": "Tyler", "born": "2010-06-20", "drug": "cannabis", "area": "north" });
    let sent = world.refers(KAUR, young);
    let record = record_of(&sent);
    let age =
        at(&sent, "/findings").as_array().into_iter().flatten().find(|finding| finding["rule"] == "R03");
    sees(age.expect("R03 reads the age"), &[("/inputs/age_years", json!("16"))]);
    says(&text(at(&sent, "/crime_report")), &["Date: 2026-06-20"]);
    sees(&sent, &[("/provider", json!(null)), ("/service_to_be_found", json!("yes"))]);
    sees(&world.referral(KAUR, &record), &[("/stage_words", json!("service to be found"))]);
    world.sync(&[KAUR, "Bell"]);
    for who in [KAUR, "Bell"] {
        let list = world.looks(who, "worklist", json!({}));
        let waits = row(&list["worklist"], &record);
        says(&(text(at(waits, "/first")) + &text(at(waits, "/also"))), &["find_service", "tell_guardian"]);
    }
    says(&world.desk("First admin", &["worklist"]), &["A service is still to be found", "Tyler Ashdown"]);

    world.does("Bell", "assign", json!({ "record": record, "to": kennet }));
    world.sync(&["Bell", KAUR, "Ferris"]);
    sees(&world.referral(KAUR, &record), &[("/stage_words", json!("sent, not yet seen by the service"))]);
    sees(&world.referral("Ferris", &record), &[("/name", json!("Tyler Ashdown"))]);
    let guardian = json!({ "record": record, "to": "guardian", "not_given": "risk_to_child" });
    world.does(KAUR, "notice", guardian);
    never_says(&world.looks(KAUR, "worklist", json!({})).to_string(), &["tell_guardian"]);
}

#[test]
fn a_child_of_nine_is_safeguarded_and_nothing_else() {
    let mut world = World::on("2026-06-20T12:30:00+01:00", &[KAUR]);
    let safe = json!({ "codes": ["child"], "told": "MASH", "call_back": "01635 000101" });
    let child = json!({ "family": "Little", "born": "2016-12-01", "safe_now": safe, "agrees": null, "consent": null });
    let ended = world.does(KAUR, "record_encounter", with(form(), child));
    sees(&ended, &[("/verdict/out_of_scope/why", json!("under_10")), ("/referred", json!("no"))]);
    says(&text(at(&ended, "/ring_now/sentence")), &["Ring", "Nothing has been sent yet."]);
    let tried =
        json!({ "family": "Little", "born": "2016-12-01", "safe_now": { "codes": [] }, "voluntary": "yes" });
    sees(&world.cannot(KAUR, "refer", with(form(), tried)), &[("/code", json!("not_allowed"))]);
}

/// A phone that was off and believes that nine years have passed reads a child of twelve as an adult.
#[test]
fn a_child_that_a_wrong_clock_made_an_adult_is_noticed_the_same_day() {
    let mut world = World::on("2026-06-20T12:30:00+01:00", &[KAUR, "Bell", "First admin"]);
    world.until("2026-06-20T13:30:00+01:00");
    world.phone(KAUR).starts = 2;
    world.phone(KAUR).clock_offset_ms = 9 * 365 * 86_400_000;
    let child = json!({ "family": "Young", "born": "2013-12-01", "drug": "cannabis" });
    let sent = world.refers(KAUR, child);
    sees(&sent, &[("/provider", json!("Swanway"))]);
    world.sync(&[KAUR, KAUR, "Bell"]);
    let seen = world.referral("Bell", &record_of(&sent));
    sees(&seen, &[("/aged/years", json!(12))]);
    says(&world.desk("First admin", &["worklist"]), &["age"]);
}
