//! When the server may write that nobody could be contacted.
//!
//! ```text
//!   accepted, or corrected since ── 14 days ──┐
//!   attempts enough ──────────────────────────┴─▶ deadline ── every device that may hold ops synced past it, or 72 h ──▶ may lapse
//!                                                    │
//!                                    a contact it had not seen, whenever it was made ──▶ the referral is open
//! ```
//! Too few attempts never lapse: the lead is asked to go on or to close as not delivered, which never counts
//! against the person. Does not write the lapse, and the lapse moves no outcome.

use crate::ids::{DeviceId, OpId};
use crate::local_time::{HOUR_MS, days_later_ms};
use crate::referral::act::{Act, ContactWhat};
use crate::referral::eligibility::Level;
use crate::referral::engagement::Stage;
use crate::referral::facts::Facts;
use crate::referral::fold::StreamState;
use crate::referral::view::Contact;

use super::{Referral, acts, corrected_ms, pack_of, taken_on_ms};
use crate::referral::effort::effort;

/// When a device that may hold ops for a referral last synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceSync {
    /// The device.
    pub device: DeviceId,
    /// Its last whole sync, server time in milliseconds; none when it never synced.
    pub last_sync_ms: Option<u64>,
}

/// Whether a referral may lapse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lapse {
    /// It may.
    May(Ground),
    /// It is not waiting for a contact: not accepted, over, or contact was stopped.
    NotWaiting,
    /// The person was reached, came, or called.
    Reached,
    /// The service has not made every attempt: it never lapses, the lead is asked.
    TooFewAttempts {
        /// How many count.
        made: u32,
        /// How many the pack asks for.
        needed: u32,
        /// How many of the given channels are still to be tried.
        channels_left: usize,
    },
    /// The deadline has not passed.
    TooEarly {
        /// The deadline, in milliseconds since 1970.
        deadline_ms: u64,
    },
    /// A device may hold a contact that the server has not seen.
    Waits {
        /// The devices.
        devices: Vec<DeviceId>,
        /// When they are waited for no longer.
        until_ms: u64,
    },
}

/// On what a lapse rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// The deadline that passed.
    pub deadline_ms: u64,
    /// Attempts that count.
    pub attempts: u32,
    /// What was waited for.
    pub waited: Waited,
}

/// What was waited for after the deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// Every device that may hold ops synced past the deadline.
    EveryDevice,
    /// The grace passed.
    Grace,
}

/// Whether the server may write the lapse of a referral now. `devices` are all that may hold ops for it.
///
/// The deadline is 14 days (a pack value) after acceptance, or the attempt that made them enough where that
/// came later, so that nobody lapses on an attempt that no other device could have answered yet.
#[must_use]
pub fn may_lapse(referral: &Referral<'_>, now_ms: u64, devices: &[DeviceSync]) -> Lapse {
    let (states, seen, pack) = (referral.states, referral.seen, pack_of(referral.states));
    if seen.engagement.level > Some(Level::L0) || !contacts_that_keep_open(states).is_empty() {
        return Lapse::Reached;
    }
    let waiting =
        matches!(seen.engagement.stage, Stage::Accepted | Stage::Contacting | Stage::AssessmentBooked);
    // Whoever goes on after a correction has the whole time again.
    let since_ms = taken_on_ms(states).map(|taken_ms| taken_ms.max(corrected_ms(states).unwrap_or_default()));
    let accepted = since_ms.filter(|_| waiting && seen.contact == Contact::Allowed);
    let Some(accepted_ms) = accepted else { return Lapse::NotWaiting };

    let made = effort(states);
    let needed = usize::try_from(pack.contact.attempts_at_least).unwrap_or(usize::MAX);
    let enough_ms = made.at_ms.get(needed.saturating_sub(1)).copied();
    let (Some(enough_ms), true) = (enough_ms, made.is_enough(&pack.contact)) else {
        return Lapse::TooFewAttempts {
            made: made.attempts,
            needed: pack.contact.attempts_at_least,
            channels_left: made.channels_needed(&pack.contact).saturating_sub(made.tried.len()),
        };
    };
    let deadline_ms = days_later_ms(accepted_ms, pack.contact.ask_lead_after_days).max(enough_ms);
    if now_ms < deadline_ms {
        return Lapse::TooEarly { deadline_ms };
    }
    waited(deadline_ms, u64::from(pack.timers.lapse_grace_hours) * HOUR_MS, now_ms, devices).map_or_else(
        |waits| waits,
        |waited| Lapse::May(Ground { deadline_ms, attempts: made.attempts, waited }),
    )
}

fn waited(deadline_ms: u64, grace_ms: u64, now_ms: u64, devices: &[DeviceSync]) -> Result<Waited, Lapse> {
    let until_ms = deadline_ms.saturating_add(grace_ms);
    let behind = devices.iter().filter(|one| one.last_sync_ms.is_none_or(|synced| synced <= deadline_ms));
    let behind: Vec<DeviceId> = behind.map(|one| one.device).collect();
    if behind.is_empty() {
        Ok(Waited::EveryDevice)
    } else if now_ms >= until_ms {
        Ok(Waited::Grace)
    } else {
        Err(Lapse::Waits { devices: behind, until_ms })
    }
}

/// The contacts by which a lapse does not hold: whoever reached the person, whoever came or called, whether
/// the lapse had seen it or not. A lapse rests on nobody having been reached, so any of them crosses it, and
/// the referral is open.
#[must_use]
pub fn contacts_that_keep_open(states: &[StreamState]) -> Vec<OpId> {
    let reached = |what: ContactWhat| match what {
        ContactWhat::Attempted => false,
        ContactWhat::Reached | ContactWhat::PersonCame | ContactWhat::PersonCalled => true,
    };
    let facts = Facts { states };
    let mut came = facts.came();
    let keeps = acts(states).filter(|(entry, act)| {
        if let Act::ContactRecorded(body) = act {
            reached(body.what)
        } else if let Act::HandoverRecorded(body) = act {
            reached(body.result)
        } else if let Act::AttendanceRecorded(body) = act {
            came(entry, body)
        } else {
            false
        }
    });
    keeps.map(|(entry, _)| entry.id).collect()
}
