//! People's rights, their devices, desks and role proposals, as the store keeps them.
//!
//! A right has a beginning and an end, so that an op can be judged by what was true when it was
//! written. Does not judge: see `reconcile::rights`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sync_core::access::Role;
use sync_core::ids::{DeviceId, Digest, OrgId, UserId};
use sync_core::sync::enrolment::JoinedAs;
use uuid::Uuid;

use crate::fault::Fault;
use crate::store::rows::{Org, Person};

/// As what a person may act, for whom, and from when until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Right {
    pub(crate) role: Role,
    pub(crate) org: OrgId,
    pub(crate) from_ms: u64,
    pub(crate) ended: Option<RightEnded>,
}

/// When and why a right ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RightEnded {
    pub(crate) at_ms: u64,
    pub(crate) why: EndReason,
}

/// Why a person's right ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// They left, or do something else now: what they did before counts, also when it comes late.
    Left,
    /// For cause: what cannot be shown to be older is kept aside.
    Cause,
}

/// Why a device is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokeReason {
    /// It was lost.
    Lost,
    /// It was stolen.
    Stolen,
    /// For cause.
    Cause,
    /// It was given back or replaced.
    Left,
}

impl RevokeReason {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Stolen => "stolen",
            Self::Cause => "cause",
            Self::Left => "left",
        }
    }

    /// How the rights of whoever holds the device are judged from then on.
    pub(crate) fn as_end(self) -> EndReason {
        match self {
            Self::Lost | Self::Stolen | Self::Cause => EndReason::Cause,
            Self::Left => EndReason::Left,
        }
    }
}

impl EndReason {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Cause => "cause",
        }
    }
}

/// Since when a device may no longer read, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Revocation {
    pub(crate) at_ms: u64,
    pub(crate) reason: RevokeReason,
}

/// What a second admin is asked to confirm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Asks {
    /// A role that the person does not have yet.
    Role,
    /// A code for a device, in the role that the person has.
    Code,
}

impl Asks {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Code => "code",
        }
    }
}

/// What one admin wants somebody to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Proposal {
    pub(crate) proposal: Uuid,
    pub(crate) asks: Asks,
    pub(crate) user: UserId,
    pub(crate) role: Role,
    pub(crate) org: OrgId,
    pub(crate) proposed_by: UserId,
    pub(crate) proposed_ms: u64,
}

/// A person's desk log: a device whose key the server holds.
#[derive(Clone)]
pub(crate) struct DeskLog {
    pub(crate) device: DeviceId,
    /// As it is kept: see [`crate::wrapped`].
    pub(crate) wrapped_key: Vec<u8>,
}

/// When a device was last seen, and the vocabulary that it spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastSeen {
    pub(crate) at_ms: u64,
    pub(crate) vocabulary: u16,
}

/// A device as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedDevice {
    pub(crate) device: DeviceId,
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) letter: String,
    pub(crate) enrolled_ms: u64,
    pub(crate) last_seq: u64,
    /// When it last had nothing left to push.
    pub(crate) heard_ms: Option<u64>,
    /// When it last asked for anything.
    pub(crate) seen: Option<LastSeen>,
    pub(crate) revocation: Option<Revocation>,
}

/// Somebody who began in an organisation, or a device of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Newcomer {
    pub(crate) user: UserId,
    pub(crate) what: JoinedAs,
    pub(crate) since_ms: u64,
}

/// A row with its place in a list, which never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed<T> {
    pub(crate) pos: u64,
    pub(crate) row: T,
}

/// Rows after a position of a list, at most so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) after: u64,
    pub(crate) limit: usize,
}

/// What a job can look up about people.
pub(crate) trait PeopleReads {
    /// Every right that a person ever had, oldest first.
    fn rights(&self, user: UserId) -> Result<Vec<Right>, Fault>;
    fn revocation(&self, device: DeviceId) -> Result<Option<Revocation>, Fault>;
    fn enrolled_ms(&self, device: DeviceId) -> Result<Option<u64>, Fault>;
    /// Whose a one-time code is and until when it counts, also one that was used.
    fn code_of(&self, hash: Digest) -> Result<Option<(UserId, u64)>, Fault>;
    /// Providers that take no new referrals, and since when.
    fn closed_orgs(&self) -> Result<BTreeMap<OrgId, u64>, Fault>;
    fn desk(&self, user: UserId) -> Result<Option<DeskLog>, Fault>;
    fn proposals(&self) -> Result<Vec<Proposal>, Fault>;
    fn list_orgs(&self, span: Span) -> Result<Vec<Listed<Org>>, Fault>;
    fn list_users(&self, span: Span) -> Result<Vec<Listed<Person>>, Fault>;
    /// Devices of everybody, or of one person.
    fn list_devices(&self, of: Option<UserId>, span: Span) -> Result<Vec<Listed<ListedDevice>>, Fault>;
    /// Who acts in an organisation since later than this, and whose device was enrolled later and is not revoked; the newest
    /// first, at most so many. Logs that the server keeps are no devices.
    fn newcomers(&self, org: OrgId, after_ms: u64, limit: usize) -> Result<Vec<Newcomer>, Fault>;

    /// The right that a person has now.
    fn present_right(&self, user: UserId) -> Result<Option<Right>, Fault> {
        Ok(self.rights(user)?.into_iter().rfind(|right| right.ended.is_none()))
    }
}

/// What a job can change about people. `by` is the admin who did it; none before anybody could sign in.
pub(crate) trait PeopleWrites {
    fn give_right(&self, person: &Person, from_ms: u64, by: Option<UserId>) -> Result<(), Fault>;
    fn end_rights(&self, user: UserId, ended: RightEnded, by: UserId) -> Result<(), Fault>;
    /// What `users` says of a person from now on.
    fn set_user(&self, person: &Person) -> Result<(), Fault>;
    /// Codes of a person that were not used yet count no longer, nor does a set-up that was begun with one.
    fn void_codes(&self, user: UserId) -> Result<(), Fault>;
    fn revoke(&self, device: DeviceId, revocation: Revocation, by: UserId) -> Result<(), Fault>;
    /// What is said of a provider from now on.
    fn set_org(&self, org: &Org) -> Result<(), Fault>;
    fn close_org(&self, org: OrgId, at_ms: u64, by: UserId) -> Result<(), Fault>;
    fn add_desk(&self, user: UserId, desk: &DeskLog) -> Result<(), Fault>;
    /// Whoever acts at a desk from now on does so in a new log.
    fn end_desks(&self) -> Result<(), Fault>;
    fn propose(&self, proposal: &Proposal) -> Result<(), Fault>;
    /// One of what was asked for a person counts no longer …
    fn drop_proposal(&self, proposal: Uuid) -> Result<(), Fault>;
    /// … and all of it, whoever asked.
    fn drop_proposals(&self, user: UserId) -> Result<(), Fault>;
}
