//! What the server sees that a phone could not: a wrong clock's age, a reference that was typed twice, what cannot be,
//! a bank holiday that was proclaimed since.
//!
//! Does not test the tables themselves: `sync-core` does.

use serde_json::{Value, json};
use sync_core::ids::{CompartmentKind, Digest, OpId, Record};
use sync_core::referral::act::{Act, Attendance, AttendanceRecorded, Meeting, SubjectAmended};
use sync_core::referral::fold::fold;
use sync_core::referral::timers::{Change, Holiday, Item, Reader, Referral, WorklistOf, worklist};
use sync_core::referral::view::view;
use sync_core::stream::History;

use super::cross_stream::{TakenOn, seen_by, taken_on, tell};
use super::phone::{Phone, new_record, try_code};
use super::{NOW_MS, Scheme, TestService};
use crate::desk::{Command, Page, Query, Refused};

const YEAR_MS: u64 = 366 * 24 * 3_600_000;

fn letter_of_next_device(scheme: &Scheme, of: &Phone) -> String {
    let user = of.user;
    let code = scheme.service.service.store.write_now(move |tx| crate::enrol::new_code(tx, user, NOW_MS));
    let phone = try_code(&scheme.service, &code.expect("a code is made"), NOW_MS).expect("the code counts");
    phone.enrolled.letter
}

#[test]
fn each_device_of_a_person_gets_a_letter_and_none_twice() {
    let scheme = Scheme::new();
    let Scheme { officer, other_officer, .. } = &scheme;
    assert_eq!((officer.enrolled.letter.as_str(), other_officer.enrolled.letter.as_str()), ("A", "A"));
    assert_eq!((officer.enrolled.initials.as_str(), other_officer.enrolled.initials.as_str()), ("O", "OO"));
    assert_eq!(
        [letter_of_next_device(&scheme, officer), letter_of_next_device(&scheme, officer)],
        ["B", "C"]
    );
    let lost = Command::RevokeDevice(officer.device, crate::store::people::RevokeReason::Lost);
    scheme.service.command(scheme.admin.user, lost, NOW_MS).expect("it is revoked");
    assert_eq!(letter_of_next_device(&scheme, officer), "D");
    let listed = scheme.service.query(scheme.officer.user, &Query::Devices(Page::default()));
    let listed = listed.expect("it is shown")["devices"].clone();
    let letters: Vec<&str> =
        listed.as_array().expect("a list").iter().filter_map(|device| device["letter"].as_str()).collect();
    assert_eq!(letters, ["A", "B", "C", "D"]);
}

/// Seizes something under a reference, in an encounter of its own.
fn seizes(service: &TestService, phone: &mut Phone, exhibit: &str) -> OpId {
    let police = new_record().stream(CompartmentKind::Police, phone.enrolled.force);
    let opened = phone.record(police, &[], &super::pipeline::encounter());
    let body = json!({"drug": "cannabis", "exhibit": exhibit}).to_string();
    let seized = phone.record_raw(police, &[], &[], "item.seized", &body);
    phone.push(service, opened.seq).expect("it is accepted");
    seized
}

fn open_questions(scheme: &Scheme) -> Vec<String> {
    let list = scheme.service.query(scheme.admin.user, &Query::Conflicts(Page::default()));
    let list = list.expect("it is shown");
    let about = |conflict: &Value| conflict["about"].as_str().map(str::to_owned);
    list["conflicts"].as_array().expect("a list").iter().filter_map(about).collect()
}

#[test]
fn c28_an_exhibit_reference_that_is_typed_twice_stays_on_both_and_an_admin_is_asked() {
    let mut scheme = Scheme::new();
    let Scheme { service, officer, .. } = &mut scheme;
    seizes(service, officer, "O/A1");
    seizes(service, officer, "O/A2");
    assert_eq!(open_questions(&scheme), Vec::<String>::new(), "its own numbers are apart");
    let Scheme { service, officer, .. } = &mut scheme;
    seizes(service, officer, "o / a2");
    let officer = scheme.officer.user;
    assert_eq!(open_questions(&scheme), [format!("exhibit/O/A2/{officer}")]);
    let Scheme { service, officer, other_officer, .. } = &mut scheme;
    seizes(service, officer, "7");
    seizes(service, other_officer, "7");
    assert!(open_questions(&scheme).contains(&"exhibit/7".to_owned()));
}

