//! How long a phone waits before it synchronises by itself again: longer after each failure, and no two phones alike.
//!
//! Kept in the store, so that a phone that starts anew does not ask at once. Does not keep a person from
//! synchronising: whoever asks now is served now.

use serde::{Deserialize, Serialize};

/// After the first failure.
const FIRST_MS: u64 = 5_000;
/// The most that failures come to.
const MOST_MS: u64 = 15 * 60 * 1000;
/// The most that a server can ask for: beyond a day it is a slip.
const MOST_ASKED_MS: u64 = 24 * 60 * 60 * 1000;

/// A pause after failures in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// How many synchronisations have failed in a row.
    failures: u32,
    /// What the phone's clock said at the last one.
    since_ms: u64,
    /// How long the pause is.
    length_ms: u64,
}

impl Pause {
    /// The pause after a failure. It doubles with each; half of it is drawn, so that phones that failed together do not
    /// come back together. It is never shorter than the server asked for.
    #[must_use]
    pub fn after(before: Option<Self>, asked_ms: Option<u64>, clock_ms: u64, drawn: u16) -> Self {
        let failures = before.map_or(0, |pause| pause.failures).saturating_add(1);
        let whole = FIRST_MS.saturating_mul(1 << (failures - 1).min(16)).min(MOST_MS);
        let jittered = whole / 2 + whole / 2 * u64::from(drawn) / u64::from(u16::MAX);
        let length_ms = jittered.max(asked_ms.unwrap_or_default().min(MOST_ASKED_MS));
        Self { failures, since_ms: clock_ms, length_ms }
    }

    /// How much of it is left. A clock that was set back does not make it longer.
    #[must_use]
    pub fn left_ms(self, clock_ms: u64) -> u64 {
        self.length_ms.saturating_sub(clock_ms.saturating_sub(self.since_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_doubles_the_pause_up_to_a_quarter_of_an_hour() {
        let mut pause = None;
        let lengths: Vec<u64> = (0..12)
            .map(|_| {
                let next = Pause::after(pause, None, 0, u16::MAX);
                pause = Some(next);
                next.left_ms(0)
            })
            .collect();
        assert_eq!(lengths[..4], [5_000, 10_000, 20_000, 40_000]);
        assert_eq!(lengths[11], MOST_MS);
    }

    #[test]
    fn half_of_it_is_drawn() {
        let least = Pause::after(None, None, 0, 0).left_ms(0);
        let most = Pause::after(None, None, 0, u16::MAX).left_ms(0);
        assert_eq!((least, most), (2_500, 5_000));
    }

    #[test]
    fn what_the_server_asks_for_is_kept_but_not_beyond_a_day() {
        assert_eq!(Pause::after(None, Some(120_000), 7, 0).left_ms(7), 120_000);
        assert_eq!(Pause::after(None, Some(u64::MAX), 7, 0).left_ms(7), MOST_ASKED_MS);
    }

    #[test]
    fn it_runs_down_and_a_clock_that_was_set_back_does_not_make_it_longer() {
        let pause = Pause::after(None, Some(60_000), 1_000_000, 0);
        assert_eq!(pause.left_ms(1_020_000), 40_000);
        assert_eq!(pause.left_ms(9_000_000), 0);
        assert_eq!(pause.left_ms(5), 60_000);
    }
}
