//! What a phone does when the server says that a body was erased: with canned answers.
//!
//! Does not test who may erase: `sync-core` and the server do.

use std::fs;

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{DeviceId, OpId};
use sync_core::log::Tip;
use sync_core::op::Salt;
use sync_core::referral::erasure::Erased;
use sync_core::stream::StreamOp;
use sync_core::sync::answer::FeedEntry;
use uuid::Uuid;

use super::syncing::{Server, synced};
use super::{Phone, form, open, phone, phone_as, with};
use crate::store::ops;
use crate::sync::apply::wait_again;

const PLANTED: &str = "Zwetschgenbaum";

fn hits(phone: &Phone) -> usize {
    let files = fs::read_dir(phone.dir.path()).expect("the directory is read").filter_map(Result::ok);
    let bytes = files.filter_map(|file| fs::read(file.path()).ok());
    bytes
        .map(|bytes| bytes.windows(PLANTED.len()).filter(|window| *window == PLANTED.as_bytes()).count())
        .sum()
}

/// Every own op that holds the name, as the server says that it is erased.
fn erased_own(phone: &Phone) -> Vec<FeedEntry> {
    let store = phone.device.store();
    let own = ops::own_ops(&store.db, 1, 100).expect("the log is read");
    let told = own.iter().filter(|own| own.op.body.as_deref().is_some_and(|body| body.contains(PLANTED)));
    let entries = told.map(|own| {
        let erased = Erased::of(&StreamOp::of(&own.op, None)).expect("it holds a name");
        let (stream, id) = (own.op.header.stream, own.op.header.id);
        FeedEntry::Erased { stream, id, erased: Box::new(erased) }
    });
    entries.collect()
}

fn entries(phone: &Phone) -> Vec<Value> {
    let referrals = phone.ask("referrals")["referrals"].clone();
    let record = referrals[0]["record"].clone();
    let shown = phone.device.query(&json!({"query": "history", "record": record})).expect("it is shown");
    shown["entries"].as_array().expect("a list").clone()
}

#[test]
fn what_its_author_wrote_and_the_server_erased_is_gone_from_the_phone() {
    // In the clear: in a sealed store the search finds nothing, erased or not.
    let phone = phone_as(Role::Officer, 20, None);
    let mut server = Server::of(&phone);
    phone.run(with(form(), json!({"family": PLANTED})));
    synced(&phone, &mut server).expect("the server answers");
    assert!(hits(&phone) > 0, "the search finds what is there");
    let told = erased_own(&phone);
    assert!(told.len() >= 2, "the encounter and the submission name the person");
    server.feed.clone_from(&told);
    synced(&phone, &mut server).expect("the server answers");
    assert_eq!(hits(&phone), 0, "neither the file nor its log holds it");
    let shown = entries(&phone);
    let erased: Vec<&Value> = shown.iter().filter(|entry| entry["standing"] == "erased").collect();
    assert_eq!(erased.len(), told.len());
    assert!(erased.iter().all(|entry| entry["body"].is_null()), "{erased:?}");
    let referral = &phone.ask("referrals")["referrals"][0];
    assert!(referral["subject"].is_null() && referral["stage"] == "submitted", "{referral}");
    // The same again changes nothing, and the log is still whole.
    server.feed = told;
    synced(&phone, &mut server).expect("the server answers");
    let Phone { dir, device } = phone;
    drop(device);
    let phone = Phone { device: open(&dir), dir };
    assert_eq!(entries(&phone), shown);
}

#[test]
fn an_op_that_was_erased_is_pushed_again_as_header_and_digest() {
    let phone = phone(Role::Officer, 22);
    let mut server = Server::of(&phone);
    phone.run(with(form(), json!({"family": PLANTED})));
    synced(&phone, &mut server).expect("the server answers");
    server.feed = erased_own(&phone);
    let count = server.feed.len();
    synced(&phone, &mut server).expect("the server answers");
    // The server was restored from a backup that holds nothing of this log.
    wait_again(&phone.device, 0).expect("it waits again");
    server.tip = Tip::default();
    synced(&phone, &mut server).expect("the hashes of the log are as they were");
    let push = server.pushed.take().expect("it was pushed");
    let bare = push.ops.iter().filter(|op| op.body.is_none() && op.digest.is_some()).count();
    assert_eq!((push.from, bare), (1, count));
}

#[test]
fn a_copy_that_comes_after_the_erasure_is_kept_without_its_body() {
    let phone = phone(Role::Officer, 24);
    let mut server = Server::of(&phone);
    phone.run(with(form(), json!({"family": PLANTED})));
    synced(&phone, &mut server).expect("the server answers");
    let (mut op, id) = {
        let store = phone.device.store();
        let own = ops::own_ops(&store.db, 1, 100).expect("the log is read");
        let stamp = own[0].stamp.clone();
        (StreamOp::of(&own[0].op, stamp), OpId { device: DeviceId(Uuid::from_u128(77)), seq: 1 })
    };
    op.id = id;
    let erased = Box::new(Erased::of(&op).expect("it holds a name"));
    server.feed =
        vec![FeedEntry::Erased { stream: op.stream, id, erased }, FeedEntry::Op(Box::new(op.clone()))];
    synced(&phone, &mut server).expect("the server answers");
    let kept = ops::of_record(&phone.device.store().db, op.stream.record).expect("the record is read");
    let kept = kept.iter().find(|held| held.op.id == id).expect("it keeps its place");
    assert!(kept.op.body.is_none() && kept.op.erased.is_some());
}

#[test]
fn the_salt_goes_with_the_body() {
    let phone = phone(Role::Officer, 26);
    let mut server = Server::of(&phone);
    phone.run(form());
    synced(&phone, &mut server).expect("the server answers");
    let own = ops::own_ops(&phone.device.store().db, 1, 1).expect("the log is read").remove(0);
    let (stream, id) = (own.op.header.stream, own.op.header.id);
    server.feed = vec![FeedEntry::Erased { stream, id, erased: Box::default() }];
    synced(&phone, &mut server).expect("the server answers");
    let store = phone.device.store();
    let own = ops::own_ops(&store.db, 1, 1).expect("the log is read").remove(0);
    assert_eq!((own.op.body, own.op.salt), (None, Salt([0; 16])));
    ops::verify_log(&store.db, None).expect("the chain holds");
}
