//! `waymark worklist`: what waits for whoever asks, the most urgent first.
//!
//! Does not know what is due: the server's library does.

use serde_json::{Value, json};
use server::desk::{Query, WorklistWanted};
use server::now_ms;
use sync_core::local_time::{local_day, local_minute};

use super::table::{table, text};
use super::{At, Way, say};
use crate::failure::Done;

/// `waymark worklist`
#[derive(Debug, clap::Args)]
pub(crate) struct WorklistArgs {
    #[command(flatten)]
    at: At,
}

/// What waits.
pub(crate) fn worklist(args: WorklistArgs) -> Done {
    let WorklistArgs { at } = args;
    let answer = Way::open(&at)?.query(&Query::Worklist(WorklistWanted::whole(now_ms())))?;
    say(&at, &answer, |answer| {
        let rows: Vec<Value> = answer["worklist"].as_array().into_iter().flatten().map(shown).collect();
        let columns = [
            ("until", "until"),
            ("what", "reason"),
            ("reference", "reference"),
            ("name", "name"),
            ("reach", "reach"),
            ("mind", "mind"),
            ("the referral", "stage_words"),
            ("record", "record"),
        ];
        table(&rows, &columns)
    });
    Ok(())
}

fn shown(row: &Value) -> Value {
    let mut row = row.clone();
    let reach = row["reach"]["phone"].as_str().or(row["reach"]["place_and_time"].as_str());
    row["reach"] = json!(reach);
    let safe: Vec<String> = row["safe"].as_array().into_iter().flatten().map(text).collect();
    row["mind"] = if safe.is_empty() { Value::Null } else { json!(safe.join("; ")) };
    row["until"] = json!(row["due_ms"].as_u64().map(local));
    row
}

/// A moment as London's clocks show it.
pub(super) fn local(ms: u64) -> String {
    let minute = local_minute(ms);
    format!("{} {:02}:{:02}", local_day(ms), minute / 60, minute % 60)
}
