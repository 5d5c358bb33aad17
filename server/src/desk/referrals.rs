//! Referrals as their reader's feeds hold them.
//!
//! What a referral says is `sync-core`'s view of the streams held, and nothing beside it. Does not
//! tell a foreign referral from one that does not exist.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sync_core::ids::{CompartmentKind, Record, Stream};
use sync_core::referral::fold::{Folded, StreamState};
use sync_core::referral::view::view;
use uuid::Uuid;

use super::page::{self, List};
use super::{Answer, Caller, Page, Refused};
use crate::fault::Fault;
use crate::reconcile::Ops;
use crate::store::Reads;

/// The referrals of which the reader holds a stream, newest first.
pub(super) fn list(read: &dyn Reads, caller: &Caller, page: &Page) -> Answer {
    let span = page.span(List::Referrals)?;
    let rows = read.list_referrals(&caller.scopes(), span)?;
    let mut referrals = Vec::with_capacity(rows.len());
    for listed in &rows {
        referrals.extend(seen(read, caller, listed.row)?);
    }
    let as_of = page::as_of(&read.server()?, read.place()?);
    let cursor = page::next(List::Referrals, &rows, span);
    Ok(json!({"referrals": referrals, "as_of": as_of, "cursor": cursor}))
}

/// One referral.
pub(super) fn show(read: &dyn Reads, caller: &Caller, id: Uuid) -> Answer {
    let mut shown = seen(read, caller, Record::referral(id))?.ok_or(Refused::NotFound)?;
    shown["as_of"] = page::as_of(&read.server()?, read.place()?).into();
    Ok(shown)
}

/// The streams of a record that the reader holds.
pub(super) fn held(
    read: &dyn Reads,
    caller: &Caller,
    record: Record,
) -> Result<BTreeMap<Stream, Folded>, Fault> {
    let mut held = BTreeMap::new();
    for (stream, folded) in Ops::new(read.ops_of_record(record)?).into_folded() {
        if caller.holds(read, stream)? {
            held.insert(stream, folded);
        }
    }
    Ok(held)
}

/// What a view says only of streams of these compartments.
const OF_POLICE: &[&str] = &[
    "offer",
    "disposal",
    "crime",
    "items",
    "described",
    "verdict",
    "reassessed",
    "aged",
    "material",
    "discretion",
    "answer",
    "warnings",
    "numbers",
    "outcome_words",
    "offer_words",
];
const OF_OUTREACH: &[&str] = &["sessions", "contacts", "appointments"];

pub(super) fn seen(read: &dyn Reads, caller: &Caller, record: Record) -> Result<Option<Value>, Refused> {
    let held = held(read, caller, record)?;
    let states: Vec<StreamState> = held.values().map(|folded| folded.state().clone()).collect();
    if states.is_empty() {
        return Ok(None);
    }
    let seen = view(&states);
    let Value::Object(mut view) = serde_json::to_value(&seen)? else { return Ok(None) };
    // The same in people's words, so that no reader makes their own.
    for (field, words) in [
        ("stage_words", seen.stage_words()),
        ("level_words", seen.level_words()),
        ("contact_words", seen.contact.words()),
        ("outcome_words", seen.disposal.words()),
        ("offer_words", seen.offer.words()),
    ] {
        view.insert(field.to_owned(), json!(words));
    }
    view.insert("safe".to_owned(), json!(seen.safe()));
    let holds = |kind| held.keys().any(|stream| stream.kind() == kind);
    // What the reader does not hold is left out, and not shown as if nothing were there.
    let known = |field: &str| {
        (holds(CompartmentKind::Police) || !OF_POLICE.contains(&field))
            && (holds(CompartmentKind::Outreach) || !OF_OUTREACH.contains(&field))
    };
    let shown = view.into_iter().filter(|(field, value)| known(field) && !value.is_null());
    let mut shown: Map<String, Value> = shown.collect();
    shown.insert("record".to_owned(), json!(record.id));
    Ok(Some(Value::Object(shown)))
}
