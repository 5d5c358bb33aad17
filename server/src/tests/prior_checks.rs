//! The look-up of earlier referrals: the word, who may ask and how often, and what is noted.
//!
//! Does not test what a word is judged as: `sync-core` does.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sync_core::ids::Record;
use sync_core::persons::Tie;
use sync_core::referral::eligibility::{PriorAnswer, PriorCheck};
use sync_core::sync::prior_check::{ANSWER_BYTES, LEAST_MS, MOST_AN_HOUR, PriorQuestion};
use sync_core::sync::statement::{SignedHeader, Statement, digest_of_sent};

use super::live::Live;
use super::persons::{DAY_MS, refer, say, subject, told};
use super::phone::Phone;
use super::{NOW_MS, Scheme};
use crate::desk::{Command, Page, Query, Recording, Refused, Settlement};
use crate::reconcile::{Refusal, Unanswered, answer_check};

const LATER_MS: u64 = NOW_MS + 2 * DAY_MS;
const HOUR_MS: u64 = 3_600_000;

fn question(family: &str, born: &str) -> PriorQuestion {
    let (given, born) = ("Anneliese".to_owned(), Some(born.to_owned()));
    PriorQuestion { family: family.to_owned(), given, born, apparent_age: None, pad: String::new() }
}

fn signed(phone: &mut Phone, sent: &[u8]) -> SignedHeader {
    phone.signs(|device, counter, uptime| Statement {
        device,
        epoch: None,
        counter,
        tip: sync_core::log::Tip::default(),
        receipt: None,
        cursor: None,
        uptime,
        body: digest_of_sent(sent),
    })
}

fn ask(
    scheme: &Scheme,
    phone: &mut Phone,
    question: &PriorQuestion,
    now_ms: u64,
) -> Result<PriorCheck, Unanswered> {
    let sent = question.bytes();
    let header = signed(phone, &sent);
    scheme.service.wait(answer_check(&scheme.service.service, header, &sent, now_ms))
}

fn word(scheme: &Scheme, family: &str, born: &str) -> PriorAnswer {
    let mut phone = scheme.other_officer.cloned();
    phone.counter = counter_of(scheme, &phone);
    ask(scheme, &mut phone, &question(family, born), LATER_MS).expect("it is answered").answer
}

fn counter_of(scheme: &Scheme, phone: &Phone) -> u64 {
    let device = phone.device;
    let row = scheme.service.service.store.read_now(move |read| read.device(device));
    row.expect("the store is read").expect("it is enrolled").counter
}

fn does(scheme: &Scheme, command: Value) {
    let command = Command::Record(Recording { command, form: None });
    scheme.service.command(scheme.lead.user, command, LATER_MS).expect("it is recorded");
}

/// What the service records of a referral: it takes it on, and reaches the person.
fn reached(scheme: &Scheme, record: Record) {
    does(scheme, json!({"command": "accept", "record": record.id}));
    let contact = json!({"command": "contact", "record": record.id, "what": "reached", "channel": "phone", "result": "reached"});
    does(scheme, contact);
}

fn closed(scheme: &Scheme, record: Record, reason: &str) {
    does(scheme, json!({"command": "close", "record": record.id, "on": "2026-05-30", "reason": reason}));
}

#[test]
fn an_officer_hears_how_the_referral_of_another_officer_went() {
    let mut scheme = Scheme::new();
    assert_eq!(word(&scheme, "Beispiel", "1991-03-05"), PriorAnswer::NoneCounts);
    let told = told(&scheme);
    let (record, _) = refer(&scheme.service, &mut scheme.officer, &told);
    assert_eq!(word(&scheme, "beispiel", "1991-03-05"), PriorAnswer::InProgress);
    assert_eq!(word(&scheme, "Muster", "1971-10-20"), PriorAnswer::NoneCounts, "somebody else");
    reached(&scheme, record);
    closed(&scheme, record, "not_engaged");
    assert_eq!(word(&scheme, "Beispiel", "1991-03-05"), PriorAnswer::NotEngaged);
}

