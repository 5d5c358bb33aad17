//! The device's store: one SQLite file, opened by one process, whose log is verified at every open.
//!
//! ```text
//!   open ─▶ pages, chain, anchor ── sound ───────────────────────────────▶ open
//!                     ├── damaged, or entries are missing ─▶ salvage ─▶ a new store, the old file kept
//!                     └── an older copy ─▶ open, and say so: the next synchronisation tells
//! ```
//! A command costs one synchronous commit: the write-ahead log is flushed at each, and checkpointed
//! only after a sync. A damaged file is set aside and never deleted. Does not know what ops mean.

pub(crate) mod erasure;
pub(crate) mod forget;
pub(crate) mod meta;
pub(crate) mod ops;
pub(crate) mod others;
pub(crate) mod reads;
pub(crate) mod recovery;
pub(crate) mod reference;
mod salvage;
pub(crate) mod save;
pub(crate) mod state;

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use sync_core::phone::recover::{Because, Certain, Recovery, note};
use sync_core::phone::state::PhoneState;

use crate::anchor::{Anchor, Mark};
use crate::me;
use crate::private;
use crate::problem::Problem;

const FILE: &str = "waymark.db";

/// The open store.
pub(crate) struct Store {
    pub(crate) db: Connection,
    dir: PathBuf,
    /// Held as long as the store is open.
    _lock: File,
}

impl Store {
    /// Opens or creates the store of a directory and verifies its log. A damaged one is set aside, and
    /// a new one opens in its place with what could be read of it.
    pub(crate) fn open(dir: &Path, anchor: &dyn Anchor) -> Result<Self, Problem> {
        private::create_dir_all(dir)?;
        let lock = private::options().create(true).append(true).open(dir.join("waymark.lock"))?;
        lock.try_lock().map_err(|_| Problem::new("store_in_use", ""))?;
        salvage::finish(dir)?;
        let mark = anchor.load();
        let path = dir.join(FILE);
        let db = match open_sound(&path).and_then(|db| complete(db, dir, mark)) {
            Ok(db) => db,
            Err(Fault::Passing(problem)) => return Err(problem),
            Err(Fault::Damaged(why)) => {
                salvage::salvage(dir, mark, &why)?;
                open_sound(&path).map_err(Fault::problem)?
            }
        };
        let store = Self { db, dir: dir.to_owned(), _lock: lock };
        if meta::state(&store.db)?.wiped.is_some() {
            // A wipe may have been cut before its traces were gone.
            store.scrub()?;
        }
        erasure::scrub(&store)?;
        Ok(store)
    }

    /// What the anchor should say.
    pub(crate) fn mark(&self) -> Result<Mark, Problem> {
        let PhoneState { me, epoch, .. } = meta::state(&self.db)?;
        let tip = ops::tip(&self.db)?;
        Ok(Mark { device: me.map(|me| me.device), epoch, seq: tip.seq, head: tip.hash })
    }

    /// Leaves nothing of what was deleted in any file of the directory.
    pub(crate) fn scrub(&self) -> Result<(), Problem> {
        self.vacuum()?;
        for entry in std::fs::read_dir(&self.dir)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&format!("{FILE}.damaged-")) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Writes the file anew and empties its write-ahead log, so that neither holds what was deleted.
    pub(crate) fn vacuum(&self) -> Result<(), Problem> {
        self.db.execute_batch("VACUUM")?;
        self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Moves what the write-ahead log holds into the file; after a sync, never in a command.
    pub(crate) fn checkpoint(&self) -> Result<(), Problem> {
        self.db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(())
    }
}

/// Notes that a store is older than its anchor says, when the file itself is as it was written.
pub(crate) fn note_missing(db: &Connection, mark: Mark) -> Result<(), Problem> {
    let reads = ops::tip(db)?.seq;
    meta::change(db, |state| {
        let me = state.me.as_ref().map(|me| me.device);
        let certain = if me.is_some() { Certain::NotYet } else { Certain::Yes };
        let (device, unread) = (me.or(mark.device), mark.seq.saturating_sub(reads));
        let because = Because::Restored;
        note(state, Recovery { because, device, known: mark.tip(), reads, unread, certain });
    })
}

/// A store that lacks what the anchor names is damaged when its files still hold traces of it; else it
/// is an older copy.
fn complete(db: Connection, dir: &Path, mark: Option<Mark>) -> Result<Connection, Fault> {
    let Some(mark) = mark else { return Ok(db) };
    if ops::holds(&db, mark.tip())? {
        return Ok(db);
    }
    if salvage::finds_beyond(dir, ops::tip(&db)?, mark)? {
        return Err(Fault::Damaged("entries that were saved are missing from it".to_owned()));
    }
    if meta::state(&db)?.recovery.is_none() {
        note_missing(&db, mark)?;
    }
    Ok(db)
}

enum Fault {
    Passing(Problem),
    Damaged(String),
}

impl Fault {
    fn problem(self) -> Problem {
        match self {
            Self::Passing(problem) => problem,
            Self::Damaged(why) => Problem::new("store_damaged", why),
        }
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        match problem.code.as_str() {
            "store_unreadable" => Self::Damaged("a value cannot be read".to_owned()),
            _ => Self::Passing(problem),
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(
                rusqlite::ErrorCode::CannotOpen
                | rusqlite::ErrorCode::DatabaseBusy
                | rusqlite::ErrorCode::DatabaseLocked
                | rusqlite::ErrorCode::DiskFull
                | rusqlite::ErrorCode::OutOfMemory
                | rusqlite::ErrorCode::PermissionDenied
                | rusqlite::ErrorCode::ReadOnly,
            ) => Self::Passing(error.into()),
            Some(rusqlite::ErrorCode::SystemIoFailure) if is_short(&error) => {
                Self::Damaged("the file is cut short".to_owned())
            }
            Some(rusqlite::ErrorCode::SystemIoFailure) => Self::Passing(error.into()),
            // What is left says that the schema, a page or a value is not what it was.
            Some(_) | None => Self::Damaged("the file is not readable".to_owned()),
        }
    }
}

/// A read beyond the end: the medium is well, the file is not.
fn is_short(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    code == Some(rusqlite::ffi::SQLITE_IOERR_SHORT_READ)
}

fn open_sound(path: &Path) -> Result<Connection, Fault> {
    private::touch(path).map_err(Problem::from)?;
    let mut db = Connection::open(path)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // More than there are statements: none is compiled twice.
    db.set_prepared_statement_cache_capacity(256);
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "wal_autocheckpoint", 0)?;
    db.pragma_update(None, "foreign_keys", true)?;
    let found: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(Fault::Damaged("its pages do not fit together".to_owned()));
    }
    migrate(&mut db)?;
    // A value that cannot be read counts as damage: nothing that needs it would ever work again.
    meta::state(&db)?;
    if !me::is_sound(&db)? {
        return Err(Fault::Damaged("it does not say whose it is".to_owned()));
    }
    ops::verify_log(&db).map_err(|why| Fault::Damaged(why.detail.clone()))?;
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
