//! Why a phone must enrol again, and the logs that it wrote before.
//!
//! Does not decide what is written anew: see [`sync_core::sync::recovery`].

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};
use sync_core::ids::DeviceId;
use sync_core::log::Tip;
use sync_core::op::{Op, Salt, parse_layout};
use sync_core::stamp::Stamp;

use crate::problem::Problem;
use crate::store::meta::{self, key};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Because {
    /// Another phone wrote on under this one's name.
    Fork,
    /// The file was damaged; what could be read was salvaged.
    Damaged,
    /// The store is older than what this phone had saved.
    Restored,
    /// The phone's key is not the one that was enrolled, or the server does not know it.
    KeyLost,
}

/// Why this phone must enrol again, or may have to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recovery {
    pub(crate) because: Because,
    /// The device whose log it is; none when the store does not say.
    pub(crate) device: Option<DeviceId>,
    /// The last op that is known to have been saved.
    pub(crate) known: Tip,
    /// The last op that the store holds of it without a gap.
    pub(crate) reads: u64,
    /// How many entries up to it cannot be read.
    pub(crate) unread: u64,
    /// Certain, or to be told by the next synchronisation.
    pub(crate) certain: Certain,
}

/// Whether enrolling again is needed, or only may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Certain {
    /// It is needed.
    Yes,
    /// The next synchronisation tells.
    NotYet,
}

/// Why this phone must enrol again; nothing when all is well.
pub(crate) fn state(db: &Connection) -> Result<Option<Recovery>, Problem> {
    meta::value(db, key::RECOVERY)
}

/// Notes it; what was noted first stays the reason. Only an unknown key takes the place of what is not certain yet.
pub(crate) fn note(db: &Connection, new: Recovery) -> Result<(), Problem> {
    let noted = match state(db)? {
        Some(first) if first.certain == Certain::NotYet && new.because == Because::KeyLost => {
            Recovery { because: new.because, certain: new.certain, ..first }
        }
        Some(first) => Recovery { certain: new.certain, ..first },
        None => new,
    };
    meta::keep(db, key::RECOVERY, &noted)
}

/// Adds to the count of what is known to be lost.
pub(crate) fn add_lost(db: &Connection, entries: u64) -> Result<(), Problem> {
    let lost: u64 = meta::value(db, key::LOST)?.unwrap_or_default();
    if entries == 0 { Ok(()) } else { meta::keep(db, key::LOST, &(lost + entries)) }
}

/// An op of an old log.
pub(crate) struct Old {
    pub(crate) op: Op,
    pub(crate) command: u64,
    pub(crate) rev: u64,
    pub(crate) sealed: bool,
    pub(crate) stamp: Option<Stamp>,
}

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
    db.prepare_cached("INSERT INTO old_seed SELECT ?1, first_seq, bytes FROM seed")?.execute([&device])?;
    db.execute_batch("DELETE FROM own_op; DELETE FROM seed;")?;
    Ok(())
}

/// Notes what became of an op of an old log.
pub(crate) fn set_state(db: &Connection, device: DeviceId, seq: u64, state: &str) -> Result<(), Problem> {
    let sql = "UPDATE old_op SET state = ?3 WHERE device = ?1 AND seq = ?2";
    db.prepare_cached(sql)?.execute(params![device.to_string(), seq, state])?;
    Ok(())
}

/// Drops old logs once the new one is in the server's backups: these hold the old one too, which the
/// server had before.
pub(crate) fn drop_backed_up(db: &Connection, backed_up: u64) -> Result<(), Problem> {
    let until: Option<u64> = meta::value(db, key::OLD_UNTIL)?;
    if until.is_some_and(|until| backed_up >= until) {
        db.execute_batch("DELETE FROM old_op WHERE state <> 'waiting'; DELETE FROM old_seed;")?;
        meta::drop(db, key::OLD_UNTIL)?;
    }
    Ok(())
}
