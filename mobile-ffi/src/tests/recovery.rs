//! Enrolling again: a fork, a restored copy, a lost key. Nothing is lost and nothing is said twice.
//!
//! The server is canned. Does not test which ops the server lets count: see its own tests.

use serde_json::json;
use sync_core::access::Role;
use sync_core::ids::{DeviceId, Digest};
use sync_core::stamp::Stamp;
use sync_core::sync::answer::{Directive, FeedEntry};
use sync_core::sync::enrolment::{Enrolled, OldLog, Provider};
use sync_core::sync::session::Event;
use uuid::Uuid;

use super::syncing::{EPOCH, Server, synced};
use super::{PROVIDER, Phone, form, open, phone, with};
use crate::Problem;
use crate::store::{meta, ops};
use crate::sync::{enrol, rounds};

const NEW: DeviceId = DeviceId(Uuid::from_u128(11));

fn hashes(phone: &Phone) -> Vec<Digest> {
    let store = phone.device.store();
    ops::own_ops(&store.db, 1, 1000).expect("the log is readable").iter().map(|own| own.hash).collect()
}

/// Enrols again, as the server does that holds these ops of the old log.
fn enrols_again(phone: &Phone, held: Vec<Digest>) -> Result<serde_json::Value, Problem> {
    let (_, request, key) = enrol::ask(&phone.device, "CODE", "phone")?;
    let old = request.recovers.map(|named| {
        assert_eq!(named.device, DeviceId(Uuid::from_u128(10)));
        OldLog { device: named.device, hashes: held, unreadable: Vec::new() }
    });
    enrol::keep(&phone.device, &enrolled(phone, old), "phone", key)
}

fn enrolled(phone: &Phone, old: Option<OldLog>) -> Enrolled {
    let was = phone_me(phone);
    let service = |id| Provider {
        id,
        name: "Cranstoun".to_owned(),
        telephone: String::new(),
        hours: String::new(),
        areas: Vec::new(),
        ages: "18-".parse().expect("a range"),
        staffed: sync_core::referral::act::YesNo::Yes,
        kinds: Vec::new(),
        accepts: sync_core::service::Accepts::Yes,
        slots: Vec::new(),
    };
    Enrolled {
        device: NEW,
        user: was.user,
        role: was.role,
        org: was.org,
        force: was.force,
        force_prefix: was.force_prefix,
        initials: was.initials,
        letter: was.letter,
        epoch: EPOCH,
        server_key: was.server_key,
        reference: super::bundle("thames-valley-2018", vec![service(PROVIDER)]),
        now_ms: 1_800_000_000_000,
        old,
    }
}

fn phone_me(phone: &Phone) -> sync_core::command::Member {
    let state = meta::state(&phone.device.store().db).expect("the state is read");
    state.me.expect("the phone is enrolled")
}

fn told_to_enrol_again(phone: &Phone, server: &mut Server, common: u64) {
    let answered = rounds(&phone.device, |request| {
        let mut answer = server.answer(request);
        answer.directives = vec![Directive::ReEnrol];
        (answer.receipt, answer.stamps, answer.acknowledged) = (None, Vec::new(), common);
        Ok(Event::Answered(Box::new(answer)))
    });
    answered.expect("the server answers");
}

#[test]
fn a_fork_keeps_the_outbox_and_is_sent_under_a_new_device() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    phone.run(form());
    let stored = phone.waiting();
    synced(&phone, &mut server).expect("the server answers");
    let first = hashes(&phone);
    let second = phone.run(with(form(), json!({"family": "Other"})));
    let waiting = phone.waiting();
    told_to_enrol_again(&phone, &mut server, 999);
    let status = phone.ask("status");
    assert_eq!((&status["synced"], &status["waiting"]), (&json!(false), &json!(waiting)));
    assert_eq!(status["recovery"]["because"], "fork");
    assert_eq!(status["recovery"]["enrol_again"], true);
    let before = phone.ask("referrals")["referrals"].clone();

    let key = phone.device.signer().public_key();
    let done = enrols_again(&phone, first).expect("the code counts");
    assert_eq!(done["recovered"], json!({"sent_again": waiting, "with_the_server": stored, "lost": 0}));
    assert_ne!(phone.device.signer().public_key(), key, "a copy of the store has the old key");
    let after = phone.ask("referrals")["referrals"].clone();
    let names = |list: &serde_json::Value| {
        let list = list.as_array().expect("a list").iter();
        let mut names: Vec<String> = list.map(|one| one["reference"].to_string()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&after), names(&before), "all that was shown is shown");
    assert!(names(&after).contains(&second["reference"].to_string()));

    let mut server = Server::of(&phone);
    let done = synced(&phone, &mut server).expect("the server answers");
    assert_eq!((&done["pushed"], &done["synced"]), (&json!(waiting), &json!(true)));
    assert_eq!(phone.ask("status")["recovery"], json!(null));
    let again = phone.refused_enrolment();
    assert_eq!(again.code, "already_enrolled");
}

