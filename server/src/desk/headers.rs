//! What was recorded, for auditors: which entry, by whom, when and where it stands, and nothing that it says.
//!
//! Newest first, by the place that the server gave. Does not show who read what.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::UserId;

use super::page::{self, List};
use super::{Answer, Caller, Page, Refused};
use crate::store::Reads;

/// The headers of entries of referrals, for auditors alone.
pub(super) fn list(read: &dyn Reads, caller: &Caller, page: &Page) -> Answer {
    if caller.author.role != Role::Auditor {
        return Err(Refused::NotYours);
    }
    let span = page.span(List::Headers)?;
    let rows = read.list_stamped(span)?;
    let server = read.server()?;
    let mut names: BTreeMap<UserId, Option<String>> = BTreeMap::from([(server.user, None)]);
    let mut entries: Vec<Value> = Vec::with_capacity(rows.len());
    for listed in &rows {
        let (header, received_ms) = (&listed.row.op.header, listed.row.received_ms);
        let by = match names.entry(header.author) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(read.user(header.author)?.map(|person| person.name)),
        };
        entries.push(json!({
            "op": header.id, "record": header.stream.record.id, "kind": header.kind,
            "by": by, "recorded_ms": header.hlc.ms(), "received_ms": received_ms,
        }));
    }
    Ok(json!({"entries": entries, "cursor": page::next(List::Headers, &rows, span)}))
}
