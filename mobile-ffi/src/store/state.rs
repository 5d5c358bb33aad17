//! The fold of each stream, kept beside the ops and written in the transaction that changed them.
//!
//! Does not hold anything that could not be computed again.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use sync_core::ids::{Record, Stream};
use sync_core::referral::fold::{StreamState, fold};

use crate::problem::Problem;
use crate::store::meta::{self, key};
use crate::store::ops;

/// The newest revision of the store: what a view shows when it is opened now.
pub(crate) fn revision(db: &Connection) -> Result<u64, Problem> {
    Ok(meta::value(db, key::REV)?.unwrap_or_default())
}

/// The folded streams of a record, from its ops.
pub(crate) fn folded(db: &Connection, record: Record) -> Result<BTreeMap<Stream, StreamState>, Problem> {
    let held = ops::of_record(db, record)?;
    let streams = ops::histories(&held, u64::MAX);
    Ok(streams.iter().map(|(stream, history)| (*stream, fold(history))).collect())
}

/// Folds the streams of a record anew and keeps what came of it.
pub(crate) fn refold(db: &Connection, record: Record) -> Result<(), Problem> {
    db.execute("DELETE FROM stream_state WHERE record = ?1", [record.to_string()])?;
    let insert = "INSERT INTO stream_state (stream, record, digest, conflicts) VALUES (?1, ?2, ?3, ?4)";
    for (stream, state) in folded(db, record)? {
        let digest = state.digest().to_string();
        let row = params![stream.to_string(), record.to_string(), digest, state.conflicts.len()];
        db.prepare_cached(insert)?.execute(row)?;
    }
    Ok(())
}
