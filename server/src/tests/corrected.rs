//! What a correction, a settlement and an erasure change for the server's readers, and for who is one person.
//!
//! Does not test what a phone shows: the device does.

use serde_json::{Value, json};
use sync_core::ids::{CompartmentKind, Digest, OpId, Record};
use sync_core::persons::Tie;

use super::cross_stream::{seen_by, taken_on};
use super::persons::{DAY_MS, Told, questions, refer, say, subject, told};
use super::phone::Phone;
use super::{NOW_MS, Scheme, TestService};
use crate::desk::{Command, Page, Query, Refused, Settlement};
use crate::verify;

/// Amends what both sides read, upon some ops, and pushes.
fn amend(
    service: &TestService,
    phone: &mut Phone,
    record: Record,
    upon: &[OpId],
    (field, value): (&str, &str),
) -> OpId {
    let shared = record.stream(CompartmentKind::Shared, phone.enrolled.force);
    let body = json!({"field": field, "value": value}).to_string();
    let op = phone.record_raw(shared, upon, &[], "subject.amended", &body);
    phone.push(service, op.seq).expect("it is accepted");
    op
}

fn members(scheme: &Scheme, record: Record) -> usize {
    let shown = scheme.service.query(scheme.admin.user, &Query::Person(record.id)).expect("it is shown");
    shown["members"].as_array().map_or(0, Vec::len)
}

fn asked(scheme: &Scheme) -> Vec<String> {
    let asks = |question: &Value| question["asks"].as_str().expect("a word").to_owned();
    questions(scheme).iter().map(asks).collect()
}

/// What the central record says besides the verdict, as the officer's phone reads it.
fn reassessed(service: &TestService, phone: &mut Phone, record: Record) -> Option<Value> {
    seen_by(phone, service, record).0.reassessed.map(|verdict| json!(verdict))
}

