//! What others wrote, as feeds and healed streams bring it: which copy of an op is kept, and as learnt when.
//!
//! Does not decide what this phone reads: see `forget`. Does not fold: see `state`.

use rusqlite::{Connection, OptionalExtension as _, params};
use sync_core::ids::OpId;
use sync_core::stream::StreamOp;

use crate::problem::Problem;
use crate::store::meta::{self, key};
use crate::store::{erasure, forget};

/// Whether a copy of an op counts beside the one that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Copy {
    /// One with a body takes the place of one without.
    Fed,
    /// It takes the place of any other: it is what the server holds.
    Healed,
}

/// The copy that is held.
struct Known {
    op: StreamOp,
    rev: u64,
    lost: bool,
}

/// Keeps an op of somebody else that a feed brought.
pub(crate) fn keep_other(db: &Connection, op: &StreamOp) -> Result<(), Problem> {
    keep_copy(db, op, Copy::Fed)
}

/// Keeps an op of somebody else; one whose stamp was lost is replaced by any copy. Another op that
/// has its number since is a new one: no form has shown it.
pub(crate) fn keep_copy(db: &Connection, op: &StreamOp, copy: Copy) -> Result<(), Problem> {
    let mut known = known(db, op.id)?;
    if known.as_ref().is_some_and(|known| known.lost && !known.op.is_of_the_same_op(op)) {
        erasure::is_of_another(db, op.id)?;
        known = None;
    }
    let mut op = erasure::without_erased(db, op.clone())?;
    let rev = known.as_ref().map(|known| known.rev);
    // An entry of this phone's older log comes as a skeleton, and its author has the body.
    let beside = known.filter(|known| copy == Copy::Fed && !known.lost && op.erased.is_none());
    if let Some(Known { op: held, .. }) = beside {
        if held.stamp.is_some() && held.body.is_some() && op.body.is_none() {
            return Ok(());
        }
        op.body = op.body.or(held.body);
    }
    keep(db, &op, rev)
}

fn known(db: &Connection, id: OpId) -> Result<Option<Known>, Problem> {
    let sql = "SELECT rev, op, lost FROM stream_op WHERE device = ?1 AND seq = ?2";
    let held: Option<(u64, String, bool)> = db
        .prepare_cached(sql)?
        .query_row(params![id.device.to_string(), id.seq], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    Ok(held.and_then(|(rev, text, lost)| Some(Known { op: serde_json::from_str(&text).ok()?, rev, lost })))
}

/// Writes a copy, as learnt at a revision; one that was not held is learnt now.
fn keep(db: &Connection, op: &StreamOp, rev: Option<u64>) -> Result<(), Problem> {
    let now = meta::next(db, key::REV)?;
    let text = serde_json::to_string(op).expect("ops are plain data");
    let sql = "INSERT OR REPLACE INTO stream_op (device, seq, record, stream, rev, op) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let (device, record, stream) =
        (op.id.device.to_string(), op.stream.record.to_string(), op.stream.to_string());
    let rev = rev.unwrap_or(now);
    db.prepare_cached(sql)?.execute(params![device, op.id.seq, record, stream, rev, text])?;
    forget::regain(db, op.stream)
}
