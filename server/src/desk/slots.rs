//! A provider's slots: opened and closed by its lead, asked for by officers, answered by the server.
//!
//! What a lead says is an op of their own desk log in the provider's record. Closing a slot takes nothing back that
//! was confirmed. Does not answer requests: see [`crate::reconcile`].

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::clock::ClockMark;
use sync_core::ids::{DeviceId, OpId, OrgId};
use sync_core::referral::act::{Act, SlotClosed, SlotOpened};
use sync_core::referral::fold::StreamState;
use sync_core::referral::plausible::Beside;
use sync_core::slots::{SlotState, slots};
use uuid::Uuid;

use super::conflicts::AtDesk;
use super::{Answer, Caller, NewSlot, Refused, words};
use crate::fault::Fault;
use crate::keys::random_id;
use crate::reconcile::desk_log::{self, Deed, Done, Upon};
use crate::reconcile::{Ops, provider_of, slot_taken};
use crate::store::{Reads, Writes, providers};

const MAX_REASON_BYTES: usize = 4096;

/// The slots: of one's own provider, and for the force of all; the soonest first.
pub(super) fn list(read: &dyn Reads, caller: &Caller) -> Answer {
    let all = providers(read.orgs()?, caller.author.force).into_iter().map(|org| org.id);
    let own = caller.author.role.of_provider();
    let mut shown = Vec::new();
    for provider in all.filter(|provider| !own || *provider == caller.author.org) {
        shown.extend(of_provider(read, caller, provider)?);
    }
    shown.sort_by_key(|slot| (slot["at_ms"].as_u64(), slot["slot"].to_string()));
    Ok(json!({ "slots": shown }))
}

pub(super) fn of_provider(read: &dyn Reads, caller: &Caller, provider: OrgId) -> Result<Vec<Value>, Fault> {
    let state = state_of(read, caller, provider)?;
    let mut shown = Vec::new();
    for (slot, known) in slots(&state) {
        let taken = slot_taken(read, slot)?.len();
        let opened = state.acts().filter_map(|(_, act)| act.as_body::<SlotOpened>());
        let opened = opened.filter(|body| body.slot == slot).last();
        let is_open = known.state == SlotState::Open;
        let mut row = json!({
            "slot": slot, "provider": provider, "at_ms": known.at_ms, "meeting": known.meeting,
            "capacity": known.capacity, "confirmed": taken, "state": if is_open { "open" } else { "closed" },
        });
        if let Some(SlotOpened { minutes, mode, place, .. }) = opened {
            row["minutes"] = json!(minutes);
            row["mode"] = json!(mode);
            if let Some(place) = place {
                row["place"] = json!(place);
            }
        }
        shown.push(row);
    }
    Ok(shown)
}

fn state_of(read: &dyn Reads, caller: &Caller, provider: OrgId) -> Result<StreamState, Fault> {
    let stream = provider_of(provider, caller.author.force);
    Ok(Ops::new(read.ops_of_record(stream.record)?).into_state_of(stream))
}

/// Opens a slot.
pub(super) fn open(tx: &dyn Writes, desk: &AtDesk<'_>, new: &NewSlot) -> Answer {
    let NewSlot { at_ms, minutes, meeting, mode, capacity, place } = new.clone();
    if desk.caller.author.role != Role::ProviderLead {
        return Err(Refused::NotYours);
    }
    if capacity == 0 {
        return Err(Refused::Field("capacity"));
    }
    let slot = random_id();
    let act = Act::SlotOpened(SlotOpened { slot, at_ms, minutes, meeting, mode, capacity, place });
    let not_written_yet = OpId { device: DeviceId(slot), seq: 0 };
    if let Some(row) = Beside::of(&[]).refuses(not_written_yet, &act, desk.now_ms, ClockMark::Plain) {
        return Err(Refused::NotAllowed(row.sentence()));
    }
    let op = record(tx, desk, act)?;
    Ok(json!({"slot": slot, "op": op, "state": "open"}))
}

/// Closes a slot; whoever has it keeps it.
pub(super) fn close(tx: &dyn Writes, desk: &AtDesk<'_>, slot: Uuid, reason: &str) -> Answer {
    if reason.trim().is_empty() || reason.len() > MAX_REASON_BYTES {
        return Err(Refused::Field("reason"));
    }
    let state = state_of(tx, desk.caller, desk.caller.author.org)?;
    if desk.caller.author.role != Role::ProviderLead {
        return Err(Refused::NotYours);
    }
    if !slots(&state).contains_key(&slot) {
        return Err(Refused::NotFound);
    }
    let op = record(tx, desk, Act::SlotClosed(SlotClosed { slot, reason: reason.to_owned() }))?;
    Ok(json!({"slot": slot, "op": op, "state": "closed"}))
}

fn record(tx: &dyn Writes, desk: &AtDesk<'_>, act: Act) -> Result<OpId, Refused> {
    let author = desk.caller.author;
    if author.role != Role::ProviderLead {
        return Err(Refused::NotYours);
    }
    let stream = provider_of(author.org, author.force);
    let deed = Deed {
        author,
        stream,
        act,
        along: Vec::new(),
        place: tx.place()?,
        upon: Upon::Streams([stream].into()),
    };
    match desk_log::record(tx, desk.server, desk.key, &deed, desk.now_ms)? {
        Done::Recorded(op) => Ok(op),
        Done::ShownAnew => Err(Refused::ShownAnew),
        Done::NotAllowed(why) => Err(Refused::NotAllowed(words(why))),
    }
}
