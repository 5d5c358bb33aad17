//! The machine's raw limit: rows of a fixed table into SQLite, 500 a transaction, `synchronous=FULL`.
//!
//! Does not know what the server does.

use std::time::Instant;

use rusqlite::{Connection, params};

const ROWS: usize = 50_000;
const IN_ONE: usize = 500;

/// How many rows a second go into a fresh file.
pub(super) fn rows_a_second() -> f64 {
    let dir = tempfile::tempdir().expect("a directory");
    let mut db = Connection::open(dir.path().join("raw.db")).expect("a fresh file opens");
    db.pragma_update(None, "journal_mode", "WAL").expect("it is set");
    db.pragma_update(None, "synchronous", "FULL").expect("it is set");
    db.execute_batch(
        "CREATE TABLE op (id BLOB, referral INTEGER, seq INTEGER, payload TEXT); CREATE INDEX op_by ON op (referral)",
    )
    .expect("the schema is SQL");
    let payload = "x".repeat(250);
    let began = Instant::now();
    for from in (0..ROWS).step_by(IN_ONE) {
        let tx = db.transaction().expect("nobody else writes");
        {
            let mut insert = tx.prepare_cached("INSERT INTO op VALUES (?1, ?2, ?3, ?4)").expect("it is SQL");
            for row in from..from + IN_ONE {
                let id = (row as u64).to_be_bytes();
                insert.execute(params![id, row / 10, row, payload]).expect("a row is inserted");
            }
        }
        tx.commit().expect("it is durable");
    }
    ROWS as f64 / began.elapsed().as_secs_f64()
}
