//! 1. An officer's shift.

use serde_json::{Value, json};

use super::sees::{at, never_says, row, says, sees, text, with};
use super::world::{World, form, record_of, since_1970};

const MONDAY_NIGHT: &str = "2026-06-15T22:05:00+01:00";
const KAUR: &str = "PC Kaur";

#[test]
fn an_officers_shift() {
    let mut world = World::on(MONDAY_NIGHT, &[KAUR, "Reid"]);
    a_dead_phone_keeps_the_answers(&mut world);
    let referred = she_refers_without_signal(&mut world);
    she_presses_refer_again(&mut world, &referred);
    she_corrects_the_number(&mut world, &record_of(&referred));
    others_of_that_night(&mut world);
    an_area_that_nobody_serves(&mut world);
    she_looks_at_what_waits(&mut world, &record_of(&referred));
    the_service_sees_it(&mut world, &record_of(&referred));
}

/// 22:05
fn a_dead_phone_keeps_the_answers(world: &mut World) {
    let mut answers = json!({});
    for (field, answer) in
        [("drug", "heroin"), ("amount", "about 1 g"), ("family", "Harrow"), ("given", "Dean")]
    {
        answers[field] = json!(answer);
        world.does(KAUR, "draft_save", json!({ "id": "by the canal", "form": answers }));
    }
    world.phone(KAUR).dies();
    let drafts = world.looks(KAUR, "drafts", json!({}));
    sees(&drafts, &[("/drafts/0/id", json!("by the canal")), ("/drafts/0/form", answers)]);
}

/// 22:10
fn she_refers_without_signal(world: &mut World) -> Value {
    let not_asked =
        json!({ "checks": [{ "kind": "pnc", "channel": "voice_radio", "result": "nothing_found" }] });
    let sent = world.refers(KAUR, not_asked);
    sees(&sent, &[("/saved", json!(true)), ("/provider", json!("Swanway"))]);
    sees(&sent, &[("/telephone", json!("01632 960111")), ("/hours", json!("weekdays 9 to 5"))]);
    let verdict = "Yes, go ahead – not yet checked with the central record";
    sees(&sent, &[("/verdict_words", json!(verdict))]);
    let words = text(at(&sent, "/words"));
    says(
        &words,
        &[
            "Swanway",
            "01632 960111",
            &text(at(&sent, "/reference")),
            "Nothing happens to you if you do not go",
            "DBS",
        ],
    );
    never_says(&words, &["central record", "ntelligence"]);
    let reminders = text(at(&sent, "/officer"));
    assert_eq!(reminders.matches("Intelligence goes into the force's own system").count(), 1, "{reminders}");
    says(&text(at(&sent, "/crime_report")), &["Date: 2026-06-15", "Dean Harrow", "Community resolution"]);
    sent
}

/// 22:12
fn she_presses_refer_again(world: &mut World, referred: &Value) {
    let before = text(at(&world.looks(KAUR, "status", json!({})), "/waiting"));
    let asked = world.cannot(KAUR, "refer", form());
    sees(&asked, &[("/code", json!("already_referred")), ("/reference", at(referred, "/reference").clone())]);
    assert_eq!(text(at(&world.looks(KAUR, "status", json!({})), "/waiting")), before, "nothing was saved");
}

/// 22:20
fn she_corrects_the_number(world: &mut World, record: &str) {
    world.does(KAUR, "amend", json!({ "record": record, "field": "phone", "value": "07700 900199" }));
    let seen = world.referral(KAUR, record);
    sees(&seen, &[("/reach/phone", json!("07700 900199"))]);
    says(&text(at(&seen, "/crime_report")), &["07700 900199"]);
    let list = world.looks(KAUR, "referrals", json!({}));
    sees(row(&list["referrals"], record), &[("/reach/phone", json!("07700 900199"))]);
    let history = world.looks(KAUR, "history", json!({ "record": record })).to_string();
    says(&history, &["07700 900101", "07700 900199"]);
}

