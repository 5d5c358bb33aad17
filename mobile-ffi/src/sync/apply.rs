//! Applies an answer: one transaction, and then the files are cleaned of what it erased.
//!
//! What an answer changes is [`sync_core::phone::answer`]'s. Does not tell anybody: see `sync`.

use rusqlite::TransactionBehavior;
use sync_core::phone::answer::{self, Came};
use sync_core::phone::epoch;
use sync_core::phone::heal::wishes;
use sync_core::phone::work::Work;
use sync_core::sync::answer::Answer;
use sync_core::sync::epoch::Epoch;

use crate::device::{Device, member};
use crate::event::Event;
use crate::keys;
use crate::problem::Problem;
use crate::store::held::HeldIn;
use crate::store::reads::Reads;
use crate::store::save::save;
use crate::store::{Store, erasure, meta};
use crate::sync::request::Request;

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
    let Store { db, held, .. } = &mut *store;
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let known = held.begin(&tx)?;
    let state = meta::state(&tx)?;
    let me = member(&state)?;
    let (shown, left) = (request.tip.seq, request.left);
    let came = Came { answer, device: me.device, shown, left, reading, verifies: &keys::verifies };
    let answer::Applied { changes, pushed, refused, asked } = answer::apply(&Reads(&tx), state, &came)?;
    let changed = save(known, &changes)?;
    tx.commit()?;
    held.settle(db);
    erasure::scrub(&store)?;
    let events = refused.into_iter().chain(changed).chain(asked).collect();
    Ok(Applied { pushed, pulled: answer.feed.len() as u64, events })
}

/// The server holds this device's log up to a seq: what was acknowledged beyond waits again.
pub(crate) fn wait_again(device: &Device, held: u64) -> Result<(), Problem> {
    in_one(device, |work| epoch::wait_again(work, held))
}

/// The server has begun another epoch.
pub(crate) fn renew(device: &Device, epochs: &[Epoch]) -> Result<(), Problem> {
    let present = epochs.last().ok_or_else(|| Problem::new("answer_malformed", ""))?.id;
    in_one(device, |work| {
        epoch::follow_keys(work, epochs, &keys::verifies)?;
        epoch::renew(work, present, epochs)
    })
}

/// Whether streams are to be asked for whole, now that everything is read.
pub(crate) fn wants_healing(device: &Device) -> Result<bool, Problem> {
    // Most synchronisations find nothing in doubt, and write nothing.
    if meta::state(&device.store().db)?.ask_again.is_empty() {
        return Ok(false);
    }
    in_one(device, |work| {
        epoch::ask_for_what_is_in_doubt(work)?;
        Ok(())
    })?;
    Ok(!wishes(&meta::state(&device.store().db)?).is_empty())
}

fn in_one(
    device: &Device,
    change: impl FnOnce(&mut Work<'_, Reads<'_>>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let mut store = device.store();
    let Store { db, held, .. } = &mut *store;
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    change_in(held.begin(&tx)?, change)?;
    tx.commit()?;
    held.settle(db);
    Ok(())
}

/// Changes what the store holds, in the caller's transaction.
pub(crate) fn change_in(
    held: HeldIn<'_>,
    change: impl FnOnce(&mut Work<'_, Reads<'_>>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let state = meta::state(held.db)?;
    let me = member(&state)?;
    let reads = Reads(held.db);
    let mut work = Work::begin(&reads, state, me.device)?;
    change(&mut work)?;
    save(held, &work.done())?;
    Ok(())
}
