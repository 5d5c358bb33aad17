//! Working days, against dates that were kept.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate};

use super::super::*;
use crate::policy::Calendar;

fn day(text: &str) -> NaiveDate {
    text.parse().expect(text)
}

fn ms(text: &str) -> u64 {
    let time = DateTime::parse_from_rfc3339(text).expect(text);
    u64::try_from(time.timestamp_millis()).expect("after 1970")
}

/// Bank holidays as they were published, `YYYY: MM-DD …`.
fn assert_kept(calendar: Calendar, published: &[(i32, &str)]) {
    for (year, days) in published {
        let expected: BTreeSet<NaiveDate> = days.split(' ').map(|md| day(&format!("{year}-{md}"))).collect();
        assert_eq!(bank_holidays(calendar, *year, &[]), expected, "{calendar:?} {year}");
    }
}

#[test]
fn bank_holidays_of_england_and_wales_are_those_that_were_published() {
    assert_kept(
        Calendar::EnglandAndWales,
        &[
            (2018, "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26"),
            (2019, "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26"),
            (2020, "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28"),
            (2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28"),
            (2022, "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27"),
            (2023, "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26"),
            (2024, "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26"),
            (2025, "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26"),
            (2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28"),
            (2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28"),
            (2028, "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26"),
            (2029, "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26"),
            (2030, "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26"),
        ],
    );
}

#[test]
fn the_other_nations_keep_their_own() {
    assert_kept(
        Calendar::Scotland,
        &[
            (2022, "01-03 01-04 04-15 05-02 06-02 06-03 08-01 09-19 11-30 12-26 12-27"),
            (2023, "01-02 01-03 04-07 05-01 05-08 05-29 08-07 11-30 12-25 12-26"),
            (2024, "01-01 01-02 03-29 05-06 05-27 08-05 12-02 12-25 12-26"),
            (2026, "01-01 01-02 04-03 05-04 05-25 06-15 08-03 11-30 12-25 12-28"),
        ],
    );
    assert_kept(
        Calendar::NorthernIreland,
        &[
            (2024, "01-01 03-18 03-29 04-01 05-06 05-27 07-12 08-26 12-25 12-26"),
            (2025, "01-01 03-17 04-18 04-21 05-05 05-26 07-14 08-25 12-25 12-26"),
        ],
    );
}

#[test]
fn no_bank_holiday_is_kept_at_a_weekend() {
    for calendar in [Calendar::EnglandAndWales, Calendar::Scotland, Calendar::NorthernIreland] {
        for year in 1996..2200 {
            let days = bank_holidays(calendar, year, &[]);
            assert!(days.len() >= 8, "{calendar:?} {year}");
            assert!(days.iter().all(|day| !is_working_day(calendar, *day, &[])));
            assert!(days.iter().all(|day| day.format("%a").to_string().starts_with(['M', 'T', 'W', 'F'])));
        }
    }
}

#[test]
fn a_working_day_ends_with_its_local_day() {
    let cases = [
        // A Monday to the end of Tuesday.
        ("2026-02-02T10:00:00Z", 1, "2026-02-04T00:00:00Z"),
        // In summer the day ends at 23:00 UTC.
        ("2026-07-06T10:00:00Z", 1, "2026-07-07T23:00:00Z"),
        // Late on a summer Thursday in UTC it is Friday in London: the next working day is Monday.
        ("2026-07-09T23:30:00Z", 1, "2026-07-13T23:00:00Z"),
        // Friday, and Saturday, to Monday.
        ("2026-02-06T10:00:00Z", 1, "2026-02-10T00:00:00Z"),
        ("2026-02-07T10:00:00Z", 1, "2026-02-10T00:00:00Z"),
        // Thursday before Easter: Friday and Monday do not count.
        ("2026-04-02T10:00:00Z", 1, "2026-04-07T23:00:00Z"),
        // Christmas Eve, with the substitute of Boxing Day.
        ("2026-12-24T10:00:00Z", 1, "2026-12-30T00:00:00Z"),
        // Ten working days over Easter and the change of the clocks.
        ("2026-03-25T10:00:00Z", 10, "2026-04-10T23:00:00Z"),
        ("2026-02-02T10:00:00Z", 0, "2026-02-03T00:00:00Z"),
    ];
    for (from, count, expected) in cases {
        let at = working_days_later_ms(Calendar::EnglandAndWales, ms(from), count, &[]);
        assert_eq!(at, ms(expected), "{from} and {count}: {at}");
    }
}

#[test]
fn a_clock_from_nowhere_stops_nothing() {
    for wild in [0, 1, u64::MAX, u64::MAX / 2, 253_402_300_799_999] {
        let at = working_days_later_ms(Calendar::EnglandAndWales, wild, 2, &[]);
        assert!(at >= 1, "{wild}");
    }
}

#[test]
fn a_holiday_that_is_proclaimed_later_is_no_working_day() {
    let proclaimed = |calendar: &str, change| Holiday {
        calendar: calendar.to_owned(),
        date: day("2026-02-03"),
        change,
        label: "A day of thanks".to_owned(),
    };
    let monday = ms("2026-02-02T10:00:00Z");
    let due = |nation, later: &[Holiday]| working_days_later_ms(nation, monday, 1, later);
    let (tuesday, wednesday) = (ms("2026-02-04T00:00:00Z"), ms("2026-02-05T00:00:00Z"));
    let everywhere = [proclaimed("*", Change::Held)];
    let in_scotland = [proclaimed("scotland", Change::Held)];
    let taken_back = [proclaimed("*", Change::Held), proclaimed("*", Change::NotHeld)];
    assert_eq!(due(Calendar::EnglandAndWales, &everywhere), wednesday);
    assert_eq!(due(Calendar::EnglandAndWales, &in_scotland), tuesday);
    assert_eq!(due(Calendar::Scotland, &in_scotland), wednesday);
    assert_eq!(due(Calendar::EnglandAndWales, &taken_back), tuesday, "the last word counts");
    assert!(everywhere[0].is_known() && !proclaimed("wales", Change::Held).is_known());
}