#[test]
fn who_may_be_another_person_is_perhaps_and_nobody_is_named() {
    let mut scheme = Scheme::new();
    let told = told(&scheme);
    let (record, _) = refer(&scheme.service, &mut scheme.officer, &told);
    reached(&scheme, record);
    closed(&scheme, record, "not_engaged");
    assert_eq!(word(&scheme, "Beispil", "1991-03-05"), PriorAnswer::Perhaps, "a letter differs");
    assert_eq!(word(&scheme, "Beispiel", "1991-05-03"), PriorAnswer::Perhaps, "day and month are swapped");
    let guessed = PriorQuestion { born: None, apparent_age: Some(35), ..question("Beispiel", "") };
    let answered = ask(&scheme, &mut scheme.other_officer.cloned(), &guessed, NOW_MS + 9 * DAY_MS);
    assert!(matches!(answered, Err(Unanswered::Refused(Refusal::CounterOld(_)))), "{answered:?}");
    let mut phone = scheme.other_officer.cloned();
    phone.counter = counter_of(&scheme, &phone);
    let answered = ask(&scheme, &mut phone, &guessed, LATER_MS).expect("it is answered");
    assert_eq!(answered.answer, PriorAnswer::Perhaps, "a guessed age is nobody's for certain");
}

#[test]
fn whoever_an_admin_tells_apart_is_no_longer_meant() {
    let mut scheme = Scheme::new();
    let told = told(&scheme);
    let (first, submitted) = refer(&scheme.service, &mut scheme.officer, &told);
    reached(&scheme, first);
    closed(&scheme, first, "not_engaged");
    let near = super::persons::Told { family: "Beispil", ..told };
    let (second, other) = refer(&scheme.service, &mut scheme.other_officer, &near);
    assert_eq!(word(&scheme, "Beispil", "1991-03-05"), PriorAnswer::Perhaps, "an admin is asked");
    let ends = (subject(first, submitted), subject(second, other));
    say(&scheme, Tie::Linked, &ends.0, &ends.1).expect("it is said");
    assert_ne!(word(&scheme, "Beispil", "1991-03-05"), PriorAnswer::Perhaps, "they are one person");
    say(&scheme, Tie::Split, &ends.0, &ends.1).expect("it is said");
    let apart = word(&scheme, "Beispil", "1991-03-05");
    assert_eq!(apart, PriorAnswer::InProgress, "the record of the other counts for nothing");
}

/// Settled as something else the question would be lost.
#[test]
fn a_question_of_identity_is_not_settled_as_something_else() {
    let mut scheme = Scheme::new();
    let told = told(&scheme);
    refer(&scheme.service, &mut scheme.officer, &told);
    let near = super::persons::Told { family: "Beispil", ..told };
    refer(&scheme.service, &mut scheme.other_officer, &near);
    let admin = scheme.admin.user;
    let list = || scheme.service.query(admin, &Query::Conflicts(Page::default())).expect("it is shown");
    let (page, open) = (list(), list()["conflicts"][0].clone());
    assert_eq!(open["kind"], "identity");
    let settlement = json!({
        "as_of": page["as_of"], "version": open["version"], "choice": {"op": open["sides"][0]["op"]}, "reason": "seen",
    });
    let id = open["conflict"].as_str().expect("an id").parse().expect("a digest");
    let settlement: Settlement = serde_json::from_value(settlement).expect("it is a settlement");
    let refused = scheme.service.command(admin, Command::Settle(id, settlement), LATER_MS);
    assert!(
        matches!(refused, Err(Refused::NotAllowed(why)) if why.contains("link or a split")),
        "{refused:?}"
    );
    assert_eq!(list()["conflicts"][0]["conflict"], open["conflict"], "it is asked still");
}

#[test]
fn after_a_no_to_feedback_nothing_tells_that_somebody_completed() {
    let mut scheme = Scheme::new();
    let told = told(&scheme);
    let (record, _) = refer(&scheme.service, &mut scheme.officer, &told);
    let before = word(&scheme, "Beispiel", "1991-03-05");
    let no = json!({"contact": "yes", "feedback": "no", "wording": "v1", "language": "en"});
    let shared = record.stream(sync_core::ids::CompartmentKind::Shared, scheme.officer.enrolled.force);
    let from = scheme.officer.record_raw(shared, &[], &[], "consent.recorded", &no.to_string()).seq;
    scheme.officer.push(&scheme.service, from).expect("it is accepted");
    reached(&scheme, record);
    for at in 0..4 {
        let meeting = if at == 0 { "assessment" } else { "session" };
        let at_ms = NOW_MS + (1 + at) * DAY_MS / 3;
        does(
            &scheme,
            json!({"command": "attend", "record": record.id, "meeting": meeting, "status": "attended", "minutes": 60, "at_ms": at_ms}),
        );
    }
    assert_eq!(word(&scheme, "Beispiel", "1991-03-05"), before, "the force cannot see that it is over");
}

