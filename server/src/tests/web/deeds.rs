//! What the police record after the referral, on pages: a form each, for the roles that the core allows.
//!
//! Does not test what is allowed: the core does.

use serde_json::{Value, json};
use sync_core::ids::Record;

use super::pages::{NUMBER, codes, everybody, planted};
use super::{Browser, Desk};
use crate::desk::{Command, Query, Recording};
use crate::pages::words::NEVER;
use crate::tests::{NOW_MS, Scheme};
use sync_core::access::Role;

const VERBS: [&str; 13] = [
    "discretion",
    "answer_offer",
    "crime",
    "amend",
    "notice",
    "handover",
    "safeguard",
    "consent",
    "withdraw",
    "cancel",
    "dispose",
    "propose_disposal",
    "rescind",
];

/// The form of an encounter with somebody who was referred before and did not engage, so that a supervisor decides.
fn asked_again(scheme: &Scheme) -> Record {
    let form = json!({
        "command": "refer", "drug": "heroin", "family": "Dace", "given": "Kelly-Ann", "born": "1987-04-12",
        "identity": "photo_document", "ethnicity": "NS", "signs": {}, "safe_now": {},
        "checks": [{"kind": "prior_referrals", "channel": "phone", "result": "record_found", "engaged": "no"}],
        "agrees": {"answer": "yes"},
    });
    let sent = Command::Record(Recording { command: form, form: None });
    let saved = scheme.service.command(scheme.officer.user, sent, NOW_MS).expect("it is recorded");
    Record::referral(saved["record"].as_str().and_then(|id| id.parse().ok()).expect("an id"))
}

fn path(record: Record, verb: &str) -> String {
    format!("/referrals/{}/do/{verb}", record.id)
}

fn sends(browser: &mut Browser<'_>, record: Record, verb: &str, typed: &[(&str, &str)]) -> u16 {
    let path = path(record, verb);
    browser.get(&path);
    assert_eq!(browser.page.status, 200, "{verb}: {}", browser.page.words());
    browser.submit(&path, typed);
    browser.page.status
}

#[test]
fn each_role_finds_the_forms_that_it_may_use_and_no_form_says_what_the_service_recorded() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    for (role, mut browser) in everybody(&desk, &codes) {
        for verb in VERBS {
            let page = browser.get(&path(record, verb)).page.clone();
            let finds = match role {
                "officer" => !matches!(verb, "discretion" | "rescind"),
                "supervisor" => true,
                _ => page.status == 200 && role.contains("admin"),
            };
            assert_eq!(page.status, if finds { 200 } else { 404 }, "{role} {verb}: {}", page.words());
            for word in ["PlantedOutreach", "PlantedCare", "No answer", NUMBER, "PlantedPolice"] {
                assert!(!page.text.contains(word), "{role} {verb} shows {word}");
            }
            if finds {
                for word in page.words().split(|letter: char| !letter.is_alphanumeric() && letter != '_') {
                    let is_name = word == "Provider";
                    assert!(
                        is_name || !NEVER.contains(&word.to_lowercase().as_str()),
                        "{role} {verb} says {word}"
                    );
                }
            }
        }
        assert_eq!(browser.get(&path(record, "accept")).page.status, 404, "{role}: the service's own");
    }
}

#[test]
fn nobody_reads_how_far_somebody_got_while_they_take_an_outcome_back() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let code = codes(&scheme).remove("supervisor").expect("a code");
    let desk = Desk::over(scheme, None);
    let (mut supervisor, _) = desk.set_up(&code, "supervisor");
    let far = supervisor.get(&format!("/referrals/{}", record.id)).page.words();
    assert!(far.contains("How far"), "{far}");
    for verb in ["rescind", "dispose", "propose_disposal"] {
        let words = supervisor.get(&path(record, verb)).page.words();
        assert!(!words.contains("not reached") && !words.contains("came to"), "{verb}: {words}");
    }
}

#[test]
fn what_an_officer_records_is_recorded_once_and_a_fault_keeps_what_was_typed() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let code = codes(&scheme).remove("officer").expect("a code");
    let desk = Desk::over(scheme, None);
    let (mut officer, _) = desk.set_up(&code, "officer");
    assert_eq!(sends(&mut officer, record, "crime", &[]), 422);
    assert!(officer.page.words().contains("write the crime number"), "{}", officer.page.words());
    let typed = [("field", "born"), ("value", "31 February")];
    assert_eq!(sends(&mut officer, record, "amend", &typed), 422);
    assert!(officer.page.text.contains("value=\"31 February\""), "{}", officer.page.text);
    let to = path(record, "crime");
    let page = officer.get(&to).page.clone();
    for _ in 0..2 {
        officer.page = page.clone();
        officer.submit(&to, &[("crime_reference", "43260012345")]);
        assert_eq!(officer.page.status, 303, "{}", officer.page.words());
    }
    officer.get(&format!("/referrals/{}", record.id));
    assert!(officer.page.words().contains("43260012345"));
    let words = officer.page.words();
    assert_eq!(words.matches("The crime was recorded").count(), 2, "a step, and an entry to strike: {words}");
    for (verb, typed) in [
        ("notice", vec![("to", "guardian")]),
        ("handover", vec![("result", "reached")]),
        ("safeguard", vec![("codes_cuckooing", "yes"), ("told", "the duty desk")]),
        ("consent", vec![("contact", "yes"), ("feedback", "no"), ("language", "cy")]),
        ("amend", vec![("field", "name"), ("value", "Roe, Alexandra")]),
        ("cancel", vec![("reason", "duplicate")]),
        ("withdraw", vec![("reason", "not_now")]),
    ] {
        assert_eq!(sends(&mut officer, record, verb, &typed), 303, "{verb}: {}", officer.page.words());
    }
    officer.get(&format!("/referrals/{}", record.id));
    assert!(officer.page.words().contains("Alexandra Roe"), "{}", officer.page.words());
}