#[test]
fn two_officers_who_share_their_initials_number_for_themselves() {
    let mut scheme = Scheme::new();
    let Scheme { service, other_officer, .. } = &mut scheme;
    seizes(service, other_officer, "OO/A1");
    let admin = scheme.admin.user;
    let new = crate::desk::NewUser {
        name: "Olive Oak".to_owned(),
        role: sync_core::access::Role::Officer,
        org: scheme.officer.enrolled.force,
    };
    let added = scheme.service.command(admin, Command::AddUser(new), NOW_MS).expect("they are added");
    let code = added["code"].as_str().expect("a code");
    let mut namesake = try_code(&scheme.service, code, NOW_MS).expect("the code counts");
    seizes(&scheme.service, &mut namesake, "OO/A1");
    assert_eq!(open_questions(&scheme), Vec::<String>::new());
}

/// An encounter that a phone decided by a clock that runs ahead.
fn decided(scheme: &mut Scheme, born: &str, ahead_ms: u64) -> Record {
    let record = new_record();
    let police = record.stream(CompartmentKind::Police, scheme.officer.enrolled.force);
    let at_ms = NOW_MS + ahead_ms;
    let opened = json!({
        "at_ms": at_ms, "route": "street", "subject": {"family": "Doe", "given": "Jo", "born": born},
        "identity": {"established": {"method": "photo_document"}}, "supply_signs": [],
    });
    let basis = json!({
        "at_ms": at_ms, "answer": "yes", "freshness": {"own_referrals": {"as_of_ms": null}},
        "evidence": "not_asked", "priors": [],
    });
    let assessed = json!({
        "verdict": "eligible_provisional", "policy": {"id": "thames-valley-2018", "version": 1},
        "inputs": Digest::default(), "basis": basis,
    });
    let officer = &mut scheme.officer;
    let first = officer.record_raw(police, &[], &[], "encounter.opened", &opened.to_string());
    officer.record_raw(police, &[], &[], "item.seized", r#"{"drug":"cannabis","exhibit":"X1"}"#);
    officer.record_raw(police, &[], &[], "eligibility.assessed", &assessed.to_string());
    officer.push(&scheme.service, first.seq).expect("it is accepted");
    record
}

fn listed(histories: &[History], record: Record, desk: WorklistOf, reader: Reader) -> Vec<Item> {
    let states: Vec<_> = histories.iter().map(fold).collect();
    let (record, states, seen, holidays) = (record.id, &states[..], &view(&states), &[][..]);
    worklist(
        &[Referral { record, states, seen, reader, holidays, synced_ms: None, able: None }],
        desk,
        NOW_MS + 120_000,
    )
}

#[test]
fn a_child_who_read_as_adult_by_a_wrong_clock_is_told_to_the_officer_and_to_an_admin() {
    let mut scheme = Scheme::new();
    let record = decided(&mut scheme, "2012-05-01", 9 * YEAR_MS);
    let (seen, histories) = seen_by(&mut scheme.officer, &scheme.service, record);
    let aged = seen.aged.expect("the server says so");
    assert_eq!((aged.years, aged.read_as), (14, 23));
    assert_eq!(seen.reassessed, None, "the central record says nothing else");
    for desk in [WorklistOf::Officer, WorklistOf::Admin] {
        let items = listed(&histories, record, desk, Reader::Force);
        let item = items.first().expect("it is on the list");
        assert!(item.reason.contains("clock or the date of birth was wrong"), "{}", item.reason);
    }
    let page = scheme.service.query(scheme.admin.user, &Query::Referral(record.id)).expect("it is shown");
    assert_eq!(page["aged"]["years"], 14);
    // Pushed again, it is said once.
    let notices = |histories: &[History]| {
        let ops = histories.iter().flat_map(History::iter);
        ops.filter(|op| op.kind.as_str() == "eligibility.reassessed").count()
    };
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let (_, histories) = seen_by(&mut scheme.officer, &scheme.service, record);
    assert_eq!(notices(&histories), 1);
}

#[test]
fn a_birth_that_was_corrected_to_a_childs_is_told_once() {
    let mut scheme = Scheme::new();
    let record = decided(&mut scheme, "1998-06-01", 0);
    assert_eq!(seen_by(&mut scheme.officer, &scheme.service, record).0.aged, None);
    let shared = record.stream(CompartmentKind::Shared, scheme.officer.enrolled.force);
    for value in ["2012-01-01", "2012-01-02"] {
        let born = Act::SubjectAmended(SubjectAmended { field: "born".to_owned(), value: value.to_owned() });
        tell(&scheme.service, &mut scheme.officer, shared, &[], &[], &born);
    }
    let (seen, histories) = seen_by(&mut scheme.officer, &scheme.service, record);
    assert_eq!(seen.aged.map(|aged| (aged.years, aged.read_as)), Some((14, 27)));
    let ops = histories.iter().flat_map(History::iter);
    assert_eq!(ops.filter(|op| op.kind.as_str() == "eligibility.reassessed").count(), 1);
    for desk in [WorklistOf::Officer, WorklistOf::Admin] {
        let items = listed(&histories, record, desk, Reader::Force);
        assert!(
            items.first().is_some_and(|item| item.reason.contains("date of birth was wrong")),
            "{items:?}"
        );
    }
}

#[test]
fn an_age_that_the_server_cannot_doubt_is_not_told() {
    let mut scheme = Scheme::new();
    for (born, ahead_ms) in [("2012-05-01", 0), ("1980-01-02", 3_600_000)] {
        let record = decided(&mut scheme, born, ahead_ms);
        assert_eq!(seen_by(&mut scheme.officer, &scheme.service, record).0.aged, None, "{born}");
    }
}

#[test]
fn an_entry_that_cannot_be_is_kept_counts_and_stands_on_the_leads_worklist() {
    let mut scheme = Scheme::new();
    let TakenOn { record, outreach, submitted, .. } = taken_on(&mut scheme);
    let came = Act::AttendanceRecorded(AttendanceRecorded {
        appointment: None,
        meeting: Meeting::Assessment,
        status: Attendance::Attended,
        minutes: 0,
        at_ms: NOW_MS,
        note: None,
        reason: None,
    });
    let Scheme { service, worker, .. } = &mut scheme;
    let entry = tell(service, worker, outreach, &[], &[submitted], &came);
    let (seen, histories) = seen_by(&mut scheme.lead, &scheme.service, record);
    let mark = seen.marks.iter().find(|mark| mark.op == entry).expect("it is marked");
    assert_eq!((mark.mark, mark.fields), ("attended_minutes", &["status", "minutes"][..]));
    let items = listed(&histories, record, WorklistOf::Provider, Reader::Provider);
    let all: Vec<_> = items.iter().flat_map(|item| item.also.iter().chain([&item.first])).collect();
    let timer = sync_core::referral::timers::Timer::Implausible;
    assert!(all.iter().any(|due| due.timer == timer), "{items:?}");
    let entries = scheme.service.query(scheme.lead.user, &Query::Entries(record.id)).expect("it is shown");
    let entries = entries["entries"].as_array().expect("a list").clone();
    let shown = entries.iter().find(|shown| shown["op"] == json!(entry)).expect("it is there");
    assert_eq!(shown["marks"][0]["mark"], "attended_minutes");
}

#[test]
fn a_bank_holiday_that_an_admin_adds_reaches_every_phone() {
    let mut scheme = Scheme::new();
    let holiday = |calendar: &str| Holiday {
        calendar: calendar.to_owned(),
        date: "2027-06-14".parse().expect("a date"),
        change: Change::Held,
        label: "A day of thanks".to_owned(),
    };
    let adds = |scheme: &Scheme, user, calendar| {
        scheme.service.command(user, Command::AddHoliday(holiday(calendar)), NOW_MS)
    };
    assert_eq!(adds(&scheme, scheme.officer.user, "*"), Err(Refused::NotYours));
    assert_eq!(adds(&scheme, scheme.admin.user, "wales"), Err(Refused::Field("calendar")));
    adds(&scheme, scheme.admin.user, "england-and-wales").expect("it is added");
    let bundle = scheme.worker.look_ups(&scheme.service);
    assert_eq!(bundle.expect("it comes with the feed").holidays, [holiday("england-and-wales")]);
    let shown = scheme.service.query(scheme.admin.user, &Query::Policy).expect("it is shown");
    assert_eq!(shown["holidays"][0]["date"], "2027-06-14");
}
