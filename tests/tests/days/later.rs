//! What is added later, and what one command does for many.

use serde_json::json;

use super::sees::{at, never_says, says, sees, text};
use super::world::{World, ms, record_of};

const KAUR: &str = "PC Kaur";

/// 23:30, at the station: what the roadside did not ask for.
#[test]
fn an_officer_writes_the_rest_at_the_station() {
    let mut world = World::on("2026-06-15T23:30:00+01:00", &[KAUR, "Bell", "Reid"]);
    let sent = world.refers(
        KAUR,
        json!({
            "at_ms": ms("2026-06-14T22:05:00+01:00"),
            "items": [{ "drug": "unknown", "amount": "three tablets" }, { "drug": "cannabis" }],
            "offences": [{ "words": "no insurance" }],
            "need": "needle_exchange",
        }),
    );
    let record = record_of(&sent);
    assert_eq!(at(&sent, "/exhibits").as_array().map(Vec::len), Some(3), "each item has its own reference");
    sees(&sent, &[("/verdict_code", json!("eligible"))]);
    says(
        &text(at(&sent, "/crime_report")),
        &[
            "Date: 2026-06-14",
            "Recorded: 2026-06-15",
            "Crimes: 1, under one reference",
            "Besides: no insurance",
        ],
    );
    let second = text(at(&sent, "/exhibits/1"));
    let which = world.cannot(KAUR, "identify", json!({ "record": record, "drug": "mdma" }));
    sees(&which, &[("/code", json!("field_missing")), ("/field", json!("exhibit"))]);
    world.does(KAUR, "identify", json!({ "record": record, "exhibit": second, "drug": "mdma" }));
    let booked = json!({ "record": record, "exhibit": second, "seal": "A123", "weight_mg": 640 });
    world.does(KAUR, "book_in", booked);
    let described =
        json!({ "sex": "1", "ethnicity_seen": "IC1", "stop_search": "SS-9", "postcode_district": "RG1" });
    world.does(KAUR, "describe", json!({ "record": record, "described": described }));
    world.does(KAUR, "crime", json!({ "record": record, "crime_reference": "43260012345" }));
    world.does(KAUR, "rate", json!({ "record": record, "ease": 4 }));
    world.sync(&[KAUR, "Bell", "Reid"]);
    let seen = world.referral("Bell", &record);
    sees(&seen, &[("/items/1/drug", json!("mdma")), ("/items/1/seal", json!("A123"))]);
    sees(&seen, &[("/items/0/drug", json!("heroin")), ("/described/sex", json!("1"))]);
    let report = text(at(&seen, "/crime_report"));
    says(&report, &["Item: MDMA", "43260012345", "Stop and search: SS-9", "Postcode district: RG1"]);
    // Nobody is shown one officer's answers, and the service reads nothing of it.
    never_says(&world.looks("Bell", "history", json!({ "record": record })).to_string(), &["\"ease\""]);
    let service = world.referral("Reid", &record);
    sees(&service, &[("/need", json!("needle_exchange"))]);
    never_says(&service.to_string(), &["mdma", "A123", "RG1", "insurance", "43260012345"]);
}

#[test]
fn what_was_longer_ago_than_three_days_is_not_recorded_as_new() {
    let mut world = World::on("2026-06-15T23:30:00+01:00", &[KAUR]);
    let old = json!({ "at_ms": ms("2026-06-12T22:05:00+01:00") });
    let mut form = super::world::form();
    form["at_ms"] = old["at_ms"].clone();
    let refused = world.cannot(KAUR, "refer", form);
    sees(&refused, &[("/code", json!("encounter_too_old")), ("/field", json!("at_ms"))]);
}

/// One command, one session for each of two people; and a visitor of whom the police never learn.
#[test]
fn a_group_meets_and_somebody_walks_in() {
    let mut world = World::on("2026-06-14T22:00:00+01:00", &[KAUR, "Bell", "Moss", "Reid"]);
    let dean = record_of(&world.refers(KAUR, json!({})));
    let keeley = record_of(&world.refers(KAUR, json!({ "family": "Marsh", "given": "Keeley" })));
    world.sync(&[KAUR, "Moss"]);
    for record in [&dean, &keeley] {
        world.does("Moss", "accept", json!({ "record": record }));
    }
    world.sync(&["Moss", "Reid"]);
    world.until("2026-06-17T16:00:00+01:00");
    let people = json!([{ "record": dean }, { "record": keeley, "minutes": 30 }]);
    let began = ms("2026-06-17T14:00:00+01:00");
    let saved =
        world.does("Reid", "group_session", json!({ "people": people, "at_ms": began, "minutes": 60 }));
    assert_eq!(at(&saved, "/people").as_array().map(Vec::len), Some(2));
    sees(&world.referral("Reid", &dean), &[("/sessions", json!(1))]);
    sees(&world.referral("Reid", &keeley), &[("/sessions", json!(0))]);
    let twice = json!([{ "record": dean }, { "record": dean }]);
    let refused =
        world.cannot("Reid", "group_session", json!({ "people": twice, "at_ms": began, "minutes": 60 }));
    sees(&refused, &[("/code", json!("field_repeated"))]);
    let came =
        world.does("Reid", "walk_in", json!({ "family": "Visitor", "given": "Val", "need": "naloxone" }));
    let val = record_of(&came);
    world.does("Reid", "note", json!({ "record": val, "text": "Took two kits." }));
    world.sync(&["Reid", "Moss", KAUR, "Bell"]);
    let seen = world.referral("Moss", &val);
    sees(
        &seen,
        &[
            ("/name", json!("Val Visitor")),
            ("/need", json!("naloxone")),
            ("/level_words", json!("contacted")),
        ],
    );
    for police in [KAUR, "Bell"] {
        never_says(&world.looks(police, "referrals", json!({})).to_string(), &["Visitor", &val]);
    }
}

/// A service says that it is full: referrals go to it no longer while another fits, and phones know how old that is.
#[test]
fn a_service_that_takes_nobody_now_is_told_to_phones() {
    let mut world = World::on("2026-06-15T09:00:00+01:00", &[KAUR, "Moss"]);
    let offers = json!({ "accepts": "no", "from": "2026-07-01", "kinds": ["outreach", "naloxone"] });
    world.does("Moss", "offers", offers);
    world.sync(&["Moss", KAUR]);
    let known = world.looks(KAUR, "reference", json!({}));
    let swanway =
        known["providers"].as_array().expect("services").iter().find(|one| one["name"] == "Swanway");
    let swanway = swanway.expect("it is known").clone();
    sees(&swanway, &[("/accepts/from", json!("2026-07-01")), ("/kinds", json!(["outreach", "naloxone"]))]);
    // Nobody is left without a service: it is the only one for adults in the west.
    let sent = world.refers(KAUR, json!({}));
    sees(&sent, &[("/provider", json!("Swanway"))]);
    says(&text(at(&sent, "/officer")), &["Swanway takes nobody new before 1 July 2026: ring them."]);
}
