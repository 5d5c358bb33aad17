//! What a person records at a desk with the core's own commands.
//!
//! Does not go over HTTP.

use serde_json::{Value, json};
use sync_core::ids::{Record, UserId};
use sync_core::referral::act::YesNo;

use super::phone::new_record;
use super::pipeline::{agreed, kinds_in, police, shared, stored, submitted};
use super::{NOW_MS, Scheme};
use crate::desk::{Command, Query, Recording, Refused};

const LATER_MS: u64 = NOW_MS + 120_000;

/// A referral that waits for the service.
pub(super) fn referred(scheme: &mut Scheme) -> Record {
    let record = new_record();
    let from = agreed(scheme, record).seq;
    let act = submitted(scheme, YesNo::No);
    scheme.officer.record(shared(scheme, record), &[], &act);
    scheme.officer.push(&scheme.service, from).expect("it is accepted");
    record
}

fn sent(command: Value, form: Option<&str>) -> Command {
    Command::Record(Recording { command, form: form.map(str::to_owned) })
}

fn record(scheme: &Scheme, user: UserId, command: Value) -> Result<Value, Refused> {
    scheme.service.command(user, sent(command, None), LATER_MS)
}

fn ask(scheme: &Scheme, user: UserId, asked: Value) -> Result<Value, Refused> {
    scheme.service.query(user, &Query::Ask { asked, now_ms: LATER_MS })
}

/// The four things that a lead does with a new referral, each on the page before it.
fn a_day(record: Record) -> [Value; 4] {
    let id = record.id;
    [
        json!({"command": "accept", "record": id}),
        json!({"command": "contact", "record": id, "what": "reached", "channel": "phone", "result": "reached"}),
        json!({"command": "book", "record": id, "meeting": "assessment", "at_ms": NOW_MS, "minutes": 60}),
        json!({"command": "attend", "record": id, "meeting": "assessment", "status": "attended", "minutes": 60, "at_ms": NOW_MS}),
    ]
}

#[test]
fn what_a_lead_records_at_the_desk_reaches_the_phones_of_the_service() {
    let mut scheme = Scheme::new();
    let referral = referred(&mut scheme);
    scheme.worker.pull(&scheme.service);
    let kinds = ["referral.accepted", "contact.recorded", "appointment.booked", "attendance.recorded"];
    for (command, kind) in a_day(referral).into_iter().zip(kinds) {
        let saved = record(&scheme, scheme.lead.user, command).expect("it is recorded");
        assert_eq!((&saved["saved"], &saved["record"]), (&json!(true), &json!(referral.id)));
        let device = saved["ops"][0]["device"].as_str().expect("a log").to_owned();
        assert_ne!(device, scheme.lead.device.to_string(), "the desk has a log of its own");
        let fed = kinds_in(&scheme.worker.pull(&scheme.service));
        let of_desk = fed.iter().find(|(id, _)| id.device.to_string() == device);
        assert_eq!(of_desk.map(|(_, kind)| kind.as_str()), Some(kind), "{fed:?}");
    }
    let shown = ask(&scheme, scheme.worker.user, json!({"query": "referral", "record": referral.id}));
    assert_eq!(shown.expect("it is shown")["stage"], "assessed");
    stored(&scheme);
}

#[test]
fn a_worker_of_another_service_gets_the_answer_of_a_referral_that_is_not_there() {
    let mut scheme = Scheme::new();
    let referral = referred(&mut scheme);
    let before = stored(&scheme);
    for (command, of_nothing) in a_day(referral).into_iter().zip(a_day(new_record())) {
        let foreign = record(&scheme, scheme.other_lead.user, command);
        assert_eq!(foreign, Err(Refused::NotFound));
        assert_eq!(foreign, record(&scheme, scheme.other_lead.user, of_nothing));
    }
    for query in ["referral", "history", "explain"] {
        let of = |id| ask(&scheme, scheme.other_lead.user, json!({"query": query, "record": id}));
        assert_eq!(of(referral.id), of(new_record().id), "{query}");
        assert!(of(referral.id).is_err());
    }
    let listed = ask(&scheme, scheme.other_lead.user, json!({"query": "referrals"})).expect("a list");
    assert_eq!(listed["referrals"], json!([]));
    assert_eq!(stored(&scheme), before, "nothing is recorded");
}

#[test]
fn a_form_that_is_sent_twice_is_recorded_once_and_answered_the_same() {
    let mut scheme = Scheme::new();
    let referral = referred(&mut scheme);
    let [accept, contact, ..] = a_day(referral);
    let send = |user, command: &Value, form| {
        scheme.service.command(user, sent(command.clone(), Some(form)), LATER_MS).expect("it is answered")
    };
    let first = send(scheme.lead.user, &accept, "one");
    let after = stored(&scheme);
    assert_eq!(send(scheme.lead.user, &accept, "one"), first);
    assert_eq!(stored(&scheme), after, "nothing more is recorded");
    let contacted = send(scheme.lead.user, &contact, "two");
    let again = send(scheme.lead.user, &contact, "three");
    assert_ne!(contacted["ops"], again["ops"], "another form is another call");
    let of_worker = send(scheme.worker.user, &contact, "two");
    assert_ne!(of_worker["ops"], contacted["ops"], "a key is its person's alone");
    stored(&scheme);
}

