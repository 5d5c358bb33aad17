//! 3. A lead's morning.

use serde_json::{Value, json};

use super::sees::{at, never_says, row, says, sees, text, with};
use super::world::{World, consent, form, ms, record_of};

const KAUR: &str = "PC Kaur";
const TEN: &str = "2026-06-15T10:00:00+01:00";

/// Referred by PC Kaur on Sunday night; the lead reads it on Monday morning.
fn a_morning(phones: &[&str], answers: Value) -> (World, String) {
    let mut world = World::on("2026-06-14T22:00:00+01:00", phones);
    let record = record_of(&world.refers(KAUR, answers));
    world.sync(&[KAUR]);
    world.until("2026-06-15T09:00:00+01:00");
    world.sync(&["Moss"]);
    (world, record)
}

#[test]
fn a_lead_takes_one_on_and_not_the_other() {
    let (mut world, one) = a_morning(&[KAUR, "Moss"], json!({}));
    let other = record_of(&world.refers(KAUR, json!({ "family": "Marsh", "given": "Keeley" })));
    world.sync(&[KAUR, "Moss"]);
    let inbox = world.looks("Moss", "worklist", json!({}));
    for record in [&one, &other] {
        let waits = row(&inbox["worklist"], record);
        sees(waits, &[("/reason", json!("The referral is waiting for the lead's answer."))]);
        assert!(waits["due_ms"].is_u64(), "{waits:#}");
    }
    world.does("Moss", "accept", json!({ "record": one }));
    world.does("Moss", "reject", json!({ "record": other, "reason": "out_of_area" }));
    world.sync(&["Moss", KAUR]);
    sees(&world.referral(KAUR, &one), &[("/stage_words", json!("taken on by the service"))]);
    sees(&world.referral(KAUR, &other), &[("/stage_words", json!("not taken on by the service"))]);
    // Who tells the person? Until somebody says so it waits for its officer.
    let waits = |world: &mut World| {
        let list = world.looks(KAUR, "worklist", json!({}));
        let item = row(&list["worklist"], &other).clone();
        text(at(&item, "/first")) + &text(at(&item, "/also"))
    };
    says(&waits(&mut world), &["reroute"]);
    world.does(KAUR, "notice", json!({ "record": other, "to": "person" }));
    never_says(&waits(&mut world), &["reroute"]);
}

/// Both hold the booking of Monday, and neither has a signal.
fn two_disagree(world: &mut World, record: &str, came: &str, did_not: &str) -> (String, String) {
    world.does("Moss", "accept", json!({ "record": record }));
    world.sync(&["Moss", came, did_not]);
    let booking = json!({ "record": record, "meeting": "assessment", "at_ms": ms(TEN), "minutes": 60 });
    let booked = world.does(came, "book", booking);
    world.sync(&[came, did_not]);
    world.until("2026-06-15T12:00:00+01:00");
    let said = |status: &str, minutes: u16| {
        json!({ "record": record, "meeting": "assessment", "status": status, "minutes": minutes,
            "at_ms": ms(TEN), "appointment": booked["ops"][0]["op"] })
    };
    let yes = world.does(came, "attend", said("attended", 60));
    let no = world.does(did_not, "attend", said("did_not_attend", 0));
    world.sync(&[came, did_not, came]);
    (text(at(&yes, "/ops/0/op")), text(at(&no, "/ops/0/op")))
}

#[test]
fn a_lead_settles_what_two_workers_see_differently() {
    let (mut world, record) = a_morning(&[KAUR, "Moss", "Reid", "Tuck"], json!({}));
    let (came, did_not) = two_disagree(&mut world, &record, "Reid", "Tuck");
    world.sync(&["Moss"]);
    let open = world.looks("Moss", "conflicts", json!({}));
    sees(&open, &[("/conflicts/0/words", json!("two records disagree"))]);
    let conflict = at(&open, "/conflicts/0/conflict").clone();
    let shown = world.looks("Moss", "conflict", json!({ "conflict": conflict }));
    let sides = at(&shown, "/sides").as_array().expect("sides");
    assert!(sides.len() == 2 && sides.iter().all(|side| side["had_seen"] == json!([])), "{shown:#}");
    sees(&shown, &[("/meanwhile/level_words", json!("came to the assessment"))]);
    for (op, level, changes) in [(&came, "came to the assessment", 0), (&did_not, "not reached yet", 1)] {
        let ways = at(&shown, "/ways").as_array().expect("ways");
        let way = ways.iter().find(|way| way["choice"]["op"] == **op).expect("one way a side");
        sees(way, &[("/then/level_words", json!(level))]);
        assert_eq!(at(way, "/changes").as_array().is_some_and(|all| !all.is_empty()), changes > 0, "{way:#}");
    }
    let reason = "Nobody signed in";
    let settle = json!({ "conflict": conflict, "choice": { "op": did_not }, "reason": reason, "as_of": open["as_of"] });
    world.does("Moss", "settle", settle);
    world.sync(&["Moss", "Reid", "Tuck", KAUR]);
    for who in ["Moss", "Reid", "Tuck"] {
        sees(&world.looks(who, "conflicts", json!({})), &[("/conflicts", json!([]))]);
        says(&world.looks(who, "history", json!({ "record": record })).to_string(), &[reason]);
    }
    for who in ["Moss", "Reid", "Tuck", KAUR] {
        sees(&world.referral(who, &record), &[("/level_words", json!("not reached yet"))]);
    }
}

