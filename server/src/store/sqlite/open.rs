//! Opening a store: lock, settings read back, migrations.
//!
//! Does not create organisations or people: see `startup`.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use schema::sql::SERVER;

use crate::fault::Fault;
use crate::key_file;
use crate::private;

const FILE: &str = "waymark.sqlite";
const LOCK: &str = "waymark.lock";
/// How long somebody waits for another writer.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// Takes the data directory for this process; the lock ends with the file, also in a crash.
pub(super) fn lock(data: &Path) -> Result<File, Fault> {
    let file = private::options().create(true).truncate(false).write(true).open(data.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Fault::InUse),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// The store's file, which must be there.
pub(super) fn existing_file(data: &Path) -> Result<PathBuf, Fault> {
    let file = data.join(FILE);
    let is_there = std::fs::metadata(&file).is_ok_and(|found| found.is_file() && found.len() > 0);
    match (is_there, key_file::path(data, None).is_file()) {
        (true, _) => Ok(file),
        (false, true) => Err(Fault::StoreGone),
        (false, false) => Err(Fault::NoStore),
    }
}

/// The store's file, which must not be there.
pub(super) fn new_file(data: &Path) -> Result<PathBuf, Fault> {
    let file = data.join(FILE);
    if file.exists() {
        return Err(Fault::Exists);
    }
    private::options().create_new(true).write(true).open(&file)?;
    Ok(file)
}

/// Sets the store's file aside, with its write-ahead log, and puts a copy of another in its place.
/// The copy is whole and durable before anything is moved.
pub(super) fn replace(file: &Path, data: &Path) -> Result<(PathBuf, Option<PathBuf>), Fault> {
    let (to, incoming) = (data.join(FILE), data.join(format!("{FILE}.incoming")));
    private::copy(file, &incoming)?;
    let mut aside = None;
    if to.exists() {
        let name = |n: u32| data.join(format!("{FILE}.before-restore-{n}"));
        let free = (1..).map(name).find(|name| !name.exists()).expect("some number is free");
        for suffix in ["-wal", "-shm", ""] {
            let (from, to) = (format!("{}{suffix}", to.display()), format!("{}{suffix}", free.display()));
            if Path::new(&from).exists() {
                std::fs::rename(from, to)?;
            }
        }
        aside = Some(free);
    }
    std::fs::rename(&incoming, &to)?;
    File::open(data)?.sync_all()?;
    Ok((to, aside))
}

/// A connection is used by one thread at a time, as the compiler sees to: SQLite need not lock it for each of its calls.
const OF_ONE_THREAD: OpenFlags = OpenFlags::SQLITE_OPEN_NO_MUTEX;

/// Pages that the writer keeps in memory.
const WRITER_CACHE_KIB: i64 = 24 * 1024;
/// The same of each reader; a few of them stay open.
const READER_CACHE_KIB: i64 = 6 * 1024;

/// So many pages are in the write-ahead log before they go into the file: 16 MiB. Pages that change all the time, those of
/// indexes, are then written once for many commits.
const CHECKPOINT_PAGES: i64 = 4_000;

/// The one connection that writes, tested and of the latest version.
pub(super) fn writer(file: &Path) -> Result<Connection, Fault> {
    let mut connection =
        Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE | OF_ONE_THREAD)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    keep_in_memory(&connection, WRITER_CACHE_KIB)?;
    self_test(&connection)?;
    migrate(&mut connection)?;
    #[cfg(test)]
    super::asked::note(&mut connection, file);
    Ok(connection)
}

/// A connection that only reads.
pub(super) fn reader(file: &Path) -> Result<Connection, Fault> {
    #[cfg_attr(not(test), expect(unused_mut, reason = "tests note what it runs"))]
    let mut connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY | OF_ONE_THREAD)?;
    connection.busy_timeout(BUSY)?;
    keep_in_memory(&connection, READER_CACHE_KIB)?;
    #[cfg(test)]
    super::asked::note(&mut connection, file);
    Ok(connection)
}

/// What a connection keeps in memory: compiled statements, more than there are, so that none is compiled twice; pages, so
/// that those of every index are not fetched from the file again for each entry; and whatever would be a temporary file.
fn keep_in_memory(connection: &Connection, pages_kib: i64) -> Result<(), Fault> {
    connection.set_prepared_statement_cache_capacity(256);
    // Otherwise SQLite compiles a statement again whenever a value such as that of LIMIT is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Such a file would hold what a savepoint brings back, or what a list is ordered by: personal data.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // A negative number is one of KiB.
    connection.pragma_update(None, "cache_size", -pages_kib)?;
    Ok(())
}

/// An acknowledgement means durable only with these settings, so they are read back.
fn self_test(connection: &Connection) -> Result<(), Fault> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode != "wal" {
        return Err(Fault::SelfTest("SQLite does not keep a write-ahead log here"));
    }
    if number("synchronous")? != 2 {
        return Err(Fault::SelfTest("SQLite does not wait for the disk"));
    }
    if number("secure_delete")? != 1 {
        return Err(Fault::SelfTest("SQLite does not overwrite what is deleted"));
    }
    check_version(rusqlite::version_number())
}

/// Older versions can lose a write-ahead log that is reset while it is read (fixed in 3.51.3).
fn check_version(number: i32) -> Result<(), Fault> {
    if number < 3_051_003 { Err(Fault::SelfTest("SQLite is too old")) } else { Ok(()) }
}

/// Brings the schema to the latest version, which is the number of the last file in the list.
fn migrate(connection: &mut Connection) -> Result<(), Fault> {
    let held: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let held = usize::try_from(held).map_err(|_| Fault::TooNew)?;
    if held > SERVER.len() {
        return Err(Fault::TooNew);
    }
    for (before, (_, sql)) in SERVER.iter().enumerate().skip(held) {
        let version = i64::try_from(before + 1).expect("there are few migrations");
        let transaction = connection.transaction()?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, PathBuf) {
        let data = tempfile::tempdir().expect("a directory is made");
        let file = new_file(data.path()).expect("the file is made");
        drop(writer(&file).expect("the store is made"));
        (data, file)
    }

    #[test]
    fn settings_that_do_not_wait_for_the_disk_stop_the_start() {
        let (_data, file) = store();
        for (name, value) in [
            ("synchronous", "NORMAL"),
            ("synchronous", "OFF"),
            ("journal_mode", "DELETE"),
            ("secure_delete", "OFF"),
        ] {
            let connection = writer(&file).expect("the store opens");
            connection.pragma_update(None, name, value).expect("it is set");
            assert!(matches!(self_test(&connection), Err(Fault::SelfTest(_))), "{name} {value}");
        }
    }

    #[test]
    fn an_old_sqlite_stops_the_start() {
        assert_eq!(check_version(3_051_003), Ok(()));
        assert!(matches!(check_version(3_051_002), Err(Fault::SelfTest(_))));
    }

    #[test]
    fn a_store_of_a_newer_version_stops_the_start() {
        let (_data, file) = store();
        let connection = Connection::open(&file).expect("the file opens");
        connection.pragma_update(None, "user_version", i64::MAX >> 33).expect("it is set");
        drop(connection);
        assert_eq!(writer(&file).err(), Some(Fault::TooNew));
    }
}
