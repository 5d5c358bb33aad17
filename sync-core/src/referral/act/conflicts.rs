//! What is recorded of disagreements, in every compartment: raised, passed up, settled, struck.
//!
//! Who may settle is in the conflict's own row, not in the table of kinds. Does not merge.

use serde::{Deserialize, Serialize};

use super::words::Finding;
use super::{OpRef, Recorded, require};
use crate::ids::{Digest, OpId};
use crate::referral::case::Case;
use crate::stamp::Why;

bodies! {
    /// `conflict.raised`: what the server found, for nobody can see it in one stream alone.
    ConflictRaised { finding: Finding, about: String, sides: Vec<OpId> }
    /// `conflict.passed_up`
    ConflictPassedUp { conflict: Digest, version: Digest }
    /// `conflict.settled`: one of the live ops, with a reason.
    ConflictSettled { conflict: Digest, version: Digest, choice: Choice, reason: String }
    /// `entry.struck`: entered in error.
    EntryStruck { entry: OpRef, reason: String }
}

/// What a settlement decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// This op's side holds.
    Op(OpId),
    /// None of the sides, but this value, as the register writes it.
    Value(serde_json::Value),
    /// This op, which was kept aside, takes effect at the settlement's place.
    Admit(OpId),
    /// This op stays aside for good.
    KeepAside(OpId),
}

impl Choice {
    /// The op that it names, if it names one.
    #[must_use]
    pub fn op(&self) -> Option<OpId> {
        match self {
            Self::Op(op) | Self::Admit(op) | Self::KeepAside(op) => Some(*op),
            Self::Value(_) => None,
        }
    }
}

impl Recorded for ConflictRaised {}
impl Recorded for ConflictPassedUp {}
impl Recorded for ConflictSettled {}

impl Recorded for EntryStruck {
    fn needs(&self, case: &Case<'_>) -> Result<(), Why> {
        require(case.may_strike(self.entry.resolve(case.op.id.device)))
    }
}
