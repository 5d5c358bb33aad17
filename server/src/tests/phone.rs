//! A phone of the tests: a key, a log, and pushes signed over it.
//!
//! Does not fold or apply what it pulls; the phone library does.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;
use sync_core::clock::{Hlc, Uptime};
use sync_core::ids::{DeviceId, Digest, OpId, Stream, UserId};
use sync_core::log::Tip;
use sync_core::op::{Header, Op, Seed, VOCABULARY, body_digest};
use sync_core::referral::act::Act;
use sync_core::sync::answer::{Answer, FeedEntry};
use sync_core::sync::consulted::Consultation;
use sync_core::sync::enrolment::{Bundle, Enrolled, Recovers};
use sync_core::sync::epoch::Epoch;
use sync_core::sync::push::{PROTOCOL, Push, Sender, write_ops};
use sync_core::sync::receipt::WireReceipt;
use sync_core::sync::statement::{SignedHeader, Statement};
use uuid::Uuid;

use super::{NOW_MS, TestService};
use crate::enrol;
use crate::keys::base64url;
use crate::reconcile::{self, Refusal};

pub(super) const SEED: [u8; 16] = [7; 16];

pub(super) struct Phone {
    pub(super) key: EcdsaKeyPair,
    pub(super) device: DeviceId,
    pub(super) user: UserId,
    pub(super) enrolled: Enrolled,
    pub(super) counter: u64,
    pub(super) log: Vec<Op>,
    pub(super) cursor: Option<String>,
    pub(super) epoch: Uuid,
    /// What the server told of its epochs, when it had to.
    pub(super) epochs: Vec<Epoch>,
    /// Every receipt that it was given.
    pub(super) receipts: Vec<WireReceipt>,
    /// The receipt that its next op cites.
    pub(super) cites: Option<Digest>,
    /// What lies behind ops that it holds without a present stamp.
    pub(super) behind: Vec<(OpId, Vec<OpId>)>,
    pub(super) heal: Vec<Stream>,
    pub(super) room: Option<u32>,
    /// What its user opened.
    pub(super) consulted: Vec<Consultation>,
}

/// A request that can be sent again, as it is.
pub(super) struct Request {
    pub(super) header: SignedHeader,
    pub(super) sent: Vec<u8>,
}

pub(super) fn sign(key: &EcdsaKeyPair, message: &[u8]) -> Vec<u8> {
    key.sign(&SystemRandom::new(), message).expect("a key signs").as_ref().to_vec()
}

pub(super) fn new_key() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key is made")
}

/// Tries a code with a new key, and tells the server's answer.
pub(super) fn try_code(service: &TestService, code: &str, now_ms: u64) -> Result<Phone, enrol::Refusal> {
    recover(service, code, now_ms, None)
}

/// Tries a code for a store that wrote a log before.
pub(super) fn recover(
    service: &TestService,
    code: &str,
    now_ms: u64,
    recovers: Option<Recovers>,
) -> Result<Phone, enrol::Refusal> {
    let key = new_key();
    let public = key.public_key().as_ref();
    let proof = sign(&key, &[b"waymark/enrol/1", code.as_bytes(), public].concat());
    let request = json!({
        "code": code, "public_key": base64url(public), "proof": base64url(&proof), "name": "phone",
        "recovers": recovers,
    });
    let request = serde_json::from_value(request).expect("it is an enrolment");
    Ok(of(key, service.wait(enrol::enrol(&service.service, request, now_ms))?))
}

/// A phone that has enrolled and said nothing yet.
pub(super) fn of(key: EcdsaKeyPair, enrolled: Enrolled) -> Phone {
    let (device, user, epoch) = (enrolled.device, enrolled.user, enrolled.epoch);
    Phone {
        key,
        device,
        user,
        enrolled,
        counter: 0,
        log: Vec::new(),
        cursor: None,
        epoch,
        epochs: Vec::new(),
        receipts: Vec::new(),
        cites: None,
        behind: Vec::new(),
        heal: Vec::new(),
        room: None,
        consulted: Vec::new(),
    }
}

impl Phone {
    fn uptime(&self, ms: u64) -> Uptime {
        Uptime { boot: self.device.0, ms }
    }

    /// Records an act.
    pub(super) fn record(&mut self, stream: Stream, deps: &[OpId], act: &Act) -> OpId {
        self.record_raw(stream, deps, &[], act.info().kind, &act.body())
    }

    /// Records an act with heads that were seen in the record's other streams.
    pub(super) fn record_raw(
        &mut self,
        stream: Stream,
        deps: &[OpId],
        seen: &[OpId],
        kind: &str,
        body: &str,
    ) -> OpId {
        let tip = self
            .log
            .last()
            .map_or(Tip::default(), |op| Tip { seq: op.header.id.seq, hash: op.header.hash() });
        let id = OpId { device: self.device, seq: tip.seq + 1 };
        let salt = Seed(SEED).salt(id);
        let header = Header {
            id,
            prev: tip.hash,
            stream,
            deps: deps.to_vec(),
            seen: Some(seen.to_vec()).filter(|seen| !seen.is_empty()),
            hlc: Hlc::from_ms(NOW_MS + id.seq),
            uptime: self.uptime(id.seq),
            receipt: self.cites,
            author: self.user,
            vocabulary: VOCABULARY,
            recovered_from: None,
            kind: kind.parse().expect("it is a kind"),
            body_digest: body_digest(salt, body),
        };
        self.log.push(Op { header, body: Some(body.into()), salt });
        id
    }

