//! Entries that come in one push or in several: what the server says of each is the same.
//!
//! Does not test what is judged: `sync-core` does.

use sync_core::ids::{CompartmentKind, OpId, Record, Stream};
use sync_core::referral::act::{
    Act, AppointmentBooked, Attendance, AttendanceRecorded, CancelReason, EntryStruck, Meeting, OpRef,
    ReferralAccepted, ReferralCancelled, ReferralClosed, SubjectAmended, TransferAccepted, TransferRequested,
    YesNo,
};
use sync_core::stamp::Stamp;

use super::phone::{Phone, new_record};
use super::pipeline::{agreed, consent, encounter, police, shared, submitted};
use super::{NOW_MS, Scheme, TestService};

/// What three phones recorded before anybody had signal but the officer.
struct Story {
    scheme: Scheme,
    record: Record,
}

fn told() -> Story {
    let mut scheme = Scheme::new();
    let record = new_record();
    let shared = shared(&scheme, record);
    let police = police(&scheme, record);
    agreed(&mut scheme, record);
    let submission = submitted(&scheme, YesNo::No);
    let officer = &mut scheme.officer;
    officer.record(shared, &[], &consent(YesNo::Yes));
    let sent = officer.record(shared, &[], &submission);
    // Twice is once too often, and what builds on it stands on it.
    officer.record(shared, &[], &submission);
    officer.record(police, &[], &encounter());
    let born = SubjectAmended { field: "born".to_owned(), value: "1990-01-01".to_owned() };
    let amended = officer.record(shared, &[], &Act::SubjectAmended(born));
    officer.record(shared, &[], &struck(amended, None));
    officer.record(shared, &[], &struck(amended, None));
    officer.record(shared, &[], &struck(amended, Some(YesNo::Yes)));
    let reason = CancelReason::WrongProvider;
    officer.record(shared, &[], &Act::ReferralCancelled(ReferralCancelled { reason }));
    the_service(&mut scheme, record, shared, sent);
    Story { scheme, record }
}

fn struck(entry: OpId, back: Option<YesNo>) -> Act {
    Act::EntryStruck(EntryStruck { entry: OpRef::Id(entry), reason: "in error".to_owned(), back })
}

/// The lead takes it on without knowing of the cancellation, books, closes and opens nothing again.
fn the_service(scheme: &mut Scheme, record: Record, shared: Stream, sent: OpId) {
    let outreach = record.stream(CompartmentKind::Outreach, scheme.provider);
    let lead = &mut scheme.lead;
    let accepted = lead.record(shared, &[sent], &Act::ReferralAccepted(ReferralAccepted {}));
    let booked =
        AppointmentBooked { at_ms: NOW_MS, meeting: Meeting::Session, minutes: 60, place: None, slot: None };
    let booked = Act::AppointmentBooked(booked);
    let booked = lead.record_raw(outreach, &[], &[accepted], booked.kind(), &booked.body());
    let came = AttendanceRecorded {
        meeting: Meeting::Session,
        status: Attendance::Attended,
        minutes: 60,
        at_ms: NOW_MS,
        appointment: Some(OpRef::Id(booked)),
        note: None,
        reason: None,
    };
    lead.record(outreach, &[], &Act::AttendanceRecorded(came));
    let on = "2026-06-01".parse().expect("it is a date");
    lead.record(shared, &[], &Act::ReferralClosed(ReferralClosed { on, died: None }));
    lead.record(shared, &[], &Act::ReferralAccepted(ReferralAccepted {}));
    lead.record(outreach, &[], &struck(booked, None));
}

/// Pushes a log, cut after each of these.
fn push_cut(service: &TestService, phone: &mut Phone, cuts: &[usize]) {
    let log = phone.log.clone();
    for end in cuts.iter().copied().chain([log.len()]) {
        let from = phone_len(service, phone) + 1;
        phone.log = log[..end].to_vec();
        if u64::try_from(end).expect("short") >= from {
            phone.push(service, from).expect("it is accepted");
        }
    }
    phone.log = log;
}

fn phone_len(service: &TestService, phone: &Phone) -> u64 {
    let held = service.service.store.read_now(|read| Ok(read.device(phone.device)?.map(|row| row.tip.seq)));
    held.expect("the store is read").unwrap_or_default()
}

/// What the stamps of a phone's log say.
fn verdicts(service: &TestService, phone: &Phone) -> Vec<Option<(sync_core::stamp::Disposition, Vec<u64>)>> {
    let said = |stamp: Stamp| (stamp.disposition, stamp.absent.iter().map(|id| id.seq).collect());
    let of = |id: OpId| {
        let held = service.service.store.read_now(|read| read.op(id)).expect("the store is read");
        held.and_then(|held| held.stamp).map(said)
    };
    phone.log.iter().map(|op| of(op.header.id)).collect()
}

#[test]
fn what_is_said_of_an_entry_does_not_depend_on_where_a_push_ends() {
    let whole = |officer: &[usize], lead: &[usize]| {
        let Story { mut scheme, .. } = told();
        push_cut(&scheme.service, &mut scheme.officer, officer);
        push_cut(&scheme.service, &mut scheme.lead, lead);
        [verdicts(&scheme.service, &scheme.officer), verdicts(&scheme.service, &scheme.lead)]
    };
    let expected = whole(&[], &[]);
    assert!(expected.iter().flatten().all(Option::is_some), "{expected:?}");
    let each: Vec<usize> = (1..expected[0].len()).collect();
    assert_eq!(whole(&each, &[1, 2, 3, 4, 5]), expected, "one by one");
    for cut in each {
        assert_eq!(whole(&[cut], &[cut.min(expected[1].len() - 1)]), expected, "cut after {cut}");
    }
}

/// Somebody may come to read a stream by the very entry for which another entry waited.
#[test]
fn what_waited_for_an_entry_that_lets_its_author_read_the_stream_is_judged_with_it() {
    let Story { mut scheme, record } = told();
    let shared = shared(&scheme, record);
    scheme.officer.log.pop();
    push_cut(&scheme.service, &mut scheme.officer, &[]);
    scheme.lead.log.truncate(1);
    let to = scheme.other_provider;
    let Scheme { service, lead, other_lead, .. } = &mut scheme;
    let asked = TransferRequested { to, reason: "moved_away".to_owned(), consent: YesNo::Yes };
    let request = lead.record(shared, &[], &Act::TransferRequested(asked));
    let taken = TransferAccepted { request: OpRef::Id(request), to };
    other_lead.record(shared, &[request], &Act::TransferAccepted(taken));
    push_cut(service, other_lead, &[]);
    assert_eq!(verdicts(service, other_lead), [None], "it waits");
    push_cut(service, lead, &[]);
    let accepted = sync_core::stamp::Disposition::Accepted;
    assert_eq!(verdicts(service, other_lead), [Some((accepted, Vec::new()))]);
}
