//! What the roadside answers give the rules. No field asks for, infers or scores an admission.
//!
//! Does not hold who the person is: no name, date of birth or number reaches a rule.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::PriorAnswer;
use crate::codes::{self, CodeList};
use crate::local_time::local_day;
use crate::referral::words::Engaged;

/// Everything the rules read of an encounter. Codes come from the lists of `schema`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// Suspected drug, from `drugs`; a code that is not known here is judged as `unknown`.
    pub drug: String,
    /// Offence, from `offences`, when it is not the drug's own.
    #[serde(default)]
    pub offence: Option<String>,
    /// Signs of supply, from `supply_signs`.
    #[serde(default)]
    pub supply_signs: Vec<String>,
    /// Reasons to arrest for this offence.
    #[serde(default)]
    pub necessity: Vec<Necessity>,
    /// Whether and how identity was established.
    pub identity: Identity,
    /// Age at the encounter.
    pub age: Age,
    /// Defence put forward, from `defences`.
    #[serde(default)]
    pub defence: Option<String>,
    /// The person's answer.
    pub agrees: Agreement,
    /// Present when the person is under arrest for something else.
    #[serde(default)]
    pub custody: Option<Custody>,
    /// Checks that were made, or not.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// What the earlier referrals were read from.
    pub freshness: Freshness,
    /// What the officer recorded of the evidence; asked by packs that say so, never of the person.
    #[serde(default)]
    pub evidence: Evidence,
}

/// Whether the evidence is sufficient, by the officer. It is no admission, and nobody is asked for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Not answered.
    #[default]
    NotAsked,
    /// It is.
    Sufficient,
    /// It is not.
    NotSufficient,
}

/// A reason to arrest: the letters of PACE Code G 2.9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Necessity {
    /// Name.
    A,
    /// Address.
    B,
    /// Injury, loss, damage, decency, obstruction.
    C,
    /// Protection of a child or vulnerable person.
    D,
    /// Prompt and effective investigation.
    E,
    /// Disappearance.
    F,
}

impl Necessity {
    /// The reason of a letter.
    #[must_use]
    pub fn of(letter: &str) -> Option<Self> {
        let all = [Self::A, Self::B, Self::C, Self::D, Self::E, Self::F];
        all.into_iter().find(|reason| letter.chars().eq([reason.letter()]))
    }

    /// The letter.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Necessity::A => 'a',
            Necessity::B => 'b',
            Necessity::C => 'c',
            Necessity::D => 'd',
            Necessity::E => 'e',
            Necessity::F => 'f',
        }
    }
}

/// Whether and how identity was established.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// Established.
    Established {
        /// How, from `identity_methods`.
        method: String,
    },
    /// Not established.
    NotEstablished,
}

/// Age in full years at the encounter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Age {
    /// From the date of birth.
    Known {
        /// Full years.
        years: u32,
    },
    /// As the person appears.
    Apparent {
        /// Years.
        years: u32,
    },
}

impl Age {
    /// The age of somebody on a day; `None` for a day before the birth.
    /// Who is born on 29 February has a birthday on 1 March in other years.
    #[must_use]
    pub fn on(day: NaiveDate, date_of_birth: NaiveDate) -> Option<Age> {
        let had_birthday = (day.month(), day.day()) >= (date_of_birth.month(), date_of_birth.day());
        let years = day.year() - date_of_birth.year() - i32::from(!had_birthday);
        Some(Age::Known { years: u32::try_from(years).ok()? })
    }

    /// The age on the local day of a moment, in milliseconds since 1970: by the date of birth, or as the person appears.
    #[must_use]
    pub fn at(at_ms: u64, born: Option<NaiveDate>, apparent: Option<u8>) -> Option<Age> {
        match (born, apparent) {
            (Some(born), _) => Age::on(local_day(at_ms), born),
            (None, Some(years)) => Some(Age::Apparent { years: years.into() }),
            (None, None) => None,
        }
    }

    /// Full years, known or apparent.
    #[must_use]
    pub fn years(self) -> u32 {
        match self {
            Age::Known { years } | Age::Apparent { years } => years,
        }
    }
}

