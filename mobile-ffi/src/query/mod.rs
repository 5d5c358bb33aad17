//! Queries: what the device holds, answered by [`sync_core::query`] from one read transaction.
//!
//! Each answer carries `as_of`, which a command made on it hands back. Which record somebody opened is noted beside the
//! log, for the audit: [`note`]. Does not write anything else.

mod lists;
mod recovery;

use serde::Serialize;
use serde_json::{Value, json};
use sync_core::command::as_of;
use sync_core::ids::Record;
use sync_core::query::device::Status;
use sync_core::query::{OfDevice, Query};
use sync_core::sync::consulted::ConsultedFor;

use crate::clock;
use crate::command::book::Book;
use crate::device::{Device, member};
use crate::problem::Problem;
use crate::store::meta;

/// A referral that an answer is about, to be noted.
pub(crate) struct Opened {
    record: Record,
    purpose: ConsultedFor,
    now_ms: u64,
}

/// Answers a query, and gives what it opened.
pub(crate) fn answer(device: &Device, json: &Value) -> Result<(Value, Option<Opened>), Problem> {
    let query = Query::parse(json)?;
    let reading = device.reading();
    let store = device.store();
    // One read transaction, so that an answer never mixes two states of the store.
    let tx = store.db.unchecked_transaction()?;
    let held = store.held.begin(&tx)?;
    let state = meta::state(&tx)?;
    let (rev, now) = (state.rev, clock::now(&state, reading));
    let mut opened = None;
    // A phone that must enrol again still says how it stands.
    let mut answer = match query {
        Query::Records(records) => {
            let member = member(&state)?;
            let book = Book { db: &tx, held, state, member, now, as_of: rev };
            let answer = records.answer(&book)?;
            let opens = records.opens(&book)?;
            opened = opens.map(|(record, purpose)| Opened { record, purpose, now_ms: now.ms });
            answer
        }
        Query::OfDevice(OfDevice::ListWaiting(list)) => {
            member(&state)?;
            plain(&lists::outbox(&tx, &list)?)
        }
        Query::OfDevice(OfDevice::ListRefused(_)) => {
            member(&state)?;
            plain(&lists::refused(&tx)?)
        }
        Query::OfDevice(OfDevice::HowFar(_)) => {
            let sealed = store.is_sealed();
            plain(&Status { sealed, ..lists::status(&tx, &state, device, now, reading)? })
        }
        Query::OfDevice(OfDevice::WhoAmI(_)) => {
            plain(&lists::whoami(&member(&state)?, device.present_signer().as_deref()))
        }
        Query::OfDevice(OfDevice::ListDrafts(_)) => plain(&lists::drafts(&tx)?),
    };
    answer["as_of"] = json!(as_of(rev));
    Ok((answer, opened))
}

/// Notes that a record was opened; the same within an hour is the same opening, and costs no write.
pub(crate) fn note(device: &Device, opened: &Opened) -> Result<(), Problem> {
    let Opened { record, purpose, now_ms } = opened;
    let store = device.store();
    let tx = store.db.unchecked_transaction()?;
    let was = meta::state(&tx)?;
    let mut state = was.clone();
    if state.openings.note(record.id, *purpose, *now_ms) {
        meta::keep_state(&tx, &was, &state)?;
        tx.commit()?;
    }
    Ok(())
}

fn plain(answer: &impl Serialize) -> Value {
    serde_json::to_value(answer).expect("an answer is plain data")
}
