//! The device's store: one SQLite file, opened by one process, whose log is verified when it opens: see `verified`.
//!
//! ```text
//!   open ─▶ pages, chain, anchor ── sound ───────────────────────────────▶ open
//!                     ├── damaged, or entries are missing ─▶ salvage ─▶ a new store, the old file kept
//!                     └── an older copy ─▶ open, and say so: the next synchronisation tells
//! ```
//! A command costs one synchronous commit: the write-ahead log is flushed at each, and checkpointed
//! beside the commands: see `log_length`. A damaged file is set aside and never deleted. Does not know what ops mean.

pub(crate) mod aside;
pub(crate) mod erasure;
pub(crate) mod forget;
pub(crate) mod held;
pub(crate) mod key_file;
pub(crate) mod leaving;
pub(crate) mod log_length;
pub(crate) mod meta;
pub(crate) mod ops;
pub(crate) mod others;
pub(crate) mod reads;
pub(crate) mod recovery;
pub(crate) mod reference;
mod salvage;
pub(crate) mod save;
pub(crate) mod sealer;
mod sealing;
pub(crate) mod spare;
pub(crate) mod state;
pub(crate) mod verified;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use sync_core::phone::recover::{Because, Certain, Recovery, note};
use sync_core::phone::state::PhoneState;

use crate::anchor::{Anchor, Mark};
use crate::me;
use crate::private;
use crate::problem::{Problem, is_damage};
use held::HeldRecords;
use key_file::{KeyFile, Opened, StoreKey};
use sealer::{Keys, Sealer};

const FILE: &str = "waymark.db";
/// The pages of a store that is made now. A command touches a dozen trees, and writes a page of each: small ones cost less.
/// A store that was made before keeps its pages.
pub(crate) const PAGE_BYTES: usize = 512;

/// The open store.
pub(crate) struct Store {
    pub(crate) db: Connection,
    pub(crate) held: HeldRecords,
    pub(crate) sealer: Sealer,
    /// None: its rows are in the clear.
    key_file: Option<KeyFile>,
    dir: PathBuf,
    /// Its user has left, and it is gone.
    is_left: bool,
    /// Held as long as the store is open.
    _lock: File,
}

impl Store {
    /// Opens or creates the store of a directory and verifies its log. A damaged one is set aside, and
    /// a new one opens in its place with what could be read of it.
    pub(crate) fn open(dir: &Path, phone: Option<&StoreKey>, anchor: &dyn Anchor) -> Result<Self, Problem> {
        private::create_dir_all(dir)?;
        let lock = private::options().create(true).append(true).open(dir.join("waymark.lock"))?;
        lock.try_lock().map_err(|_| Problem::new("store_in_use", ""))?;
        leaving::finish(dir)?;
        let (key_file, found) = match KeyFile::open(dir, phone)? {
            Opened::Unsealed => (None, KeysFound::WithStore),
            Opened::Sealed(file) => (Some(file), KeysFound::WithStore),
            Opened::Fresh(file) => (Some(file), KeysFound::No),
        };
        let keys = key_file.as_ref().map_or(Ok(Keys::default()), KeyFile::keys)?;
        salvage::finish(dir, &keys)?;
        let mark = anchor.load();
        let path = dir.join(FILE);
        let opened = open_sound(&path, &keys, found);
        let (db, sealer) = match opened.and_then(|(db, sealer)| Ok((complete(db, dir, mark, &keys)?, sealer)))
        {
            Ok(opened) => opened,
            Err(Fault::Passing(problem)) => return Err(problem),
            Err(Fault::Damaged(why)) => {
                salvage::salvage(dir, mark, &why, &keys)?;
                open_sound(&path, &keys, KeysFound::WithStore).map_err(Fault::problem)?
            }
        };
        let held = HeldRecords::default();
        let mut store = Self { db, held, sealer, key_file, dir: dir.to_owned(), is_left: false, _lock: lock };
        if keys.0.len() > 1 {
            store.finish_renewal()?;
        }
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

    /// Wraps the keys of the rows under another key of the phone.
    pub(crate) fn rekey(&mut self, phone: &StoreKey) -> Result<(), Problem> {
        let unsealed = || Problem::new("store_unsealed", "");
        self.key_file.as_mut().ok_or_else(unsealed)?.rekey(phone)
    }

    /// Whether its rows are sealed.
    pub(crate) fn is_sealed(&self) -> bool {
        self.key_file.is_some()
    }

    /// Seals what is left under a new key and destroys the one before: whatever still lies in files is bytes then.
    fn renew(&mut self) -> Result<(), Problem> {
        let Some(file) = &mut self.key_file else { return Ok(()) };
        file.add()?;
        self.sealer.opens_with(&file.keys()?);
        self.finish_renewal()
    }

    fn finish_renewal(&mut self) -> Result<(), Problem> {
        sealing::seal_anew(&mut self.db)?;
        let Some(file) = &mut self.key_file else { return Ok(()) };
        file.destroy_older()?;
        self.sealer.opens_with(&file.keys()?);
        Ok(())
    }

    /// Leaves nothing of what was deleted in any file of the directory; its key goes first.
    pub(crate) fn scrub(&mut self) -> Result<(), Problem> {
        self.renew()?;
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
fn complete(db: Connection, dir: &Path, mark: Option<Mark>, keys: &Keys) -> Result<Connection, Fault> {
    let Some(mark) = mark else { return Ok(db) };
    if ops::holds(&db, mark.tip())? {
        return Ok(db);
    }
    if salvage::finds_beyond(dir, ops::tip(&db)?, mark, keys)? {
        return Err(Fault::Damaged("entries that were saved are missing from it".to_owned()));
    }
    if meta::state(&db)?.recovery.is_none() {
        note_missing(&db, mark)?;
    }
    Ok(db)
}

/// Whether the keys lay beside the store, or were drawn just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeysFound {
    WithStore,
    No,
}

pub(crate) enum Fault {
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
            Some(rusqlite::ErrorCode::SystemIoFailure) if is_damage(&error) => {
                Self::Damaged("the file is cut short".to_owned())
            }
            Some(rusqlite::ErrorCode::SystemIoFailure) => Self::Passing(error.into()),
            // What is left says that the schema, a page or a value is not what it was.
            Some(_) | None => Self::Damaged("the file is not readable".to_owned()),
        }
    }
}