#[test]
fn an_officer_strikes_an_own_entry_which_can_count_again() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut officer, _) = desk.set_up(&codes["officer"], "officer");
    let page = format!("/referrals/{}", record.id);
    let strikes = |browser: &mut Browser<'_>| {
        let text = browser.get(&page).page.text.clone();
        let links = text.split("/record/strike?from=&amp;about=").skip(1);
        links.filter_map(|rest| rest.split('"').next().map(str::to_owned)).collect::<Vec<_>>()
    };
    let before = strikes(&mut officer);
    assert_eq!(sends(&mut officer, record, "crime", &[("crime_reference", "43260054321")]), 303);
    let after = strikes(&mut officer);
    let new: Vec<&String> = after.iter().filter(|op| !before.contains(op)).collect();
    let [op] = new.as_slice() else { panic!("one more entry can be struck: {before:?}, {after:?}") };
    let form = format!("{page}/record/strike");
    officer.get(&format!("{form}?about={op}"));
    assert_eq!(officer.page.status, 200, "{}", officer.page.words());
    assert!(!officer.page.text.contains(NUMBER), "how to reach the person is not the police's to read");
    officer.submit(&form, &[("reason", "the number of another case")]);
    assert_eq!(officer.page.status, 303, "{}", officer.page.words());
    let struck = officer.get(&page).page.clone();
    assert!(!struck.words().contains("Crime number 43260054321"), "{}", struck.words());
    assert!(struck.words().contains("Struck as a mistake"), "{}", struck.words());
    assert!(struck.text.contains(&format!("/record/strike-back?from=&amp;about={op}")), "it can count again");
}

#[test]
fn an_old_form_records_nothing_and_keeps_what_was_typed() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut officer, _) = desk.set_up(&codes["officer"], "officer");
    let (mut supervisor, _) = desk.set_up(&codes["supervisor"], "supervisor");
    let to = path(record, "propose_disposal");
    let old = officer.get(&to).page.clone();
    assert_eq!(sends(&mut supervisor, record, "crime", &[("crime_reference", "43260012345")]), 303);
    officer.page = old;
    let typed = [("disposal", "investigation"), ("reason", "typed on the old page")];
    officer.submit(&to, &typed);
    assert_eq!(officer.page.status, 409, "{}", officer.page.words());
    assert!(officer.page.text.contains(">typed on the old page</textarea>"), "{}", officer.page.text);
}

#[test]
fn a_supervisor_who_did_not_refer_decides_and_the_officer_records_the_answer() {
    let scheme = Scheme::new();
    let record = asked_again(&scheme);
    let all = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut supervisor, _) = desk.set_up(&all["supervisor"], "supervisor");
    let (mut officer, _) = desk.set_up(&all["officer"], "officer");
    assert_eq!(sends(&mut supervisor, record, "discretion", &[("grant", "yes")]), 422);
    assert!(supervisor.page.words().contains("Write in a sentence why"), "{}", supervisor.page.words());
    let typed = [("grant", "yes"), ("reason", "Wants to go back.")];
    assert_eq!(sends(&mut supervisor, record, "discretion", &typed), 303, "{}", supervisor.page.words());
    officer.get(&format!("/referrals/{}", record.id));
    assert!(officer.page.words().contains("nothing is sent yet"), "{}", officer.page.words());
    assert_eq!(sends(&mut officer, record, "answer_offer", &[("agrees", "yes")]), 422);
    let typed = [
        ("agrees", "yes"),
        ("contact", "yes"),
        ("feedback", "yes"),
        ("language", "en"),
        ("phone", "07700 900123"),
    ];
    assert_eq!(sends(&mut officer, record, "answer_offer", &typed), 303, "{}", officer.page.words());
    officer.get(&format!("/referrals/{}/leaflet", record.id));
    assert_eq!(officer.page.status, 200, "it is sent: {}", officer.page.words());
}

#[test]
fn a_supervisor_who_referred_has_no_form_to_decide_with() {
    let scheme = Scheme::new();
    let added = scheme.takes_in("Sergeant Two", Role::Supervisor, scheme.officer.enrolled.force);
    let user = added["user"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let form = json!({
        "command": "refer", "drug": "heroin", "family": "Dace", "born": "1987-04-12", "identity": "photo_document",
        "ethnicity": "NS", "signs": {}, "safe_now": {}, "agrees": {"answer": "yes"},
        "checks": [{"kind": "prior_referrals", "channel": "phone", "result": "record_found", "engaged": "no"}],
    });
    let sent = Command::Record(Recording { command: form, form: None });
    let saved: Value = scheme.service.command(user, sent, NOW_MS).expect("it is recorded");
    let id = saved["record"].as_str().expect("an id").to_owned();
    let shown =
        scheme.service.query(user, &Query::Referral(id.parse().expect("an id"))).expect("it is shown");
    assert!(shown["owners"].as_array().is_some_and(|owners| owners.contains(&json!(user))), "{shown}");
    let desk = Desk::over(scheme, None);
    let (mut two, _) = desk.set_up(added["code"].as_str().expect("a code"), "two");
    let page = two.get(&format!("/referrals/{id}/do/discretion")).page.clone();
    assert!(page.words().contains("Another supervisor decides") && !page.text.contains("name=\"grant\""));
}
