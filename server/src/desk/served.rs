//! What an answer has shown, noted before it goes out: which records were opened, and which a service has now read.
//!
//! A page's list shows who waits and is no opening; a page about one person is. A list that a program or a terminal reads
//! says of each row all that is held: each part of it that has rows is one line. Does not answer.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sync_core::access::Author;
use sync_core::ids::Record;
use sync_core::referral::engagement::Stage;
use uuid::Uuid;

use super::{Caller, Purpose, Query, Through};
use crate::audit::{self, Noted};
use crate::fault::Fault;
use crate::reconcile::received;
use crate::store::Writes;

/// What is to be noted of an answer.
#[derive(Debug, Default)]
pub(crate) struct Served {
    opened: Vec<Noted>,
    /// Referrals that it shows, of which their service may not know yet.
    unread: BTreeSet<Record>,
}

impl Served {
    /// What an answer has shown to somebody.
    pub(crate) fn of(query: &Query, answer: &Value, caller: &Caller) -> Self {
        let reader = &caller.author;
        let (rows, purpose) = shown(query, answer);
        let records: BTreeSet<Record> = rows.iter().map(|row| Record::referral(row.referral)).collect();
        let opened =
            purpose.into_iter().flat_map(|purpose| records.iter().map(move |it| Noted::of(*it, purpose)));
        let list = listed(query, answer).filter(|(_, rows)| *rows > 0 && caller.through != Through::Pages);
        let list = list.map(|(purpose, rows)| Noted::list(reader, purpose, rows));
        let opened = opened.chain(list);
        let unread = rows.iter().filter(|row| row.is_unread && reader.role.of_provider());
        Self { opened: opened.collect(), unread: unread.map(|row| Record::referral(row.referral)).collect() }
    }

    /// Whether nothing is to be noted.
    pub(crate) fn is_empty(&self) -> bool {
        self.opened.is_empty() && self.unread.is_empty()
    }

    /// Whether a record was opened, or a whole list.
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
        Query::Referral(_) | Query::ReferralWithEntries(_) => {
            (Row::of(answer).into_iter().collect(), Some(Purpose::Address))
        }
        Query::Open(opening) => (Row::of(&answer["referral"]).into_iter().collect(), Some(opening.purpose)),
        Query::Entries(id) => (named(id), Some(Purpose::Address)),
        Query::SubjectAccess(..) => (Row::all(&answer["records"]), Some(Purpose::SubjectAccess)),
        Query::Certificate(id) => (named(id), Some(Purpose::Retention)),
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
        | Query::Named(_)
        | Query::Retention(_)
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
        | Query::Sessions(..)
        | Query::HalfFilled(..)
        | Query::Proposals
        | Query::Policy
        | Query::Joined(_)
        | Query::ToTakeOver
        | Query::Ask { .. } => (Vec::new(), None),
    }
}

/// What kind of list an answer is, and how many rows it has.
fn listed(query: &Query, answer: &Value) -> Option<(Purpose, u64)> {
    let (purpose, rows) = match query {
        Query::Referrals(_) => (Purpose::ListOfReferrals, "referrals"),
        Query::Worklist(_) => (Purpose::ListOfWork, "worklist"),
        Query::Conflicts(_) => (Purpose::ListOfConflicts, "conflicts"),
        Query::Settlements(_) => (Purpose::ListOfSettlements, "settlements"),
        Query::Persons(_) => (Purpose::ListOfPersons, "questions"),
        Query::Retention(_) => (Purpose::ListOfRetention, "due"),
        Query::Force
        | Query::Referral(_)
        | Query::ReferralWithEntries(_)
        | Query::Named(_)
        | Query::SubjectAccess(..)
        | Query::Certificate(_)
        | Query::Entries(_)
        | Query::Headers(_)
        | Query::Audit(_)
        | Query::Leaflet(..)
        | Query::ServiceLeaflet(_)
        | Query::Conflict(_)
        | Query::Question(_)
        | Query::Person(_)
        | Query::Providers(_)
        | Query::Slots
        | Query::Results(..)
        | Query::Users(_)
        | Query::Devices(_)
        | Query::Sessions(..)
        | Query::HalfFilled(..)
        | Query::Proposals
        | Query::Policy
        | Query::TryPolicy(..)
        | Query::Joined(_)
        | Query::ToTakeOver
        | Query::Diary(_)
        | Query::Find(_)
        | Query::Open(_)
        | Query::Ask { .. } => return None,
    };
    Some((purpose, answer[rows].as_array().map_or(0, |rows| rows.len() as u64)))
}
