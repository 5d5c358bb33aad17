//! Applies an answer in one transaction: receipt, own stamps, feeds, cursor, clock.
//!
//! The outbox is cleared in the transaction that keeps its results, and the cursor moves in the
//! transaction of the data that it covers. Does not judge: dispositions come with the stamps.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, TransactionBehavior};
use sync_core::clock::{Hlc, Reading};
use sync_core::ids::Record;
use sync_core::stamp::Stamp;
use sync_core::sync::answer::{Answer, Directive, FeedEntry, More};
use sync_core::sync::epoch::{Epoch, Renewed};
use sync_core::sync::receipt::WireReceipt;
use sync_core::sync::room::Room;
use sync_core::sync::session::{Agreed, Parted, parted};

use crate::clock;
use crate::device::{Device, me};
use crate::event::Event;
use crate::keys;
use crate::problem::Problem;
use crate::store::meta::{self, key};
use crate::store::recovery::{self, Because};
use crate::store::{epoch, erasure, forget, ops, others, reference, state};
use crate::sync::recover;
use crate::sync::request::Request;
use crate::sync::told;
use crate::sync::wipe;
use sync_core::command::Member;

/// What an answer brought.
#[derive(Debug)]
pub(crate) struct Applied {
    pub(crate) pushed: u64,
    pub(crate) pulled: u64,
    /// What to tell whoever listens, now that it is saved.
    pub(crate) events: Vec<Event>,
}

/// Applies an answer.
pub(crate) fn apply(device: &Device, answer: &Answer, request: &Request) -> Result<Applied, Problem> {
    let reading = device.reading();
    let mut store = device.store();
    let me = me(&store)?;
    let tx = store.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let before = ops::acknowledged(&tx)?;
    keep_receipt(&tx, &me, answer)?;
    let mut events = told::refused(&tx, me.device, answer)?;
    let mut touched = BTreeSet::new();
    renew_epoch(&tx, answer.epoch, &answer.epochs, &mut touched)?;
    recover::known(&tx)?;
    if note_parted(&tx, answer)? == Parted::No {
        if answer.acknowledged < before {
            epoch::wait_again(&tx, answer.acknowledged, &mut touched)?;
        }
        keep_stamps(&tx, answer, &mut touched)?;
        // Of what this request did not show, a copy of this phone may hold another.
        let shown = answer.acknowledged.min(request.tip.seq);
        ops::acknowledge(&tx, shown)?;
        if request.left == 0 {
            recover::told(&tx)?;
        }
    }
    let agreed = Agreed::of(me.device, ops::acknowledged(&tx)?, answer);
    let latest = keep_feed(&tx, agreed, answer, &mut touched)?;
    epoch::compare(&tx, me.device, answer)?;
    let mut were_open = Vec::with_capacity(touched.len());
    for record in touched {
        were_open.push((record, state::open_conflicts_of(&tx, record)?));
    }
    if answer.feed.iter().any(|entry| matches!(entry, FeedEntry::Reference(_))) {
        state::refold_all(&tx)?;
    }
    state::refold(&tx, were_open.iter().map(|(record, _)| *record))?;
    for (record, were_open) in were_open {
        events.extend(told::changed(record, were_open, state::open_conflicts_of(&tx, record)?));
    }
    keep_clock(&tx, answer.now_ms, reading, latest)?;
    keep_place(&tx, &me, answer)?;
    events.extend(told::asked(&tx, answer)?);
    tx.commit()?;
    erasure::scrub(&store)?;
    let pushed = answer.acknowledged.min(request.tip.seq).saturating_sub(before);
    Ok(Applied { pushed, pulled: answer.feed.len() as u64, events })
}

/// Notes what the answer says of this log, and gives it.
fn note_parted(db: &Connection, answer: &Answer) -> Result<Parted, Problem> {
    let parted = parted(answer, ops::tip(db)?.seq);
    match parted {
        Parted::No => {}
        Parted::Fork => recover::note(db, Because::Fork)?,
        Parted::Behind => {
            meta::keep(db, key::DIRECTIVE, &Directive::ReEnrol)?;
            recover::note(db, Because::Restored)?;
        }
    }
    Ok(parted)
}

