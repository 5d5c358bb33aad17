//! What the police wrote down of an encounter later: what the roadside does not ask for.
//!
//! Does not decide anything: no rule reads it.

use serde::Serialize;

use crate::referral::act::OffenceDescribed;
use crate::referral::facts::Facts;

/// What was written down later; of each field the newest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Described {
    /// Sex: a code of `sexes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
    /// Ethnicity as the officer saw it: a code of `ethnicity_seen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ethnicity_seen: Option<String>,
    /// The number of the stop and search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_search: Option<String>,
    /// The number of the body-worn video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_worn_video: Option<String>,
    /// The first half of the postcode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcode_district: Option<String>,
    /// What was found besides that is no drug offence, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub besides: Vec<String>,
}

impl Described {
    pub(crate) fn of(facts: &Facts<'_>) -> Self {
        let said = |name: &str| facts.value(&format!("described/{name}"));
        Self {
            sex: said("sex"),
            ethnicity_seen: said("ethnicity_seen"),
            stop_search: said("stop_search"),
            body_worn_video: said("body_worn_video"),
            postcode_district: said("postcode_district"),
            besides: facts.all::<OffenceDescribed>().map(|(_, body)| body.words.clone()).collect(),
        }
    }

    /// Whether nothing was written down.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
