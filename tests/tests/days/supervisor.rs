//! 5. A supervisor.

use serde_json::{Value, json};

use super::sees::{at, row, says, sees, text, with};
use super::world::{World, consent, form, record_of};

const KAUR: &str = "PC Kaur";

#[test]
fn a_supervisors_worklist_holds_what_waits_for_the_force() {
    let mut world = World::on("2026-06-15T09:00:00+01:00", &[KAUR, "Bell", "Reid"]);
    let record = record_of(&world.refers(KAUR, json!({})));
    world.sync(&[KAUR, "Reid", "Reid", "Bell"]);
    let reasons = |world: &mut World| {
        let list = world.looks("Bell", "worklist", json!({}));
        let item = row(&list["worklist"], &record).clone();
        text(at(&item, "/reason")) + &text(at(&item, "/also_words"))
    };
    says(&reasons(&mut world), &["The crime has no reference yet."]);
    world.until("2026-06-18T09:00:00+01:00");
    world.sync(&["Bell"]);
    says(&reasons(&mut world), &["The service has not said whether it takes the referral"]);
    world.does("Bell", "crime", json!({ "record": record, "crime_reference": "43260000123" }));
    assert!(!reasons(&mut world).contains("The crime has no reference yet."));
}

/// Under a pack that leaves it to a supervisor: somebody who was reached and did not come.
fn asked_for_discretion(world: &mut World) -> String {
    let first = record_of(&world.refers(KAUR, json!({})));
    world.sync(&[KAUR, "Moss"]);
    world.does("Moss", "accept", json!({ "record": first }));
    let reached = json!({ "record": first, "what": "reached", "channel": "phone", "result": "reached" });
    world.does("Moss", "contact", reached);
    world.does("Moss", "close", json!({ "record": first, "on": "2026-06-15", "reason": "not_engaged" }));
    world.sync(&["Moss", KAUR]);
    world.until("2026-06-29T20:00:00+01:00");
    let again = json!({ "agrees": null, "consent": null, "checks": [] });
    let asked = world.does(KAUR, "record_encounter", with(form(), again));
    sees(&asked, &[("/verdict", json!("discretion"))]);
    world.sync(&[KAUR]);
    record_of(&asked)
}

#[test]
fn discretion_that_two_decide_differently_counts_as_granted_until_it_is_settled() {
    let phones = [KAUR, "Bell", "Moss", "First admin", "Second admin"];
    let mut world = World::under("divert-west-midlands", "2026-06-15T09:00:00+01:00", &phones);
    world.takes_in("First admin", "Ware", "supervisor", "force");
    let record = asked_for_discretion(&mut world);
    world.until("2026-06-29T21:00:00+01:00");
    world.sync(&["Bell", "Ware"]);
    let list = world.looks("Bell", "worklist", json!({}));
    let reason = "An officer asks whether an offer is made all the same: grant or refuse it.";
    sees(row(&list["worklist"], &record), &[("/reason", json!(reason))]);
    let decides = |grant: &str, reason: &str| json!({ "record": record, "grant": grant, "reason": reason });
    world.does("Bell", "discretion", decides("yes", "Her mother died that week"));
    world.does("Ware", "discretion", decides("no", "He had his chance"));
    world.sync(&["Bell", "Ware", "Bell"]);
    for who in ["Bell", "Ware"] {
        sees(&world.referral(who, &record), &[("/discretion", json!("yes"))]);
        let open = world.looks(who, "conflicts", json!({}));
        sees(
            &open,
            &[
                ("/conflicts/0/words", json!("two records disagree")),
                ("/conflicts/0/about", json!("discretion")),
            ],
        );
    }
    world.until("2026-06-30T18:00:00+01:00");
    world.sync(&[KAUR]);
    let yes = json!({ "record": record, "agrees": { "answer": "yes" }, "consent": consent("yes"),
        "area": "west", "reach": { "phone": "07700 900101", "may": [] } });
    let sent = world.does(KAUR, "answer_offer", yes.clone());
    sees(
        &world.cannot(KAUR, "answer_offer", yes),
        &[("/code", json!("already_referred")), ("/reference", at(&sent, "/reference").clone())],
    );
    sees(&sent, &[("/provider", json!("Swanway"))]);
    let seen = world.referral(KAUR, &record);
    sees(&seen, &[("/stage_words", json!("recorded on this phone, not sent yet"))]);
    says(&text(at(&seen, "/crime_report")), &["Possess a controlled drug of class A: heroin", "Outcome:"]);
}

#[test]
fn an_outcome_taken_back_while_an_officer_applied_another_is_a_disagreement() {
    let mut world = World::on("2026-06-15T09:00:00+01:00", &[KAUR, "Bell"]);
    let record = record_of(&world.refers(KAUR, json!({})));
    world.sync(&[KAUR, "Bell"]);
    let wrong = json!({ "record": record, "reason": "wrong_person" });
    world.does("Bell", "rescind", wrong.clone());
    world.sync(&["Bell", KAUR]);
    world.does("Bell", "dispose", json!({ "record": record, "disposal": "investigation" }));
    world.does("Bell", "rescind", wrong);
    world.does(KAUR, "dispose", json!({ "record": record, "disposal": "arrest" }));
    world.sync(&["Bell", KAUR, "Bell"]);
    for who in [KAUR, "Bell"] {
        let open = world.looks(who, "conflicts", json!({}));
        sees(&open, &[("/conflicts/0/words", json!("two records disagree"))]);
        sees(&open, &[("/conflicts/0/settler_words", json!("a supervisor"))]);
        let seen: Value = world.referral(who, &record);
        sees(&seen, &[("/outcome_words", json!("two records disagree"))]);
    }
}
