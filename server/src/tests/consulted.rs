//! What phones opened and what they were sent stands in the audit: once, in one chain, and in what a person is told.
//!
//! Does not test when a phone notes an opening: its own tests do.

use serde_json::Value;
use sync_core::access::Role;
use sync_core::ids::Record;
use sync_core::sync::consulted::{Consultation, ConsultedFor, ConsultedUpto};

use super::persons::{refer, told};
use super::phone::{Phone, try_code};
use super::web::pages::planted;
use super::{NOW_MS, Scheme};
use crate::RevokeReason;
use crate::desk::{AuditWanted, Command, Query, RoleWanted};
use crate::reconcile::Refusal;
use crate::verify;

fn opened(number: u64, record: Record) -> Consultation {
    Consultation { number, at_ms: NOW_MS - 5_000, referral: record.id, purpose: ConsultedFor::Worklist }
}

/// What an auditor reads, oldest first: of what was opened, or of what was sent.
fn lines(scheme: &mut Scheme, what: &str) -> Vec<Value> {
    let added = scheme.takes_in(&format!("Auditor of {what}"), Role::Auditor, scheme.officer.enrolled.force);
    let code = added["code"].as_str().expect("a code");
    let user = try_code(&scheme.service, code, NOW_MS).expect("it counts").user;
    let answer = scheme.service.query(user, &Query::Audit(AuditWanted::default())).expect("it is read");
    let all = answer["openings"].as_array().expect("a list").iter().rev();
    all.filter(|line| line["purpose"] == what).cloned().collect()
}

fn is_whole(scheme: &Scheme) {
    assert_eq!(verify(scheme.data.path()).expect("it is read").first_fault, None);
}

#[test]
fn what_a_phone_opened_is_noted_once_however_often_it_is_pushed() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    scheme.worker.consulted = vec![opened(1, record), opened(2, record)];
    let answer = scheme.worker.pull(&scheme.service);
    assert_eq!(answer.consulted, Some(ConsultedUpto { before: 0, first: 1, upto: 2 }));
    // The answer was lost: the same comes again, with one more.
    scheme.worker.consulted.push(opened(3, record));
    let answer = scheme.worker.pull(&scheme.service);
    assert_eq!(answer.consulted, Some(ConsultedUpto { before: 2, first: 1, upto: 3 }));
    scheme.worker.consulted.clear();
    assert_eq!(scheme.worker.pull(&scheme.service).consulted, None);
    let noted = lines(&mut scheme, "worklist");
    assert_eq!(noted.len(), 3);
    for line in &noted {
        assert_eq!(line["record"], record.id.to_string());
        assert_eq!(line["device"], scheme.worker.device.0.to_string());
        assert_eq!((line["opened_ms"].as_u64(), &line["by"]), (Some(NOW_MS - 5_000), &Value::from("Worker")));
    }
    is_whole(&scheme);
}

#[test]
fn the_copy_of_a_phone_does_not_hide_what_it_opens_behind_numbers_that_were_used() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    scheme.worker.consulted = vec![opened(1, record)];
    scheme.worker.pull(&scheme.service);
    let other = Consultation { purpose: ConsultedFor::Search, at_ms: NOW_MS, ..opened(1, record) };
    scheme.worker.consulted = vec![other];
    scheme.worker.pull(&scheme.service);
    assert_eq!([lines(&mut scheme, "worklist").len(), lines(&mut scheme, "search").len()], [1, 1]);
}

#[test]
fn what_a_phone_says_of_records_that_its_user_was_never_given_is_no_opening_and_its_answer_is_the_same() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let missing = Record::referral(uuid::Uuid::from_u128(77));
    let mut answers = Vec::new();
    for named in [record, missing] {
        scheme.other_lead.consulted = vec![opened(1, named), opened(1, named)];
        answers.push(scheme.other_lead.pull(&scheme.service).consulted);
        scheme.other_lead.consulted.clear();
    }
    assert_eq!(answers[1], Some(ConsultedUpto { before: 1, first: 1, upto: 1 }));
    assert_eq!(answers[0], Some(ConsultedUpto { before: 0, first: 1, upto: 1 }));
    assert_eq!(lines(&mut scheme, "worklist").len(), 0);
    let said = lines(&mut scheme, "said_by_phone");
    let of: Vec<&Value> = said.iter().map(|line| &line["record"]).collect();
    assert_eq!(of, [&record.id.to_string(), &missing.id.to_string()], "once each");
    is_whole(&scheme);
}

