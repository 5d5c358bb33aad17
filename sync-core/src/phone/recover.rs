//! Why a phone must enrol again, or may have to, and what an answer says of it.
//!
//! Does not decide what is written anew: see [`crate::phone::enrol`] and [`crate::sync::recovery`].

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::DeviceId;
use crate::log::Tip;
use crate::phone::reads::PhoneReads;
use crate::phone::rows::Own;
use crate::phone::state::PhoneState;
use crate::problem::Problem;
use crate::sync::enrolment::Recovers;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// Another phone wrote on under this one's name.
    Fork,
    /// The file was damaged; what could be read was salvaged.
    Damaged,
    /// The store is older than what this phone had saved.
    Restored,
    /// The phone's key is not the one that was enrolled.
    KeyLost,
    /// The key is the enrolled one, and the server does not know it: it was put back to before the phone was enrolled, or is
    /// another server.
    Forgotten,
}

impl Because {
    /// Whether the server does not know the key: what it answers next may say otherwise.
    fn of_the_key(self) -> bool {
        match self {
            Self::KeyLost | Self::Forgotten => true,
            Self::Fork | Self::Damaged | Self::Restored => false,
        }
    }
}

/// Why this phone must enrol again, or may have to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// What happened.
    pub because: Because,
    /// The device whose log it is; none when the store does not say.
    pub device: Option<DeviceId>,
    /// The last entry that is known to have been saved.
    pub known: Tip,
    /// The last entry that the store holds of it without a gap.
    pub reads: u64,
    /// How many entries up to it cannot be read.
    pub unread: u64,
    /// Certain, or to be told by the next synchronisation.
    pub certain: Certain,
}

/// Whether enrolling again is needed, or only may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certain {
    /// It is needed.
    Yes,
    /// The next synchronisation tells.
    NotYet,
}

/// Notes it. What was noted first stays the reason; only an unknown key takes the place of what is not certain yet.
pub fn note(state: &mut PhoneState, new: Recovery) {
    state.recovery = Some(match state.recovery.take() {
        Some(first) if first.certain == Certain::NotYet && new.because.of_the_key() => {
            Recovery { because: new.because, certain: new.certain, ..first }
        }
        Some(first) => Recovery { certain: new.certain, ..first },
        None => new,
    });
}

/// Notes that the phone must enrol again, although its log reads well up to its end.
pub fn note_whole(state: &mut PhoneState, because: Because, known: Tip) {
    let device = state.me.as_ref().map(|me| me.device);
    let (reads, certain) = (known.seq, Certain::Yes);
    note(state, Recovery { because, device, known, reads, unread: 0, certain });
}

/// A good answer came: the server knows this phone's key after all. A doubt that was noted before is a doubt again.
pub(super) fn known_key(state: &mut PhoneState) {
    state.recovery = match state.recovery.take() {
        Some(noted) if !noted.because.of_the_key() => Some(noted),
        Some(noted) if noted.known.seq > noted.reads => {
            Some(Recovery { because: Because::Restored, certain: Certain::NotYet, ..noted })
        }
        Some(_) | None => None,
    };
}

/// Nothing more is to come for a store that is older than its anchor: the entries between are lost.
pub(super) fn told(state: &mut PhoneState) {
    if let Some(Recovery { because: Because::Restored, certain: Certain::NotYet, known, reads, .. }) =
        state.recovery
    {
        state.lost += known.seq.saturating_sub(reads);
        state.recovery = None;
    }
}

/// Whether the log of this phone can be pushed as it is, signed with this key.
///
/// # Errors
/// [`Problem`] `re_enrol_needed` when it cannot; the reason is noted in the state, which is to be saved.
pub fn check(state: &mut PhoneState, tip: Tip, present_key: &str) -> Result<(), Problem> {
    let enrolled = state.me.as_ref().map_or("", |me| me.public_key.as_str());
    if !enrolled.is_empty() && enrolled != present_key {
        note_whole(state, Because::KeyLost, tip);
        return Err(Problem::new("re_enrol_needed", ""));
    }
    match state.recovery.as_ref().map(|noted| noted.because) {
        // What was salvaged lies before what was recorded since: it cannot be sent in its place.
        Some(Because::Damaged) => Err(Problem::new("re_enrol_needed", "")),
        Some(Because::Fork | Because::Restored | Because::KeyLost | Because::Forgotten) | None => Ok(()),
    }
}

/// What to tell the server of the log that this phone wrote before; nothing when there is none.
///
/// # Errors
/// When the store cannot be read.
pub fn recovers<R: PhoneReads>(reads: &R, state: &PhoneState) -> Result<Option<Recovers>, R::Fault> {
    let Some(Recovery { device, known, because, .. }) = &state.recovery else { return Ok(None) };
    let device = match device.or(state.me.as_ref().map(|me| me.device)) {
        Some(device) => Some(device),
        None => reads.waiting_device()?,
    };
    let Some(device) = device else { return Ok(None) };
    let waiting = reads.waiting(device)?.into_iter().map(|old| old.op.header.id.seq);
    let own = reads.own_from(1, u64::MAX >> 1)?;
    let held: BTreeSet<u64> = waiting.chain(own.iter().map(Own::seq)).collect();
    let last = match because {
        Because::Damaged => held.last().copied().unwrap_or_default().max(known.seq),
        Because::Fork | Because::Restored | Because::KeyLost | Because::Forgotten => 0,
    };
    let unreadable = (1..=last).filter(|seq| !held.contains(seq)).collect();
    Ok(Some(Recovers { device, unreadable }))
}
