//! One conflict, for whoever settles it: what counts meanwhile, and what each choice would change.
//!
//! Does not compute it: [`sync_core::referral::what_if`] does. Of an extract nothing is said, since this phone does not
//! hold what it is about.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde_json::{Value, json};
use sync_core::ids::{Digest, Stream};
use sync_core::referral::fold::Folded;
use sync_core::referral::what_if::what_if;

use crate::problem::Problem;
use crate::query::records;
use crate::store::{ops, state};

/// One conflict with its choices.
pub(crate) fn conflict(db: &Connection, id: Digest) -> Result<Value, Problem> {
    let mut all = records::conflicts(db)?;
    let all = all["conflicts"].as_array_mut().map(std::mem::take).unwrap_or_default();
    let shown = all.into_iter().find(|shown| shown["conflict"] == json!(id));
    let mut shown = shown.ok_or_else(|| Problem::at("conflict_unknown", "conflict", ""))?;
    let Some(Held { streams, place }) = held(db, id)? else { return Ok(shown) };
    let mut open = streams.get(&place).into_iter().flat_map(|folded| &folded.state().conflicts);
    if let Some(conflict) = open.find(|open| open.id == id) {
        let what_if = what_if(&streams, place, conflict);
        shown["meanwhile"] = json!(what_if.meanwhile);
        shown["ways"] = json!(what_if.ways);
    }
    Ok(shown)
}

/// The streams of the record that a conflict is in, and which of them it is.
struct Held {
    streams: BTreeMap<Stream, Folded>,
    place: Stream,
}

/// None for an extract.
fn held(db: &Connection, id: Digest) -> Result<Option<Held>, Problem> {
    for record in ops::records(db)? {
        for (place, state) in state::folded(db, record)? {
            if state.conflicts.iter().any(|open| open.id == id) {
                let histories = ops::histories(&ops::of_record(db, record)?, u64::MAX);
                let folded = histories.into_iter().map(|(stream, history)| (stream, Folded::new(history)));
                return Ok(Some(Held { streams: folded.collect(), place }));
            }
        }
    }
    Ok(None)
}
