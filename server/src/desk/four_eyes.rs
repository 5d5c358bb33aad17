//! Nobody alone: who adds whom, who gives codes, and who must agree.
//!
//! ```text
//!   whose                                asks                      agrees
//!   officer, new, with the first code    an admin                  –
//!   supervisor, admin, auditor           an admin                  another admin
//!   a service's first lead               an admin                  another admin
//!   a service's further people           a lead of it              –
//!   another role                         as for somebody new       another admin │ the person, another lead
//!   another device │ its own person      an admin, a lead, or      another admin │ the person │ a colleague in the
//!                                        the person                service │ whoever is of their side
//! ```
//! Whoever asks gets the beginning of the code and whoever agrees its end, so that neither of them has it. A right
//! that has ended asks for nothing any more. Taking something away (disable, revoke, withdraw) takes one.
//!
//! Does not write anything: see [`super::people`] and [`super::roles`].

use sync_core::access::Role;
use sync_core::ids::{OrgId, UserId};

use super::{Caller, Refused, Through};
use crate::fault::Fault;
use crate::store::Reads;
use crate::store::people::{Asks, ListedDevice, Proposal, Right, Span};
use crate::store::rows::Person;

/// How many people something takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    One,
    Two,
}

/// Nobody else could confirm, so nobody is told to wait for somebody else.
const LAST_ADMIN: &str = "you are the only admin, so nobody could agree. Make a second one first: stop the server, and on \
     its machine run `waymark user add \"THEIR NAME\" --role admin --org force --data DIRECTORY --as \"YOUR NAME\" \
     --second \"YOUR NAME\"`, with the server's data directory as DIRECTORY; then start the server again";

/// Whether somebody may add a person of this role, and with how many. Role and organisation fit each other.
pub(super) fn adding(read: &dyn Reads, caller: &Caller, role: Role, org: OrgId) -> Result<Takes, Refused> {
    match caller.author.role {
        Role::ProviderLead if org == caller.author.org => Ok(Takes::One),
        Role::ProviderLead => Err(Refused::NotAllowed("you add and change the people of your own service")),
        Role::Admin if role == Role::Officer => Ok(Takes::One),
        Role::Admin if role == Role::ProviderLead && leads(read, org)?.is_empty() => by_two(read, caller),
        Role::Admin if role.of_provider() => Err(Refused::NotAllowed(OF_SERVICE)),
        Role::Admin => by_two(read, caller),
        Role::Officer | Role::Supervisor | Role::OutreachWorker | Role::Auditor | Role::Server => {
            Err(Refused::NotYours)
        }
    }
}

const OF_SERVICE: &str = "a service's people are added and changed by its lead, and its first lead by two admins: ask \
     the lead, or add one where there is none";

/// Whether somebody may want another role for a person; it takes two, whatever role it is.
pub(super) fn changing(
    read: &dyn Reads,
    caller: &Caller,
    person: &Person,
    (role, org): (Role, OrgId),
) -> Result<(), Refused> {
    if caller.author.role == Role::ProviderLead && person.org != caller.author.org {
        return Err(Refused::NotFound);
    }
    match adding(read, caller, role, org)? {
        Takes::One if caller.author.role == Role::Admin => by_two(read, caller).map(drop),
        Takes::One | Takes::Two => Ok(()),
    }
}

/// Whether somebody may change what is said of a person: who adds them may.
pub(super) fn describing(caller: &Caller, person: &Person) -> Result<(), Refused> {
    match caller.author.role {
        Role::Admin if person.role.of_provider() => Err(Refused::NotAllowed(OF_SERVICE)),
        Role::Admin => Ok(()),
        Role::ProviderLead if person.org == caller.author.org => Ok(()),
        Role::ProviderLead => Err(Refused::NotFound),
        Role::Officer | Role::Supervisor | Role::OutreachWorker | Role::Auditor | Role::Server => {
            Err(Refused::NotYours)
        }
    }
}

