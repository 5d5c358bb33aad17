//! A plain copy of the store for a moment, beside the store and as private: it is gone when nobody needs it any more.
//!
//! A command that is killed leaves it: the next backup, the next restore and the next start delete it. SQLite opens files by
//! their names alone, so it cannot be a file without one. Does not protect what it holds from who can read the store.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::private;

/// What a plain copy is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// It is verified and encrypted.
    BackingUp,
    /// A backup was decrypted into it.
    Restoring,
}

impl For {
    fn file(self, data: &Path) -> PathBuf {
        data.join(match self {
            Self::BackingUp => "waymark.sqlite.backing-up",
            Self::Restoring => "waymark.sqlite.restoring",
        })
    }
}

/// A file of the data directory that is removed when this is dropped.
pub(super) struct Scratch {
    path: PathBuf,
    /// Held, so that another command sees that it is no leftover.
    _held: File,
}

impl Scratch {
    /// An empty file; one that a crash left is deleted before.
    pub(super) fn new(data: &Path, made_for: For) -> Result<Self, Fault> {
        private::create_dir_all(data)?;
        sweep(data)?;
        let path = made_for.file(data);
        // Whoever sweeps at this moment may take the file away again.
        loop {
            let file = match private::options().create_new(true).write(true).open(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(Fault::BackupRuns),
                opened => opened?,
            };
            match file.try_lock() {
                Ok(()) if path.exists() => return Ok(Self { path, _held: file }),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps the file, under another name.
    pub(super) fn keep_as(self, path: &Path) -> Result<(), Fault> {
        Ok(std::fs::rename(&self.path, path)?)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // It is not there when it was kept; what cannot be removed is swept later.
        drop(std::fs::remove_file(&self.path));
    }
}

/// Deletes the plain copies of commands that were killed; those that somebody holds stay.
pub(crate) fn sweep(data: &Path) -> Result<(), Fault> {
    for made_for in [For::BackingUp, For::Restoring] {
        let path = made_for.file(data);
        let file = match private::options().write(true).open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            opened => opened?,
        };
        if file.try_lock().is_ok() {
            std::fs::remove_file(&path)?;
            tracing::warn!("a plain copy of the store was deleted: a backup or restore was killed before");
        }
    }
    Ok(())
}
