//! What a power cut leaves: every change of a phone's files, noted as it happens, and the files as they would
//! be found after a cut at any of them.
//!
//! ```text
//!   phone, with record.c preloaded ─▶ note: create · write · truncate · flush · rename · unlink · answer
//!   note, up to a change ─▶ Disk ─┬─ flushed            what is certain
//!                                 └─ since the flush    all, none, every other, or torn
//! ```
//! kill -9 keeps the page cache and so never shows a missing flush; here what was not flushed is dropped.
//! A flush of a file also keeps its name, as on ext4. The index of the write-ahead log is no data. Does not
//! open what it leaves: the drill does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::{root, run};

const SECTOR_BYTES: usize = 512;

/// The library that notes changes, compiled into a directory.
///
/// # Panics
/// When gcc does not compile it.
#[must_use]
pub fn recorder(dir: &Path) -> PathBuf {
    preloaded(dir, "record")
}

/// The library that lets no file grow, compiled into a directory.
///
/// # Panics
/// When gcc does not compile it.
#[must_use]
pub fn full_disk(dir: &Path) -> PathBuf {
    preloaded(dir, "full")
}

fn preloaded(dir: &Path, name: &str) -> PathBuf {
    let library = dir.join(format!("{name}.so"));
    let mut gcc = Command::new("gcc");
    gcc.args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O0", "-shared", "-fPIC"]);
    gcc.arg(root().join(format!("tests/src/crash/{name}.c")));
    run(gcc.arg("-o").arg(&library).arg("-ldl"));
    library
}

/// One change, or an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A file came to be, when it was not there.
    Create(String),
    /// Bytes at a place.
    Write(String, u64, Vec<u8>),
    /// A file has this length now.
    Truncate(String, u64),
    /// What a file holds is on the disk.
    Flush(String),
    /// A file has another name.
    Rename(String, String),
    /// A file is gone.
    Unlink(String),
    /// Whoever asked was told this.
    Answer(Vec<u8>),
}

/// Reads a note.
///
/// # Panics
/// When it is not one: the recorder wrote something else than this reads.
#[must_use]
pub fn read(note: &[u8]) -> Vec<Change> {
    let mut at = note;
    let mut changes = Vec::new();
    while let Some((kind, rest)) = at.split_first() {
        at = rest;
        let name = String::from_utf8(bytes(&mut at)).expect("names are text");
        let offset = number(&mut at);
        let data = bytes(&mut at);
        if name.ends_with("-shm") {
            continue;
        }
        changes.push(match kind {
            b'c' => Change::Create(name),
            b'w' => Change::Write(name, offset, data),
            b't' => Change::Truncate(name, offset),
            b's' => Change::Flush(name),
            b'r' => Change::Rename(name, String::from_utf8(data).expect("names are text")),
            b'u' => Change::Unlink(name),
            b'a' => Change::Answer(data),
            other => panic!("a change of kind {other}"),
        });
    }
    changes
}

fn number(at: &mut &[u8]) -> u64 {
    let (number, rest) = at.split_first_chunk().expect("a note ends where a change ends");
    *at = rest;
    u64::from_ne_bytes(*number)
}

fn bytes(at: &mut &[u8]) -> Vec<u8> {
    let length = usize::try_from(number(at)).expect("it fits");
    let (data, rest) = at.split_at(length);
    *at = rest;
    data.to_vec()
}

/// What becomes of the changes since a file's last flush.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Left {
    /// None reached the disk.
    Nothing,
    /// All did.
    Everything,
    /// Every other did: the disk wrote them in another order.
    EveryOther,
    /// The last write stopped in its middle.
    Torn,
}

impl Left {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Nothing, Self::Everything, Self::EveryOther, Self::Torn];
}

/// One file: what is certain, and the changes since.
#[derive(Debug, Clone, Default)]
struct File {
    flushed: Option<Vec<u8>>,
    since: Vec<Change>,
}

impl File {
    fn left(&self, left: Left) -> Option<Vec<u8>> {
        let since: Vec<Change> = match left {
            Left::Nothing => Vec::new(),
            Left::Everything => self.since.clone(),
            Left::EveryOther => self.since.iter().step_by(2).cloned().collect(),
            Left::Torn => {
                let mut since = self.since.clone();
                if let Some(Change::Write(_, _, data)) = since.last_mut() {
                    // A sector is written whole or not at all.
                    data.truncate(data.len() / 2 / SECTOR_BYTES * SECTOR_BYTES);
                }
                since
            }
        };
        let is_there = self.flushed.is_some() || !since.is_empty();
        let mut bytes = self.flushed.clone().unwrap_or_default();
        since.iter().for_each(|change| apply(&mut bytes, change));
        is_there.then_some(bytes)
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    let place = |at: u64| usize::try_from(at).expect("a file of a test is short");
    match change {
        Change::Write(_, offset, data) => {
            let (from, to) = (place(*offset), place(*offset) + data.len());
            bytes.resize(bytes.len().max(to), 0);
            bytes[from..to].copy_from_slice(data);
        }
        Change::Truncate(_, length) => bytes.resize(place(*length), 0),
        Change::Create(_) | Change::Flush(_) | Change::Rename(..) | Change::Unlink(_) | Change::Answer(_) => {
        }
    }
}

/// The files of a directory, flushed and not.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    files: BTreeMap<String, File>,
}

/// The files that a cut leaves, by their names.
pub type Files = BTreeMap<String, Vec<u8>>;

impl Disk {
    /// A directory as it lies on the disk.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn of(dir: &Path) -> Self {
        let entries =
            fs::read_dir(dir).expect("the directory is there").map(|entry| entry.expect("readable"));
        let files = entries.filter(|entry| entry.path().is_file()).map(|entry| {
            let name = entry.file_name().into_string().expect("names are text");
            let flushed = Some(fs::read(entry.path()).expect("the file is readable"));
            (name, File { flushed, since: Vec::new() })
        });
        Self { files: files.filter(|(name, _)| !name.ends_with("-shm")).collect() }
    }

    /// Does what a change does.
    pub fn change(&mut self, change: &Change) {
        match change {
            Change::Create(name) | Change::Write(name, ..) | Change::Truncate(name, _) => {
                self.files.entry(name.clone()).or_default().since.push(change.clone());
            }
            Change::Flush(name) => {
                if let Some(file) = self.files.get_mut(name) {
                    file.flushed = file.left(Left::Everything);
                    file.since.clear();
                }
            }
            Change::Rename(from, to) => {
                if let Some(file) = self.files.remove(from) {
                    self.files.insert(to.clone(), file);
                }
            }
            Change::Unlink(name) => drop(self.files.remove(name)),
            Change::Answer(_) => {}
        }
    }

    /// What a cut leaves now.
    #[must_use]
    pub fn cut(&self, left: Left) -> Files {
        let files = self.files.iter();
        files.filter_map(|(name, file)| Some((name.clone(), file.left(left)?))).collect()
    }
}

/// What tells one state from another.
#[must_use]
pub fn digest(files: &Files) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (name, bytes) in files {
        hash.update(name);
        hash.update(bytes.len().to_be_bytes());
        hash.update(bytes);
    }
    hash.finalize().into()
}

/// Writes files into an empty directory.
///
/// # Panics
/// When it cannot be written.
pub fn write(files: &Files, dir: &Path) {
    for (name, bytes) in files {
        fs::write(dir.join(name), bytes).expect("the directory is writable");
    }
}
