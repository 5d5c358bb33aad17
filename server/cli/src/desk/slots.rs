//! `waymark provider slot open | close | list`: appointments that officers can ask for.
//!
//! Does not answer requests: the server does, in the order in which they arrive.

use chrono::{DateTime, FixedOffset};
use serde_json::{Value, json};
use server::desk::{Command, NewSlot, Query};
use sync_core::local_time::local_text;
use sync_core::referral::act::{Meeting, SlotMode};
use uuid::Uuid;

use super::table::{table, text};
use super::{At, Way, say};
use crate::failure::Done;
use crate::words::words;

/// `waymark provider slot …`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum SlotCommand {
    /// Opens a slot of your service.
    Open {
        #[command(flatten)]
        at: At,
        /// When it begins, such as `2026-06-01T10:00:00+01:00`.
        #[arg(value_parser = time)]
        begins: DateTime<FixedOffset>,
        /// How long it is.
        #[arg(long, default_value_t = 60)]
        minutes: u16,
        /// `assessment` or `session`.
        #[arg(long, default_value = "assessment", value_parser = words::<Meeting>(&["assessment", "session"]))]
        meeting: Meeting,
        /// `face_to_face`, `phone` or `video`.
        #[arg(long, default_value = "face_to_face", value_parser = words::<SlotMode>(&["face_to_face", "phone", "video"]))]
        mode: SlotMode,
        /// How many people it takes.
        #[arg(long, default_value_t = 1)]
        capacity: u16,
        /// Where.
        #[arg(long)]
        place: Option<String>,
    },
    /// Closes a slot; whoever has it keeps it.
    Close {
        #[command(flatten)]
        at: At,
        /// Its id.
        slot: Uuid,
        /// Why, in a sentence.
        #[arg(long)]
        reason: String,
    },
    /// Lists the slots.
    List {
        #[command(flatten)]
        at: At,
    },
}

fn time(text: &str) -> Result<DateTime<FixedOffset>, String> {
    DateTime::parse_from_rfc3339(text).map_err(|_| "a time such as 2026-06-01T10:00:00+01:00".to_owned())
}

/// Slots.
pub(crate) fn slot(command: SlotCommand) -> Done {
    match command {
        SlotCommand::Open { at, begins, minutes, meeting, mode, capacity, place } => {
            let at_ms = u64::try_from(begins.timestamp_millis()).unwrap_or_default();
            let new = NewSlot { at_ms, minutes, meeting, mode, capacity, place };
            let opened = Way::open(&at)?.command(&Command::OpenSlot(new))?;
            say(&at, &opened, |opened| format!("officers can ask for {}", text(&opened["slot"])));
        }
        SlotCommand::Close { at, slot, reason } => {
            let closed = Way::open(&at)?.command(&Command::CloseSlot(slot, reason))?;
            say(&at, &closed, |_| "nobody can ask for it; whoever has it keeps it".to_owned());
        }
        SlotCommand::List { at } => {
            let listed = Way::open(&at)?.query(&Query::Slots)?;
            say(&at, &listed, list);
        }
    }
    Ok(())
}

fn list(listed: &Value) -> String {
    let rows = listed["slots"].as_array().cloned().unwrap_or_default();
    let row = |slot: &Value| {
        let begins = slot["at_ms"].as_u64().map(local_text).unwrap_or_default();
        json!({
            "slot": slot["slot"], "begins": begins, "meeting": slot["meeting"], "state": slot["state"],
            "taken": format!("{} of {}", slot["confirmed"], slot["capacity"]),
        })
    };
    let shown: Vec<Value> = rows.iter().map(row).collect();
    let columns =
        [("slot", "slot"), ("begins", "begins"), ("for", "meeting"), ("taken", "taken"), ("state", "state")];
    table(&shown, &columns)
}
