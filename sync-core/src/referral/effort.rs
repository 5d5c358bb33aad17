//! How hard the service tried, and whether the referral counts as delivered.
//!
//! ```text
//!   delivered = the service reached the person
//!            or made every attempt the pack asks for, on every channel the person gave (the pack says how many
//!               channels are needed at most; visits count as attempts)
//!   never     = closed for a reason that is the service's or nobody's: moved away, custody, hospital, death; or since
//!               nobody could be reached
//!   who holds no `outreach` goes by what was reported
//! ```
//! Does not ask why somebody did not answer.

use std::collections::BTreeSet;

use crate::codes::{self, CodeList};
use crate::ids::CompartmentKind;
use crate::policy::{Contact, Visits};
use crate::referral::act::{Act, ContactRecorded, ContactWhat, ProgressReported, Reach, YesNo};
use crate::referral::eligibility::{Delivered, Level};
use crate::referral::facts::Facts;
use crate::referral::fold::StreamState;

/// Results of an attempt that never was one on the person: a wrong number, custody and hospital harm nobody.
const NOT_AN_ATTEMPT: [&str; 3] = ["wrong_details", "in_custody", "in_hospital"];

/// Reasons to close that never count against the person, by their exit in `close_reasons`.
const NOT_DELIVERED_EXITS: [&str; 2] = ["closed_not_delivered", "deceased"];

/// The attempts to reach a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effort {
    /// Attempts that count.
    pub attempts: u32,
    /// Channels that the person gave.
    pub given: BTreeSet<String>,
    /// Of those given, the ones that were tried.
    pub tried: BTreeSet<String>,
    /// When each counted attempt was made, in order: milliseconds since 1970.
    pub at_ms: Vec<u64>,
}

/// Reads the attempts from a referral's streams.
#[must_use]
pub fn effort(states: &[StreamState]) -> Effort {
    let counts_visits = Facts { states }.pack().contact.visits == Visits::Count;
    let mut effort = Effort { given: given(states), ..Effort::default() };
    for (entry, act) in states.iter().flat_map(StreamState::acts) {
        let Act::ContactRecorded(body) = act else { continue };
        if body.what != ContactWhat::Attempted || NOT_AN_ATTEMPT.contains(&body.result.as_str()) {
            continue;
        }
        let way = way(&body.channel);
        let given = effort.given.contains(way);
        if given || (counts_visits && way == VISIT) {
            effort.attempts += 1;
            effort.at_ms.push(when(entry.eff.ms(), body));
        }
        if given {
            effort.tried.insert(way.to_owned());
        }
    }
    effort.at_ms.sort_unstable();
    effort
}

/// An attempt is no later than its recording, whatever was typed.
fn when(recorded_ms: u64, body: &ContactRecorded) -> u64 {
    body.at_ms.min(recorded_ms)
}

impl Effort {
    /// How many of the given channels must have been tried.
    #[must_use]
    pub fn channels_needed(&self, wanted: &Contact) -> usize {
        let at_most = usize::try_from(wanted.channels_at_most_needed).unwrap_or(usize::MAX);
        self.given.len().min(at_most).max(1)
    }

    /// Whether every attempt the pack asks for was made.
    #[must_use]
    pub fn is_enough(&self, wanted: &Contact) -> bool {
        self.attempts >= wanted.attempts_at_least && self.tried.len() >= self.channels_needed(wanted)
    }
}

/// Whether the service delivered a referral to somebody who got that far: exactly R09's word. Whoever holds what the
/// service did computes it from that alone, since a report may stand on an entry that was struck; others go by the last
/// report.
pub(crate) fn delivered_at(level: Level, facts: &Facts<'_>) -> Delivered {
    if closed_for_no_fault(level, facts) {
        Delivered::No
    } else if facts.holds(CompartmentKind::Outreach) {
        let enough = level > Level::L0 || effort(facts.states).is_enough(&facts.pack().contact);
        if enough { Delivered::Yes } else { Delivered::No }
    } else {
        match facts.last::<ProgressReported>().filter(|_| facts.is_told()) {
            // Whoever rang the service together with the person knows more than the report before it.
            Some(report) if report.delivered == YesNo::Yes || level > report.level => Delivered::Yes,
            Some(_) => Delivered::No,
            None if level > Level::L0 => Delivered::Yes,
            None => Delivered::Unknown,
        }
    }
}

fn closed_for_no_fault(level: Level, facts: &Facts<'_>) -> bool {
    let exit = |reason: String| codes::entry(CodeList::CloseReasons, &reason)?.column("exit");
    let exit = facts.closing_reason().and_then(exit);
    // Whom nobody reached has turned nothing down, however often it was tried.
    let never_reached = level == Level::L0 && exit == Some("lapsed_no_contact");
    facts.has_died() || never_reached || exit.is_some_and(|exit| NOT_DELIVERED_EXITS.contains(&exit))
}

const VISIT: &str = "visit";
const PHONE: &str = "phone";
const TEXT: &str = "text";

/// The channel of a contact, as channels are counted: a call that ended at the answering machine is a call,
/// and whoever goes to see the person visits, wherever that is. A code that is not known stands for itself.
fn way(channel: &str) -> &str {
    let visit = codes::entry(CodeList::ContactChannels, channel).is_some_and(|entry| entry.says_yes("visit"));
    match channel {
        _ if visit => VISIT,
        "voicemail" | "call" => PHONE,
        other => other,
    }
}

/// The channels that the person gave, at the roadside or later.
fn given(states: &[StreamState]) -> BTreeSet<String> {
    let mut given = BTreeSet::new();
    for (_, act) in states.iter().flat_map(StreamState::acts) {
        if let Act::ReferralSubmitted(body) = act {
            given.extend(given_at_first(&body.reach));
        } else if let Act::SubjectAmended(body) = act {
            given.extend(given_later(&body.field));
        } else if let Act::DetailsLearnt(body) = act {
            given.extend(given_later(&body.field));
        }
    }
    given
}

fn given_at_first(reach: &Reach) -> Vec<String> {
    let mut given = Vec::new();
    if reach.phone.is_some() {
        given.push(PHONE.to_owned());
        given.extend(reach.may.iter().filter(|may| *may == TEXT).cloned());
    }
    given.extend(reach.place_and_time.iter().map(|_| VISIT.to_owned()));
    given
}

fn given_later(field: &str) -> Option<String> {
    let way = match field {
        "phone" => PHONE,
        "email" => "email",
        "address" | "place_and_time" => VISIT,
        _ => return None,
    };
    Some(way.to_owned())
}
