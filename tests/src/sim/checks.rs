//! The promises, checked after every step.
//!
//! What a step cannot have touched is not looked at again, but for the server's ops: those are compared
//! one by one whenever it was spoken to. Does not decide what happens.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use server::node::{Node, Refusal};
use sync_core::access::Role;
use sync_core::clock::ClockMark;
use sync_core::ids::{CompartmentKind, DeviceId, Digest, OpId, Record, RecordKind, Stream};
use sync_core::op::Op;
use sync_core::referral::act::BodyErased;
use sync_core::stamp::{Disposition, Stamp, Why};
use sync_core::stream::StreamOp;
use sync_core::sync::answer::{Answer, Directive};
use sync_core::sync::push::Push;
use uuid::Uuid;

use super::counts::Counts;
use super::folds::{Fold, Folds};
use super::gone::{Gone, erases};
use super::network::says_fork;
use super::phone::{Lineage, Phone, Promise, Standing};
use super::plan::{Bug, Honest};
use super::state::Me;
use super::sync::Request;

/// What was seen so far.
pub(super) struct Checks {
    epoch: Uuid,
    /// Whether that epoch's history is whole, as far as anybody can know.
    history: Whole,
    known: BTreeMap<OpId, Expected>,
    places: u64,
    counters: BTreeMap<DeviceId, u64>,
    /// What the server lost, and the numbers that it has given to other ops since: a copy of the device came first.
    lost: BTreeMap<OpId, Digest>,
    renumbered: BTreeSet<OpId>,
    /// Hashes of the ops of branches that the server took aside.
    branches: BTreeSet<Digest>,
    receipts: BTreeMap<u64, Digest>,
    /// The digest that each set of stamped ops of a stream folds to.
    digests: BTreeMap<(Stream, Vec<Stamped>), Digest>,
    pub(super) folds: Folds,
    /// What each phone was last found to fold: as long as nothing changes there, nothing is to be compared.
    last: BTreeMap<(DeviceId, Stream), Rc<Fold>>,
    gone: Gone,
}

/// Whether a server's history is what it was when its epoch began, and more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whole {
    /// It is.
    Yes,
    /// It went back, and nobody has noticed yet.
    WentBack,
}

/// An op on the server.
struct Expected {
    hash: Digest,
    stream: Stream,
    deps: Vec<OpId>,
    /// Heads that its author had seen in the record's other streams.
    seen: Vec<OpId>,
    stamp: Option<Stamp>,
    body: Body,
    erases: Option<BodyErased>,
}

/// Whether the server has an op's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    Held,
    Gone,
}

impl Body {
    fn of(op: &Op) -> Self {
        if op.body.is_some() { Self::Held } else { Self::Gone }
    }
}

/// One stamped copy of an op: the op, its place, whether it has its body, and whether that was erased.
type Stamped = (OpId, u64, bool, bool);

/// Whether somebody of this role and organisation may ever hold the stream.
pub(super) fn may_hold(me: &Me, stream: &Stream) -> bool {
    let provider = me.role.of_provider();
    match stream.kind() {
        CompartmentKind::Shared => match stream.record.kind {
            RecordKind::Referral => true,
            RecordKind::Provider if provider => stream.record.id == me.org.0,
            RecordKind::Provider => me.role != Role::Officer,
            RecordKind::Persons | RecordKind::Force => false,
        },
        CompartmentKind::Police => !provider,
        CompartmentKind::Outreach | CompartmentKind::Care => provider && stream.compartment.org == me.org,
        CompartmentKind::Audit => false,
    }
}

impl Checks {
    pub(super) fn new(epoch: Uuid) -> Self {
        Self {
            epoch,
            history: Whole::Yes,
            known: BTreeMap::new(),
            places: 0,
            counters: BTreeMap::new(),
            lost: BTreeMap::new(),
            renumbered: BTreeSet::new(),
            branches: BTreeSet::new(),
            receipts: BTreeMap::new(),
            digests: BTreeMap::new(),
            folds: Folds::default(),
            last: BTreeMap::new(),
            gone: Gone::default(),
        }
    }

