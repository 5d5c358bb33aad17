//! Seals a store that was written in the clear, and seals one anew under another key: each in one transaction.
//!
//! A cut leaves every row as it was. Does not seal single rows: see `sealer`.

use std::collections::BTreeSet;

use rusqlite::{Connection, TransactionBehavior};

use crate::problem::Problem;
use crate::store::Fault;
use crate::store::held::HeldRecords;
use crate::store::sealer::{self, Keys, Sealer};
use crate::store::state;

/// Writes every row as it reads: what it says is sealed anew on the way. Summaries are made anew: what they are searched by
/// is under the key as well, and cannot be read back.
const EACH_ROW_ANEW: &str = "
    UPDATE meta SET value = value;
    UPDATE seed SET bytes = bytes;
    UPDATE own_op SET kind = kind;
    UPDATE old_op SET state = state;
    UPDATE old_seed SET bytes = bytes;
    UPDATE receipt SET receipt = receipt;
    UPDATE erased_op SET erased = erased;
    UPDATE stream_op SET op = op;
    UPDATE extract SET extract = extract;
    UPDATE provider SET name = name;
    UPDATE exhibit SET record = record;
    UPDATE draft SET saved_ms = saved_ms;";

/// Seals a store whose rows are in the clear. The files are scrubbed of them before the store is used.
pub(super) fn seal_in_place(db: &mut Connection, sealer: &Sealer, keys: &Keys) -> Result<(), Fault> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let count = |sql: &str| tx.query_row(sql, [], |row| row.get::<_, u64>(0));
    if count("SELECT COUNT(*) FROM meta_row WHERE typeof(value) <> 'text'")? > 0 {
        return Err(Fault::Damaged("it says that it is in the clear and is not".to_owned()));
    }
    if count("SELECT COUNT(*) FROM meta_row")? > 0 {
        tx.execute("INSERT OR REPLACE INTO meta_row VALUES ('unscrubbed', 'true')", [])?;
    }
    // While the entries still read as they lie there.
    state::refold_all(HeldRecords::default().begin(&tx)?, &BTreeSet::new())?;
    tx.execute_batch(EACH_ROW_ANEW)?;
    sealer::mark_sealed(&tx)?;
    tx.commit()?;
    sealer.opens_with(keys);
    Ok(())
}

/// Seals every row under the newest key.
pub(super) fn seal_anew(db: &mut Connection) -> Result<(), Problem> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    state::refold_all(HeldRecords::default().begin(&tx)?, &BTreeSet::new())?;
    tx.execute_batch(EACH_ROW_ANEW)?;
    Ok(tx.commit()?)
}
