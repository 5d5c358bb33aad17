//! What was taken at an encounter, item by item, as it is known now.
//!
//! ```text
//!   item.seized ─▶ item.identified ─▶ item.booked_in ─▶ item.disposed      each names the first by its entry
//! ```
//! One crime reference covers all items of an encounter; how many crimes they are is a value of the pack. Does not say
//! what an offence is: see [`super::crime`].

use serde::Serialize;

use crate::ids::OpId;
use crate::policy::CrimesCounted;
use crate::referral::act::{ItemBookedIn, ItemDisposed, ItemSeized};
use crate::referral::facts::Facts;

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Item {
    /// The entry that records it; later entries name it.
    pub op: OpId,
    /// Its exhibit reference.
    pub exhibit: String,
    /// What it is, as far as it is known now: a code of `drugs`.
    pub drug: String,
    /// How much, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// The seal of its bag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    /// What it weighs, in milligrams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_mg: Option<u64>,
    /// Where it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    /// What became of it: a code of `item_fates`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fate: Option<String>,
}

/// The items of an encounter, in the order in which they were taken.
pub(crate) fn items(facts: &Facts<'_>) -> Vec<Item> {
    let fate = |item: OpId| {
        let disposed = facts.all::<ItemDisposed>();
        let of = disposed.filter(|(entry, body)| body.item.resolve(entry.id.device) == item);
        of.last().map(|(_, body)| body.how.clone())
    };
    let store = |item: OpId| {
        let booked = facts.all::<ItemBookedIn>();
        let of = booked.filter(|(entry, body)| body.item.resolve(entry.id.device) == item);
        of.filter_map(|(_, body)| body.store.clone()).last()
    };
    let seized = facts.all::<ItemSeized>().map(|(entry, body)| {
        let register = |name: &str| format!("item/{}/{name}", entry.id);
        Item {
            op: entry.id,
            exhibit: body.exhibit.clone(),
            drug: facts.value(&register("drug")).unwrap_or_else(|| body.drug.clone()),
            amount: body.amount.clone(),
            seal: facts.value(&register("seal")),
            weight_mg: facts.value(&register("weight_mg")),
            store: store(entry.id),
            fate: fate(entry.id),
        }
    });
    seized.collect()
}

/// How many crimes the items of an encounter are, by the rule of its pack.
#[must_use]
pub fn crimes(counted: CrimesCounted, items: &[Item]) -> usize {
    match counted {
        CrimesCounted::OneAnEncounter => usize::from(!items.is_empty()),
        CrimesCounted::OneAnItem => items.len(),
    }
}
