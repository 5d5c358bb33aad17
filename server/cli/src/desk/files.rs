//! Files that hold what is said of people: new ones only, readable by their owner alone.
//!
//! Does not know what is in them.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use server::private;

use crate::failure::{Done, Failure};

/// A new file: one that is there already is never written over.
pub(super) fn new(file: &Path) -> Done<File> {
    private::options().write(true).create_new(true).open(file).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Failure::Usage(format!("{} is there already: name another file", file.display()))
        }
        _ => error.into(),
    })
}

/// Two of them, or none.
pub(super) fn both(one: &Path, other: &Path) -> Done<(File, File)> {
    let first = new(one)?;
    match new(other) {
        Ok(second) => Ok((first, second)),
        Err(failure) => {
            drop(std::fs::remove_file(one));
            Err(failure)
        }
    }
}

/// Writes what was made for a new file, durable when this returns.
pub(super) fn fill(mut file: File, text: &str) -> Done {
    file.write_all(text.as_bytes())?;
    Ok(file.sync_all()?)
}
