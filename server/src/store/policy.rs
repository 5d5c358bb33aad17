//! The policy packs of the force, as the store keeps them: which was in force, from when, by whom; and the bank
//! holidays that its deadlines leave out besides those of the software.
//!
//! A version is a proposal until a second admin confirms it. Does not hold packs: they are shipped.

use serde::{Deserialize, Serialize};
use sync_core::ids::UserId;
use sync_core::policy::PolicyRef;
use sync_core::referral::timers::Holiday;
use uuid::Uuid;

use crate::fault::Fault;

/// A version of a pack that is, was, or may come into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyRow {
    pub(crate) proposal: Uuid,
    pub(crate) policy: PolicyRef,
    /// Nobody, for the one that the store began with.
    pub(crate) proposed_by: Option<UserId>,
    pub(crate) proposed_ms: u64,
    pub(crate) in_force: Option<InForce>,
}

/// Since when a version is in force, and who confirmed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InForce {
    pub(crate) from_ms: u64,
    pub(crate) confirmed_by: Option<UserId>,
}

impl PolicyRow {
    /// The one that a new store begins with.
    pub(crate) fn first(proposal: Uuid, policy: PolicyRef, now_ms: u64) -> Self {
        let in_force = Some(InForce { from_ms: now_ms, confirmed_by: None });
        Self { proposal, policy, proposed_by: None, proposed_ms: now_ms, in_force }
    }
}

/// What a job can look up about the force's policy.
pub(crate) trait PolicyReads {
    /// Every version, in the order in which they were proposed.
    fn policies(&self) -> Result<Vec<PolicyRow>, Fault>;

    /// The bank holidays that an admin added, in the order in which they were said.
    fn holidays(&self) -> Result<Vec<Holiday>, Fault>;

    /// The version in force: the last that was confirmed.
    fn policy(&self) -> Result<PolicyRef, Fault> {
        let rows = self.policies()?.into_iter();
        let confirmed = rows.filter_map(|row| Some((row.in_force?.from_ms, row.policy)));
        // Of two of one moment the one proposed later holds: `max_by_key` gives the last.
        let newest = confirmed.max_by_key(|(from_ms, _)| *from_ms);
        newest.map(|(_, policy)| policy).ok_or(Fault::Damaged("no policy is in force".to_owned()))
    }
}

/// What a job can change of it.
pub(crate) trait PolicyWrites {
    /// Adds a bank holiday, or takes one back: of what was said of one day the last counts.
    fn add_holiday(&self, holiday: &Holiday) -> Result<(), Fault>;
    fn add_policy(&self, row: &PolicyRow) -> Result<(), Fault>;
    /// Proposals that wait no longer count.
    fn drop_policy_proposals(&self) -> Result<(), Fault>;
    /// The same, of one admin alone.
    fn drop_policy_proposals_of(&self, by: UserId) -> Result<(), Fault>;
}
