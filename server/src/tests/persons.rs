//! Who may be one person, from the push to the admin's answer.
//!
//! Does not test how two subjects are compared: `sync-core` does.

use serde_json::{Value, json};
use sync_core::ids::{CompartmentKind, Digest, OpId, Record};
use sync_core::persons::{SubjectId, Tie};
use sync_core::referral::act::YesNo;
use sync_core::sync::answer::FeedEntry;

use super::phone::{Phone, new_record};
use super::pipeline::consent;
use super::{NOW_MS, Scheme, TestService};
use crate::desk::{Command, Page, Query, Refused, Tied};
use crate::verify;

const MINUTE_MS: u64 = 60_000;
pub(super) const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

/// A referral as an officer's roadside form writes it, and pushes it.
pub(super) struct Told<'a> {
    pub(super) family: &'a str,
    pub(super) born: &'a str,
    pub(super) at_ms: u64,
    pub(super) place: Option<&'a str>,
    pub(super) provider: sync_core::ids::OrgId,
}

pub(super) fn told(scheme: &Scheme) -> Told<'static> {
    Told { family: "Beispiel", born: "1991-03-05", at_ms: NOW_MS, place: None, provider: scheme.provider }
}

pub(super) fn refer(service: &TestService, phone: &mut Phone, told: &Told<'_>) -> (Record, OpId) {
    refer_at(service, phone, told, NOW_MS + MINUTE_MS)
}

