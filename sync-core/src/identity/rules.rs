//! What each reason weighs and where the bands begin: data (`schema/names/matching.json`), read and checked here.
//!
//! Does not compare anybody.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

macro_rules! reasons {
    ($($(#[$doc:meta])* $code:ident,)+) => {
        /// What agreed or did not. Words are in `schema/names/matching.json`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum ReasonCode { $($(#[$doc])* $code,)+ }

        impl ReasonCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$code,)+];
        }
    };
}

reasons! {
    /// The family names are the same.
    FamilyEqual,
    /// The family names are known forms of one.
    FamilyVariant,
    /// The family names differ by the way of writing.
    FamilySpelling,
    /// One family name is a part of the other.
    FamilyPart,
    /// The family names differ by a letter or two.
    FamilyClose,
    /// The family names sound alike.
    FamilySounds,
    /// Of one family name only the first letter is known.
    FamilyInitial,
    /// The family names differ.
    FamilyDiffers,
    /// The first names are the same.
    GivenEqual,
    /// The first names are known forms of one.
    GivenVariant,
    /// The first names differ by the way of writing.
    GivenSpelling,
    /// One has a first name more.
    GivenPart,
    /// The first names differ by a letter or two.
    GivenClose,
    /// The first names sound alike.
    GivenSounds,
    /// Of one first name only the first letter is known.
    GivenInitial,
    /// The first names differ.
    GivenDiffers,
    /// The names agree in another order only.
    Order,
    /// The dates of birth are the same.
    BornEqual,
    /// The dates of birth are the same, and 1 January.
    BornNewYear,
    /// Month and year of birth are the same, and of one the day is not known.
    BornMonthEqual,
    /// The years of birth are the same, and of one no more is known.
    BornYearEqual,
    /// The years of birth are one apart, and of one no more is known.
    BornYearNear,
    /// Day and month are swapped.
    BornSwapped,
    /// One digit differs.
    BornSlip,
    /// A guessed age fits.
    BornAgeFits,
    /// A guessed age does not fit.
    BornAgeOff,
    /// The dates of birth differ.
    BornDiffers,
    /// The same number, seen confirmed for both.
    NumberEqual,
    /// The same number, not seen confirmed for both.
    NumberStatedEqual,
    /// Different numbers of one kind, not seen confirmed for both.
    NumberStatedDiffers,
    /// Different numbers of one kind, seen confirmed for both.
    NumberDiffers,
}

/// The weights, and where the bands begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The number of the table.
    pub version: u32,
    /// From how many points on a person is asked.
    pub ask_from: i32,
    /// From how many points on two are the same, where more than a name agrees.
    pub same_from: i32,
    /// How far a guessed age may be off, in years.
    pub apparent_age_within_years: u8,
    weights: BTreeMap<ReasonCode, (i32, String)>,
}

/// Why a table of weights cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRules {
    /// Not JSON of the right form.
    #[error("the weights cannot be read: {0}")]
    Form(String),
    /// A code is missing, or stands there twice.
    #[error("reasons: each code must stand there once")]
    Codes,
    /// The bands do not follow each other.
    #[error("ask_from, same_from: 0 < ask_from < same_from")]
    Bands,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    ask_from: i32,
    same_from: i32,
    apparent_age_within_years: u8,
    reasons: Vec<Weight>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Weight {
    code: ReasonCode,
    points: i16,
    sentence: String,
}

impl Rules {
    /// The table that this version ships.
    #[must_use]
    pub fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<Rules> = LazyLock::new(|| {
            Rules::parse(schema::names::MATCHING).expect("the tests read the table that is shipped")
        });
        &SHIPPED
    }

    /// Reads and checks a table.
    ///
    /// # Errors
    /// [`BadRules`] saying what is wrong with it.
    pub fn parse(json: &str) -> Result<Self, BadRules> {
        let written: Written =
            serde_json::from_str(json).map_err(|fault| BadRules::Form(fault.to_string()))?;
        let Written { version, ask_from, same_from, apparent_age_within_years, reasons } = written;
        let count = reasons.len();
        let weight = |weight: Weight| (weight.code, (i32::from(weight.points), weight.sentence));
        let weights: BTreeMap<_, _> = reasons.into_iter().map(weight).collect();
        if count != ReasonCode::ALL.len() || weights.len() != count {
            return Err(BadRules::Codes);
        }
        if !(0 < ask_from && ask_from < same_from) {
            return Err(BadRules::Bands);
        }
        Ok(Self { version, ask_from, same_from, apparent_age_within_years, weights })
    }

    /// What a reason weighs; below nothing it speaks against.
    #[must_use]
    pub fn points(&self, code: ReasonCode) -> i32 {
        self.weights[&code].0
    }

    /// The sentence that people read.
    #[must_use]
    pub fn sentence(&self, code: ReasonCode) -> &str {
        &self.weights[&code].1
    }
}
