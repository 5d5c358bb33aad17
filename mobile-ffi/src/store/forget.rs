//! What is left of streams that the reader has lost, as commands look it up.
//!
//! Of what was seen only ids and deps are kept: they say what a later op builds on. Does not decide what is lost, and
//! does not forget: see [`sync_core::phone`].

use rusqlite::{Connection, OptionalExtension as _, params};
use sync_core::ids::{DeviceId, OpId, Record, Stream};
use sync_core::phone::Held;
use sync_core::phone::rows::Gone;

use crate::problem::Problem;

/// At which revision a stream was lost; nothing for one that is held, or never was.
pub(crate) fn gone_at(db: &Connection, stream: Stream) -> Result<Option<u64>, Problem> {
    Ok(db
        .prepare_cached("SELECT MAX(gone) FROM forgotten WHERE stream = ?1")?
        .query_row([stream.to_string()], |row| row.get(0))?)
}

/// Whether a view of this revision still showed something of a record that is lost now.
pub(crate) fn was_shown(db: &Connection, record: Record, as_of: u64) -> Result<bool, Problem> {
    let sql = "SELECT 1 FROM forgotten WHERE record = ?1 AND gone > ?2 LIMIT 1";
    Ok(db
        .prepare_cached(sql)?
        .query_row(params![record.to_string(), as_of], |_| Ok(()))
        .optional()?
        .is_some())
}

/// Whether a stream of a record was lost.
pub(crate) fn has_lost(db: &Connection, record: Record) -> Result<bool, Problem> {
    let sql = "SELECT EXISTS (SELECT 1 FROM forgotten WHERE record = ?1)";
    Ok(db.prepare_cached(sql)?.query_row([record.to_string()], |row| row.get(0))?)
}

/// What the lost streams of a record held, as ops that say nothing but what they built on. A view that was
/// opened after a stream was lost showed nothing of it.
pub(crate) fn of_record(db: &Connection, record: Record, as_of: u64) -> Result<Vec<Held>, Problem> {
    let sql = "SELECT device, seq, stream, deps, rev, gone FROM forgotten WHERE record = ?1";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([record.to_string()], |row| {
        let text = |column| row.get::<_, String>(column);
        Ok((text(0)?, row.get(1)?, text(2)?, text(3)?, row.get(4)?, row.get(5)?))
    })?;
    let unreadable = || Problem::new("store_unreadable", "what an entry builds on cannot be read");
    let held = |row: rusqlite::Result<(String, u64, String, String, u64, u64)>| {
        let (device, seq, stream, deps, rev, gone) = row?;
        let device: DeviceId = device.parse().map_err(|_| unreadable())?;
        let stream = stream.parse().map_err(|_| unreadable())?;
        let deps = serde_json::from_str(&deps).map_err(|_| unreadable())?;
        Ok(Gone { stream, deps, rev, gone }.held(OpId { device, seq }, as_of))
    };
    rows.map(held).collect()
}
