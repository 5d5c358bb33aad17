//! Synchronisation with canned answers: what is pushed, what an answer changes, and what a cut keeps.

use std::str::FromStr as _;

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::clock::{ClockMark, Uptime};
use sync_core::ids::Digest;
use sync_core::log::Tip;
use sync_core::phone::state::PhoneState;
use sync_core::stamp::Disposition;
use sync_core::sync::answer::{Answer, FeedEntry, More, StampRun};
use sync_core::sync::consulted::{Consultation, ConsultedUpto};
use sync_core::sync::epoch::Epoch;
use sync_core::sync::push::{Base, Push, Sender};
use sync_core::sync::receipt::WireReceipt;
use sync_core::sync::session::{Event, SyncProblem};
use sync_core::sync::statement::SignedHeader;
use uuid::Uuid;

use super::{Phone, form, phone};
use crate::Problem;
use crate::keys::{Signer as _, SoftwareKey, base64url, verifies};
use crate::store::meta;
use crate::sync::packing;
use crate::sync::request::Request;
use crate::sync::rounds;
use sync_core::command::Member;

pub(super) const EPOCH: Uuid = Uuid::from_u128(9);

/// A server that takes every op: opens the push as the real one does, and signs a receipt.
pub(super) struct Server {
    pub(super) key: SoftwareKey,
    me: Member,
    pub(super) tip: Tip,
    /// The epoch that the phone was told last.
    pub(super) told: Option<Uuid>,
    pub(super) receipt: Option<Digest>,
    boot: Option<Uuid>,
    counter: u64,
    public_key: String,
    pub(super) feed: Vec<FeedEntry>,
    pub(super) epoch: Uuid,
    pub(super) epochs: Vec<Epoch>,
    pub(super) digests: Vec<String>,
    pub(super) backed_up: u64,
    /// The last push, as it was read.
    pub(super) pushed: Option<Push>,
    /// What its audit holds.
    pub(super) consulted: Vec<Consultation>,
    pub(super) takes_openings: bool,
    now_ms: u64,
}

impl Server {
    pub(super) fn of(phone: &Phone) -> Self {
        let key =
            SoftwareKey::generate().and_then(|text| SoftwareKey::read(&text)).expect("a key can be drawn");
        let store = phone.device.store();
        let trust = |state: &mut PhoneState| {
            let me = state.me.as_mut().expect("the phone is enrolled");
            me.server_key = base64url(&key.public_key());
            (me.clone(), state.epoch)
        };
        let (me, told) = meta::change(&store.db, trust).expect("the store takes a value");
        let public_key = base64url(&phone.device.signer().public_key());
        let (tip, feed) = (Tip::default(), Vec::new());
        Self {
            key,
            me,
            tip,
            told,
            receipt: None,
            boot: None,
            counter: 0,
            public_key,
            feed,
            epoch: EPOCH,
            epochs: Vec::new(),
            digests: Vec::new(),
            backed_up: 0,
            pushed: None,
            consulted: Vec::new(),
            takes_openings: true,
            now_ms: 1_800_000_000_000,
        }
    }

    pub(super) fn answer(&mut self, request: &Request) -> Answer {
        let json = packing::unpack(&request.body, 1 << 22).expect("the body is packed");
        let push = Push::parse(&json).expect("the phone writes pushes");
        let header = SignedHeader::from_str(&request.header).expect("the phone signs");
        assert!(header.counter > self.counter, "a counter is never used twice");
        self.counter = header.counter;
        let uptime =
            Uptime { boot: header.boot.or(self.boot).expect("a first boot is named"), ms: header.uptime_ms };
        self.boot = Some(uptime.boot);
        let Member { device, user, org, force, .. } = self.me;
        let sender = Sender { device, author: user, org, force, uptime };
        let base = Base { epoch: self.told, receipt: self.receipt, prev: self.tip.hash };
        let held = (push.from == self.tip.seq + 1).then_some(base);
        let push = push.complete(held).expect("the push follows what is held");
        let (ops, tip) = push.open(sender).expect("the push opens");
        let statement = push.statement(sender, header.counter, tip, &request.body).bytes();
        assert!(verifies(&self.public_key, &statement, &base64url(&header.signature)));
        assert_eq!(tip, request.tip);
        let stamps = StampRun {
            seq: push.from,
            count: ops.len() as u64,
            place: push.from,
            received_ms: self.now_ms,
            eff: None,
            clock: ClockMark::Plain,
            disposition: Disposition::Accepted,
            absent: Vec::new(),
            instead: Vec::new(),
        };
        let opened: &[Consultation] = if self.takes_openings { &push.consulted } else { &[] };
        let numbers = || opened.iter().map(|consulted| consulted.number);
        let consulted = numbers().min().zip(numbers().max()).map(|(first, upto)| {
            let before = self.consulted.iter().map(|known| known.number).max().unwrap_or(0);
            ConsultedUpto { before, first, upto }
        });
        self.consulted.extend(opened);
        self.tip = tip;
        self.pushed = Some(push);
        self.told = Some(self.epoch);
        let receipt = (!ops.is_empty()).then(|| self.receipt(tip));
        Answer {
            now_ms: self.now_ms,
            epoch: self.epoch,
            receipt,
            acknowledged: tip.seq,
            stamps: if ops.is_empty() { Vec::new() } else { vec![stamps] },
            feed: std::mem::take(&mut self.feed),
            cursor: "c1".to_owned(),
            more: More::No,
            backed_up: self.backed_up,
            directives: Vec::new(),
            epochs: std::mem::take(&mut self.epochs),
            digests: std::mem::take(&mut self.digests),
            consulted,
        }
    }

