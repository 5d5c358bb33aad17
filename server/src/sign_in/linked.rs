//! Accounts at an identity provider: linking one to a person, and signing in by it.
//!
//! ```text
//!   open session + code ─▶ account at the provider ─▶ linked
//!   one-time code ─▶ set-up session ─▶ account at the provider ─▶ linked, open session
//!   account at the provider, linked ─▶ open session
//! ```
//! An account is known by issuer and subject alone. Who its person is, and what they may do, the list of people says.
//! Does not ask the provider: see [`super::oidc`].

use sync_core::ids::{Digest, UserId};

use super::{begin, find};
use crate::fault::Fault;
use crate::store::Writes;
use crate::store::sign_in::{Link, Stage};

/// An account as the provider proved it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) issuer: String,
    pub(crate) subject: String,
}

/// What linking came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Linking {
    /// The account signs the person in from now on.
    Done,
    /// It is somebody else's.
    Taken,
    /// The session in which it was asked for is over, or the person may no longer act.
    Over,
}

/// Signs in whoever an account is linked to; nobody when it is linked to nobody who may act.
pub(crate) fn enter(
    tx: &dyn Writes,
    (before, open): (Digest, Digest),
    who: &Subject,
    now_ms: u64,
) -> Result<Option<UserId>, Fault> {
    let link = tx.link_to(&who.issuer, &who.subject)?.filter(|link| !link.is_gone());
    let Some(Link { user, .. }) = link else { return Ok(None) };
    if tx.present_right(user)?.is_none() {
        tracing::info!(%user, "a linked account of somebody who may not act");
        return Ok(None);
    }
    tx.end_session(before)?;
    begin(tx, open, user, (Stage::Open, Vec::new()), now_ms)?;
    tracing::info!(%user, "signed in at the desk by the identity provider");
    Ok(Some(user))
}

/// Links an account to whoever is signed in.
pub(crate) fn link(tx: &dyn Writes, session: Digest, who: Subject, now_ms: u64) -> Result<Linking, Fault> {
    let session = find(tx, session, now_ms)?.filter(|session| session.stage == Stage::Open);
    let Some(session) = session else { return Ok(Linking::Over) };
    put(tx, session.user, who, now_ms)
}

/// Links an account to whoever is being set up, and signs them in; a password of before, and every session, ends.
pub(crate) fn set_up(
    tx: &dyn Writes,
    (set_up, open): (Digest, Digest),
    who: Subject,
    now_ms: u64,
) -> Result<Linking, Fault> {
    let session = find(tx, set_up, now_ms)?.filter(|session| session.stage == Stage::SetUp);
    let Some(session) = session else { return Ok(Linking::Over) };
    let user = session.user;
    let linking = put(tx, user, who, now_ms)?;
    if linking == Linking::Done {
        tx.end_sessions_of(user)?;
        tx.void_codes(user)?;
        tx.drop_account(user)?;
        begin(tx, open, user, (Stage::Open, Vec::new()), now_ms)?;
    }
    Ok(linking)
}

fn put(tx: &dyn Writes, user: UserId, who: Subject, now_ms: u64) -> Result<Linking, Fault> {
    if tx.present_right(user)?.is_none() {
        return Ok(Linking::Over);
    }
    let Subject { issuer, subject } = who;
    if tx.link_to(&issuer, &subject)?.is_some_and(|other| other.user != user) {
        return Ok(Linking::Taken);
    }
    tx.put_link(&Link { user, issuer, subject, linked_ms: now_ms })?;
    tracing::info!(%user, "an account of the identity provider was linked");
    Ok(Linking::Done)
}

/// Lets an account sign nobody in any more; false where its person would have no other way in.
pub(crate) fn unlink(tx: &dyn Writes, user: UserId) -> Result<bool, Fault> {
    if tx.account(user)?.is_none() {
        return Ok(false);
    }
    tx.drop_link(user)?;
    tracing::info!(%user, "an account of the identity provider was unlinked");
    Ok(true)
}