#[test]
fn who_records_on_a_page_that_lacks_what_came_since_is_shown_it_first() {
    let mut scheme = Scheme::new();
    let referral = referred(&mut scheme);
    let shown = ask(&scheme, scheme.worker.user, json!({"query": "referral", "record": referral.id}));
    let shown = shown.expect("it is shown")["as_of"].clone();
    let [accept, contact, ..] = a_day(referral);
    record(&scheme, scheme.lead.user, accept).expect("it is recorded");
    let on = |mut command: Value, as_of: &Value| {
        command["as_of"] = as_of.clone();
        record(&scheme, scheme.worker.user, command)
    };
    let before = stored(&scheme);
    assert_eq!(on(contact.clone(), &shown), Err(Refused::ShownAnew));
    assert_eq!(stored(&scheme), before, "nothing is recorded");
    let anew = ask(&scheme, scheme.worker.user, json!({"query": "referral", "record": referral.id}));
    let saved = on(contact.clone(), &anew.expect("it is shown")["as_of"]).expect("it is recorded");
    assert_eq!(on(contact.clone(), &json!("x")), Err(Refused::Field("as_of")));
    let on_own = on(contact, &saved["as_of"]).expect("the answer tells the page that holds it");
    assert_eq!(on_own["saved"], true);
}

#[test]
fn a_refusal_names_the_field_and_nothing_is_recorded() {
    let mut scheme = Scheme::new();
    let referral = referred(&mut scheme);
    let before = stored(&scheme);
    let wrong = [
        (
            json!({"command": "reject", "record": referral.id, "reason": "nonsense"}),
            "code_unknown",
            Some("reason"),
        ),
        (json!({"command": "reject", "record": referral.id}), "field_missing", Some("reason")),
        (
            json!({"command": "reopen", "record": referral.id, "reason": "person_returned"}),
            "not_allowed",
            None,
        ),
    ];
    for (command, code, field) in wrong {
        let refused = record(&scheme, scheme.lead.user, command);
        let Err(Refused::Problem(problem)) = refused else { panic!("{refused:?}") };
        assert_eq!((problem.code.as_str(), problem.field.as_deref()), (code, field));
    }
    let by_officer =
        record(&scheme, scheme.officer.user, json!({"command": "accept", "record": referral.id}));
    assert!(matches!(by_officer, Err(Refused::Problem(_))), "{by_officer:?}");
    assert_eq!(stored(&scheme), before);
}

#[test]
fn an_officer_tries_the_form_keeps_it_and_refers_from_the_desk() {
    let mut scheme = Scheme::new();
    let form = json!({
        "drug": "cannabis", "amount": "two wraps", "family": "Harrow", "given": "Dean", "born": "1987-04-12",
        "identity": "photo_document", "ethnicity": "NS", "signs": {}, "safe_now": {},
        "checks": [{"kind": "pnc", "channel": "voice_radio", "result": "nothing_found"}],
        "agrees": {"answer": "yes"}, "reach": {"phone": "07700 900123", "may": ["text"]},
        "consent": {"contact": "yes", "feedback": "yes", "wording": "v1", "language": "en"},
    });
    let with = |command: &str| {
        let mut form = form.clone();
        form["command"] = json!(command);
        form
    };
    let officer = scheme.officer.user;
    let before = stored(&scheme);
    let tried = ask(&scheme, officer, with("assess")).expect("the rules answer");
    assert!(tried["verdict"].is_object() || tried["verdict"].is_string(), "{tried}");
    let tried = ask(&scheme, officer, with("refer")).expect("it would be allowed");
    assert!(tried["saved"].is_null(), "who asks does not record: {tried}");
    let draft = json!({"command": "draft_save", "id": "stop", "form": form});
    record(&scheme, officer, draft).expect("it is kept");
    let drafts = ask(&scheme, officer, json!({"query": "drafts"})).expect("they are listed");
    assert_eq!(drafts["drafts"][0]["form"]["family"], "Harrow");
    let of_other = ask(&scheme, scheme.other_officer.user, json!({"query": "drafts"})).expect("none");
    assert_eq!(of_other["drafts"], json!([]));
    assert_eq!(stored(&scheme), before, "nothing is recorded yet");

    let saved = record(&scheme, officer, with("refer")).expect("it is recorded");
    assert!(saved["crime_report"].is_string() || saved["crime_report"].is_object(), "{saved}");
    let id = saved["record"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let kinds = kinds_in(&scheme.officer.pull(&scheme.service));
    assert!(kinds.iter().any(|(_, kind)| kind == "referral.submitted"), "it reaches the officer's phone");
    let again = record(&scheme, officer, with("refer"));
    assert!(matches!(again, Err(Refused::Problem(asks)) if asks.code == "already_referred"));
    let seen = ask(&scheme, officer, json!({"query": "referral", "record": id})).expect("it is shown");
    assert_eq!(seen["subject"]["family"], "Harrow");
    let record = Record::referral(id);
    assert_ne!(police(&scheme, record), shared(&scheme, record));
    stored(&scheme);
}