/// 22:40, 23:00, 23:10
fn others_of_that_night(world: &mut World) {
    let supply = json!({ "family": "Vance", "signs": { "supply": ["scales_or_bags", "many_wraps"] } });
    let ended = world.does(KAUR, "record_encounter", with(form(), supply.clone()));
    sees(
        &ended,
        &[("/verdict/out_of_scope/why", json!("supply")), ("/voluntary_offer", json!("may_be_made"))],
    );
    never_says(&text(at(&ended, "/words")), &["Swanway", "Nothing happens", "you do not go"]);
    let voluntary = with(supply, json!({ "voluntary": "yes" }));
    says(&text(at(&world.refers(KAUR, voluntary), "/words")), &["of your own will"]);

    let wanted = |answer: Value| {
        let check = json!({ "kind": "pnc", "channel": "voice_radio", "result": "wanted" });
        json!({ "family": "Quill", "checks": [with(check, answer)] })
    };
    let asked = world.cannot(KAUR, "refer", with(form(), wanted(json!({}))));
    sees(&asked, &[("/code", json!("field_missing"))]);
    says(&text(at(&asked, "/field")), &["wanted"]);
    let told = world.refers(KAUR, wanted(json!({ "wanted": "control_told" })));
    says(&text(at(&told, "/flags")), &["wanted"]);
    says(&text(at(&told, "/officer")), &["wanted for something else"]);

    let drunk =
        json!({ "family": "Toll", "agrees": { "answer": "cannot_decide_now", "reason": "intoxicated" } });
    let open = world.does(KAUR, "record_encounter", with(form(), drunk));
    let until = at(&open, "/verdict/offer_open/until_ms").clone();
    let list = world.looks(KAUR, "worklist", json!({}));
    let waits = row(&list["worklist"], &record_of(&open));
    sees(waits, &[("/reason", json!("The person has not answered the offer.")), ("/due_ms", until)]);
}

/// 23:15
fn an_area_that_nobody_serves(world: &mut World) {
    let asked = world.cannot(KAUR, "refer", with(form(), json!({ "family": "Moor", "area": "Atlantis" })));
    sees(&asked, &[("/code", json!("area_unknown"))]);
    says(&text(at(&asked, "/choices")), &["north", "west"]);
}

/// 23:20 and 23:40
fn she_looks_at_what_waits(world: &mut World, record: &str) {
    let raised = json!({ "record": record, "codes": ["overdose_risk"], "told": "ambulance control" });
    world.does(KAUR, "safeguard", raised);
    let stands = world.looks(KAUR, "status", json!({}));
    sees(&stands, &[("/synced", json!(false)), ("/waiting_safeguarding", json!(1))]);
    assert!(stands["waiting"].as_u64() > Some(1), "{stands:#}");
    world.sync(&[KAUR]);
    let stands = world.looks(KAUR, "status", json!({}));
    sees(&stands, &[("/synced", json!(true)), ("/waiting", json!(0)), ("/waiting_safeguarding", json!(0))]);
    let seen = world.referral(KAUR, record);
    sees(&seen, &[("/stage_words", json!("sent, not yet seen by the service"))]);
}

/// 09:10
fn the_service_sees_it(world: &mut World, record: &str) {
    world.until("2026-06-16T09:10:00+01:00");
    world.sync(&["Reid", "Reid", KAUR]);
    let seen = world.referral(KAUR, record);
    sees(&seen, &[("/stage_words", json!("received by the service"))]);
}

