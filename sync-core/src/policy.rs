//! Policy packs: what the scheme leaves to a force, as data. A pack is parsed and checked once, at the edge.
//!
//! A referral names the pack and version that it was decided by, and is judged by that one for ever: a
//! version that was shipped never changes. Does not hold a policy value in code, and does not apply one: the rules do.

mod pack;
mod promises;
mod ring_now;
mod validate;

use std::{collections::BTreeMap, sync::LazyLock};

pub use pack::{
    Access, AfterNonEngagement, Age, ByLevel, Calendar, Contact, CrimesCounted, Disposal, DisposalKind,
    EvidenceQuestion, LateAttendance, Offer, Package, PolicyPack, Retention, Returning, Ruling, Step,
    SupervisorGrant, Timers, Visits,
};
pub use promises::{Broken, Promise};
pub use ring_now::RingNow;
use serde::{Deserialize, Serialize};

/// Names one version of one pack; every snapshot carries it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
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
    #[error("the policy pack's field {field} cannot be read: {why}")]
    Shape {
        /// Path of the field; `.` for the whole.
        field: String,
        /// What is wrong with it.
        why: String,
    },
    /// A field has a value that cannot be meant.
    #[error("the policy pack's field {field} {why}")]
    Value {
        /// Path of the field.
        field: String,
        /// What is wrong with it, to be read after the field's name.
        why: String,
    },
}

impl PolicyFault {
    /// Path of the field at fault.
    #[must_use]
    pub fn field(&self) -> &str {
        match self {
            PolicyFault::Shape { field, .. } | PolicyFault::Value { field, .. } => field,
        }
    }
}

/// The packs, by id and version.
type Catalogue = BTreeMap<String, BTreeMap<u32, PolicyPack>>;

static SHIPPED: LazyLock<Catalogue> = LazyLock::new(|| {
    let texts = schema::policy::PACKS.iter().map(|(_, text)| *text);
    catalogue(texts.map(|text| PolicyPack::parse(text).expect("a test parses every shipped pack")))
});

fn catalogue(packs: impl IntoIterator<Item = PolicyPack>) -> Catalogue {
    let mut all = Catalogue::new();
    for pack in packs {
        all.entry(pack.id.clone()).or_default().insert(pack.version, pack);
    }
    all
}

/// The version that a decision names; else the newest of that pack.
fn nearest<'a>(all: &'a Catalogue, id: &str, version: u32) -> Option<&'a PolicyPack> {
    let versions = all.get(id)?;
    versions.get(&version).or_else(|| versions.values().next_back())
}

impl PolicyPack {
    /// Parses and checks a pack.
    ///
    /// # Errors
    /// [`PolicyFault`], naming the field.
    pub fn parse(text: &str) -> Result<PolicyPack, PolicyFault> {
        let mut from = serde_json::Deserializer::from_str(text);
        let pack: PolicyPack = serde_path_to_error::deserialize(&mut from).map_err(|fault| {
            let why = fault.inner().to_string();
            PolicyFault::Shape { field: field_of(&fault.path().to_string(), &why), why }
        })?;
        let whole =
            |why: serde_json::Error| PolicyFault::Shape { field: ".".to_owned(), why: why.to_string() };
        from.end().map_err(whole)?;
        validate::check(&pack)?;
        Ok(pack)
    }

    /// The seed's pack, the default.
    pub fn thames_valley_2018() -> &'static PolicyPack {
        PolicyPack::find("thames-valley-2018").expect("the default pack is shipped")
    }

    /// The newest shipped version of a pack: what new decisions are made by.
    pub fn find(id: &str) -> Option<&'static PolicyPack> {
        SHIPPED.get(id)?.values().next_back()
    }

    /// Exactly this shipped version of a pack.
    pub fn find_version(id: &str, version: u32) -> Option<&'static PolicyPack> {
        SHIPPED.get(id)?.get(&version)
    }

    /// The pack to read a recorded decision by: the version that it names; where this software does not
    /// ship it, the newest of that pack, and the seed's for a pack that is not known at all.
    pub fn nearest(id: &str, version: u32) -> &'static PolicyPack {
        nearest(&SHIPPED, id, version).unwrap_or_else(PolicyPack::thames_valley_2018)
    }

    /// Every shipped version of every pack, by id and version.
    pub fn shipped() -> impl Iterator<Item = &'static PolicyPack> {
        SHIPPED.values().flat_map(BTreeMap::values)
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

/// The field that a reader's message is about: it names a missing or unknown one only in words.
fn field_of(path: &str, why: &str) -> String {
    let named =
        why.split('`').nth(1).filter(|_| why.starts_with("missing") || why.starts_with("unknown field"));
    match named {
        None => path.to_owned(),
        Some(name) if path == "." => name.to_owned(),
        Some(name) if path.rsplit('.').next() == Some(name) => path.to_owned(),
        Some(name) => format!("{path}.{name}"),
    }
}

#[cfg(test)]
mod tests;