    /// Whether the present epoch's history is whole.
    pub(super) fn is_certain(&self) -> bool {
        self.history == Whole::Yes
    }

    /// The server went back: what it holds now is the whole of what is known, but for branches, of which a
    /// person has heard.
    pub(super) fn went_back(&mut self, node: &Node, counts: &mut Counts) -> Result<(), String> {
        let fault = |fault: server::Fault| format!("the server's store: {fault}");
        let before = std::mem::take(&mut self.known);
        let visited = node.each_op(|op, hash, stamp| {
            self.known.insert(op.header.id, known(op, hash, stamp));
        });
        visited.map_err(fault)?;
        self.gone.check(node, &BTreeSet::new())?;
        if before.len() > self.known.len() {
            counts.add("server/lost_ops");
        }
        let gone = before.into_iter().filter(|(id, _)| !self.known.contains_key(id));
        self.lost.extend(gone.map(|(id, known)| (id, known.hash)));
        let places = self.known.values().filter_map(|known| known.stamp.as_ref().map(|stamp| stamp.place));
        self.places = places.max().unwrap_or_default();
        for (device, counter) in &mut self.counters {
            *counter = node.log_of(*device).map_or(0, |(counter, _)| counter);
        }
        let receipts = node.receipts().map_err(fault)?;
        self.receipts = receipts.iter().map(|(receipt, _)| (receipt.number, receipt.digest())).collect();
        self.branches.clear();
        self.forget_folds();
        let epoch = node.epoch().map_err(fault)?;
        self.history = if epoch == self.epoch { Whole::WentBack } else { Whole::Yes };
        self.epoch = epoch;
        Ok(())
    }

    /// The server was started again: a new epoch has begun, which contains everything.
    pub(super) fn started(&mut self, node: &Node) -> Result<(), String> {
        self.epoch = node.epoch().map_err(|fault| format!("the server's store: {fault}"))?;
        Ok(())
    }

    /// A phone has shown that the history went back: a new epoch has begun.
    fn notice(&mut self, node: &Node, counts: &mut Counts) -> Result<(), String> {
        let epoch = node.epoch().map_err(|fault| format!("the server's store: {fault}"))?;
        if epoch != self.epoch {
            counts.add("server/roll_back_noticed");
            (self.epoch, self.history) = (epoch, Whole::Yes);
            self.forget_folds();
        }
        Ok(())
    }

    /// Places are given anew in another epoch.
    fn forget_folds(&mut self) {
        self.digests.clear();
        self.last.clear();
    }

    /// Whether the server holds an op that a user was told is saved.
    pub(super) fn holds(&self, promise: &Promise) -> bool {
        self.on_server(OpId { device: promise.device, seq: promise.seq }, promise.hash)
    }

    /// After the server was spoken to.
    pub(super) fn delivered(
        &mut self,
        node: &Node,
        request: &Request,
        answer: Result<&Answer, &Refusal>,
        counts: &mut Counts,
    ) -> Result<(), String> {
        self.notice(node, counts)?;
        let new = self.scan(node, counts)?;
        match answer {
            Ok(answer) => {
                let counter = self.counters.entry(request.header.device).or_default();
                if request.header.counter <= *counter {
                    return Err(format!("counter {} counted twice", request.header.counter));
                }
                *counter = request.header.counter;
                if says_fork(answer) {
                    counts.add("answer/re_enrol");
                }
                self.answered(request.header.device, answer)
            }
            // The server may fail once the push is stored, as it does when it cannot note what it is about to send: the
            // phone pushes again. It never stores a part.
            Err(refusal)
                if new > 0 && !(matches!(refusal, Refusal::Fault(_)) && self.has_all_of(request)) =>
            {
                Err("a refused push left ops behind".to_owned())
            }
            Err(refusal) => {
                counts.add(format!("refusal/{}", refusal_name(refusal)));
                Ok(())
            }
        }
    }

