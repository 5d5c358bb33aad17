//! What a phone does about a server that has lost something: with canned answers.
//!
//! Does not test what the server decides: see the server's tests and `tests/tests/epochs.rs`.

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::clock::{ClockMark, Hlc};
use sync_core::ids::{DeviceId, Digest, OpId, Stream, UserId};
use sync_core::log::Tip;
use sync_core::op::VOCABULARY;
use sync_core::phone::epoch::renew;
use sync_core::phone::request::behind;
use sync_core::stamp::{Disposition, Stamp};
use sync_core::stream::StreamOp;
use sync_core::sync::answer::{FeedEntry, Whole};
use sync_core::sync::digest;
use sync_core::sync::epoch::Epoch;
use sync_core::sync::session::{Event, SyncProblem, Unreached};
use uuid::Uuid;

use super::syncing::{EPOCH, Server, synced};
use super::{Phone, form, keep_other, phone, with};
use crate::store::reads::Reads;
use crate::store::{meta, ops};
use crate::sync::apply::change_in;
use crate::sync::rounds;

const OTHER: DeviceId = DeviceId(Uuid::from_u128(77));

/// An op of somebody else.
pub(super) fn other(stream: Stream, seq: u64, place: u64, deps: &[OpId]) -> StreamOp {
    let stamp = Stamp {
        place,
        received_ms: place,
        eff: Hlc(place),
        clock: ClockMark::Plain,
        disposition: Disposition::Accepted,
        absent: Vec::new(),
        instead: Vec::new(),
    };
    StreamOp {
        id: OpId { device: OTHER, seq },
        stream,
        deps: deps.to_vec(),
        hlc: Hlc(place),
        author: UserId(Uuid::from_u128(78)),
        kind: "future.kind".parse().expect("it is written as kinds are"),
        vocabulary: VOCABULARY,
        body: Some("{}".into()),
        erased: None,
        stamp: Some(stamp),
    }
}

pub(super) fn fed(op: &StreamOp) -> FeedEntry {
    FeedEntry::Op(Box::new(op.clone()))
}

/// The `shared` stream of the phone's only referral.
pub(super) fn shared(phone: &Phone) -> Stream {
    let digests = phone.ask("digests")["digests"].clone();
    let names = digests.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    names.iter().find(|name| name.contains("/shared/")).expect("one is shared").parse().expect("a stream")
}

fn epochs(contains: u64) -> Vec<Epoch> {
    vec![
        Epoch::of_enrolment(EPOCH),
        Epoch { contains, log: DeviceId(Uuid::from_u128(98)), ..Epoch::of_enrolment(Uuid::from_u128(99)) },
    ]
}

fn held(phone: &Phone, id: OpId) -> bool {
    let store = phone.device.store();
    ops::stream_of(&store.db, id, DeviceId(Uuid::nil())).expect("the store is read").is_some()
}