/// A receipt counts when the server that this device knows has signed it. One that covers more than
/// this log holds says that the store went back to an older copy: it can be neither checked nor cited,
/// and must not keep the rest of the answer out.
fn keep_receipt(db: &Connection, me: &Member, answer: &Answer) -> Result<(), Problem> {
    let Some(wire) = &answer.receipt else { return Ok(()) };
    let Some(hash) = ops::hash_of(db, wire.seq)? else { return Ok(()) };
    let receipt = wire.receipt(answer.epoch, me.device, hash);
    if !keys::verifies(&me.server_key, &receipt.bytes(), &wire.signature) {
        return Err(Problem::new("receipt_wrong", ""));
    }
    epoch::keep_receipt(db, &WireReceipt { epoch: Some(receipt.epoch), ..wire.clone() })?;
    meta::keep(db, key::RECEIPT, &receipt.digest())
}

/// The server holds this device's log up to a seq: what was acknowledged beyond waits again.
pub(crate) fn wait_again(device: &Device, held: u64) -> Result<(), Problem> {
    in_one(device, |db, touched| epoch::wait_again(db, held, touched))
}

/// The server has begun another epoch.
pub(crate) fn renew(device: &Device, epochs: &[Epoch]) -> Result<(), Problem> {
    let present = epochs.last().ok_or_else(|| Problem::new("answer_malformed", ""))?.id;
    in_one(device, |db, touched| renew_epoch(db, present, epochs, touched))
}

