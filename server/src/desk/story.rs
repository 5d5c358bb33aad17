//! What was recorded in a referral, in its order: enough to draw it and to name an entry, and nothing that it says.
//!
//! ```text
//!   lane        whose doing it was: the police, the service, the person
//!   earliest, latest   between which moments it was recorded for certain
//!   received    when the server had it: until then it lay on a phone
//! ```
//! Of the streams that the reader holds, and of no other. Does not draw.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{OpId, Record, UserId};
use sync_core::referral::act::{Act, Attendance, ContactWhat};
use sync_core::referral::fold::StreamState;
use sync_core::referral::view::view;
use uuid::Uuid;

use super::referrals::held;
use super::{Answer, Caller, Refused};
use crate::fault::Fault;
use crate::store::Reads;
use crate::store::rows::{Admitted, Held};

/// Whose doing an entry was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Lane {
    Police,
    Service,
    Person,
}

/// The entries, oldest first.
pub(super) fn entries(read: &dyn Reads, caller: &Caller, id: Uuid) -> Answer {
    let record = Record::referral(id);
    let held = held(read, caller, record)?;
    if held.is_empty() {
        return Err(Refused::NotFound);
    }
    let states: Vec<StreamState> = held.values().map(|folded| folded.state().clone()).collect();
    let marks = view(&states).marks;
    let ops: BTreeMap<OpId, Held> =
        read.ops_of_record(record)?.into_iter().map(|held| (held.op.header.id, held)).collect();
    let mut roles = Roles { read, known: BTreeMap::new() };
    let mut entries = Vec::new();
    for (stream, folded) in &held {
        for entry in &folded.state().entries {
            let (op, at_ms) = (entry.id, entry.eff.ms());
            let marks: Vec<_> = marks.iter().filter(|mark| mark.op == op).collect();
            let mut shown = json!({
                "op": op, "stream": stream, "kind": entry.kind, "author": entry.author, "at_ms": at_ms,
                "standing": entry.standing, "marks": marks, "clock": entry.clock,
                "by": roles.name(entry.author)?,
            });
            if let Some(held) = ops.get(&op) {
                shown["lane"] = json!(lane(held, roles.of_provider(entry.author)?));
                shown["earliest_ms"] = held.witnessed.earliest_ms.into();
                shown["latest_ms"] = held.witnessed.latest_ms.into();
                shown["received_ms"] = held.received_ms.into();
            }
            entries.push((at_ms, op, shown));
        }
    }
    entries.sort_by_key(|(at_ms, op, _)| (*at_ms, *op));
    let entries: Vec<Value> = entries.into_iter().map(|(.., entry)| entry).collect();
    Ok(json!({"record": id, "entries": entries}))
}

/// Which authors work for a service.
struct Roles<'a> {
    read: &'a dyn Reads,
    known: BTreeMap<UserId, OfProvider>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OfProvider {
    Yes,
    No,
}

impl Roles<'_> {
    /// What somebody is called; nobody where the server wrote it.
    fn name(&self, user: UserId) -> Result<Option<String>, Fault> {
        let person = self.read.user(user)?.filter(|person| person.role != Role::Server);
        Ok(person.map(|person| person.name))
    }

    fn of_provider(&mut self, user: UserId) -> Result<OfProvider, Fault> {
        if let Some(known) = self.known.get(&user) {
            return Ok(*known);
        }
        let person = self.read.user(user)?;
        let is_so = person.is_some_and(|person| person.role.of_provider());
        let found = if is_so { OfProvider::Yes } else { OfProvider::No };
        self.known.insert(user, found);
        Ok(found)
    }
}

/// What a person did stands in their own lane, whoever wrote it down; of an entry without effect nothing is read.
fn lane(held: &Held, author: OfProvider) -> Lane {
    let counts = held.admitted == Admitted::Yes
        || held.stamp.as_ref().is_some_and(|stamp| stamp.disposition.has_effect());
    let act = held.act().filter(|_| counts);
    let is_theirs = match &act {
        Some(Act::ContactRecorded(contact)) => {
            matches!(contact.what, ContactWhat::PersonCame | ContactWhat::PersonCalled)
        }
        Some(Act::AttendanceRecorded(seen)) => seen.status == Attendance::Attended,
        act => matches!(act, Some(Act::PersonWithdrew(_) | Act::OfferAnswered(_) | Act::ConsentRecorded(_))),
    };
    let is_of_service =
        author == OfProvider::Yes || matches!(act, Some(Act::ReferralReceived(_) | Act::ProgressReported(_)));
    if is_theirs {
        Lane::Person
    } else if is_of_service {
        Lane::Service
    } else {
        Lane::Police
    }
}
