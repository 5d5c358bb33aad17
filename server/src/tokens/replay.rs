//! Ids of assertions and proofs that were used, each for as long as it could be used again.
//!
//! ```text
//!   used ─▶ in memory, and at the end of used-proofs.log ─▶ a start reads the log, drops what is over, writes it anew
//! ```
//! On a full disk what is used is remembered in memory alone.
//! Each device has a share of the memory, so none fills it for others; when it is full nothing new is believed.
//!
//! The log outlasts the process, and is not waited for at each use: a power cut can take the end of it. So it begins with
//! the machine's boot and whether it was closed. After another boot that it was not closed before, nothing is believed
//! that may have been made before the cut: for half a minute the answer is to try later. Does not check what it remembers.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sync_core::ids::{DeviceId, Digest};
use uuid::Uuid;

use super::LEEWAY_SECONDS;
use crate::fault::Fault;
use crate::keys::{random_id, sha256};
use crate::private;

/// What is remembered for all devices together, …
const MOST: usize = 200_000;
/// … and for one.
const MOST_OF_DEVICE: usize = 5_000;
/// The log, in the data directory.
const FILE: &str = "used-proofs.log";
/// Until when, whose, and the digest of the id.
const ROW_BYTES: usize = 8 + 16 + 32;

/// Where the digest of a row begins.
const CLOSED_AT: u64 = 8 + 16;
/// What the log says of itself, in its first row: the boot, and in the digest's first byte whether it was closed. Its time
/// is 0, so a version before passes it over.
const CLOSED: u8 = 1;

/// What a use of an id is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// The first.
    First,
    /// It was used before.
    Again,
    /// Nothing more is remembered now, of this device or at all.
    Full,
    /// It may have been used before a power cut.
    Doubtful,
}

/// For how long an id is one: since when, and until when it could be used again, in seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) issued_s: u64,
    pub(super) until_s: u64,
}

pub(super) struct Replays(Mutex<Seen>);

struct Seen {
    until: BTreeMap<Digest, (u64, DeviceId)>,
    of_device: BTreeMap<DeviceId, usize>,
    pruned_s: u64,
    /// What was issued up to then may have been used, and is not known any more.
    doubtful_upto_s: u64,
    log: Log,
}

/// The file, and how many rows it has.
struct Log {
    path: PathBuf,
    file: File,
    rows: usize,
    /// A row was not written whole: what comes after it would be misread.
    is_broken: bool,
    boot: DeviceId,
}

impl Replays {
    /// What was remembered when the server stopped, as far as it still matters.
    pub(super) fn open(data: &Path, now_s: u64) -> Result<Self, Fault> {
        Self::open_on(boot(), data, now_s)
    }

    fn open_on(boot: DeviceId, data: &Path, now_s: u64) -> Result<Self, Fault> {
        let path = data.join(FILE);
        let bytes = match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            read => read?,
        };
        let is_whole = bytes.first_chunk::<ROW_BYTES>().is_none_or(|row| match parse(row) {
            (0, before, digest) => before == boot || digest.0[0] == CLOSED,
            // A version before wrote it, and did not know.
            _ => true,
        });
        let doubtful_upto_s = if is_whole { 0 } else { now_s + LEEWAY_SECONDS };
        if !is_whole {
            tracing::warn!("the machine went down: tokens are given again in half a minute");
        }
        let mut until = BTreeMap::new();
        // What a crash left of a row at the end is none.
        for row in bytes.chunks_exact(ROW_BYTES) {
            let (until_s, device, id) = parse(row);
            if until_s >= now_s {
                until.insert(id, (until_s, device));
            }
        }
        let mut of_device = BTreeMap::new();
        until.values().for_each(|(_, device)| *of_device.entry(*device).or_default() += 1);
        let log = Log::anew(path, &until, boot)?;
        Ok(Self(Mutex::new(Seen { until, of_device, pruned_s: now_s, doubtful_upto_s, log })))
    }

    /// What a use of an id by a device is; it is remembered for as long as it could be used.
    pub(super) fn used(&self, device: DeviceId, id: &[&str], span: Span, now_s: u64) -> Use {
        let Span { issued_s, until_s } = span;
        let id = sha256(id.join("\n").as_bytes());
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.prune(now_s);
        if seen.until.contains_key(&id) {
            return Use::Again;
        }
        if issued_s <= seen.doubtful_upto_s {
            return Use::Doubtful;
        }
        let of_device = seen.of_device.get(&device).copied().unwrap_or_default();
        if seen.until.len() >= MOST || of_device >= MOST_OF_DEVICE {
            return Use::Full;
        }
        seen.log.add(until_s, device, id);
        seen.until.insert(id, (until_s, device));
        seen.of_device.insert(device, of_device + 1);
        Use::First
    }
}

