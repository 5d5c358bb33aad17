//! The embedded store: SQLite in one file, one writer thread, a small pool of readers.
//!
//! Does not keep a transaction open between jobs; see [`super`] for what a job is promised.

#[cfg(test)]
pub(crate) mod asked;
mod audit;
mod columns;
mod desk;
mod duties;
mod erasures;
mod forms;
mod open;
mod past;
mod people;
mod policy;
mod prior_checks;
mod reads;
mod reserve;
mod retention;
mod save;
mod search;
mod sign_in;
mod writer;
mod writes;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use sync_core::sync::epoch::Point;

use crate::fault::Fault;
use crate::outside;
use crate::outside::file::{Expect, Found, Opened, Outside};
use crate::private;
use crate::store::past::ReadsPast as _;
use crate::store::{Reads, Store, Writes};
use reserve::Reserve;
use writer::Writer;

/// The store of a data directory, held exclusively.
pub(crate) struct SqliteStore {
    writer: Writer,
    readers: Readers,
    again: Again,
    reserve: Reserve,
    _lock: File,
}

/// What became of the file that is kept outside the backups, when the store was opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Again {
    /// Whether it was there.
    pub(crate) found: Found,
    /// How many of its entries the store had forgotten and knows again.
    pub(crate) applied: u64,
    /// The last position of the feeds before, when any was applied.
    before: Option<u64>,
}

impl Again {
    /// Where an epoch begins that begins now: whoever read on must hear of what was applied again.
    pub(crate) fn begins_at(&self, now: Point) -> Point {
        Point { pos: self.before.unwrap_or(now.pos), ..now }
    }
}

/// A connection as jobs see it.
struct Sql<'c>(&'c Connection);

/// Connections that only read; as many as were ever used at once, up to a few.
#[derive(Clone)]
struct Readers {
    file: PathBuf,
    idle: std::sync::Arc<Mutex<Vec<Connection>>>,
}

const MAX_IDLE_READERS: usize = 4;

impl SqliteStore {
    /// Whether a directory holds a store.
    pub(crate) fn is_in(data: &Path) -> bool {
        open::existing_file(data).is_ok()
    }

    /// Opens the store of a data directory.
    pub(crate) fn open(data: &Path) -> Result<Self, Fault> {
        let lock = open::lock(data)?;
        open::sweep(data)?;
        let file = open::existing_file(data)?;
        Self::over(data, file, lock, Expect::There)
    }

    /// Creates the store of a data directory; the directory is made when there is none.
    pub(crate) fn create(data: &Path) -> Result<Self, Fault> {
        private::create_dir_all(data)?;
        let lock = open::lock(data)?;
        let file = open::new_file(data)?;
        Self::over(data, file, lock, Expect::ThereOrNew)
    }

    fn over(data: &Path, file: PathBuf, lock: File, expect: Expect) -> Result<Self, Fault> {
        let mut connection = open::writer(&file)?;
        let Opened { mut outside, entries, found } = Outside::open(data, expect)?;
        let (applied, before) = apply_again(&mut connection, &entries)?;
        writer::follow(&connection, &mut outside)?;
        let readers = Readers { file, idle: std::sync::Arc::default() };
        let again = Again { found, applied, before };
        let reserve = Reserve::of(data);
        Ok(Self { writer: Writer::start(connection, outside)?, readers, again, reserve, _lock: lock })
    }

    /// What the file that is kept outside the backups knew when the store was opened.
    pub(crate) fn again(&self) -> Again {
        self.again
    }

    /// Keeps some room free, for as long as the store is held.
    pub(crate) fn keep_reserve(&self) -> Result<(), Fault> {
        self.reserve.notice(self.reserve.fill())
    }

    /// Moves what the write-ahead log holds into the store's file, and empties it.
    pub(crate) fn empty_log(&self) -> Result<(), Fault> {
        let connection = Connection::open_with_flags(&self.readers.file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(open::BUSY)?;
        Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }

    /// Whether the disk was found to take no writes.
    pub(crate) fn is_full(&self) -> bool {
        self.reserve.is_full()
    }

    /// Runs a write job from a thread that may wait.
    pub(crate) fn write_now<T: Send + 'static>(
        &self,
        job: impl FnOnce(&dyn Writes) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.writer.submit(job).blocking_recv().map_err(|_| Fault::Stopped)?
    }

    /// Runs a read job from a thread that may wait.
    pub(crate) fn read_now<T>(&self, job: impl FnOnce(&dyn Reads) -> Result<T, Fault>) -> Result<T, Fault> {
        self.readers.run(job)
    }
}

