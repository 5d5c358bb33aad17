//! Ops: this device's own log, and what is read of it and of the ops of others.
//!
//! Each carries the revision at which this store learnt of it. Does not keep what others wrote: see `others`. Does not
//! fold: see `state`.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use sync_core::ids::{Digest, OpId, Record, Stream};
use sync_core::log::{self, Tip};
use sync_core::op::{Op, Salt, Seed, parse_layout};
use sync_core::phone::Held;
use sync_core::stamp::Stamp;
use sync_core::stream::StreamOp;

use crate::problem::Problem;
use crate::store::erasure;
use crate::store::meta::{self, key};

/// An own op as it is stored.
#[derive(Debug)]
pub(crate) struct Own {
    pub(crate) op: Op,
    pub(crate) hash: Digest,
    pub(crate) command: u64,
    pub(crate) rev: u64,
    pub(crate) stamp: Option<Stamp>,
}

const OWN: &str = "SELECT header, body, salt, hash, command, rev, stamp FROM own_op";

fn own(row: &Row<'_>) -> rusqlite::Result<Own> {
    let unreadable =
        || rusqlite::Error::InvalidColumnType(0, "header".to_owned(), rusqlite::types::Type::Blob);
    let header = parse_layout(row.get_ref(0)?.as_blob()?).map_err(|_| unreadable())?;
    let body: Option<String> = row.get(1)?;
    let stamp: Option<String> = row.get(6)?;
    let stamp = stamp.map(|text| serde_json::from_str(&text)).transpose().map_err(|_| unreadable())?;
    Ok(Own {
        op: Op { header, body: body.map(Into::into), salt: Salt(row.get(2)?) },
        hash: Digest(row.get(3)?),
        command: row.get(4)?,
        rev: row.get(5)?,
        stamp,
    })
}

/// Verifies the whole own log: every header, body, hash and link.
pub(crate) fn verify_log(db: &Connection) -> Result<(), Problem> {
    let damaged = |why: String| Problem::new("store_damaged", why);
    let own = own_ops(db, 1, u64::MAX >> 1).map_err(|_| damaged("an entry cannot be read".to_owned()))?;
    if let Some(wrong) = own.iter().find(|own| own.hash != own.op.header.hash()) {
        return Err(damaged(format!("the header of op {} was changed", wrong.op.header.id.seq)));
    }
    let base: Tip = meta::value(db, key::BASE)?.unwrap_or_default();
    let verified = own.iter().try_fold(base, |tip, own| {
        log::check_body(&own.op)?;
        tip.follow(&own.op.header)
    });
    verified.map(|_| ()).map_err(|broken| damaged(broken.to_string()))
}

