//! When somebody was born, as exactly as it is known: a day, a month, a year, or an age that an officer guessed.
//!
//! Does not know what today is: a guessed age carries the year in which it was guessed.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rules::ReasonCode;

/// When somebody was born. Written `1990-02-28`, `1990-02`, `1990`, or `~34@2026` for an age guessed in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Born {
    /// The day is known.
    Day(NaiveDate),
    /// The month is known.
    Month {
        /// The year.
        year: u16,
        /// The month, from 1.
        month: u8,
    },
    /// The year is known.
    Year(u16),
    /// Somebody guessed an age.
    Age {
        /// The age in years.
        years: u8,
        /// The year of the guess.
        guessed_in: u16,
    },
}

/// A text that is no date of birth. Carries no input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no date of birth: write 1990-02-28, 1990-02, 1990, or ~34@2026 for an age guessed in a year")]
pub struct BadBorn;

impl Born {
    /// The day, where it is known exactly.
    #[must_use]
    pub fn day(self) -> Option<NaiveDate> {
        match self {
            Self::Day(day) => Some(day),
            Self::Month { .. } | Self::Year(_) | Self::Age { .. } => None,
        }
    }

    /// The year; for a guessed age the year that it points to.
    fn year(self) -> i32 {
        match self {
            Self::Day(day) => day.year(),
            Self::Month { year, .. } | Self::Year(year) => i32::from(year),
            Self::Age { years, guessed_in } => i32::from(guessed_in) - i32::from(years),
        }
    }

    fn month(self) -> Option<u32> {
        match self {
            Self::Day(day) => Some(day.month()),
            Self::Month { month, .. } => Some(u32::from(month)),
            Self::Year(_) | Self::Age { .. } => None,
        }
    }
}

/// What two dates of birth say of each other. `within_years` is how far a guessed age may be off.
pub(super) fn compare(a: Born, b: Born, within_years: u8) -> ReasonCode {
    let apart = (a.year() - b.year()).abs();
    match (a, b) {
        (Born::Day(a), Born::Day(b)) => days(a, b),
        (Born::Age { .. }, _) | (_, Born::Age { .. }) => {
            if apart <= i32::from(within_years) {
                ReasonCode::BornAgeFits
            } else {
                ReasonCode::BornAgeOff
            }
        }
        (Born::Year(_), _) | (_, Born::Year(_)) => match apart {
            0 => ReasonCode::BornYearEqual,
            1 => ReasonCode::BornYearNear,
            _ => ReasonCode::BornDiffers,
        },
        (Born::Month { .. }, _) | (_, Born::Month { .. }) => {
            if apart == 0 && a.month() == b.month() {
                ReasonCode::BornMonthEqual
            } else {
                ReasonCode::BornDiffers
            }
        }
    }
}

fn days(a: NaiveDate, b: NaiveDate) -> ReasonCode {
    let swapped = NaiveDate::from_ymd_opt(a.year(), a.day(), a.month());
    let digits = |day: NaiveDate| format!("{:04}{:02}{:02}", day.year(), day.month(), day.day());
    if a == b {
        return if (a.day(), a.month()) == (1, 1) { ReasonCode::BornNewYear } else { ReasonCode::BornEqual };
    }
    if swapped == Some(b) {
        return ReasonCode::BornSwapped;
    }
    if strsim::osa_distance(&digits(a), &digits(b)) <= 1 {
        ReasonCode::BornSlip
    } else {
        ReasonCode::BornDiffers
    }
}

impl fmt::Display for Born {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Month { year, month } => write!(f, "{year:04}-{month:02}"),
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Age { years, guessed_in } => write!(f, "~{years}@{guessed_in:04}"),
        }
    }
}

impl FromStr for Born {
    type Err = BadBorn;
    fn from_str(text: &str) -> Result<Self, BadBorn> {
        let number = |text: &str, length: usize| {
            let plain = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| text.parse::<u16>().ok()).flatten().ok_or(BadBorn)
        };
        if let Some(guess) = text.strip_prefix('~') {
            let (years, year) = guess.split_once('@').ok_or(BadBorn)?;
            let years = number(years, years.len().clamp(1, 3))?;
            let years = u8::try_from(years).map_err(|_| BadBorn)?;
            return Ok(Self::Age { years, guessed_in: number(year, 4)? });
        }
        let parts: Vec<&str> = text.split('-').collect();
        match *parts.as_slice() {
            [year] => Ok(Self::Year(number(year, 4)?)),
            [year, month] => {
                let month = u8::try_from(number(month, 2)?).ok().filter(|month| (1..=12).contains(month));
                Ok(Self::Month { year: number(year, 4)?, month: month.ok_or(BadBorn)? })
            }
            [year, month, day] => {
                let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
                let day = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day));
                day.map(Self::Day).ok_or(BadBorn)
            }
            _ => Err(BadBorn),
        }
    }
}

impl Serialize for Born {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Born {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "json-schema")]
schema_as_text! {
    Born "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$";
}

/// The day, and the day with its month swapped where that is one, sorted into one key.
pub(super) fn search_keys(born: Born) -> Option<String> {
    let day = born.day()?;
    let swapped = NaiveDate::from_ymd_opt(day.year(), day.day(), day.month());
    Some(swapped.map_or(day, |swapped| swapped.min(day)).to_string())
}
