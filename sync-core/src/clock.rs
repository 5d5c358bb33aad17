//! Time: the hybrid logical clock, the effective time that a stamp gives an op, and a device's corrected time.
//!
//! Clocks order things for people and break ties between harmless values; they decide nothing else.
//! Does not read a clock: every time is an argument, in milliseconds since 1970-01-01T00:00:00Z.

mod heard;

use serde::{Deserialize, Serialize};

pub use heard::{Heard, Now, Reading, UNHEARD_MS};

/// How far ahead of its own corrected time a device follows a clock that it receives.
pub const MAX_AHEAD_MS: u64 = 5 * 60 * 1000;

/// The largest time a 48-bit millisecond clock can tell (the year 10889).
const MAX_MS: u64 = (1 << 48) - 1;

/// A hybrid logical clock: 48 bits of milliseconds, 16 bits of counter that carries into them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Hlc(pub u64);

impl Hlc {
    /// The first clock of a millisecond; later ones than the 48 bits hold are cut to the last.
    #[must_use]
    pub fn from_ms(ms: u64) -> Self {
        Self(ms.min(MAX_MS) << 16)
    }

    /// The millisecond part.
    #[must_use]
    pub fn ms(self) -> u64 {
        self.0 >> 16
    }

    /// The clock of the next op: later than the saved one, and not before `now_ms`.
    #[must_use]
    pub fn tick(self, now_ms: u64) -> Self {
        Self(Self::from_ms(now_ms).0.max(self.0.saturating_add(1)))
    }

    /// One advance for a received batch whose latest clock is `received`: followed only as far as
    /// [`MAX_AHEAD_MS`] beyond the device's corrected time, so that a wrong clock does not spread.
    #[must_use]
    pub fn follow(self, received: Self, corrected_now_ms: u64) -> Self {
        if received.ms() <= corrected_now_ms.saturating_add(MAX_AHEAD_MS) { self.max(received) } else { self }
    }

    /// A saved clock that runs more than [`MAX_AHEAD_MS`] ahead of the server goes back to server
    /// time. Within a log `seq` orders, so nothing is lost by it.
    #[must_use]
    pub fn reset_if_ahead(self, server_ms: u64) -> Self {
        if self.ms() > server_ms.saturating_add(MAX_AHEAD_MS) { Self::from_ms(server_ms) } else { self }
    }
}

/// Between which two server times an op was recorded, whatever its own clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Witnessed {
    /// Time of the receipt that the op cites; 0 when it cites none.
    pub earliest_ms: u64,
    /// The latest moment it can have been recorded.
    pub latest_ms: u64,
}

/// How long a phone has been up, and since which start; survives suspend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Uptime {
    /// Which start of the phone: a random id that changes at every boot.
    pub boot: uuid::Uuid,
    /// Milliseconds since then.
    pub ms: u64,
}

impl Witnessed {
    /// The interval of an op that cites a receipt of `earliest_ms`, in a push received at
    /// `received_ms`: on the same boot the phone's uptime tells how long the op had waited.
    #[must_use]
    pub fn of(earliest_ms: u64, received_ms: u64, op: Uptime, push: Uptime) -> Self {
        let waited = if op.boot == push.boot { push.ms.saturating_sub(op.ms) } else { 0 };
        let latest_ms = received_ms.saturating_sub(waited).max(earliest_ms);
        Self { earliest_ms, latest_ms }
    }
}

/// Whether an op's own clock lay outside its witnessed interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClockMark {
    /// Inside, or within a second of it: phones and servers never agree to the millisecond.
    Plain,
    /// Outside: its time was clamped.
    Suspect,
}

/// How far outside the interval a clock may lie before it is marked.
const SLACK_MS: u64 = 60_000;

/// The effective time: the op's clock clamped into its interval, and never before what it had seen.
#[must_use]
pub fn effective(hlc: Hlc, witnessed: Witnessed, latest_dep: Option<Hlc>) -> (Hlc, ClockMark) {
    let ms = hlc.ms();
    let clamped = ms.clamp(witnessed.earliest_ms, witnessed.latest_ms);
    let mark = if ms.abs_diff(clamped) > SLACK_MS { ClockMark::Suspect } else { ClockMark::Plain };
    let clamped = if clamped == ms { hlc } else { Hlc::from_ms(clamped) };
    (latest_dep.map_or(clamped, |dep| clamped.max(dep)), mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: u64 = 1_780_000_000_000;

    #[test]
    fn counter_carries_into_the_milliseconds() {
        let full = Hlc(Hlc::from_ms(NOON).0 | 0xffff);
        assert_eq!(full.tick(NOON), Hlc::from_ms(NOON + 1));
    }

    #[test]
    fn clock_never_goes_back_while_recording() {
        let saved = Hlc::from_ms(NOON);
        assert!(saved.tick(0) > saved);
    }

    #[test]
    fn a_clock_of_2080_is_not_followed() {
        let saved = Hlc::from_ms(NOON);
        assert_eq!(saved.follow(Hlc::from_ms(3_471_292_800_000), NOON), saved);
        let near = Hlc::from_ms(NOON + MAX_AHEAD_MS);
        assert_eq!(saved.follow(near, NOON), near);
    }

    #[test]
    fn a_saved_clock_of_2080_is_reset_by_the_server() {
        assert_eq!(Hlc::from_ms(3_471_292_800_000).reset_if_ahead(NOON), Hlc::from_ms(NOON));
    }

    #[test]
    fn effective_time_is_clamped_and_marked() {
        let interval = Witnessed { earliest_ms: NOON, latest_ms: NOON + 1000 };
        for wrong in [0, NOON - SLACK_MS - 1, 3_471_292_800_000, u64::MAX >> 16] {
            let (eff, mark) = effective(Hlc::from_ms(wrong), interval, None);
            assert_eq!(mark, ClockMark::Suspect);
            assert!((NOON..=NOON + 1000).contains(&eff.ms()));
        }
        let (eff, mark) = effective(Hlc::from_ms(NOON + 5), interval, None);
        assert_eq!((eff, mark), (Hlc::from_ms(NOON + 5), ClockMark::Plain));
    }

    #[test]
    fn effective_time_is_never_before_what_was_seen() {
        let interval = Witnessed { earliest_ms: 0, latest_ms: NOON };
        let dep = Hlc::from_ms(NOON + 7);
        assert_eq!(effective(Hlc::from_ms(NOON), interval, Some(dep)).0, dep);
    }

    #[test]
    fn uptime_of_the_same_boot_bounds_the_op() {
        let boot = uuid::Uuid::from_u128(1);
        let at = |ms| Uptime { boot, ms };
        assert_eq!(Witnessed::of(0, NOON, at(1000), at(61_000)).latest_ms, NOON - 60_000);
        let other = Uptime { boot: uuid::Uuid::from_u128(2), ms: 1000 };
        assert_eq!(Witnessed::of(0, NOON, other, at(61_000)).latest_ms, NOON);
    }
}