#[test]
fn a_lead_who_wrote_one_side_passes_it_up() {
    let (mut world, record) = a_morning(&[KAUR, "Moss", "Reid", "First admin"], json!({}));
    let (came, _) = two_disagree(&mut world, &record, "Reid", "Moss");
    let open = world.looks("Moss", "conflicts", json!({}));
    let conflict = at(&open, "/conflicts/0/conflict").clone();
    let settle = json!({ "conflict": conflict, "choice": { "op": came }, "reason": "I was there" });
    sees(&world.cannot("Moss", "settle", settle), &[("/code", json!("not_allowed"))]);
    world.does("Moss", "pass_up", json!({ "conflict": conflict }));
    world.sync(&["Moss"]);
    says(&world.desk("First admin", &["conflicts", "list"]), &["Came, or did not come", "An admin"]);
    world.settles("First admin", &text(&conflict), &["--choose", &came, "--reason", "The signing-in sheet"]);
    world.sync(&["Moss", "Reid"]);
    for who in ["Moss", "Reid"] {
        sees(&world.looks(who, "conflicts", json!({})), &[("/conflicts", json!([]))]);
        sees(&world.referral(who, &record), &[("/level_words", json!("came to the assessment"))]);
    }
}

#[test]
fn a_late_call_of_the_former_worker_counts_at_the_new_service() {
    let phones = [KAUR, "Moss", "Reid", "North", "First admin"];
    let (mut world, record) = a_morning(&phones, json!({}));
    world.does("Moss", "accept", json!({ "record": record }));
    world.sync(&["Moss", "Reid"]);
    let tried = json!({ "record": record, "what": "attempted", "channel": "phone", "result": "no_answer" });
    let tried = world.does("Reid", "contact", tried);
    world.sync(&["Reid", "Moss"]);
    let to = world.service("Moss", "Northgate");
    world.does(
        "Moss",
        "transfer",
        json!({ "record": record, "to": to, "reason": "moved_away", "consent": "yes" }),
    );
    world.sync(&["Moss", "North"]);
    world.does("North", "answer_transfer", json!({ "record": record, "takes_over": "yes" }));
    world.sync(&["North"]);
    let call =
        json!({ "record": record, "what": "person_called", "channel": "phone", "result": "came_or_called" });
    world.does("Reid", "contact", call);
    world.sync(&["Reid", "North"]);
    let theirs = world.referral("North", &record);
    sees(&theirs, &[("/level_words", json!("contacted")), ("/marks", json!([]))]);
    assert_eq!(world.desk("First admin", &["conflicts", "list"]).trim(), "nothing");
    // The former service decides nothing more in it, and may strike what it recorded in error.
    world.sync(&["Moss"]);
    sees(&world.referral("Moss", &record), &[("/stage_words", json!("handed over to another service"))]);
    for (command, fields) in [
        ("close", json!({ "record": record, "on": "2026-06-15", "reason": "not_engaged" })),
        ("accept", json!({ "record": record })),
        ("reject", json!({ "record": record, "reason": "out_of_area" })),
    ] {
        sees(&world.cannot("Moss", command, fields), &[("/code", json!("not_allowed"))]);
    }
    world.does("Reid", "strike", json!({ "entry": tried["ops"][0]["op"], "reason": "another person" }));
    world.sync(&["Reid", "North"]);
    assert_eq!(world.desk("First admin", &["conflicts", "list"]).trim(), "nothing");
    sees(&world.referral("North", &record), &[("/level_words", json!("contacted"))]);
}

#[test]
fn a_closing_says_to_the_police_what_it_may() {
    let (mut world, never_reached) = a_morning(&[KAUR, "Moss", "Reid"], json!({}));
    let no_feedback = record_of(&world.refers(KAUR, json!({ "family": "Marsh", "consent": consent("no") })));
    let died = record_of(&world.refers(KAUR, json!({ "family": "Pell" })));
    world.sync(&[KAUR, "Moss"]);
    for record in [&never_reached, &no_feedback, &died] {
        world.does("Moss", "accept", json!({ "record": record }));
    }
    world.sync(&["Moss", "Reid"]);
    for (channel, result) in
        [("phone", "no_answer"), ("visit", "not_there"), ("phone", "no_answer"), ("visit", "not_there")]
    {
        let tried =
            json!({ "record": never_reached, "what": "attempted", "channel": channel, "result": result });
        world.does("Reid", "contact", tried);
    }
    let came = json!({ "record": no_feedback, "meeting": "assessment", "status": "attended", "minutes": 60 });
    world.does("Reid", "attend", came);
    world.sync(&["Reid", "Moss"]);
    for (record, reason) in [(&never_reached, "no_contact"), (&no_feedback, "completed"), (&died, "deceased")]
    {
        world.does("Moss", "close", json!({ "record": record, "on": "2026-06-15", "reason": reason }));
    }
    world.sync(&["Moss", KAUR]);

    sees(
        &world.referral("Moss", &never_reached),
        &[("/stage_words", json!("closed: nobody could be reached"))],
    );
    let again = world.does(KAUR, "assess", with(form(), json!({ "checks": [] })));
    says(&text(at(&again, "/verdict_words")), &["Yes, go ahead"]);

    let told = world.referral(KAUR, &no_feedback);
    sees(
        &told,
        &[
            ("/stage_words", json!("closed; how far is not told")),
            ("/level_words", json!("how far is not told")),
        ],
    );
    never_says(&told.to_string(), &["came to", "ngage"]);

    let told = world.referral(KAUR, &died);
    sees(&told, &[("/stage_words", json!("closed: the person has died")), ("/contact", json!("stopped"))]);
    never_says(&told.to_string(), &["ngage"]);
    sees(&world.referral("Moss", &died), &[("/contact", json!("stopped"))]);
}
