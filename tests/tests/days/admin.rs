//! 4. An admin's queue.

use serde_json::{Value, json};

use super::sees::{at, never_says, row, says, sees, text, with};
use super::world::{World, form, record_of, said};

const MONDAY: &str = "2026-06-15T09:00:00+01:00";
const FIRST: &str = "First admin";
const SECOND: &str = "Second admin";

/// What the desk prints of the only conflict that is open, and its id.
fn only_conflict(world: &mut World) -> (String, String) {
    let list = world.desk_json(FIRST, &["conflicts", "list"]);
    assert_eq!(at(&list, "/conflicts").as_array().map(Vec::len), Some(1), "{list:#}");
    let id = text(at(&list, "/conflicts/0/conflict"));
    (world.desk(FIRST, &["conflicts", "show", &id]), id)
}

#[test]
fn an_admin_settles_what_an_officer_cancelled_and_a_lead_accepted() {
    let mut world = World::on(MONDAY, &["PC Obi", "Moss", FIRST]);
    let sent = world.refers("PC Obi", json!({}));
    let record = record_of(&sent);
    world.sync(&["PC Obi", "Moss"]);
    let cancelled = world.does("PC Obi", "cancel", json!({ "record": record, "reason": "wrong_provider" }));
    let accepted = world.does("Moss", "accept", json!({ "record": record }));
    world.sync(&["PC Obi", "Moss"]);
    let list = world.desk(FIRST, &["conflicts", "list"]);
    says(
        &list,
        &[
            "Taken back by the police, or taken on by the service",
            "Dean Harrow",
            &text(at(&sent, "/reference")),
        ],
    );
    says(&list, &["An admin", "2026-06-15 09:0"]);
    let (shown, id) = only_conflict(&mut world);
    let [cancel, accept] = [&cancelled, &accepted].map(|answer| text(at(answer, "/ops/0/op")));
    says(&shown, &["waymark conflicts settle", &format!("--choose {cancel} CANCELS the referral")]);
    says(&shown, &["What counts until it is settled", "taken back by the police", "taken on by the service"]);
    says(&shown, &["Dean Harrow", "PC Obi", "Moss", "Lead, Swanway", "Monday 15 June 2026, 09:0"]);
    says(&shown, &["Nothing of the others", "Found with drugs again", "Yes, go ahead", "Told: "]);
    world.settles(FIRST, &id, &["--choose", &accept, "--reason", "They have rung her already"]);
    world.sync(&["Moss", "PC Obi"]);
    for who in ["Moss", "PC Obi"] {
        let seen = world.referral(who, &record);
        sees(&seen, &[("/stage_words", json!("taken on by the service")), ("/contact", json!("allowed"))]);
    }
    world.until("2026-06-19T11:00:00+01:00");
    let settled = world.desk(FIRST, &["conflicts", "settled"]);
    says(&settled, &["They have rung her already", FIRST, "2026-06-15 09:0", &id]);
    let shown = world.desk(FIRST, &["conflicts", "show", &id]);
    says(
        &shown,
        &[
            &format!("Settled: {FIRST}, Monday 15 June 2026, 09:0"),
            &format!("with --choose {accept}. “They have rung her already”"),
        ],
    );
    says(&shown, &["decide again with: waymark conflicts settle", "What counts now"]);
    world.settles(FIRST, &id, &["--choose", &cancel, "--reason", "It was another woman"]);
    world.sync(&["Moss", "PC Obi"]);
    for who in ["Moss", "PC Obi"] {
        sees(&world.referral(who, &record), &[("/stage_words", json!("taken back by the police"))]);
    }
    let settled = world.desk(FIRST, &["conflicts", "settled"]);
    says(&settled, &["They have rung her already", "It was another woman"]);
}

#[test]
fn two_admins_who_decide_differently_see_it_and_a_third_decides() {
    let mut world = World::on(MONDAY, &["PC Obi", "Moss", FIRST, SECOND]);
    let record = record_of(&world.refers("PC Obi", json!({})));
    world.sync(&["PC Obi", "Moss"]);
    let cancelled = world.does("PC Obi", "cancel", json!({ "record": record, "reason": "wrong_provider" }));
    let accepted = world.does("Moss", "accept", json!({ "record": record }));
    world.sync(&["PC Obi", "Moss"]);
    let [cancel, accept] = [&cancelled, &accepted].map(|answer| text(at(answer, "/ops/0/op")));
    let (_, id) = only_conflict(&mut world);
    let page = world.desk_json(SECOND, &["conflicts", "show", &id]);
    world.settles(FIRST, &id, &["--choose", &accept, "--reason", "They have rung her already"]);
    let (as_of, version) = (text(at(&page, "/as_of")), text(at(&page, "/version")));
    let settle = ["conflicts", "settle", &id, "--choose", &cancel, "--reason", "She asked to stop"];
    let done = world.desk(SECOND, &[settle.as_slice(), &["--as-of", &as_of, "--version", &version]].concat());
    says(&done, &["your decision is recorded, and the conflict is open again"]);
    for admin in [FIRST, SECOND] {
        says(&world.desk(admin, &["conflicts", "list"]), &["taken on by the service", &id[..8]]);
        says(&world.desk(admin, &["conflicts", "show", &id]), &["of two admins who differ a third"]);
    }
    sees(&world.referral("Moss", &record), &[("/stage_words", json!("taken on by the service"))]);
    let third = "Third admin";
    world.takes_in(FIRST, third, "admin", "force");
    let page = world.desk_json(third, &["conflicts", "show", &id]);
    let sides = at(&page, "/sides").as_array().expect("sides");
    let chosen = sides.iter().find(|side| side["value"].to_string().contains("asked to stop"));
    let chosen = text(at(chosen.expect("the second admin's decision"), "/op"));
    world.settles(third, &id, &["--choose", &chosen, "--reason", "I rang her"]);
    world.sync(&["Moss"]);
    sees(&world.referral("Moss", &record), &[("/stage_words", json!("taken back by the police"))]);
}

