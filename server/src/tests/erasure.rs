//! A body that was erased is gone: from the store and its files, from feeds and extracts, for good.
//!
//! Does not test what the fold makes of it: `sync-core` does. Does not go over HTTP.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sync_core::ids::{CompartmentKind, DeviceId, OpId, Stream, UserId};
use sync_core::op::{Op, Recovered};
use sync_core::referral::act::{Act, Reach, ReferralSubmitted, YesNo};
use sync_core::referral::erasure::Erased;
use sync_core::stamp::{Disposition, Why};
use sync_core::stream::StreamOp;
use sync_core::sync::answer::{Answer, FeedEntry};
use sync_core::sync::pending::WAIT_MS;
use uuid::Uuid;

use super::phone::{new_record, try_code};
use super::pipeline::{agreed, contact_after, encounter, police, shared, stamped, stored, submitted};
use super::{NOW_MS, Scheme};
use crate::desk::{Command, Erasure, Query, Refused};
use crate::store::Writes;
use crate::store::erasures::{ErasureRow, Gone};
use crate::store::sqlite::put_back;
use crate::{backup, restore, verify};

const LATER_MS: u64 = NOW_MS + 120_000;
const PLANTED: &str = "Zwetschgenbaum";

fn erase(scheme: &Scheme, by: UserId, stream: Stream, op: OpId) -> Result<Value, Refused> {
    let asked = Erasure { stream, op, basis: "person_asked".to_owned() };
    scheme.service.command(by, Command::Erase(asked), LATER_MS)
}

