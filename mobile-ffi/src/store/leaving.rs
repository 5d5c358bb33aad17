//! A store that its user leaves for good: its key is destroyed first, then every file of it.
//!
//! ```text
//!   note that it goes ─▶ key overwritten, then gone ─▶ files gone ─▶ note gone
//! ```
//! A cut after the note is finished at the next open. Does not ask whether anything waits: see `logout`.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use rusqlite::Connection;

use crate::private;
use crate::problem::Problem;
use crate::store::key_file;
use crate::store::sealer::Keys;
use crate::store::{Store, migrate};

const NOTE: &str = "waymark.leaving";
/// What a store is made of begins so.
const OURS: &str = "waymark.";
const LOCK: &str = "waymark.lock";

impl Store {
    /// Whoever still has it is nobody's phone.
    pub(crate) fn must_be_kept(&self) -> Result<(), Problem> {
        if self.is_left { Err(Problem::new("not_enrolled", "its user has left this phone")) } else { Ok(()) }
    }

    /// Deletes it. What takes its place holds nothing, and takes nothing.
    pub(crate) fn leave(&mut self) -> Result<(), Problem> {
        let mut nothing = Connection::open_in_memory()?;
        let sealer = Keys::default().attach(&nothing)?;
        migrate(&mut nothing)?;
        nothing.pragma_update(None, "query_only", true)?;
        private::options().create(true).write(true).truncate(false).open(self.dir.join(NOTE))?.sync_all()?;
        File::open(&self.dir)?.sync_all()?;
        (self.sealer, self.key_file, self.is_left) = (sealer, None, true);
        drop(std::mem::replace(&mut self.db, nothing));
        finish(&self.dir)
    }
}

/// Goes on where a cut ended it; does nothing when nobody has left.
pub(super) fn finish(dir: &Path) -> Result<(), Problem> {
    let note = dir.join(NOTE);
    if !note.exists() {
        return Ok(());
    }
    let key = dir.join(key_file::NAME);
    if key.exists() {
        let mut file = OpenOptions::new().write(true).open(&key)?;
        file.write_all(&[0; key_file::FILE_BYTES])?;
        file.sync_all()?;
        std::fs::remove_file(key)?;
        File::open(dir)?.sync_all()?;
    }
    for entry in std::fs::read_dir(dir)? {
        let (name, path) =
            entry.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))?;
        if !name.starts_with(OURS) || name == NOTE || name == LOCK {
            continue;
        }
        if path.is_dir() {
            std::fs::remove_dir_all(path)?;
        } else {
            std::fs::remove_file(path)?;
        }
    }
    File::open(dir)?.sync_all()?;
    std::fs::remove_file(note)?;
    Ok(File::open(dir)?.sync_all()?)
}
