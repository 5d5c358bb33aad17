//! What went wrong, as [`sync_core::problem`] has it, and what the errors of the store and the disk become of it.
//!
//! Does not decide who must act: the list of errors says so.

use std::io::ErrorKind;
use std::ops::Deref;

use rusqlite::ErrorCode;
use serde::Serialize;
use sync_core::problem;
pub use sync_core::problem::{About, Who};

/// A problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error(transparent)]
#[serde(transparent)]
pub struct Problem(problem::Problem);

impl Deref for Problem {
    type Target = problem::Problem;

    fn deref(&self) -> &problem::Problem {
        &self.0
    }
}

impl Problem {
    /// A problem of the list.
    pub(crate) fn new(code: &str, detail: impl Into<String>) -> Self {
        Self(problem::Problem::new(code, detail))
    }

    /// A problem with one field.
    pub(crate) fn at(code: &str, field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self(problem::Problem::at(code, field, detail))
    }
}

impl Problem {
    /// The same with the time after which to try again.
    pub(crate) fn after(self, after_ms: u64) -> Self {
        Self(self.0.after(after_ms))
    }
}

impl From<problem::Problem> for Problem {
    fn from(problem: problem::Problem) -> Self {
        Self(problem)
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(ErrorCode::DiskFull) {
            return Self::new("storage_full", "");
        }
        if is_damage(&error) {
            return Self::new("store_unreadable", "the file is not as it was written");
        }
        match error.sqlite_error() {
            Some(error) => Self::new("store_failed", error.to_string()),
            // SQLite has read what lies there, and it is not what was written.
            None => Self::new("store_unreadable", "a value has another type than it should"),
        }
    }
}

/// The medium is well, and the file is not: it ends too early, for instance.
pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    let is_corrupt =
        matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase));
    is_corrupt || code == Some(rusqlite::ffi::SQLITE_IOERR_SHORT_READ)
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::new("storage_full", ""),
            kind => Self::new("store_failed", kind.to_string()),
        }
    }
}
