//! The logs that a phone wrote before it enrolled again.
//!
//! Does not decide what is written anew: see [`sync_core::sync::recovery`].

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use sync_core::ids::DeviceId;
use sync_core::op::{Op, Salt, parse_layout};
use sync_core::phone::rows::Old;

use crate::problem::Problem;

fn old(row: &Row<'_>) -> rusqlite::Result<Option<Old>> {
    let Ok(header) = parse_layout(row.get_ref(0)?.as_blob()?) else { return Ok(None) };
    let body: Option<String> = row.get(1)?;
    let stamp: Option<String> = row.get(6)?;
    Ok(Some(Old {
        op: Op { header, body: body.map(Into::into), salt: Salt(row.get(2)?) },
        command: row.get(3)?,
        rev: row.get(4)?,
        sealed: row.get(5)?,
        stamp: stamp.and_then(|text| serde_json::from_str(&text).ok()),
    }))
}

/// The ops of an old log that wait to be written anew, in its order.
pub(crate) fn waiting(db: &Connection, device: DeviceId) -> Result<Vec<Old>, Problem> {
    let sql = "SELECT header, body, salt, command, rev, sealed, stamp FROM old_op
         WHERE device = ?1 AND state = 'waiting' ORDER BY seq";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([device.to_string()], old)?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// The ops of old logs that no later log repeats.
pub(crate) fn not_repeated(db: &Connection) -> Result<Vec<Op>, Problem> {
    let sql = "SELECT header, body, salt, command, rev, sealed, stamp FROM old_op
         WHERE state <> 'reissued' ORDER BY device, seq";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([], old)?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().map(|old| old.op).collect())
}

/// How many entries wait in old logs.
pub(crate) fn waiting_count(db: &Connection) -> Result<u64, Problem> {
    let sql = "SELECT COUNT(*) FROM old_op WHERE state = 'waiting'";
    Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// The device of the log that waits, when its store no longer says who it was.
pub(crate) fn waiting_device(db: &Connection) -> Result<Option<DeviceId>, Problem> {
    let sql = "SELECT device FROM old_op WHERE state = 'waiting' LIMIT 1";
    let device: Option<String> = db.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    Ok(device.and_then(|device| device.parse().ok()))
}

/// Makes the own log an old one.
pub(crate) fn set_aside(db: &Connection, device: DeviceId) -> Result<(), Problem> {
    let device = device.to_string();
    let ops = "INSERT INTO old_op
         SELECT ?1, seq, header, body, salt, hash, command, rev, sealed, stamp, 'waiting' FROM own_op";
    db.prepare_cached(ops)?.execute([&device])?;
    db.prepare_cached(
        "INSERT INTO old_seed (device, first_seq, bytes) SELECT ?1, first_seq, bytes FROM seed",
    )?
    .execute([&device])?;
    // Its receipts say nothing of the new log.
    db.execute_batch("DELETE FROM own_op; DELETE FROM seed; DELETE FROM receipt;")?;
    Ok(())
}

/// Notes what became of an op of an old log.
pub(crate) fn set_state(db: &Connection, device: DeviceId, seq: u64, state: &str) -> Result<(), Problem> {
    let sql = "UPDATE old_op SET state = ?3 WHERE device = ?1 AND seq = ?2";
    db.prepare_cached(sql)?.execute(params![device.to_string(), seq, state])?;
    Ok(())
}

/// Drops old logs: the new one is in the server's backups, which hold the old ones too.
pub(crate) fn drop_old_logs(db: &Connection) -> Result<(), Problem> {
    Ok(db.execute_batch("DELETE FROM old_op WHERE state <> 'waiting'; DELETE FROM old_seed;")?)
}