#[test]
fn a_restored_server_gets_own_ops_again_with_their_receipts_and_others_wait() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    phone.run(form());
    synced(&phone, &mut server).expect("the server answers");
    let first = server.tip;
    phone.run(with(form(), json!({"family": "Other"})));
    let submission = OpId { device: DeviceId(Uuid::from_u128(10)), seq: first.seq };
    let stream = shared(&phone);
    let lost = other(stream, 1, 1000, &[submission]);
    server.feed = vec![fed(&lost)];
    synced(&phone, &mut server).expect("the server answers");
    let all = server.tip;
    let before = phone.ask("digests")["digests"].clone();
    let acknowledged = phone.ask("status")["backed_up"].clone();
    assert_eq!((phone.waiting(), acknowledged), (0, json!(0)));

    // The server is restored from a backup that holds the first push.
    (server.epoch, server.epochs, server.tip) = (Uuid::from_u128(99), epochs(first.seq), first);
    let (mut refused, mut pushes) = (false, Vec::new());
    let done = rounds(&phone.device, |request| {
        let gap = Event::Problem(SyncProblem::Gap { seq: first.seq });
        if std::mem::replace(&mut refused, true) {
            let mut answer = server.answer(request);
            let push = server.pushed.take().expect("it was pushed");
            // So far the server holds nothing of others there.
            let whole = |stream: &Stream| Whole { stream: *stream, upto: first.seq, ops: Vec::new() };
            answer.feed = push.heal.iter().map(|stream| FeedEntry::Whole(Box::new(whole(stream)))).collect();
            pushes.push(push);
            return Ok(Event::Answered(Box::new(answer)));
        }
        Ok(gap)
    });
    assert_eq!(done.expect("the server answers")["synced"], true);
    assert_eq!(pushes[1].heal, [stream], "what is still not back is asked for");
    let push = &pushes[0];
    assert_eq!((push.from, server.tip), (first.seq + 1, all), "its own ops again");
    let shown: Vec<(u64, Option<Uuid>)> = push.shows.iter().map(|r| (r.seq, r.epoch)).collect();
    assert_eq!(shown, [(first.seq, Some(EPOCH)), (all.seq, Some(EPOCH))]);

    let status = phone.ask("status");
    assert_eq!((&status["waiting"], &status["waiting_for_others"]), (&json!(0), &json!(1)));
    assert!(held(&phone, lost.id), "the copy is kept");
    assert_ne!(phone.ask("digests")["digests"], before, "without effect");
    let again = StreamOp { stamp: lost.stamp.clone(), ..lost };
    server.feed = vec![fed(&again)];
    synced(&phone, &mut server).expect("the server answers");
    assert_eq!(phone.ask("status")["waiting_for_others"], json!(0));
    assert_eq!(phone.ask("digests")["digests"], before, "its author has pushed it again");
}

#[test]
fn a_stream_that_was_gained_in_lost_hours_is_asked_for_and_read_no_more() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    phone.run(form());
    synced(&phone, &mut server).expect("the server answers");
    let mut stream = shared(&phone);
    stream.record.id = Uuid::from_u128(500);
    // The second gave this phone the stream, and is lost.
    server.feed = vec![fed(&other(stream, 1, 2, &[])), fed(&other(stream, 2, 1000, &[]))];
    synced(&phone, &mut server).expect("the server answers");
    let reads = || !phone.ask("digests")["digests"][stream.to_string()].is_null();
    assert!(reads());
    (server.epoch, server.epochs) = (Uuid::from_u128(99), epochs(900));
    let mut asked = Vec::new();
    let done = rounds(&phone.device, |request| {
        let mut answer = server.answer(request);
        let heal = server.pushed.take().expect("it asks").heal;
        let whole = |stream: &Stream| Whole { stream: *stream, upto: 1000, ops: Vec::new() };
        answer.feed = heal.iter().map(|stream| FeedEntry::Whole(Box::new(whole(stream)))).collect();
        asked.extend(heal);
        Ok(Event::Answered(Box::new(answer)))
    });
    assert_eq!(done.expect("the server answers")["synced"], true);
    assert_eq!((asked, reads()), (vec![stream], false), "once, and nothing of it was the server's to give");
    synced(&phone, &mut server).expect("the server answers");
    assert!(server.pushed.take().expect("it asks").heal.is_empty());
}

