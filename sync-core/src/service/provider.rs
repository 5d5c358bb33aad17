//! A service as devices know it.
//!
//! Does not choose one: see [`super`].

use serde::{Deserialize, Serialize};

use super::{Accepts, Ages};
use crate::ids::OrgId;
use crate::referral::act::YesNo;
use crate::slots::OfferedSlot;

/// A provider as devices know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Provider {
    /// Its id.
    pub id: OrgId,
    /// Its name.
    pub name: String,
    /// The number at which people reach it; empty where none is known.
    #[serde(default)]
    pub telephone: String,
    /// When somebody is there, in plain words; empty where that is not known.
    #[serde(default)]
    pub hours: String,
    /// Where it works; empty: everywhere.
    #[serde(default)]
    pub areas: Vec<String>,
    /// The ages that it takes.
    #[serde(default)]
    pub ages: Ages,
    /// Whether a worker or a lead of it can act now.
    pub staffed: YesNo,
    /// What it offers: codes of `service_kinds`; empty where it has not said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// Whether it takes new referrals; it does, where it has not said otherwise.
    #[serde(default, skip_serializing_if = "Accepts::is_yes")]
    pub accepts: Accepts,
    /// The times that it offers, the soonest first; as old as everything that is looked up here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<OfferedSlot>,
}
