//! What takes two: one asks for a role, or for a code for a device, and another agrees.
//!
//! Who changes role enrols anew: the devices of the old role are revoked as given back, so what
//! they still hold counts by what its author was. Does not add people: see [`super::people`]; does not say who
//! may: see [`super::four_eyes`].

use serde_json::json;
use sync_core::access::Role;
use sync_core::ids::UserId;
use uuid::Uuid;

use super::people::{check_role, other, sign_out, waits, with_ending};
use super::{Answer, Caller, Refused, RoleWanted, four_eyes};
use crate::enrol::beginning;
use crate::fault::Fault;
use crate::outside::{self, Kept};
use crate::store::people::{Asks, EndReason, Proposal, RevokeReason};
use crate::store::rows::Person;
use crate::store::{Reads, Writes};

/// What waits for somebody else, of what the reader may know of; `agrees`: whether they are that somebody.
pub(super) fn list(read: &dyn Reads, caller: &Caller) -> Answer {
    let mut shown = Vec::new();
    for proposal in read.proposals()? {
        if !four_eyes::may_know(read, caller, &proposal)? {
            continue;
        }
        let [name, by] = [proposal.user, proposal.proposed_by].map(|id| read.user(id));
        let (name, by) = (name?.map(|person| person.name), by?.map(|person| person.name));
        let mut row = json!(proposal);
        (row["name"], row["by"]) = (json!(name), json!(by));
        row["waits_for"] = json!(four_eyes::waits_for(read, &proposal)?);
        row["agrees"] = json!(four_eyes::agrees(read, caller, &proposal)?);
        row["withdraws"] = json!(four_eyes::withdraws(read, caller, &proposal)?);
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
    if !matches!(caller.author.role, Role::Admin | Role::ProviderLead) {
        return Err(Refused::NotYours);
    }
    let person = other(tx, caller, user)?;
    let org = wanted.org.unwrap_or(person.org);
    check_role(tx, caller, wanted.role, org)?;
    four_eyes::changing(tx, caller, &person, (wanted.role, org))?;
    let person = Person { role: wanted.role, org, ..person };
    waits(tx, caller, &person, Asks::Role, now_ms)
}

/// A proposal, and how the code begins that goes with it.
pub(super) struct Noted {
    pub(super) proposal: Uuid,
    pub(super) begins: String,
    pub(super) waits_for: &'static str,
    /// What the same person asked before, of the same kind for the same person: it counts no longer.
    pub(super) replaces: Option<Uuid>,
    /// How many others asked the same for them: each waits on.
    pub(super) beside: usize,
}

/// Notes what somebody wants. Whoever asks again has lost the first beginning; what another asked for is theirs.
pub(super) fn note(
    tx: &dyn Writes,
    caller: &Caller,
    person: &Person,
    asks: Asks,
    proposed_ms: u64,
) -> Result<Noted, Fault> {
    let (begins, proposal) = beginning();
    let Person { id: user, role, org, .. } = *person;
    let proposed_by = caller.author.user;
    let mut same = tx.proposals()?;
    same.retain(|known| (known.user, known.asks) == (user, asks));
    let replaces = same.iter().find(|known| known.proposed_by == proposed_by).map(|known| known.proposal);
    replaces.map(|before| tx.drop_proposal(before)).transpose()?;
    let beside = same.len() - usize::from(replaces.is_some());
    let wanted = Proposal { proposal, asks, user, role, org, proposed_by, proposed_ms };
    tx.propose(&wanted)?;
    let waits_for = four_eyes::waits_for(tx, &wanted)?;
    Ok(Noted { proposal, begins, waits_for, replaces, beside })
}

/// What somebody wanted waits no longer.
pub(super) fn withdraw(tx: &dyn Writes, caller: &Caller, id: Uuid) -> Answer {
    let known = known(tx, caller, id)?;
    if !four_eyes::withdraws(tx, caller, &known)? {
        return Err(Refused::NotAllowed("who asked for it withdraws it, or whom it is about"));
    }
    tx.drop_proposal(id)?;
    tracing::info!(proposal = %id, by = %caller.author.user, "proposal withdrawn");
    Ok(json!({"proposal": id, "user": known.user, "withdrawn": true}))
}

fn known(read: &dyn Reads, caller: &Caller, id: Uuid) -> Result<Proposal, Refused> {
    let known = read.proposals()?.into_iter().find(|known| known.proposal == id);
    let known = known.ok_or(Refused::NotFound)?;
    if four_eyes::may_know(read, caller, &known)? { Ok(known) } else { Err(Refused::NotFound) }
}

/// The proposal that somebody else agrees to.
fn wanted(read: &dyn Reads, caller: &Caller, id: Uuid, asks: Asks) -> Result<Proposal, Refused> {
    let wanted = known(read, caller, id)?;
    if wanted.asks != asks {
        return Err(Refused::NotFound);
    }
    if four_eyes::agrees(read, caller, &wanted)? {
        return Ok(wanted);
    }
    let is_own = wanted.proposed_by == caller.author.user;
    Err(Refused::NotAllowed(if is_own {
        "somebody else than who asked for it must agree: `waymark user proposals` says who asked"
    } else {
        "it is for somebody else to agree: another admin, who leads the service, or whom it is about"
    }))
}

/// Somebody else agrees: the role holds from now on.
pub(super) fn confirm(tx: &dyn Writes, caller: &Caller, id: Uuid, now_ms: u64) -> Answer {
    let wanted = wanted(tx, caller, id, Asks::Role)?;
    let by = caller.author.user;
    let person = tx.user(wanted.user)?.filter(|person| person.role != Role::Server);
    let person = Person { role: wanted.role, org: wanted.org, ..person.ok_or(Refused::NotFound)? };
    check_role(tx, caller, person.role, person.org)?;
    four_eyes::holds(tx, &wanted)?;
    let Person { id: user, role, org, .. } = person;
    outside::keep(tx, &Kept::RightsEnded { user, at_ms: now_ms, why: EndReason::Left, by })?;
    sign_out(tx, user, RevokeReason::Left, by, now_ms)?;
    outside::keep(tx, &Kept::RightGiven { user, role, org, from_ms: now_ms, by })?;
    with_ending(tx, &person, id, now_ms)
}

/// Somebody else agrees: the code counts from now on.
pub(super) fn confirm_code(tx: &dyn Writes, caller: &Caller, id: Uuid, now_ms: u64) -> Answer {
    let wanted = wanted(tx, caller, id, Asks::Code)?;
    let person = tx.user(wanted.user)?.ok_or(Refused::NotFound)?;
    // Who is disabled has no proposals; who has another role since was not meant.
    if (person.role, person.org) != (wanted.role, wanted.org) {
        return Err(Refused::NotAllowed("this person has another role since: ask for a code anew"));
    }
    four_eyes::holds(tx, &wanted)?;
    tx.drop_proposal(id)?;
    tracing::info!(user = %person.id, asked = %wanted.proposed_by, by = %caller.author.user, "code confirmed");
    with_ending(tx, &person, id, now_ms)
}
