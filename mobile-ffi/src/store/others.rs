//! What others wrote: how much of it the server has lost.
//!
//! Does not keep it: see `save`.

use std::collections::BTreeSet;

use rusqlite::Connection;
use sync_core::phone::state::PhoneState;

use crate::problem::Problem;

/// How many ops of others wait for their authors; what the server's own lost log held never comes.
pub(crate) fn lost(db: &Connection, state: &PhoneState) -> Result<u64, Problem> {
    let ended: BTreeSet<String> = state.epochs.iter().map(|epoch| epoch.log.to_string()).collect();
    let mut query = db.prepare_cached("SELECT device FROM stream_op WHERE lost = 1")?;
    let devices = query.query_map([], |row| row.get::<_, String>(0))?;
    let devices = devices.collect::<Result<Vec<_>, _>>()?;
    Ok(devices.iter().filter(|device| !ended.contains(*device)).count() as u64)
}
