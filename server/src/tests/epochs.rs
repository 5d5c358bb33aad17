//! Restored, rolled back and damaged: what was acknowledged comes back, and nothing is doubled.
//!
//! Does not test what a phone does about it: the phone library and `tests/tests/epochs.rs` do.

use std::path::Path;

use sync_core::access::Role;
use sync_core::ids::{CompartmentKind, OpId, Record};
use sync_core::referral::act::YesNo;
use sync_core::stamp::Disposition;
use sync_core::sync::answer::{Answer, Directive, FeedEntry};
use sync_core::sync::epoch::{Epoch, renew};

use super::phone::{Phone, new_record, send};
use super::pipeline::{contact_after, encounter, police, shared, stamped, stored, submitted};
use super::{NOW_MS, Scheme, TestService};
use crate::reconcile::Refusal;
use crate::{Fault, backup, digests, lookup, restore, verify};

/// Ends the service, changes its directory, and starts it again.
pub(super) fn between<T>(mut scheme: Scheme, change: impl FnOnce(&Path) -> T) -> (Scheme, T) {
    drop(scheme.service);
    let changed = change(scheme.data.path());
    scheme.service = TestService::open(scheme.data.path());
    (scheme, changed)
}

fn last_place(scheme: &Scheme) -> u64 {
    scheme.service.service.store.read_now(|read| read.point()).expect("the store is read").place
}

/// A disk's snapshot is put back without a word.
pub(super) fn put_back(snapshot: &Path, data: &Path) {
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(data.join(format!("waymark.sqlite{suffix}")));
    }
    std::fs::copy(snapshot, data.join("waymark.sqlite")).expect("it is copied");
}

fn backed_up(scheme: &Scheme, name: &str) -> std::path::PathBuf {
    let file = scheme.data.path().join(name);
    backup(scheme.data.path(), &file, NOW_MS).expect("a backup is written");
    file
}

/// What the phone library does: pushes from where the server says, with its receipts.
pub(super) fn synced(phone: &mut Phone, service: &TestService) -> Answer {
    let mut from = phone.log.len() as u64 + 1;
    loop {
        match phone.push(service, from) {
            Err(Refusal::Gap(seq)) => from = seq + 1,
            Err(Refusal::EpochOther(epochs)) => {
                assert_ne!(epochs.last().map(|epoch| epoch.id), Some(phone.epoch));
                phone.epoch = epochs.last().expect("there is one").id;
                phone.epochs = epochs;
            }
            answer => return answer.expect("it is accepted"),
        }
    }
}

fn submit(scheme: &mut Scheme) -> (Record, OpId) {
    let record = new_record();
    scheme.officer.record(police(scheme, record), &[], &encounter());
    let (stream, act) = (shared(scheme, record), submitted(scheme, YesNo::Yes));
    let op = scheme.officer.record(stream, &[], &act);
    (record, op)
}

/// Pulls, and asks once more: the second request shows that the page is kept.
fn twice(phone: &mut Phone, service: &TestService) -> Answer {
    phone.pull(service);
    phone.pull(service)
}

fn received(answer: &Answer, record: Record) -> Option<OpId> {
    let mut ops = answer.feed.iter().filter_map(FeedEntry::op);
    ops.find(|op| op.stream.record == record && op.kind.as_str() == "referral.received").map(|op| op.id)
}

#[test]
fn what_was_acknowledged_after_the_backup_comes_back_as_of_its_receipt() {
    let mut scheme = Scheme::new();
    let (of_admins, records) =
        (stored(&scheme).0, digests(scheme.data.path()).expect("the store is read").len());
    submit(&mut scheme);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let file = backed_up(&scheme, "one");
    let (record, submission) = submit(&mut scheme);
    let first = scheme.officer.push(&scheme.service, 3).expect("it is accepted");
    let received = received(&twice(&mut scheme.lead, &scheme.service), record);
    let outreach = record.stream(CompartmentKind::Outreach, scheme.provider);
    let lost = received.expect("the server received it for the provider");
    let contact = contact_after(&mut scheme.lead, outreach, &[lost]);
    let answer = scheme.lead.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!(stamped(&answer), [(1, Disposition::Accepted)]);

    let (mut scheme, report) = between(scheme, |data| restore(&file, data, NOW_MS));
    let report = report.expect("the backup is restored");
    assert!(report.set_aside.is_some_and(|aside| aside.exists()), "the old store is kept");
    // The provider's phone comes first: what it stands on is not here yet, and it says so.
    scheme.lead.behind = vec![(lost, vec![submission])];
    let answer = synced(&mut scheme.lead, &scheme.service);
    assert_eq!((answer.acknowledged, stamped(&answer)), (1, Vec::new()));
    let epochs = scheme.lead.epochs.clone();
    assert_eq!(renew(&epochs[..1], &epochs).agree_upto, Some(report.contains));

    let again = synced(&mut scheme.officer, &scheme.service);
    assert_eq!(again.acknowledged, 4);
    assert!(
        scheme.officer.epochs.iter().any(|epoch| epoch.id == report.epoch),
        "it was restored, and started"
    );
    let times = |answer: &Answer| answer.stamps.iter().map(|run| run.received_ms).collect::<Vec<_>>();
    assert_eq!(times(&again), times(&first), "stamped as of the receipt that it shows");
    let late = super::pipeline::late_stamps(&scheme.lead.pull(&scheme.service));
    assert_eq!(late, [(contact.seq, Disposition::Accepted)], "judged on what its author had seen");
    scheme.lead.pull(&scheme.service);
    for phone in [&scheme.officer, &scheme.lead] {
        let held: Vec<_> = phone.log.iter().map(|op| (op.header.id, op.header.hash())).collect();
        assert_eq!(lookup(scheme.data.path(), &held), Ok(Vec::new()));
    }
    assert_eq!(stored(&scheme).0 - of_admins, 4 + 1 + 2, "nothing is doubled; the server received each once");
    assert_eq!(digests(scheme.data.path()).expect("the store is read").len() - records, 5);
}

