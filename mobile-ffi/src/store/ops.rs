//! Ops: this device's own log, and what is read of it and of the ops of others.
//!
//! Each carries the revision at which this store learnt of it. Does not keep what others wrote: see `others`. Does not
//! fold: see `state`.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use sync_core::ids::{Digest, OpId, Record, Stream};
use sync_core::log::{self, Tip};
use sync_core::op::{Op, Salt, Seed, parse_layout};
use sync_core::phone::Held;
pub(crate) use sync_core::phone::rows::Own;
use sync_core::phone::state::{NewestSeed, PhoneState};
use sync_core::stream::StreamOp;

use crate::problem::Problem;
use crate::store::erasure;
use crate::store::meta::{self, key};
use crate::store::sealer;

/// The highest number that SQLite holds.
const ALL: u64 = u64::MAX >> 1;

const OWN: &str = "SELECT header, body, salt, hash, command, rev, stamp, acknowledged, sealed FROM own_op";

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
        acknowledged: row.get(7)?,
        sealed: row.get(8)?,
    })
}

/// Verifies the own log from an entry on that was verified, or the whole of it: every header, body, hash and link.
pub(crate) fn verify_log(db: &Connection, from: Option<Tip>) -> Result<(), Problem> {
    let base = meta::state(db)?.base.unwrap_or_default();
    let first = from.map_or(1, |from| from.seq + 1);
    verify(db, from.unwrap_or(base), (first, ALL))
}

/// Verifies some entries of it, those after a place.
pub(crate) fn verify_slice(db: &Connection, after: u64, limit: u64) -> Result<(), Problem> {
    let sql = "SELECT seq, hash FROM own_op WHERE seq > ?1 ORDER BY seq LIMIT 1";
    let first = db
        .prepare_cached(sql)?
        .query_row([after], |row| Ok(Tip { seq: row.get(0)?, hash: Digest(row.get(1)?) }));
    match first.optional()? {
        Some(first) => verify(db, first, (first.seq + 1, limit)),
        None => Ok(()),
    }
}

fn verify(db: &Connection, before: Tip, (first, limit): (u64, u64)) -> Result<(), Problem> {
    let damaged = |why: String| Problem::new("store_damaged", why);
    let own = own_ops(db, first, limit).map_err(|_| damaged("an entry cannot be read".to_owned()))?;
    // The kind is bound to what its row says in the clear.
    let sql = "SELECT EXISTS (SELECT 1 FROM own_op WHERE seq >= ?1 AND seq <= ?2 AND typeof(kind) <> 'text')";
    let last = own.last().map_or(ALL, Own::seq);
    if db.query_row(sql, [first, last], |row| row.get::<_, bool>(0))? {
        return Err(damaged("the row of an entry was changed".to_owned()));
    }
    if let Some(wrong) = own.iter().find(|own| own.hash != own.op.header.hash()) {
        return Err(damaged(format!("the header of op {} was changed", wrong.op.header.id.seq)));
    }
    let verified = own.iter().try_fold(before, |tip, own| {
        log::check_body(&own.op)?;
        tip.follow(&own.op.header)
    });
    verified.map(|_| ()).map_err(|broken| damaged(broken.to_string()))
}

/// Own ops from a seq on, at most so many.
pub(crate) fn own_ops(db: &Connection, from: u64, limit: u64) -> Result<Vec<Own>, Problem> {
    own_where(db, "seq >= ?1 ORDER BY seq LIMIT ?2", [from, limit])
}

/// Own ops from a seq up to, and without, another.
pub(crate) fn own_in(db: &Connection, from: u64, to: u64) -> Result<Vec<Own>, Problem> {
    own_where(db, "seq >= ?1 AND seq < ?2 ORDER BY seq", [from.min(ALL), to.min(ALL)])
}

