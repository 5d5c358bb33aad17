//! Somebody whom nobody referred, and what a service may not make of that.
//!
//! Does not test who may record it: `sync-core` does.

use serde_json::json;
use sync_core::ids::{CompartmentKind, Record};
use sync_core::stamp::{Disposition, Why};

use super::phone::new_record;
use super::pipeline::{agreed, kinds_in, shared, stamped, submitted};
use super::{NOW_MS, Scheme};
use crate::desk::{Command, Query, Recording, Refused};
use sync_core::referral::act::YesNo;

fn came_in() -> String {
    let subject = json!({"family": "Marsh", "given": "Jo"});
    let body = json!({"at_ms": NOW_MS, "reference": "TVP-7KQ2-M4XD-9", "subject": subject, "reach": {}});
    body.to_string()
}

#[test]
fn who_walks_in_is_read_by_the_service_alone() {
    let mut scheme = Scheme::new();
    let outreach = new_record().stream(CompartmentKind::Outreach, scheme.provider);
    scheme.worker.record_raw(outreach, &[], &[], "person.came_in", &came_in());
    let answer = scheme.worker.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!(stamped(&answer), [(1, Disposition::Accepted)]);
    let Scheme { service, lead, officer, other_lead, .. } = &mut scheme;
    let reads = |who: &mut super::phone::Phone| {
        kinds_in(&who.pull(service)).iter().any(|(_, kind)| kind == "person.came_in")
    };
    assert_eq!([reads(lead), reads(officer), reads(other_lead)], [true, false, false]);
}

/// Somebody whom an officer referred to the scheme's service.
fn referred(scheme: &mut Scheme) -> Record {
    let record = new_record();
    agreed(scheme, record);
    let sent = submitted(scheme, YesNo::No);
    scheme.officer.record(shared(scheme, record), &[], &sent);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    record
}

/// Another service has guessed or overheard the id of a referral: what it writes there counts nowhere.
#[test]
fn nobody_walks_in_to_a_referral_that_others_have() {
    let mut scheme = Scheme::new();
    let record = referred(&mut scheme);
    let outreach = record.stream(CompartmentKind::Outreach, scheme.other_provider);
    scheme.other_lead.record_raw(outreach, &[], &[], "person.came_in", &came_in());
    let contact =
        json!({"what": "person_came", "channel": "drop_in", "result": "came_or_called", "at_ms": NOW_MS});
    scheme.other_lead.record_raw(outreach, &[], &[], "contact.recorded", &contact.to_string());
    let answer = scheme.other_lead.push(&scheme.service, 1).expect("it is accepted");
    let aside = stamped(&answer);
    assert_eq!(aside.first(), Some(&(1, Disposition::Quarantined(Why::NotAssigned))), "{aside:?}");
    assert!(aside.iter().all(|(_, disposition)| *disposition != Disposition::Accepted), "{aside:?}");
}

/// The desk's commands close and correct whoever walked in where the service alone reads it.
#[test]
fn who_walked_in_is_corrected_closed_and_opened_again_by_the_service_alone() {
    let mut scheme = Scheme::new();
    let lead = scheme.lead.user;
    let record = |command: serde_json::Value| {
        let sent = Command::Record(Recording { command, form: None });
        scheme.service.command(lead, sent, NOW_MS).expect("it is recorded")
    };
    let came = record(json!({"command": "walk_in", "family": "Marsh", "given": "Jo"}));
    let id: uuid::Uuid = came["record"].as_str().expect("an id").parse().expect("an id");
    let shown = || scheme.service.query(lead, &Query::Referral(id)).expect("it is shown");
    record(json!({"command": "amend", "record": id, "field": "name", "value": "Marsch, Joanna"}));
    record(json!({"command": "amend", "record": id, "field": "born", "value": "1991-02-03"}));
    let corrected = shown();
    assert_eq!(
        (&corrected["subject"]["family"], &corrected["subject"]["given"]),
        (&json!("Marsch"), &json!("Joanna")),
        "{corrected}"
    );
    let closed =
        record(json!({"command": "close", "record": id, "on": "2026-11-30", "reason": "not_engaged"}));
    assert_eq!(shown()["stage"], "closed_not_engaged");
    let entry = closed["ops"][0].clone();
    let entry = format!("{}:{}", entry["device"].as_str().expect("an id"), entry["seq"]);
    record(json!({"command": "strike", "entry": entry, "reason": "entered in error"}));
    assert_eq!(shown()["stage"], "contacted", "it goes on");
    let read = kinds_in(&scheme.officer.pull(&scheme.service));
    assert!(
        read.iter().all(|(_, kind)| !kind.starts_with("walk_in")),
        "the force reads none of it: {read:?}"
    );
}

/// What both sides read is not written of somebody whom nobody referred: the police would learn of them.
#[test]
fn nothing_that_the_police_read_is_recorded_of_who_walked_in() {
    let scheme = Scheme::new();
    let lead = scheme.lead.user;
    let record = |command: serde_json::Value| {
        let sent = Command::Record(Recording { command, form: None });
        scheme.service.command(lead, sent, NOW_MS)
    };
    let came =
        record(json!({"command": "walk_in", "family": "Marsh", "given": "Jo"})).expect("it is recorded");
    let id = &came["record"];
    for command in [
        json!({"command": "withdraw", "record": id, "reason": "not_stated"}),
        json!({"command": "need", "record": id, "need": "outreach"}),
        json!({"command": "consent", "record": id, "contact": "no", "feedback": "no", "wording": "v1", "language": "en"}),
        json!({"command": "safeguard", "record": id, "codes": ["homelessness"]}),
    ] {
        let verb = command["command"].to_string();
        match record(command) {
            Err(Refused::Problem(problem)) => assert_eq!(problem.code, "not_allowed", "{verb}"),
            other => panic!("{verb}: {other:?}"),
        }
    }
    record(json!({"command": "note", "record": id, "text": "wants no calls"}))
        .expect("a note is the service's");
}

/// Who was referred is closed and corrected where both sides read it.
#[test]
fn nobody_who_was_referred_is_closed_as_a_walk_in() {
    let mut scheme = Scheme::new();
    let record = referred(&mut scheme);
    let outreach = record.stream(CompartmentKind::Outreach, scheme.provider);
    scheme.lead.record_raw(outreach, &[], &[], "walk_in.closed", &json!({"on": "2026-11-30"}).to_string());
    let answer = scheme.lead.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!(stamped(&answer), [], "it waits for somebody who came in, and counts nowhere");
    let shown = scheme.service.query(scheme.lead.user, &Query::Referral(record.id)).expect("it is shown");
    assert_eq!(shown["stage"], "submitted", "{shown}");
}
