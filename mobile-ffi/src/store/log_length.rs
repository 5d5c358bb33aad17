//! Keeps the write-ahead log short, by a second connection and a thread of its own: no command waits for it, unless it
//! writes faster than the disk can follow.
//!
//! Does not flush commits: each command does.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::problem::Problem;
use crate::store::FILE;

/// From here on the log is moved into the file, beside the commands.
const LONG_BYTES: u64 = 2 * 1024 * 1024;
/// From here on a command waits until it has been.
const TOO_LONG_BYTES: u64 = 6 * 1024 * 1024;
/// To this the log's file shrinks when it begins again.
pub(super) const KEPT_BYTES: u64 = 1024 * 1024;

/// Who moves the log of a store into its file.
pub(crate) struct Checkpoints {
    file: PathBuf,
    running: Mutex<Option<JoinHandle<()>>>,
}

impl Checkpoints {
    pub(crate) fn of(dir: &Path) -> Self {
        Self { file: dir.join(FILE), running: Mutex::new(None) }
    }

    /// After a commit: begins to move the log when it is long, and waits when it is too long.
    pub(crate) fn after_commit(&self) {
        let bytes = self.log_bytes();
        if bytes < LONG_BYTES {
            return;
        }
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if bytes >= TOO_LONG_BYTES {
            if let Some(before) = running.take() {
                let _ = before.join();
            }
            // What cannot be moved now, on a full disk for instance, is tried again after the next commit.
            let _ = checkpoint(&self.file);
            return;
        }
        if running.as_ref().is_some_and(|before| !before.is_finished()) {
            return;
        }
        let file = self.file.clone();
        let run = move || {
            let _ = checkpoint(&file);
        };
        *running = thread::Builder::new().name("waymark-checkpoint".to_owned()).spawn(run).ok();
    }

    /// Moves it now; for whoever waits for the network anyway.
    pub(crate) fn now(&self) -> Result<(), Problem> {
        checkpoint(&self.file)
    }

    fn log_bytes(&self) -> u64 {
        let mut log = self.file.clone().into_os_string();
        log.push("-wal");
        std::fs::metadata(log).map_or(0, |log| log.len())
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(running) = running {
            let _ = running.join();
        }
    }
}

fn checkpoint(file: &Path) -> Result<(), Problem> {
    // It makes no file: a store that its user left stays gone.
    let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
    Ok(())
}
