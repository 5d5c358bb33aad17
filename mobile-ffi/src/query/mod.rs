//! Queries: what the device holds, answered by [`sync_core::query`] from one read transaction.
//!
//! Each answer carries `as_of`, which a command made on it hands back. Does not write.

mod lists;
mod recovery;

use serde::Serialize;
use serde_json::{Value, json};
use sync_core::command::as_of;
use sync_core::query::device::Status;
use sync_core::query::{OfDevice, Query};

use crate::clock;
use crate::command::book::Book;
use crate::device::{Device, member};
use crate::problem::Problem;
use crate::store::meta;

/// Answers a query.
pub(crate) fn answer(device: &Device, json: &Value) -> Result<Value, Problem> {
    let query = Query::parse(json)?;
    let reading = device.reading();
    let store = device.store();
    // One read transaction, so that an answer never mixes two states of the store.
    let tx = store.db.unchecked_transaction()?;
    let held = store.held.begin(&tx)?;
    let state = meta::state(&tx)?;
    let (rev, now) = (state.rev, clock::now(&state, reading));
    // A phone that must enrol again still says how it stands.
    let mut answer = match query {
        Query::Records(records) => {
            let member = member(&state)?;
            records.answer(&Book { db: &tx, held, state, member, now, as_of: rev })?
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
    Ok(answer)
}

fn plain(answer: &impl Serialize) -> Value {
    serde_json::to_value(answer).expect("an answer is plain data")
}
