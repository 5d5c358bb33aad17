//! Synchronising on a model phone, as the phone library does it: build a signed request, apply an answer.
//!
//! What comes next decides the real session of `sync-core`. Does not send: see [`super::network`].

use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sync_core::op::{Op, VOCABULARY};
use sync_core::shape::MAX_PUSH_OPS;
use sync_core::stamp::Stamp;
use sync_core::stream::StreamOp;
use sync_core::sync::answer::{Answer, Directive, ExtractState, FeedEntry};
use sync_core::sync::push::{MAX_HEAL, PROTOCOL, Push, Sender, write_ops};
use sync_core::sync::receipt::WireReceipt;
use sync_core::sync::session::{Agreed, Parted, parted};
use sync_core::sync::statement::{SignedHeader, Statement, digest_of_sent};

use super::epochs;
use super::erasure::{erase, erase_all, without_erased};
use super::phone::Phone;
use super::signatures::{SERVER_KEY, sign};
use super::state::{Me, Other, State};

/// What the server asked for in its last problem.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ask {
    pub(super) whole_prev: bool,
    pub(super) from: Option<u64>,
}

/// A request that has left, or waits to arrive.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) header: SignedHeader,
    pub(super) body: Vec<u8>,
    /// First and last seq that it carries; the last is before the first when it carries none.
    pub(super) from: u64,
    pub(super) last: u64,
    pub(super) left: u64,
}

/// Why an answer is not applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// The server holds more of this log than the phone.
    Behind,
    /// The receipt is not signed by the server, or is for another log.
    Receipt,
}

/// Builds and signs a request; the copy of the store that it gives must be kept before it leaves.
pub(super) fn prepare(phone: &Phone, ask: Ask, true_ms: u64) -> Result<(State, Request), Unfit> {
    let (me, mut state) = (phone.me, phone.state.clone());
    state.counter += 1;
    let (device, author, uptime) = (me.device, me.user, phone.uptime(true_ms));
    let sender = Sender { device, author, org: me.org, force: me.force, uptime };
    let from = ask.from.unwrap_or(state.acknowledged() + 1);
    let prev = state.hash_of(from - 1).ok_or(Unfit::Behind)?;
    let mut sent = whole_commands(&state, from);
    let shows = epochs::shows(&state, from, &mut sent);
    let last = sent.last().map_or(from - 1, |op| op.header.id.seq);
    let mut push = Push {
        protocol: PROTOCOL,
        epoch: state.epoch,
        cursor: state.cursor.clone(),
        receipt: state.receipt,
        from,
        prev: Some(prev),
        vocabulary: VOCABULARY,
        seeds: seeds(&state, from, last),
        ops: Vec::new(),
        shows,
        behind: epochs::behind(&state, &sent),
        heal: state.heal.iter().copied().take(MAX_HEAL).collect(),
        room: None,
    };
    push.ops = write_ops(&push, sender, &sent);
    let hash = sent.last().map_or(prev, |op| op.header.hash());
    let tip = sync_core::log::Tip { seq: last, hash };
    state.seed_spent |= !push.ops.is_empty();
    let statement = push.statement(sender, state.counter, tip, &[]);
    // A log that begins anew cites a receipt of the old one: the server cannot know which.
    let whole_prev = ask.whole_prev || from == 1 && state.receipt.is_some();
    let push = if whole_prev { push } else { push.brief() };
    let body = serde_json::to_vec(&push).expect("a push is plain data");
    let statement = Statement { body: digest_of_sent(&body), ..statement }.bytes();
    let before = state.log.iter().find(|own| own.op.header.id.seq + 1 == from);
    let known = before.filter(|_| !whole_prev).map(|own| own.op.header.uptime.boot);
    let boot = Some(uptime.boot).filter(|now| known != Some(*now));
    let (counter, signature) = (state.counter, sign(&me.key, &statement));
    let header = SignedHeader { device, counter, boot, uptime_ms: uptime.ms, signature };
    let left = state.tip().seq.saturating_sub(last);
    Ok((state, Request { header, body, from, last, left }))
}

/// The longest prefix of the outbox within the bounds that ends where a command ends.
fn whole_commands(state: &State, from: u64) -> Vec<Op> {
    let waiting: Vec<_> = state.log.iter().filter(|own| own.op.header.id.seq >= from).collect();
    let mut count = waiting.len().min(MAX_PUSH_OPS);
    while count > 0 && waiting.get(count).is_some_and(|next| next.command == waiting[count - 1].command) {
        count -= 1;
    }
    waiting[..count].iter().map(|own| own.op.clone()).collect()
}

/// The seeds under which these ops were salted.
fn seeds(state: &State, from: u64, last: u64) -> Vec<(u64, String)> {
    let needed = state.seeds.iter().enumerate().filter(|(at, (first, _))| {
        let ends = state.seeds.get(at + 1).map_or(u64::MAX, |(next, _)| *next);
        *first <= last && ends > from && ends > *first
    });
    let hex = |bytes: [u8; 16]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    needed.map(|(_, (first, seed))| (*first, hex(seed.0))).collect()
}

