//! What is added later at the desk, and what a service records about no single referral.
//!
//! Does not test what is allowed: the core does.

use serde_json::json;
use sync_core::ids::Record;
use sync_core::local_time::{days_later_ms, local_day};
use sync_core::referral::act::{Meeting, SlotMode};

use super::pages::{codes, planted};
use super::{Browser, Desk, between};
use crate::desk::{Command, NewSlot, Recording};
use crate::tests::{NOW_MS, Scheme};

/// Somebody who was referred from the officer's desk, with what was taken.
fn refers(scheme: &Scheme, drug: &str, family: &str) -> Record {
    let form = json!({
        "command": "refer", "drug": drug, "family": family, "given": "Kelly-Ann", "born": "1987-04-12",
        "identity": "photo_document", "ethnicity": "NS", "signs": {}, "safe_now": {}, "agrees": {"answer": "yes"},
        "consent": {"contact": "yes", "feedback": "yes", "wording": "v1", "language": "en"},
        "reach": {"phone": "07700 900123"}, "provider": scheme.provider,
    });
    let sent = Command::Record(Recording { command: form, form: None });
    let saved = scheme.service.command(scheme.officer.user, sent, NOW_MS).expect("it is recorded");
    Record::referral(saved["record"].as_str().and_then(|id| id.parse().ok()).expect("an id"))
}

fn does(browser: &mut Browser<'_>, path: &str, typed: &[(&str, &str)]) -> u16 {
    browser.get(path);
    assert_eq!(browser.page.status, 200, "{path}: {}", browser.page.words());
    browser.submit(path, typed);
    browser.page.status
}

fn shows(browser: &mut Browser<'_>, path: &str, words: &[&str]) {
    browser.get(path);
    let said = browser.page.words();
    for word in words {
        assert!(said.contains(word), "{path} does not say {word}: {said}");
    }
}

#[test]
fn an_officer_adds_what_was_found_later_and_a_fault_keeps_what_was_typed() {
    let scheme = Scheme::new();
    let record = refers(&scheme, "unknown", "Dace");
    let code = codes(&scheme).remove("officer").expect("a code");
    let desk = Desk::over(scheme, None);
    let (mut officer, _) = desk.set_up(&code, "officer");
    let to = |verb: &str| format!("/referrals/{}/do/{verb}", record.id);
    assert_eq!(does(&mut officer, &to("book_in"), &[("weight_mg", "a lot"), ("seal", "A1")]), 422);
    assert!(officer.page.words().contains("Write a whole number"), "{}", officer.page.words());
    assert!(officer.page.text.contains("value=\"a lot\""), "{}", officer.page.text);
    let wrong = [("described.postcode_district", "RG1 4AB")];
    assert_eq!(does(&mut officer, &to("describe"), &wrong), 422);
    for (verb, typed) in [
        ("identify", vec![("drug", "heroin"), ("method", "field test")]),
        ("book_in", vec![("seal", "A123"), ("weight_mg", "820")]),
        ("dispose_item", vec![("how", "destroyed")]),
        ("check", vec![("check.kind", "pnc"), ("check.channel", "phone"), ("check.result", "nothing_found")]),
        ("offence", vec![("words", "no insurance")]),
        ("describe", vec![("described.sex", "2"), ("described.postcode_district", "RG1")]),
        ("need", vec![("need", "naloxone")]),
        ("rate", vec![("ease", "4")]),
    ] {
        assert_eq!(does(&mut officer, &to(verb), &typed), 303, "{verb}: {}", officer.page.words());
    }
    let page = format!("/referrals/{}", record.id);
    shows(&mut officer, &page, &["Heroin", "Destroyed", "It was found out what was taken"]);
}

