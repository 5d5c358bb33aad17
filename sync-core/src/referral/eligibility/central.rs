//! What the central record says of somebody's earlier referrals: one of five words, and when it said so.
//!
//! ```text
//!   server ─ what its records say ─▶ PriorAnswer ─▶ phone ─▶ R08, R09 ─▶ check.recorded
//! ```
//! A word never makes a phone judge worse than the record does, and `perhaps` is judged as `none`. Does not say which
//! referral, service, day or drug, and does not find anybody: a store does.

use serde::{Deserialize, Serialize};

use super::inputs::Check;
use crate::referral::words::Engaged;

/// What the central record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PriorAnswer {
    /// No earlier referral counts.
    #[serde(rename = "none")]
    NoneCounts,
    /// Referred before, and took part.
    Engaged,
    /// Referred before, and that goes on.
    InProgress,
    /// Referred before, and did not take part.
    NotEngaged,
    /// Somebody who may be this person was referred before, or nothing came back on it. It never harms.
    Perhaps,
}

/// An answer, with its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct PriorCheck {
    /// What the central record says.
    pub answer: PriorAnswer,
    /// When it said so, in milliseconds since 1970.
    pub at_ms: u64,
}

/// The channel of a check that the phone or the desk made at the central record by itself.
const CHANNEL: &str = "look_up";

impl PriorAnswer {
    /// What people read.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NoneCounts => "The central record knows of no earlier referral.",
            Self::Engaged => "Referred before, and took part, as the central record says.",
            Self::InProgress => {
                "Referred before; that referral is still in progress, as the central record says."
            }
            Self::NotEngaged => "Referred before, and did not take part, as the central record says.",
            Self::Perhaps => "The central record cannot say for certain; that is not held against anybody.",
        }
    }

    /// The word as it is written.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoneCounts => "none",
            Self::Engaged => "engaged",
            Self::InProgress => "in_progress",
            Self::NotEngaged => "not_engaged",
            Self::Perhaps => "perhaps",
        }
    }

    /// The result of a check, and whether the person took part, that stand for it in the record.
    fn as_result(self) -> (&'static str, Option<Engaged>) {
        match self {
            Self::NoneCounts => ("nothing_found", None),
            Self::Engaged => ("record_found", Some(Engaged::Yes)),
            Self::InProgress => ("in_progress", None),
            Self::NotEngaged => ("record_found", Some(Engaged::No)),
            Self::Perhaps => ("perhaps", None),
        }
    }
}

impl PriorCheck {
    /// The check as the rules read it.
    #[must_use]
    pub fn read(&self, now_ms: u64) -> Check {
        let (result, engaged) = self.answer.as_result();
        Check {
            kind: "prior_referrals".to_owned(),
            channel: CHANNEL.to_owned(),
            result: result.to_owned(),
            age_of_information_ms: Some(now_ms.saturating_sub(self.at_ms)),
            engaged,
        }
    }
}

impl Check {
    /// What the central record said, where the phone or the desk asked it by itself.
    #[must_use]
    pub fn central(&self) -> Option<PriorAnswer> {
        let all = [
            PriorAnswer::NoneCounts,
            PriorAnswer::Engaged,
            PriorAnswer::InProgress,
            PriorAnswer::NotEngaged,
            PriorAnswer::Perhaps,
        ];
        let is_it = self.kind == "prior_referrals" && self.channel == CHANNEL;
        let said = (self.result.as_str(), self.engaged);
        all.into_iter().find(|answer| is_it && answer.as_result() == said)
    }
}