    /// Nothing that was held has gone or changed; places have no gaps and follow causes.
    pub(super) fn scan(&mut self, node: &Node, counts: &mut Counts) -> Result<usize, String> {
        let (mut fault, mut held, mut new, mut stamped) = (None, 0, 0, Vec::new());
        let mut vanished = BTreeSet::new();
        let visited = node.each_op(|op, hash, stamp| {
            held += 1;
            if let Some(known) = self.known.get_mut(&op.header.id) {
                if known.hash != hash || (known.stamp.is_some() && known.stamp.as_ref() != stamp) {
                    fault = Some(format!("op {} or its stamp was changed", op.header.id));
                }
                match (known.body, Body::of(op)) {
                    (Body::Held, Body::Held) | (Body::Gone, Body::Gone) => {}
                    (Body::Held, Body::Gone) => {
                        vanished.insert(op.header.id);
                        known.body = Body::Gone;
                    }
                    (Body::Gone, Body::Held) => {
                        fault = Some(format!("the body of {} has come back", op.header.id));
                    }
                }
                if known.stamp.is_none() && stamp.is_some() {
                    known.stamp = stamp.cloned();
                    stamped.push(op.header.id);
                }
            } else {
                new += 1;
                if self.lost.get(&op.header.id).is_some_and(|lost| *lost != hash) {
                    self.renumbered.insert(op.header.id);
                }
                self.known.insert(op.header.id, known(op, hash, stamp));
                stamped.extend(stamp.map(|_| op.header.id));
            }
        });
        visited.map_err(|fault| format!("the server's store: {fault}"))?;
        if held != self.known.len() {
            return Err("an op has gone from the server".to_owned());
        }
        fault.map_or(Ok(()), Err)?;
        stamped.sort_by_key(|id| self.known[id].stamp.as_ref().map(|stamp| stamp.place));
        stamped.into_iter().try_for_each(|id| self.stamped(id, counts))?;
        self.gone.check(node, &vanished)?;
        if !vanished.is_empty() {
            counts.add("erased/server");
        }
        Ok(new)
    }

    fn stamped(&mut self, id: OpId, counts: &mut Counts) -> Result<(), String> {
        let known = &self.known[&id];
        let Some(stamp) = &known.stamp else { return Ok(()) };
        self.places += 1;
        if stamp.place != self.places {
            return Err(format!("op {id} has place {} and not {}", stamp.place, self.places));
        }
        let log = self.known.range(OpId { seq: 0, ..id }..id);
        let previous = log.rev().find(|(_, own)| own.stream == known.stream).map(|(id, _)| *id);
        for cause in known.deps.iter().copied().chain(previous) {
            let place = self.known.get(&cause).and_then(|cause| cause.stamp.as_ref()).map(|s| s.place);
            let absent = stamp.absent.contains(&cause);
            if !absent && place.is_none_or(|place| place >= stamp.place) {
                return Err(format!("op {id} was stamped before its cause {cause}"));
            }
        }
        // What was seen elsewhere and is not here is not listed as absent: it is in no stream's order.
        let seen = known.seen.iter().filter(|seen| !self.renumbered.contains(seen));
        for cause in seen.filter_map(|seen| self.known.get(seen)) {
            if cause.stamp.as_ref().is_none_or(|cause| cause.place >= stamp.place) {
                return Err(format!("op {id} was stamped before what its author had seen"));
            }
        }
        if let (Some(erases), Disposition::Accepted) = (&known.erases, stamp.disposition) {
            let target = self.known.get(&erases.op).filter(|target| target.stream == erases.stream);
            if let Some(target) = target {
                self.gone.name(erases.op, target.hash);
            }
        }
        if stamp.clock == ClockMark::Suspect {
            counts.add("stamp/clock_suspect");
        }
        counts.add(match stamp.disposition {
            Disposition::Accepted => "stamp/accepted".to_owned(),
            Disposition::Quarantined(why) => format!("stamp/quarantined/{why:?}"),
            Disposition::Refused(why) => format!("stamp/refused/{why:?}"),
        });
        Ok(())
    }

