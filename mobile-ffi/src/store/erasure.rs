//! Bodies that were erased: what is shown of such an op, and that no file of the store holds them.
//!
//! Does not decide what is erased, and does not erase: see [`sync_core::phone::erase`].

use rusqlite::{Connection, OptionalExtension as _, params};
use sync_core::stream::StreamOp;

use crate::problem::Problem;
use crate::store::Store;
use crate::store::{meta, sealer};

/// An op as it may be kept and shown: without its body, when that was erased.
pub(crate) fn without_erased(db: &Connection, op: StreamOp) -> Result<StreamOp, Problem> {
    let sql = "SELECT erased FROM erased_op WHERE device = ?1 AND seq = ?2";
    let mut query = db.prepare_cached(sql)?;
    let key = params![op.id.device.to_string(), op.id.seq];
    let erased = query.query_row(key, |row| sealer::text(row, 0)).optional()?.flatten();
    let erased = erased.and_then(|text| serde_json::from_str(&text).ok());
    Ok(match erased {
        Some(erased) => op.with_erased(erased),
        None => op,
    })
}

/// Lets no file of the store hold what was erased; done again at the next open when it was cut.
pub(crate) fn scrub(store: &Store) -> Result<(), Problem> {
    if meta::state(&store.db)?.unscrubbed {
        store.vacuum()?;
        meta::change(&store.db, |state| state.unscrubbed = false)?;
    }
    Ok(())
}
