//! What a person does at a desk becomes an op of their own desk log.
//!
//! Does not go over HTTP.

use serde_json::{Value, json};
use sync_core::ids::{CompartmentKind, Digest, OpId, Stream};
use sync_core::referral::act::{Act, Attendance, AttendanceRecorded, Choice, Meeting, OpRef, YesNo};
use sync_core::referral::conflict::{ConflictKind, conflict_id, version};
use sync_core::sync::pending::WAIT_MS;

use super::phone::{new_record, try_code};
use super::pipeline::{agreed, contact_after, encounter, police, shared, stored, submitted};
use super::{NOW_MS, Scheme};
use crate::desk::{Command, Page, PassUp, Query, Refused, Settlement};
use crate::{Fault, verify};

const LATER_MS: u64 = NOW_MS + 120_000;

fn conflicts(scheme: &Scheme, user: sync_core::ids::UserId) -> Vec<Value> {
    let answer = scheme.service.query(user, &Query::Conflicts(Page::default())).expect("a list");
    answer["conflicts"].as_array().expect("a list").clone()
}

fn settlement(shown: &Value, choice: Choice) -> Settlement {
    let version = shown["version"].as_str().and_then(|text| text.parse().ok()).expect("a version");
    let as_of = shown["as_of"].as_str().expect("an as_of").to_owned();
    Settlement { as_of, version, choice, reason: "asked by telephone".to_owned() }
}

fn op_of(answer: &Value) -> OpId {
    answer["op"].as_str().and_then(|text| text.parse().ok()).expect("an op")
}