/// A file that knows more than the store says that the store went back: the rest is applied again.
fn apply_again(connection: &mut Connection, entries: &[String]) -> Result<(u64, Option<u64>), Fault> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let store = Sql(&transaction);
    let noted = store.kept_outside(0)?;
    if let Some(other) = noted.iter().zip(entries).position(|(noted, entry)| noted != entry) {
        return Err(Fault::OutsideOther(other as u64 + 1));
    }
    let forgotten = entries.get(noted.len()..).unwrap_or_default();
    let before = if forgotten.is_empty() { None } else { Some(store.point()?.pos) };
    forgotten.iter().try_for_each(|entry| outside::again(&store, entry))?;
    transaction.commit()?;
    erasures::scrub(connection)?;
    let applied = forgotten.len() as u64;
    if applied > 0 {
        tracing::warn!(applied, "the store had forgotten what is kept outside the backups: applied again");
    }
    Ok((applied, before))
}

impl Store for SqliteStore {
    async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&dyn Writes) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        if self.reserve.is_full() {
            return Err(Fault::DiskFull);
        }
        self.reserve.notice(self.writer.submit(job).await.map_err(|_| Fault::Stopped)?)
    }

    async fn write_urgently<T: Send + 'static>(
        &self,
        job: impl FnOnce(&dyn Writes) -> Result<T, Fault> + Clone + Send + 'static,
    ) -> Result<T, Fault> {
        if !self.reserve.is_full() {
            let written = self.write(job.clone()).await;
            if written.is_ok() || !self.reserve.is_full() {
                return written;
            }
        }
        self.reserve.give_up();
        self.writer.submit(job).await.map_err(|_| Fault::Stopped)?
    }

    async fn is_writable(&self) -> bool {
        let reserve = self.reserve.clone();
        tokio::task::spawn_blocking(move || reserve.is_writable()).await.unwrap_or(false)
    }

    async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&dyn Reads) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let readers = self.readers.clone();
        tokio::task::spawn_blocking(move || readers.run(job)).await.map_err(|_| Fault::Stopped)?
    }
}

impl Readers {
    fn run<T>(&self, job: impl FnOnce(&dyn Reads) -> Result<T, Fault>) -> Result<T, Fault> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = idle.map_or_else(|| open::reader(&self.file), Ok)?;
        let result = in_one_state(&connection, job);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE_READERS {
            idle.push(connection);
        }
        result
    }
}

fn in_one_state<T>(
    connection: &Connection,
    job: impl FnOnce(&dyn Reads) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let transaction = connection.unchecked_transaction()?;
    let result = job(&Sql(&transaction));
    transaction.finish()?;
    result
}

/// Reads a store without holding it: for checks, also beside a running server.
pub(crate) fn inspect<T>(data: &Path, job: impl FnOnce(&dyn Reads) -> Result<T, Fault>) -> Result<T, Fault> {
    inspect_file(&open::existing_file(data)?, job)
}

/// Reads a store's file, such as a backup.
pub(crate) fn inspect_file<T>(
    file: &Path,
    job: impl FnOnce(&dyn Reads) -> Result<T, Fault>,
) -> Result<T, Fault> {
    in_one_state(&open::reader(file)?, job)
}

/// Copies the store as it is at one moment into a new file, also beside a running server; durable
/// when this returns.
pub(crate) fn copy_to(data: &Path, file: &Path) -> Result<(), Fault> {
    let connection = open::reader(&open::existing_file(data)?)?;
    let name = file.to_str().ok_or(Fault::Unknown("file name in UTF-8"))?;
    private::touch(file)?;
    connection.execute("VACUUM INTO ?1", [name])?;
    Ok(File::open(file)?.sync_all()?)
}

/// Writes one small thing beside a running server: SQLite lets one writer in at a time.
pub(crate) fn note<T>(data: &Path, job: impl FnOnce(&dyn Writes) -> Result<T, Fault>) -> Result<T, Fault> {
    let mut connection = open::writer(&open::existing_file(data)?)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let result = job(&Sql(&transaction))?;
    transaction.commit()?;
    Ok(result)
}

/// Puts a copy of a file into a data directory as its store. What lies there is set aside under the
/// name that is given back, and never deleted.
pub(crate) fn put_in_place(file: &Path, data: &Path) -> Result<(SqliteStore, Option<PathBuf>), Fault> {
    private::create_dir_all(data)?;
    let lock = open::lock(data)?;
    let (store, aside) = open::replace(file, data)?;
    Ok((SqliteStore::over(data, store, lock, Expect::ThereOrNew)?, aside))
}

/// Changes one byte of a stored body, as a damaged disk would.
#[cfg(test)]
pub(crate) fn damage_a_body(data: &Path) {
    let connection = open::writer(&open::existing_file(data).expect("the store exists")).expect("it opens");
    let sql = "UPDATE ops SET body = replace(body, 'Doe', 'Dof') WHERE body LIKE '%Doe%'";
    assert_eq!(connection.execute(sql, []).expect("the statement is right"), 1);
}

/// Puts a column of an erased op back, as a careless restore would.
#[cfg(test)]
pub(crate) fn put_back(data: &Path, column: &str, value: &dyn rusqlite::ToSql) {
    let connection = open::writer(&open::existing_file(data).expect("the store exists")).expect("it opens");
    let sql = format!("UPDATE ops SET {column} = ?1 WHERE erased IS NOT NULL");
    assert_eq!(connection.execute(&sql, [value]).expect("the statement is right"), 1);
}
