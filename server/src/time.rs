//! The one clock of the server.
//!
//! Does not tell any other part of the server the time: it is passed on as an argument.

use std::future::Future;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

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

/// A span of time in words, such as `3 days`: its largest unit, rounded down.
pub(crate) fn span(ms: u64) -> String {
    let units = [("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000)];
    let (unit, many) = units
        .into_iter()
        .map(|(unit, length_ms)| (unit, ms / length_ms))
        .find(|(_, many)| *many > 0)
        .unwrap_or(("second", ms / 1000));
    if many == 1 { format!("1 {unit}") } else { format!("{many} {unit}s") }
}

/// An answer, so long after the request at the earliest: how long it took says nothing, also not of what is refused.
pub(crate) async fn not_before<T>(arrived: Instant, least_ms: u64, answer: impl Future<Output = T>) -> T {
    let answer = answer.await;
    tokio::time::sleep_until((arrived + Duration::from_millis(least_ms)).into()).await;
    answer
}
