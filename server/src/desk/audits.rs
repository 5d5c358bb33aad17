//! Who opened which record, when and what for: for auditors alone.
//!
//! Names the reader and the record, and nothing that the record says. Does not write lines: see [`crate::audit`].

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{Record, RecordKind, UserId};
use uuid::Uuid;

use super::page::{self, List};
use super::{Answer, AuditWanted, Caller, Refused};
use crate::audit::Wanted;
use crate::store::Reads;
use crate::store::people::Listed;

/// Who reads it instead: an admin who asks would be told to ask an admin.
const FOR_AUDITORS: &str = "auditors read who opened which record, and nobody else does: an admin makes one with \
     `waymark user add NAME --role auditor --org force`";

/// The openings that are wanted, newest first.
pub(super) fn list(read: &dyn Reads, caller: &Caller, wanted: &AuditWanted) -> Answer {
    if caller.author.role != Role::Auditor {
        return Err(Refused::ForOthers(FOR_AUDITORS));
    }
    let span = wanted.page.span(List::Audit)?;
    let lines =
        read.list_audit(Wanted { user: wanted.user, record: wanted.record.map(Record::referral) }, span)?;
    let mut names: BTreeMap<UserId, Option<String>> = BTreeMap::new();
    let mut openings: Vec<Value> = Vec::with_capacity(lines.len());
    for line in &lines {
        let by = match names.entry(line.user) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(read.user(line.user)?.map(|person| person.name)),
        };
        openings.push(json!({
            "number": line.number, "at_ms": line.at_ms, "user": line.user, "by": by, "role": line.role,
            "org": line.org, "record": record_of(line.record), "purpose": line.purpose, "rows": line.rows,
            "digest": line.digest, "device": line.phone.map(|on| on.device),
            "opened_ms": line.phone.and_then(|on| on.opened).map(|there| there.at_ms), "hash": line.hash,
        }));
    }
    let rows: Vec<Listed<()>> = lines.iter().map(|line| Listed { pos: line.number, row: () }).collect();
    Ok(json!({"openings": openings, "cursor": page::next(List::Audit, &rows, span)}))
}

/// The person's record; a list is about none.
fn record_of(record: Record) -> Option<Uuid> {
    match record.kind {
        RecordKind::Referral => Some(record.id),
        RecordKind::Persons | RecordKind::Provider | RecordKind::Force => None,
    }
}
