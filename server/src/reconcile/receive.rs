//! The write job of a push: what the server holds already is skipped, what is new is appended.
//!
//! Which is which decides [`sync_core::sync::accept`]. Does not judge: see [`super::round`].

use sync_core::clock::Hlc;
use sync_core::ids::{Digest, OpId};
use sync_core::op::Op;
use sync_core::stamp::Stamp;
use sync_core::sync::accept::{Decision, Holds, Shown, decide};
use sync_core::sync::answer::{Directive, StampRun, code_runs};
use sync_core::sync::consulted::ConsultedUpto;
use sync_core::sync::pending::tells_news;
use sync_core::sync::push::Served;
use sync_core::sync::receipt::WireReceipt;

use super::round::Round;
use super::verify::Opened;
use super::{consulted, epochs, forks, receipts, received};
use crate::fault::Fault;
use crate::keys::Signatures;
use crate::store::people::LastSeen;
use crate::store::rows::{Admitted, DeviceRow, Held, Revoked, ServerRow, SignedStatement};
use crate::store::{Reads, Writes};

/// What became of a push.
pub(super) enum Received {
    /// It is stored; or it is a fork, and its branch is.
    Accepted(Box<Accepted>),
    /// The counter was used before; nothing is stored.
    CounterOld(u64),
    /// Ops are missing after this one; nothing is stored.
    Gap(u64),
    /// The device knows another epoch; nothing is stored.
    EpochOther,
}

/// Whether the entries of a push are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Entries,
    /// A revoked device has pushed as many as are taken of one.
    Nothing,
}

/// The device's own part of the answer.
#[derive(Default)]
pub(super) struct Accepted {
    pub(super) receipt: Option<WireReceipt>,
    pub(super) acknowledged: u64,
    pub(super) stamps: Vec<StampRun>,
    pub(super) directives: Vec<Directive>,
    pub(super) consulted: Option<ConsultedUpto>,
}

pub(super) fn receive(
    tx: &dyn Writes,
    server: &ServerRow,
    key: &dyn Signatures,
    (push, takes): (&Opened, Takes),
    now_ms: u64,
) -> Result<Received, Fault> {
    let device = tx.device(push.sender.device)?.ok_or(Fault::Unknown("device"))?;
    let known = match decision(tx, push, &device)? {
        Decision::CounterOld(counter) => return Ok(Received::CounterOld(counter)),
        Decision::Gap(seq) => return Ok(Received::Gap(seq)),
        Decision::Fork { common } => {
            tx.set_counter(device.id, push.counter)?;
            forks::keep(tx, server, push, common, now_ms)?;
            let directives = [Directive::ReEnrol].into_iter().chain(wipe(&device)).collect();
            // What lies on the branch is stored, and yet not part of the log: it stays in the outbox.
            let kept = Accepted { acknowledged: common, directives, ..Accepted::default() };
            return Ok(Received::Accepted(Box::new(kept)));
        }
        Decision::Follows { known } => known,
    };
    tx.set_counter(device.id, push.counter)?;
    tx.seen(device.id, LastSeen { at_ms: now_ms, vocabulary: push.vocabulary })?;
    if takes == Takes::Nothing {
        // It stays in the outbox, which the phone seals when it wipes itself.
        let (acknowledged, directives) = (device.tip.seq, wipe(&device).into_iter().collect());
        let kept = Accepted { acknowledged, directives, ..Accepted::default() };
        return Ok(Received::Accepted(Box::new(kept)));
    }
    received::confirmed(tx, server, push, &device, now_ms)?;
    // Who does not know this epoch yet may have to push again what a lost one had acknowledged; but for a log that comes whole.
    let knows_what_counts = push.epoch == Some(server.epoch) || (push.all && push.from == 1);
    if (push.ops.is_empty() || push.all) && knows_what_counts {
        tx.heard(device.id, now_ms)?;
    }
    let new: Vec<(&Op, Digest)> = push.ops.iter().zip(push.hashes.iter().copied()).skip(known).collect();
    let tried_again = keep_behind(tx, push)?;
    if !new.is_empty() || !tried_again.is_empty() {
        let mut round = Round::new(tx, server, now_ms);
        round.retry(tried_again);
        append(round, push, &new)?;
    }
    let consulted = consulted::opened(tx, push, now_ms)?;
    let pushed = stamped(tx, &push.ops)?;
    let stamps = code_runs(push.from, &pushed);
    if !new.is_empty() {
        // A retry may show what was held before as well: the receipt is for what came now.
        let first_new = push.from + known as u64;
        receipts::add(tx, server, key, push, &code_runs(first_new, &pushed[known..]), now_ms)?;
        tracing::info!(device = %device.id, ops = new.len(), last_seq = push.tip.seq, "push stored");
    }
    let receipt = if push.ops.is_empty() { None } else { tx.receipt_covering(device.id, push.tip.seq)? };
    let acknowledged = push.tip.seq.max(device.tip.seq);
    let mut directives: Vec<Directive> = wipe(&device).into_iter().collect();
    if push.served == Served::OutboxOnly {
        directives.push(Directive::Upgrade);
    }
    let receipt = receipt.map(|signed| receipts::wire(&signed, server.epoch));
    Ok(Received::Accepted(Box::new(Accepted { receipt, acknowledged, stamps, directives, consulted })))
}

