//! What to do first at a desk, and why.
//!
//! ```text
//!   an open safeguarding concern, the oldest first
//!   ▸ overdue, the oldest first ▸ due, the soonest first ▸ upcoming, the soonest first
//! ```
//! One item a referral, by its most urgent reason. Does not assign work to a person.

use serde::Serialize;
use uuid::Uuid;

use super::due::{Due, DueState, Timer, Turn, due};
use super::{Reader, Referral};

/// Whose worklist it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Desk {
    /// A provider's workers and lead.
    Provider,
    /// Officers and supervisors.
    Police,
    /// The scheme's admins.
    Admin,
}

/// One referral on a worklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// The referral.
    pub record: Uuid,
    /// The most urgent reason.
    pub first: Due,
    /// That reason in words.
    pub reason: &'static str,
    /// What else is due there, in the same order.
    pub also: Vec<Due>,
}

/// The worklist of a desk, most urgent first. The same referrals give the same list in whatever order they come.
#[must_use]
pub fn worklist(referrals: &[Referral<'_>], desk: Desk, now_ms: u64) -> Vec<Item> {
    let mut items: Vec<Item> = referrals.iter().filter_map(|referral| item(referral, desk, now_ms)).collect();
    items.sort_by_key(|item| (urgency(&item.first), item.record));
    items
}

fn item(referral: &Referral<'_>, desk: Desk, now_ms: u64) -> Option<Item> {
    let mut here: Vec<Due> =
        due(referral, now_ms).into_iter().filter(|due| desk.works_on(due.turn, referral.reader)).collect();
    here.sort_by_key(urgency);
    let mut rest = here.into_iter();
    let first = rest.next()?;
    Some(Item { record: referral.record, reason: reason(&first), first, also: rest.collect() })
}

impl Desk {
    /// An admin who reads for the force sees an admin's turns; nobody sees another organisation's.
    fn works_on(self, turn: Turn, reader: Reader) -> bool {
        match (self, turn) {
            (Desk::Provider, Turn::Worker | Turn::Lead) => reader != Reader::Force,
            (Desk::Police, Turn::Police) | (Desk::Admin, Turn::Admin) => true,
            (Desk::Provider, Turn::Police | Turn::Admin)
            | (Desk::Police, Turn::Worker | Turn::Lead | Turn::Admin)
            | (Desk::Admin, Turn::Worker | Turn::Lead | Turn::Police) => false,
        }
    }
}

/// Lower is more urgent.
fn urgency(due: &Due) -> (u8, u64, Timer, Turn) {
    let rank = match (due.timer, due.state) {
        (Timer::Safeguarding, _) => 0,
        (_, DueState::Overdue) => 1,
        (_, DueState::Due) => 2,
        (_, DueState::Upcoming) => 3,
    };
    (rank, due.at_ms, due.timer, due.turn)
}

fn reason(due: &Due) -> &'static str {
    match due.timer {
        Timer::Safeguarding => "A safeguarding concern is waiting to be acknowledged.",
        Timer::Receive => "The service has not received the referral.",
        Timer::Accept => "The referral is waiting for the lead's answer.",
        Timer::FirstAttempt => "Nobody has tried to reach the person.",
        Timer::Assessment => "The assessment is waiting.",
        Timer::Sessions => "The sessions are not complete.",
        Timer::MissedInARow => "The person missed appointments in a row: reach out, do not close.",
        Timer::AskLead => "Nobody has reached the person: go on, or close as not delivered.",
        Timer::Silence => "Nothing was heard from the service.",
        Timer::Settle => "Two records disagree.",
        Timer::AnswerOffer => match due.state {
            DueState::Upcoming | DueState::Due => "The person has not answered the offer.",
            DueState::Overdue => {
                "The days of the offer are over and there is no answer: ask once more, then record what the \
                 person says, or what the police decide instead. A yes still counts."
            }
        },
        Timer::Reroute => "The service did not take the referral: find another.",
    }
}