/// Own ops from a seq on, at most so many.
pub(crate) fn own_ops(db: &Connection, from: u64, limit: u64) -> Result<Vec<Own>, Problem> {
    let mut query = db.prepare_cached(&format!("{OWN} WHERE seq >= ?1 ORDER BY seq LIMIT ?2"))?;
    let rows = query.query_map(params![from, limit], own)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Own ops of a record, in the order of the log; sealed ones too.
pub(crate) fn own_of_record(db: &Connection, record: Record) -> Result<Vec<Own>, Problem> {
    let mut query = db.prepare_cached(&format!("{OWN} WHERE record = ?1 ORDER BY seq"))?;
    let rows = query.query_map([record.to_string()], own)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Own ops that the server has and did not stamp: they wait for something.
pub(crate) fn pending(db: &Connection) -> Result<Vec<Own>, Problem> {
    let mut query =
        db.prepare_cached(&format!("{OWN} WHERE acknowledged = 1 AND stamp IS NULL ORDER BY seq"))?;
    let rows = query.query_map([], own)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The hash of an own op; all zero for seq 0.
pub(crate) fn hash_of(db: &Connection, seq: u64) -> Result<Option<Digest>, Problem> {
    if seq == 0 {
        return Ok(Some(Digest::default()));
    }
    let hash = db
        .prepare_cached("SELECT hash FROM own_op WHERE seq = ?1")?
        .query_row([seq], |row| row.get(0))
        .optional()?;
    Ok(hash.map(Digest))
}

/// The last own op.
pub(crate) fn tip(db: &Connection) -> Result<Tip, Problem> {
    let last = "SELECT seq, hash FROM own_op ORDER BY seq DESC LIMIT 1";
    let tip =
        db.prepare_cached(last)?.query_row([], |row| Ok(Tip { seq: row.get(0)?, hash: Digest(row.get(1)?) }));
    match tip.optional()? {
        Some(tip) => Ok(tip),
        None => Ok(meta::value(db, key::BASE)?.unwrap_or_default()),
    }
}

/// Whether the log, or one before it, holds an op.
pub(crate) fn holds(db: &Connection, tip: Tip) -> Result<bool, Problem> {
    let base: Option<Tip> = meta::value(db, key::BASE)?;
    if tip.seq == 0 || base == Some(tip) {
        return Ok(true);
    }
    let sql = "SELECT 1 FROM own_op WHERE seq = ?1 AND hash = ?2
         UNION ALL SELECT 1 FROM old_op WHERE seq = ?1 AND hash = ?2 LIMIT 1";
    Ok(db.prepare_cached(sql)?.query_row(params![tip.seq, tip.hash.0], |_| Ok(())).optional()?.is_some())
}

/// Highest own seq that the server has acknowledged.
pub(crate) fn acknowledged(db: &Connection) -> Result<u64, Problem> {
    let sql = "SELECT COALESCE(MAX(seq), 0) FROM own_op WHERE acknowledged = 1";
    Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// The server has the own ops up to a seq. Only those that waited are written: of a long log they are few.
pub(crate) fn acknowledge(db: &Connection, upto: u64) -> Result<(), Problem> {
    let sql = "UPDATE own_op SET acknowledged = 1 WHERE acknowledged = 0 AND seq <= ?1";
    db.prepare_cached(sql)?.execute([upto])?;
    Ok(())
}

/// Destroys seeds that nothing needs any more: every op under them is safe up to a seq, or was erased. Looked for only
/// when one of the two may have changed.
pub(crate) fn drop_seeds(db: &Connection, safe: u64) -> Result<(), Problem> {
    let erased = meta::value::<bool>(db, key::UNSCRUBBED)?.is_some();
    if meta::value(db, key::SEEDS_LOOKED_AT)? == Some(safe) && !erased {
        return Ok(());
    }
    let sql = "DELETE FROM seed WHERE id < (SELECT MAX(id) FROM seed)
         AND NOT EXISTS (SELECT 1 FROM own_op WHERE own_op.seed = seed.id AND seq > ?1
             AND NOT (body IS NULL AND acknowledged = 1))";
    db.prepare_cached(sql)?.execute([safe])?;
    meta::keep(db, key::SEEDS_LOOKED_AT, &safe)
}

/// How many own ops the server has not acknowledged.
pub(crate) fn waiting_count(db: &Connection) -> Result<u64, Problem> {
    Ok(db
        .prepare_cached("SELECT COUNT(*) FROM own_op WHERE acknowledged = 0")?
        .query_row([], |row| row.get(0))?)
}

/// The seed of the next op: a new one when a push was built since the last was drawn.
pub(crate) fn seed_for(db: &Connection, seq: u64, fresh: [u8; 16]) -> Result<(u64, Seed), Problem> {
    let spent: bool = meta::value(db, key::SEED_SPENT)?.unwrap_or(true);
    if spent {
        db.prepare_cached("INSERT INTO seed (first_seq, bytes) VALUES (?1, ?2)")?
            .execute(params![seq, fresh])?;
        meta::keep(db, key::SEED_SPENT, &false)?;
    }
    let newest = "SELECT id, bytes FROM seed ORDER BY id DESC LIMIT 1";
    Ok(db.prepare_cached(newest)?.query_row([], |row| Ok((row.get(0)?, Seed(row.get(1)?))))?)
}

/// Appends an own op.
pub(crate) fn append(db: &Connection, op: &Op, hash: Digest, seed: u64, command: u64) -> Result<(), Problem> {
    let (header, rev) = (&op.header, meta::next(db, key::REV)?);
    let insert =
        "INSERT INTO own_op (seq, record, stream, header, body, salt, hash, seed, command, rev, kind)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    db.prepare_cached(insert)?.execute(params![
        header.id.seq,
        header.stream.record.to_string(),
        header.stream.to_string(),
        header.layout(),
        op.body.as_deref(),
        op.salt.0,
        hash.0,
        seed,
        command,
        rev,
        header.kind.as_str()
    ])?;
    Ok(())
}

/// Every op of a record that the reader may see.
pub(crate) fn of_record(db: &Connection, record: Record) -> Result<Vec<Held>, Problem> {
    let name = record.to_string();
    let mut query = db.prepare_cached(&format!("{OWN} WHERE record = ?1 AND sealed = 0"))?;
    let rows = query.query_map([&name], |row| {
        let own = own(row)?;
        Ok(Held { rev: own.rev, op: StreamOp::of(&own.op, own.stamp) })
    })?;
    let mut held = rows.collect::<Result<Vec<_>, _>>()?;
    let mut query = db.prepare_cached("SELECT rev, op FROM stream_op WHERE record = ?1 AND lost = 0")?;
    let rows = query.query_map([&name], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    for row in rows {
        let (rev, text) = row?;
        let op = serde_json::from_str(&text)
            .map_err(|_| Problem::new("store_failed", "an entry cannot be read"))?;
        held.push(Held { op, rev });
    }
    for held in held.iter_mut().filter(|held| held.op.body.is_none() && held.op.erased.is_none()) {
        held.op = erasure::without_erased(db, held.op.clone())?;
    }
    Ok(held)
}

/// Whether something of a stream is held and may be seen.
pub(crate) fn is_held(db: &Connection, stream: Stream) -> Result<bool, Problem> {
    let sql = "SELECT EXISTS (SELECT 1 FROM own_op WHERE stream = ?1 AND sealed = 0)
         OR EXISTS (SELECT 1 FROM stream_op WHERE stream = ?1 AND lost = 0)";
    Ok(db.prepare_cached(sql)?.query_row([stream.to_string()], |row| row.get(0))?)
}

/// Keeps the stamp of an own op and gives its stream.
pub(crate) fn keep_stamp(db: &Connection, seq: u64, stamp: &Stamp) -> Result<Option<Stream>, Problem> {
    let text = serde_json::to_string(stamp).expect("stamps are plain data");
    let sql = "UPDATE own_op SET stamp = ?2 WHERE seq = ?1 RETURNING stream";
    let stream: Option<String> =
        db.prepare_cached(sql)?.query_row(params![seq, text], |row| row.get(0)).optional()?;
    Ok(stream.and_then(|stream| stream.parse().ok()))
}

/// Keeps an own op out of sight: it was written in a stream that the reader does not hold.
pub(crate) fn seal(db: &Connection, seq: u64) -> Result<(), Problem> {
    db.prepare_cached("UPDATE own_op SET sealed = 1 WHERE seq = ?1")?.execute([seq])?;
    Ok(())
}

/// The stream of a held op.
pub(crate) fn stream_of(
    db: &Connection,
    id: OpId,
    me: sync_core::ids::DeviceId,
) -> Result<Option<Stream>, Problem> {
    let sql = if id.device == me {
        "SELECT stream FROM own_op WHERE ?1 <> '' AND seq = ?2 AND sealed = 0"
    } else {
        "SELECT stream FROM stream_op WHERE device = ?1 AND seq = ?2"
    };
    let stream: Option<String> = db
        .prepare_cached(sql)?
        .query_row(params![id.device.to_string(), id.seq], |row| row.get(0))
        .optional()?;
    Ok(stream.and_then(|stream| stream.parse().ok()))
}

/// What counts as without effect: the words of the partial index.
const WITHOUT_EFFECT: &str = "stamp IS NOT NULL AND json_extract(stamp, '$.disposition') <> 'accepted'";

/// Own ops that the server refused or kept aside.
pub(crate) fn refused(db: &Connection) -> Result<Vec<Own>, Problem> {
    let mut query = db.prepare_cached(&format!("{OWN} WHERE {WITHOUT_EFFECT} ORDER BY seq"))?;
    let rows = query.query_map([], own)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many own ops the server refused or kept aside.
pub(crate) fn without_effect(db: &Connection) -> Result<u64, Problem> {
    let sql = format!("SELECT COUNT(*) FROM own_op WHERE {WITHOUT_EFFECT}");
    Ok(db.prepare_cached(&sql)?.query_row([], |row| row.get(0))?)
}

/// How many own ops of a kind the server has not acknowledged.
pub(crate) fn waiting_of_kind(db: &Connection, kind: &str) -> Result<u64, Problem> {
    let sql = "SELECT COUNT(*) FROM own_op WHERE acknowledged = 0 AND kind = ?1";
    Ok(db.prepare_cached(sql)?.query_row([kind], |row| row.get(0))?)
}
