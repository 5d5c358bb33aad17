//! Up to where the own log was verified, so that a store opens by verifying what came after.
//!
//! ```text
//!   1 ……………… mark ……………… tip
//!   └ a few at each synchronisation ┘└ at every open ┘
//! ```
//! Only acknowledged entries lie before the mark: no damage there makes a phone say that something was sent which was not.
//! Each is authenticated when it is read; one that does not open removes the mark, and the next open verifies everything.
//! Does not salvage: see `salvage`. A store in the clear has no mark: nothing authenticates its rows.

use rusqlite::{Connection, OptionalExtension as _, params};
use sync_core::ids::Digest;
use sync_core::log::Tip;

use crate::keys;
use crate::problem::Problem;
use crate::store::meta::{self, key};
use crate::store::{ops, sealer};

/// The mark moves when so many entries more were verified: each move is a commit.
const MOVES_BY: u64 = 500;
/// So many entries before the mark are verified at a time.
const SLICE: u64 = 64;

/// Verifies what came after the mark, and moves it.
pub(super) fn open(db: &Connection) -> Result<(), Problem> {
    let mark = mark(db)?;
    ops::verify_log(db, mark)?;
    let upto = acknowledged_upto(db)?;
    if sealer::is_sealed(db)? && upto.seq >= mark.unwrap_or_default().seq + MOVES_BY {
        meta::keep(db, key::VERIFIED, &(upto.seq, upto.hash))?;
    }
    Ok(())
}

/// Verifies a few entries before the mark, from a place that nobody chooses.
pub(crate) fn verify_some(db: &Connection) -> Result<(), Problem> {
    let Some(mark) = mark(db)? else { return Ok(()) };
    let [a, b, c, d, ..] = keys::random_bytes()?;
    let from = u64::from(u32::from_be_bytes([a, b, c, d])) % mark.seq;
    if ops::verify_slice(db, from, SLICE).is_err() {
        forget(db)?;
    }
    Ok(())
}

/// The next open verifies everything.
pub(crate) fn forget(db: &Connection) -> Result<(), Problem> {
    meta::drop(db, key::VERIFIED)
}

/// The mark; none when the entry that it names is not there.
fn mark(db: &Connection) -> Result<Option<Tip>, Problem> {
    let kept: Option<(u64, Digest)> = meta::value(db, key::VERIFIED)?;
    let Some((seq, hash)) = kept.filter(|(seq, _)| *seq > 0) else { return Ok(None) };
    let sql = "SELECT 1 FROM own_op WHERE seq = ?1 AND hash = ?2 AND acknowledged = 1";
    let found = db.prepare_cached(sql)?.query_row(params![seq, hash.0], |_| Ok(())).optional()?;
    Ok(found.map(|()| Tip { seq, hash }))
}

/// The last entry before the first that the server has not acknowledged.
fn acknowledged_upto(db: &Connection) -> Result<Tip, Problem> {
    let sql = "SELECT seq, hash FROM own_op WHERE acknowledged = 1
         AND seq < COALESCE((SELECT MIN(seq) FROM own_op WHERE acknowledged = 0), ?1) ORDER BY seq DESC LIMIT 1";
    let last = db
        .prepare_cached(sql)?
        .query_row([i64::MAX], |row| Ok(Tip { seq: row.get(0)?, hash: Digest(row.get(1)?) }));
    Ok(last.optional()?.unwrap_or_default())
}
