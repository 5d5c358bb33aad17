//! One report over all rows.
//!
//! Does not know what its reader calls a period.

use serde::{Deserialize, Serialize};

use super::TOO_FEW;
use super::effort::FormEffort;
use super::equality::{Areas, Attribute, Equality, Step};
use super::figures::Figures;
use super::funnel::{Funnel, count};
use super::gaps::Gaps;
use super::times::Times;
use crate::persons::Persons;
use crate::referral::act::YesNo;

/// Encounters from one moment until before another, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Period {
    /// From.
    pub from_ms: u64,
    /// Until before.
    pub until_ms: u64,
}

impl Period {
    fn holds(self, row: &Figures) -> bool {
        (self.from_ms..self.until_ms).contains(&row.found_ms)
    }
}

/// How many encounters a report is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Counted {
    /// Encounters in the period; none where they are fewer than ten, and then nothing else is shown of it.
    pub encounters: Option<u64>,
    /// Voluntary referrals in the period: no encounter of the police stands behind them, and no result counts them.
    /// None where they are fewer than ten.
    pub voluntary: Option<u64>,
}

/// What a scheme achieves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// The encounters that funnel, times and gaps are about.
    pub period: Period,
    /// How many they are.
    pub counted: Counted,
    /// The way from the roadside to completion; none of fewer than ten encounters.
    pub funnel: Option<Funnel>,
    /// Waiting times; likewise.
    pub times: Option<Times>,
    /// Gaps in the paperwork; likewise.
    pub gaps: Option<Gaps>,
    /// What referring costs officers, of all of them together; likewise.
    pub effort: Option<FormEffort>,
    /// Equality, over all encounters since the start: two periods could be subtracted from each other.
    pub equality: Vec<Equality>,
}

/// Makes the report.
#[must_use]
pub fn report(rows: &[Figures], persons: &Persons, areas: &Areas, period: Period) -> Report {
    let police: Vec<&Figures> = rows.iter().filter(|row| row.voluntary == YesNo::No).collect();
    let here: Vec<&Figures> = police.iter().copied().filter(|row| period.holds(row)).collect();
    let voluntary = rows.iter().filter(|row| row.voluntary == YesNo::Yes && period.holds(row));
    let enough = |count: u64| (count >= TOO_FEW as u64).then_some(count);
    let encounters = enough(here.len() as u64);
    let tables = Attribute::ALL.iter().flat_map(|attribute| Step::ALL.map(|step| (*attribute, step)));
    Report {
        period,
        counted: Counted { encounters, voluntary: enough(count(voluntary)) },
        funnel: encounters.map(|_| Funnel::of(&here)),
        times: encounters.map(|_| Times::of(&here)),
        gaps: encounters.map(|_| Gaps::of(&here, rows, persons)),
        effort: encounters.map(|_| FormEffort::of(&here)),
        equality: tables.map(|(attribute, step)| Equality::of(&police, attribute, step, areas)).collect(),
    }
}
