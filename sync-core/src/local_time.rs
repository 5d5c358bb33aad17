//! London's local time: the day, the minute and the age that people live by, from milliseconds since 1970.
//!
//! Every date, age and due day of this system comes from here, on phones and on the server. The rules of summer time
//! are those of the time zone database; all of the United Kingdom keeps them. Does not know any other zone.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _, Timelike as _};
use chrono_tz::Europe::London;
use chrono_tz::Tz;

use crate::clock::ClockMark;

pub(crate) const MINUTE_MS: u64 = 60_000;
pub(crate) const HOUR_MS: u64 = 60 * MINUTE_MS;

/// The latest time that is told apart, the end of the year 9998; what claims to be later counts as this.
const LAST_MS: u64 = 253_370_764_799_999;

/// The local day of a time.
#[must_use]
pub fn local_day(ms: u64) -> NaiveDate {
    local(ms).date()
}

/// The day that it is in London, and whether the clock that says so is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Today {
    /// The local day.
    pub date: NaiveDate,
    /// Whether it is certain.
    pub clock: ClockMark,
}

/// As a report says it.
impl fmt::Display for Today {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.clock {
            ClockMark::Plain => write!(out, "{}", self.date),
            ClockMark::Suspect => {
                write!(out, "{} (the phone's clock was not certain: check the date)", self.date)
            }
        }
    }
}

/// The minute of the local day of a time, 0 to 1439.
#[must_use]
pub fn local_minute(ms: u64) -> u16 {
    let time = local(ms).time();
    u16::try_from(time.hour() * 60 + time.minute()).expect("a day has 1440 minutes")
}

/// A time as people in London write it down, with how far their clocks are ahead of UTC (RFC 3339).
#[must_use]
pub fn local_text(ms: u64) -> String {
    zoned(ms).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// When a local day begins. A day before 1970 begins at 0.
#[must_use]
pub fn day_begins_ms(day: NaiveDate) -> u64 {
    moment_ms(day.and_time(NaiveTime::MIN))
}

/// When a local day ends: the beginning of the next.
#[must_use]
pub fn day_ends_ms(day: NaiveDate) -> u64 {
    day_begins_ms(after(day, 1))
}

/// The same time of the local day, some days later: seven days after nine o'clock it is nine o'clock, also when the
/// clocks have changed meanwhile.
#[must_use]
pub fn days_later_ms(from_ms: u64, days: u32) -> u64 {
    let from = local(from_ms);
    moment_ms(after(from.date(), days).and_time(from.time()))
}

/// The day some days later.
pub(crate) fn after(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)
}

fn local(ms: u64) -> NaiveDateTime {
    zoned(ms).naive_local()
}

fn zoned(ms: u64) -> DateTime<Tz> {
    let ms = i64::try_from(ms.min(LAST_MS)).expect("the last time fits");
    let time = DateTime::from_timestamp_millis(ms).expect("the calendar reaches beyond the last time");
    time.with_timezone(&London)
}

/// Of an hour that the clocks show twice, the first; in one that they leave out, the hour after.
fn moment_ms(local: NaiveDateTime) -> u64 {
    let exact = London.from_local_datetime(&local).earliest();
    let ms = exact.map_or_else(|| local.and_utc().timestamp_millis(), |time| time.timestamp_millis());
    u64::try_from(ms).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect(text)
    }

    fn ms(text: &str) -> u64 {
        let time = DateTime::parse_from_rfc3339(text).expect(text);
        u64::try_from(time.timestamp_millis()).expect("after 1970")
    }

    #[test]
    fn summer_time_begins_and_ends_at_one_in_the_morning() {
        let cases = [
            ("2026-03-28T23:30:00Z", "2026-03-28", 23 * 60 + 30),
            ("2026-03-29T00:59:59Z", "2026-03-29", 59),
            ("2026-03-29T01:00:00Z", "2026-03-29", 2 * 60),
            ("2026-06-30T23:00:00Z", "2026-07-01", 0),
            ("2026-10-25T00:30:00Z", "2026-10-25", 90),
            ("2026-10-25T01:00:00Z", "2026-10-25", 60),
            ("2026-12-31T23:59:00Z", "2026-12-31", 23 * 60 + 59),
        ];
        for (time, local, minute) in cases {
            assert_eq!(local_day(ms(time)), day(local), "{time}");
            assert_eq!(local_minute(ms(time)), minute, "{time}");
        }
    }

    #[test]
    fn summer_time_changes_on_the_days_that_were_kept() {
        let kept = [
            (2018, "03-25", "10-28"),
            (2019, "03-31", "10-27"),
            (2020, "03-29", "10-25"),
            (2021, "03-28", "10-31"),
            (2022, "03-27", "10-30"),
            (2023, "03-26", "10-29"),
            (2024, "03-31", "10-27"),
            (2025, "03-30", "10-26"),
            (2026, "03-29", "10-25"),
        ];
        let hours = |date: NaiveDate| (day_ends_ms(date) - day_begins_ms(date)) / 3_600_000;
        for (year, spring, autumn) in kept {
            assert_eq!(hours(day(&format!("{year}-{spring}"))), 23, "{year}");
            assert_eq!(hours(day(&format!("{year}-{autumn}"))), 25, "{year}");
        }
    }

    #[test]
    fn every_moment_of_a_local_day_lies_in_it() {
        let mut date = day("2025-12-01");
        while date < day("2027-02-01") {
            let (begins, ends) = (day_begins_ms(date), day_ends_ms(date));
            assert_eq!([local_day(begins), local_day(ends - 1)], [date, date]);
            assert_eq!(local_minute(begins), 0, "{date}");
            date = date.succ_opt().expect("far from the end");
        }
    }

    #[test]
    fn seven_days_after_nine_it_is_nine_also_when_the_clocks_have_changed() {
        let cases = [
            ("2026-03-25T09:00:00+00:00", 7, "2026-04-01T09:00:00+01:00"),
            ("2026-10-20T09:00:00+01:00", 7, "2026-10-27T09:00:00+00:00"),
            ("2026-06-01T09:00:00+01:00", 0, "2026-06-01T09:00:00+01:00"),
            // Half past one does not come on the day on which summer time begins.
            ("2026-03-22T01:30:00+00:00", 7, "2026-03-29T02:30:00+01:00"),
        ];
        for (from, days, then) in cases {
            assert_eq!(days_later_ms(ms(from), days), ms(then), "{from} and {days} days");
        }
    }

    #[test]
    fn after_midnight_in_summer_it_is_the_new_day_in_london() {
        let half_past_midnight = ms("2026-07-15T00:30:00+01:00");
        assert_eq!(local_day(half_past_midnight), day("2026-07-15"), "in UTC it is still the day before");
        assert_eq!(local_text(half_past_midnight), "2026-07-15T00:30:00+01:00");
    }

    #[test]
    fn a_clock_from_nowhere_has_a_day_all_the_same() {
        for wild in [0, 1, u64::MAX, u64::MAX / 2, 253_402_300_799_999] {
            assert!(local_minute(wild) < 1440);
            assert!(days_later_ms(wild, u32::MAX) > 0, "{wild}");
            assert!(day_ends_ms(local_day(wild)) > 0, "{wild}");
        }
    }
}
