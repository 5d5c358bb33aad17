//! From push to stamp, feed and receipt.
//!
//! Does not go over HTTP.

use serde_json::json;
use sync_core::ids::{CompartmentKind, Digest, OpId, Record, Stream};
use sync_core::referral::act::{
    Act, Choice, ConflictPassedUp, ConflictSettled, ConsentRecorded, ContactRecorded, ContactWhat,
    EncounterOpened, PolicyRef, Reach, ReferralSubmitted, Route, Subject, YesNo,
};
use sync_core::referral::conflict::{ConflictKind, conflict_id, version};
use sync_core::referral::eligibility::Verdict;
use sync_core::referral::fold::fold;
use sync_core::stamp::{Disposition, Why};
use sync_core::stream::History;
use sync_core::sync::answer::{Answer, Directive, ExtractState, FeedEntry};
use sync_core::sync::pending::WAIT_MS;

use super::phone::{Phone, new_record, send, try_code};
use super::{NOW_MS, Scheme};
use crate::enrol;
use crate::reconcile::Refusal;
use crate::store::sqlite::damage_a_body;
use crate::{Fault, admin, digests, lookup, verify};

fn subject() -> Subject {
    Subject {
        family: "Doe".to_owned(),
        given: "Jo".to_owned(),
        born: None,
        apparent_age: None,
        ethnicity: None,
    }
}

pub(super) fn encounter() -> Act {
    let subject = subject();
    Act::EncounterOpened(EncounterOpened {
        at_ms: NOW_MS,
        route: Route::Street,
        subject,
        place: None,
        area: None,
        note: None,
        identity: None,
        supply_signs: None,
        arrested_for: None,
        clock: None,
    })
}

