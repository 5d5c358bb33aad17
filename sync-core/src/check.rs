//! Checks of single answers, each naming its field: codes, texts and dates.
//!
//! Does not repeat what was entered. What contradicts another answer: see [`crate::referral::plausible`].

use crate::codes::{self, CodeList};
use crate::local_time::local_day;
use crate::referral::act::fields;
use chrono::NaiveDate;

use crate::problem::Problem;

/// The oldest age that anybody has.
pub const OLDEST_YEARS: u8 = 120;

/// A code that is in its list and in use.
///
/// # Errors
/// [`Problem`] naming the field.
pub fn code(field: &str, list: CodeList, code: &str, now_ms: u64) -> Result<(), Problem> {
    if !codes::contains(list, code) || codes::is_not_chosen(list, code) {
        return Err(Problem::at("code_unknown", field, format!("see the list {}", list.name())));
    }
    let current = codes::is_current(list, code, local_day(now_ms));
    if current {
        Ok(())
    } else {
        Err(Problem::at("code_retired", field, format!("see the list {}", list.name())))
    }
}

/// Codes that are in their list and in use, none twice.
///
/// # Errors
/// [`Problem`] naming the field.
pub fn code_list(field: &str, list: CodeList, all: &[String], now_ms: u64) -> Result<(), Problem> {
    for (place, one) in all.iter().enumerate() {
        code(field, list, one, now_ms)?;
        if all[..place].contains(one) {
            return Err(Problem::at("field_repeated", field, "a code is there twice"));
        }
    }
    Ok(())
}

/// A text that says something.
///
/// # Errors
/// [`Problem`] naming the field.
pub fn text(field: &str, text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() { Err(Problem::at("text_empty", field, "")) } else { Ok(()) }
}

/// A telephone number that can be rung from anywhere (E.164 has 15 digits at most). Its shape allows more: what was recorded
/// before stays.
///
/// # Errors
/// [`Problem`] naming the field.
pub fn phone(field: &str, typed: &str) -> Result<(), Problem> {
    let digits = typed.bytes().filter(u8::is_ascii_digit).count();
    // Where there are hardly any it is no number at all, which the shape says.
    if digits < 3 || (8..=15).contains(&digits) {
        Ok(())
    } else {
        Err(Problem::at("number_malformed", field, "a telephone number with its area code: 8 to 15 digits"))
    }
}

/// A family or given name; one that is empty is asked for elsewhere.
///
/// # Errors
/// [`Problem`] naming the field.
pub fn name(field: &str, typed: &str) -> Result<(), Problem> {
    fields::part_of_name(typed).map_err(|(code, fault)| Problem::at(code, field, fault))
}

/// A date that exists.
///
/// # Errors
/// [`Problem`] naming the field.
pub fn date(field: &str, text: &str) -> Result<NaiveDate, Problem> {
    let written = text.len() == 10;
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| written);
    date.ok_or_else(|| Problem::at("date_impossible", field, "write it as 1990-12-31"))
}

/// A date of birth: not after today, and not beyond the oldest age.
///
/// # Errors
/// [`Problem`] naming the field.
pub fn born(field: &str, text: &str, now_ms: u64) -> Result<NaiveDate, Problem> {
    let born = date(field, text)?;
    let today = local_day(now_ms);
    if born > today {
        return Err(Problem::at("date_impossible", field, "it lies in the future"));
    }
    let years = today.years_since(born).unwrap_or_default();
    if years > u32::from(OLDEST_YEARS) {
        return Err(Problem::at("date_impossible", field, "nobody is that old"));
    }
    Ok(born)
}

#[cfg(test)]
mod tests {
    use super::phone;

    #[test]
    fn a_number_can_be_rung_from_anywhere() {
        for good in
            ["07700 900123", "+44 (0)7700-900123", "01632 960111", "+48 22 123 45 67", "ask his sister"]
        {
            assert!(phone("reach.phone", good).is_ok(), "{good}");
        }
        for bad in ["0770", "960111", "07700 900123 07700 900124"] {
            let problem = phone("reach.phone", bad).expect_err("it is none");
            assert_eq!(
                (problem.code.as_str(), problem.field.as_deref()),
                ("number_malformed", Some("reach.phone"))
            );
        }
    }
}