/// Whether somebody may ask for a code of a person, and with how many.
pub(super) fn code(read: &dyn Reads, caller: &Caller, person: &Person) -> Result<Takes, Refused> {
    let me = caller.author;
    if person.id == me.user {
        return if me.role == Role::Admin { by_two(read, caller) } else { Ok(Takes::Two) };
    }
    match me.role {
        Role::Admin if person.role.of_provider() => {
            // A lead who is alone there has no colleague who could ask.
            if leads(read, person.org)? == [person.id] {
                by_two(read, caller)
            } else {
                Err(Refused::NotAllowed(OF_SERVICE))
            }
        }
        Role::Admin if person.role == Role::Officer && is_new(read, person.id)? => Ok(Takes::One),
        Role::Admin if has_a_way_in(read, person.id)? => Ok(Takes::Two),
        Role::Admin => by_two(read, caller),
        Role::ProviderLead if person.org != me.org => Err(Refused::NotFound),
        Role::ProviderLead if is_new(read, person.id)? => Ok(Takes::One),
        Role::ProviderLead => Ok(Takes::Two),
        Role::Officer | Role::Supervisor | Role::OutreachWorker | Role::Auditor | Role::Server => {
            Err(Refused::NotYours)
        }
    }
}

/// Whether somebody may agree to what was asked for.
pub(super) fn agrees(read: &dyn Reads, caller: &Caller, wanted: &Proposal) -> Result<bool, Fault> {
    let me = caller.author;
    let Some(Right { role: asked_as, org: asked_in, .. }) = read.present_right(wanted.proposed_by)? else {
        return Ok(false);
    };
    if wanted.proposed_by == me.user {
        return is_last_resort(read, caller);
    }
    let (myself, admin) = (wanted.user == me.user, me.role == Role::Admin);
    let colleague = wanted.org == me.org;
    Ok(match asked_as {
        _ if wanted.user == wanted.proposed_by && wanted.org == me.force => admin,
        _ if wanted.user == wanted.proposed_by => colleague,
        Role::Admin => match wanted.asks {
            Asks::Role => admin && !myself,
            // Whose device it is to be is one of the two; a service is not of the admin's side.
            Asks::Code => admin || (myself && !wanted.role.of_provider()),
        },
        Role::ProviderLead if asked_in == wanted.org => match wanted.asks {
            Asks::Code => colleague,
            Asks::Role => myself || (colleague && me.role == Role::ProviderLead),
        },
        Role::ProviderLead
        | Role::Officer
        | Role::Supervisor
        | Role::OutreachWorker
        | Role::Auditor
        | Role::Server => false,
    })
}

/// Who may agree, in a word.
pub(super) fn waits_for(read: &dyn Reads, wanted: &Proposal) -> Result<&'static str, Fault> {
    let asked_as = read.present_right(wanted.proposed_by)?.map(|right| right.role);
    let (own, of_provider) = (wanted.user == wanted.proposed_by, wanted.role.of_provider());
    Ok(match (asked_as, wanted.asks) {
        (Some(_), _) if own && of_provider => "colleague",
        (Some(Role::Admin), Asks::Code) if wanted.role != Role::Admin && !of_provider => "person_or_admin",
        (Some(Role::Admin), _) => "other_admin",
        (Some(_), _) if own => "admin",
        (Some(Role::ProviderLead), Asks::Code) => "person_or_colleague",
        (Some(Role::ProviderLead), _) => "person_or_lead",
        (
            Some(Role::Officer | Role::Supervisor | Role::OutreachWorker | Role::Auditor | Role::Server)
            | None,
            _,
        ) => "nobody",
    })
}

/// Whether what was asked for may still be given: a service that got a lead meanwhile is not given another by admins,
/// nor is a lead who has a colleague since given a code by them.
pub(super) fn holds(read: &dyn Reads, wanted: &Proposal) -> Result<(), Refused> {
    let by = read.present_right(wanted.proposed_by)?;
    let by_admins = by.is_some_and(|right| right.role == Role::Admin);
    if !(by_admins && wanted.role.of_provider()) {
        return Ok(());
    }
    let leads = leads(read, wanted.org)?;
    let is_theirs = match wanted.asks {
        Asks::Role => leads.is_empty(),
        Asks::Code => leads == [wanted.user],
    };
    if is_theirs { Ok(()) } else { Err(Refused::NotAllowed(OF_SERVICE)) }
}