fn open_sound(path: &Path, keys: &Keys, found: KeysFound) -> Result<(Connection, Sealer), Fault> {
    private::touch(path).map_err(Problem::from)?;
    let mut db = Connection::open(path)?;
    let sealer = keys.attach(&db)?;
    if sealer::is_sealed(&db)? {
        if keys.0.is_empty() {
            return Err(Fault::Passing(Problem::new("store_key_missing", "")));
        }
        if found == KeysFound::No {
            return Err(Fault::Damaged("its keys are gone".to_owned()));
        }
    }
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // More than there are statements: none is compiled twice.
    db.set_prepared_statement_cache_capacity(256);
    // Nor again whenever a value such as that of LIMIT is bound.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Of a file that has pages it changes none.
    db.pragma_update(None, "page_size", PAGE_BYTES)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "wal_autocheckpoint", 0)?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "journal_size_limit", log_length::KEPT_BYTES)?;
    // What is opened is never written to a temporary file.
    db.pragma_update(None, "temp_store", "MEMORY")?;
    let found: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(Fault::Damaged("its pages do not fit together".to_owned()));
    }
    migrate(&mut db)?;
    if tables(&db)? != *TABLES {
        return Err(Fault::Damaged("its tables are not as they were made".to_owned()));
    }
    if !keys.0.is_empty() && !sealer::is_sealed(&db)? {
        sealing::seal_in_place(&mut db, &sealer, keys)?;
    }
    // A value that cannot be read counts as damage: nothing that needs it would ever work again.
    meta::state(&db)?;
    if !me::is_sound(&db)? {
        return Err(Fault::Damaged("it does not say whose it is".to_owned()));
    }
    verified::open(&db).map_err(|why| Fault::Damaged(why.detail.clone()))?;
    Ok((db, sealer))
}

/// What every store says of its tables, whichever version it began with.
static TABLES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let made = || {
        let mut db = Connection::open_in_memory()?;
        Keys::default().attach(&db)?;
        migrate(&mut db)?;
        tables(&db)
    };
    made().expect("the migrations make a store")
});

/// The words of a store's tables, views, indexes and triggers: one bit of them that is wrong, and statements fail for ever.
fn tables(db: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    let sql = "SELECT concat_ws(' ', type, name, tbl_name, sql) FROM sqlite_schema ORDER BY type, name";
    db.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
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
