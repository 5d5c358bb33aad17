//! The crime of an encounter: its offence, as it was recorded or as the item gives it, and its reference.
//!
//! ```text
//!   item.seized "unknown" ─▶ crime.recorded {}      offence: not known yet, on the worklist of the police
//!   item.identified "heroin" ─────────────────────▶ offence: MD71211
//!   crime.recorded {offence} ─────────────────────▶ that one, whatever the item is
//! ```
//! Does not say when a crime is recorded: whoever writes an outcome that is a diversion does.

use serde::Serialize;

use crate::codes::{self, Possession};
use crate::ids::OpId;
use crate::referral::act::{CrimeRecorded, Disposal, ItemSeized};
use crate::referral::facts::Facts;
use crate::referral::fold::StreamState;

/// A crime that was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Crime {
    /// Its offence, from `offences`; none while the drug is not known.
    pub offence: Option<String>,
    /// The reference that the force's own system gave it.
    pub reference: Option<String>,
}

impl Crime {
    pub(crate) fn of(facts: &Facts<'_>) -> Option<Self> {
        if !facts.has::<CrimeRecorded>() {
            return None;
        }
        let recorded: Option<String> = facts.value("crime/offence");
        Some(Self {
            offence: recorded.or_else(|| offence_of_items(facts).map(str::to_owned)),
            reference: facts.value("crime/reference"),
        })
    }
}

/// The offence of having a drug; none while the drug is not known, and where having it is no offence.
#[must_use]
pub fn offence_of(drug: &str) -> Option<&'static str> {
    match codes::drug(drug)?.possession {
        Possession::Offence(code) => Some(code),
        Possession::NotKnownYet | Possession::NoOffence => None,
    }
}

/// The offence of having what was seized, as it is identified by now.
#[must_use]
pub fn offence_of_item(states: &[StreamState]) -> Option<&'static str> {
    offence_of_items(&Facts { states })
}

fn offence_of_items(facts: &Facts<'_>) -> Option<&'static str> {
    let drugs = facts.all::<ItemSeized>().flat_map(|(item, _)| {
        let identified: Vec<String> = facts.values(&format!("item/{}/drug", item.id));
        identified.into_iter().rev()
    });
    drugs.into_iter().find_map(|drug| offence_of(&drug))
}

/// The offences of having each item that was seized; nothing at all while one of them is not known.
pub(crate) fn offences_of_items(facts: &Facts<'_>) -> Vec<&'static str> {
    let of_item = |item: OpId| {
        let identified: Vec<String> = facts.values(&format!("item/{item}/drug"));
        identified.into_iter().map(|drug| offence_of(&drug)).collect::<Option<Vec<_>>>()
    };
    let items = facts.all::<ItemSeized>().map(|(item, _)| of_item(item.id));
    items.collect::<Option<Vec<_>>>().unwrap_or_default().concat()
}

impl Disposal {
    /// Whether it is a diversion: then a crime is recorded with it, whichever way it came about.
    #[must_use]
    pub fn is_diversion(self) -> bool {
        match self {
            Self::CommunityResolution | Self::Diversion22Pending | Self::Diversion22 => true,
            Self::Arrest | Self::Investigation | Self::NoOffence => false,
        }
    }
}
