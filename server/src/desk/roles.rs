//! What takes two admins: one proposes a role, or a code for a device, and another confirms it.
//!
//! Who changes role enrols anew: the devices of the old role are revoked as given back, so what
//! they still hold counts by what its author was. Does not add people: see [`super::people`].

use serde_json::json;
use sync_core::access::Role;
use sync_core::ids::UserId;
use uuid::Uuid;

use super::people::{check_role, other, sign_out, with_code};
use super::{Answer, Caller, Refused, RoleWanted, Through};
use crate::fault::Fault;
use crate::keys::random_id;
use crate::outside::{self, Kept};
use crate::store::people::{Asks, EndReason, Proposal, RevokeReason};
use crate::store::rows::Person;
use crate::store::{Reads, Writes};

/// What waits for a second admin.
pub(super) fn list(read: &dyn Reads, caller: &Caller) -> Answer {
    if !matches!(caller.author.role, Role::Admin | Role::Auditor) {
        return Err(Refused::NotYours);
    }
    let mut shown = Vec::new();
    for proposal in read.proposals()? {
        let [name, by] = [proposal.user, proposal.proposed_by].map(|id| read.user(id));
        let (name, by) = (name?.map(|person| person.name), by?.map(|person| person.name));
        let mut row = json!(proposal);
        (row["name"], row["by"]) = (json!(name), json!(by));
        shown.push(row);
    }
    Ok(json!({"proposals": shown}))
}

/// Wants a person to have another role.
pub(super) fn propose(
    tx: &dyn Writes,
    caller: &Caller,
    user: UserId,
    wanted: &RoleWanted,
    now_ms: u64,
) -> Answer {
    caller.must_be_admin()?;
    let person = other(tx, caller, user)?;
    let org = wanted.org.unwrap_or(person.org);
    check_role(tx, caller, wanted.role, org)?;
    let person = Person { role: wanted.role, org, ..person };
    let proposal = note(tx, caller, &person, Asks::Role, now_ms)?;
    Ok(json!({"proposal": proposal, "user": user, "role": wanted.role, "org": org}))
}

/// Notes what one admin wants; what was asked of the same kind before no longer counts.
pub(super) fn note(
    tx: &dyn Writes,
    caller: &Caller,
    person: &Person,
    asks: Asks,
    proposed_ms: u64,
) -> Result<Uuid, Fault> {
    let proposal = random_id();
    let Person { id: user, role, org, .. } = *person;
    tx.drop_proposals(user, asks)?;
    let proposed_by = caller.author.user;
    tx.propose(&Proposal { proposal, asks, user, role, org, proposed_by, proposed_ms })?;
    Ok(proposal)
}

/// What one admin wanted waits no longer; any admin may say so.
pub(super) fn withdraw(tx: &dyn Writes, caller: &Caller, id: Uuid) -> Answer {
    caller.must_be_admin()?;
    let known = tx.proposals()?.into_iter().find(|known| known.proposal == id);
    let Proposal { user, asks, .. } = known.ok_or(Refused::NotFound)?;
    tx.drop_proposals(user, asks)?;
    tracing::info!(proposal = %id, by = %caller.author.user, "proposal withdrawn");
    Ok(json!({"proposal": id, "user": user, "withdrawn": true}))
}

/// The only admin who is left makes another, on the store itself: nobody else could.
fn is_last_resort(read: &dyn Reads, caller: &Caller) -> Result<bool, Fault> {
    let mut admins = 0;
    for person in read.users()?.iter().filter(|person| person.role == Role::Admin) {
        admins += usize::from(read.present_right(person.id)?.is_some());
    }
    Ok(admins == 1 && caller.through == Through::Store)
}

/// The proposal that another admin confirms.
fn wanted(tx: &dyn Writes, caller: &Caller, id: Uuid, asks: Asks) -> Result<Proposal, Refused> {
    caller.must_be_admin()?;
    let known = tx.proposals()?.into_iter().find(|known| known.proposal == id && known.asks == asks);
    let wanted = known.ok_or(Refused::NotFound)?;
    if wanted.proposed_by == caller.author.user && !is_last_resort(tx, caller)? {
        return Err(Refused::NotAllowed("another admin than the one who proposed it must confirm"));
    }
    Ok(wanted)
}

/// A second admin agrees: the role holds from now on.
pub(super) fn confirm(tx: &dyn Writes, caller: &Caller, id: Uuid, now_ms: u64) -> Answer {
    let wanted = wanted(tx, caller, id, Asks::Role)?;
    let by = caller.author.user;
    let person = other(tx, caller, wanted.user)?;
    let person = Person { role: wanted.role, org: wanted.org, ..person };
    check_role(tx, caller, person.role, person.org)?;
    let Person { id: user, role, org, .. } = person;
    outside::keep(tx, &Kept::RightsEnded { user, at_ms: now_ms, why: EndReason::Left, by })?;
    sign_out(tx, user, RevokeReason::Left, by, now_ms)?;
    outside::keep(tx, &Kept::RightGiven { user, role, org, from_ms: now_ms, by })?;
    with_code(tx, &person, now_ms)
}

/// A second admin agrees: the code counts from now on.
pub(super) fn confirm_code(tx: &dyn Writes, caller: &Caller, id: Uuid, now_ms: u64) -> Answer {
    let wanted = wanted(tx, caller, id, Asks::Code)?;
    let person = tx.user(wanted.user)?.ok_or(Refused::NotFound)?;
    // Who is disabled has no proposals; who has another role since was not meant.
    if (person.role, person.org) != (wanted.role, wanted.org) {
        return Err(Refused::NotAllowed("this person has another role since: ask for a code anew"));
    }
    tx.drop_proposals(person.id, Asks::Code)?;
    tracing::info!(user = %person.id, asked = %wanted.proposed_by, by = %caller.author.user, "code confirmed");
    with_code(tx, &person, now_ms)
}
