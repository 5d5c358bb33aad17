//! Files that hold what is said of people: new ones only, readable by their owner alone, written in one step.
//!
//! ```text
//!   reserve (empty, before anything is read or noted) ─▶ fill (whole, or not at all) or drop (gone)
//! ```
//! Does not know what is in them.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use server::private;

use crate::failure::{Done, Failure};

/// A name that is taken; the file goes again unless it is filled.
#[must_use]
pub(super) struct Reserved {
    path: PathBuf,
    is_filled: bool,
}

/// Takes a name: a file that is there already is never written over, and a link is not followed.
pub(super) fn reserve(file: &Path) -> Done<Reserved> {
    let made = private::options().write(true).create_new(true).open(file);
    made.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Failure::Usage(format!("{} is there already: name another file", file.display()))
        }
        _ => error.into(),
    })?;
    Ok(Reserved { path: file.to_owned(), is_filled: false })
}

/// Two of them, or none.
pub(super) fn both(one: &Path, other: &Path) -> Done<(Reserved, Reserved)> {
    Ok((reserve(one)?, reserve(other)?))
}

impl Reserved {
    /// Puts the text there, whole and durable when this returns.
    pub(super) fn fill(mut self, text: &str) -> Done {
        private::write(&self.path, text.as_bytes())?;
        self.is_filled = true;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        Ok(File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?)
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if !self.is_filled {
            // An empty file that stays says nothing of anybody.
            drop(std::fs::remove_file(&self.path));
        }
    }
}
