//! Another day than today: `WAYMARK_AHEAD_MS` moves the time of this process, so that a rehearsal of a week
//! takes seconds. Server, terminal and phone read the same variable.
//!
//! Does not set a phone's clock wrong: `--clock-offset-ms` does.

use server::{now_ms, play_ahead};
use sync_core::clock::Uptime;
use uuid::Uuid;
use waymark::Clock;

use crate::failure::{Done, Failure};

/// How far ahead of the machine's clock this process lives, in milliseconds.
const AHEAD: &str = "WAYMARK_AHEAD_MS";
/// Which start of the phone this is, as a UUID; another one after it was off.
const BOOT: &str = "WAYMARK_BOOT";

/// Reads the variable, and moves the time of this process.
pub(crate) fn begin() -> Done {
    let Some(ahead) = variable(AHEAD)? else { return Ok(()) };
    let ahead_ms =
        ahead.parse().map_err(|_| Failure::Usage(format!("{AHEAD} is a number of milliseconds")))?;
    play_ahead(ahead_ms);
    Ok(())
}

/// The clock of a phone in a rehearsal; none when there is none, and the phone reads the machine's.
pub(crate) fn clock(offset_ms: i64) -> Done<Option<Box<dyn Clock>>> {
    if variable(AHEAD)?.is_none() {
        return Ok(None);
    }
    let boot = variable(BOOT)?.map_or(Ok(Uuid::nil()), |boot| boot.parse());
    let boot = boot.map_err(|_| Failure::Usage(format!("{BOOT} is a UUID")))?;
    Ok(Some(Box::new(Rehearsed { offset_ms, boot })))
}

fn variable(name: &str) -> Done<Option<String>> {
    let text = std::env::var_os(name).map(|text| text.into_string());
    text.transpose().map_err(|_| Failure::Usage(format!("{name} cannot be read")))
}

/// A phone that lives ahead of the machine: the time that passes for it shows in its uptime too.
struct Rehearsed {
    offset_ms: i64,
    boot: Uuid,
}

impl Clock for Rehearsed {
    fn now_ms(&self) -> u64 {
        now_ms().saturating_add_signed(self.offset_ms)
    }

    fn uptime(&self) -> Uptime {
        Uptime { boot: self.boot, ms: now_ms() }
    }
}