/// An officer's cancellation that crosses the lead's acceptance.
pub(super) fn crossed(scheme: &mut Scheme) -> (Stream, OpId, OpId) {
    let record = new_record();
    let stream = shared(scheme, record);
    agreed(scheme, record);
    let act = submitted(scheme, YesNo::No);
    let first = scheme.officer.record(stream, &[], &act);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let kind = "referral.cancelled";
    let cancelled = scheme.officer.record_raw(stream, &[], &[], kind, r#"{"reason":"wrong_provider"}"#);
    let accepted = scheme.lead.record_raw(stream, &[first], &[], "referral.accepted", "{}");
    scheme.lead.push(&scheme.service, 1).expect("it is accepted");
    scheme.officer.push(&scheme.service, cancelled.seq).expect("it is accepted");
    (stream, cancelled, accepted)
}

/// A contact that was kept aside in the provider's outreach stream.
pub(super) fn kept_aside(scheme: &mut Scheme) -> (Stream, OpId) {
    let stream = new_record().stream(CompartmentKind::Outreach, scheme.provider);
    let contact = contact_after(&mut scheme.lead, stream, &[]);
    scheme.lead.push(&scheme.service, 1).expect("it is accepted");
    scheme.service.beat(NOW_MS + 60_000 + WAIT_MS);
    (stream, contact)
}

#[test]
fn an_admin_settles_at_the_desk_and_phones_hear_of_it() {
    let mut scheme = Scheme::new();
    let (_, cancelled, accepted) = crossed(&mut scheme);
    let [listed] = conflicts(&scheme, scheme.admin.user).try_into().expect("one conflict");
    let id = listed["conflict"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let shown = scheme.service.query(scheme.admin.user, &Query::Conflict(id)).expect("it is shown");
    assert_eq!(shown["sides"].as_array().map(Vec::len), Some(2));

    let asked = settlement(&shown, Choice::Op(accepted));
    let settle = Command::Settle(id, asked.clone());
    let settled = scheme.service.command(scheme.admin.user, settle, LATER_MS).expect("it is settled");
    assert_eq!(settled["state"], "settled");
    let op = op_of(&settled);
    assert_ne!(op.device, scheme.admin.device, "the desk has a log of its own");
    assert!(conflicts(&scheme, scheme.admin.user).is_empty());
    let unknown = Command::Settle(Digest([7; 32]), asked);
    assert_eq!(scheme.service.command(scheme.admin.user, unknown, LATER_MS), Err(Refused::NotFound));
    let kinds = scheme.officer.pull(&scheme.service).feed.len();
    assert!(kinds >= 1, "{cancelled}");
    stored(&scheme);
}

#[test]
fn who_wrote_a_side_or_is_of_another_role_settles_nothing() {
    let mut scheme = Scheme::new();
    let (.., accepted) = crossed(&mut scheme);
    for user in [scheme.officer.user, scheme.lead.user] {
        let [listed] = conflicts(&scheme, user).try_into().expect("who reads the stream sees it");
        let id = listed["conflict"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let shown = scheme.service.query(user, &Query::Conflict(id)).expect("it is shown");
        let settle = Command::Settle(id, settlement(&shown, Choice::Op(accepted)));
        let before = stored(&scheme);
        let refused = scheme.service.command(user, settle, LATER_MS);
        assert!(matches!(refused, Err(Refused::NotAllowed(_))), "{refused:?}");
        assert_eq!(stored(&scheme), before, "nothing is recorded");
    }
}

#[test]
fn an_admin_sees_a_providers_conflict_only_by_its_extract() {
    let mut scheme = Scheme::new();
    let (stream, contact) = kept_aside(&mut scheme);
    let id = conflict_id(ConflictKind::Quarantined, &stream, &contact.to_string());
    assert!(conflicts(&scheme, scheme.admin.user).is_empty());
    assert_eq!(scheme.service.query(scheme.admin.user, &Query::Conflict(id)), Err(Refused::NotFound));
    assert_eq!(scheme.service.query(scheme.officer.user, &Query::Conflict(id)), Err(Refused::NotFound));

    let shown = scheme.service.query(scheme.lead.user, &Query::Conflict(id)).expect("it is shown");
    assert_eq!(shown["sides"][0]["body"]["channel"], "phone");
    let of_worker = scheme.service.query(scheme.worker.user, &Query::Conflict(id)).expect("it is shown");
    assert!(of_worker["sides"][0].get("body").is_none(), "others of the provider hold its skeleton");
    let as_of = shown["as_of"].as_str().expect("an as_of").to_owned();
    let passed = scheme.service.command(scheme.lead.user, Command::PassUp(id, PassUp { as_of }), LATER_MS);
    assert_eq!(passed.expect("it is passed up")["state"], "open");

    let shown = scheme.service.query(scheme.admin.user, &Query::Conflict(id)).expect("it is shown");
    assert_eq!((&shown["extract"], &shown["sides"][0]["value"]), (&json!(true), &json!("contact.recorded")));
    assert_eq!(shown["sides"][0]["body"]["channel"], "phone", "who settles reads what was kept aside");
    let settle = Command::Settle(id, settlement(&shown, Choice::Admit(contact)));
    let settled = scheme.service.command(scheme.admin.user, settle, LATER_MS + 1).expect("it is settled");
    assert_eq!(settled["state"], "settled");
    assert!(conflicts(&scheme, scheme.lead.user).is_empty());
    stored(&scheme);
}

#[test]
fn a_page_older_than_the_persons_own_last_op_is_shown_anew() {
    let mut scheme = Scheme::new();
    let (stream, contact) = kept_aside(&mut scheme);
    let id = conflict_id(ConflictKind::Quarantined, &stream, &contact.to_string());
    let shown = scheme.service.query(scheme.lead.user, &Query::Conflict(id)).expect("it is shown");
    let as_of = shown["as_of"].as_str().expect("an as_of").to_owned();
    let pass_up = Command::PassUp(id, PassUp { as_of: as_of.clone() });
    scheme.service.command(scheme.lead.user, pass_up.clone(), LATER_MS).expect("it is passed up");
    let again = scheme.service.command(scheme.lead.user, pass_up, LATER_MS);
    assert_eq!(again, Err(Refused::ShownAnew));
    let mut other = settlement(&shown, Choice::Admit(contact));
    other.version = version(&[]);
    let settle = Command::Settle(id, other);
    assert_eq!(scheme.service.command(scheme.admin.user, settle, LATER_MS), Err(Refused::ShownAnew));
    stored(&scheme);
}

#[test]
fn a_page_that_is_no_page_and_a_reason_that_is_none_are_refused() {
    let mut scheme = Scheme::new();
    let (.., accepted) = crossed(&mut scheme);
    let [listed] = conflicts(&scheme, scheme.admin.user).try_into().expect("one conflict");
    let id = listed["conflict"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let shown = scheme.service.query(scheme.admin.user, &Query::Conflict(id)).expect("it is shown");
    let good = settlement(&shown, Choice::Op(accepted));
    for (asked, refused) in [
        (Settlement { as_of: "x".to_owned(), ..good.clone() }, Refused::Field("as_of")),
        (Settlement { reason: "  ".to_owned(), ..good.clone() }, Refused::Field("reason")),
        (Settlement { reason: "x".repeat(4097), ..good }, Refused::Field("reason")),
    ] {
        let settle = Command::Settle(id, asked);
        assert_eq!(scheme.service.command(scheme.admin.user, settle, LATER_MS), Err(refused));
    }
}

#[test]
fn a_lead_who_wrote_a_side_passes_the_conflict_up_and_the_admin_settles_upon_its_sides() {
    let mut scheme = Scheme::new();
    let (stream, appointment) = booked(&mut scheme);
    let attended = scheme.lead.record(stream, &[], &attendance(appointment, Attendance::Attended));
    let mut worker = try_code(&scheme.service, &worker_code(&scheme), NOW_MS).expect("the code counts");
    let missed = worker.record(stream, &[appointment], &attendance(appointment, Attendance::DidNotAttend));
    let from = scheme.lead.log.len() as u64;
    scheme.lead.push(&scheme.service, from).expect("it is accepted");
    worker.push(&scheme.service, 1).expect("it is accepted");
    assert!(conflicts(&scheme, scheme.officer.user).is_empty(), "the force sees no outreach");

    let [listed] = conflicts(&scheme, scheme.lead.user).try_into().expect("one conflict");
    assert_eq!(listed["about"], format!("attendance/{appointment}"));
    let id = listed["conflict"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let shown = scheme.service.query(scheme.lead.user, &Query::Conflict(id)).expect("it is shown");
    for side in shown["sides"].as_array().expect("sides") {
        assert_eq!(side["happened_ms"], NOW_MS, "when the person was there, and not when somebody typed it");
        assert_ne!(side["eff_ms"], side["happened_ms"]);
    }
    let settle = Command::Settle(id, settlement(&shown, Choice::Op(attended)));
    let refused = scheme.service.command(scheme.lead.user, settle, LATER_MS);
    assert!(matches!(refused, Err(Refused::NotAllowed(_))));
    let as_of = shown["as_of"].as_str().expect("an as_of").to_owned();
    let pass_up = Command::PassUp(id, PassUp { as_of });
    scheme.service.command(scheme.lead.user, pass_up, LATER_MS).expect("it is passed up");

    let shown = scheme.service.query(scheme.admin.user, &Query::Conflict(id)).expect("it is shown");
    let values: Vec<_> =
        shown["sides"].as_array().expect("sides").iter().map(|side| &side["value"]).collect();
    assert_eq!(values.len(), 2);
    let settle = Command::Settle(id, settlement(&shown, Choice::Op(missed)));
    let settled = scheme.service.command(scheme.admin.user, settle, LATER_MS + 1).expect("it is settled");
    assert_eq!(settled["state"], "settled");
    stored(&scheme);
}

fn worker_code(scheme: &Scheme) -> String {
    let role = sync_core::access::Role::OutreachWorker;
    scheme.takes_in("Worker", role, scheme.provider)["code"].as_str().expect("a code").to_owned()
}

fn booked(scheme: &mut Scheme) -> (Stream, OpId) {
    let record = new_record();
    let act = submitted(scheme, YesNo::Yes);
    let first = scheme.officer.record(shared(scheme, record), &[], &act);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let stream = record.stream(CompartmentKind::Outreach, scheme.provider);
    let body = json!({"at_ms": NOW_MS, "meeting": "assessment", "minutes": 60}).to_string();
    let appointment = scheme.lead.record_raw(stream, &[], &[first], "appointment.booked", &body);
    scheme.lead.push(&scheme.service, 1).expect("it is accepted");
    (stream, appointment)
}

fn attendance(appointment: OpId, status: Attendance) -> Act {
    Act::AttendanceRecorded(AttendanceRecorded {
        appointment: Some(OpRef::Id(appointment)),
        meeting: Meeting::Assessment,
        status,
        minutes: 60,
        at_ms: NOW_MS,
        note: None,
        reason: None,
    })
}

#[test]
fn readers_get_their_projection_and_nothing_foreign() {
    let mut scheme = Scheme::new();
    let (stream, ..) = crossed(&mut scheme);
    let id = stream.record.id;
    let show = |user| scheme.service.query(user, &Query::Referral(id));
    let of_admin = show(scheme.admin.user).expect("it is shown");
    let of_lead = show(scheme.lead.user).expect("it is shown");
    assert_eq!(of_admin["reference"], of_lead["reference"]);
    assert_eq!(of_admin["subject"]["family"], "Roe");
    for field in ["offer", "disposal", "verdict", "reassessed", "answer", "discretion"] {
        assert!(of_lead.get(field).is_none(), "{field}");
    }
    for field in ["sessions", "contacts", "appointments"] {
        assert!(of_admin.get(field).is_none(), "{field}");
    }
    let nowhere = scheme.service.query(scheme.lead.user, &Query::Referral(uuid::Uuid::nil()));
    assert_eq!(nowhere, Err(Refused::NotFound));

    let only_police = new_record();
    scheme.officer.record(police(&scheme, only_police), &[], &encounter());
    let from = scheme.officer.log.len() as u64;
    scheme.officer.push(&scheme.service, from).expect("it is accepted");
    let foreign = scheme.service.query(scheme.lead.user, &Query::Referral(only_police.id));
    assert_eq!(foreign, Err(Refused::NotFound), "the same answer as for what does not exist");
    for (user, records) in [(scheme.lead.user, 1), (scheme.admin.user, 2), (scheme.officer.user, 2)] {
        let list = scheme.service.query(user, &Query::Referrals(Page::default())).expect("a list");
        assert_eq!(list["referrals"].as_array().map(Vec::len), Some(records));
    }
    assert_eq!(verify(scheme.data.path()).map(|report| report.first_fault), Ok::<_, Fault>(None));
}

#[test]
fn referrals_are_listed_once_each_newest_first_by_pages() {
    let mut scheme = Scheme::new();
    let mut records: Vec<String> = (0..5)
        .map(|_| {
            let record = new_record();
            scheme.officer.record(police(&scheme, record), &[], &encounter());
            let act = submitted(&scheme, YesNo::Yes);
            scheme.officer.record(shared(&scheme, record), &[], &act);
            record.id.to_string()
        })
        .collect();
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    records.reverse();
    let mut page = Page { cursor: None, limit: Some(2) };
    let mut listed = Vec::new();
    loop {
        let answer = scheme.service.query(scheme.admin.user, &Query::Referrals(page.clone()));
        let answer = answer.expect("a page");
        let rows = answer["referrals"].as_array().expect("a list");
        listed.extend(rows.iter().map(|row| row["record"].as_str().expect("an id").to_owned()));
        page.cursor = answer["cursor"].as_str().map(str::to_owned);
        if page.cursor.is_none() {
            break;
        }
    }
    assert_eq!(listed, records);
}
