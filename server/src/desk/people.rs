//! People: who reads the list of them, and what admins and leads change.
//!
//! A person is disabled, never removed: what they recorded keeps its author. Does not change roles, and does
//! not confirm what takes two: see [`super::roles`]; nor say what does: see [`super::four_eyes`].

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{OrgId, UserId};
use uuid::Uuid;

use super::four_eyes::{self, Takes};
use super::page::{self, List};
use super::roles::Noted;
use super::{Answer, Caller, NewUser, Page, Refused, Renaming, Through, providers, roles, sessions};
use crate::enrol::{ending, new_code};
use crate::fault::Fault;
use crate::keys::random_id;
use crate::names;
use crate::outside::{self, Kept};
use crate::store::people::{Asks, EndReason, RevokeReason, Span};
use crate::store::rows::Person;
use crate::store::{Reads, Writes};

/// The people whom the reader may know of, in the order in which they were added.
pub(super) fn list(read: &dyn Reads, caller: &Caller, page: &Page) -> Answer {
    let span = page.span(List::Users)?;
    let rows = read.list_users(span)?;
    let mut users = Vec::new();
    for person in rows.iter().map(|listed| &listed.row).filter(|person| may_know(caller, person)) {
        users.push(shown(read, person)?);
    }
    Ok(json!({"users": users, "cursor": page::next(List::Users, &rows, span)}))
}

/// Admins and auditors know everybody, who leads an organisation its people, everybody themselves.
fn may_know(caller: &Caller, person: &Person) -> bool {
    let (own, myself) = (person.org == caller.author.org, person.id == caller.author.user);
    let known = match caller.author.role {
        Role::Admin | Role::Auditor => true,
        Role::Supervisor | Role::ProviderLead => own,
        Role::Officer | Role::OutreachWorker | Role::Server => myself,
    };
    known && person.role != Role::Server
}

/// Adds a person; one whom it takes two to add acts when the other has agreed.
pub(super) fn add(tx: &dyn Writes, caller: &Caller, new: &NewUser, now_ms: u64) -> Answer {
    if !matches!(caller.author.role, Role::Admin | Role::ProviderLead) {
        return Err(Refused::NotYours);
    }
    providers::check_name(&new.name)?;
    check_role(tx, caller, new.role, new.org)?;
    let takes = four_eyes::adding(tx, caller, new.role, new.org)?;
    let person =
        Person { id: UserId(random_id()), name: names::tidy(&new.name), role: new.role, org: new.org };
    tx.add_user(&person)?;
    match takes {
        Takes::One => {
            tx.give_right(&person, now_ms, Some(caller.author.user))?;
            with_code(tx, &person, now_ms)
        }
        Takes::Two => waits(tx, caller, &person, Asks::Role, now_ms),
    }
}

/// Whether there is such an organisation, it takes people, and the role is one of its people's.
pub(super) fn check_role(read: &dyn Reads, caller: &Caller, role: Role, org: OrgId) -> Result<(), Refused> {
    let is_known = read.orgs()?.iter().any(|known| known.id == org);
    if !is_known || read.closed_orgs()?.contains_key(&org) {
        return Err(Refused::Field("org"));
    }
    let is_provider = org != caller.author.force;
    let fits = role.of_provider() == is_provider && role != Role::Server;
    if fits { Ok(()) } else { Err(Refused::Field("role")) }
}

/// Ends a person's rights, and revokes their devices.
pub(super) fn disable(
    tx: &dyn Writes,
    caller: &Caller,
    id: UserId,
    reason: EndReason,
    now_ms: u64,
) -> Answer {
    caller.must_be_admin()?;
    let person = other(tx, caller, id)?;
    let by = caller.author.user;
    let ended = sessions::end_all(tx, id, now_ms)?;
    outside::keep(tx, &Kept::RightsEnded { user: id, at_ms: now_ms, why: reason, by })?;
    let reason = match reason {
        EndReason::Left => RevokeReason::Left,
        EndReason::Cause => RevokeReason::Cause,
    };
    sign_out(tx, id, reason, by, now_ms)?;
    let mut answer = shown(tx, &person)?;
    answer["sessions_ended"] = json!(ended);
    Ok(answer)
}

/// Revokes every device of a person whose rights end.
pub(super) fn sign_out(
    tx: &dyn Writes,
    user: UserId,
    reason: RevokeReason,
    by: UserId,
    now_ms: u64,
) -> Result<(), Fault> {
    let server = tx.server()?;
    let all = Span { after: 0, limit: u16::MAX.into() };
    for device in tx.list_devices(Some(user), all)? {
        // A desk log is the server's own: its author may come back, in another role.
        if !server.keeps_log(device.row.device) {
            let device = device.row.device;
            outside::keep(tx, &Kept::Revoked { device, at_ms: now_ms, reason, by })?;
        }
    }
    Ok(())
}