#[test]
fn what_is_said_of_a_copys_entry_touches_no_entry_of_this_log() {
    let phone = phone(Role::Officer, 12);
    let mut server = Server::of(&phone);
    phone.run(form());
    synced(&phone, &mut server).expect("the server answers");
    let own = || ops::own_ops(&phone.device.store().db, 1, 1).expect("the log is read").remove(0);
    let before = own();
    // The server lost all of it, and a copy of this phone has pushed others under the same numbers.
    let (id, stream) = (before.op.header.id, before.op.header.stream);
    let stamp = before.stamp.clone().map(|stamp| Stamp { place: 99, ..stamp }).expect("it is stamped");
    server.feed =
        vec![FeedEntry::Stamped { id, stamp }, FeedEntry::Erased { stream, id, erased: Box::default() }];
    told_to_enrol_again(&phone, &mut server, 0);
    let after = own();
    assert!(after.op.body.is_some(), "nobody erased this one");
    assert_eq!(after.stamp.map(|stamp| stamp.place), before.stamp.map(|stamp| stamp.place));
}

#[test]
fn what_was_recorded_while_a_request_was_under_way_waits_whatever_the_answer_says() {
    let phone = phone(Role::Officer, 13);
    let mut server = Server::of(&phone);
    phone.run(form());
    let mut waits = 0;
    let answered = rounds(&phone.device, |request| {
        let mut answer = server.answer(request);
        let before = phone.waiting();
        phone.run(with(form(), json!({"family": "Other"})));
        waits = phone.waiting() - before;
        answer.acknowledged += waits as u64;
        Ok(Event::Answered(Box::new(answer)))
    });
    answered.expect("the server answers");
    assert!(waits > 0);
    assert_eq!(phone.waiting(), waits, "a copy of this phone may have pushed others under these numbers");
}

#[test]
fn a_phone_that_is_behind_its_own_log_says_so_and_acknowledges_nothing() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    phone.run(form());
    let answered = rounds(&phone.device, |request| {
        let mut answer = server.answer(request);
        (answer.receipt, answer.stamps, answer.acknowledged) = (None, Vec::new(), 999);
        Ok(Event::Answered(Box::new(answer)))
    });
    answered.expect("the server answers");
    let status = phone.ask("status");
    assert_eq!((&status["synced"], &status["recovery"]["because"]), (&json!(false), &json!("restored")));
}

#[test]
fn a_phone_whose_key_store_was_reset_keeps_everything_and_enrols_again() {
    let phone = phone(Role::Officer, 10);
    let mut was = phone_me(&phone);
    "another key".clone_into(&mut was.public_key);
    meta::change(&phone.device.store().db, |state| state.me = Some(was)).expect("the store takes a value");
    phone.run(form());
    let waiting = phone.waiting();
    let problem = rounds(&phone.device, |_| Ok(Event::Cut)).expect_err("it cannot sign as that device");
    assert_eq!(problem.code, "re_enrol_needed");
    let done = enrols_again(&phone, Vec::new()).expect("the code counts");
    assert_eq!(done["recovered"]["sent_again"], json!(waiting));
    assert_eq!(phone.waiting(), waiting);
}

#[test]
fn an_older_copy_of_the_store_is_noticed_and_what_nobody_has_is_said_to_be_lost() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    phone.run(form());
    synced(&phone, &mut server).expect("the server answers");
    let copy = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(phone.dir.path()).expect("the folder is there") {
        let entry = entry.expect("a file");
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("a copy");
    }
    phone.run(with(form(), json!({"family": "Other"})));
    let lost = phone.waiting();
    std::fs::copy(phone.dir.path().join("waymark.anchor"), copy.path().join("waymark.anchor"))
        .expect("a copy");
    let restored = Phone { device: open(&copy), dir: copy };
    let status = restored.ask("status");
    assert_eq!(status["recovery"]["because"], "restored");
    assert_eq!(
        (&status["recovery"]["unread"], &status["recovery"]["enrol_again"]),
        (&json!(lost), &json!(false))
    );
    synced(&restored, &mut server).expect("the server answers");
    assert_eq!(restored.ask("status")["recovery"]["lost"], json!(lost));
}

impl Phone {
    fn refused_enrolment(&self) -> Problem {
        enrol::ask(&self.device, "CODE", "phone").err().expect("nobody takes over a phone that is well")
    }
}

#[test]
fn a_place_that_cannot_keep_the_anchor_costs_no_entry() {
    let phone = phone(Role::Officer, 10);
    let path = phone.dir.path().join("no such folder").join("anchor");
    phone.device.set_anchor(Box::new(crate::FileAnchor { path })).expect("the store is readable");
    phone.run(form());
    assert_eq!(phone.ask("status")["anchor"], "not_saved_since_open");
    let Phone { dir, device } = phone;
    drop(device);
    open(&dir);
}