/// An encounter whose person was offered a diversion and agreed, on the officer's phone.
pub(super) fn agreed(scheme: &mut Scheme, record: Record) -> OpId {
    let police = police(scheme, record);
    let opened = scheme.officer.record(police, &[], &encounter());
    let assessed = json!({
        "verdict": Verdict::Eligible, "policy": {"id": "thames-valley-2018", "version": 1},
        "inputs": Digest::default(),
    });
    scheme.officer.record_raw(police, &[], &[], "eligibility.assessed", &assessed.to_string());
    scheme.officer.record_raw(police, &[], &[], "offer.answered", r#"{"answer":"yes"}"#);
    opened
}

pub(super) fn consent(feedback: YesNo) -> Act {
    Act::ConsentRecorded(ConsentRecorded {
        contact: YesNo::Yes,
        feedback: Some(feedback),
        wording: Some("v1".to_owned()),
        language: Some("en".to_owned()),
        channels: None,
        messages: None,
        present: None,
    })
}

pub(super) fn submitted(scheme: &Scheme, voluntary: YesNo) -> Act {
    Act::ReferralSubmitted(ReferralSubmitted {
        reference: "TVP-7KQ2-M4XD-9".to_owned(),
        subject: Subject { family: "Roe".to_owned(), ..subject() },
        reach: Reach { phone: None, may: Vec::new(), place_and_time: None },
        provider: Some(scheme.provider),
        outside_age: None,
        policy: PolicyRef { id: "thames-valley-2018".to_owned(), version: 1 },
        voluntary,
    })
}

pub(super) fn police(scheme: &Scheme, record: Record) -> Stream {
    record.stream(CompartmentKind::Police, scheme.officer.enrolled.force)
}

pub(super) fn shared(scheme: &Scheme, record: Record) -> Stream {
    record.stream(CompartmentKind::Shared, scheme.officer.enrolled.force)
}

pub(super) fn stamped(answer: &Answer) -> Vec<(u64, Disposition)> {
    let runs = answer.stamps.iter();
    runs.flat_map(|run| (run.seq..run.seq + run.count).map(|seq| (seq, run.disposition))).collect()
}

pub(super) fn kinds_in(answer: &Answer) -> Vec<(OpId, String)> {
    let ops = answer.feed.iter().filter_map(|entry| match entry {
        FeedEntry::Op(op) => Some((op.id, op.kind.to_string())),
        FeedEntry::Stamped { .. }
        | FeedEntry::Whole(_)
        | FeedEntry::Forget { .. }
        | FeedEntry::Erased { .. }
        | FeedEntry::Extract(_)
        | FeedEntry::Reference(_) => None,
    });
    ops.collect()
}

/// The stored state that a repeated or refused push must leave as it was.
pub(super) fn stored(scheme: &Scheme) -> (u64, u64, u64) {
    let report = verify(scheme.data.path()).expect("the store is read");
    assert_eq!(report.first_fault, None);
    (report.ops, report.receipts, report.statements)
}

#[test]
fn a_code_enrols_one_device_within_ten_minutes() {
    let scheme = Scheme::new();
    drop(scheme.service);
    let admin = admin::open(scheme.data.path()).expect("the store opens");
    let codes = [0, 1].map(|_| admin.enrol_code(scheme.officer.user, NOW_MS).expect("a code is made").code);
    drop(admin);
    let service = super::TestService::open(scheme.data.path());
    let late = try_code(&service, &codes[0], NOW_MS + 600_000);
    assert_eq!(late.map(|phone| phone.user), Err(enrol::Refusal::Refused));
    let first = try_code(&service, &codes[1], NOW_MS).expect("the code counts");
    assert_eq!(first.user, scheme.officer.user);
    let second = try_code(&service, &codes[1], NOW_MS);
    assert_eq!(second.map(|phone| phone.user), Err(enrol::Refusal::Refused));
}

#[test]
fn a_store_in_use_says_so() {
    let scheme = Scheme::new();
    assert_eq!(admin::open(scheme.data.path()).err(), Some(Fault::InUse));
}

#[test]
fn a_push_is_acknowledged_stamped_and_fed_to_its_readers() {
    let mut scheme = Scheme::new();
    let before = digests(scheme.data.path()).expect("the store is read").len();
    let record = new_record();
    let (police, shared) = (police(&scheme, record), shared(&scheme, record));
    let opened = scheme.officer.record(police, &[], &encounter());
    let act = submitted(&scheme, YesNo::Yes);
    let submitted = scheme.officer.record(shared, &[], &act);
    let answer = scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!(answer.acknowledged, 2);
    assert_eq!(stamped(&answer), [(1, Disposition::Accepted), (2, Disposition::Accepted)]);
    assert_eq!(answer.receipt.map(|receipt| receipt.seq), Some(2));

    let of_lead = kinds_in(&scheme.lead.pull(&scheme.service));
    assert!(of_lead.iter().any(|(id, _)| *id == submitted));
    assert!(of_lead.iter().all(|(id, _)| *id != opened), "a provider does not read the police stream");
    assert!(of_lead.iter().all(|(_, kind)| kind != "referral.received"), "nobody is known to have it");
    let again = kinds_in(&scheme.lead.pull(&scheme.service));
    let kinds: Vec<&str> = again.iter().map(|(_, kind)| kind.as_str()).collect();
    assert_eq!(kinds, ["referral.received"], "the cursor goes on, and says that the page is kept");
    let last = scheme.lead.pull(&scheme.service);
    assert!(last.feed.is_empty(), "received once");
    assert_eq!(digests(scheme.data.path()).expect("the store is read").len() - before, 2);
}

#[test]
fn the_same_push_twice_changes_nothing_and_gets_the_same_receipt() {
    let mut scheme = Scheme::new();
    let stream = police(&scheme, new_record());
    let opened = scheme.officer.record(stream, &[], &encounter());
    let first = scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let before = stored(&scheme);
    let second = scheme.officer.push(&scheme.service, 1).expect("it is accepted again");
    assert_eq!((second.receipt, second.stamps), (first.receipt, first.stamps));
    assert_eq!(stored(&scheme), before);
    let hash = scheme.officer.log[0].header.hash();
    assert_eq!(lookup(scheme.data.path(), &[(opened, hash)]), Ok(Vec::new()));
}

#[test]
fn a_gap_an_old_counter_and_a_wrong_signature_store_nothing() {
    let mut scheme = Scheme::new();
    let stream = police(&scheme, new_record());
    for _ in 0..3 {
        scheme.officer.record(stream, &[], &encounter());
    }
    let before = stored(&scheme);
    assert_eq!(scheme.officer.push(&scheme.service, 3).err(), Some(Refusal::Gap(0)));

    let mut forged = scheme.officer.request(1);
    forged.header.signature[20] ^= 1;
    assert_eq!(send(&scheme.service, &forged).err(), Some(Refusal::Signature));
    let mut changed = scheme.officer.request(1);
    changed.header.uptime_ms += 1;
    assert_eq!(send(&scheme.service, &changed).err(), Some(Refusal::Signature));
    assert_eq!(stored(&scheme), before);

    let accepted = scheme.officer.request(1);
    send(&scheme.service, &accepted).expect("it is accepted");
    let before = stored(&scheme);
    let last = accepted.header.counter;
    assert_eq!(send(&scheme.service, &accepted).err(), Some(Refusal::CounterOld(last)));
    assert_eq!(stored(&scheme), before);
}

#[test]
fn c17_a_fork_is_kept_aside_and_the_device_enrols_again() {
    let mut scheme = Scheme::new();
    let stream = police(&scheme, new_record());
    scheme.officer.record(stream, &[], &encounter());
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let (ops, receipts, statements) = stored(&scheme);
    scheme.officer.log.clear();
    scheme.officer.record(police(&scheme, new_record()), &[], &encounter());
    let answer = scheme.officer.push(&scheme.service, 1).expect("it is answered");
    assert_eq!(answer.directives, [Directive::ReEnrol]);
    assert!(answer.stamps.is_empty() && answer.receipt.is_none());
    assert_eq!(stored(&scheme), (ops + 1, receipts, statements), "an admin is asked, and no more");
}

#[test]
fn one_changed_byte_of_a_stored_body_is_found() {
    let mut scheme = Scheme::new();
    let stream = police(&scheme, new_record());
    scheme.officer.record(stream, &[], &encounter());
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let Scheme { data, service, .. } = scheme;
    drop(service);
    damage_a_body(data.path());
    let fault = verify(data.path()).expect("the store is read").first_fault;
    assert!(fault.is_some_and(|place| place.ends_with("the body of op 1 was changed")));
}

#[test]
fn a_pending_op_is_stamped_when_its_dep_arrives() {
    let mut scheme = Scheme::new();
    let record = new_record();
    let shared = shared(&scheme, record);
    let act = submitted(&scheme, YesNo::Yes);
    let submitted = scheme.officer.record(shared, &[], &act);
    let outreach = record.stream(CompartmentKind::Outreach, scheme.provider);
    let contact = contact_after(&mut scheme.lead, outreach, &[submitted]);
    let pending = scheme.lead.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!((pending.acknowledged, stamped(&pending)), (1, Vec::new()));

    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let late = late_stamps(&scheme.lead.pull(&scheme.service));
    assert_eq!(late, [(contact.seq, Disposition::Accepted)]);
    stored(&scheme);
}

/// Stamps of own ops that had been pending, by their seqs.
pub(super) fn late_stamps(answer: &Answer) -> Vec<(u64, Disposition)> {
    let stamps = answer.feed.iter().filter_map(|entry| match entry {
        FeedEntry::Stamped { id, stamp } => Some((id.seq, stamp.disposition)),
        FeedEntry::Op(_)
        | FeedEntry::Whole(_)
        | FeedEntry::Forget { .. }
        | FeedEntry::Erased { .. }
        | FeedEntry::Extract(_)
        | FeedEntry::Reference(_) => None,
    });
    stamps.collect()
}

pub(super) fn contact_after(lead: &mut Phone, stream: Stream, seen: &[OpId]) -> OpId {
    let act = Act::ContactRecorded(ContactRecorded {
        what: ContactWhat::Reached,
        channel: "phone".to_owned(),
        result: "reached".to_owned(),
        at_ms: NOW_MS,
        note: None,
    });
    lead.record_raw(stream, &[], seen, act.info().kind, &act.body())
}

#[test]
fn what_has_no_shape_is_refused_and_blocks_nothing() {
    let mut scheme = Scheme::new();
    let stream = police(&scheme, new_record());
    scheme.officer.record_raw(stream, &[], &[], "encounter.opened", r#"{"nonsense":1}"#);
    scheme.officer.record(stream, &[], &encounter());
    let answer = scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!(stamped(&answer), [(1, Disposition::Refused(Why::Shape)), (2, Disposition::Accepted)]);
}

#[test]
fn what_has_no_shape_in_a_foreign_stream_never_enters_it() {
    let mut scheme = Scheme::new();
    let stream = new_record().stream(CompartmentKind::Outreach, scheme.provider);
    scheme.officer.record_raw(stream, &[], &[], "contact.recorded", r#"{"nonsense":1}"#);
    let answer = scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!(stamped(&answer), [(1, Disposition::Refused(Why::Stream))]);
    assert!(of_records(&scheme.lead.pull(&scheme.service).feed).is_empty());
}

/// What a feed says of records: everybody is told of new phones too.
pub(super) fn of_records(feed: &[FeedEntry]) -> Vec<&FeedEntry> {
    feed.iter().filter(|entry| !matches!(entry, FeedEntry::Reference(_))).collect()
}

#[test]
fn progress_reaches_the_officer_and_readers_fold_as_the_server_does() {
    let mut scheme = Scheme::new();
    let record = new_record();
    let shared = shared(&scheme, record);
    let act = submitted(&scheme, YesNo::No);
    let opened = agreed(&mut scheme, record);
    scheme.officer.record(shared, &[], &consent(YesNo::Yes));
    let submitted = scheme.officer.record(shared, &[], &act);
    let answer = scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    assert!(stamped(&answer).iter().all(|(_, disposition)| disposition.has_effect()), "{opened}");

    let first = scheme.lead.pull(&scheme.service);
    let outreach = record.stream(CompartmentKind::Outreach, scheme.provider);
    contact_after(&mut scheme.lead, outreach, &[submitted]);
    let second = scheme.lead.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!(stamped(&second), [(1, Disposition::Accepted)]);
    let of_officer = kinds_in(&scheme.officer.pull(&scheme.service));
    assert!(of_officer.iter().any(|(_, kind)| kind == "progress.reported"));
    assert!(of_officer.iter().all(|(_, kind)| kind != "contact.recorded"));

    let read = first.feed.into_iter().chain(second.feed).filter_map(|entry| match entry {
        FeedEntry::Op(op) => (op.stream == shared).then_some(*op),
        FeedEntry::Stamped { .. }
        | FeedEntry::Whole(_)
        | FeedEntry::Forget { .. }
        | FeedEntry::Erased { .. }
        | FeedEntry::Extract(_)
        | FeedEntry::Reference(_) => None,
    });
    let folded = fold(&History::new(read)).digest();
    assert_eq!(digests(scheme.data.path()).expect("the store is read").get(&shared), Some(&folded));
    stored(&scheme);
}

#[test]
fn a_conflict_that_was_passed_up_reaches_the_desk_as_an_extract_until_it_is_settled() {
    let mut scheme = Scheme::new();
    let stream = new_record().stream(CompartmentKind::Outreach, scheme.provider);
    // Its author had not seen that the provider was named: it is kept aside.
    let contact = contact_after(&mut scheme.lead, stream, &[]);
    let conflict = conflict_id(ConflictKind::Quarantined, &stream, &contact.to_string());
    let version = version(&[contact]);
    scheme.lead.record(stream, &[], &Act::ConflictPassedUp(ConflictPassedUp { conflict, version }));
    let answer = scheme.lead.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!((answer.acknowledged, stamped(&answer)), (2, Vec::new()), "the record may come yet");
    scheme.service.beat(NOW_MS + 60_000 + WAIT_MS);
    assert_eq!(
        late_stamps(&scheme.lead.pull(&scheme.service)),
        [(1, Disposition::Quarantined(Why::NotAssigned)), (2, Disposition::Accepted)]
    );

    let open = extracts_in(&scheme.admin.pull(&scheme.service));
    assert_eq!(open, [(conflict, ExtractState::Open, vec![contact])]);
    let (choice, reason) = (Choice::Admit(contact), "named by telephone".to_owned());
    let settled = Act::ConflictSettled(ConflictSettled { conflict, version, choice, reason });
    scheme.admin.record(stream, &[contact], &settled);
    let answer = scheme.admin.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!(stamped(&answer), [(1, Disposition::Accepted)]);
    assert_eq!(extracts_in(&answer), [(conflict, ExtractState::Settled, vec![contact])]);
    stored(&scheme);
}

fn extracts_in(answer: &Answer) -> Vec<(Digest, ExtractState, Vec<OpId>)> {
    let extracts = answer.feed.iter().filter_map(|entry| match entry {
        FeedEntry::Extract(extract) => {
            Some((extract.conflict, extract.state, extract.sides.iter().map(|side| side.op).collect()))
        }
        FeedEntry::Op(_)
        | FeedEntry::Stamped { .. }
        | FeedEntry::Whole(_)
        | FeedEntry::Forget { .. }
        | FeedEntry::Erased { .. }
        | FeedEntry::Reference(_) => None,
    });
    extracts.collect()
}