#[test]
fn an_appointment_that_is_asked_for_is_confirmed_where_there_is_a_place_and_its_officer_reads_it() {
    let scheme = Scheme::new();
    let new = NewSlot {
        at_ms: days_later_ms(NOW_MS, 1),
        minutes: 60,
        meeting: Meeting::Assessment,
        mode: SlotMode::FaceToFace,
        capacity: 1,
        place: Some("Castle Street".to_owned()),
    };
    scheme.service.command(scheme.lead.user, Command::OpenSlot(new), NOW_MS).expect("it is opened");
    let (first, second) = (refers(&scheme, "unknown", "Dace"), refers(&scheme, "cannabis", "Lowe"));
    let code = codes(&scheme).remove("officer").expect("a code");
    let desk = Desk::over(scheme, None);
    let (mut officer, _) = desk.set_up(&code, "officer");
    for (record, answer) in [(first, "confirmed"), (second, "not given: the time was taken")] {
        let to = format!("/referrals/{}/do/ask_slot", record.id);
        shows(&mut officer, &to, &["Castle Street"]);
        let slot = between(&officer.page.text, "name=\"slot\" value=\"", "\"").expect("a time to choose");
        officer.submit(&to, &[("slot", &slot)]);
        assert_eq!(officer.page.status, 303, "{}", officer.page.words());
        shows(&mut officer, &format!("/referrals/{}", record.id), &[answer]);
    }
}

#[test]
fn a_worker_moves_a_meeting_calls_it_off_asks_how_somebody_is_and_records_a_group() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let mut codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut worker, _) = desk.set_up(&codes.remove("worker").expect("a code"), "worker");
    let to = |deed: &str| format!("/referrals/{}/record/{deed}", record.id);
    let day = |days| local_day(days_later_ms(NOW_MS, days)).to_string();
    let (thursday, friday) = (day(2), day(3));
    let booking =
        [("meeting", "assessment"), ("date", thursday.as_str()), ("time", "10:00"), ("minutes", "60")];
    assert_eq!(does(&mut worker, &to("book"), &booking), 303, "{}", worker.page.words());
    worker.get(&to("move"));
    let appointment = between(&worker.page.text, "<option value=\"", "\"").expect("an appointment");
    let moved = [("appointment", appointment.as_str()), ("date", friday.as_str()), ("time", "11:00")];
    assert_eq!(does(&mut worker, &to("move"), &moved), 303, "{}", worker.page.words());
    let off = [("appointment", appointment.as_str()), ("by", "person")];
    assert_eq!(does(&mut worker, &to("call-off"), &off), 303, "{}", worker.page.words());
    shows(&mut worker, &format!("/referrals/{}", record.id), &["An appointment was moved", "called off"]);
    assert_eq!(does(&mut worker, &to("measure"), &[("at", "start"), ("opiates_days", "29")]), 422);
    assert!(worker.page.text.contains("value=\"29\""), "{}", worker.page.text);
    let measured = [("at", "start"), ("opiates_days", "20"), ("psychological", "8")];
    assert_eq!(does(&mut worker, &to("measure"), &measured), 303, "{}", worker.page.words());
    assert_eq!(does(&mut worker, "/group", &[("minutes", "60")]), 422);
    let ticked = format!("who-{}", record.id);
    let session = [("minutes", "60"), (ticked.as_str(), "yes")];
    assert_eq!(does(&mut worker, "/group", &session), 303, "{}", worker.page.words());
    shows(&mut worker, &format!("/referrals/{}", record.id), &["1 of 3"]);
}