/// A person has another name from now on; what they recorded is theirs all the same. What waits for somebody to agree
/// was asked of who had the old name.
pub(super) fn rename(tx: &dyn Writes, caller: &Caller, id: UserId, asked: &Renaming) -> Answer {
    if !matches!(caller.author.role, Role::Admin | Role::ProviderLead) {
        return Err(Refused::NotYours);
    }
    providers::check_name(&asked.name)?;
    let person = tx.user(id)?.filter(|person| person.role != Role::Server).ok_or(Refused::NotFound)?;
    four_eyes::describing(caller, &person)?;
    if id == caller.author.user && caller.through == Through::Server {
        return Err(Refused::NotAllowed(
            "somebody else changes your name: lists and certificates say it of what you did",
        ));
    }
    tx.drop_proposals(id)?;
    let was = person.name.clone();
    let person = Person { name: names::tidy(&asked.name), ..person };
    tx.set_user(&person)?;
    let mut answer = shown(tx, &person)?;
    answer["was"] = json!(was);
    Ok(answer)
}

/// A one-time code for a person's next device; a proposal, where somebody else must agree.
pub(super) fn enrol_code(tx: &dyn Writes, caller: &Caller, id: UserId, now_ms: u64) -> Answer {
    let asks = matches!(caller.author.role, Role::Admin | Role::ProviderLead) || id == caller.author.user;
    if !asks {
        return Err(Refused::NotYours);
    }
    let person = tx.user(id)?.filter(|person| person.role != Role::Server).ok_or(Refused::NotFound)?;
    let takes = four_eyes::code(tx, caller, &person)?;
    if tx.present_right(id)?.is_none() {
        return Err(Refused::NotAllowed("this person is disabled, or waits until somebody else agrees"));
    }
    match takes {
        Takes::One => with_code(tx, &person, now_ms),
        Takes::Two => waits(tx, caller, &person, Asks::Code, now_ms),
    }
}

/// What waits until somebody else agrees, with the beginning of the code.
pub(super) fn waits(tx: &dyn Writes, caller: &Caller, person: &Person, asks: Asks, now_ms: u64) -> Answer {
    let Noted { proposal, begins, waits_for, replaces, beside } =
        roles::note(tx, caller, person, asks, now_ms)?;
    let mut answer = shown(tx, person)?;
    answer["proposal"] = json!(proposal);
    answer["asks"] = json!(asks);
    answer["code_begins"] = json!(begins);
    answer["waits_for"] = json!(waits_for);
    answer["beside"] = json!(beside);
    if let Some(before) = replaces {
        answer["replaces"] = json!(before);
    }
    Ok(answer)
}

/// A person with a new code.
pub(super) fn with_code(tx: &dyn Writes, person: &Person, now_ms: u64) -> Answer {
    let mut answer = shown(tx, person)?;
    answer["code"] = new_code(tx, person.id, now_ms)?.into();
    answer["code_valid_minutes"] = json!(10);
    Ok(answer)
}

/// A person with the end of the code whose beginning somebody else has.
pub(super) fn with_ending(tx: &dyn Writes, person: &Person, proposal: Uuid, now_ms: u64) -> Answer {
    let mut answer = shown(tx, person)?;
    answer["code_ends"] = ending(tx, person.id, proposal, now_ms)?.into();
    answer["code_valid_minutes"] = json!(10);
    Ok(answer)
}

/// A person other than who asks; nobody changes their own rights.
pub(super) fn other(read: &dyn Reads, caller: &Caller, id: UserId) -> Result<Person, Refused> {
    let person = read.user(id)?.filter(|person| person.role != Role::Server).ok_or(Refused::NotFound)?;
    if id == caller.author.user {
        return Err(Refused::NotAllowed("nobody changes their own rights: ask another admin"));
    }
    Ok(person)
}

pub(super) fn shown(read: &dyn Reads, person: &Person) -> Result<Value, Fault> {
    let active = read.present_right(person.id)?.is_some();
    let mut shown = json!({
        "user": person.id, "name": person.name, "role": person.role, "org": person.org,
        "state": if active { "active" } else { "disabled" },
        "has_password": read.account(person.id)?.is_some(),
    });
    // Which account it is, its person alone was shown: a subject is no name that people can read.
    if let Some(link) = read.link_of(person.id)?.filter(|link| !link.is_gone()) {
        shown["linked"] = json!({"issuer": link.issuer, "since_ms": link.linked_ms});
    }
    Ok(shown)
}