#[test]
fn an_opening_stands_under_what_its_reader_was_at_that_time() {
    let mut scheme = Scheme::new();
    let told = told(&scheme);
    let (record, _) = refer(&scheme.service, &mut scheme.officer, &told);
    let wanted = RoleWanted { role: Role::Supervisor, org: None };
    let asks = Command::ProposeRole(scheme.officer.user, wanted);
    let proposed = scheme.service.command(scheme.admin.user, asks, NOW_MS).expect("it is asked for");
    let proposal = proposed["proposal"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let agrees = Command::ConfirmRole(proposal);
    scheme.service.command(scheme.second_admin.user, agrees, NOW_MS).expect("it is agreed to");
    // It waited on the phone, and comes with its last request.
    scheme.officer.consulted =
        vec![opened(1, record), Consultation { at_ms: NOW_MS + 1_000, ..opened(2, record) }];
    scheme.officer.pull(&scheme.service);
    let roles: Vec<Value> = lines(&mut scheme, "worklist").iter().map(|line| line["role"].clone()).collect();
    assert_eq!(roles, ["officer", "supervisor"]);
    is_whole(&scheme);
}

#[test]
fn numbers_and_times_that_no_phone_can_have_are_refused() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let good = opened(1, record);
    for bad in [
        Consultation { number: 0, ..good },
        Consultation { number: 1 << 53, ..good },
        Consultation { number: u64::MAX, ..good },
        Consultation { at_ms: u64::MAX, ..good },
    ] {
        scheme.worker.consulted = vec![good, bad];
        let from = scheme.worker.log.len() as u64 + 1;
        let refusal = scheme.worker.push(&scheme.service, from).expect_err("no phone has it");
        assert!(matches!(refusal, Refusal::Malformed), "{bad:?}: {refusal:?}");
    }
    scheme.worker.consulted.clear();
    scheme.worker.pull(&scheme.service);
    assert_eq!(lines(&mut scheme, "worklist").len(), 0);
}

#[test]
fn the_person_is_told_of_readings_on_phones_by_role_of_the_own_controller_alone() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    scheme.worker.consulted = vec![opened(1, record)];
    scheme.worker.pull(&scheme.service);
    let readers = |user| {
        let held =
            scheme.service.query(user, &Query::SubjectAccess(record.id, NOW_MS)).expect("what is held");
        held["records"][0]["readers"].to_string()
    };
    let (force, service) = (readers(scheme.admin.user), readers(scheme.lead.user));
    assert!(service.contains("something was due in it") && service.contains("outreach worker"), "{service}");
    assert!(!service.contains("Worker,") && !force.contains("outreach worker"), "{force}");
}

#[test]
fn the_first_entries_of_a_record_that_go_to_a_phone_are_noted_before_they_go_and_the_next_are_not() {
    let mut scheme = Scheme::new();
    let told = told(&scheme);
    let (record, _) = refer(&scheme.service, &mut scheme.officer, &told);
    let pulls = |phone: &mut Phone, scheme: &super::TestService| {
        while phone.pull(scheme).more == sync_core::sync::answer::More::Yes {}
    };
    for _ in 0..2 {
        pulls(&mut scheme.worker, &scheme.service);
        pulls(&mut scheme.lead, &scheme.service);
        pulls(&mut scheme.officer, &scheme.service);
    }
    // A phone that lost its place reads everything again.
    scheme.worker.cursor = None;
    pulls(&mut scheme.worker, &scheme.service);
    let mut sent = lines(&mut scheme, "sent_to_phone");
    sent.retain(|line| line["record"] == record.id.to_string());
    let to = |device: sync_core::ids::DeviceId| {
        sent.iter().filter(|line| line["device"] == device.0.to_string()).count()
    };
    assert_eq!([to(scheme.worker.device), to(scheme.lead.device)], [1, 1]);
    assert_eq!(to(scheme.other_lead.device), 0, "who gets nothing is no recipient");
    assert_eq!(to(scheme.officer.device), 0, "who wrote it holds it by what they wrote");
    assert!(sent.iter().all(|line| line["opened_ms"].is_null()));
    is_whole(&scheme);
}

#[test]
fn a_phone_that_was_taken_out_of_use_still_tells_what_was_opened_on_it() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let revoked = Command::RevokeDevice(scheme.worker.device, RevokeReason::Stolen);
    scheme.service.command(scheme.admin.user, revoked, NOW_MS).expect("it is done");
    scheme.worker.consulted = vec![opened(1, record)];
    scheme.worker.pull(&scheme.service);
    assert_eq!(lines(&mut scheme, "worklist").len(), 1);
}
