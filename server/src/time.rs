//! The one clock of the server.
//!
//! Does not tell any other part of the server the time: it is passed on as an argument.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, NaiveDate};

/// How far this process's time lies ahead of the machine's; nothing but a rehearsal moves it.
static AHEAD_MS: AtomicI64 = AtomicI64::new(0);

/// Lets this process play another day: a rehearsal of a week does not last a week.
pub fn play_ahead(ahead_ms: i64) {
    AHEAD_MS.store(ahead_ms, Ordering::Relaxed);
}

/// How far this process lives ahead of the machine, in milliseconds.
pub(crate) fn ahead_ms() -> i64 {
    AHEAD_MS.load(Ordering::Relaxed)
}

/// Milliseconds since 1970-01-01T00:00:00Z.
///
/// # Panics
/// Half a billion years from now.
#[must_use]
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let since = u64::try_from(since.as_millis()).expect("milliseconds fit 64 bits for half a billion years");
    since.saturating_add_signed(ahead_ms())
}

/// The UTC date of a time; of one that no calendar reaches, the last that there is.
#[must_use]
pub fn date_of(ms: u64) -> NaiveDate {
    let at = i64::try_from(ms).ok().and_then(DateTime::from_timestamp_millis);
    at.map_or(NaiveDate::MAX, |at| at.date_naive())
}

#[cfg(test)]
mod tests {
    use super::date_of;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (ms, date) in [
            (0, "1970-01-01"),
            (951_782_400_000, "2000-02-29"),
            (951_868_800_000, "2000-03-01"),
            (1_780_000_000_000, "2026-05-28"),
            (4_107_542_399_999, "2100-02-28"),
        ] {
            assert_eq!(date_of(ms).to_string(), date);
        }
    }
}
