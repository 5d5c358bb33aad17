//! Parts that bodies of several compartments have: who the person is, how to reach them, another entry.
//!
//! Does not say what they mean: the bodies do.

use serde::{Deserialize, Serialize};

use crate::ids::{DeviceId, OpId};

/// Names an op from inside a body: one of the same log by its seq, any other by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum OpRef {
    /// Of the author's own log.
    Own(u64),
    /// Of any log.
    Id(OpId),
}

impl OpRef {
    /// The op, as named from the log of `device`.
    #[must_use]
    pub fn resolve(self, device: DeviceId) -> OpId {
        match self {
            Self::Own(seq) => OpId { device, seq },
            Self::Id(id) => id,
        }
    }

    /// The shortest name of an op in a body written by `device`.
    #[must_use]
    pub fn to(op: OpId, device: DeviceId) -> Self {
        if op.device == device { Self::Own(op.seq) } else { Self::Id(op) }
    }
}

bodies! {
    /// The person as the officer wrote them down.
    Subject { family: String, given: String; born: chrono::NaiveDate, apparent_age: u8, ethnicity: String }
}

/// How to reach the person, as the officer wrote it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = r#"an object such as {"phone":"07700 900123","may":["text"]}"#)]
pub struct Reach {
    /// Their number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What the service may do there, from `reach_may`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may: Vec<String>,
    /// Where and when they are to be found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place_and_time: Option<String>,
}