/// The subjects of the first question about a referral, and the page's `as_of`.
fn question(world: &mut World, referral: &str) -> (String, String, String) {
    let shown = world.desk_json(FIRST, &["person", "show", referral]);
    let subject = |at: usize| text(&shown["questions"][0]["persons"][at]["subject"]);
    (subject(0), subject(1), text(at(&shown, "/as_of")))
}

#[test]
fn an_admin_links_what_may_be_one_person_and_splits_it_again() {
    let mut world = World::on(MONDAY, &["PC Kaur", "PC Obi", "Moss", FIRST]);
    let one = record_of(&world.refers("PC Kaur", json!({})));
    let other = record_of(&world.refers("PC Obi", json!({ "family": "Harow" })));
    world.sync(&["PC Kaur", "PC Obi"]);
    says(&world.desk(FIRST, &["person", "list"]), &["may be one person", &one, &other]);
    let shown = world.desk(FIRST, &["person", "show", &one]);
    says(&shown, &["Harrow", "Harow", "1987-04-12", "- ", "waymark person link"]);
    let (first, second, as_of) = question(&mut world, &one);
    let linked = world.desk(FIRST, &["person", "link", &one[..8], &other, "--as-of", &as_of]);
    says(&linked, &["they are one person from now on"]);
    let members = |world: &mut World| {
        let shown = world.desk_json(FIRST, &["person", "show", &one]);
        (at(&shown, "/members").as_array().expect("members").len(), text(at(&shown, "/as_of")))
    };
    let (count, as_of) = members(&mut world);
    assert_eq!(count, 2);
    let split = world.desk(FIRST, &["person", "split", &first, &second, "--as-of", &as_of]);
    says(&split, &["they are two persons from now on"]);
    assert_eq!(members(&mut world).0, 1);
}

#[test]
fn a_corrected_birth_of_one_of_two_linked_people_is_asked_about_once() {
    let mut world = World::on(MONDAY, &["PC Kaur", "PC Obi", FIRST]);
    let one = record_of(&world.refers("PC Kaur", json!({ "place": "Canal Road" })));
    world.sync(&["PC Kaur"]);
    world.until("2026-06-16T09:00:00+01:00");
    let other = record_of(&world.refers("PC Obi", json!({ "place": "Mill Lane" })));
    world.sync(&["PC Obi"]);
    let asked = |world: &mut World| {
        let list = world.desk(FIRST, &["person", "list"]);
        list.matches("still one person?").count()
    };
    assert_eq!(asked(&mut world), 0);
    world.does("PC Obi", "amend", json!({ "record": other, "field": "born", "value": "1997-04-12" }));
    world.sync(&["PC Obi"]);
    assert_eq!(asked(&mut world), 1);
    says(&world.desk(FIRST, &["person", "list"]), &[&one, &other]);
}

#[test]
fn one_encounter_that_two_officers_recorded_is_asked_about() {
    let mut world = World::on(MONDAY, &["PC Kaur", "PC Obi", "Moss", FIRST]);
    let place = json!({ "place": "Canal Road" });
    let one = record_of(&world.refers("PC Kaur", place.clone()));
    let other = record_of(&world.refers("PC Obi", place));
    world.sync(&["PC Kaur", "PC Obi"]);
    says(&world.desk(FIRST, &["person", "list"]), &["one encounter, recorded twice?", &one, &other]);
    let (shown, id) = only_conflict(&mut world);
    says(&shown, &["the other is CANCELLED as a duplicate"]);
    let shown = world.desk_json(FIRST, &["conflicts", "show", &id]);
    let chosen = text(at(&shown, "/sides/0/op"));
    world.settles(FIRST, &id, &["--choose", &chosen, "--reason", "One stop, two notebooks"]);
    world.sync(&["PC Kaur", "PC Obi", "Moss"]);
    let stages = [("PC Kaur", &one), ("PC Obi", &other)]
        .map(|(who, record)| text(&world.referral(who, record)["stage_words"]));
    assert_eq!(stages.iter().filter(|words| *words == "taken back by the police").count(), 1, "{stages:?}");
}