impl Seen {
    /// Forgets what is over, once a second.
    fn prune(&mut self, now_s: u64) {
        if self.pruned_s >= now_s {
            return;
        }
        self.pruned_s = now_s;
        let Self { until, of_device, log, .. } = self;
        until.retain(|_, (until_s, device)| {
            let counts = *until_s >= now_s;
            if !counts && let Some(many) = of_device.get_mut(device) {
                *many -= 1;
            }
            counts
        });
        of_device.retain(|_, many| *many > 0);
        if log.is_broken || log.rows > 2 * until.len() + 10_000 {
            match Log::anew(log.path.clone(), until, log.boot) {
                Ok(anew) => {
                    // What is dropped is not the file of this path any more.
                    log.is_broken = true;
                    *log = anew;
                }
                Err(_) => log.is_broken = true,
            }
        }
    }
}

impl Log {
    /// A file with these rows alone, durable when this returns.
    fn anew(path: PathBuf, until: &BTreeMap<Digest, (u64, DeviceId)>, boot: DeviceId) -> Result<Self, Fault> {
        let rows = until.iter().flat_map(|(id, (until_s, device))| row(*until_s, *device, *id));
        let rows: Vec<u8> = row(0, boot, Digest::default()).into_iter().chain(rows).collect();
        let incoming = path.with_extension("incoming");
        private::write(&incoming, &rows)?;
        File::open(&incoming)?.sync_all()?;
        std::fs::rename(&incoming, &path)?;
        if let Some(folder) = path.parent() {
            File::open(folder)?.sync_all()?;
        }
        let file = private::options().append(true).open(&path)?;
        Ok(Self { path, file, rows: until.len(), is_broken: false, boot })
    }

    /// Says that every use is in the file, once it is on the disk.
    fn close(&mut self) -> std::io::Result<()> {
        self.file.sync_all()?;
        let mut file = private::options().write(true).open(&self.path)?;
        file.seek(SeekFrom::Start(CLOSED_AT))?;
        file.write_all(&[CLOSED])?;
        file.sync_all()
    }

