//! What a phone says when it was damaged, copied, restored, or lost its key.
//!
//! In people's words, with counts. Does not decide anything.

use rusqlite::Connection;
use serde_json::{Value, json};
use sync_core::phone::recover::{Because, Certain, Recovery};
use sync_core::phone::state::PhoneState;

use crate::device::Device;
use crate::problem::Problem;
use crate::store::recovery;

/// Why this phone must enrol again, what is kept, and what is lost; null when nothing happened.
pub(crate) fn recovery(db: &Connection, state: &PhoneState) -> Result<Value, Problem> {
    let lost = state.lost;
    let Some(noted) = &state.recovery else {
        let words = format!("{lost} entries were lost with a damaged or restored store.");
        return Ok(if lost == 0 { Value::Null } else { json!({"lost": lost, "words": words}) });
    };
    let kept = recovery::waiting_count(db)?;
    Ok(json!({
        "because": noted.because,
        "enrol_again": noted.certain == Certain::Yes,
        "kept": kept,
        "unread": noted.unread,
        "lost": lost,
        "words": words(noted, kept),
    }))
}

fn words(noted: &Recovery, kept: u64) -> String {
    let unread = noted.unread;
    let missing = match unread {
        0 => String::new(),
        1 => " 1 entry could not be read; if the server has it, it comes back.".to_owned(),
        _ => format!(" {unread} entries could not be read; those that the server has come back."),
    };
    let what = match noted.because {
        Because::Fork => {
            "Another phone has recorded as this one. Everything recorded here is kept.".to_owned()
        }
        Because::Damaged => {
            format!("The store was damaged and kept aside. {kept} entries were saved from it.{missing}")
        }
        Because::Restored => {
            format!("This store is older than what this phone had recorded.{missing} What it holds is kept.")
        }
        Because::KeyLost => {
            "The server does not know this phone's key. Everything recorded here is kept.".to_owned()
        }
    };
    let next = match noted.certain {
        Certain::Yes => {
            "Ask an admin or your service's lead for a code and enrol again: what the server lacks is sent then."
        }
        Certain::NotYet => "The next synchronisation tells whether anything is missing.",
    };
    format!("{what} {next}")
}

/// Whether what is saved is also noted outside the store, and whether that place was found empty at the open.
pub(crate) fn anchor(device: &Device) -> &'static str {
    if device.place().was_missing {
        return "was_missing";
    }
    if device.marked().is_some() { "saved" } else { "not_saved_since_open" }
}
