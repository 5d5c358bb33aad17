//! London's local days in milliseconds since 1970 (UTC), without a database of time zones.
//!
//! Summer time runs from the last Sunday of March to the last Sunday of October, each at 01:00 UTC (the Summer
//! Time Act 1972 as amended in 2002); all of the United Kingdom keeps it. Right from 1996 until the law is
//! changed. Does not know any other zone.

use chrono::{DateTime, Datelike, Days, NaiveDate};

pub(super) const MINUTE_MS: u64 = 60_000;
pub(super) const HOUR_MS: u64 = 60 * MINUTE_MS;
pub(super) const DAY_MS: u64 = 24 * HOUR_MS;

/// The latest time that is told apart, the end of the year 9998; what claims to be later counts as this.
const LAST_MS: u64 = 253_370_764_799_999;

/// The local day of a time.
#[must_use]
pub fn local_day(ms: u64) -> NaiveDate {
    utc_day(ms.min(LAST_MS) + offset_ms(ms))
}

/// The minute of the local day of a time, 0 to 1439.
#[must_use]
pub fn local_minute(ms: u64) -> u16 {
    let of_day = (ms.min(LAST_MS) + offset_ms(ms)) % DAY_MS / MINUTE_MS;
    u16::try_from(of_day).expect("a day has 1440 minutes")
}

/// When a local day begins. A day before 1970 begins at 0.
#[must_use]
pub fn day_begins_ms(day: NaiveDate) -> u64 {
    // The clocks never change at midnight, so the offset of the day before's last hour is that of midnight.
    let utc = midnight_utc_ms(day);
    utc.saturating_sub(offset_ms(utc.saturating_sub(HOUR_MS)))
}

/// When a local day ends: the beginning of the next.
#[must_use]
pub fn day_ends_ms(day: NaiveDate) -> u64 {
    day_begins_ms(after(day, 1))
}

/// The day some days later.
pub(super) fn after(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)
}

/// How far London's clocks are ahead of UTC.
fn offset_ms(ms: u64) -> u64 {
    let year = utc_day(ms.min(LAST_MS)).year();
    let changes = |month| midnight_utc_ms(last_sunday(year, month)) + HOUR_MS;
    if (changes(3)..changes(10)).contains(&ms) { HOUR_MS } else { 0 }
}

/// The last Sunday of March or October; both have 31 days.
fn last_sunday(year: i32, month: u32) -> NaiveDate {
    let last = NaiveDate::from_ymd_opt(year, month, 31).expect("both months have 31 days");
    last - Days::new(last.weekday().num_days_from_sunday().into())
}

fn utc_day(ms: u64) -> NaiveDate {
    let time = i64::try_from(ms).ok().and_then(DateTime::from_timestamp_millis);
    time.map_or(NaiveDate::MAX, |time| time.date_naive())
}

fn midnight_utc_ms(day: NaiveDate) -> u64 {
    let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc();
    u64::try_from(midnight.timestamp_millis()).unwrap_or_default()
}