#[test]
fn who_walks_in_is_known_to_the_service_alone_and_a_lead_says_what_it_offers() {
    let scheme = Scheme::new();
    let (mut codes, provider) = (codes(&scheme), scheme.provider);
    let desk = Desk::over(scheme, None);
    let (mut worker, _) = desk.set_up(&codes.remove("worker").expect("a code"), "worker");
    assert_eq!(does(&mut worker, "/walk-in", &[("family", " ")]), 422);
    let typed = [("family", "Visitor"), ("given", "Val"), ("need", "needle_exchange")];
    assert_eq!(does(&mut worker, "/walk-in", &typed), 303, "{}", worker.page.words());
    let page = worker.page.location.clone();
    shows(&mut worker, &page, &["Val Visitor", "Needle exchange"]);
    for role in ["officer", "supervisor", "admin", "other lead"] {
        let (mut other, _) = desk.set_up(&codes.remove(role).expect("a code"), role);
        assert_eq!(other.get(&page).page.status, 404, "{role}");
        if role != "other lead" {
            assert_eq!(other.get("/walk-in").page.status, 404, "{role}");
        }
    }
    let (mut lead, _) = desk.set_up(&codes.remove("lead").expect("a code"), "lead");
    let to = |deed: &str| format!("{page}/record/{deed}");
    assert_eq!(does(&mut worker, &to("correct"), &[("family", "Visiteur"), ("given", "Val")]), 303);
    assert!(!worker.get(&page).page.text.contains("record/close"), "a lead closes");
    shows(&mut lead, &page, &["Val Visiteur", "The name or the birth was corrected"]);
    assert_eq!(does(&mut lead, &to("close"), &[("reason", "")]), 422, "{}", lead.page.words());
    let typed = [("date", "2026-05-28"), ("reason", "not_engaged")];
    assert_eq!(does(&mut lead, &to("close"), &typed), 303, "{}", lead.page.words());
    shows(&mut lead, &page, &["It was closed"]);
    assert!(!lead.page.text.contains("record/reopen"), "whoever strikes the closing opens it again");
    let own = format!("/services/{provider}");
    lead.get(&own);
    lead.submit("/offers", &[("accepts", "no"), ("from", "2027-01-04"), ("kinds-naloxone", "yes")]);
    assert_eq!(lead.page.status, 303, "{}", lead.page.words());
    lead.get(&own);
    assert!(lead.page.text.contains("value=\"2027-01-04\""), "{}", lead.page.text);
    for page in [own.as_str(), "/services"] {
        shows(&mut lead, page, &["Takes nobody new before 4 January 2027"]);
    }
    lead.get(&own);
    lead.submit("/offers", &[("accepts", "no"), ("from", "")]);
    shows(&mut lead, &own, &["Takes nobody new now"]);
    lead.submit("/offers", &[("accepts", "yes"), ("from", "")]);
    shows(&mut lead, &own, &["Takes referrals"]);
}

#[test]
fn nothing_of_a_referral_is_asked_or_said_of_who_walked_in() {
    let scheme = Scheme::new();
    let mut codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut lead, _) = desk.set_up(&codes.remove("lead").expect("a code"), "lead");
    let typed = [("family", "Visitor"), ("given", "Val")];
    assert_eq!(does(&mut lead, "/walk-in", &typed), 303, "{}", lead.page.words());
    let page = lead.page.location.clone();
    shows(&mut lead, &page, &["Nobody referred this person", "The police do not see this record"]);
    for said in ["Told back to the police", "what the police decided"] {
        assert!(!lead.page.words().contains(said), "{said}: {}", lead.page.words());
    }
    let to = |deed: &str| format!("{page}/record/{deed}");
    assert!(lead.page.text.contains(&to("correct")), "a wrong name is put right: {}", lead.page.words());
    for deed in ["answer", "take-over", "transfer", "reopen"] {
        assert_eq!(lead.get(&to(deed)).page.status, 404, "{deed} at a typed address");
    }
    // The same, sent by hand.
    lead.get(&to("note"));
    let own = lead.page.hidden(&to("note")).expect("a form");
    for (deed, field, typed) in [("answer", "answer", "yes"), ("reopen", "reason", "person_returned")] {
        let mut fields = own.clone();
        fields.push((field.to_owned(), typed.to_owned()));
        lead.post(&to(deed), &fields);
        assert_eq!(lead.page.status, 422, "{deed}: {}", lead.page.words());
    }
    let before = lead.get(&page).page.words();
    assert!(!before.contains("It was closed") && !before.contains("accepted"), "{before}");
}
