//! Devices: who sees them, and how they are revoked.
//!
//! A revoked device reads nothing more and is told to wipe itself; what it still sends is taken and
//! judged. Does not enrol: see [`crate::enrol`].

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::DeviceId;

use super::page::{self, List};
use super::{Answer, Caller, Page, Refused};
use crate::outside::{self, Kept};
use crate::store::people::{ListedDevice, RevokeReason};
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
    let devices: Vec<Value> = in_hands.map(|listed| shown(&listed.row)).collect();
    Ok(json!({"devices": devices, "cursor": page::next(List::Devices, &rows, span)}))
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
    tracing::info!(device = %id, reason = reason.word(), "device revoked");
    let revocation = tx.revocation(id)?;
    Ok(json!({"device": id, "user": row.user, "last_seq": row.tip.seq, "revoked": revocation}))
}

fn shown(device: &ListedDevice) -> Value {
    let mut shown = json!({
        "device": device.device, "user": device.user, "name": device.name, "letter": device.letter,
        "enrolled_ms": device.enrolled_ms, "last_seq": device.last_seq,
    });
    if let Some(heard_ms) = device.heard_ms {
        shown["synced_ms"] = json!(heard_ms);
    }
    if let Some(revocation) = device.revocation {
        shown["revoked"] = json!(revocation);
    }
    shown
}