    fn receipt(&mut self, tip: Tip) -> WireReceipt {
        let (stamps, prev) = (Digest::default(), Digest::default());
        let mut wire = WireReceipt {
            number: 1,
            prev,
            seq: tip.seq,
            stamps,
            time_ms: self.now_ms,
            signature: String::new(),
            epoch: None,
        };
        let receipt = wire.receipt(self.epoch, self.me.device, tip.hash);
        self.receipt = Some(receipt.digest());
        wire.signature = base64url(&self.key.sign(&receipt.bytes()).expect("the key signs"));
        wire
    }
}

pub(super) fn synced(phone: &Phone, server: &mut Server) -> Result<Value, Problem> {
    rounds(&phone.device, |request| Ok(Event::Answered(Box::new(server.answer(request)))))
}

#[test]
fn a_push_opens_as_it_was_recorded_and_clears_the_outbox() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    let ops = phone.run(form())["ops"].as_array().expect("ops are a list").len();
    let done = synced(&phone, &mut server).expect("the server answers");
    assert_eq!(
        (&done["pushed"], &done["synced"], &done["round_trips"]),
        (&json!(ops), &json!(true), &json!(1))
    );
    assert_eq!(phone.waiting(), 0);
    phone.run(with_other_name());
    let again = synced(&phone, &mut server).expect("the server answers");
    assert_eq!(again["synced"], true, "a new seed covers what was recorded after the push");
}

fn with_other_name() -> Value {
    super::with(form(), json!({"family": "Other"}))
}

#[test]
fn a_cut_loses_nothing_and_the_next_sync_sends_it_again() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    phone.run(form());
    let before = phone.waiting();
    let problem = rounds(&phone.device, |_| Ok(Event::Cut)).expect_err("the link was cut");
    assert_eq!((problem.code.as_str(), phone.waiting()), ("unreachable", before));
    assert_eq!(synced(&phone, &mut server).expect("the server answers")["synced"], true);
}

#[test]
fn an_old_counter_is_jumped_over() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    server.counter = 40;
    let mut asked = 0;
    let done = rounds(&phone.device, |request| {
        asked += 1;
        Ok(if asked == 1 {
            Event::Problem(SyncProblem::CounterOld { counter: 40 })
        } else {
            Event::Answered(Box::new(server.answer(request)))
        })
    });
    assert_eq!(done.expect("the server answers")["synced"], true);
}

#[test]
fn a_receipt_of_another_server_changes_nothing() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    server.key =
        SoftwareKey::generate().and_then(|text| SoftwareKey::read(&text)).expect("a key can be drawn");
    phone.run(form());
    let before = phone.waiting();
    let problem = synced(&phone, &mut server).expect_err("the receipt is signed by somebody else");
    assert_eq!((problem.code.as_str(), phone.waiting()), ("receipt_wrong", before));
}

#[test]
fn a_clock_of_another_year_is_told_and_corrected() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    server.now_ms = 3_471_292_800_000;
    synced(&phone, &mut server).expect("the server answers");
    let status = phone.ask("status");
    assert_eq!((&status["clock"], &status["synced"]), (&json!("suspect"), &json!(true)));
    phone.run(form());
    let recorded = phone.ask("outbox")["outbox"][0]["recorded_ms"].as_u64().expect("a time");
    assert!(recorded >= server.now_ms, "the phone records in the server's time");
}

#[test]
fn a_lost_stream_goes_and_own_entries_in_it_are_not_shown() {
    let phone = phone(Role::Officer, 10);
    let mut server = Server::of(&phone);
    phone.run(form());
    synced(&phone, &mut server).expect("the server answers");
    let digests = phone.ask("digests")["digests"].clone();
    let streams: Vec<String> = digests.as_object().expect("an object").keys().cloned().collect();
    let forget = |name: &String| FeedEntry::Forget { stream: name.parse().expect("a stream's name") };
    server.feed = streams.iter().map(forget).collect();
    synced(&phone, &mut server).expect("the server answers");
    assert_eq!(phone.ask("referrals")["referrals"], json!([]));
    assert_eq!(phone.ask("digests")["digests"], json!({}));
}
