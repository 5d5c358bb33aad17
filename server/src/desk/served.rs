//! What an answer has shown, noted before it goes out: which records were opened, and which a service has now read.
//!
//! Lists show who waits and are no opening; a page about one person is. Does not answer.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sync_core::access::Author;
use sync_core::ids::Record;
use sync_core::referral::engagement::Stage;
use uuid::Uuid;

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
        let (rows, purpose) = shown(query, answer);
        let records: BTreeSet<Record> = rows.iter().map(|row| Record::referral(row.referral)).collect();
        let opened =
            purpose.into_iter().flat_map(|purpose| records.iter().map(move |record| (*record, purpose)));
        let unread = rows.iter().filter(|row| row.is_unread && reader.role.of_provider());
        Self { opened: opened.collect(), unread: unread.map(|row| Record::referral(row.referral)).collect() }
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

/// A referral that an answer shows.
struct Row {
    referral: Uuid,
    /// Whether its service may not know of it yet.
    is_unread: bool,
}

impl Row {
    fn of(row: &Value) -> Option<Self> {
        let referral = row["record"].as_str().or(row["referral"].as_str())?.parse().ok()?;
        Some(Self { referral, is_unread: row["stage"] == json!(Stage::Submitted) })
    }

    fn all(list: &Value) -> Vec<Self> {
        list.as_array().into_iter().flatten().filter_map(Self::of).collect()
    }
}

/// The referrals that an answer shows, and what for it opens them; a list opens none.
fn shown(query: &Query, answer: &Value) -> (Vec<Row>, Option<Purpose>) {
    let named = |id: &Uuid| vec![Row { referral: *id, is_unread: false }];
    match query {
        Query::Referral(_) => (Row::of(answer).into_iter().collect(), Some(Purpose::Address)),
        Query::Open(opening) => (Row::of(&answer["referral"]).into_iter().collect(), Some(opening.purpose)),
        Query::Entries(id) => (named(id), Some(Purpose::Address)),
        Query::Leaflet(id, _) => (named(id), Some(Purpose::Leaflet)),
        Query::Conflict(_) => (Row::all(&answer["referrals"]), Some(Purpose::Conflicts)),
        Query::Question(_) => (Row::all(&answer["question"]["persons"]), Some(Purpose::Persons)),
        Query::Person(_) => {
            let asked = answer["questions"].as_array().into_iter().flatten();
            let others = asked.flat_map(|question| Row::all(&question["persons"]));
            (Row::all(&answer["members"]).into_iter().chain(others).collect(), Some(Purpose::Persons))
        }
        Query::Diary(wanted) => {
            let printed = Some(wanted.purpose).filter(|purpose| *purpose == Purpose::DayList);
            (Row::all(&answer["appointments"]), printed)
        }
        Query::Referrals(_) | Query::Find(_) => (Row::all(&answer["referrals"]), None),
        Query::Worklist(_) => (Row::all(&answer["worklist"]), None),
        Query::Force
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
        | Query::Joined(_)
        | Query::ToTakeOver
        | Query::Ask { .. } => (Vec::new(), None),
    }
}
