//! Checks of single answers, each naming its field: codes, texts, dates and moments.
//!
//! Does not repeat what was entered.

use chrono::NaiveDate;
use sync_core::codes::{self, CodeList};

use crate::problem::Problem;

const DAY_MS: u64 = 86_400_000;
const OLDEST_YEARS: i32 = 120;

/// The day of a moment, in UTC.
pub(crate) fn day(ms: u64) -> NaiveDate {
    let days = i64::try_from(ms / DAY_MS).unwrap_or(i64::MAX);
    let epoch = NaiveDate::default();
    chrono::TimeDelta::try_days(days)
        .and_then(|days| epoch.checked_add_signed(days))
        .unwrap_or(NaiveDate::MAX)
}

/// A code that is in its list and in use.
pub(crate) fn code(field: &str, list: CodeList, code: &str, now_ms: u64) -> Result<(), Problem> {
    if !codes::contains(list, code) || codes::is_servers_own(list, code) {
        return Err(Problem::at("code_unknown", field, format!("see the list {}", list.name())));
    }
    let current = codes::is_current(list, code, day(now_ms));
    if current {
        Ok(())
    } else {
        Err(Problem::at("code_retired", field, format!("see the list {}", list.name())))
    }
}

/// Codes that are in their list and in use, none twice.
pub(crate) fn code_list(field: &str, list: CodeList, all: &[String], now_ms: u64) -> Result<(), Problem> {
    for (place, one) in all.iter().enumerate() {
        code(field, list, one, now_ms)?;
        if all[..place].contains(one) {
            return Err(Problem::at("field_repeated", field, "a code is there twice"));
        }
    }
    Ok(())
}

/// A text that says something.
pub(crate) fn text(field: &str, text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() { Err(Problem::at("text_empty", field, "")) } else { Ok(()) }
}

/// A date that exists.
pub(crate) fn date(field: &str, text: &str) -> Result<NaiveDate, Problem> {
    let written = text.len() == 10;
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| written);
    date.ok_or_else(|| Problem::at("date_impossible", field, "write it as 1990-12-31"))
}

/// A date of birth: not after today, and not beyond the oldest age.
pub(crate) fn born(field: &str, text: &str, now_ms: u64) -> Result<NaiveDate, Problem> {
    let born = date(field, text)?;
    let today = day(now_ms);
    if born > today {
        return Err(Problem::at("date_impossible", field, "it lies in the future"));
    }
    let years = today.years_since(born).unwrap_or_default();
    if i64::from(years) > i64::from(OLDEST_YEARS) {
        return Err(Problem::at("date_impossible", field, "nobody is that old"));
    }
    Ok(born)
}

/// A moment that has come, give or take a day; the present when none is named.
pub(crate) fn past(field: &str, at_ms: Option<u64>, now_ms: u64) -> Result<u64, Problem> {
    let at_ms = at_ms.unwrap_or(now_ms);
    let old = now_ms.saturating_sub(at_ms) > 366 * DAY_MS;
    if at_ms > now_ms.saturating_add(DAY_MS) || old {
        return Err(Problem::at("date_impossible", field, "it lies in the future, or more than a year back"));
    }
    Ok(at_ms)
}

/// A moment of an appointment: within a year on either side.
pub(crate) fn appointment(field: &str, at_ms: u64, now_ms: u64) -> Result<u64, Problem> {
    if at_ms.abs_diff(now_ms) > 366 * DAY_MS {
        return Err(Problem::at("date_impossible", field, "it lies more than a year away"));
    }
    Ok(at_ms)
}
