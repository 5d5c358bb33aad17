//! What the device does when the server has lost something, or holds something else.
//!
//! Stamps of what the server lost count no longer; own ops wait again and are shown with their
//! receipts; those of others are kept without effect until they come again. A stream that differs is
//! asked for whole. Never deletes an op that the server lacks.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _, params};
use sync_core::ids::{DeviceId, OpId, Record, Stream};
use sync_core::op::Header;
use sync_core::shape::MAX_PUSH_OPS;
use sync_core::stamp::Stamp;
use sync_core::stream::StreamOp;
use sync_core::sync::answer::{Answer, Whole, brought};
use sync_core::sync::digest::{self, Body};
use sync_core::sync::epoch::Epoch;
use sync_core::sync::pending;
use sync_core::sync::push::MAX_HEAL;
use sync_core::sync::receipt::WireReceipt;
use sync_core::sync::session::Agreed;

use crate::problem::Problem;
use crate::store::erasure;
use crate::store::forget;
use crate::store::meta::{self, key};
use crate::store::ops::{self, Own};
use crate::store::others::{self, Copy};

/// Takes back every stamp beyond a place, and notes of which own ops.
pub(crate) fn unstamp(db: &Connection, upto: u64, touched: &mut BTreeSet<Record>) -> Result<(), Problem> {
    let mut unsure: BTreeSet<u64> = meta::value(db, key::UNSURE)?.unwrap_or_default();
    let sql = "SELECT seq FROM own_op WHERE json_extract(stamp, '$.place') > ?1";
    let mut query = db.prepare(sql)?;
    for seq in query.query_map([upto], |row| row.get(0))? {
        unsure.insert(seq?);
    }
    meta::keep(db, key::UNSURE, &unsure)?;
    let sql = "UPDATE own_op SET stamp = NULL WHERE json_extract(stamp, '$.place') > ?1 RETURNING stream";
    touched.extend(streams_of(db, sql, upto)?.iter().map(|stream| stream.record));
    let mut doubted: BTreeSet<Stream> = meta::value(db, key::DOUBTED)?.unwrap_or_default();
    let sql = "UPDATE stream_op SET lost = 1 WHERE lost = 0 AND json_extract(op, '$.stamp.place') > ?1
         RETURNING stream";
    doubted.extend(streams_of(db, sql, upto)?);
    touched.extend(doubted.iter().map(|stream| stream.record));
    meta::keep(db, key::DOUBTED, &doubted)
}

/// The streams in which a statement changes something.
fn streams_of(db: &Connection, sql: &str, upto: u64) -> Result<BTreeSet<Stream>, Problem> {
    let mut query = db.prepare(sql)?;
    let names = query.query_map([upto], |row| row.get::<_, String>(0))?;
    let names = names.collect::<Result<Vec<_>, _>>()?;
    Ok(names.into_iter().filter_map(|name| name.parse().ok()).collect())
}

/// Own ops beyond a seq wait again.
pub(crate) fn wait_again(db: &Connection, held: u64, touched: &mut BTreeSet<Record>) -> Result<(), Problem> {
    // Their stamps come with the answer, or when they wait no longer.
    let unsure: Option<BTreeSet<u64>> = meta::value(db, key::UNSURE)?;
    if let Some(mut unsure) = unsure {
        unsure.retain(|seq| *seq <= held);
        meta::keep(db, key::UNSURE, &unsure)?;
    }
    let sql = "UPDATE own_op SET acknowledged = 0, stamp = NULL WHERE seq > ?1 AND acknowledged = 1
         RETURNING record";
    let mut query = db.prepare(sql)?;
    let records = query.query_map([held], |row| row.get::<_, String>(0))?;
    for record in records {
        touched.extend(record?.parse::<Record>());
    }
    Ok(())
}

/// How many ops of others wait for their authors; what the server's own lost log held never comes.
pub(crate) fn lost(db: &Connection) -> Result<u64, Problem> {
    let epochs: Vec<Epoch> = meta::value(db, key::EPOCHS)?.unwrap_or_default();
    let ended: BTreeSet<String> = epochs.iter().map(|epoch| epoch.log.to_string()).collect();
    let mut query = db.prepare_cached("SELECT device FROM stream_op WHERE lost = 1")?;
    let devices = query.query_map([], |row| row.get::<_, String>(0))?;
    let devices = devices.collect::<Result<Vec<_>, _>>()?;
    Ok(devices.iter().filter(|device| !ended.contains(*device)).count() as u64)
}

/// Keeps a receipt; it names its epoch.
pub(crate) fn keep_receipt(db: &Connection, receipt: &WireReceipt) -> Result<(), Problem> {
    let text = serde_json::to_string(receipt).expect("receipts are plain data");
    let epoch = receipt.epoch.unwrap_or_default().to_string();
    let sql = "INSERT OR IGNORE INTO receipt (seq, epoch, receipt) VALUES (?1, ?2, ?3)";
    db.prepare_cached(sql)?.execute(params![receipt.seq, epoch, text])?;
    Ok(())
}

