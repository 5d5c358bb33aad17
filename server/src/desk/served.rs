//! What an answer has shown, noted before it goes out: which records were opened, and which a service has now read.
//!
//! Lists show who waits and are no opening; a page about one person is. Does not answer.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sync_core::access::Author;
use sync_core::ids::Record;
use sync_core::referral::engagement::Stage;

use super::{Purpose, Query};
use crate::audit;
use crate::fault::Fault;
use crate::reconcile::received;
use crate::store::Writes;

/// What is to be noted of an answer.
#[derive(Debug, Default)]
pub(crate) struct Served {
    opened: Vec<(Record, Purpose)>,
    /// Referrals that it shows, of which their service may not know yet.
    unread: BTreeSet<Record>,
}

impl Served {
    /// What an answer has shown to somebody.
    pub(crate) fn of(query: &Query, answer: &Value, reader: &Author) -> Self {
        let unread = if reader.role.of_provider() { unread(query, answer) } else { BTreeSet::new() };
        Self { opened: opened(query, answer), unread }
    }

    /// Whether nothing is to be noted.
    pub(crate) fn is_empty(&self) -> bool {
        self.opened.is_empty() && self.unread.is_empty()
    }

    /// Whether a record was opened.
    pub(crate) fn opens(&self) -> bool {
        !self.opened.is_empty()
    }

    /// Notes it; the answer goes out afterwards.
    pub(crate) fn note(self, tx: &dyn Writes, reader: &Author, now_ms: u64) -> Result<(), Fault> {
        audit::note(tx, reader, &self.opened, now_ms)?;
        if self.unread.is_empty() {
            return Ok(());
        }
        received::shown(tx, reader, self.unread, now_ms)
    }
}

/// The records that an answer opens, and what for.
fn opened(query: &Query, answer: &Value) -> Vec<(Record, Purpose)> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let rows = |rows: &[Value], purpose| {
        let records: BTreeSet<Record> = rows.iter().filter_map(row_id).map(Record::referral).collect();
        records.into_iter().map(|record| (record, purpose)).collect()
    };
    match query {
        Query::Referral(id) | Query::Entries(id) => vec![(Record::referral(*id), Purpose::Address)],
        Query::Open(opening) => vec![(Record::referral(opening.record), opening.purpose)],
        Query::Leaflet(id, _) => vec![(Record::referral(*id), Purpose::Leaflet)],
        Query::Conflict(_) => rows(&list(&answer["referrals"]), Purpose::Conflicts),
        Query::Question(_) => rows(&list(&answer["question"]["persons"]), Purpose::Persons),
        Query::Person(_) => {
            let mut shown = list(&answer["members"]);
            shown.extend(list(&answer["questions"]).iter().flat_map(|asked| list(&asked["persons"])));
            rows(&shown, Purpose::Persons)
        }
        Query::Diary(wanted) if wanted.purpose == Purpose::DayList => {
            rows(&list(&answer["appointments"]), Purpose::DayList)
        }
        Query::Diary(_)
        | Query::Force
        | Query::Referrals(_)
        | Query::Worklist(_)
        | Query::Headers(_)
        | Query::Audit(_)
        | Query::TryPolicy(..)
        | Query::ServiceLeaflet(_)
        | Query::Conflicts(_)
        | Query::Settlements(_)
        | Query::Persons(_)
        | Query::Providers(_)
        | Query::Slots
        | Query::Results(..)
        | Query::Users(_)
        | Query::Devices(_)
        | Query::Proposals
        | Query::Policy
        | Query::ToTakeOver
        | Query::Find(_)
        | Query::Ask { .. } => Vec::new(),
    }
}

/// The referral that a row of an answer is about.
fn row_id(row: &Value) -> Option<uuid::Uuid> {
    row["record"].as_str().or(row["referral"].as_str())?.parse().ok()
}

fn unread(query: &Query, answer: &Value) -> BTreeSet<Record> {
    let rows = match query {
        Query::Referral(_) => std::slice::from_ref(answer),
        Query::Open(_) => std::slice::from_ref(&answer["referral"]),
        Query::Referrals(_) | Query::Find(_) => answer["referrals"].as_array().map_or(&[][..], Vec::as_slice),
        Query::Worklist(_) => answer["worklist"].as_array().map_or(&[][..], Vec::as_slice),
        Query::Force
        | Query::Entries(_)
        | Query::Headers(_)
        | Query::Audit(_)
        | Query::TryPolicy(..)
        | Query::Leaflet(..)
        | Query::ServiceLeaflet(_)
        | Query::Conflicts(_)
        | Query::Conflict(_)
        | Query::Settlements(_)
        | Query::Persons(_)
        | Query::Question(_)
        | Query::Person(_)
        | Query::Providers(_)
        | Query::Slots
        | Query::Results(..)
        | Query::Users(_)
        | Query::Devices(_)
        | Query::Proposals
        | Query::Policy
        | Query::Diary(_)
        | Query::ToTakeOver
        | Query::Ask { .. } => &[],
    };
    let unread = rows.iter().filter(|row| row["stage"] == json!(Stage::Submitted));
    unread.filter_map(row_id).map(Record::referral).collect()
}