    fn add(&mut self, until_s: u64, device: DeviceId, id: Digest) {
        if self.is_broken {
            return;
        }
        match self.file.write_all(&row(until_s, device, id)) {
            Ok(()) => self.rows += 1,
            Err(error) => {
                tracing::error!(%error, "used proofs are remembered in memory alone");
                self.is_broken = true;
            }
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        // One that was replaced, or that a full disk broke, stays as it is.
        if !self.is_broken
            && let Err(error) = self.close()
        {
            tracing::warn!(%error, "used proofs were not closed");
        }
    }
}

/// The boot of this machine; where that cannot be told, each start is one.
fn boot() -> DeviceId {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    text.trim().parse().unwrap_or_else(|_| DeviceId(random_id()))
}

fn row(until_s: u64, device: DeviceId, id: Digest) -> [u8; ROW_BYTES] {
    let mut row = [0; ROW_BYTES];
    row[..8].copy_from_slice(&until_s.to_be_bytes());
    row[8..24].copy_from_slice(device.0.as_bytes());
    row[24..].copy_from_slice(&id.0);
    row
}

fn parse(row: &[u8]) -> (u64, DeviceId, Digest) {
    let part = |from: usize, to: usize| &row[from..to];
    let until_s = u64::from_be_bytes(part(0, 8).try_into().expect("eight bytes"));
    let device = DeviceId(Uuid::from_slice(part(8, 24)).expect("sixteen bytes"));
    (until_s, device, Digest(part(24, 56).try_into().expect("thirty-two bytes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_S: u64 = 1_780_000_000;

    fn span(issued_s: u64, until_s: u64) -> Span {
        Span { issued_s, until_s }
    }

    fn device(number: u128) -> DeviceId {
        DeviceId(Uuid::from_u128(number))
    }

    #[test]
    fn what_was_used_is_known_after_a_restart_until_it_is_over() {
        let data = tempfile::tempdir().expect("a directory is made");
        let open = |now_s| Replays::open(data.path(), now_s).expect("it opens");
        let used =
            |replays: &Replays, id, now_s| replays.used(device(1), &[id], span(NOW_S, NOW_S + 90), now_s);
        let replays = open(NOW_S);
        assert_eq!(used(&replays, "one", NOW_S), Use::First);
        assert_eq!(used(&replays, "one", NOW_S + 1), Use::Again);
        drop(replays);
        // A crash in the middle of a row.
        let mut file = private::options().append(true).open(data.path().join(FILE)).expect("it is there");
        file.write_all(&[1, 2, 3]).expect("it is written");
        let replays = open(NOW_S + 90);
        assert_eq!(used(&replays, "one", NOW_S + 90), Use::Again);
        assert_eq!(used(&replays, "two", NOW_S + 90), Use::First);
        assert_eq!(used(&replays, "one", NOW_S + 91), Use::First, "it is over");
        drop(open(NOW_S + 300));
        let left = std::fs::metadata(data.path().join(FILE)).expect("it is there").len();
        assert_eq!(left, ROW_BYTES as u64, "what is over is dropped");
    }

    #[test]
    fn a_device_that_fills_its_share_fills_nobody_elses() {
        let data = tempfile::tempdir().expect("a directory is made");
        let replays = Replays::open(data.path(), NOW_S).expect("it opens");
        let used = |number, id: usize, now_s| {
            replays.used(device(number), &[&id.to_string()], span(now_s, now_s + 90), now_s)
        };
        for id in 0..MOST_OF_DEVICE {
            assert_eq!(used(1, id, NOW_S), Use::First);
        }
        assert_eq!(used(1, MOST_OF_DEVICE, NOW_S), Use::Full);
        assert_eq!(used(1, 0, NOW_S), Use::Again);
        assert_eq!(used(2, MOST_OF_DEVICE, NOW_S), Use::First);
        assert_eq!(used(1, MOST_OF_DEVICE + 1, NOW_S + 91), Use::First, "later there is room again");
    }

    #[test]
    fn after_a_power_cut_nothing_is_believed_that_may_have_been_used_before_it() {
        let data = tempfile::tempdir().expect("a directory is made");
        let on = |boot, now_s| Replays::open_on(device(boot), data.path(), now_s).expect("it opens");
        let file = data.path().join(FILE);
        let used = |replays: &Replays, id, issued_s, now_s| {
            replays.used(device(1), &[id], span(issued_s, issued_s + 90), now_s)
        };
        let replays = on(1, NOW_S);
        assert_eq!(used(&replays, "one", NOW_S, NOW_S), Use::First);
        let at_the_cut = std::fs::read(&file).expect("it is there");
        drop(replays);
        let closed = std::fs::read(&file).expect("it is there");
        assert_eq!(used(&on(2, NOW_S), "two", NOW_S, NOW_S), Use::First, "a machine that was shut down");
        // The process alone fell over: the system has the rows.
        std::fs::write(&file, &at_the_cut).expect("it is written");
        assert_eq!(used(&on(1, NOW_S), "one", NOW_S, NOW_S), Use::Again);
        // The power was cut, with the last row and without it.
        for held in [&at_the_cut[..], &at_the_cut[..ROW_BYTES]] {
            std::fs::write(&file, held).expect("it is written");
            let replays = on(2, NOW_S + 5);
            for (id, issued_s) in [("one", NOW_S), ("three", NOW_S + 5 + LEEWAY_SECONDS)] {
                assert!(
                    [Use::Again, Use::Doubtful].contains(&used(&replays, id, issued_s, NOW_S + 6)),
                    "{id}"
                );
            }
            let later_s = NOW_S + 6 + LEEWAY_SECONDS;
            assert_eq!(used(&replays, "four", later_s, later_s), Use::First);
        }
        assert_ne!(at_the_cut, closed);
    }
}
