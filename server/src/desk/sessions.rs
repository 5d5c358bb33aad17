//! Where people are signed in at the web desk, and how that ends.
//!
//! ```text
//!   who          sees and ends
//!   everybody    their own browsers
//!   a lead       those of the service's people
//!   an admin     everybody's, and takes a linked account away
//! ```
//! One is enough: it takes away, and whoever is signed out signs in again as before. Of a browser the server knows the
//! times alone. Does not sign anybody in: see [`crate::sign_in`].

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{Digest, UserId};
use uuid::{Builder, Uuid};

use super::{Answer, Caller, Refused};
use crate::fault::Fault;
use crate::keys::sha256;
use crate::sign_in::{self, ABSOLUTE_MS, IDLE_MS};
use crate::store::rows::Person;
use crate::store::sign_in::{Link, Session, Stage};
use crate::store::{Reads, Writes};

/// The name of a session: whoever reads it cannot use it.
pub(crate) fn id_of(token: Digest) -> Uuid {
    let hash = sha256(&[b"waymark/session-id/1".as_slice(), &token.0].concat());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.0[..16]);
    Builder::from_random_bytes(bytes).into_uuid()
}

/// The person, when the caller may end what they are signed in with.
fn whose(read: &dyn Reads, caller: &Caller, id: UserId) -> Result<Person, Refused> {
    let me = caller.author;
    let person = read.user(id)?.filter(|person| person.role != Role::Server);
    if id == me.user {
        return person.ok_or(Refused::NotFound);
    }
    match me.role {
        Role::Admin => person.ok_or(Refused::NotFound),
        Role::ProviderLead => person.filter(|person| person.org == me.org).ok_or(Refused::NotFound),
        Role::Officer | Role::Supervisor | Role::OutreachWorker | Role::Auditor | Role::Server => {
            Err(Refused::NotYours)
        }
    }
}

fn open(read: &dyn Reads, user: UserId, now_ms: u64) -> Result<Vec<Session>, Fault> {
    let mut open = read.sessions_of(user)?;
    open.retain(|session| session.stage == Stage::Open && sign_in::counts(session, now_ms));
    open.sort_by_key(|session| (session.began_ms, session.token.0));
    Ok(open)
}

/// The browsers in which somebody is signed in, the oldest first.
pub(super) fn list(read: &dyn Reads, caller: &Caller, id: UserId, now_ms: u64) -> Answer {
    let person = whose(read, caller, id)?;
    let shown = |session: &Session| {
        let ends_ms = (session.seen_ms + IDLE_MS).min(session.began_ms + ABSOLUTE_MS);
        json!({
            "session": id_of(session.token), "began_ms": session.began_ms, "seen_ms": session.seen_ms,
            "ends_ms": ends_ms,
        })
    };
    let sessions: Vec<Value> = open(read, id, now_ms)?.iter().map(shown).collect();
    Ok(json!({"user": id, "name": person.name, "sessions": sessions}))
}

/// Ends one session of somebody, or all of them.
pub(super) fn end(
    tx: &dyn Writes,
    caller: &Caller,
    (id, one): (UserId, Option<Uuid>),
    now_ms: u64,
) -> Answer {
    let person = whose(tx, caller, id)?;
    let ended = match one {
        None => end_all(tx, id, now_ms)?,
        Some(one) => {
            let open = open(tx, id, now_ms)?;
            let session = open.iter().find(|session| id_of(session.token) == one);
            tx.end_session(session.ok_or(Refused::NotFound)?.token)?;
            1
        }
    };
    tracing::info!(user = %id, by = %caller.author.user, ended, "signed out of the desk");
    Ok(json!({"user": id, "name": person.name, "sessions_ended": ended}))
}

/// Ends every session of somebody, also one that has only begun; how many were open.
pub(super) fn end_all(tx: &dyn Writes, user: UserId, now_ms: u64) -> Result<usize, Fault> {
    let ended = open(tx, user, now_ms)?.len();
    tx.end_sessions_of(user)?;
    Ok(ended)
}

/// Takes away the account at the identity provider by which somebody signs in, and signs them out. Their password, where
/// they have one, stays; whoever has none needs a code, which takes two.
pub(super) fn unlink(tx: &dyn Writes, caller: &Caller, id: UserId, now_ms: u64) -> Answer {
    let person = whose(tx, caller, id)?;
    if id == caller.author.user {
        return Err(Refused::NotAllowed("you unlink your own account on your own page at the desk"));
    }
    let link = tx.link_of(id)?.filter(|link| !link.is_gone());
    let none = Refused::NotAllowed("no account of an identity provider is linked to this person");
    let Link { linked_ms, .. } = link.ok_or(none)?;
    // Its person must not look like somebody new: another code would take one admin.
    tx.put_link(&Link::gone(id, linked_ms))?;
    let ended = end_all(tx, id, now_ms)?;
    tracing::info!(user = %id, by = %caller.author.user, "an account of the identity provider was unlinked");
    let mut answer = super::people::shown(tx, &person)?;
    answer["sessions_ended"] = json!(ended);
    Ok(answer)
}
