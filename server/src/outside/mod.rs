//! What is kept outside the backups and applied again before a restored server serves.
//!
//! ```text
//!   deed ─▶ [`keep`]: apply ─ note it in the store ─ commit ─ append to `kept-outside.log`, fsync ─▶ reply
//!   open ─▶ the file knows more than the store? the store went back: apply the rest again, in its order
//! ```
//! A backup knows nothing of what was taken away after it: a stolen phone would read again, and so would
//! who was disabled, what was erased would be back, and
//! a decision would name a pack that was never in force. Entries hold ids, and of an erasure what is left of
//! the entry (adr 15). What a person or provider is called lives in the store alone,
//! so an entry about one that the restored store lacks has no effect. Does not decide who may do what:
//! see `desk`.

pub(crate) mod file;

use serde::{Deserialize, Serialize};
use sync_core::access::Role;
use sync_core::ids::{DeviceId, OrgId, UserId};

use crate::fault::Fault;
use crate::reconcile::{erasure, reference};
use crate::store::erasures::ErasureRow;
use crate::store::people::{EndReason, Revocation, RevokeReason, RightEnded};
use crate::store::policy::PolicyRow;
use crate::store::rows::Person;
use crate::store::{Reads, Writes};

/// One entry. A kind is never changed once it was released: files outlive versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kept", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Kept {
    /// A device may no longer read.
    Revoked { device: DeviceId, at_ms: u64, reason: RevokeReason, by: UserId },
    /// Every right of a person ended, with what was proposed for them, their unused codes, their
    /// sign-in at the desk and its sessions.
    RightsEnded { user: UserId, at_ms: u64, why: EndReason, by: UserId },
    /// A person has this role from now on.
    RightGiven { user: UserId, role: Role, org: OrgId, from_ms: u64, by: UserId },
    /// A provider takes no new referrals.
    OrgClosed { org: OrgId, at_ms: u64, by: UserId },
    /// The body of an op was erased.
    Erased(Box<ErasureRow>),
    /// A version of a policy pack came into force: what was decided by it since must not read as decided by none.
    PolicyInForce(Box<PolicyRow>),
}

/// Does something that must outlive a restored backup.
pub(crate) fn keep(tx: &dyn Writes, kept: &Kept) -> Result<(), Fault> {
    apply(tx, kept)?;
    tx.keep_outside(&serde_json::to_string(kept)?)
}

/// Applies what the file knows and the store does not, and notes it there; phones are told what they look up.
pub(crate) fn again(tx: &dyn Writes, entry: &str) -> Result<(), Fault> {
    // Its checksum was right: what cannot be read was written by a newer version.
    let kept: Kept = serde_json::from_str(entry).map_err(|_| Fault::TooNew)?;
    apply(tx, &kept)?;
    tx.keep_outside(entry)?;
    match kept {
        Kept::OrgClosed { .. } | Kept::PolicyInForce(_) => reference::changed(tx),
        Kept::Revoked { .. } | Kept::RightsEnded { .. } | Kept::RightGiven { .. } | Kept::Erased(_) => Ok(()),
    }
}

fn apply(tx: &dyn Writes, kept: &Kept) -> Result<(), Fault> {
    match kept {
        Kept::Erased(row) => erasure::apply(tx, row),
        &Kept::Revoked { device, at_ms, reason, by } => tx.revoke(device, Revocation { at_ms, reason }, by),
        &Kept::RightsEnded { user, at_ms, why, by } => {
            tx.end_rights(user, RightEnded { at_ms, why }, by)?;
            tx.drop_proposals(user)?;
            tx.end_sessions_of(user)?;
            // Whoever set it up knows its password, or has the linked account: in another role it would be theirs alone.
            tx.drop_account(user)?;
            tx.drop_link(user)?;
            tx.void_codes(user)
        }
        &Kept::RightGiven { user, role, org, from_ms, by } => {
            let Some(person) = known(tx, user, org)? else { return Ok(()) };
            let person = Person { role, org, ..person };
            tx.set_user(&person)?;
            tx.give_right(&person, from_ms, Some(by))
        }
        &Kept::OrgClosed { org, at_ms, by } => tx.close_org(org, at_ms, by),
        Kept::PolicyInForce(row) => {
            // What was wanted before counts no longer, nor this proposal as one that waits.
            tx.drop_policy_proposals()?;
            tx.add_policy(row)
        }
    }
}

/// The person, when the store knows them and the organisation.
fn known(read: &dyn Reads, user: UserId, org: OrgId) -> Result<Option<Person>, Fault> {
    let is_known = read.orgs()?.iter().any(|known| known.id == org);
    if is_known { read.user(user) } else { Ok(None) }
}