/// A referral in which a name is planted, in both streams.
fn planted(scheme: &mut Scheme) -> (Stream, OpId, OpId) {
    let record = new_record();
    let (police, shared) = (police(scheme, record), shared(scheme, record));
    let Act::ReferralSubmitted(act) = submitted(scheme, YesNo::No) else { unreachable!("it is one") };
    let reach = Reach { phone: None, may: Vec::new(), place_and_time: Some(format!("{PLANTED}, at noon")) };
    let note =
        format!(r#"{{"check":"pnc","channel":"voice_radio","result":"nothing_found","note":"{PLANTED}"}}"#);
    scheme.officer.record(police, &[], &encounter());
    let check = scheme.officer.record_raw(police, &[], &[], "check.recorded", &note);
    agreed(scheme, record);
    let act = Act::ReferralSubmitted(ReferralSubmitted { reach, ..act });
    let referral = scheme.officer.record(shared, &[], &act);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    (shared, referral, check)
}

fn hits(folder: &Path) -> usize {
    let files = fs::read_dir(folder).expect("the directory is read").filter_map(Result::ok);
    let bytes = files.filter_map(|file| fs::read(file.path()).ok());
    bytes
        .map(|bytes| bytes.windows(PLANTED.len()).filter(|window| *window == PLANTED.as_bytes()).count())
        .sum()
}

fn erased_in(answer: &Answer) -> Vec<OpId> {
    let told = answer.feed.iter().filter_map(|entry| match entry {
        FeedEntry::Erased { id, .. } => Some(*id),
        FeedEntry::Op(_)
        | FeedEntry::Stamped { .. }
        | FeedEntry::Whole(_)
        | FeedEntry::Forget { .. }
        | FeedEntry::Extract(_)
        | FeedEntry::Reference(_) => None,
    });
    told.collect()
}

#[test]
fn an_erased_body_is_in_no_file_and_in_no_feed() {
    let mut scheme = Scheme::new();
    let (stream, referral, check) = planted(&mut scheme);
    let pulled = scheme.lead.pull(&scheme.service);
    assert!(serde_json::to_string(&pulled.feed).expect("plain data").contains(PLANTED));
    // Pages split and move while others write: old copies of the bytes must go as well.
    for _ in 0..40 {
        let record = new_record();
        let stream = police(&scheme, record);
        scheme.officer.record(stream, &[], &encounter());
        let from = scheme.officer.log.len() as u64;
        scheme.officer.push(&scheme.service, from).expect("it is accepted");
    }
    assert!(hits(scheme.data.path()) > 0, "the search finds what is there");
    let first = erase(&scheme, scheme.admin.user, stream, referral).expect("it is erased");
    assert!(hits(scheme.data.path()) > 0, "the other entry is still there");
    let police = police(&scheme, stream.record);
    erase(&scheme, scheme.admin.user, police, check).expect("it is erased");
    assert_eq!(hits(scheme.data.path()), 0, "neither the file nor its log holds it");
    assert_eq!(verify(scheme.data.path()).expect("the store is read").erased, 2);
    let before = stored(&scheme);
    let again = erase(&scheme, scheme.admin.user, stream, referral).expect("it is erased already");
    assert_eq!((again, stored(&scheme)), (first, before), "erased twice is erased once");

    let of_lead = scheme.lead.pull(&scheme.service);
    assert_eq!(erased_in(&of_lead), [referral], "a provider hears of what it reads");
    let of_officer = scheme.officer.pull(&scheme.service);
    assert_eq!(erased_in(&of_officer), [referral, check], "who wrote it hears of it");
    let mut new = second_phone(&scheme, scheme.lead.user);
    let all = new.pull(&scheme.service);
    let op =
        all.feed.iter().filter_map(FeedEntry::op).find(|op| op.id == referral).expect("it keeps its place");
    let left = op.erased.as_ref().expect("it reads as erased");
    assert!(op.body.is_none() && left.registers.contains(&"subject/name".to_owned()));
    assert!(!serde_json::to_string(&all.feed).expect("plain data").contains(PLANTED));
}

fn second_phone(scheme: &Scheme, user: UserId) -> super::phone::Phone {
    try_code(&scheme.service, &scheme.another_code(user), NOW_MS).expect("the code counts")
}

#[test]
fn a_verification_finds_a_salt_or_a_body_that_came_back() {
    let mut scheme = Scheme::new();
    let (stream, referral, _) = planted(&mut scheme);
    erase(&scheme, scheme.admin.user, stream, referral).expect("it is erased");
    stored(&scheme);
    let fault = || verify(scheme.data.path()).expect("the store is read").first_fault.expect("it is found");
    put_back(scheme.data.path(), "salt", &[1_u8; 16]);
    assert!(fault().contains(&referral.to_string()), "{}", fault());
    put_back(scheme.data.path(), "salt", &[0_u8; 16]);
    stored(&scheme);
    put_back(scheme.data.path(), "body", &PLANTED);
    assert!(!fault().contains(PLANTED));
}

#[test]
fn who_does_not_answer_for_a_stream_erases_nothing_and_foreign_is_like_unknown() {
    let mut scheme = Scheme::new();
    let (stream, referral, check) = planted(&mut scheme);
    let outreach = stream.record.stream(CompartmentKind::Outreach, scheme.provider);
    let contact = contact_after(&mut scheme.lead, outreach, &[referral]);
    scheme.lead.push(&scheme.service, 1).expect("it is accepted");
    let before = stored(&scheme);
    let police = police(&scheme, stream.record);
    let nobody = OpId { device: DeviceId(Uuid::from_u128(1)), seq: 1 };
    for (user, of, op, refused) in [
        (scheme.officer.user, stream, referral, Refused::NotYours),
        (scheme.worker.user, stream, referral, Refused::NotYours),
        (scheme.lead.user, stream, referral, Refused::NotYours),
        (scheme.worker.user, outreach, contact, Refused::NotYours),
        (scheme.lead.user, police, check, Refused::NotFound),
        (scheme.admin.user, outreach, contact, Refused::NotFound),
        (scheme.other_lead.user, outreach, contact, Refused::NotFound),
        (scheme.other_lead.user, outreach, nobody, Refused::NotFound),
        (scheme.other_officer.user, stream, referral, Refused::NotFound),
        (scheme.admin.user, stream, nobody, Refused::NotFound),
        (scheme.admin.user, stream, check, Refused::NotFound),
    ] {
        assert_eq!(erase(&scheme, user, of, op), Err(refused), "{op} of {of}");
    }
    let asked = Erasure { stream, op: referral, basis: format!("{PLANTED} asked") };
    let refused = scheme.service.command(scheme.admin.user, Command::Erase(asked), LATER_MS);
    assert_eq!(refused, Err(Refused::Field("basis")));
    let not_due = Erasure { stream, op: referral, basis: "retention_ended".to_owned() };
    let refused = scheme.service.command(scheme.admin.user, Command::Erase(not_due), LATER_MS);
    assert!(matches!(refused, Err(Refused::NotAllowed(_))), "a record's time is looked at as a whole");
    assert_eq!(stored(&scheme), before, "nothing is recorded");
    erase(&scheme, scheme.lead.user, outreach, contact).expect("the lead answers for outreach");
    assert_eq!(erased_in(&scheme.worker.pull(&scheme.service)), [contact]);
    assert!(erased_in(&scheme.admin.pull(&scheme.service)).is_empty());
    stored(&scheme);
}

#[test]
fn what_holds_nothing_of_a_person_stays() {
    let mut scheme = Scheme::new();
    let (stream, referral, _) = planted(&mut scheme);
    let accepted = scheme.lead.record_raw(stream, &[referral], &[], "referral.accepted", "{}");
    scheme.lead.push(&scheme.service, 1).expect("it is accepted");
    let refused = erase(&scheme, scheme.admin.user, stream, accepted);
    assert!(matches!(refused, Err(Refused::NotAllowed(_))), "{refused:?}");
    let erasure = erase(&scheme, scheme.admin.user, stream, referral).expect("it is erased");
    let by: OpId = erasure["erased_by"].as_str().and_then(|text| text.parse().ok()).expect("an op");
    let force = sync_core::referral::erasure::controller(stream, scheme.officer.enrolled.force);
    let home = force.expect("the force answers for it");
    assert_eq!(erase(&scheme, scheme.admin.user, home, by), Err(Refused::NotFound), "an erasure stays");
}

#[test]
fn an_entry_that_was_kept_aside_goes_from_the_extracts_as_well() {
    let mut scheme = Scheme::new();
    let stream = new_record().stream(CompartmentKind::Outreach, scheme.provider);
    let body =
        format!(r#"{{"what":"reached","channel":"phone","result":"reached","at_ms":1,"note":"{PLANTED}"}}"#);
    let contact = scheme.worker.record_raw(stream, &[], &[], "contact.recorded", &body);
    scheme.worker.push(&scheme.service, 1).expect("it is accepted");
    scheme.service.beat(NOW_MS + 60_000 + WAIT_MS);
    let before = scheme.lead.pull(&scheme.service);
    assert!(
        serde_json::to_string(&before.feed).expect("plain data").contains(PLANTED),
        "the lead settles it"
    );
    erase(&scheme, scheme.lead.user, stream, contact).expect("it is erased");
    assert_eq!(hits(scheme.data.path()), 0);
    let after = scheme.lead.pull(&scheme.service);
    assert!(after.feed.iter().any(|entry| matches!(entry, FeedEntry::Extract(_))), "the new extract is fed");
    assert!(!serde_json::to_string(&after.feed).expect("plain data").contains(PLANTED));
    stored(&scheme);
}

#[test]
fn a_lead_who_passed_an_entry_up_that_is_erased_then_hears_of_it() {
    let mut scheme = Scheme::new();
    let stream = new_record().stream(CompartmentKind::Outreach, scheme.provider);
    let body =
        format!(r#"{{"what":"reached","channel":"phone","result":"reached","at_ms":1,"note":"{PLANTED}"}}"#);
    let contact = scheme.worker.record_raw(stream, &[], &[], "contact.recorded", &body);
    scheme.worker.push(&scheme.service, 1).expect("it is accepted");
    scheme.service.beat(NOW_MS + 60_000 + WAIT_MS);
    let before = scheme.lead.pull(&scheme.service);
    let extract = before.feed.iter().find_map(|entry| match entry {
        FeedEntry::Extract(extract) => Some(extract),
        _ => None,
    });
    let extract = extract.expect("the lead settles it");
    let passed = format!(r#"{{"conflict":"{}","version":"{}"}}"#, extract.conflict, extract.version);
    let passed = scheme.lead.record_raw(stream, &[contact], &[], "conflict.passed_up", &passed);
    scheme.lead.push(&scheme.service, passed.seq).expect("it is accepted");
    erase(&scheme, scheme.lead.user, stream, contact).expect("it is erased");
    let after = scheme.lead.pull(&scheme.service);
    let told = after.feed.iter().filter_map(|entry| match entry {
        FeedEntry::Extract(extract) => Some(extract.sides.iter().all(|side| side.body.is_none())),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [true], "its phone drops what it held");
}

#[test]
fn a_branch_that_is_kept_aside_does_not_keep_what_was_erased() {
    let mut scheme = Scheme::new();
    let (stream, referral, check) = planted(&mut scheme);
    let mut clone = scheme.officer.cloned();
    let own = police(&scheme, stream.record);
    scheme.officer.record(own, &[], &encounter());
    scheme.officer.push(&scheme.service, referral.seq + 1).expect("it is accepted");
    clone.record_raw(own, &[], &[], "defence.raised", r#"{"defence":"not_theirs"}"#);
    clone.counter = scheme.officer.counter;
    clone.push(&scheme.service, 1).expect("the branch is kept aside");
    erase(&scheme, scheme.admin.user, stream, referral).expect("it is erased");
    erase(&scheme, scheme.admin.user, own, check).expect("it is erased");
    assert_eq!(hits(scheme.data.path()), 0, "the branch began with what both had written");
    stored(&scheme);
}

#[test]
fn what_was_erased_after_a_backup_is_erased_again_when_it_is_restored() {
    let mut scheme = Scheme::new();
    let (stream, referral, check) = planted(&mut scheme);
    scheme.lead.pull(&scheme.service);
    let elsewhere = tempfile::tempdir().expect("a directory is made");
    let file = elsewhere.path().join("backup");
    backup(scheme.data.path(), &file, NOW_MS).expect("a backup is written");
    let police = police(&scheme, stream.record);
    let first = erase(&scheme, scheme.admin.user, stream, referral).expect("it is erased");
    erase(&scheme, scheme.admin.user, police, check).expect("it is erased");
    drop(scheme.service);
    let report = restore(&file, scheme.data.path(), LATER_MS).expect("it is restored");
    assert_eq!(report.applied_again, 2);
    assert!(hits(elsewhere.path()) > 0, "the backup itself still has it");
    assert_eq!(hits(scheme.data.path()), 0, "the restored store has not");
    scheme.service = super::TestService::open(scheme.data.path());
    stored(&scheme);
    let again = erase(&scheme, scheme.admin.user, stream, referral).expect("it is erased already");
    assert_eq!(again, first);
    assert_eq!(erased_in(&scheme.lead.pull(&scheme.service)), [referral], "who had not heard hears of it");
}

#[test]
fn a_branch_that_comes_after_the_erasure_does_not_bring_it_back() {
    let mut scheme = Scheme::new();
    let (stream, referral, check) = planted(&mut scheme);
    let mut clone = scheme.officer.cloned();
    let own = police(&scheme, stream.record);
    scheme.officer.record(own, &[], &encounter());
    scheme.officer.push(&scheme.service, referral.seq + 1).expect("it is accepted");
    erase(&scheme, scheme.admin.user, stream, referral).expect("it is erased");
    erase(&scheme, scheme.admin.user, own, check).expect("it is erased");
    clone.record_raw(own, &[], &[], "defence.raised", r#"{"defence":"not_theirs"}"#);
    clone.counter = scheme.officer.counter;
    clone.push(&scheme.service, 1).expect("the branch is kept aside");
    assert_eq!(hits(scheme.data.path()), 0);
    stored(&scheme);
}

#[test]
fn an_op_that_repeats_an_erased_one_is_kept_without_its_body() {
    let mut scheme = Scheme::new();
    let (record, lost) = (new_record(), OpId { device: DeviceId(Uuid::from_u128(1)), seq: 1 });
    let stream = police(&scheme, record);
    scheme.officer.record(stream, &[], &encounter());
    let mut original = scheme.officer.log[0].clone();
    original.header.id = lost;
    knows_of_it(&scheme, &original);
    let again = &mut scheme.officer.log[0].header;
    again.recovered_from = Some(Recovered { id: lost, hash: original.header.hash() });
    let answer = scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!(stamped(&answer), [(1, Disposition::Accepted)]);
    assert_eq!(erased_in(&answer), [scheme.officer.log[0].header.id], "its phone hears of it");
    assert_eq!(verify(scheme.data.path()).expect("the store is read").erased, 2);
    stored(&scheme);
    let shown = scheme.service.query(scheme.admin.user, &Query::Entries(record.id)).expect("it is shown");
    assert_eq!(shown["entries"][0]["standing"], "erased");
}

/// As after a restore: the store knows of the erasure, and the op comes from a phone.
fn knows_of_it(scheme: &Scheme, op: &Op) {
    let (id, hash) = (op.header.id, op.header.hash());
    let erased = Erased::of(&StreamOp::of(op, None)).expect("there is something to erase");
    let disposition = Some(Disposition::Accepted);
    let row = ErasureRow { op: id, hash, stream: op.header.stream, by: id, erased, disposition };
    let write = move |tx: &dyn Writes| tx.erase(&row, &Gone::of(id, hash, None));
    scheme.service.service.store.write_now(write).expect("it is noted");
}

#[test]
fn an_op_that_comes_again_after_its_erasure_is_kept_without_its_body() {
    let mut scheme = Scheme::new();
    let record = new_record();
    let (police, shared) = (police(&scheme, record), shared(&scheme, record));
    scheme.officer.record_raw(police, &[], &[], "encounter.opened", &encounter().body());
    let act = submitted(&scheme, YesNo::Yes);
    let referral = scheme.officer.record(shared, &[], &act);
    scheme.officer.record_raw(police, &[], &[], "defence.raised", r#"{"defence":"not_theirs"}"#);
    // The first comes whole, from a phone that has not heard; the second as header and digest alone.
    [0, 1].iter().for_each(|at| knows_of_it(&scheme, &scheme.officer.log[*at]));
    scheme.officer.log[1].body = None;
    let unknown = &mut scheme.officer.log[2];
    unknown.body = None;
    let answer = scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let withheld = Disposition::Refused(Why::BodyWithheld);
    assert_eq!(stamped(&answer), [(1, Disposition::Accepted), (2, Disposition::Accepted), (3, withheld)]);
    let told = [0, 1].map(|at| scheme.officer.log[at].header.id);
    assert_eq!(erased_in(&answer), told, "a phone that has not heard is told");
    let names = fs::read(scheme.data.path().join("waymark.sqlite-wal")).unwrap_or_default();
    assert!(!names.windows(3).any(|window| window == b"Doe"), "what came whole was not written");
    let of_lead = scheme.lead.pull(&scheme.service);
    let op = of_lead.feed.iter().filter_map(FeedEntry::op).find(|op| op.id == referral).expect("it is fed");
    assert!(op.erased.is_some(), "the provider reads that it is erased");
    stored(&scheme);
    // A voluntary referral is the provider's alone once it has it.
    let first = |user| {
        let shown = scheme.service.query(user, &Query::Entries(record.id)).expect("it is shown");
        shown["entries"][0]["standing"].clone()
    };
    assert_eq!([first(scheme.admin.user), first(scheme.lead.user)], [json!("erased"), json!("erased")]);
}