#[test]
fn two_persons_have_no_encounter_in_common() {
    let mut world = World::on(MONDAY, &["PC Kaur", "PC Obi", FIRST]);
    let place = json!({ "place": "Canal Road" });
    let one = record_of(&world.refers("PC Kaur", place.clone()));
    let other = record_of(&world.refers("PC Obi", place));
    world.sync(&["PC Kaur", "PC Obi"]);
    says(&world.desk(FIRST, &["person", "list"]), &["one encounter, recorded twice?", &one, &other]);
    let shown = world.desk_json(FIRST, &["person", "show", &one]);
    let as_of = text(at(&shown, "/as_of"));
    world.desk(FIRST, &["person", "split", &one, &other, "--as-of", &as_of]);
    never_says(&world.desk(FIRST, &["person", "list"]), &["recorded twice?"]);
    world.sync(&["PC Kaur", "PC Obi"]);
    for (who, record) in [("PC Kaur", &one), ("PC Obi", &other)] {
        sees(&world.referral(who, record), &[("/stage_words", json!("sent, not yet seen by the service"))]);
    }
}

#[test]
fn an_entry_that_one_admin_admits_and_another_keeps_aside_stays_aside() {
    let mut world = World::on(MONDAY, &["PC Obi", FIRST]);
    world.enrol_phone(SECOND);
    let record = record_of(&world.refers("PC Obi", json!({})));
    world.sync(&["PC Obi"]);
    world.desk(FIRST, &["user", "disable", "PC Obi", "--reason", "cause"]);
    world.does("PC Obi", "cancel", json!({ "record": record, "reason": "wrong_provider" }));
    world.does("PC Obi", "sync", json!({}));
    world.sync(&[SECOND]);
    let (shown, id) = only_conflict(&mut world);
    says(&shown, &["kept aside", "--admit", "--keep-aside", "CANCELS the referral"]);
    let page = world.desk_json(FIRST, &["conflicts", "show", &id]);
    let op = text(at(&page, "/sides/0/op"));
    world.settles(FIRST, &id, &["--admit", &op, "--reason", "He rang me about it"]);
    let keeps = json!({ "conflict": id, "choice": { "keep_aside": op }, "reason": "He had no right to" });
    world.does(SECOND, "settle", keeps);
    world.sync(&[SECOND]);
    let open = world.looks(SECOND, "conflicts", json!({}));
    sees(&open, &[("/conflicts/0/conflict", json!(id))]);
    says(&world.desk(FIRST, &["conflicts", "list"]), &["kept aside"]);
    let seen = world.referral(SECOND, &record);
    sees(&seen, &[("/stage_words", json!("sent, not yet seen by the service"))]);
}

#[test]
fn a_role_and_a_code_for_an_admin_take_two() {
    let mut world = World::on(MONDAY, &[FIRST, SECOND]);
    let asked = world.desk(FIRST, &["device", "enrol-code", SECOND]);
    says(&asked, &["another admin must now run", "confirm-code"]);
    never_says(&asked, &["enrol with the code"]);
    let asked = ["user", "add", "Third admin", "--role", "admin", "--org", "force"];
    says(&world.desk(FIRST, &asked), &["another admin", "user confirm-role"]);
    let proposed = world.desk_json(SECOND, &["user", "proposals"]);
    let all = at(&proposed, "/proposals").as_array().expect("proposals");
    let role = all.iter().find(|one| one["role"] == "admin" && one["asks"] != "code").expect("a role");
    let proposal = text(&role["proposal"]);
    let alone = world.terminal(FIRST, &["user", "confirm-role", &proposal]);
    assert_eq!(alone.status.code(), Some(1), "{}", said(&alone));
    let ends = world.desk(SECOND, &["user", "confirm-role", &proposal]);
    says(&ends, &["the code ends with", "whoever asked has its beginning"]);
    never_says(&ends, &["enrol with the code"]);
}

#[test]
fn a_service_without_people_and_one_that_closed_stand_on_the_list_the_same_day() {
    let mut world = World::on(MONDAY, &["PC Kaur", FIRST]);
    world.desk(FIRST, &["provider", "add", "Eastgate", "--area", "east"]);
    world.sync(&["PC Kaur"]);
    let nobody = world.refers("PC Kaur", json!({ "area": "east" }));
    let closes = world.refers("PC Kaur", json!({ "family": "Marsh", "area": "north" }));
    world.sync(&["PC Kaur"]);
    world.desk(FIRST, &["provider", "disable", "Northgate"]);
    let list = world.desk(FIRST, &["worklist"]);
    for sent in [&nobody, &closes] {
        says(&list, &[&text(at(sent, "/reference"))]);
    }
    says(&list, &["Nobody at the service can act", "sent, not yet seen by the service"]);
    world.sync(&["PC Kaur"]);
    let own = world.looks("PC Kaur", "worklist", json!({}));
    for sent in [&nobody, &closes] {
        sees(
            row(&own["worklist"], &record_of(sent)),
            &[("/stage_words", json!("sent, not yet seen by the service"))],
        );
    }
    let again = world.cannot("PC Kaur", "refer", with(form(), json!({ "family": "Moor", "area": "north" })));
    sees(&again, &[("/code", Value::from("area_unknown"))]);
}