/// An earlier referral of which nothing came, and a later one of the same person: linked by the server.
fn twice(scheme: &mut Scheme) -> [(Record, OpId); 2] {
    let (first, second) = (told(scheme), Told { at_ms: NOW_MS + 300 * DAY_MS, ..told(scheme) });
    let stranger = Told { family: "Quennell", born: "1970-11-30", ..told(scheme) };
    let Scheme { service, officer, other_officer, lead, .. } = scheme;
    // Phones of the tests record a millisecond apart.
    refer(service, other_officer, &stranger);
    let (earlier, by) = refer(service, officer, &first);
    let outreach = earlier.stream(CompartmentKind::Outreach, lead.enrolled.org);
    super::pipeline::contact_after(lead, outreach, &[by]);
    lead.record_raw(outreach, &[], &[], "closing.reason", r#"{"reason":"not_engaged"}"#);
    let shared = earlier.stream(CompartmentKind::Shared, officer.enrolled.force);
    let accepted = lead.record_raw(shared, &[by], &[], "referral.accepted", "{}");
    lead.record_raw(shared, &[accepted], &[], "referral.closed", r#"{"on":"2026-06-01"}"#);
    lead.push(service, 1).expect("it is accepted");
    [(earlier, by), refer(service, other_officer, &second)]
}

#[test]
fn corrected_facts_behind_a_link_are_asked_about_once() {
    let mut scheme = Scheme::new();
    let [(earlier, first), (later, second)] = twice(&mut scheme);
    let Scheme { service, other_officer, .. } = &mut scheme;
    let not_eligible = json!({"not_eligible": {"reasons": ["R09"]}});
    assert_eq!(reassessed(service, other_officer, later), Some(not_eligible.clone()));

    let corrected = amend(service, other_officer, later, &[second], ("born", "1992-07-08"));
    assert_eq!(reassessed(service, other_officer, later), Some(json!("eligible")), "nobody's record counts");
    amend(service, other_officer, later, &[corrected], ("phone", "07700 900001"));
    assert_eq!(asked(&scheme), ["still_one_person"]);
    assert_eq!(members(&scheme, later), 2, "they stay linked until somebody answers");

    let ends = (subject(earlier, first), subject(later, second));
    say(&scheme, Tie::Linked, &ends.0, &ends.1).expect("it is recorded");
    assert_eq!(asked(&scheme), [""; 0]);
    let Scheme { service, other_officer, .. } = &mut scheme;
    assert_eq!(reassessed(service, other_officer, later), Some(not_eligible), "the admin is sure: it counts");
    amend(service, other_officer, later, &[corrected], ("name", "Quennell, Anneliese"));
    assert_eq!((asked(&scheme), members(&scheme, later)), (Vec::new(), 2), "who is sure is not asked again");

    say(&scheme, Tie::Split, &ends.0, &ends.1).expect("it is recorded");
    let Scheme { service, other_officer, .. } = &mut scheme;
    assert_eq!(reassessed(service, other_officer, later), Some(json!("eligible")));
    assert_eq!(verify(scheme.data.path()).map(|report| report.first_fault), Ok(None));
}

#[test]
fn a_correction_that_leaves_the_key_equal_asks_nobody() {
    let mut scheme = Scheme::new();
    let [_, (later, second)] = twice(&mut scheme);
    let Scheme { service, other_officer, .. } = &mut scheme;
    amend(service, other_officer, later, &[second], ("name", "BEISPIEL, Annelíese"));
    assert_eq!((asked(&scheme), members(&scheme, later)), (Vec::new(), 2));
}

#[test]
fn whoever_was_linked_by_a_slip_is_asked_about_when_either_is_corrected_and_again_for_other_facts() {
    let mut scheme = Scheme::new();
    let [(earlier, first), (later, second)] = twice(&mut scheme);
    let Scheme { service, officer, .. } = &mut scheme;
    let corrected = amend(service, officer, earlier, &[first], ("born", "1950-01-02"));
    assert_eq!(asked(&scheme), ["still_one_person"]);
    let question = &questions(&scheme)[0];
    let settle = |question: &Value| Settlement {
        version: question["version"].as_str().and_then(|text| text.parse().ok()).expect("a version"),
        choice: sync_core::referral::act::Choice::Op(corrected),
        reason: "they are the same".to_owned(),
        as_of: questions_as_of(&scheme),
    };
    let id: Digest = question["conflict"].as_str().and_then(|text| text.parse().ok()).expect("a conflict");
    let command = Command::Settle(id, settle(question));
    let refused = scheme.service.command(scheme.admin.user, command, NOW_MS + DAY_MS);
    assert!(matches!(refused, Err(Refused::NotAllowed(_))), "it would be lost: {refused:?}");
    let Scheme { service, other_officer: phone, .. } = &mut scheme;
    amend(service, phone, later, &[second], ("name", "Quennell, Anneliese"));
    assert_eq!(asked(&scheme), ["still_one_person"], "one question, for other facts too");
    let ends = (subject(earlier, first), subject(later, second));
    say(&scheme, Tie::Split, &ends.0, &ends.1).expect("it is recorded");
    assert_eq!(asked(&scheme), [""; 0]);
}

fn questions_as_of(scheme: &Scheme) -> String {
    let list =
        scheme.service.query(scheme.admin.user, &Query::Persons(Page::default())).expect("it is shown");
    list["as_of"].as_str().expect("an as_of").to_owned()
}

#[test]
fn a_correction_that_is_struck_is_no_correction() {
    let mut scheme = Scheme::new();
    let [(earlier, _), (later, second)] = twice(&mut scheme);
    let Scheme { service, other_officer, .. } = &mut scheme;
    let renamed = amend(service, other_officer, later, &[second], ("name", "Quennell, Anneliese"));
    assert_eq!(asked(&scheme), ["still_one_person"]);
    let Scheme { service, other_officer, .. } = &mut scheme;
    let shared = later.stream(CompartmentKind::Shared, other_officer.enrolled.force);
    let strike = json!({"entry": renamed, "reason": "entered in error"}).to_string();
    let op = other_officer.record_raw(shared, &[renamed], &[], "entry.struck", &strike);
    other_officer.push(service, op.seq).expect("it is accepted");
    assert_eq!(
        seen_by(other_officer, service, later).0.subject.expect("somebody is named").family,
        "Beispiel"
    );
    let shown = scheme.service.query(scheme.admin.user, &Query::Person(earlier.id)).expect("it is shown");
    assert!(shown["members"].as_array().expect("a list").iter().all(|member| member["family"] == "Beispiel"));
}

#[test]
fn a_settled_identity_shows_on_phones_and_server() {
    let mut scheme = Scheme::new();
    let told = told(&scheme);
    let Scheme { service, officer, .. } = &mut scheme;
    let (record, submitted) = refer(service, officer, &told);
    amend(service, officer, record, &[submitted], ("name", "Muster, Anneliese"));
    let Scheme { service, worker, .. } = &mut scheme;
    amend(service, worker, record, &[submitted], ("name", "Moster, Anneliese"));
    let list =
        scheme.service.query(scheme.admin.user, &Query::Conflicts(Page::default())).expect("it is shown");
    let open = &list["conflicts"][0];
    assert_eq!(open["about"], "subject/name");
    let settlement = Settlement {
        version: open["version"].as_str().and_then(|text| text.parse().ok()).expect("a version"),
        choice: sync_core::referral::act::Choice::Value(json!("Mustermann, Anneliese")),
        reason: "as on the passport".to_owned(),
        as_of: list["as_of"].as_str().expect("an as_of").to_owned(),
    };
    let id: Digest = open["conflict"].as_str().and_then(|text| text.parse().ok()).expect("a conflict");
    let bad =
        Settlement { choice: sync_core::referral::act::Choice::Value(json!(" , ")), ..settlement.clone() };
    let refused = scheme.service.command(scheme.admin.user, Command::Settle(id, bad), NOW_MS + DAY_MS);
    assert_eq!(refused, Err(Refused::Field("choice")));
    scheme
        .service
        .command(scheme.admin.user, Command::Settle(id, settlement), NOW_MS + DAY_MS)
        .expect("settled");

    let Scheme { service, officer, worker, .. } = &mut scheme;
    for phone in [officer, worker] {
        let seen = seen_by(phone, service, record).0;
        assert_eq!(seen.subject.expect("somebody is named").family, "Mustermann");
    }
    let shown = scheme.service.query(scheme.admin.user, &Query::Referral(record.id)).expect("it is shown");
    assert_eq!(
        (shown["subject"]["family"].as_str(), shown["conflicts"].as_array().map(Vec::len)),
        (Some("Mustermann"), Some(0))
    );
    let person = scheme.service.query(scheme.admin.user, &Query::Person(record.id)).expect("it is shown");
    assert_eq!(person["subject"]["family"], "Mustermann");
    // And whoever is referred under that name is the same person.
    let told = Told { family: "Mustermann", at_ms: NOW_MS + 9 * DAY_MS, ..told };
    let Scheme { service, other_officer, .. } = &mut scheme;
    refer(service, other_officer, &told);
    assert_eq!(members(&scheme, record), 2);
}

#[test]
fn a_number_that_the_service_learnt_reaches_its_people_and_never_the_police() {
    let mut scheme = Scheme::new();
    let taken = taken_on(&mut scheme);
    let Scheme { service, officer, lead, worker, .. } = &mut scheme;
    let learnt = r#"{"field":"phone","value":"07700 900002"}"#;
    let op = worker.record_raw(taken.outreach, &[], &[taken.accepted], "details.learnt", learnt);
    worker.push(service, op.seq).expect("it is accepted");
    let renamed = amend(service, worker, taken.record, &[taken.submitted], ("name", "Rowe, Jo"));
    for phone in [lead, worker] {
        let seen = seen_by(phone, service, taken.record).0;
        assert_eq!(seen.reach.and_then(|reach| reach.phone).as_deref(), Some("07700 900002"));
        assert_eq!(seen.subject.expect("somebody is named").family, "Rowe");
    }
    let (seen, histories) = seen_by(officer, service, taken.record);
    assert_eq!(seen.subject.expect("somebody is named").family, "Rowe");
    assert_eq!(seen.reach.and_then(|reach| reach.phone), None);
    let ids: Vec<OpId> = histories.iter().flat_map(|history| history.iter()).map(|op| op.id).collect();
    assert!(ids.contains(&renamed) && !ids.contains(&op));
}
