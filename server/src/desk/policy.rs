//! The policy in force. Another one takes two admins: one proposes, another confirms.
//!
//! What was decided before stays under the version that it names. A bank holiday takes one. Does not write packs: they are shipped.

use serde_json::json;
use sync_core::access::Role;
use sync_core::policy::{PolicyPack, PolicyRef};
use sync_core::referral::timers::Holiday;
use uuid::Uuid;

use super::providers::MAX_NAME_BYTES;
use super::{Answer, Caller, PolicyWanted, Refused, four_eyes};
use crate::keys::random_id;
use crate::outside::{self, Kept};
use crate::reconcile::reference;
use crate::store::policy::{InForce, PolicyRow};
use crate::store::{Reads, Writes};

/// The packs that there are, what is and was in force, and what waits for a second admin.
pub(super) fn list(read: &dyn Reads, caller: &Caller) -> Answer {
    if !matches!(caller.author.role, Role::Admin | Role::Auditor) {
        return Err(Refused::NotYours);
    }
    let packs = PolicyPack::shipped().map(|pack| {
        json!({"policy": pack.reference(), "title": pack.title, "promises_not_kept": pack.promises_not_kept})
    });
    let (in_force, waiting): (Vec<_>, Vec<_>) =
        read.policies()?.into_iter().partition(|row| row.in_force.is_some());
    Ok(json!({
        "policy": read.policy()?, "history": in_force, "proposals": waiting, "packs": packs.collect::<Vec<_>>(),
        "holidays": read.holidays()?,
    }))
}

/// A bank holiday that was proclaimed, or moved: deadlines of phones and of the server leave it out from now on.
pub(super) fn add_holiday(tx: &dyn Writes, caller: &Caller, holiday: &Holiday) -> Answer {
    caller.must_be_admin()?;
    if !holiday.is_known() {
        return Err(Refused::Field("calendar"));
    }
    if holiday.label.trim().is_empty() || holiday.label.len() > MAX_NAME_BYTES {
        return Err(Refused::Field("label"));
    }
    tx.add_holiday(holiday)?;
    tx.compute_lists_again()?;
    reference::changed(tx)?;
    Ok(json!({"holiday": holiday}))
}

/// Wants another pack; what the same admin wanted before no longer counts.
pub(super) fn propose(tx: &dyn Writes, caller: &Caller, wanted: &PolicyWanted, now_ms: u64) -> Answer {
    caller.must_be_admin()?;
    let pack = match wanted.version {
        Some(version) => PolicyPack::find_version(&wanted.pack, version),
        None => PolicyPack::find(&wanted.pack),
    };
    let policy: PolicyRef = pack.ok_or(Refused::Field("pack"))?.reference();
    four_eyes::by_two(tx, caller)?;
    tx.drop_policy_proposals_of(caller.author.user)?;
    let (proposal, proposed_by) = (random_id(), Some(caller.author.user));
    tx.add_policy(&PolicyRow {
        proposal,
        policy: policy.clone(),
        proposed_by,
        proposed_ms: now_ms,
        in_force: None,
    })?;
    Ok(json!({"proposal": proposal, "policy": policy}))
}

/// A second admin agrees: phones judge by it as soon as they are told.
pub(super) fn confirm(tx: &dyn Writes, caller: &Caller, id: Uuid, now_ms: u64) -> Answer {
    caller.must_be_admin()?;
    let row = tx.policies()?.into_iter().find(|row| row.proposal == id && row.in_force.is_none());
    let row = row.ok_or(Refused::NotFound)?;
    let by = Some(caller.author.user);
    if row.proposed_by == by && !four_eyes::is_last_resort(tx, caller)? {
        return Err(Refused::NotAllowed("another admin than the one who proposed it must confirm"));
    }
    let policy = row.policy.clone();
    let in_force = Some(InForce { from_ms: now_ms, confirmed_by: by });
    outside::keep(tx, &Kept::PolicyInForce(Box::new(PolicyRow { in_force, ..row })))?;
    reference::changed(tx)?;
    Ok(json!({"policy": policy, "from_ms": now_ms}))
}
