//! Times as people in London read them.
//!
//! Does not know the time.

use chrono::NaiveDate;
use maud::{Markup, html};
use sync_core::local_time::{local_day, local_minute, local_text};

use super::words::home as words;

/// Where something is decided or read out: *Tuesday 1 December 2026, 10:00*.
pub(super) fn long(ms: u64) -> Markup {
    html! { time datetime=(local_text(ms)) { (local_day(ms).format("%A %-d %B %Y")) ", " (clock(ms)) } }
}

/// In lists: *Tue 1 Dec, 10:00*. The year is said where it is another one than now.
pub(super) fn short(ms: u64, now_ms: u64) -> Markup {
    let (day, today) = (local_day(ms), local_day(now_ms));
    let same_year = day.format("%Y").to_string() == today.format("%Y").to_string();
    let day = if same_year { day.format("%a %-d %b") } else { day.format("%a %-d %b %Y") };
    html! { time datetime=(local_text(ms)) { (day) ", " (clock(ms)) } }
}

/// Until when something is due: a day's deadline is its end, not the first minute of the next day.
pub(super) fn due(ms: u64, now_ms: u64) -> Markup {
    if local_minute(ms) != 0 || ms == 0 {
        return short(ms, now_ms);
    }
    let day = local_day(ms - 1);
    html! { (words::DAY_ENDS) " " time datetime=(day) { (day.format("%a %-d %b")) } }
}

/// A day, such as one of birth, from its text.
pub(super) fn day(text: &str) -> Option<String> {
    text.parse::<NaiveDate>().ok().map(|day| day.format("%-d %B %Y").to_string())
}

/// The same as [`long`], without markup.
pub(super) fn plain(ms: u64) -> String {
    format!("{}, {}", local_day(ms).format("%A %-d %B %Y"), clock(ms))
}

fn clock(ms: u64) -> String {
    let minute = local_minute(ms);
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