#[test]
fn a_server_that_starts_on_a_disk_that_went_back_says_how_far_it_is_to_be_believed() {
    let mut scheme = Scheme::new();
    submit(&mut scheme);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let (old, before) = (backed_up(&scheme, "old"), scheme.officer.epoch);
    let held = last_place(&scheme);
    submit(&mut scheme);
    let answer = scheme.officer.push(&scheme.service, 3).expect("it is accepted");
    assert_eq!((answer.epoch, answer.epochs), (before, Vec::new()));

    // Twice, and nobody has heard of the first time when it happens again.
    let (scheme, ()) = between(scheme, |data| put_back(&old, data));
    let (mut scheme, ()) = between(scheme, |data| put_back(&old, data));
    let answer = synced(&mut scheme.officer, &scheme.service);
    assert_ne!(answer.epoch, before);
    assert_eq!(answer.acknowledged, 4, "what was lost is pushed again");
    let [known, Epoch { contains, log, .. }] = &scheme.officer.epochs[..] else { panic!("two epochs") };
    assert_eq!((known.id, *contains), (before, held));
    assert_ne!(known.log, *log, "no number of its own log is given twice");
    let lead = scheme.lead.pull(&scheme.service);
    assert_eq!((lead.epoch, lead.epochs), (answer.epoch, scheme.officer.epochs.clone()));
    stored(&scheme);
}

#[test]
fn after_an_ordinary_start_nothing_is_taken_back_and_nothing_is_read_again() {
    let mut scheme = Scheme::new();
    submit(&mut scheme);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let before = scheme.lead.pull(&scheme.service);
    assert!(!before.feed.is_empty());
    twice(&mut scheme.lead, &scheme.service);
    let places = last_place(&scheme);
    let (mut scheme, ()) = between(scheme, |_| ());
    let after = scheme.lead.pull(&scheme.service);
    assert_eq!(after.feed, []);
    let [known, started] = &after.epochs[..] else { panic!("the known epoch and the present one") };
    assert_eq!((known.id, started.id, started.contains), (before.epoch, after.epoch, places));
    // Its own log goes on as another: no number of it can be given twice.
    submit(&mut scheme);
    synced(&mut scheme.officer, &scheme.service);
    stored(&scheme);
}

#[test]
fn a_running_server_that_went_back_begins_a_new_epoch_when_a_phone_shows_its_receipt() {
    let mut scheme = Scheme::new();
    submit(&mut scheme);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let (old, before) = (backed_up(&scheme, "old"), scheme.officer.epoch);
    submit(&mut scheme);
    scheme.officer.push(&scheme.service, 3).expect("it is accepted");

    // The machine went back with its memory: the server goes on as if nothing had been.
    drop(scheme.service);
    put_back(&old, scheme.data.path());
    scheme.service = TestService::resumed(scheme.data.path());
    let lead = scheme.lead.pull(&scheme.service);
    assert_eq!(lead.epoch, before, "nobody has noticed yet");
    let answer = synced(&mut scheme.officer, &scheme.service);
    assert_ne!(answer.epoch, before);
    assert_eq!(answer.acknowledged, 4);
    let [known, Epoch { contains, log, .. }] = &scheme.officer.epochs[..] else { panic!("two epochs") };
    assert!(*contains > 0 && known.log != *log, "the link before the lost one is held");
    let lead = scheme.lead.pull(&scheme.service);
    assert_eq!((lead.epoch, lead.epochs.len()), (answer.epoch, 2));
    stored(&scheme);
}