/// The same, pushed so that the server receives it at a time.
pub(super) fn refer_at(
    service: &TestService,
    phone: &mut Phone,
    told: &Told<'_>,
    now_ms: u64,
) -> (Record, OpId) {
    let record = new_record();
    let force = phone.enrolled.force;
    let (police, shared) =
        (record.stream(CompartmentKind::Police, force), record.stream(CompartmentKind::Shared, force));
    let subject = json!({"family": told.family, "given": "Anneliese", "born": told.born});
    let mut opened = json!({"at_ms": told.at_ms, "route": "street", "subject": subject});
    if let Some(place) = told.place {
        opened["place"] = json!(place);
    }
    let policy = json!({"id": "thames-valley-2018", "version": 1});
    let assessed = json!({"verdict": "eligible", "policy": policy, "inputs": Digest::default()});
    let from = phone.record_raw(police, &[], &[], "encounter.opened", &opened.to_string()).seq;
    phone.record_raw(police, &[], &[], "eligibility.assessed", &assessed.to_string());
    phone.record_raw(police, &[], &[], "offer.answered", r#"{"answer":"yes"}"#);
    phone.record(shared, &[], &consent(YesNo::Yes));
    let submitted = json!({
        "reference": "TVP-7KQ2-M4XD-9", "subject": subject, "reach": {}, "provider": told.provider,
        "policy": policy, "voluntary": "no",
    });
    let op = phone.record_raw(shared, &[], &[], "referral.submitted", &submitted.to_string());
    let answer = phone.push_at(service, from, now_ms).expect("it is accepted");
    assert!(super::pipeline::stamped(&answer).iter().all(|(_, stamp)| stamp.has_effect()));
    (record, op)
}

/// Two officers' referrals of one person, from one encounter.
pub(super) fn two_of_one_person(scheme: &mut Scheme) -> (uuid::Uuid, uuid::Uuid) {
    let told = told(scheme);
    let Scheme { service, officer, other_officer, .. } = scheme;
    let records = [officer, other_officer].map(|phone| refer(service, phone, &told).0.id);
    records.into()
}

pub(super) fn questions(scheme: &Scheme) -> Vec<Value> {
    let page = Query::Persons(Page::default());
    let list = scheme.service.query(scheme.admin.user, &page).expect("it is shown");
    list["questions"].as_array().cloned().expect("a list")
}

fn asked(scheme: &Scheme) -> Vec<String> {
    let asks = |question: &Value| question["asks"].as_str().expect("a word").to_owned();
    questions(scheme).iter().map(asks).collect()
}

fn show(scheme: &Scheme, record: Record) -> Value {
    scheme.service.query(scheme.admin.user, &Query::Person(record.id)).expect("it is shown")
}

fn members(scheme: &Scheme, record: Record) -> usize {
    show(scheme, record)["members"].as_array().map_or(0, Vec::len)
}

pub(super) fn subject(record: Record, op: OpId) -> SubjectId {
    SubjectId::Named { referral: record.id, op }
}

pub(super) fn say(scheme: &Scheme, tie: Tie, one: &SubjectId, other: &SubjectId) -> Result<Value, Refused> {
    let page = Query::Persons(Page::default());
    let list = scheme.service.query(scheme.admin.user, &page).expect("it is shown");
    let as_of = list["as_of"].as_str().expect("an as_of").to_owned();
    let tied = Tied { one: one.clone(), other: other.clone(), as_of };
    scheme.service.command(scheme.admin.user, Command::TiePersons(tie, tied), NOW_MS + DAY_MS)
}

#[test]
fn c01_two_officers_refer_one_person_the_same_night_both_stand_linked_and_nobody_is_asked() {
    for other_first in [false, true] {
        let mut scheme = Scheme::new();
        let (first, second) = (told(&scheme), Told { at_ms: NOW_MS + 120 * MINUTE_MS, ..told(&scheme) });
        let Scheme { service, officer, other_officer, .. } = &mut scheme;
        let mut phones = [(officer, first), (other_officer, second)];
        if other_first {
            phones.reverse();
        }
        let records = phones.map(|(phone, told)| refer(service, phone, &told).0);
        assert_eq!(asked(&scheme), [""; 0]);
        for record in records {
            assert_eq!(
                (members(&scheme, record), show(&scheme, record)["subject"]["stage"].as_str()),
                (2, Some("submitted"))
            );
        }
        assert_eq!(verify(scheme.data.path()).map(|report| report.first_fault), Ok(None));
    }
}

#[test]
fn c01_without_the_same_key_an_admin_is_asked_and_answers_reversibly() {
    let mut scheme = Scheme::new();
    let (first, second) = (told(&scheme), Told { family: "Beispiehl", ..told(&scheme) });
    let second = Told { at_ms: NOW_MS + 120 * MINUTE_MS, ..second };
    let Scheme { service, officer, other_officer, .. } = &mut scheme;
    let (one, by) = refer(service, officer, &first);
    let (other, other_by) = refer(service, other_officer, &second);
    assert_eq!(asked(&scheme), ["may_be_one_person"]);
    assert!(!questions(&scheme)[0]["reasons"].as_array().expect("reasons").is_empty());
    assert_eq!(members(&scheme, one), 1, "meanwhile they are two");
    let ends = (subject(one, by), subject(other, other_by));
    say(&scheme, Tie::Linked, &ends.0, &ends.1).expect("it is recorded");
    assert_eq!((asked(&scheme), members(&scheme, other)), (Vec::new(), 2));
    say(&scheme, Tie::Split, &ends.0, &ends.1).expect("it is recorded");
    assert_eq!((asked(&scheme), members(&scheme, other)), (Vec::new(), 1));
    assert_eq!(verify(scheme.data.path()).map(|report| report.first_fault), Ok(None));
}

#[test]
fn c02_one_encounter_that_two_officers_recorded_is_kept_twice_and_an_admin_is_asked() {
    let mut scheme = Scheme::new();
    let first = Told { place: Some("Market Place"), ..told(&scheme) };
    let second = Told { place: Some("market place"), at_ms: NOW_MS + 5 * MINUTE_MS, ..told(&scheme) };
    let Scheme { service, officer, other_officer, .. } = &mut scheme;
    let (one, _) = refer(service, officer, &first);
    refer(service, other_officer, &second);
    assert_eq!((asked(&scheme), members(&scheme, one)), (vec!["same_encounter".to_owned()], 2));
}

#[test]
fn two_referrals_of_one_person_that_both_go_on_are_asked_about() {
    let mut scheme = Scheme::new();
    let (first, second) = (told(&scheme), Told { at_ms: NOW_MS + 9 * DAY_MS, ..told(&scheme) });
    let second = Told { provider: scheme.other_provider, ..second };
    let Scheme { service, officer, other_officer, .. } = &mut scheme;
    refer(service, officer, &first);
    refer(service, other_officer, &second);
    assert_eq!(asked(&scheme), ["two_referrals"]);
}

#[test]
fn c10_a_number_of_somebody_else_links_nobody_and_an_admin_is_asked() {
    let mut scheme = Scheme::new();
    let (first, second) = (told(&scheme), Told { family: "Quennell", born: "1970-11-30", ..told(&scheme) });
    let Scheme { service, officer, other_officer, .. } = &mut scheme;
    let (one, by) = refer(service, officer, &first);
    let (other, other_by) = refer(service, other_officer, &second);
    assert_eq!(asked(&scheme), [""; 0]);
    let number: SubjectId = "pnc/1999/1234567B".parse().expect("it is a number");
    let done = say(&scheme, Tie::Linked, &subject(one, by), &number).expect("it is recorded");
    assert_eq!(done["state"], "linked");
    let done = say(&scheme, Tie::Linked, &subject(other, other_by), &number).expect("it is asked");
    assert_eq!(done["state"], "asked");
    assert_eq!((asked(&scheme), members(&scheme, other)), (vec!["may_be_one_person".to_owned()], 1));
}

#[test]
fn c11_a_person_whose_name_was_amended_is_found_under_the_new_one() {
    let mut scheme = Scheme::new();
    let (first, second) = (told(&scheme), Told { family: "Quennell", ..told(&scheme) });
    let second = Told { at_ms: NOW_MS + 300 * DAY_MS, born: "1991-05-07", ..second };
    let Scheme { service, officer, other_officer, .. } = &mut scheme;
    refer(service, officer, &first);
    let (other, by) = refer(service, other_officer, &second);
    let shared = other.stream(CompartmentKind::Shared, other_officer.enrolled.force);
    for (field, value) in [("born", "1991-03-05"), ("name", "Beispiel, Anneliese")] {
        let body = json!({"field": field, "value": value}).to_string();
        let op = other_officer.record_raw(shared, &[by], &[], "subject.amended", &body);
        other_officer.push(service, op.seq).expect("it is accepted");
    }
    assert_eq!(members(&scheme, other), 2);
}

/// What the officer's own phone reads of the central record's verdict.
fn reassessed(service: &TestService, phone: &mut Phone, record: Record) -> Option<Value> {
    let (seen, _) = super::cross_stream::seen_by(phone, service, record);
    seen.reassessed.map(|verdict| json!(verdict))
}

#[test]
fn c20_an_earlier_referral_that_the_phone_had_not_seen_is_a_notice_and_the_offer_stands() {
    let mut scheme = Scheme::new();
    let (first, second) = (told(&scheme), Told { at_ms: NOW_MS + 300 * DAY_MS, ..told(&scheme) });
    let stranger = Told { family: "Quennell", born: "1970-11-30", ..told(&scheme) };
    let Scheme { service, officer, other_officer, lead, .. } = &mut scheme;
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

    let (record, op) = refer(service, other_officer, &second);
    let not_eligible = json!({"not_eligible": {"reasons": ["R09"]}});
    let read = reassessed(service, other_officer, record);
    assert_eq!(read.as_ref(), Some(&not_eligible));
    let (seen, _) = super::cross_stream::seen_by(other_officer, service, record);
    assert_eq!(seen.verdict, Some(sync_core::referral::eligibility::Verdict::Eligible), "the snapshot stays");
    assert!(seen.offer.stands() && !seen.engagement.stage.is_ended());
    assert_eq!(reassessed(service, officer, earlier), None, "the first one was right");

    say(&scheme, Tie::Split, &subject(earlier, by), &subject(record, op)).expect("it is recorded");
    let Scheme { service, other_officer, .. } = &mut scheme;
    assert_eq!(reassessed(service, other_officer, record), Some(json!("eligible")), "a split takes it back");
}

#[test]
fn c28_one_crime_reference_on_two_encounters_stays_on_both_and_an_admin_is_asked() {
    let mut scheme = Scheme::new();
    let Scheme { service, officer, other_officer, .. } = &mut scheme;
    let mut typed = Vec::new();
    for reference in ["43/12 34", "43/9", "43/1234"] {
        let phone = if typed.len() < 2 { &mut *officer } else { &mut *other_officer };
        let police = new_record().stream(CompartmentKind::Police, phone.enrolled.force);
        let opened = phone.record(police, &[], &super::pipeline::encounter());
        let body = json!({"offence": "MD71210", "crime_reference": reference}).to_string();
        typed.push(phone.record_raw(police, &[], &[], "crime.recorded", &body));
        phone.push(service, opened.seq).expect("it is accepted");
    }
    let list = scheme.service.query(scheme.admin.user, &Query::Conflicts(Page::default()));
    let list = list.expect("it is shown");
    let open: Vec<&str> =
        list["conflicts"].as_array().expect("a list").iter().filter_map(|c| c["about"].as_str()).collect();
    assert_eq!(open, ["crime_reference/43/1234"]);
    let Scheme { service, officer, other_officer, .. } = &mut scheme;
    for (phone, op) in [(officer, typed[0]), (other_officer, typed[2])] {
        phone.cursor = None;
        let feed = phone.pull(service).feed;
        assert!(feed.iter().filter_map(FeedEntry::op).all(|read| read.id != op || read.has_effect()));
    }
}

#[test]
fn who_works_for_a_provider_receives_nothing_of_persons_and_cannot_ask() {
    let mut scheme = Scheme::new();
    let (first, second) = (told(&scheme), Told { at_ms: NOW_MS + 120 * MINUTE_MS, ..told(&scheme) });
    let Scheme { service, officer, other_officer, lead, .. } = &mut scheme;
    let (record, by) = refer(service, officer, &first);
    let (other, other_by) = refer(service, other_officer, &second);
    lead.cursor = None;
    let feed = lead.pull(service).feed;
    let records: Vec<_> = feed.iter().filter_map(FeedEntry::op).map(|op| op.stream.record).collect();
    assert!(records.iter().all(|read| [record, other].contains(read)), "{records:?}");
    for user in [scheme.lead.user, scheme.officer.user] {
        let list = scheme.service.query(user, &Query::Persons(Page::default()));
        assert_eq!(list, Err(Refused::NotYours));
        assert_eq!(scheme.service.query(user, &Query::Person(record.id)), Err(Refused::NotYours));
        let tied = Tied { one: subject(record, by), other: subject(other, other_by), as_of: String::new() };
        let done = scheme.service.command(user, Command::TiePersons(Tie::Split, tied), NOW_MS);
        assert_eq!(done, Err(Refused::NotYours));
    }
}