#[test]
fn who_came_to_the_assessment_may_go_again() {
    let mut world = World::on(MONDAY_NIGHT, &[KAUR, "Moss", "Reid"]);
    let wrong = json!({ "family": "Harow", "born": "1987-04-12" });
    let record = record_of(&world.refers(KAUR, wrong.clone()));
    world.sync(&[KAUR, "Moss"]);
    world.does("Moss", "accept", json!({ "record": record }));
    world.sync(&["Moss", "Reid"]);
    world.until("2026-06-19T15:00:00+01:00");
    world.does(
        "Reid",
        "attend",
        json!({ "record": record, "meeting": "assessment", "status": "attended", "minutes": 65 }),
    );
    world.does("Reid", "amend", json!({ "record": record, "field": "name", "value": "Harrow, Dean" }));
    world.sync(&["Reid"]);

    world.until("2026-06-22T23:00:00+01:00");
    world.sync(&[KAUR]);
    let right = world.does(KAUR, "assess", with(form(), json!({ "family": "Harrow", "checks": [] })));
    says(&text(at(&right, "/officer")), &["came to the assessment"]);
    says(&text(at(&right, "/verdict_words")), &["Yes, go ahead"]);
    let nobody = world.does(KAUR, "assess", with(form(), with(wrong, json!({ "checks": [] }))));
    never_says(&text(at(&nobody, "/officer")), &["came to the assessment"]);
}

/// A colleague's referral is on no other phone: the central record knows of it.
#[test]
fn an_officer_with_signal_looks_up_whether_somebody_was_referred_before() {
    let mut world = World::on(MONDAY_NIGHT, &[KAUR, "PC Obi", "Moss"]);
    let record = record_of(&world.refers(KAUR, json!({})));
    world.sync(&[KAUR, "Moss"]);
    world.does("Moss", "accept", json!({ "record": record }));
    let reached = json!({ "record": record, "what": "reached", "channel": "phone", "result": "reached" });
    world.does("Moss", "contact", reached);
    world.does("Moss", "close", json!({ "record": record, "on": "2026-06-15", "reason": "not_engaged" }));
    world.sync(&["Moss"]);

    world.until("2026-06-22T22:30:00+01:00");
    let form = with(form(), json!({ "checks": [] }));
    let who = json!({ "family": "Harrow", "given": "Dean", "born": "1987-04-12" });
    let before = world.does("PC Obi", "assess", form.clone());
    says(&text(at(&before, "/verdict_words")), &["not yet checked with the central record"]);
    let said = world.does("PC Obi", "check", who);
    sees(&said, &[("/answer", json!("not_engaged"))]);
    never_says(&said.to_string(), &["Swanway", "Harrow", "heroin"]);
    let after = world.does("PC Obi", "assess", form.clone());
    sees(&after, &[("/verdict_words", json!("Not this time")), ("/checked/answer", json!("not_engaged"))]);
    says(&text(at(&after, "/officer")), &["Looked up in the central record at 22:30.", "did not take part"]);
    let other = world.does("PC Obi", "assess", with(form.clone(), json!({ "given": "Diana" })));
    says(&text(at(&other, "/verdict_words")), &["not yet checked with the central record"]);

    let ended = world.does("PC Obi", "record_encounter", form);
    let why = world.looks("PC Obi", "explain", json!({ "record": record_of(&ended) }));
    sees(&why, &[("/explanation/replay", json!("same")), ("/explanation/decided_by", json!("R09"))]);
    world.sync(&["PC Obi"]);
    let history = world.looks("PC Obi", "history", json!({ "record": record_of(&ended) })).to_string();
    says(&history, &["look_up"]);
}

#[test]
fn a_phone_that_was_off_and_believes_in_1970_still_refers() {
    let mut world = World::on(MONDAY_NIGHT, &[KAUR]);
    world.until("2026-07-20T21:00:00+01:00");
    world.phone(KAUR).starts = 2;
    world.phone(KAUR).clock_offset_ms = since_1970("2026-07-20T21:00:00+01:00");
    let sent = world.refers(KAUR, json!({}));
    sees(&sent, &[("/saved", json!(true))]);
    let age =
        at(&sent, "/findings").as_array().into_iter().flatten().find(|finding| finding["rule"] == "R03");
    sees(age.expect("R03 reads the age"), &[("/inputs/age_years", json!("39"))]);
    says(&text(at(&sent, "/crime_report")), &["clock was not certain"]);
}
