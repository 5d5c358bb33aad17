//! A plain copy of the store for a moment, beside the store and as private: it is gone when nobody needs it any more.
//!
//! What a crash left of one is removed by the next. Does not protect what it holds from who can read the store.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::private;

/// A file of the data directory that is removed when this is dropped.
pub(super) struct Scratch {
    path: PathBuf,
    /// Held, so that another command sees that it is no leftover.
    _held: File,
}

impl Scratch {
    /// An empty file; one that a crash left is emptied.
    pub(super) fn new(data: &Path, name: &str) -> Result<Self, Fault> {
        private::create_dir_all(data)?;
        let path = data.join(name);
        let file = private::options().create(true).truncate(false).write(true).open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Fault::BackupRuns),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        file.set_len(0)?;
        Ok(Self { path, _held: file })
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
        // It is not there when it was kept; what cannot be removed the next one empties.
        drop(std::fs::remove_file(&self.path));
    }
}
