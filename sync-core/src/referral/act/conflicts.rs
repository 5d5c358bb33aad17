//! What is recorded of disagreements, in every compartment: raised, passed up, settled, struck.
//!
//! Who may settle is in the conflict's own row, not in the table of kinds. Does not merge.

use serde::{Deserialize, Serialize};

use super::situation::Situation;
use super::{Act, OpRef, Recorded, require};
use crate::ids::{Digest, OpId};
use crate::referral::words::{Finding, YesNo};
use crate::stamp::Why;

bodies! {
    /// `conflict.raised`: what the server found, for nobody can see it in one stream alone.
    /// `gone` names sides that count no longer, in a stream that this one does not show.
    ConflictRaised { finding: Finding, about: String, sides: Vec<OpId>; gone: Vec<OpId> }
    /// `conflict.passed_up`
    ConflictPassedUp { conflict: Digest, version: Digest }
    /// `conflict.settled`: one of the live ops, with a reason.
    ConflictSettled { conflict: Digest, version: Digest, choice: Choice, reason: String }
    /// `entry.struck`: entered in error; with `back`, a strike is taken back.
    EntryStruck { entry: OpRef, reason: String; back: YesNo }
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

impl Recorded for ConflictRaised {
    fn left(&self) -> Option<Act> {
        Some(Act::ConflictRaised(self.clone()))
    }
}
impl Recorded for ConflictPassedUp {
    fn left(&self) -> Option<Act> {
        Some(Act::ConflictPassedUp(self.clone()))
    }
}
/// A value that somebody wrote down goes; which of the sides they chose stays.
impl Recorded for ConflictSettled {
    fn left(&self) -> Option<Act> {
        let choice = match &self.choice {
            Choice::Value(_) => Choice::Value(serde_json::Value::Null),
            Choice::Op(_) | Choice::Admit(_) | Choice::KeepAside(_) => self.choice.clone(),
        };
        Some(Act::ConflictSettled(Self { choice, reason: String::new(), ..self.clone() }))
    }
}

impl Recorded for EntryStruck {
    fn needs(&self, case: &dyn Situation) -> Result<(), Why> {
        require(case.may_strike(self.entry.resolve(case.op().device), self.back))
    }

    fn left(&self) -> Option<Act> {
        Some(Act::EntryStruck(Self { reason: String::new(), ..*self }))
    }
}
