//! The file `kept-outside.log`: append-only, each line checked, durable before anybody is told.
//!
//! ```text
//!   1 5f0c…9a {"kept":"revoked",…}        number, checksum over the line and all before it, entry
//! ```
//! A line that a crash cut short was never acknowledged: the store has it, and it is written again. Any
//! other line that does not check stops the start. Does not know what entries mean.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::keys::sha256;
use crate::private;

/// Its name in the data directory.
pub(crate) const NAME: &str = "kept-outside.log";
const TAG: &[u8] = b"waymark/kept-outside/1";

/// Whether a file must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    /// Of a store that was created before: without it, the store could have forgotten something.
    There,
    /// It is made when there is none, and whoever asked says so.
    ThereOrNew,
}

/// The file, open for more.
pub(crate) struct Outside {
    path: PathBuf,
    file: File,
    length: u64,
    count: u64,
    check: [u8; 8],
}

/// What a data directory holds of it.
pub(crate) struct Opened {
    pub(crate) outside: Outside,
    /// Oldest first.
    pub(crate) entries: Vec<String>,
    /// Whether it was there.
    pub(crate) found: Found,
}

/// Whether the file was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// It was.
    Yes,
    /// It was not: what was taken away after the backup is not known.
    Missing,
}

/// Whether a store has kept anything in the file of a data directory.
pub(crate) fn is_begun(data: &Path) -> bool {
    std::fs::metadata(data.join(NAME)).is_ok_and(|found| found.len() > 0)
}

impl Outside {
    /// Opens the file of a data directory and checks every line.
    pub(crate) fn open(data: &Path, expect: Expect) -> Result<Opened, Fault> {
        let path = data.join(NAME);
        let (bytes, found) = match std::fs::read(&path) {
            Ok(bytes) => (bytes, Found::Yes),
            Err(error) if error.kind() == ErrorKind::NotFound => match expect {
                Expect::There => return Err(Fault::OutsideMissing),
                Expect::ThereOrNew => (Vec::new(), Found::Missing),
            },
            Err(error) => return Err(error.into()),
        };
        let (mut entries, mut check, mut length) = (Vec::new(), [0; 8], 0_u64);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let number = entries.len() as u64 + 1;
            let Some(whole) = line.strip_suffix(b"\n") else { break };
            let whole = str::from_utf8(whole).ok();
            let entry = whole.and_then(|whole| entry(whole, number, &mut check));
            entries.push(entry.ok_or_else(|| damaged(number))?.to_owned());
            length += line.len() as u64;
        }
        let file = private::options().create(true).append(true).open(&path)?;
        // What a crash cut short goes, so that the next line begins on a line.
        file.set_len(length)?;
        file.sync_all()?;
        File::open(data)?.sync_all()?;
        let count = entries.len() as u64;
        Ok(Opened { outside: Self { path, file, length, count, check }, entries, found })
    }

    /// How many entries it holds.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Appends entries; they are durable when this returns. When it fails, the file is as it was.
    pub(crate) fn append(&mut self, entries: &[String]) -> Result<(), Fault> {
        let (mut text, mut check, mut number) = (String::new(), self.check, self.count);
        for entry in entries {
            number += 1;
            check = checksum(check, number, entry);
            let hex = check.iter().fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            });
            let _ = writeln!(text, "{number} {hex} {entry}");
        }
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            tracing::error!(file = %self.path.display(), %error, "cannot be written");
            self.file.set_len(self.length)?;
            return Err(error.into());
        }
        (self.length, self.count, self.check) = (self.length + text.len() as u64, number, check);
        Ok(())
    }
}

/// The entry of a whole line whose number and checksum are right; the checksum goes on.
fn entry<'a>(line: &'a str, number: u64, check: &mut [u8; 8]) -> Option<&'a str> {
    let mut parts = line.splitn(3, ' ');
    let (said, hex, entry) = (parts.next()?, parts.next()?, parts.next()?);
    let expected = checksum(*check, number, entry);
    *check = expected;
    let is_right =
        said.parse() == Ok(number) && u64::from_str_radix(hex, 16) == Ok(u64::from_be_bytes(expected));
    is_right.then_some(entry)
}

fn checksum(before: [u8; 8], number: u64, entry: &str) -> [u8; 8] {
    let number = number.to_be_bytes();
    let hash = sha256(&[TAG, &before[..], &number[..], entry.as_bytes()].concat());
    std::array::from_fn(|at| hash.0[at])
}

fn damaged(line: u64) -> Fault {
    Fault::Damaged(format!("line {line} of {NAME}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(data: &Path) -> Result<Vec<String>, Fault> {
        Outside::open(data, Expect::There).map(|opened| opened.entries)
    }

    fn with(entries: &[&str]) -> tempfile::TempDir {
        let data = tempfile::tempdir().expect("a directory is made");
        let mut opened = Outside::open(data.path(), Expect::ThereOrNew).expect("it is made");
        assert_eq!(opened.found, Found::Missing);
        for entry in entries {
            opened.outside.append(&[(*entry).to_owned()]).expect("it is written");
        }
        data
    }

    #[test]
    fn what_was_appended_is_there_when_it_is_opened_again() {
        let data = with(&["{\"a\":1}", "{\"b\": 2}"]);
        assert_eq!(entries(data.path()), Ok(vec!["{\"a\":1}".to_owned(), "{\"b\": 2}".to_owned()]));
    }

    #[test]
    fn a_missing_file_is_a_fault_of_a_store_that_was_there_before() {
        let data = tempfile::tempdir().expect("a directory is made");
        assert_eq!(entries(data.path()), Err(Fault::OutsideMissing));
    }

    #[test]
    fn a_last_line_that_was_cut_short_goes_and_the_file_goes_on() {
        let data = with(&["{}", "{\"b\":2}"]);
        let path = data.path().join(NAME);
        let text = std::fs::read(&path).expect("it is read");
        for cut in 1.."2 0123456789abcdef {\"b\":2}\n".len() {
            std::fs::write(&path, &text[..text.len() - cut]).expect("it is cut");
            let mut opened = Outside::open(data.path(), Expect::There).expect("it opens");
            assert_eq!(opened.entries, ["{}"], "{cut}");
            opened.outside.append(&["{\"b\":2}".to_owned()]).expect("it is written");
            assert_eq!(std::fs::read(&path).expect("it is read"), text, "{cut}");
        }
    }

    #[test]
    fn any_changed_byte_of_a_whole_line_is_found() {
        let data = with(&["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
        let path = data.path().join(NAME);
        let text = std::fs::read(&path).expect("it is read");
        for at in 0..text.len() - 1 {
            let mut changed = text.clone();
            changed[at] ^= 1;
            std::fs::write(&path, changed).expect("it is written");
            assert!(entries(data.path()).is_err(), "byte {at}");
        }
        let lines: Vec<_> = text.split_inclusive(|byte| *byte == b'\n').collect();
        std::fs::write(&path, [lines[0], lines[2]].concat()).expect("it is written");
        assert_eq!(entries(data.path()), Err(damaged(2)), "a line is missing");
    }
}