    /// A copy of this phone, as a backup or a thief makes it: same key, same log.
    pub(super) fn cloned(&self) -> Self {
        let key = self.key.to_pkcs8v1().expect("a key can be written down");
        Self {
            key: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_ref()).expect("a key"),
            enrolled: self.enrolled.clone(),
            log: self.log.clone(),
            cursor: self.cursor.clone(),
            epochs: self.epochs.clone(),
            receipts: self.receipts.clone(),
            behind: self.behind.clone(),
            heal: self.heal.clone(),
            consulted: self.consulted.clone(),
            ..*self
        }
    }

    fn sender(&self) -> Sender {
        let Enrolled { org, force, .. } = self.enrolled;
        Sender { device: self.device, author: self.user, org, force, uptime: self.uptime(60_000) }
    }

    /// Builds a push of the log from a seq on.
    pub(super) fn request(&mut self, from: u64) -> Request {
        self.counter += 1;
        let at = usize::try_from(from - 1).expect("a log of a test is short");
        let previous = at.checked_sub(1).map_or(Digest::default(), |i| self.log[i].header.hash());
        let sender = self.sender();
        let mut push = Push {
            protocol: PROTOCOL,
            epoch: Some(self.epoch),
            cursor: self.cursor.clone(),
            receipt: None,
            from,
            prev: Some(previous),
            vocabulary: VOCABULARY,
            seeds: vec![(1, "07".repeat(16))],
            ops: Vec::new(),
            shows: self.receipts.iter().filter(|shown| shown.seq + 1 >= from).cloned().collect(),
            behind: self.behind.clone(),
            heal: self.heal.clone(),
            room: self.room,
            consulted: self.consulted.clone(),
        };
        push.ops = write_ops(&push, sender, &self.log[at..]);
        let (_, tip) = push.open(sender).expect("the push is well formed");
        let sent = serde_json::to_vec(&push).expect("a push is plain data");
        let statement = push.statement(sender, self.counter, tip, &sent).bytes();
        let signature = sign(&self.key, &statement).try_into().expect("a signature has 64 bytes");
        let (device, counter) = (self.device, self.counter);
        let Uptime { boot, ms: uptime_ms } = sender.uptime;
        let header = SignedHeader { device, counter, boot: Some(boot), uptime_ms, signature };
        Request { header, sent }
    }

    /// The header of a request with this statement.
    pub(super) fn signs(
        &mut self,
        statement: impl FnOnce(DeviceId, u64, Uptime) -> Statement,
    ) -> SignedHeader {
        self.counter += 1;
        let (device, counter, uptime) = (self.device, self.counter, self.uptime(60_000));
        let statement = statement(device, counter, uptime).bytes();
        let signature = sign(&self.key, &statement).try_into().expect("a signature has 64 bytes");
        SignedHeader { device, counter, boot: Some(uptime.boot), uptime_ms: uptime.ms, signature }
    }

    /// Signs a request whose body was changed by its sender.
    pub(super) fn sign_again(&self, request: &mut Request) {
        let sender = self.sender();
        let push: Push = serde_json::from_slice(&request.sent).expect("it is a push");
        let tip = self
            .log
            .last()
            .map_or(Tip::default(), |op| Tip { seq: op.header.id.seq, hash: op.header.hash() });
        let statement = push.statement(sender, request.header.counter, tip, &request.sent).bytes();
        request.header.signature = sign(&self.key, &statement).try_into().expect("a signature has 64 bytes");
    }

    /// Pushes the log from a seq on, and follows the feeds.
    pub(super) fn push(&mut self, service: &TestService, from: u64) -> Result<Answer, Refusal> {
        self.push_at(service, from, NOW_MS + 60_000)
    }

    /// Pushes so that the server receives it at a time.
    pub(super) fn push_at(
        &mut self,
        service: &TestService,
        from: u64,
        now_ms: u64,
    ) -> Result<Answer, Refusal> {
        let Request { header, sent } = self.request(from);
        let answer = service.wait(reconcile::sync(&service.service, header, &sent, &sent, now_ms))?;
        self.cursor = Some(answer.cursor.clone());
        self.epoch = answer.epoch;
        if let Some(receipt) = answer.receipt.clone() {
            let epoch = receipt.epoch.or(Some(answer.epoch));
            self.receipts.push(WireReceipt { epoch, ..receipt });
        }
        Ok(answer)
    }

    /// Cites the last receipt that it was given from now on, as a real one does.
    pub(super) fn cite_last(&mut self) {
        let last = self.receipts.last().expect("it has one");
        let hash = self.log[usize::try_from(last.seq).expect("it is small") - 1].header.hash();
        self.cites = Some(last.receipt(last.epoch.expect("it is kept"), self.device, hash).digest());
    }

    /// Pulls with nothing to push.
    pub(super) fn pull(&mut self, service: &TestService) -> Answer {
        let from = self.log.len() as u64 + 1;
        self.push(service, from).expect("a pull is answered")
    }

    /// What a pull brings that phones look things up in, if it is new.
    pub(super) fn look_ups(&mut self, service: &TestService) -> Option<Bundle> {
        self.pull(service).feed.into_iter().rev().find_map(|entry| match entry {
            FeedEntry::Reference(bundle) => Some(*bundle),
            FeedEntry::Op(_)
            | FeedEntry::Stamped { .. }
            | FeedEntry::Whole(_)
            | FeedEntry::Forget { .. }
            | FeedEntry::Erased { .. }
            | FeedEntry::Extract(_) => None,
        })
    }
}

/// Sends a request.
pub(super) fn send(service: &TestService, request: &Request) -> Result<Answer, Refusal> {
    let header = request.header.clone();
    service.wait(reconcile::sync(&service.service, header, &request.sent, &request.sent, NOW_MS + 60_000))
}

/// A new record of a referral.
pub(super) fn new_record() -> sync_core::ids::Record {
    sync_core::ids::Record::referral(Uuid::from_bytes(crate::keys::random()))
}