#[test]
fn a_server_that_holds_the_receipts_that_are_shown_begins_nothing() {
    let mut scheme = Scheme::new();
    submit(&mut scheme);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let answer = scheme.officer.push(&scheme.service, 1).expect("it is accepted again");
    assert_eq!(answer.epochs, []);
    // Somebody else's receipt, or one that nobody signed, proves nothing.
    let mut forged = scheme.officer.receipts[0].clone();
    forged.time_ms += 1;
    scheme.officer.receipts.push(forged);
    let answer = scheme.officer.push(&scheme.service, 1).expect("it is accepted again");
    assert_eq!(answer.epochs, []);
    assert_eq!(verify(scheme.data.path()).expect("the store is read").epochs, 2, "created, and started");
}

#[test]
fn backed_up_is_what_the_two_newest_verified_backups_hold() {
    let mut scheme = Scheme::new();
    let stream = police(&scheme, new_record());
    let mut seen = Vec::new();
    for name in ["a", "b", "c"] {
        scheme.officer.record(stream, &[], &encounter());
        let from = scheme.officer.log.len() as u64;
        seen.push(scheme.officer.push(&scheme.service, from).expect("it is accepted").backed_up);
        backed_up(&scheme, name);
    }
    seen.push(scheme.officer.pull(&scheme.service).backed_up);
    assert_eq!(seen, [0, 0, 1, 2]);
    assert_eq!(scheme.lead.pull(&scheme.service).backed_up, 0);
    let again = backup(scheme.data.path(), &scheme.data.path().join("a"), NOW_MS);
    assert_eq!(again, Err(Fault::FileExists), "a backup never replaces a file");
    stored(&scheme);
}

#[test]
fn an_unsound_backup_neither_counts_nor_is_restored() {
    let mut scheme = Scheme::new();
    let stream = police(&scheme, new_record());
    scheme.officer.record(stream, &[], &encounter());
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let (scheme, outcome) = between(scheme, |data| {
        crate::store::sqlite::damage_a_body(data);
        let file = data.join("unsound");
        (backup(data, &file, NOW_MS), restore(&data.join("unsound.unsound"), data, NOW_MS), file.exists())
    });
    assert!(matches!(outcome, (Err(Fault::BackupUnsound(_)), Err(Fault::BackupUnsound(_)), false)));
    assert_eq!(verify(scheme.data.path()).expect("the store is read").backups, 0);
}

#[test]
fn a_stream_is_given_whole_to_who_holds_it_and_to_others_as_if_it_were_not_here() {
    let mut scheme = Scheme::new();
    let (record, submission) = submit(&mut scheme);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let of_lead = scheme.lead.pull(&scheme.service);
    assert_eq!(of_lead.digests.len(), 1);
    twice(&mut scheme.lead, &scheme.service);
    let asked = [shared(&scheme, record), police(&scheme, record), police(&scheme, new_record())];
    scheme.lead.heal = asked.to_vec();
    let answer = scheme.lead.pull(&scheme.service);
    let wholes = answer.feed.iter().map(|entry| match entry {
        FeedEntry::Whole(whole) => whole,
        other => panic!("{other:?}"),
    });
    let wholes: Vec<_> = wholes.collect();
    let [whole, foreign, unknown] = &wholes[..] else { panic!("one for each that was asked for") };
    assert!(whole.ops.iter().any(|op| op.id == submission));
    assert_eq!(whole.ops.len(), 2, "with what the server wrote");
    assert_eq!([foreign.stream, unknown.stream], asked[1..]);
    assert_eq!((&foreign.ops, foreign.upto), (&unknown.ops, unknown.upto));
    assert_eq!(unknown.ops, []);
}

#[test]
fn a_small_room_gives_small_pages_that_reach_the_end() {
    let mut scheme = Scheme::new();
    for _ in 0..12 {
        submit(&mut scheme);
    }
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    scheme.lead.room = Some(1);
    let (mut pages, mut ops) = (0, 0);
    loop {
        let answer = scheme.lead.pull(&scheme.service);
        assert!(answer.feed.len() <= 1);
        ops += answer.feed.len();
        pages += 1;
        if answer.more == sync_core::sync::answer::More::No {
            break;
        }
    }
    // One more says whose phones are new.
    assert_eq!((ops, pages), (25, 25));
}

#[test]
fn a_device_that_is_too_old_gets_nothing_but_its_outbox_is_taken() {
    let mut scheme = Scheme::new();
    let (_, submission) = submit(&mut scheme);
    let mut request = scheme.officer.request(1);
    request.sent = String::from_utf8(request.sent)
        .map(|json| json.replacen(r#""protocol":1"#, r#""protocol":0"#, 1).into_bytes())
        .expect("it is JSON");
    scheme.officer.sign_again(&mut request);
    let answer = send(&scheme.service, &request).expect("it is taken");
    assert_eq!((answer.acknowledged, &answer.directives[..]), (2, &[Directive::Upgrade][..]));
    assert!(answer.feed.is_empty());
    let hash = scheme.officer.log[1].header.hash();
    assert_eq!(lookup(scheme.data.path(), &[(submission, hash)]), Ok(Vec::new()));
    assert_eq!(scheme.officer.enrolled.role, Role::Officer);
}
