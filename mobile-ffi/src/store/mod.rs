//! The device's store: one SQLite file, opened by one process, whose log is verified at every open.
//!
//! A command costs one synchronous commit: the write-ahead log is flushed at each, and checkpointed
//! only after a sync. A damaged file is set aside and never deleted. Does not know what ops mean.

pub(crate) mod epoch;
pub(crate) mod meta;
pub(crate) mod ops;
pub(crate) mod reference;
pub(crate) mod state;

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::problem::Problem;

const FILE: &str = "waymark.db";

/// The open store.
pub(crate) struct Store {
    pub(crate) db: Connection,
    /// Held as long as the store is open.
    _lock: File,
}

impl Store {
    /// Opens or creates the store of a directory and verifies its log.
    pub(crate) fn open(dir: &Path) -> Result<Self, Problem> {
        std::fs::create_dir_all(dir)?;
        let lock = File::options().create(true).append(true).open(dir.join("waymark.lock"))?;
        lock.try_lock().map_err(|_| Problem::new("store_in_use", ""))?;
        let db = match open_sound(&dir.join(FILE)) {
            Ok(db) => db,
            Err(Fault::Passing(problem)) => return Err(problem),
            Err(Fault::Damaged(why)) => return Err(set_aside(dir, &why)?),
        };
        Ok(Self { db, _lock: lock })
    }

    /// Moves what the write-ahead log holds into the file; after a sync, never in a command.
    pub(crate) fn checkpoint(&self) -> Result<(), Problem> {
        self.db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(())
    }
}

enum Fault {
    Passing(Problem),
    Damaged(String),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
                Self::Damaged("the file is not readable".to_owned())
            }
            Some(_) | None => Self::Passing(error.into()),
        }
    }
}

fn open_sound(path: &Path) -> Result<Connection, Fault> {
    let mut db = Connection::open(path)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "wal_autocheckpoint", 0)?;
    db.pragma_update(None, "foreign_keys", true)?;
    let found: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(Fault::Damaged("its pages do not fit together".to_owned()));
    }
    migrate(&mut db)?;
    ops::verify_log(&db).map_err(|why| Fault::Damaged(why.detail))?;
    Ok(db)
}

/// The version is how many migrations were applied; it is never typed.
fn migrate(db: &mut Connection) -> Result<(), rusqlite::Error> {
    let applied: usize = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for (number, (_, sql)) in schema::sql::DEVICE.iter().enumerate().skip(applied) {
        let tx = db.transaction()?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", number + 1)?;
        tx.commit()?;
    }
    Ok(())
}

/// Renames a damaged store, so that its outbox can be salvaged; the next open starts a new one.
fn set_aside(dir: &Path, why: &str) -> Result<Problem, Problem> {
    let name = |n: u32| dir.join(format!("{FILE}.damaged-{n}"));
    let free = (1..).find(|n| !name(*n).exists()).expect("some number is free");
    for suffix in ["", "-wal", "-shm"] {
        let from = dir.join(format!("{FILE}{suffix}"));
        if from.exists() {
            let to = PathBuf::from(format!("{}{suffix}", name(free).display()));
            std::fs::rename(from, to)?;
        }
    }
    Ok(Problem::new("store_damaged", format!("kept as {FILE}.damaged-{free}: {why}")))
}
