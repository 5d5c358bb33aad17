//! What the server adds to an op, once, and what replicates with it.
//!
//! Replicas take the disposition from the stamp and never judge again. Does not decide it: see
//! [`crate::referral::judge`].

use serde::{Deserialize, Serialize};

use crate::clock::{ClockMark, Hlc};
use crate::ids::OpId;

/// Where an op stands in the server's history, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Stamp {
    /// One counter of the server's history; within a stream its order is a causal order.
    pub place: u64,
    /// When the push was received, in milliseconds.
    pub received_ms: u64,
    /// The effective time.
    pub eff: Hlc,
    /// Whether the author's clock was outside what could be witnessed.
    pub clock: ClockMark,
    /// What became of it.
    pub disposition: Disposition,
    /// Deps that the server does not have and no longer waits for: they are no part of its past.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<OpId>,
    /// What its author had seen behind the absent ones, as far as the server has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<OpId>,
}

/// What became of an op. An op without a stamp is pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// It has effect.
    Accepted,
    /// Kept aside: it has no effect until somebody admits it.
    Quarantined(Why),
    /// Kept sealed: no published schema allows its shape, or its author may not write the stream.
    Refused(Why),
}

/// Why an op was kept aside or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// No published schema allows its shape.
    Shape,
    /// The author may not write this stream at all.
    Stream,
    /// The author's role may not write this kind.
    Role,
    /// The author's organisation has no part in this record.
    NotAssigned,
    /// The author's right had ended when it was recorded.
    RightEnded,
    /// The decision is not allowed in the state that its author knew.
    State,
    /// It says that somebody did not come of whom its author knew that they came, and gives no reason.
    Unexplained,
    /// A code, provider or person that was never published; an older entry that is another's.
    Reference,
    /// The policy version that it was made from was never in force at this force when it was recorded.
    Policy,
    /// Nobody settles a conflict of which they wrote a side, or one that is not theirs to settle.
    Settler,
    /// It is invalid only because it stands on an op that was kept aside.
    StandsOn,
    /// The body was withheld: over a limit, or erased.
    BodyWithheld,
    /// It repeats an entry that counts already: an op is recovered once, and nobody admits it twice.
    Recovered,
}

impl Disposition {
    /// Whether the op takes part in the fold by itself.
    #[must_use]
    pub fn has_effect(self) -> bool {
        match self {
            Self::Accepted => true,
            Self::Quarantined(_) | Self::Refused(_) => false,
        }
    }
}
