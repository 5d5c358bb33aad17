//! Room for a full disk: a file that goes when a synchronisation finds none, and comes back after one that was well.
//!
//! What waits can so be sent, and what the server says to it be saved. Does not help a command: whoever records is told
//! that the storage is full.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};

use crate::private;

const NAME: &str = "waymark.spare";
/// More than an answer changes in most synchronisations.
const BYTES: usize = 1024 * 1024;

/// The spare room of a store.
pub(crate) struct Spare {
    file: PathBuf,
}

impl Spare {
    pub(crate) fn of(dir: &Path) -> Self {
        Self { file: dir.join(NAME) }
    }

    /// Makes sure that it is there. On a disk that has no room for it nothing is left of it.
    pub(crate) fn keep(&self) {
        if std::fs::metadata(&self.file).is_ok_and(|file| file.len() == BYTES as u64) {
            return;
        }
        // Nothing that a disk could pack: the room must be there when it is given.
        let mut bytes = vec![0; BYTES];
        let filled = SystemRandom::new().fill(&mut bytes).is_ok();
        let opened = private::options().create(true).truncate(true).write(true).open(&self.file);
        let written = opened.and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()));
        if !filled || written.is_err() {
            self.give();
        }
    }

    /// Gives it to whoever needs it; says whether it was there.
    pub(crate) fn give(&self) -> bool {
        std::fs::remove_file(&self.file).is_ok()
    }
}
