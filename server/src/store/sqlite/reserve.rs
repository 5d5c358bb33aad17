//! Room that is kept free, so that a stolen phone can be revoked on a full disk.
//!
//! ```text
//!   a write fails for want of room ─▶ full: ordinary writes are refused, reads go on
//!   something urgent, and full     ─▶ the reserve is deleted, and it is written
//!   room again (looked at each minute, and whenever readiness is asked) ─▶ the reserve is made anew, not full
//! ```
//! Does not decide what is urgent: whoever writes does.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::fault::Fault;
use crate::private;

/// The reserve, in the data directory.
const FILE: &str = "waymark.reserve";
/// What is written to see whether there is room.
const PROBE: &str = "waymark.probe";
/// A revocation takes some twenty pages in the write-ahead log, and a line in `kept-outside.log`.
const BYTES: usize = 2 << 20;
/// What readiness writes where nothing has failed.
const PROBE_BYTES: usize = 4 << 10;

#[derive(Clone)]
pub(super) struct Reserve {
    file: PathBuf,
    probe: PathBuf,
    full: Arc<AtomicBool>,
}

impl Reserve {
    pub(super) fn of(data: &Path) -> Self {
        Self { file: data.join(FILE), probe: data.join(PROBE), full: Arc::default() }
    }

    /// Makes the reserve where it is missing.
    pub(super) fn fill(&self) -> Result<(), Fault> {
        let held = std::fs::metadata(&self.file).map_or(0, |found| found.len());
        if held >= BYTES as u64 {
            return Ok(());
        }
        self.write(BYTES)?;
        Ok(std::fs::rename(&self.probe, &self.file)?)
    }

    pub(super) fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// Notes what a write says of the disk.
    pub(super) fn notice<T>(&self, written: Result<T, Fault>) -> Result<T, Fault> {
        if let Err(Fault::DiskFull | Fault::DiskFailed | Fault::ReadOnly) = &written
            && !self.full.swap(true, Ordering::Relaxed)
        {
            tracing::error!("the disk cannot be written: reading goes on, and revoking");
        }
        written
    }

    /// Gives the reserve up for something urgent.
    pub(super) fn give_up(&self) {
        if std::fs::remove_file(&self.file).is_ok() {
            tracing::warn!("the reserve was given up: make room on the disk");
        }
    }

    /// Whether the disk can be written, by writing to it.
    pub(super) fn is_writable(&self) -> bool {
        if !self.is_full() {
            return self.notice(self.try_out(PROBE_BYTES)).is_ok();
        }
        // Beside the reserve, so that the first write does not fill the disk again.
        if self.try_out(BYTES).and_then(|()| self.fill()).is_err() {
            return false;
        }
        self.full.store(false, Ordering::Relaxed);
        tracing::info!("the disk can be written again");
        true
    }

    fn try_out(&self, bytes: usize) -> Result<(), Fault> {
        let written = self.write(bytes);
        // Also when it failed: half of it would take the room that somebody made.
        drop(std::fs::remove_file(&self.probe));
        written
    }

    /// Bytes that are really on the disk.
    fn write(&self, bytes: usize) -> Result<(), Fault> {
        let mut probe = private::options().create(true).truncate(true).write(true).open(&self.probe)?;
        probe.write_all(&vec![0x5a; bytes])?;
        Ok(probe.sync_all()?)
    }
}
