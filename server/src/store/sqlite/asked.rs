//! The SQL that a store runs, for tests that count statements and read query plans.
//!
//! Kept by file, so that tests beside each other do not count each other's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

static ASKED: Mutex<BTreeMap<PathBuf, Vec<String>>> = Mutex::new(BTreeMap::new());

/// Notes what a connection runs from now on.
pub(super) fn note(connection: &mut Connection, file: &Path) {
    let file = file.to_owned();
    let note = move |event: TraceEvent<'_>| {
        // What a trigger runs begins with a comment mark.
        if let TraceEvent::Stmt(statement, text) = event
            && !text.starts_with("--")
        {
            let mut asked = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
            asked.entry(file.clone()).or_default().push(statement.sql().into_owned());
        }
    };
    connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note)).expect("SQLite takes a trace");
}

/// What was run since it was last asked for.
pub(crate) fn take(file: &Path) -> Vec<String> {
    ASKED.lock().unwrap_or_else(PoisonError::into_inner).remove(file).unwrap_or_default()
}
