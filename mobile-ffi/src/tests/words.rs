//! What an officer reads out, and what they must know apart from it.
//!
//! Does not test every cell of the table: `sync-core` does.

use serde_json::{Value, json};
use sync_core::access::Role;

use super::syncing::{Server, synced};
use super::{form, phone, with};

fn words(answer: &Value) -> String {
    let words = answer["words"].as_array().expect("words are a list").iter();
    words.map(|sentence| sentence.as_str().expect("a sentence")).collect::<Vec<_>>().join(" ")
}

fn officer(answer: &Value) -> Vec<String> {
    serde_json::from_value(answer["officer"].clone()).expect("a list of sentences")
}

#[test]
fn what_the_officer_must_know_stands_apart_from_the_words_to_read_out() {
    let phone = phone(Role::Officer, 10);
    let answer = phone.run(form());
    let words = words(&answer);
    assert!(words.starts_with("You agreed to see Cranstoun"), "{words}");
    assert!(words.contains(answer["reference"].as_str().expect("a reference")), "{words}");
    assert!(!words.contains("central record") && !words.contains("ntelligence"), "{words}");
    let officer = officer(&answer);
    assert_eq!(officer[0], "Yes, go ahead – not yet checked with the central record");
    let reminders = officer.iter().filter(|line| line.contains("Intelligence")).count();
    assert_eq!(reminders, 1, "one reminder: {officer:?}");
    assert_eq!(answer["verdict_words"], json!(officer[0]));
}

#[test]
fn with_feedback_no_the_words_do_not_say_that_the_police_are_told() {
    let phone = phone(Role::Officer, 10);
    let consent = with(form()["consent"].clone(), json!({"feedback": "no"}));
    let words = words(&phone.run(with(form(), json!({"consent": consent}))));
    assert!(!words.contains("may tell the police") && words.contains("do not hear"), "{words}");
}

#[test]
fn an_out_of_scope_encounter_promises_nothing_and_a_voluntary_one_has_the_voluntary_words() {
    let phone = phone(Role::Officer, 10);
    let supply = json!({"signs": {"supply": ["cash"]}});
    let ended = phone.run(with(form(), supply.clone()));
    assert!(!words(&ended).contains("Nothing happens") && !words(&ended).contains("Cranstoun"));
    assert_eq!(ended["voluntary_offer"], "may_be_made");
    assert!(officer(&ended).iter().any(|line| line.contains("voluntary referral")), "{ended}");
    let voluntary = with(with(form(), supply), json!({"family": "Other", "voluntary": "yes"}));
    let words = words(&phone.run(voluntary));
    assert!(words.starts_with("You asked to see Cranstoun of your own will"), "{words}");
    assert!(words.contains("changes nothing about what the police do"), "{words}");
}

#[test]
fn a_late_answer_has_its_words_its_service_and_its_reference() {
    let phone = phone(Role::Officer, 10);
    let undecided = json!({"agrees": {"answer": "cannot_decide_now", "reason": "intoxicated"}});
    let open = phone.run(with(form(), undecided));
    assert!(words(&open).contains("the offer stays open until"), "{open}");
    let yes = phone.run(json!({
        "command": "answer_offer", "record": open["record"], "agrees": {"answer": "yes"},
        "consent": form()["consent"], "reach": form()["reach"],
    }));
    assert_eq!((&yes["provider"], &yes["referred"]), (&json!("Cranstoun"), &json!("yes")));
    let report = yes["crime_report"].as_str().expect("a text");
    assert!(report.contains("Offence: MD71530") && report.contains("Referred to Cranstoun"), "{report}");
    let words = words(&yes);
    assert!(words.starts_with("You agreed to see Cranstoun"), "{words}");
    assert!(words.contains(yes["reference"].as_str().expect("a reference")), "{words}");
}

#[test]
fn a_screen_needs_no_code_word_for_where_a_referral_stands() {
    let phone = phone(Role::Officer, 10);
    phone.run(form());
    let held = phone.ask("referrals")["referrals"][0].clone();
    let said = ["stage_words", "level_words", "verdict_words", "offer_words", "outcome_words"];
    let said = said.map(|field| held[field].as_str().expect(field).to_owned());
    assert_eq!(
        said,
        [
            "recorded on this phone, not sent yet",
            "not reached yet",
            "Yes, go ahead – not yet checked with the central record",
            "the person agreed",
            "community resolution",
        ]
    );
}

#[test]
fn nothing_is_called_sent_before_it_is() {
    let phone = phone(Role::Officer, 10);
    let ops = phone.run(form())["ops"].as_array().expect("a list").len();
    let stands = || {
        let held = phone.ask("referrals")["referrals"][0].clone();
        let listed = phone.ask("worklist")["worklist"][0]["stage_words"].clone();
        (held["stage_words"].clone(), held["waiting"].clone(), listed)
    };
    let before = json!("recorded on this phone, not sent yet");
    assert_eq!(stands(), (before.clone(), json!(ops), before));
    let mut server = Server::of(&phone);
    synced(&phone, &mut server).expect("the server answers");
    let after = json!("sent, not yet seen by the service");
    assert_eq!(stands(), (after.clone(), json!(0), after));
}
