//! Bodies that were erased: dropped with their salts wherever this store has them, and kept out for good.
//!
//! Does not decide what is erased: the server says so, and what is left.

use rusqlite::{Connection, OptionalExtension as _, params};
use sync_core::ids::{DeviceId, OpId, Record};
use sync_core::referral::erasure::Erased;
use sync_core::stream::StreamOp;

use crate::problem::Problem;
use crate::store::Store;
use crate::store::meta::{self, key};

/// The salt of an op whose own is gone.
const NO_SALT: [u8; 16] = [0; 16];

/// Drops body and salt of an op, in the caller's transaction, and gives the record that it touches.
pub(crate) fn erase(
    db: &Connection,
    me: DeviceId,
    id: OpId,
    erased: &Erased,
) -> Result<Option<Record>, Problem> {
    let (device, seq) = (id.device.to_string(), id.seq);
    let text = serde_json::to_string(erased).expect("names are plain data");
    let insert = "INSERT OR IGNORE INTO erased_op (device, seq, erased) VALUES (?1, ?2, ?3)";
    if db.prepare_cached(insert)?.execute(params![device, seq, text])? == 0 {
        return Ok(None);
    }
    meta::keep(db, key::UNSCRUBBED, &true)?;
    let sql = "UPDATE old_op SET body = NULL, salt = ?3 WHERE device = ?1 AND seq = ?2";
    db.prepare_cached(sql)?.execute(params![device, seq, NO_SALT])?;
    if id.device == me {
        // The seed tells the salt: no further op is to be under it, so that it goes with the next backup.
        meta::keep(db, key::SEED_SPENT, &true)?;
        let sql = "UPDATE own_op SET body = NULL, salt = ?2 WHERE seq = ?1 RETURNING record";
        let record = db
            .prepare_cached(sql)?
            .query_row(params![seq, NO_SALT], |row| row.get::<_, String>(0))
            .optional()?;
        return Ok(record.and_then(|record| record.parse().ok()));
    }
    let sql = "SELECT op FROM stream_op WHERE device = ?1 AND seq = ?2";
    let held =
        db.prepare_cached(sql)?.query_row(params![device, seq], |row| row.get::<_, String>(0)).optional()?;
    let Some(op) = held.and_then(|text| serde_json::from_str::<StreamOp>(&text).ok()) else {
        return Ok(None);
    };
    let record = op.stream.record;
    let text = serde_json::to_string(&op.with_erased(erased.clone())).expect("ops are plain data");
    let sql = "UPDATE stream_op SET op = ?3 WHERE device = ?1 AND seq = ?2";
    db.prepare_cached(sql)?.execute(params![device, seq, text])?;
    Ok(Some(record))
}

/// What was erased under this id is not the op that the server has, or may come to have, under it: copies of one
/// device gave the number to different ones.
pub(crate) fn is_of_another(db: &Connection, id: OpId) -> Result<(), Problem> {
    let sql = "DELETE FROM erased_op WHERE device = ?1 AND seq = ?2";
    db.prepare_cached(sql)?.execute(params![id.device.to_string(), id.seq])?;
    Ok(())
}

/// An op as it may be kept and shown: without its body, when that was erased.
pub(crate) fn without_erased(db: &Connection, op: StreamOp) -> Result<StreamOp, Problem> {
    let sql = "SELECT erased FROM erased_op WHERE device = ?1 AND seq = ?2";
    let mut query = db.prepare_cached(sql)?;
    let key = params![op.id.device.to_string(), op.id.seq];
    let erased = query.query_row(key, |row| row.get::<_, String>(0)).optional()?;
    let erased = erased.and_then(|text| serde_json::from_str(&text).ok());
    Ok(match erased {
        Some(erased) => op.with_erased(erased),
        None => op,
    })
}

/// Lets no file of the store hold what was erased; done again at the next open when it was cut.
pub(crate) fn scrub(store: &Store) -> Result<(), Problem> {
    if meta::value::<bool>(&store.db, key::UNSCRUBBED)?.is_some() {
        store.vacuum()?;
        meta::drop(&store.db, key::UNSCRUBBED)?;
    }
    Ok(())
}
