//! Streams that the reader has lost: what was in them goes, what this phone wrote in them is never lost.
//!
//! ```text
//!   forget ─▶ others' ops deleted; own ops sealed: kept, pushed, never shown
//!     ├── a form that was opened before ─▶ saved upon what its author saw, sealed like the others
//!     ├── two backups hold an own op ─▶ its content goes too, its place in the log stays
//!     └── the stream comes back ─▶ shown again; content that went is asked for
//! ```
//! Of what was seen only ids and deps are kept: they say what a later op builds on. Does not decide what
//! is lost: the server's feed says so.

use rusqlite::{Connection, OptionalExtension as _, params};
use sync_core::clock::Hlc;
use sync_core::ids::{DeviceId, OpId, Record, Stream, UserId};
use sync_core::op::{VOCABULARY, body_digest};
use sync_core::phone::Held;
use sync_core::stream::StreamOp;
use uuid::Uuid;

use crate::problem::Problem;
use crate::store::epoch;
use crate::store::meta::{self, key};
use crate::store::ops;

/// Deletes a stream; own ops in it stay, sealed.
pub(crate) fn forget(db: &Connection, stream: Stream) -> Result<(), Problem> {
    let gone = meta::next(db, key::REV)?;
    let name = stream.to_string();
    for Held { op, rev } in ops::of_record(db, stream.record)? {
        if op.stream == stream {
            note(db, stream, op.id, &op.deps, rev, gone)?;
        }
    }
    db.prepare_cached("DELETE FROM stream_op WHERE stream = ?1")?.execute([&name])?;
    let sealed = "UPDATE own_op SET sealed = 1 WHERE record = ?1 AND stream = ?2";
    db.prepare_cached(sealed)?.execute(params![stream.record.to_string(), name])?;
    meta::keep(db, key::UNSCRUBBED, &true)
}

fn note(
    db: &Connection,
    stream: Stream,
    id: OpId,
    deps: &[OpId],
    rev: u64,
    gone: u64,
) -> Result<(), Problem> {
    let deps = serde_json::to_string(deps).expect("ids are plain data");
    let insert = "INSERT OR REPLACE INTO forgotten (device, seq, record, stream, deps, rev, gone)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let (record, name) = (stream.record.to_string(), stream.to_string());
    let row = params![id.device.to_string(), id.seq, record, name, deps, rev, gone];
    db.prepare_cached(insert)?.execute(row)?;
    Ok(())
}

/// Seals an own op that was just written, when its stream is one that the reader has lost.
pub(crate) fn seal_new(db: &Connection, op: &StreamOp) -> Result<(), Problem> {
    let Some(gone) = gone_at(db, op.stream)? else { return Ok(()) };
    ops::seal(db, op.id.seq)?;
    note(db, op.stream, op.id, &op.deps, gone, gone)
}

/// At which revision a stream was lost; nothing for one that is held, or never was.
fn gone_at(db: &Connection, stream: Stream) -> Result<Option<u64>, Problem> {
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

/// What the lost streams of a record held, as ops that say nothing but what they built on. A view that was
/// opened after a stream was lost showed nothing of it.
pub(crate) fn of_record(db: &Connection, record: Record, as_of: u64) -> Result<Vec<Held>, Problem> {
    let sql = "SELECT device, seq, stream, deps, IIF(gone > ?2, rev, ?3) FROM forgotten WHERE record = ?1";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map(params![record.to_string(), as_of, i64::MAX], |row| {
        let text = |column| row.get::<_, String>(column);
        Ok((text(0)?, row.get(1)?, text(2)?, text(3)?, row.get(4)?))
    })?;
    rows.map(|row| held(row?)).collect()
}

fn held((device, seq, stream, deps, rev): (String, u64, String, String, u64)) -> Result<Held, Problem> {
    let unreadable = || Problem::new("store_unreadable", "what an entry builds on cannot be read");
    let device: DeviceId = device.parse().map_err(|_| unreadable())?;
    let op = StreamOp {
        id: OpId { device, seq },
        stream: stream.parse().map_err(|_| unreadable())?,
        deps: serde_json::from_str(&deps).map_err(|_| unreadable())?,
        hlc: Hlc::default(),
        author: UserId(Uuid::nil()),
        kind: "forgotten.entry".parse().expect("it is written as kinds are"),
        vocabulary: VOCABULARY,
        body: None,
        erased: None,
        stamp: None,
    };
    Ok(Held { op, rev })
}

/// A stream came back: own ops in it are shown again, and those whose content has gone are asked for.
pub(crate) fn regain(db: &Connection, stream: Stream) -> Result<(), Problem> {
    let name = stream.to_string();
    db.prepare_cached("UPDATE own_op SET sealed = 0 WHERE stream = ?1 AND sealed = 1")?.execute([&name])?;
    if db.prepare_cached("DELETE FROM forgotten WHERE stream = ?1")?.execute([&name])? == 0 {
        return Ok(());
    }
    let sql = "SELECT 1 FROM own_op WHERE stream = ?1 AND body IS NULL LIMIT 1";
    if db.prepare_cached(sql)?.query_row([&name], |_| Ok(())).optional()?.is_some() {
        epoch::wish(db, stream)?;
    }
    Ok(())
}

/// Deletes the content of own ops in lost streams that two verified backups hold; the log stays whole.
pub(crate) fn drop_backed_up(db: &Connection, backed_up: u64) -> Result<(), Problem> {
    let sql = "UPDATE own_op SET body = NULL WHERE sealed = 1 AND body IS NOT NULL AND seq <= ?1
         AND stream IN (SELECT stream FROM forgotten)";
    if db.prepare_cached(sql)?.execute([backed_up])? > 0 {
        meta::keep(db, key::UNSCRUBBED, &true)?;
    }
    Ok(())
}

/// Takes back the content of an own op, when it is what the log says.
pub(crate) fn restore(db: &Connection, op: &StreamOp) -> Result<(), Problem> {
    let Some(body) = op.body.as_deref() else { return Ok(()) };
    let own = ops::own_ops(db, op.id.seq, 1)?.into_iter().next();
    let fits = own.is_some_and(|own| {
        own.op.header.id == op.id
            && own.op.body.is_none()
            && body_digest(own.op.salt, body) == own.op.header.body_digest
    });
    if fits {
        db.prepare_cached("UPDATE own_op SET body = ?2 WHERE seq = ?1")?.execute(params![op.id.seq, body])?;
    }
    Ok(())
}