    /// The answer says what is on record, and its receipt follows the chain.
    fn answered(&mut self, device: DeviceId, answer: &Answer) -> Result<(), String> {
        for run in &answer.stamps {
            for place in run.place..run.place + run.count {
                let id = OpId { device, seq: run.seq + place - run.place };
                let held = self.known.get(&id).and_then(|known| known.stamp.as_ref());
                if held.is_none_or(|held| held.place != place || held.disposition != run.disposition) {
                    return Err(format!("the answer gives op {id} another stamp than it has"));
                }
            }
        }
        let Some(wire) = &answer.receipt else { return Ok(()) };
        let hash = self.known.get(&OpId { device, seq: wire.seq }).map(|known| known.hash);
        let hash = hash.ok_or("a receipt for an op that is not held")?;
        let digest = wire.receipt(answer.epoch, device, hash).digest();
        if self.receipts.insert(wire.number, digest).is_some_and(|known| known != digest) {
            return Err(format!("receipt {} was given twice, differently", wire.number));
        }
        Ok(())
    }

    /// A branch that the server took aside.
    pub(super) fn branched(&mut self, hashes: impl IntoIterator<Item = Digest>) {
        self.branches.extend(hashes);
    }

    /// Whether the server has every op of a push.
    fn has_all_of(&self, request: &Request) -> bool {
        let Ok(push) = Push::parse(&request.body) else { return false };
        let (device, many) = (request.header.device, push.ops.len() as u64);
        (push.from..push.from + many).all(|seq| self.known.contains_key(&OpId { device, seq }))
    }

    fn on_server(&self, id: OpId, hash: Digest) -> bool {
        self.known.get(&id).is_some_and(|known| known.hash == hash) || self.branches.contains(&hash)
    }

    /// What a phone keeps to, whatever happened to it.
    pub(super) fn phone(&self, phone: &Phone) -> Result<(), String> {
        let (me, state) = (&phone.me, &phone.state);
        if phone.honest == Honest::Byzantine {
            return Ok(());
        }
        for promise in &phone.promised {
            let own = state.own(promise.seq).filter(|_| promise.device == me.device);
            let in_log = own.is_some_and(|own| own.hash == promise.hash);
            // What repeats an op that was erased never had a body of its own.
            let bare = own.filter(|own| own.op.body.is_none() && own.op.header.recovered_from.is_none());
            if bare.is_some_and(|own| in_log && !self.gone.holds(own.op.header.id, own.hash)) {
                return Err(format!("the body of {} of {} is lost", promise.seq, promise.device));
            }
            if !in_log && !self.holds(promise) {
                return Err(format!("op {} of {} was called saved and is lost", promise.seq, promise.device));
            }
        }
        // A log that has parted is no longer called acknowledged: its phone enrols again.
        let settled =
            self.is_certain() && state.settled == Some(self.epoch) && state.kept.directive.is_none();
        for own in state.log.iter().filter(|own| settled && own.acknowledged) {
            if !self.on_server(own.op.header.id, own.hash) {
                return Err(format!("op {} is acknowledged and not stored", own.op.header.id));
            }
        }
        let foreign = state.others.values().find(|other| !may_hold(me, &other.op.stream));
        if let Some(other) = foreign {
            return Err(format!("a {} holds {} of {}", me.role, other.op.id, other.op.stream));
        }
        if phone.standing == Standing::Revoked {
            let wiped = state.kept.directive == Some(Directive::Wipe);
            return if wiped && !state.others.is_empty() {
                Err("a wiped phone holds what others wrote".to_owned())
            } else {
                Ok(())
            };
        }
        if phone.lineage == Lineage::Single && state.kept.directive.is_some() {
            return Err(format!("an honest phone was told {:?}", state.kept.directive));
        }
        Ok(())
    }

