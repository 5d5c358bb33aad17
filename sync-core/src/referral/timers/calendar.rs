//! Working days: Monday to Friday, less the bank holidays of a nation.
//!
//! The rules and the single days that differ are data (`schema/codes/bank_holidays.csv`,
//! `bank_holiday_changes.csv`). A fixed day at a weekend moves to the next weekday that is free. Days that were
//! proclaimed since come with the reference data: see [`Holiday`]. Does not know holidays of a force or a service.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::local_time::{after, day_ends_ms, local_day};
use crate::policy::Calendar;

/// When a day's rule puts it.
#[derive(Debug, Clone, Copy)]
enum Rule {
    Fixed { month: u32, day: u32 },
    Easter { days: i64 },
    FirstMonday { month: u32 },
    LastMonday { month: u32 },
}

#[derive(Deserialize)]
struct RuleLine {
    calendar: Calendar,
    rule: String,
}

/// A single day that the rules do not give, or that is not held: compiled in, or brought by the reference data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// The nation, as its calendar is written; `*` for all.
    pub calendar: String,
    /// The day.
    pub date: NaiveDate,
    /// Whether it is a bank holiday, against the rules.
    pub change: Change,
    /// What it is.
    pub label: String,
}

/// Whether a day is a bank holiday, against what the rules give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is.
    Held,
    /// It is not.
    NotHeld,
}

static RULES: LazyLock<BTreeMap<Calendar, Vec<Rule>>> = LazyLock::new(|| {
    let mut rules: BTreeMap<Calendar, Vec<Rule>> = BTreeMap::new();
    for line in lines::<RuleLine>(schema::codes::BANK_HOLIDAYS) {
        rules
            .entry(line.calendar)
            .or_default()
            .push(Rule::read(&line.rule).expect("a test reads every rule"));
    }
    rules
});

static CHANGES: LazyLock<Vec<Holiday>> = LazyLock::new(|| lines(schema::codes::BANK_HOLIDAY_CHANGES));

fn lines<T: serde::de::DeserializeOwned>(csv_text: &str) -> Vec<T> {
    let mut reader = csv::Reader::from_reader(csv_text.as_bytes());
    reader
        .deserialize()
        .map(|line| line.expect("the embedded lists are well formed; a test reads them"))
        .collect()
}

impl Rule {
    fn read(text: &str) -> Option<Rule> {
        let (name, value) = text.split_once(' ')?;
        match name {
            "fixed" => {
                let (month, day) = value.split_once('-')?;
                Some(Rule::Fixed { month: month.parse().ok()?, day: day.parse().ok()? })
            }
            "easter" => Some(Rule::Easter { days: value.parse().ok()? }),
            "first_monday" => Some(Rule::FirstMonday { month: value.parse().ok()? }),
            "last_monday" => Some(Rule::LastMonday { month: value.parse().ok()? }),
            _ => None,
        }
    }

    fn day(self, year: i32) -> Option<NaiveDate> {
        match self {
            Rule::Fixed { month, day } => NaiveDate::from_ymd_opt(year, month, day),
            Rule::Easter { days } => Some(easter_sunday(year) + chrono::TimeDelta::days(days)),
            Rule::FirstMonday { month } => NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, 1),
            Rule::LastMonday { month } => (4..=5)
                .rev()
                .find_map(|nth| NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, nth)),
        }
    }
}

/// The bank holidays of a nation in a year, each on the weekday on which it is kept; `later` are those that were
/// proclaimed after this software was built.
#[must_use]
pub fn bank_holidays(calendar: Calendar, year: i32, later: &[Holiday]) -> BTreeSet<NaiveDate> {
    let rules = RULES.get(&calendar).into_iter().flatten();
    let days: BTreeSet<NaiveDate> = rules.filter_map(|rule| rule.day(year)).collect();
    let (weekend, mut kept): (BTreeSet<_>, BTreeSet<_>) = days.into_iter().partition(|day| is_weekend(*day));
    for mut day in weekend {
        while is_weekend(day) || kept.contains(&day) {
            day = after(day, 1);
        }
        kept.insert(day);
    }
    let changes = CHANGES.iter().chain(later);
    for line in changes.filter(|line| line.date.year() == year && line.concerns(calendar)) {
        match line.change {
            Change::Held => kept.insert(line.date),
            Change::NotHeld => kept.remove(&line.date),
        };
    }
    kept
}

impl Holiday {
    /// Whether its nation is one of this scheme's.
    #[must_use]
    pub fn is_known(&self) -> bool {
        let nations = [Calendar::EnglandAndWales, Calendar::Scotland, Calendar::NorthernIreland];
        nations.into_iter().any(|calendar| self.concerns(calendar))
    }

    fn concerns(&self, calendar: Calendar) -> bool {
        self.calendar == "*" || self.calendar == name(calendar)
    }
}

fn name(calendar: Calendar) -> &'static str {
    match calendar {
        Calendar::EnglandAndWales => "england-and-wales",
        Calendar::Scotland => "scotland",
        Calendar::NorthernIreland => "northern-ireland",
    }
}

/// Whether people work on a day.
#[must_use]
pub fn is_working_day(calendar: Calendar, day: NaiveDate, later: &[Holiday]) -> bool {
    !is_weekend(day) && !bank_holidays(calendar, day.year(), later).contains(&day)
}

/// The end of the `count`th working day after the local day of a time. The day itself does not count, so
/// there is always at least one whole working day.
#[must_use]
pub fn working_days_later_ms(calendar: Calendar, from_ms: u64, count: u32, later: &[Holiday]) -> u64 {
    let mut day = local_day(from_ms);
    let mut left = count;
    while left > 0 && day < NaiveDate::MAX {
        day = after(day, 1);
        left -= u32::from(is_working_day(calendar, day, later));
    }
    day_ends_ms(day)
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm, Nature 1876, as Meeus gives it).
fn easter_sunday(year: i32) -> NaiveDate {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e, f) = (b / 4, b % 4, (b + 8) / 25);
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let days = h + l - 7 * m;
    let march_22 =
        NaiveDate::from_ymd_opt(year, 3, 22).expect("a year of the Gregorian calendar has a March");
    march_22 + Days::new(u64::try_from(days).expect("Easter is never before 22 March"))
}