/// Own ops of which this is true.
pub(crate) fn own_where(
    db: &Connection,
    those: &str,
    params: impl rusqlite::Params,
) -> Result<Vec<Own>, Problem> {
    let mut query = db.prepare_cached(&format!("{OWN} WHERE {those}"))?;
    let rows = query.query_map(params, own)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Own ops of a record, in the order of the log; sealed ones too.
pub(crate) fn own_of_record(db: &Connection, record: Record) -> Result<Vec<Own>, Problem> {
    own_where(db, "substr(record, -4) = substr(?1, -4) AND record = ?1 ORDER BY seq", [record.to_string()])
}

/// Own ops that the server has and did not stamp: they wait for something.
pub(crate) fn pending(db: &Connection) -> Result<Vec<Own>, Problem> {
    own_where(db, "acknowledged = 1 AND unstamped ORDER BY seq", [])
}

/// The last own op.
pub(crate) fn tip(db: &Connection) -> Result<Tip, Problem> {
    let last = "SELECT seq, hash FROM own_op ORDER BY seq DESC LIMIT 1";
    let tip =
        db.prepare_cached(last)?.query_row([], |row| Ok(Tip { seq: row.get(0)?, hash: Digest(row.get(1)?) }));
    match tip.optional()? {
        Some(tip) => Ok(tip),
        None => Ok(meta::state(db)?.base.unwrap_or_default()),
    }
}

/// Whether the log, or one before it, holds an op.
pub(crate) fn holds(db: &Connection, tip: Tip) -> Result<bool, Problem> {
    let base = meta::state(db)?.base;
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

/// Destroys seeds that nothing needs any more: every op under them is safe up to a seq, or was erased. Looked for only
/// when one of the two may have changed.
pub(crate) fn drop_seeds(db: &Connection, safe: u64, has_erased: bool) -> Result<(), Problem> {
    if meta::value(db, key::SEEDS_LOOKED_AT)? == Some(safe) && !has_erased {
        return Ok(());
    }
    let sql = "DELETE FROM seed WHERE id < (SELECT MAX(id) FROM seed)
         AND NOT EXISTS (SELECT 1 FROM own_op WHERE seq >= seed.first_seq AND seq > ?1
             AND seq < (SELECT MIN(first_seq) FROM seed AS later WHERE later.id > seed.id)
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
pub(crate) fn seed_for(
    db: &Connection,
    state: &mut PhoneState,
    seq: u64,
    fresh: [u8; 16],
) -> Result<(u64, Seed), Problem> {
    match state.seed_spent {
        NewestSeed::Fresh => {}
        NewestSeed::Spent => {
            keep_seed(db, seq, Seed(fresh))?;
            state.seed_spent = NewestSeed::Fresh;
        }
    }
    let newest = "SELECT id, bytes FROM seed ORDER BY id DESC LIMIT 1";
    Ok(db.prepare_cached(newest)?.query_row([], |row| Ok((row.get(0)?, Seed(row.get(1)?))))?)
}

/// Keeps a seed, and gives its number.
pub(crate) fn keep_seed(db: &Connection, first_seq: u64, seed: Seed) -> Result<u64, Problem> {
    let newest = "SELECT COALESCE(MAX(id), 0) FROM seed";
    let id = db.prepare_cached(newest)?.query_row([], |row| row.get::<_, u64>(0))? + 1;
    let insert = "INSERT INTO seed (id, first_seq, bytes) VALUES (?1, ?2, ?3)";
    db.prepare_cached(insert)?.execute(params![id, first_seq, seed.0])?;
    Ok(id)
}

/// Appends an own op, under a seed.
pub(crate) fn append(db: &Connection, own: &Own, seed: u64) -> Result<(), Problem> {
    let Own { op, hash, command, rev, acknowledged, sealed, .. } = own;
    let header = &op.header;
    let insert = "INSERT INTO own_op
         (seq, record, stream, header, body, salt, hash, seed, command, rev, kind, acknowledged, sealed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
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
        header.kind.as_str(),
        acknowledged,
        sealed
    ])?;
    Ok(())
}

/// Every op of a record that the reader may see.
pub(crate) fn of_record(db: &Connection, record: Record) -> Result<Vec<Held>, Problem> {
    let mut query = db.prepare_cached(&format!(
        "{OWN} WHERE substr(record, -4) = substr(?1, -4) AND record = ?1 AND sealed = 0"
    ))?;
    // A row that does not open was noted, and is shown by nobody: no list stops at it.
    let rows = query.query_map([record.to_string()], |row| Ok(own(row).ok()))?;
    let own = rows.collect::<Result<Vec<_>, _>>()?;
    held_of(db, record, own.into_iter().flatten())
}

/// The same, from its own ops.
pub(crate) fn held_of(
    db: &Connection,
    record: Record,
    own: impl IntoIterator<Item = Own>,
) -> Result<Vec<Held>, Problem> {
    let seen = own.into_iter().filter(|own| !own.sealed);
    let mut held: Vec<Held> =
        seen.map(|own| Held { rev: own.rev, op: StreamOp::of(&own.op, own.stamp) }).collect();
    let mut query = db.prepare_cached("SELECT rev, op FROM stream_op WHERE record = ?1 AND lost = 0")?;
    let rows = query.query_map([record.to_string()], |row| Ok((row.get(0)?, sealer::text(row, 1)?)))?;
    for row in rows {
        let (rev, Some(text)) = row? else { continue };
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
    let sql = "SELECT EXISTS (SELECT 1 FROM own_op WHERE substr(record, -4) = substr(?2, -4) AND record = ?2 AND stream = ?1 AND sealed = 0)
         OR EXISTS (SELECT 1 FROM stream_op WHERE stream = ?1 AND lost = 0)";
    let (name, record) = (stream.to_string(), stream.record.to_string());
    Ok(db.prepare_cached(sql)?.query_row([name, record], |row| row.get(0))?)
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
const WITHOUT_EFFECT: &str = "without_effect = 1";

/// Own ops that the server refused or kept aside.
pub(crate) fn refused(db: &Connection) -> Result<Vec<Own>, Problem> {
    own_where(db, &format!("{WITHOUT_EFFECT} ORDER BY seq"), [])
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