    /// Replicas with the same stamped ops of a stream fold to the same digest.
    pub(super) fn agree(
        &mut self,
        phone: &Phone,
        records: &BTreeSet<Record>,
        bug: Bug,
    ) -> Result<(), String> {
        if !self.is_certain() || phone.state.settled != Some(self.epoch) {
            return Ok(());
        }
        for record in records {
            for (stream, ops) in stamped_streams(phone, *record) {
                let fold = self.folds.of(stream, ops, bug);
                let key = (phone.me.device, stream);
                if self.last.get(&key).is_some_and(|last| Rc::ptr_eq(last, &fold)) {
                    continue;
                }
                let mut copies: Vec<Stamped> = fold.ops.iter().map(copy).collect();
                copies.sort_unstable();
                if *self.digests.entry((stream, copies)).or_insert_with(|| fold.digest()) != fold.digest() {
                    return Err(format!("two replicas fold {stream} differently"));
                }
                self.last.insert(key, fold);
            }
        }
        Ok(())
    }

    /// What a phone folds of a stream.
    pub(super) fn fold_of(&self, phone: &Phone, stream: Stream, bug: Bug) -> Rc<Fold> {
        let ops = stamped_streams(phone, stream.record).remove(&stream).unwrap_or_default();
        self.folds.of(stream, ops, bug)
    }

    /// No erased body is on a phone that has heard everything.
    pub(super) fn nothing_erased_is_on(&self, phone: &Phone, counts: &mut Counts) -> Result<(), String> {
        self.gone.from(phone, &self.renumbered, counts)
    }

    /// After the wait nothing that the server holds is without its stamp.
    pub(super) fn nothing_is_pending(&self) -> Result<(), String> {
        match self.known.iter().find(|(_, known)| known.stamp.is_none()) {
            Some((id, _)) => Err(format!("op {id} is pending after the wait")),
            None => Ok(()),
        }
    }
}

fn known(op: &Op, hash: Digest, stamp: Option<&Stamp>) -> Expected {
    let seen = op.header.seen.iter().flatten().copied().collect();
    let (stream, deps, stamp) = (op.header.stream, op.header.deps.clone(), stamp.cloned());
    Expected { hash, stream, deps, seen, stamp, body: Body::of(op), erases: erases(op) }
}

fn copy(op: &StreamOp) -> Stamped {
    (op.id, op.stamp.as_ref().map_or(0, |stamp| stamp.place), op.body.is_some(), op.erased.is_some())
}

/// The stamped ops of a record by stream, in the order in which the phone learnt of them; without those that
/// their author may not write there: they are in the author's log alone.
fn stamped_streams(phone: &Phone, record: Record) -> BTreeMap<Stream, Vec<StreamOp>> {
    let mut streams: BTreeMap<Stream, Vec<StreamOp>> = BTreeMap::new();
    for (_, op) in phone.state.of_record(record) {
        if op.stamp.as_ref().is_some_and(|stamp| stamp.disposition != Disposition::Refused(Why::Stream)) {
            streams.entry(op.stream).or_default().push(op);
        }
    }
    streams
}

fn refusal_name(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Malformed => "malformed",
        Refusal::TooManyOps => "too_many_ops",
        Refusal::Signature => "signature",
        Refusal::CounterOld(_) => "counter_old",
        Refusal::PrevNeeded => "prev_needed",
        Refusal::Gap(_) => "gap",
        Refusal::EpochOther(_) => "epoch_other",
        Refusal::Sealed => "sealed",
        Refusal::SealedFull => "sealed_full",
        Refusal::TooOften(_) => "too_often",
        Refusal::Fault(_) => "fault",
    }
}