/// Drops receipts of what two verified backups hold, but for the newest.
pub(crate) fn drop_receipts(db: &Connection, backed_up: u64) -> Result<(), Problem> {
    let sql = "DELETE FROM receipt WHERE seq <= ?1 AND seq < (SELECT MAX(seq) FROM receipt)";
    db.prepare_cached(sql)?.execute([backed_up])?;
    Ok(())
}

/// The receipts to show with ops that are pushed again, and the one before them; none for ops that
/// were never acknowledged. The ops are cut where a receipt ends, so that each is covered.
pub(crate) fn receipts(db: &Connection, from: u64, own: &mut Vec<Own>) -> Result<Vec<WireReceipt>, Problem> {
    let sql = "SELECT receipt FROM receipt WHERE seq >= ?1
         OR seq = (SELECT MAX(seq) FROM receipt WHERE seq < ?1) ORDER BY seq";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([from], |row| row.get::<_, String>(0))?;
    let unreadable = |_| Problem::new("store_failed", "a receipt cannot be read");
    let mut receipts = Vec::new();
    for row in rows {
        let receipt: WireReceipt = serde_json::from_str(&row?).map_err(unreadable)?;
        receipts.push(receipt);
    }
    if !receipts.iter().any(|receipt| receipt.seq >= from) {
        return Ok(Vec::new());
    }
    let last = own.last().map_or(0, |own| own.op.header.id.seq);
    let covered = receipts.iter().map(|receipt| receipt.seq).filter(|seq| *seq >= from && *seq <= last).max();
    let more = receipts.iter().any(|receipt| receipt.seq > last);
    if let Some(covered) = covered.filter(|_| more) {
        own.retain(|own| own.op.header.id.seq <= covered);
    }
    receipts.retain(|receipt| receipt.seq <= last);
    receipts.truncate(MAX_PUSH_OPS);
    Ok(receipts)
}

/// What lies behind the lost ops of others that these ops name, and those of this log that the server
/// has and did not stamp.
pub(crate) fn behind(db: &Connection, own: &[Own]) -> Result<Vec<(OpId, Vec<OpId>)>, Problem> {
    let waiting = ops::pending(db)?;
    let headers = own.iter().chain(&waiting).map(|own| &own.op.header);
    let named = headers.flat_map(Header::names);
    Ok(pending::behind(named, MAX_PUSH_OPS, |id| lost_causes(db, id))?.into_iter().collect())
}

/// What an op builds on of which this phone holds a copy that was lost.
fn lost_causes(db: &Connection, id: OpId) -> Result<Option<Vec<OpId>>, Problem> {
    let sql = "SELECT op FROM stream_op WHERE device = ?1 AND seq = ?2 AND lost = 1";
    let row: Option<String> = db
        .prepare_cached(sql)?
        .query_row(params![id.device.to_string(), id.seq], |row| row.get(0))
        .optional()?;
    let Some(op) = row.map(|text| read(&text)).transpose()? else { return Ok(None) };
    let mut causes: Vec<OpId> = op.builds_on().collect();
    causes.extend(previous(db, &op)?);
    Ok(Some(causes))
}

/// The op of the same device before it in the stream.
fn previous(db: &Connection, op: &StreamOp) -> Result<Option<OpId>, Problem> {
    let sql = "SELECT MAX(seq) FROM stream_op WHERE device = ?1 AND seq < ?2 AND stream = ?3";
    let params = params![op.id.device.to_string(), op.id.seq, op.stream.to_string()];
    let seq: Option<u64> = db.prepare_cached(sql)?.query_row(params, |row| row.get(0))?;
    Ok(seq.map(|seq| OpId { seq, ..op.id }))
}

fn read(text: &str) -> Result<StreamOp, Problem> {
    serde_json::from_str(text).map_err(|_| Problem::new("store_failed", "an entry cannot be read"))
}

/// The streams to ask for whole.
pub(crate) fn wishes(db: &Connection) -> Result<Vec<Stream>, Problem> {
    let mut wishes: Vec<Stream> = meta::value(db, key::HEAL)?.unwrap_or_default();
    wishes.truncate(MAX_HEAL);
    Ok(wishes)
}

/// Asks for a stream whole at the next synchronisation.
pub(crate) fn wish(db: &Connection, stream: Stream) -> Result<(), Problem> {
    let mut wishes: Vec<Stream> = meta::value(db, key::HEAL)?.unwrap_or_default();
    if !wishes.contains(&stream) {
        wishes.push(stream);
        meta::keep(db, key::HEAL, &wishes)?;
    }
    Ok(())
}

