//! A provider's slots: what was opened and closed, and whether a request can be confirmed.
//!
//! ```text
//!   slot.opened(capacity 2)    request a ─▶ confirmed      the one place where arrival decides: the server
//!                              request b ─▶ confirmed      answers under the slot's lock, on the record, and
//!                              request c ─▶ declined       what was confirmed is never taken back
//! ```
//! An offline booking is a request. Pure: the server says what it has confirmed already. Does not write.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::ids::OpId;
use crate::local_time::MINUTE_MS;
use crate::referral::act::{DeclineReason, Meeting, SlotOpened};
use crate::referral::fold::StreamState;

/// One slot as the provider's record has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// When it begins, in milliseconds since 1970.
    pub at_ms: u64,
    /// When it ends.
    pub ends_ms: u64,
    /// What it is for.
    pub meeting: Meeting,
    /// How many people it takes.
    pub capacity: u16,
    /// Whether it can be asked for.
    pub state: SlotState,
}

/// Whether a slot can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotState {
    /// It can.
    Open,
    /// It was closed; while people disagree, it counts as closed.
    Closed,
}

/// What the server answers to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotAnswer {
    /// It is theirs.
    Confirmed,
    /// It is not.
    Declined(DeclineReason),
}

/// The slots of a provider, from its folded record.
#[must_use]
pub fn slots(provider: &StreamState) -> BTreeMap<Uuid, Slot> {
    let opened = provider.acts().filter_map(|(_, act)| act.as_body::<SlotOpened>());
    let slot = |body: &SlotOpened| {
        let live = provider.register(&format!("slot/{}", body.slot));
        let open = live.iter().all(|value| value.value == "\"open\"");
        Slot {
            at_ms: body.at_ms,
            ends_ms: body.at_ms.saturating_add(u64::from(body.minutes) * MINUTE_MS),
            meeting: body.meeting,
            capacity: body.capacity,
            state: if open { SlotState::Open } else { SlotState::Closed },
        }
    };
    opened.map(|body| (body.slot, slot(body))).collect()
}

/// Whether a request for a slot can be confirmed at a time; `confirmed` are the requests that have it already.
#[must_use]
pub fn answer(slot: Option<&Slot>, confirmed: &[OpId], request: OpId, now_ms: u64) -> SlotAnswer {
    if confirmed.contains(&request) {
        return SlotAnswer::Confirmed;
    }
    match slot {
        None | Some(Slot { state: SlotState::Closed, .. }) => SlotAnswer::Declined(DeclineReason::NoSuchSlot),
        Some(slot) if slot.ends_ms <= now_ms => SlotAnswer::Declined(DeclineReason::Over),
        Some(slot) if confirmed.len() >= usize::from(slot.capacity) => {
            SlotAnswer::Declined(DeclineReason::Full)
        }
        Some(_) => SlotAnswer::Confirmed,
    }
}
