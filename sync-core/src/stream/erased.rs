//! What an erased op still says.
//!
//! Does not say what stays: see [`crate::referral::erasure`].

use serde::{Deserialize, Serialize};

/// What is left of an erased op beside its header: names, never values.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erased {
    /// The registers that it wrote and whose values are gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registers: Vec<String>,
    /// The body without what was said of anybody, where the course of the record stands on the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Box<str>>,
}