/// After stamps were taken back, own ops pushed again and everything read, the streams are asked for of which
/// nothing was heard: those of own ops that the server has all the same, without a stamp here, since no feed
/// brings a device its own; and those in which something of others is still not back.
pub(crate) fn wish_what_is_in_doubt(db: &Connection) -> Result<(), Problem> {
    let Some(unsure) = meta::value::<BTreeSet<u64>>(db, key::UNSURE)? else { return Ok(()) };
    let mut wishes: Vec<Stream> = meta::value(db, key::HEAL)?.unwrap_or_default();
    let waiting = ops::pending(db)?.into_iter().map(|own| own.op.header);
    let waiting = waiting.filter(|header| unsure.contains(&header.id.seq)).map(|header| header.stream);
    let mut streams: BTreeSet<Stream> = waiting.collect();
    let doubted: BTreeSet<Stream> = meta::value(db, key::DOUBTED)?.unwrap_or_default();
    let sql = "SELECT EXISTS (SELECT 1 FROM stream_op WHERE stream = ?1 AND lost = 1)";
    let mut is_in_doubt = db.prepare_cached(sql)?;
    for stream in doubted {
        if is_in_doubt.query_row([stream.to_string()], |row| row.get(0))? {
            streams.insert(stream);
        }
    }
    wishes.extend(streams.into_iter().filter(|stream| !wishes.contains(stream)).collect::<Vec<_>>());
    meta::keep(db, key::HEAL, &wishes)?;
    meta::drop(db, key::DOUBTED)?;
    meta::drop(db, key::UNSURE)
}

/// Compares what is held of the streams that a page brought with what the server says; one that
/// differs is asked for whole.
pub(crate) fn compare(db: &Connection, me: DeviceId, answer: &Answer) -> Result<(), Problem> {
    let brought = brought(&answer.feed);
    if brought.len() != answer.digests.len() {
        return Ok(());
    }
    let mut wishes: Vec<Stream> = meta::value(db, key::HEAL)?.unwrap_or_default();
    for ((stream, upto), theirs) in brought.into_iter().zip(&answer.digests) {
        let rows = stamps(db, me, stream)?;
        let mine = digest::digest(upto, rows.iter().map(|(id, stamp, body)| (*id, stamp, *body)));
        if digest::short(mine) != *theirs && !wishes.contains(&stream) {
            wishes.push(stream);
        }
    }
    if !wishes.is_empty() {
        meta::keep(db, key::HEAL, &wishes)?;
    }
    Ok(())
}

/// What the digest of a stream is taken over.
fn stamps(db: &Connection, me: DeviceId, stream: Stream) -> Result<Vec<(OpId, Stamp, Body)>, Problem> {
    let name = stream.to_string();
    let sql = "SELECT seq, stamp, body FROM own_op WHERE stream = ?1 AND stamp IS NOT NULL";
    let mut query = db.prepare_cached(sql)?;
    let own = query.query_map([&name], |row| {
        Ok((row.get::<_, u64>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<String>>(2)?))
    })?;
    let mut rows = Vec::new();
    for row in own {
        let (seq, stamp, body) = row?;
        let stamp: Stamp = serde_json::from_str(&stamp)
            .map_err(|_| Problem::new("store_failed", "a stamp cannot be read"))?;
        let body = Body::of(&stamp, body.as_deref());
        rows.push((OpId { device: me, seq }, stamp, body));
    }
    let mut query = db.prepare_cached("SELECT op FROM stream_op WHERE stream = ?1 AND lost = 0")?;
    for text in query.query_map([&name], |row| row.get::<_, String>(0))? {
        let op = read(&text?)?;
        rows.extend(digest::row(&op).map(|(id, stamp, body)| (id, stamp.clone(), body)));
    }
    Ok(rows)
}

/// Takes a stream as the server holds it. What the device has beside it is kept without effect.
pub(crate) fn heal(db: &Connection, agreed: Agreed, whole: &Whole) -> Result<(), Problem> {
    let me = agreed.device();
    let agreed_ops = || whole.ops.iter().filter(|op| !agreed.is_a_copys(op.id));
    let theirs: BTreeSet<OpId> = agreed_ops().map(|op| op.id).collect();
    for (id, stamp, _) in stamps(db, me, whole.stream)? {
        if theirs.contains(&id) || stamp.place > whole.upto {
            continue;
        }
        if id.device == me {
            db.prepare_cached("UPDATE own_op SET stamp = NULL WHERE seq = ?1")?.execute([id.seq])?;
        } else {
            let sql = "UPDATE stream_op SET lost = 1 WHERE device = ?1 AND seq = ?2";
            db.prepare_cached(sql)?.execute(params![id.device.to_string(), id.seq])?;
        }
    }
    for op in agreed_ops() {
        if let Some(erased) = &op.erased {
            erasure::erase(db, me, op.id, erased)?;
        }
        match &op.stamp {
            Some(stamp) if op.id.device == me => {
                ops::keep_stamp(db, op.id.seq, stamp)?;
                forget::restore(db, op)?;
            }
            Some(_) | None if op.id.device == me => {}
            Some(_) | None => others::keep_copy(db, op, Copy::Healed)?,
        }
    }
    meta::next(db, key::HEALED)?;
    healed(db, whole.stream)
}

/// A stream is no longer asked for.
pub(crate) fn healed(db: &Connection, stream: Stream) -> Result<(), Problem> {
    let mut wishes: Vec<Stream> = meta::value(db, key::HEAL)?.unwrap_or_default();
    if wishes.contains(&stream) {
        wishes.retain(|wish| *wish != stream);
        meta::keep(db, key::HEAL, &wishes)?;
    }
    Ok(())
}
