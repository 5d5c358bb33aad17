//! What is due on a referral, whose turn it is, and when it may lapse: computed beside the fold, stored nowhere.
//!
//! ```text
//!   folded streams + pack + now ──due──▶ due dates ──worklist──▶ what to do first, and why
//!                               ──may_lapse──▶ whether the server may write the lapse
//!                               ──duties──▶ what the server writes by itself, and when it looks again
//!                               ──officers_read──▶ whether its officers still read it
//! ```
//! Times are server time in milliseconds since 1970; working days are London's local days, less the bank
//! holidays of the pack's nation. Does not write, close or decide anything: no timer ever moves an outcome.

mod calendar;
mod due;
mod duty;
mod lapse;
mod reading;
mod worklist;

pub use crate::referral::effort::{Effort, effort};
pub use crate::referral::engagement::delivered;
pub use calendar::{Change, Holiday, bank_holidays, is_working_day, working_days_later_ms};
pub use due::{Coming, Due, DueState, Timer, Told, Turn, coming, due};
pub use duty::{Duties, Duty, DutyContext, duties};
pub use lapse::{DeviceSync, Ground, Lapse, Waited, contacts_that_keep_open, may_lapse};
pub use reading::{OfficersRead, officers_read};
pub use worklist::{Desks, Item, Line, Waiting, WorklistOf, in_order, urgency_of, worklist};

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::ids::{OpId, OrgId};
use crate::policy::PolicyPack;
use crate::referral::act::{Act, YesNo};
use crate::referral::facts::Facts;
use crate::referral::fold::{Entry, StreamState};
use crate::referral::view::View;

/// One referral as somebody holds it.
#[derive(Debug, Clone, Copy)]
pub struct Referral<'a> {
    /// Its record.
    pub record: Uuid,
    /// Its folded streams, as far as the reader holds them …
    pub states: &'a [StreamState],
    /// … and what they say together.
    pub seen: &'a View,
    /// Who reads: the force holds no `outreach` and cannot know what the service has done.
    pub reader: Reader,
    /// Bank holidays that were proclaimed after this software was built.
    pub holidays: &'a [Holiday],
    /// When the server first held what sent it to its present service ([`sent_by`]); none while it has not, or
    /// where that is not known.
    pub synced_ms: Option<u64>,
    /// The services at which somebody can act: they take referrals, and have people. None where that is not known.
    pub able: Option<&'a BTreeSet<OrgId>>,
}

/// Who holds a referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The force: `police` and `shared`.
    Force,
    /// A provider: `shared`, `outreach` and `care`.
    Provider,
    /// The server: everything.
    Server,
}

/// The pack that decides on a referral: the version that was frozen into it when it was submitted, or that
/// assessed the encounter.
#[must_use]
pub fn pack_of(states: &[StreamState]) -> &'static PolicyPack {
    Facts { states }.pack()
}

/// The act that sent a referral to the service that has it now: the submission, or what named another since.
#[must_use]
pub fn sent_by(states: &[StreamState]) -> Option<OpId> {
    let live = states.iter().flat_map(|state| state.register("provider"));
    let newest = live.max_by_key(|live| (live.eff, live.op)).map(|live| live.op);
    newest.or(Facts { states }.submitted().map(|(entry, _)| entry.id))
}

/// The acts that count, of all streams.
fn acts(states: &[StreamState]) -> impl Iterator<Item = (&Entry, &Act)> {
    states.iter().flat_map(StreamState::acts)
}

/// When the latest act of a kind took effect.
fn latest_ms(states: &[StreamState], wanted: fn(&Act) -> bool) -> Option<u64> {
    acts(states).filter(|(_, act)| wanted(act)).map(|(entry, _)| entry.eff.ms()).max()
}

/// Since when the service has been working on it: accepted, taken over from another, or opened again.
fn taken_on_ms(states: &[StreamState]) -> Option<u64> {
    latest_ms(states, |act| {
        matches!(act, Act::ReferralAccepted(_) | Act::TransferAccepted(_) | Act::ReferralReopened(_))
    })
}

/// When it was last found that an entry was wrong which may have said that somebody was reached or came: struck,
/// corrected or settled.
fn corrected_ms(states: &[StreamState]) -> Option<u64> {
    let tells = |entry: &&Entry| {
        matches!(entry.kind.as_str(), "contact.recorded" | "attendance.recorded" | "handover.recorded")
    };
    let entries = states.iter().flat_map(|state| &state.entries).filter(tells);
    let told: BTreeSet<OpId> = entries.map(|entry| entry.id).collect();
    let corrects = |entry: &Entry, act: &Act| {
        if let Act::EntryStruck(body) = act {
            body.back != Some(YesNo::Yes) && told.contains(&body.entry.resolve(entry.id.device))
        } else if let Act::AttendanceRecorded(body) = act {
            body.reason.is_some()
        } else if let Act::AppointmentCancelled(body) = act {
            body.reason.is_some()
        } else {
            matches!(act, Act::ConflictSettled(_))
        }
    };
    acts(states).filter(|(entry, act)| corrects(entry, act)).map(|(entry, _)| entry.eff.ms()).max()
}

#[cfg(test)]
mod tests;
