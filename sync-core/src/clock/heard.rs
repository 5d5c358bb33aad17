//! A device's own time, corrected by what the server said last.
//!
//! ```text
//!   same boot       server time then + uptime since: whatever the clock is set to meanwhile
//!   another boot    the clock with its offset of then, never behind that server time
//! ```
//! Does not read a clock: what the clock and the uptime say arrives as [`Reading`].

use serde::{Deserialize, Serialize};

use super::{ClockMark, MAX_AHEAD_MS, Uptime};

/// How long after the server was heard a clock of another boot is still believed: five weeks, the longest leave
/// that is usual. After that it may be right, and nobody knows.
pub const UNHEARD_MS: u64 = 35 * 24 * 3_600_000;

/// How far a clock may seem to run back over a boot; clocks drift while a phone is off.
const DRIFT_MS: u64 = 60_000;

/// What a device's clock and uptime say at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The clock, in milliseconds since 1970; it may be wrong.
    pub clock_ms: u64,
    /// The uptime.
    pub uptime: Uptime,
}

/// What the server's time was when the device's clock and uptime said this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Server time, in milliseconds.
    pub server_ms: u64,
    /// The device's own.
    pub then: Reading,
}

/// The time, as far as a device can know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// The corrected time, in milliseconds.
    pub ms: u64,
    /// The latest time that has certainly come: what a date is checked against when the clock is uncertain.
    pub at_least_ms: u64,
    /// Whether the corrected time is certain.
    pub clock: ClockMark,
}

impl Now {
    /// The time that answers of people are checked against: a clock of 2080 makes nobody too old.
    #[must_use]
    pub fn checked_ms(self) -> u64 {
        match self.clock {
            ClockMark::Plain => self.ms,
            ClockMark::Suspect => self.at_least_ms,
        }
    }
}

impl Heard {
    /// The time at another reading of the same device.
    #[must_use]
    pub fn now(&self, reading: Reading) -> Now {
        if let Some(since_ms) = self.since_ms(reading) {
            let ms = self.server_ms.saturating_add(since_ms);
            return Now { ms, at_least_ms: ms, clock: ClockMark::Plain };
        }
        let by_clock_ms = reading.clock_ms.saturating_add_signed(self.offset_ms());
        let (earliest, latest) =
            (self.server_ms.saturating_sub(DRIFT_MS), self.server_ms.saturating_add(UNHEARD_MS));
        let believed = (earliest..=latest).contains(&by_clock_ms);
        let clock = if believed { ClockMark::Plain } else { ClockMark::Suspect };
        Now { ms: by_clock_ms.max(self.server_ms), at_least_ms: self.server_ms, clock }
    }

    /// What to remember instead, when somebody has set the clock since, and the uptime tells by how much: on the next
    /// boot the offset of then would move it twice.
    #[must_use]
    pub fn reset(&self, reading: Reading) -> Option<Self> {
        let since_ms = self.since_ms(reading)?;
        let now = Self { server_ms: self.server_ms.saturating_add(since_ms), then: reading };
        (now.offset_ms().abs_diff(self.offset_ms()) > DRIFT_MS).then_some(now)
    }

    /// How far the device's clock was behind the server's; negative when it was ahead.
    #[must_use]
    pub fn offset_ms(&self) -> i64 {
        self.server_ms.wrapping_sub(self.then.clock_ms).cast_signed()
    }

    /// Whether the device's own clock is so wrong that people should hear of it.
    #[must_use]
    pub fn is_set_wrong(&self, reading: Reading) -> bool {
        self.now(reading).ms.abs_diff(reading.clock_ms) > MAX_AHEAD_MS
    }

    /// How long ago that was, on the same boot.
    fn since_ms(&self, reading: Reading) -> Option<u64> {
        let (then, now) = (self.then.uptime, reading.uptime);
        (then.boot == now.boot).then(|| now.ms.checked_sub(then.ms)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOON_MS: u64 = 1_780_000_000_000;
    const HOUR_MS: u64 = 3_600_000;
    const DAY_MS: u64 = 24 * HOUR_MS;
    const IN_2080_MS: u64 = 3_471_292_800_000;

    fn reading(clock_ms: u64, boot: u128, up_ms: u64) -> Reading {
        Reading { clock_ms, uptime: Uptime { boot: Uuid::from_u128(boot), ms: up_ms } }
    }

    /// Heard at noon, from a phone that is up for an hour and whose clock is an hour behind.
    fn heard() -> Heard {
        Heard { server_ms: NOON_MS, then: reading(NOON_MS - HOUR_MS, 1, HOUR_MS) }
    }

    #[test]
    fn on_one_boot_the_uptime_tells_the_time_whatever_the_clock_is_set_to() {
        for clock_ms in [0, NOON_MS, IN_2080_MS, u64::MAX] {
            let now = heard().now(reading(clock_ms, 1, 3 * HOUR_MS));
            assert_eq!((now.ms, now.clock), (NOON_MS + 2 * HOUR_MS, ClockMark::Plain), "{clock_ms}");
        }
    }

    #[test]
    fn after_a_boot_the_clock_goes_on_with_its_offset() {
        let now = heard().now(reading(NOON_MS + DAY_MS, 2, 5));
        assert_eq!((now.ms, now.clock), (NOON_MS + DAY_MS + HOUR_MS, ClockMark::Plain));
    }

    #[test]
    fn time_never_falls_behind_what_the_server_said() {
        for clock_ms in [0, 5, NOON_MS - 2 * HOUR_MS] {
            let now = heard().now(reading(clock_ms, 2, 5));
            assert_eq!((now.ms, now.clock), (NOON_MS, ClockMark::Suspect), "{clock_ms}");
        }
        let uptime_ran_back = heard().now(reading(0, 1, 5));
        assert_eq!((uptime_ran_back.ms, uptime_ran_back.clock), (NOON_MS, ClockMark::Suspect));
    }

    #[test]
    fn a_clock_of_2080_is_followed_and_not_believed() {
        let now = heard().now(reading(IN_2080_MS, 2, 5));
        assert_eq!((now.ms, now.clock), (IN_2080_MS + HOUR_MS, ClockMark::Suspect));
        assert_eq!(now.checked_ms(), NOON_MS, "what people say is checked against what is certain");
        let back_from_leave = heard().now(reading(NOON_MS + 30 * DAY_MS, 2, 5));
        assert_eq!(back_from_leave.clock, ClockMark::Plain);
    }

    #[test]
    fn a_clock_that_is_set_right_offline_does_not_move_twice() {
        // The user sets it right while the phone runs, and starts the phone again.
        let right = reading(NOON_MS + HOUR_MS, 1, 2 * HOUR_MS);
        assert_eq!(heard().now(right).ms, NOON_MS + HOUR_MS);
        let kept = heard().reset(right).expect("the offset is another now");
        let after = kept.now(reading(NOON_MS + 2 * HOUR_MS, 2, 5));
        assert_eq!((after.ms, after.clock), (NOON_MS + 2 * HOUR_MS, ClockMark::Plain));
        assert_eq!(heard().reset(reading(NOON_MS, 1, 2 * HOUR_MS)), None, "nobody has set it");
        assert_eq!(heard().reset(reading(NOON_MS, 2, 2 * HOUR_MS)), None, "another boot tells nothing");
    }

    #[test]
    fn a_clock_that_is_set_wrong_is_told() {
        assert!(heard().is_set_wrong(reading(NOON_MS, 1, 2 * HOUR_MS)));
        assert!(!heard().is_set_wrong(reading(NOON_MS + HOUR_MS, 1, 2 * HOUR_MS)));
    }
}