fn in_one(
    device: &Device,
    change: impl FnOnce(&Connection, &mut BTreeSet<Record>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let mut store = device.store();
    let tx = store.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut touched = BTreeSet::new();
    change(&tx, &mut touched)?;
    state::refold(&tx, touched)?;
    Ok(tx.commit()?)
}

/// The server is in another epoch: stamps beyond what its history still contains count no longer.
fn renew_epoch(
    db: &Connection,
    present: uuid::Uuid,
    epochs: &[Epoch],
    touched: &mut BTreeSet<Record>,
) -> Result<(), Problem> {
    let known: Option<uuid::Uuid> = meta::value(db, key::EPOCH)?;
    if known == Some(present) {
        return Ok(());
    }
    let mine: Option<Vec<Epoch>> = meta::value(db, key::EPOCHS)?;
    let mine = mine.unwrap_or_else(|| known.into_iter().map(Epoch::of_enrolment).collect());
    let theirs = if epochs.is_empty() { vec![Epoch::of_enrolment(present)] } else { epochs.to_vec() };
    let Renewed { agree_upto, epochs } = sync_core::sync::epoch::renew(&mine, &theirs);
    if let Some(upto) = agree_upto {
        epoch::unstamp(db, upto, touched)?;
    }
    meta::keep(db, key::EPOCH, &present)?;
    meta::keep(db, key::EPOCHS, &epochs)
}

fn keep_stamps(db: &Connection, answer: &Answer, touched: &mut BTreeSet<Record>) -> Result<(), Problem> {
    for run in &answer.stamps {
        let clocks: BTreeMap<u64, Hlc> = ops::own_ops(db, run.seq, run.count.min(u64::MAX >> 1))?
            .iter()
            .map(|own| (own.op.header.id.seq, own.op.header.hlc))
            .collect();
        let known = run.count.min(clocks.len() as u64);
        let run = sync_core::sync::answer::StampRun { count: known, ..run.clone() };
        for (seq, stamp) in run.stamps(|seq| clocks.get(&seq).copied()) {
            keep_stamp(db, seq, &stamp, touched)?;
        }
    }
    Ok(())
}

fn keep_stamp(
    db: &Connection,
    seq: u64,
    stamp: &Stamp,
    touched: &mut BTreeSet<Record>,
) -> Result<(), Problem> {
    let stream = ops::keep_stamp(db, seq, stamp)?;
    touched.extend(stream.map(|stream| stream.record));
    Ok(())
}

/// Keeps a page of the feeds and gives the latest clock in it.
fn keep_feed(
    db: &Connection,
    agreed: Agreed,
    answer: &Answer,
    touched: &mut BTreeSet<Record>,
) -> Result<Option<Hlc>, Problem> {
    let (me, mut latest) = (agreed.device(), None);
    for entry in answer.feed.iter().filter(|entry| !agreed.is_of_a_copy(entry)) {
        match entry {
            FeedEntry::Op(op) if op.id.device == me => {
                if let Some(erased) = &op.erased {
                    touched.extend(erasure::erase(db, me, op.id, erased)?);
                }
                if let Some(stamp) = &op.stamp {
                    keep_stamp(db, op.id.seq, stamp, touched)?;
                    forget::restore(db, op)?;
                    forget::regain(db, op.stream)?;
                }
            }
            FeedEntry::Op(op) => {
                if let Some(erased) = &op.erased {
                    erasure::erase(db, me, op.id, erased)?;
                }
                others::keep_other(db, op)?;
                touched.insert(op.stream.record);
                latest = latest.max(Some(op.eff()));
            }
            FeedEntry::Stamped { id, stamp } if id.device == me => {
                keep_stamp(db, id.seq, stamp, touched)?;
            }
            FeedEntry::Stamped { .. } => {}
            FeedEntry::Whole(whole) => {
                epoch::heal(db, agreed, whole)?;
                touched.insert(whole.stream.record);
            }
            FeedEntry::Forget { stream } => {
                epoch::healed(db, *stream)?;
                forget::forget(db, *stream)?;
                touched.insert(stream.record);
            }
            FeedEntry::Erased { id, erased, .. } => {
                touched.extend(erasure::erase(db, me, *id, erased)?);
            }
            FeedEntry::Extract(extract) => reference::keep_extract(db, extract)?,
            FeedEntry::Reference(bundle) => reference::keep_bundle(db, bundle, answer.now_ms)?,
        }
    }
    Ok(latest)
}

/// The server's time, and the hybrid clock that follows the batch.
fn keep_clock(db: &Connection, server_ms: u64, then: Reading, latest: Option<Hlc>) -> Result<(), Problem> {
    clock::hear(db, server_ms, then)?;
    let saved: Hlc = meta::value(db, key::HLC)?.unwrap_or_default();
    let clock = saved.reset_if_ahead(server_ms);
    let clock = latest.map_or(clock, |latest| clock.follow(latest, server_ms));
    meta::keep(db, key::HLC, &clock)
}

fn keep_place(db: &Connection, me: &Member, answer: &Answer) -> Result<(), Problem> {
    meta::keep(db, key::CURSOR, &answer.cursor)?;
    meta::keep(db, key::LAST_SYNC, &answer.now_ms)?;
    meta::keep(db, key::MORE, &(answer.more == More::Yes))?;
    if answer.more == More::No {
        reference::confirm_rules(db, answer.now_ms)?;
    }
    meta::keep(db, key::BACKED_UP, &answer.backed_up)?;
    let safe = answer.backed_up.min(answer.acknowledged);
    ops::drop_seeds(db, safe)?;
    recovery::drop_backed_up(db, safe)?;
    forget::drop_backed_up(db, safe)?;
    epoch::drop_receipts(db, answer.backed_up)?;
    let room: Room = meta::value(db, key::ROOM)?.unwrap_or_default();
    if room.told().is_some() {
        meta::keep(db, key::ROOM, &room.after_answer())?;
    }
    for directive in &answer.directives {
        meta::keep(db, key::DIRECTIVE, directive)?;
        match directive {
            Directive::Wipe => wipe::wipe(db, me, answer.backed_up)?,
            Directive::ReEnrol | Directive::Upgrade => {}
        }
    }
    Ok(())
}