/// What a revoked device is told, whatever it sends.
fn wipe(device: &DeviceRow) -> Option<Directive> {
    (device.revoked == Revoked::Yes).then_some(Directive::Wipe)
}

fn decision(tx: &dyn Reads, push: &Opened, device: &DeviceRow) -> Result<Decision, Fault> {
    let holds = Holds { counter: device.counter, tip: device.tip };
    let (counter, from, previous) = (push.counter, push.from, push.previous);
    let shown = Shown { counter, from, previous, hashes: &push.hashes };
    decide(holds, shown, |seq| tx.hash_of(OpId { device: device.id, seq }))
}

/// Keeps what the device says of lost ops, and gives its ops that wait when that is news.
fn keep_behind(tx: &dyn Writes, push: &Opened) -> Result<Vec<OpId>, Fault> {
    let device = push.sender.device;
    if push.behind.is_empty() || !tells_news(&tx.behind(device)?, &push.behind) {
        return Ok(Vec::new());
    }
    for (id, causes) in &push.behind {
        tx.keep_behind(device, *id, causes)?;
    }
    Ok(tx.pending()?.iter().map(Held::id).filter(|id| id.device == device).collect())
}

fn append(mut round: Round<'_>, push: &Opened, new: &[(&Op, Digest)]) -> Result<(), Fault> {
    let (tx, now_ms) = (round.tx, round.now_ms);
    if !new.is_empty() {
        tx.add_statement(&SignedStatement {
            device: push.sender.device,
            counter: push.counter,
            tip: push.tip,
            bytes: push.statement.clone(),
            signature: push.signature.to_vec(),
        })?;
    }
    for (op, hash) in new {
        let epochs::Times { received_ms, witnessed, cited } = epochs::times(tx, push, op, now_ms)?;
        round.append(Held {
            op: (*op).clone(),
            hash: *hash,
            received_ms,
            arrived_ms: now_ms,
            witnessed,
            cited,
            admitted: Admitted::No,
            stamp: None,
            erased: None,
        })?;
    }
    round.finish()
}

/// The clocks of some ops with the stamps that they have.
fn stamped(read: &dyn Reads, ops: &[Op]) -> Result<Vec<(Hlc, Option<Stamp>)>, Fault> {
    if ops.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<OpId> = ops.iter().map(|op| op.header.id).collect();
    let mut stamps = read.stamps(&ids)?;
    Ok(ops.iter().map(|op| (op.header.hlc, stamps.remove(&op.header.id))).collect())
}
