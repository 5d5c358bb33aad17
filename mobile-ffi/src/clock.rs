//! The phone's clock, boot and uptime; the only place of this crate that reads them.
//!
//! What the server said last is kept in the store, and corrects it: see [`sync_core::clock::Heard`].

use std::sync::LazyLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use sync_core::clock::{ClockMark, Now, Reading, Uptime};
use sync_core::phone::state::PhoneState;
use uuid::Uuid;

/// Where time comes from.
pub trait Clock: Send + Sync {
    /// What the phone's clock says, in milliseconds since 1970; it may be wrong.
    fn now_ms(&self) -> u64;

    /// How long the phone has been up, and since which start.
    fn uptime(&self) -> Uptime;
}

/// What a clock and an uptime say now.
pub(crate) fn read(clock: &dyn Clock) -> Reading {
    Reading { clock_ms: clock.now_ms(), uptime: clock.uptime() }
}

/// Notes how far the clock is off, when somebody has set it since.
pub(crate) fn note_setting(state: &mut PhoneState, reading: Reading) {
    if let Some(heard) = state.heard.and_then(|heard| heard.reset(reading)) {
        state.heard = Some(heard);
    }
}

/// When this software was written, in milliseconds since 1970: no phone that runs it lives earlier. Answers are checked
/// against it while a phone knows nothing of the server's time, so that everybody's birth stays possible.
const WRITTEN_MS: u64 = 1_795_910_400_000;

/// The time, corrected by what the server said last.
pub(crate) fn now(state: &PhoneState, reading: Reading) -> Now {
    let alone = Now { ms: reading.clock_ms, at_least_ms: WRITTEN_MS, clock: ClockMark::Suspect };
    state.heard.map_or(alone, |heard| heard.now(reading))
}

/// The system's clock, shifted by a fixed offset: a phone that is set to another time.
#[derive(Debug, Clone, Copy, Default)]
pub struct ShiftedClock {
    /// How far it runs ahead of the system's clock, in milliseconds; negative when behind.
    pub offset_ms: i64,
}

/// Stands for the phone's start where the system does not name it: the start of this process.
static PROCESS: LazyLock<(Uuid, Instant)> =
    LazyLock::new(|| (crate::keys::random_uuid().unwrap_or_default(), Instant::now()));

impl Clock for ShiftedClock {
    fn now_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let ms = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        ms.saturating_add_signed(self.offset_ms)
    }

    fn uptime(&self) -> Uptime {
        system_uptime().unwrap_or_else(|| {
            let (boot, started) = *PROCESS;
            Uptime { boot, ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX) }
        })
    }
}

fn system_uptime() -> Option<Uptime> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let up = std::fs::read_to_string("/proc/uptime").ok()?;
    let (seconds, hundredths) = up.split(' ').next()?.split_once('.')?;
    let ms = seconds.parse::<u64>().ok()? * 1000 + hundredths.parse::<u64>().ok()? * 10;
    Some(Uptime { boot: boot.trim().parse().ok()?, ms })
}