#[test]
fn what_lies_behind_a_lost_op_is_told_with_the_op_that_stands_on_it() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    phone.run(form());
    synced(&phone, &mut server).expect("the server answers");
    let (stream, submission) = (shared(&phone), OpId { device: DeviceId(Uuid::from_u128(10)), seq: 3 });
    let (one, two) = (other(stream, 1, 1000, &[submission]), other(stream, 2, 1001, &[]));
    let store = phone.device.store();
    for op in [&one, &two] {
        keep_other(&store.db, op);
    }
    let epochs = meta::state(&store.db).expect("the state is read").epochs;
    let log = DeviceId(Uuid::from_u128(999));
    let lost = Epoch { contains: 999, log, ..Epoch::of_enrolment(log.0) };
    let epochs: Vec<Epoch> = epochs.into_iter().chain([lost]).collect();
    let held = store.held.begin(&store.db).expect("the store is read");
    change_in(held, |work| renew(work, log.0, &epochs)).expect("stamps are taken back");
    let mut own = ops::own_ops(&store.db, 1, 1).expect("the log is read");
    own[0].op.header.seen = Some(vec![two.id]);
    let behind = behind(&Reads(&store.db), &own).expect("the store is read");
    assert_eq!(behind, [(one.id, vec![submission]), (two.id, vec![one.id])]);
}

#[test]
fn a_stream_that_differs_is_asked_for_whole_and_healed_and_nothing_is_deleted() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    phone.run(form());
    synced(&phone, &mut server).expect("the server answers");
    let stream = shared(&phone);
    let (kept, extra) = (other(stream, 1, 1000, &[]), other(stream, 2, 1001, &[]));
    server.feed = vec![fed(&kept), fed(&extra)];
    server.digests = vec!["0123456789abcdef".to_owned()];
    let mut asked = Vec::new();
    let done = rounds(&phone.device, |request| {
        let answer = server.answer(request);
        asked.push(server.pushed.as_ref().map(|push| push.heal.clone()).unwrap_or_default());
        let whole = Whole { stream, upto: 2000, ops: vec![kept.clone()] };
        server.feed = vec![FeedEntry::Whole(Box::new(whole))];
        Ok(Event::Answered(Box::new(answer)))
    });
    assert_eq!(done.expect("the server answers")["synced"], true);
    assert_eq!(asked, [vec![], vec![stream]], "at once, and once");
    let status = phone.ask("status");
    assert_eq!((&status["healed"], &status["differing"]), (&json!(1), &json!(0)));
    assert!(held(&phone, extra.id), "what the server lacks is kept, without effect");
    assert_eq!(status["waiting_for_others"], json!(1));
}

#[test]
fn a_stream_that_agrees_is_not_asked_for() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    phone.run(form());
    synced(&phone, &mut server).expect("the server answers");
    let op = other(shared(&phone), 1, 1, &[]);
    // Up to place 1 the phone holds its own first op, which is in the other stream, and this one.
    let digest = digest::digest(1, digest::row(&op));
    server.feed = vec![fed(&op)];
    server.digests = vec![digest::short(digest)];
    synced(&phone, &mut server).expect("the server answers");
    assert_eq!(phone.ask("status")["differing"], json!(0));
}

#[test]
fn a_link_that_drops_every_few_bytes_makes_progress() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    for n in 0..40 {
        phone.run(with(form(), json!({"family": format!("Family {n}")})));
    }
    let before = phone.waiting();
    let (mut syncs, mut cuts) = (0, 0);
    while phone.waiting() > 0 {
        syncs += 1;
        assert!(syncs < 40, "each sync that comes through brings something");
        let done = rounds(&phone.device, |request| {
            if request.body.len() > 1800 {
                cuts += 1;
                return Ok(Event::Cut);
            }
            Ok(Event::Answered(Box::new(server.answer(request))))
        });
        assert_eq!(done.is_ok(), phone.waiting() == 0);
    }
    assert!(cuts > 0, "{before} ops in {syncs} syncs");
    assert_ne!(server.tip, Tip { seq: 0, hash: Digest::default() });
}

#[test]
fn a_phone_without_signal_does_not_narrow_its_pushes() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    phone.run(form());
    for _ in 0..5 {
        rounds(&phone.device, |_| Ok(Event::Unreached(Unreached::NoAnswer))).expect_err("there is no signal");
    }
    let done: Value = synced(&phone, &mut server).expect("the server answers");
    assert_eq!(done["round_trips"], json!(1));
    assert_eq!(server.pushed.and_then(|push| push.room), None);
}
