//! Contradictions and impossible values: one table, by kind of entry.
//!
//! ```text
//!   phone     refuses before it saves, and names both fields; with an uncertain clock it saves what a time alone forbids
//!   everyone  who reads such an entry all the same marks it: it counts as written, with at most a day of minutes
//! ```
//! The sentence of each row is that of its code in `schema/codes/errors.csv`. Does not refuse or mark anything itself:
//! the phone's commands and [`super::view`] do.

mod rows;

use std::collections::BTreeMap;

use crate::clock::ClockMark;
use crate::codes::{self, CodeList};
use crate::ids::{OpId, OrgId};
use crate::local_time::{HOUR_MS, MINUTE_MS};
use crate::referral::act::{
    Act, AppointmentBooked, AttendanceRecorded, EncounterOpened, OpRef, TransferAccepted,
};
use crate::referral::crime;
use crate::referral::facts::Facts;
use crate::referral::fold::StreamState;

pub use rows::ROWS;

/// How far beyond the present something may be said to have begun.
const AHEAD_MS: u64 = 24 * HOUR_MS;
/// How far two phones may be apart on what came first.
const TOLERANCE_MS: u64 = 10 * MINUTE_MS;
/// How long after an encounter it is written down at most.
pub(crate) const WRITTEN_LATER_MS: u64 = 72 * HOUR_MS;
/// How far from the present people write things down or book.
const YEAR_MS: u64 = 366 * 24 * HOUR_MS;

/// One thing that cannot be.
#[derive(Clone, Copy)]
pub struct Row {
    /// The kind of entry.
    pub kind: &'static str,
    /// The code of the error and of the mark.
    pub code: &'static str,
    /// The two fields that contradict each other; a second one that the entry does not hold is where it stands.
    pub fields: [&'static str; 2],
    /// What it is seen by.
    pub by: By,
    wrong: fn(&Act, &Written<'_>) -> bool,
}

/// What a contradiction is seen by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// By the entry and the record alone.
    Itself,
    /// By the time at which it was written down, which a wrong clock does not tell.
    Time,
}

impl Row {
    /// What is wrong, in a sentence.
    #[must_use]
    pub fn sentence(&self) -> &'static str {
        codes::label(CodeList::Errors, self.code).unwrap_or_default()
    }
}

/// What an entry is compared with, of the record that it belongs to.
pub struct Beside {
    encounter_ms: Option<u64>,
    submitted_ms: Option<u64>,
    providers: Vec<OrgId>,
    /// The offences of having what was seized; none while one item is not known yet.
    of_items: Vec<&'static str>,
    booked: BTreeMap<OpId, AppointmentBooked>,
    /// Whether the person came to a meeting.
    has_come: bool,
}

/// An entry, when it was written down, and what stands beside it.
struct Written<'a> {
    id: OpId,
    at_ms: u64,
    beside: &'a Beside,
}

impl Beside {
    /// What the streams of a referral say that somebody holds.
    #[must_use]
    pub fn of(states: &[StreamState]) -> Self {
        let facts = Facts { states };
        // A phone's own claim of the time counts as far as it was witnessed.
        let opened = facts.all::<EncounterOpened>().map(|(entry, body)| body.at_ms.min(entry.eff.ms())).min();
        let booked = facts.all::<AppointmentBooked>().map(|(entry, body)| {
            let at_ms = facts.moved_to(entry.id).unwrap_or(body.at_ms);
            (entry.id, AppointmentBooked { at_ms, ..body.clone() })
        });
        let booked = booked.collect();
        let submitted_ms = facts.submitted().map(|(entry, _)| entry.eff.ms());
        // Who holds no `police` knows of the encounter only that it was written down in time.
        let encounter_ms = opened.or(submitted_ms.map(|at_ms| at_ms.saturating_sub(WRITTEN_LATER_MS)));
        // Whoever took a transfer over has the referral since, and had it not when it was asked for.
        let took_over: Vec<OrgId> = facts.all::<TransferAccepted>().map(|(_, body)| body.to).collect();
        let mut providers: Vec<OrgId> = facts.values("provider");
        providers.retain(|provider| !took_over.contains(provider));
        let of_items = crime::offences_of_items(&facts);
        let mut came = facts.came();
        let has_come = facts.all::<AttendanceRecorded>().any(|(entry, body)| came(entry, body));
        Self { encounter_ms, submitted_ms, providers, of_items, booked, has_come }
    }

    /// What cannot be about an entry that was written down at a time.
    pub fn faults<'a>(
        &'a self,
        id: OpId,
        act: &'a Act,
        at_ms: u64,
    ) -> impl Iterator<Item = &'static Row> + 'a {
        let written = Written { id, at_ms, beside: self };
        ROWS.iter().filter(move |row| row.kind == act.kind() && (row.wrong)(act, &written))
    }

    /// The first row for which a phone refuses to save an entry; by an uncertain clock nothing is refused.
    #[must_use]
    pub fn refuses(&self, id: OpId, act: &Act, at_ms: u64, clock: ClockMark) -> Option<&'static Row> {
        self.faults(id, act, at_ms).find(|row| row.by == By::Itself || clock == ClockMark::Plain)
    }
}

impl Written<'_> {
    /// Whether every item is known, and this is the offence of having none of them.
    fn is_of_no_item(&self, code: &str) -> bool {
        let of_items = &self.beside.of_items;
        !of_items.is_empty() && !of_items.contains(&code)
    }

    /// Whether an appointment of the referral, or else a time, has not come yet.
    fn has_not_begun(&self, appointment: Option<OpRef>, at_ms: u64) -> bool {
        let named = appointment.map(|named| named.resolve(self.id.device));
        let booked = named.and_then(|named| self.beside.booked.get(&named));
        let begins_ms = booked.map_or(at_ms, |booked| booked.at_ms);
        begins_ms > self.at_ms.saturating_add(TOLERANCE_MS)
    }

    fn is_ahead(&self, ms: u64) -> bool {
        ms > self.at_ms.saturating_add(AHEAD_MS)
    }

    fn is_long_ago(&self, ms: u64) -> bool {
        ms.saturating_add(YEAR_MS) < self.at_ms
    }

    fn is_over(&self, ms: u64, minutes: u16) -> bool {
        let ends_ms = ms.saturating_add(u64::from(minutes) * MINUTE_MS);
        ends_ms.saturating_add(TOLERANCE_MS) < self.at_ms
    }

    fn is_far(&self, ms: u64) -> bool {
        ms > self.at_ms.saturating_add(YEAR_MS)
    }

    /// Of a time that is years back the year alone is wrong, and is told as such.
    fn is_before_encounter(&self, ms: u64) -> bool {
        !self.is_long_ago(ms)
            && self.beside.encounter_ms.is_some_and(|opened| ms.saturating_add(TOLERANCE_MS) < opened)
    }
}
