//! A provider's slots: what was opened and closed, and whether a request can be confirmed.
//!
//! ```text
//!   slot.opened(capacity 2)    request a ─▶ confirmed      the one place where arrival decides: the server
//!                              request b ─▶ confirmed      answers under the slot's lock, on the record, and
//!                              request c ─▶ declined       what was confirmed stays, unless its referral ends
//! ```
//! An offline booking is a request. Pure: the server says what it has confirmed already. Does not write.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
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

/// A slot as phones know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct OfferedSlot {
    /// Its id.
    pub slot: Uuid,
    /// When it begins, in milliseconds since 1970.
    pub at_ms: u64,
    /// How long it is.
    pub minutes: u16,
    /// What it is for.
    pub meeting: Meeting,
    /// How many more people it took when this was written: a phone without signal may be late.
    pub free: u16,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

impl OfferedSlot {
    /// When it ends.
    #[must_use]
    pub fn ends_ms(&self) -> u64 {
        self.at_ms.saturating_add(u64::from(self.minutes) * MINUTE_MS)
    }
}

/// The slots that can be asked for, the soonest first, as if nobody had one yet. Takes no clock: what is over is left out
/// by whoever looks at them.
#[must_use]
pub fn offered(provider: &StreamState) -> Vec<OfferedSlot> {
    let known = slots(provider);
    let opened = provider.acts().filter_map(|(_, act)| act.as_body::<SlotOpened>());
    let mut offered: Vec<OfferedSlot> = opened
        .filter(|body| known.get(&body.slot).is_some_and(|slot| slot.state == SlotState::Open))
        .map(|body| OfferedSlot {
            slot: body.slot,
            at_ms: body.at_ms,
            minutes: body.minutes,
            meeting: body.meeting,
            free: body.capacity,
            place: body.place.clone(),
        })
        .collect();
    offered.sort_by_key(|slot| (slot.at_ms, slot.slot));
    offered.dedup_by_key(|slot| slot.slot);
    offered
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
