//! What the scheme achieves, for admins and supervisors: a report over the rows that are kept of each referral.
//!
//! Reads no record but that of the force's persons. Does not count: `sync_core::results` does.

use std::collections::BTreeMap;

use serde_json::json;
use sync_core::access::Role;
use sync_core::local_time::{day_begins_ms, day_ends_ms, local_day};
use sync_core::persons::Persons;
use sync_core::results::{Areas, Period, Report, report};

use super::{Answer, Caller, Refused};
use crate::fault::Fault;
use crate::reconcile::Ops;
use crate::reconcile::persons::persons_of;
use crate::store::Reads;

/// The last number that every reader of JSON takes as it is (2^53 − 1).
const LAST_MS: u64 = 9_007_199_254_740_991;

/// Which encounters a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Over {
    /// All of them.
    #[default]
    All,
    /// Those of the last 365 days, today among them.
    Year,
    /// Those of the last 90 days, today among them.
    Quarter,
}

impl Over {
    /// All of them, in the order in which people choose.
    pub const CHOICES: [Self; 3] = [Self::All, Self::Year, Self::Quarter];

    /// As addresses and terminals write it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Year => "year",
            Self::Quarter => "quarter",
        }
    }

    /// Reads it; none for any other word.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::CHOICES.into_iter().find(|over| over.code() == code)
    }

    /// Whole days of London.
    fn period(self, now_ms: u64) -> Period {
        let until_ms = day_ends_ms(local_day(now_ms));
        let days = match self {
            // Also those whose phone had a clock that was ahead.
            Self::All => return Period { from_ms: 0, until_ms: LAST_MS },
            Self::Year => 365,
            Self::Quarter => 90,
        };
        let first = local_day(now_ms) - chrono::Days::new(days - 1);
        Period { from_ms: day_begins_ms(first), until_ms }
    }
}

/// The report.
pub(super) fn show(read: &dyn Reads, caller: &Caller, over: Over, now_ms: u64) -> Answer {
    match caller.author.role {
        Role::Admin | Role::Supervisor => Ok(json!(made(read, over, now_ms)?)),
        Role::Officer | Role::OutreachWorker | Role::ProviderLead | Role::Auditor | Role::Server => {
            Err(Refused::NotYours)
        }
    }
}

fn made(read: &dyn Reads, over: Over, now_ms: u64) -> Result<Report, Fault> {
    let services = read.orgs()?;
    let areas = Areas::of(services.iter().map(|service| (service.id, service.areas.as_slice())));
    let stream = persons_of(read.server()?.force);
    let folded = Ops::new(read.ops_of_record(stream.record)?).into_folded();
    let persons = folded.get(&stream).map(|folded| Persons::read(folded.state(), &BTreeMap::new()));
    Ok(report(&read.figures()?, &persons.unwrap_or_default(), &areas, over.period(now_ms)))
}