/// Applies an answer to a copy of the store: receipt, own stamps, feeds, cursor, clock.
pub(super) fn apply(phone: &Phone, answer: &Answer, shown: u64, true_ms: u64) -> Result<State, Unfit> {
    let (me, mut state) = (phone.me, phone.state.clone());
    state.rev_before_sync = state.rev;
    keep_receipt(&me, &mut state, answer)?;
    epochs::renew(&mut state, answer.epoch, &answer.epochs);
    match parted(answer, state.tip().seq) {
        Parted::No => keep_own(&mut state, answer, shown),
        Parted::Fork => {}
        Parted::Behind => state.directive = Some(Directive::ReEnrol),
    }
    state.settled = Some(answer.epoch);
    let agreed = Agreed::of(me.device, state.acknowledged(), answer);
    let mut latest = None;
    for entry in answer.feed.iter().filter(|entry| !agreed.is_of_a_copy(entry)) {
        match entry {
            FeedEntry::Op(op) if op.id.device == me.device => {
                op.erased.iter().for_each(|erased| erase(&mut state, me.device, op.id, erased));
                op.stamp.iter().for_each(|stamp| keep_stamp(&mut state, op.id.seq, stamp));
            }
            FeedEntry::Op(op) => {
                op.erased.iter().for_each(|erased| erase(&mut state, me.device, op.id, erased));
                latest = latest.max(Some(op.eff()));
                keep_other(&mut state, op);
            }
            FeedEntry::Stamped { id, stamp } if id.device == me.device => {
                keep_stamp(&mut state, id.seq, stamp);
            }
            FeedEntry::Stamped { .. } => {}
            FeedEntry::Whole(whole) => {
                erase_all(&mut state, agreed, whole);
                epochs::heal(&mut state, agreed, whole);
            }
            FeedEntry::Forget { stream } => forget(&mut state, *stream),
            FeedEntry::Erased { id, erased, .. } => erase(&mut state, me.device, *id, erased),
            FeedEntry::Extract(extract) if extract.state == ExtractState::Open => {
                state.extracts.insert(extract.conflict, *extract.clone());
            }
            FeedEntry::Extract(extract) => {
                state.extracts.remove(&extract.conflict);
            }
            FeedEntry::Reference(_) => {}
        }
    }
    let phone_ms = phone.phone_ms(true_ms);
    state.offset_ms = answer.now_ms.wrapping_sub(phone_ms).cast_signed();
    let clock = state.hlc.reset_if_ahead(answer.now_ms);
    state.hlc = latest.map_or(clock, |latest| clock.follow(latest, answer.now_ms));
    state.cursor = Some(answer.cursor.clone());
    for directive in &answer.directives {
        state.directive = Some(*directive);
        if *directive == Directive::Wipe {
            state.others.clear();
        }
    }
    Ok(state)
}

/// What the answer says of the own log, when it is the one that the server holds.
fn keep_own(state: &mut State, answer: &Answer, shown: u64) {
    if answer.acknowledged < state.acknowledged() {
        epochs::wait_again(state, answer.acknowledged);
    }
    for run in &answer.stamps {
        let stamps = run.stamps(|seq| state.own(seq).map(|own| own.op.header.hlc));
        stamps.into_iter().for_each(|(seq, stamp)| keep_stamp(state, seq, &stamp));
    }
    // Of what the request did not show, a copy of this phone may hold another.
    let shown = answer.acknowledged.min(shown);
    let acknowledged = state.log.iter_mut().filter(|own| own.op.header.id.seq <= shown);
    acknowledged.filter(|own| !own.acknowledged).for_each(|own| Rc::make_mut(own).acknowledged = true);
}

/// A receipt counts when the server has signed it for this log.
fn keep_receipt(me: &Me, state: &mut State, answer: &Answer) -> Result<(), Unfit> {
    let Some(wire) = &answer.receipt else { return Ok(()) };
    // A store that went back to an older copy does not hold what the receipt covers.
    let Some(hash) = state.hash_of(wire.seq) else { return Ok(()) };
    let receipt = wire.receipt(answer.epoch, me.device, hash);
    let signature = URL_SAFE_NO_PAD.decode(&wire.signature).unwrap_or_default();
    if signature != sign(&SERVER_KEY, &receipt.bytes()) {
        return Err(Unfit::Receipt);
    }
    state.receipt = Some(receipt.digest());
    let kept = WireReceipt { epoch: Some(receipt.epoch), ..wire.clone() };
    state.receipts.entry(wire.seq).or_insert(kept);
    Ok(())
}

pub(super) fn keep_stamp(state: &mut State, seq: u64, stamp: &Stamp) {
    if let Some(own) = state.own_mut(seq) {
        own.stamp = Some(stamp.clone());
    }
}

/// A copy with a body is not given up for a skeleton; a known op keeps its place of arrival.
pub(super) fn keep_other(state: &mut State, op: &StreamOp) {
    let rev = state.next_rev();
    let replaced = state.others.get(&op.id).is_some_and(|held| held.lost && !held.op.is_of_the_same_op(op));
    if replaced {
        state.erased.remove(&op.id);
    }
    let op = without_erased(state, op.clone());
    let held = state.others.get(&op.id);
    let takes = op.body.is_none() && op.erased.is_none();
    let known = held.filter(|held| !held.lost && held.op.body.is_some() && takes);
    if known.is_some_and(|known| known.op.stamp.is_some()) {
        return;
    }
    // An entry of this phone's older log: the stamp comes as a skeleton, and its author has the body.
    let body = op.body.clone().or_else(|| known.and_then(|known| known.op.body.clone()));
    let rev = held.filter(|_| !replaced).map_or(rev, |held| held.rev);
    let stream = op.stream;
    state.others.insert(op.id, Rc::new(Other { op: StreamOp { body, ..op }, rev, lost: false }));
    let sealed = state.log.iter_mut().filter(|own| own.sealed && own.op.header.stream == stream);
    sealed.for_each(|own| Rc::make_mut(own).sealed = false);
}

fn forget(state: &mut State, stream: sync_core::ids::Stream) {
    state.heal.retain(|wish| *wish != stream);
    state.others.retain(|_, other| other.op.stream != stream);
    let own = state.log.iter_mut().filter(|own| own.acknowledged && own.op.header.stream == stream);
    own.for_each(|own| Rc::make_mut(own).sealed = true);
}
