//! How long officers read an own referral.
//!
//! ```text
//!   newest entry that the force reads ── the pack's days ──▶ over ── another entry ──▶ read again
//!                                            │
//!        something there still waits for the police: not over while it does
//! ```
//! What waits: a turn of the police, an open conflict, an offer without its answer, an outcome that waits
//! for engagement. Does not take anything away: the server does, and gives it back.

use super::due::{Due, Timer, Turn, due};
use super::{Reader, Referral, pack_of};
use crate::ids::{CompartmentKind, OpId};
use crate::local_time::days_later_ms;
use crate::referral::act::Disposal;
use crate::referral::fold::StreamState;
use crate::referral::offer::Offer;
use crate::referral::view::{is_kept_from_force, view};

/// Whether the officers of a referral read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfficersRead {
    /// They do, until then at least, in milliseconds since 1970.
    Until(u64),
    /// They do, while something in it waits for the police.
    WhileItWaits,
    /// No longer: it has been quiet for the pack's days.
    NoLonger,
}

/// Whether its officers read a referral. `received_ms` says when the server received an entry: news is
/// news from when it arrives, however long a phone without signal kept it.
#[must_use]
pub fn officers_read(
    referral: &Referral<'_>,
    now_ms: u64,
    received_ms: impl Fn(OpId) -> Option<u64>,
) -> OfficersRead {
    let states = of_the_force(referral.states);
    let entries = states.iter().flat_map(|state| &state.entries);
    let news_ms = entries.filter_map(|entry| received_ms(entry.id)).max().unwrap_or_default();
    let until_ms = days_later_ms(news_ms, pack_of(&states).access.officer_reads_days);
    if now_ms < until_ms {
        OfficersRead::Until(until_ms)
    } else {
        let seen = &view(&states);
        let of_the_force = Referral { states: &states, seen, reader: Reader::Force, able: None, ..*referral };
        if waits_for_police(&of_the_force, now_ms) {
            OfficersRead::WhileItWaits
        } else {
            OfficersRead::NoLonger
        }
    }
}

/// What the force reads of a referral: nothing of `shared` once a voluntary one is kept from it.
fn of_the_force(states: &[StreamState]) -> Vec<StreamState> {
    let kept = is_kept_from_force(states);
    let reads = |state: &&StreamState| match state.compartment() {
        Some(CompartmentKind::Police) => true,
        Some(CompartmentKind::Shared) => !kept,
        Some(CompartmentKind::Outreach | CompartmentKind::Care | CompartmentKind::Audit) | None => false,
    };
    states.iter().filter(reads).cloned().collect()
}

fn waits_for_police(referral: &Referral<'_>, now_ms: u64) -> bool {
    let seen = referral.seen;
    let offer = match seen.offer {
        Offer::Discretion | Offer::Made(_) | Offer::Open { .. } => true,
        Offer::NotAssessed | Offer::Ended { .. } | Offer::Agreed(_) | Offer::Declined => false,
    };
    let outcome = seen.disposal.applied().map(|applied| applied.disposal);
    (offer && outcome.is_none())
        || outcome == Some(Disposal::Diversion22Pending)
        || !seen.conflicts.is_empty()
        || due(referral, now_ms).iter().any(keeps_reading)
}

/// A reference that the force's own system gives is asked for, and lets nobody read on for it: a supervisor does.
fn keeps_reading(due: &Due) -> bool {
    matches!(due.turn, Turn::Police | Turn::Supervisor) && due.timer != Timer::CrimeReference
}