/// Whether somebody may know of a proposal: who asked, whom it is about, who may agree, and whoever leads there.
pub(super) fn may_know(read: &dyn Reads, caller: &Caller, wanted: &Proposal) -> Result<bool, Fault> {
    let me = caller.author;
    let leads = match me.role {
        Role::Admin | Role::Auditor => true,
        Role::ProviderLead => wanted.org == me.org,
        Role::Officer | Role::Supervisor | Role::OutreachWorker | Role::Server => false,
    };
    Ok(leads || [wanted.user, wanted.proposed_by].contains(&me.user) || agrees(read, caller, wanted)?)
}

/// Whether somebody may let it wait no longer: who asked, whom it is about, and whoever may ask for it.
pub(super) fn withdraws(read: &dyn Reads, caller: &Caller, wanted: &Proposal) -> Result<bool, Fault> {
    let me = caller.author;
    let by_admin = read.user(wanted.proposed_by)?.is_some_and(|by| !by.role.of_provider());
    let leads = match me.role {
        Role::Admin => by_admin,
        Role::ProviderLead => wanted.org == me.org,
        Role::Officer | Role::Supervisor | Role::OutreachWorker | Role::Auditor | Role::Server => false,
    };
    Ok(leads || [wanted.user, wanted.proposed_by].contains(&me.user))
}

/// Two admins, where there are two; the last one is told the way back, and goes it on the store itself.
pub(super) fn by_two(read: &dyn Reads, caller: &Caller) -> Result<Takes, Refused> {
    if caller.through == Through::Server && admins(read)? == 1 {
        return Err(Refused::NotAllowed(LAST_ADMIN));
    }
    Ok(Takes::Two)
}

/// The only admin who is left does both, on the store itself: nobody else could.
pub(super) fn is_last_resort(read: &dyn Reads, caller: &Caller) -> Result<bool, Fault> {
    let is_admin = caller.author.role == Role::Admin;
    Ok(is_admin && caller.through == Through::Store && admins(read)? == 1)
}

fn admins(read: &dyn Reads) -> Result<usize, Fault> {
    let admins = read.users()?.into_iter().filter(|person| person.role == Role::Admin);
    let mut active = 0;
    for person in admins {
        active += usize::from(read.present_right(person.id)?.is_some());
    }
    Ok(active)
}

/// The leads of a service who may act.
fn leads(read: &dyn Reads, org: OrgId) -> Result<Vec<UserId>, Fault> {
    let mut leads = Vec::new();
    for person in read.users()?.into_iter().filter(|person| person.org == org) {
        let right = read.present_right(person.id)?;
        if right.is_some_and(|right| right.role == Role::ProviderLead && right.org == org) {
            leads.push(person.id);
        }
    }
    Ok(leads)
}

/// Somebody whom nobody could miss: they had one right only, and never a device or a sign-in. A device that was revoked
/// counts as well, and a sign-in that was taken away, else whoever takes it away could then take its place.
fn is_new(read: &dyn Reads, user: UserId) -> Result<bool, Fault> {
    let had_none = devices(read, user)?.is_empty() && !signed_in_once(read, user)?;
    Ok(had_none && read.rights(user)?.len() <= 1)
}

/// Whether they can sign in somewhere, and so agree themselves.
fn has_a_way_in(read: &dyn Reads, user: UserId) -> Result<bool, Fault> {
    let in_use = devices(read, user)?.iter().any(|device| device.revocation.is_none());
    Ok(in_use || signs_in(read, user)?)
}

/// Whether they sign in at the desk, by a password or with a linked account.
fn signs_in(read: &dyn Reads, user: UserId) -> Result<bool, Fault> {
    Ok(read.account(user)?.is_some() || read.link_of(user)?.is_some_and(|link| !link.is_gone()))
}

/// The same, also when it was taken away since.
fn signed_in_once(read: &dyn Reads, user: UserId) -> Result<bool, Fault> {
    Ok(read.account(user)?.is_some() || read.link_of(user)?.is_some())
}

/// What somebody has or had in their hands; their desk's log is none.
fn devices(read: &dyn Reads, user: UserId) -> Result<Vec<ListedDevice>, Fault> {
    let server = read.server()?;
    let all = Span { after: 0, limit: u16::MAX.into() };
    let devices = read.list_devices(Some(user), all)?.into_iter().map(|listed| listed.row);
    Ok(devices.filter(|device| !server.keeps_log(device.device)).collect())
}