#[test]
fn only_officers_and_supervisors_ask_and_only_in_their_own_name() {
    let scheme = Scheme::new();
    let mut officer = scheme.officer.cloned();
    for phone in [scheme.lead.cloned(), scheme.worker.cloned(), scheme.admin.cloned()] {
        let mut phone = phone;
        let answered = ask(&scheme, &mut phone, &question("Beispiel", "1991-03-05"), LATER_MS);
        assert_eq!(answered, Err(Unanswered::NotYours));
    }
    let (sent, other) =
        (question("Beispiel", "1991-03-05").bytes(), question("Muster", "1991-03-05").bytes());
    let header = signed(&mut officer, &sent);
    let answered = scheme.service.wait(answer_check(&scheme.service.service, header, &other, LATER_MS));
    assert_eq!(answered, Err(Unanswered::Refused(Refusal::Signature)), "another body");
    let header = signed(&mut officer, &sent);
    let again =
        || scheme.service.wait(answer_check(&scheme.service.service, header.clone(), &sent, LATER_MS));
    assert!(again().is_ok());
    assert!(matches!(again(), Err(Unanswered::Refused(Refusal::CounterOld(_)))), "a copy of a question");
    let nobody = question("", "1991-03-05");
    assert_eq!(ask(&scheme, &mut officer, &nobody, LATER_MS), Err(Unanswered::Malformed));
}

#[test]
fn each_look_up_is_noted_and_a_person_has_thirty_in_an_hour() {
    let scheme = Scheme::new();
    let mut phone = scheme.officer.cloned();
    let question = question("Beispiel", "1991-03-05");
    for _ in 0..MOST_AN_HOUR {
        ask(&scheme, &mut phone, &question, LATER_MS).expect("it is answered");
    }
    let limited = ask(&scheme, &mut phone, &question, LATER_MS + 1);
    assert_eq!(limited, Err(Unanswered::TooOften(119_999)), "one more every two minutes");
    let mut other = scheme.other_officer.cloned();
    assert!(ask(&scheme, &mut other, &question, LATER_MS).is_ok(), "another person has their own");
    assert!(ask(&scheme, &mut phone, &question, LATER_MS + HOUR_MS).is_ok());
    let (device, user) = (phone.device, phone.user);
    let noted = scheme.service.service.store.read_now(move |read| read.checks_since(device, 0));
    let noted = noted.expect("the store is read");
    assert_eq!(noted.len(), MOST_AN_HOUR + 1, "one that was not answered is not noted");
    let last = noted.last().map(|noted| (noted.user, noted.check));
    let check = PriorCheck { answer: PriorAnswer::NoneCounts, at_ms: LATER_MS + HOUR_MS };
    assert_eq!(last, Some((user, check)));
}

/// Over a real socket: sizes, times, and the limit with its `Retry-After`.
#[test]
fn every_answer_has_one_size_and_none_comes_sooner_than_the_least_time() {
    let mut scheme = Scheme::new();
    let told = told(&scheme);
    refer(&scheme.service, &mut scheme.officer, &told);
    let mut live = Live::over(scheme);
    let mut officer = live.officer.cloned();
    officer.counter = live.officer.counter;
    let mut send = |family: &str, born: &str| {
        let sent = question(family, born).bytes();
        let header = signed(&mut officer, &sent).to_string();
        let headers = [("content-type", "application/json".to_owned()), ("waymark-device", header)];
        let begun = Instant::now();
        let reply = live.send("POST", "/v1/prior-checks", &headers, &sent);
        assert!(begun.elapsed() >= Duration::from_millis(LEAST_MS), "{:?}", begun.elapsed());
        reply
    };
    for (family, born, answer) in [
        ("Beispiel", "1991-03-05", "in_progress"),
        ("Muster", "1971-10-20", "none"),
        ("Beispil", "1991-03-05", "perhaps"),
    ] {
        let reply = send(family, born);
        assert_eq!((reply.status, &reply.body["answer"]), (200, &json!(answer)), "{}", reply.text);
        assert_eq!(reply.text.len(), ANSWER_BYTES);
        assert!(!reply.text.contains("Provider") && !reply.text.contains("Beispiel"), "{}", reply.text);
    }
    assert_eq!(send("", "1991-03-05").code(), "field_wrong");
    live.stop();
}