/// The person's answer to the offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// Agrees.
    Yes,
    /// Does not.
    No,
    /// Cannot decide now; the offer stays open.
    CannotDecideNow {
        /// Why, from `undecided_reasons`.
        reason: String,
    },
    /// Not asked so far: a dry run before the offer.
    NotAskedYet,
    /// The encounter ended without an offer.
    NotOffered {
        /// Why, from `not_offered_reasons`.
        reason: String,
    },
}

/// The person is under arrest for something else (R10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Custody {
    /// What the arrest is for. Never copied into a finding.
    pub arrested_for_other: String,
    /// What the officer in the case recorded; `None`: nothing so far.
    #[serde(default)]
    pub oic: Option<OicView>,
}

/// Whether the possession matters to the case the person is under arrest for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OicView {
    /// It does not: the person may still be referred.
    NotMaterial,
    /// It does.
    Material,
}

/// A check and what it gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What was asked, from `check_kinds`.
    pub kind: String,
    /// How, from `check_channels`.
    pub channel: String,
    /// What it gave, from `check_results`.
    pub result: String,
    /// How old the information was, in milliseconds.
    #[serde(default)]
    pub age_of_information_ms: Option<u64>,
    /// Where earlier referrals were found: whether the person took part in the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engaged: Option<Engaged>,
}

impl Check {
    /// Whether earlier referrals were found: then it matters whether the person took part.
    #[must_use]
    pub fn finds_earlier_referrals(&self) -> bool {
        self.kind == "prior_referrals" && self.result == "record_found"
    }

    /// Whether the person is wanted for something else.
    #[must_use]
    pub fn finds_wanted(&self) -> bool {
        self.result == "wanted"
    }
}

/// What the earlier referrals were read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// The central record.
    CentralRecord {
        /// When it answered.
        asked_ms: u64,
    },
    /// What this device holds: its own referrals.
    OwnReferrals {
        /// When it last synced, if ever.
        as_of_ms: Option<u64>,
    },
}

impl Inputs {
    /// Whether the central record was asked: by the device, or by a check that found nothing or says
    /// whether the person took part. One that does not know how the last referral went does not count.
    #[must_use]
    pub fn reached_central_record(&self) -> bool {
        match self.freshness {
            Freshness::CentralRecord { .. } => true,
            Freshness::OwnReferrals { .. } => self.clear_central_check().is_some(),
        }
    }

    /// What the checks say of the last referral, where they found one: while two differ, what favours the
    /// person. Nobody is asked twice, so an answer that is missing is *not known*.
    pub(super) fn engaged(&self) -> Option<Engaged> {
        let found = self.checks.iter().filter(|check| check.central().is_none());
        let found = found.filter(|check| check.finds_earlier_referrals());
        let said = found.map(|check| check.engaged.unwrap_or(Engaged::NotKnown));
        said.min_by_key(|engaged| match engaged {
            Engaged::Yes => 0,
            Engaged::NotKnown => 1,
            Engaged::No => 2,
        })
    }

    /// What the central record said, where it was asked from here.
    pub(super) fn central(&self) -> Option<PriorAnswer> {
        self.checks.iter().find_map(Check::central)
    }

    /// How old the information about earlier referrals is, in milliseconds; `None`: there is none.
    pub(super) fn age_of_information_ms(&self, now_ms: u64) -> Option<u64> {
        match (self.freshness, self.clear_central_check()) {
            (Freshness::CentralRecord { asked_ms }, _) => Some(now_ms.saturating_sub(asked_ms)),
            (Freshness::OwnReferrals { .. }, Some(check)) => check.age_of_information_ms,
            (Freshness::OwnReferrals { as_of_ms }, None) => {
                as_of_ms.map(|as_of| now_ms.saturating_sub(as_of))
            }
        }
    }

    fn clear_central_check(&self) -> Option<&Check> {
        self.checks.iter().find(|check| {
            let says = match check.engaged {
                Some(Engaged::Yes | Engaged::No) => check.finds_earlier_referrals(),
                Some(Engaged::NotKnown) | None => {
                    check.kind == "prior_referrals" && check.result == "nothing_found"
                }
            };
            says && codes::entry(CodeList::CheckChannels, &check.channel)
                .is_some_and(|channel| channel.says_yes("reaches_central"))
        })
    }
}
