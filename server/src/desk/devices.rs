//! Devices: who sees them, and how they are revoked.
//!
//! A revoked device reads nothing more and is told to wipe itself; what it still sends is taken and
//! judged. Does not enrol: see [`crate::enrol`].

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::DeviceId;

use super::page::{self, List};
use super::{Answer, Caller, Page, Refused, sessions};
use crate::outside::{self, Kept};
use crate::store::people::{LastSeen, ListedDevice, RevokeReason};
use crate::store::{Reads, Writes};

/// Every device for admins and auditors; for others their own. The logs of desks and of the server itself are
/// no devices in anybody's hands.
pub(super) fn list(read: &dyn Reads, caller: &Caller, page: &Page) -> Answer {
    let span = page.span(List::Devices)?;
    let of = match caller.author.role {
        Role::Admin | Role::Auditor => None,
        Role::Officer | Role::Supervisor | Role::OutreachWorker | Role::ProviderLead | Role::Server => {
            Some(caller.author.user)
        }
    };
    let rows = read.list_devices(of, span)?;
    let server = read.server()?;
    let in_hands = rows.iter().filter(|listed| !server.keeps_log(listed.row.device));
    let mut waiting: BTreeMap<DeviceId, u64> = BTreeMap::new();
    read.pending()?.iter().for_each(|held| *waiting.entry(held.id().device).or_default() += 1);
    let waits = |device| waiting.get(device).copied().unwrap_or_default();
    let devices: Vec<Value> = in_hands.map(|listed| shown(&listed.row, waits(&listed.row.device))).collect();
    Ok(json!({"devices": devices, "cursor": page::next(List::Devices, &rows, span)}))
}

/// Signs the device of whoever asks out: it was in their own hands, so what it still sends counts.
pub(super) fn sign_out(tx: &dyn Writes, caller: &Caller, id: DeviceId, now_ms: u64) -> Answer {
    let row = tx.device(id)?.filter(|row| row.user == caller.author.user).ok_or(Refused::NotFound)?;
    if tx.server()?.keeps_log(id) {
        return Err(Refused::NotFound);
    }
    let (by, reason) = (row.user, RevokeReason::Left);
    outside::keep(tx, &Kept::Revoked { device: id, at_ms: now_ms, reason, by })?;
    tracing::info!(device = %id, "device signed out");
    Ok(json!({"device": id, "user": row.user, "last_seq": row.tip.seq, "revoked": tx.revocation(id)?}))
}

/// Revokes a device.
pub(super) fn revoke(
    tx: &dyn Writes,
    caller: &Caller,
    id: DeviceId,
    reason: RevokeReason,
    now_ms: u64,
) -> Answer {
    caller.must_be_admin()?;
    let row = tx.device(id)?.ok_or(Refused::NotFound)?;
    if tx.server()?.keeps_log(id) {
        return Err(Refused::NotAllowed("the server holds this key itself; disable the person instead"));
    }
    let by = caller.author.user;
    outside::keep(tx, &Kept::Revoked { device: id, at_ms: now_ms, reason, by })?;
    // Whoever has the phone may have the browser on it, or what opens one; a phone that is given back opens none.
    let ended = match reason {
        RevokeReason::Lost | RevokeReason::Stolen | RevokeReason::Cause => {
            sessions::end_all(tx, row.user, now_ms)?
        }
        RevokeReason::Left => 0,
    };
    tracing::info!(device = %id, reason = reason.word(), ended, "device revoked");
    let revocation = tx.revocation(id)?;
    Ok(json!({
        "device": id, "user": row.user, "last_seq": row.tip.seq, "revoked": revocation, "sessions_ended": ended,
    }))
}

/// `waits`: how many of its entries wait for others that have not arrived.
fn shown(device: &ListedDevice, waits: u64) -> Value {
    let mut shown = json!({
        "device": device.device, "user": device.user, "name": device.name, "letter": device.letter,
        "enrolled_ms": device.enrolled_ms, "last_seq": device.last_seq, "waits": waits,
    });
    if let Some(heard_ms) = device.heard_ms {
        shown["synced_ms"] = json!(heard_ms);
    }
    if let Some(LastSeen { at_ms, vocabulary }) = device.seen {
        (shown["seen_ms"], shown["version"]) = (json!(at_ms), json!(vocabulary));
    }
    if let Some(revocation) = device.revocation {
        shown["revoked"] = json!(revocation);
    }
    shown
}
