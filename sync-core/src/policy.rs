//! Policy packs: what the scheme leaves to a force, as data. A pack is parsed and checked once, at the edge.
//!
//! Does not hold a policy value in code, and does not apply one: the rules do.

mod pack;
mod validate;

use std::{collections::BTreeMap, sync::LazyLock};

pub use pack::{
    Access, AfterNonEngagement, Age, ByLevel, Calendar, Contact, Disposal, DisposalKind, EvidenceQuestion,
    LateAttendance, Offer, Package, PolicyPack, Returning, RingNow, Ruling, Step, SupervisorGrant, Timers,
    Visits,
};
use serde::{Deserialize, Serialize};

/// Names one version of one pack; every snapshot carries it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyRef {
    /// The pack.
    pub id: String,
    /// Its version, from 1.
    pub version: u32,
}

/// Why a text is no policy pack. The data is wrong; whoever wrote the pack must act.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// Not JSON, a field too many or too few, or a word that is not known.
    #[error("the policy pack cannot be read: {0}")]
    Shape(String),
    /// A field has a value that cannot be meant.
    #[error("the policy pack's field {field} {why}")]
    Value {
        /// Path of the field.
        field: &'static str,
        /// What is wrong with it, to be read after the field's name.
        why: String,
    },
}

static SHIPPED: LazyLock<BTreeMap<String, PolicyPack>> = LazyLock::new(|| {
    [schema::policy::THAMES_VALLEY_2018]
        .into_iter()
        .map(|text| PolicyPack::parse(text).expect("a test parses every shipped pack"))
        .map(|pack| (pack.id.clone(), pack))
        .collect()
});

impl PolicyPack {
    /// Parses and checks a pack.
    ///
    /// # Errors
    /// [`PolicyFault`], naming the field.
    pub fn parse(text: &str) -> Result<PolicyPack, PolicyFault> {
        let pack: PolicyPack =
            serde_json::from_str(text).map_err(|fault| PolicyFault::Shape(fault.to_string()))?;
        validate::check(&pack)?;
        Ok(pack)
    }

    /// The seed's pack, the default.
    pub fn thames_valley_2018() -> &'static PolicyPack {
        PolicyPack::find("thames-valley-2018").expect("the default pack is shipped")
    }

    /// A shipped pack by its id.
    pub fn find(id: &str) -> Option<&'static PolicyPack> {
        SHIPPED.get(id)
    }

    /// Every shipped pack, by id.
    pub fn shipped() -> impl Iterator<Item = &'static PolicyPack> {
        SHIPPED.values()
    }

    /// The pack's name and version, as snapshots carry it.
    pub fn reference(&self) -> PolicyRef {
        PolicyRef { id: self.id.clone(), version: self.version }
    }

    /// Minutes a session must last to count: the length less the tolerance.
    pub fn session_counts_from_minutes(&self) -> u32 {
        self.package.session_minutes - self.package.tolerance_minutes
    }

    /// Whom to ring now in an area at a minute of the local day (0–1439).
    /// An area the pack does not name gets the pack's line for everywhere.
    pub fn ring_now(&self, area: &str, minute_of_day: u16) -> &RingNow {
        let at = |line: &&RingNow| line.covers(minute_of_day);
        let named = self.ring_now.iter().filter(at).find(|line| line.area == area);
        named
            .or_else(|| self.ring_now.iter().filter(at).find(|line| line.is_everywhere()))
            .expect("a checked pack has a line for everywhere at every hour")
    }
}

#[cfg(test)]
mod tests;
