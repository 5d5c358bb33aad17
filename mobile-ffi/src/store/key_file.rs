//! The file that holds the keys of a store's rows, wrapped under the key that the phone's key store gives.
//!
//! ```text
//!   key of the phone ── wraps ──▶ waymark.key ── seals ──▶ rows
//! ```
//! Another key of the phone costs one small file, swapped whole: no row is touched, and a cut leaves the one or the other.
//! Each file holds its words twice, so that one bad sector loses nothing. Does not seal rows.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};

use crate::keys::base64url;
use crate::private;
use crate::problem::Problem;
use crate::store::sealer::{DataKey, Keys};

pub(super) const NAME: &str = "waymark.key";
const NEW: &str = "waymark.key.new";
const AAD: &[u8] = b"waymark/store-key/1";
/// A sector: each copy of the words begins at one.
const COPY_BYTES: usize = 4096;
/// The words, twice.
pub(super) const FILE_BYTES: usize = 2 * COPY_BYTES;
const KEY_BYTES: usize = 32;

/// The key of the phone that a store is opened with.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreKey(pub(crate) [u8; KEY_BYTES]);

impl StoreKey {
    /// Reads 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`Problem`] `store_key_malformed`.
    pub fn read(text: &str) -> Result<Self, Problem> {
        let malformed = || Problem::at("store_key_malformed", "key", "");
        let text = text.trim();
        if text.len() != 2 * KEY_BYTES || !text.is_ascii() {
            return Err(malformed());
        }
        let mut key = [0; KEY_BYTES];
        for (byte, at) in key.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| malformed())?;
        }
        Ok(Self(key))
    }

    /// Draws a new one.
    ///
    /// # Errors
    /// [`Problem`] `key_failed` when the system gives no random bytes.
    pub fn draw() -> Result<Self, Problem> {
        drawn().map(Self)
    }

    /// The key in a private file, which is made when it is not there: for phones without a key store of their own, such as
    /// a terminal's.
    ///
    /// # Errors
    /// [`Problem`] `store_failed` when the file cannot be read or written; `store_key_malformed`.
    pub fn in_file(path: &Path) -> Result<Self, Problem> {
        match std::fs::read_to_string(path) {
            Ok(text) => return Self::read(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        if let Some(folder) = path.parent() {
            private::create_dir_all(folder)?;
        }
        let (key, new) = (Self::draw()?, path.with_extension(format!("new-{}", base64url(&drawn()?[..8]))));
        let mut file = private::options().create(true).truncate(true).write(true).open(&new)?;
        file.write_all(key.hex().as_bytes())?;
        file.sync_all()?;
        // Of two processes that draw at once, one is first, and the other takes its key.
        let first = std::fs::hard_link(&new, path);
        std::fs::remove_file(new)?;
        match first {
            Ok(()) => Ok(key),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                Self::read(&std::fs::read_to_string(path)?)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// As 64 hexadecimal digits: for whoever keeps it.
    #[must_use]
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn aead(&self) -> Result<LessSafeKey, Problem> {
        UnboundKey::new(&AES_256_GCM, &self.0).map(LessSafeKey::new).map_err(|_| failed())
    }
}

fn failed() -> Problem {
    Problem::new("key_failed", "")
}

fn drawn() -> Result<[u8; KEY_BYTES], Problem> {
    let mut key = [0; KEY_BYTES];
    SystemRandom::new().fill(&mut key).map_err(|_| failed())?;
    Ok(key)
}

/// The keys of a store that is sealed.
pub(crate) struct KeyFile {
    dir: PathBuf,
    phone: StoreKey,
    rows: Vec<[u8; KEY_BYTES]>,
}

/// What was found where the keys of a store lie.
pub(crate) enum Opened {
    /// The store has no key, and none was given.
    Unsealed,
    /// Its keys.
    Sealed(KeyFile),
    /// There were none: these were drawn and kept just now.
    Fresh(KeyFile),
}

impl KeyFile {
    /// Opens what is there. Another key than the store's changes nothing.
    pub(crate) fn open(dir: &Path, phone: Option<&StoreKey>) -> Result<Opened, Problem> {
        let new = dir.join(NEW);
        if new.exists() {
            // A swap was cut before it counted.
            std::fs::remove_file(new)?;
        }
        let bytes = match std::fs::read(dir.join(NAME)) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        match (bytes, phone) {
            (None, None) => Ok(Opened::Unsealed),
            (Some(_), None) => Err(Problem::new("store_key_missing", "")),
            (None, Some(phone)) => {
                let file = Self { dir: dir.to_owned(), phone: phone.clone(), rows: vec![drawn()?] };
                file.write()?;
                Ok(Opened::Fresh(file))
            }
            (Some(bytes), Some(phone)) => {
                let rows = bytes.chunks(COPY_BYTES).find_map(|copy| unwrapped(copy, phone));
                let rows = rows.ok_or_else(|| Problem::new("store_key_wrong", ""))?;
                Ok(Opened::Sealed(Self { dir: dir.to_owned(), phone: phone.clone(), rows }))
            }
        }
    }

    /// The keys, the newest last.
    pub(crate) fn keys(&self) -> Result<Keys, Problem> {
        let keys = self.rows.iter().map(|key| DataKey::new(key).map(Arc::new));
        keys.collect::<Result<_, _>>().map(Keys)
    }

    /// Wraps the keys under another key of the phone.
    pub(crate) fn rekey(&mut self, phone: &StoreKey) -> Result<(), Problem> {
        let next = Self { dir: self.dir.clone(), phone: phone.clone(), rows: self.rows.clone() };
        next.write()?;
        *self = next;
        Ok(())
    }

    /// Draws a key for rows, beside those that there are.
    pub(crate) fn add(&mut self) -> Result<(), Problem> {
        let mut next = Self { dir: self.dir.clone(), phone: self.phone.clone(), rows: self.rows.clone() };
        next.rows.push(drawn()?);
        next.write()?;
        *self = next;
        Ok(())
    }

    /// Destroys every key but the newest.
    pub(crate) fn destroy_older(&mut self) -> Result<(), Problem> {
        if self.rows.len() < 2 {
            return Ok(());
        }
        let newest = self.rows.split_off(self.rows.len() - 1);
        let mut before = OpenOptions::new().write(true).open(self.dir.join(NAME))?;
        self.rows = newest;
        self.write()?;
        // The file before has no name any more, but may still lie in its sectors.
        before.write_all(&[0; FILE_BYTES])?;
        Ok(before.sync_all()?)
    }

    fn write(&self) -> Result<(), Problem> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| failed())?;
        let mut words = self.rows.concat();
        let aead = self.phone.aead()?;
        let nonce_of = Nonce::assume_unique_for_key(nonce);
        aead.seal_in_place_append_tag(nonce_of, Aad::from(AAD), &mut words).map_err(|_| failed())?;
        let length = u16::try_from(words.len()).map_err(|_| failed())?;
        let mut copy = [length.to_be_bytes().as_slice(), &nonce, &words].concat();
        copy.resize(COPY_BYTES, 0);
        let new = self.dir.join(NEW);
        let mut file = private::options().create(true).truncate(true).write(true).open(&new)?;
        file.write_all(&copy)?;
        file.write_all(&copy)?;
        file.sync_all()?;
        std::fs::rename(new, self.dir.join(NAME))?;
        Ok(File::open(&self.dir)?.sync_all()?)
    }
}

fn unwrapped(copy: &[u8], phone: &StoreKey) -> Option<Vec<[u8; KEY_BYTES]>> {
    let (length, rest) = copy.split_at_checked(2)?;
    let (nonce, rest) = rest.split_at_checked(NONCE_LEN)?;
    let length = usize::from(u16::from_be_bytes(length.try_into().ok()?));
    let mut words = rest.get(..length)?.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let plain = phone.aead().ok()?.open_in_place(nonce, Aad::from(AAD), &mut words).ok()?.to_vec();
    let keys = plain.chunks_exact(KEY_BYTES).map(|key| key.try_into().ok());
    keys.collect::<Option<Vec<_>>>().filter(|keys| !keys.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(dir: &Path, phone: u8) -> Result<KeyFile, Problem> {
        match KeyFile::open(dir, Some(&StoreKey([phone; KEY_BYTES])))? {
            Opened::Sealed(file) | Opened::Fresh(file) => Ok(file),
            Opened::Unsealed => unreachable!("a key is given"),
        }
    }

    #[test]
    fn a_wrong_key_is_told_and_changes_nothing() {
        let dir = tempfile::tempdir().expect("a directory");
        let rows = opened(dir.path(), 1).expect("it is made").rows;
        let before = std::fs::read(dir.path().join(NAME)).expect("it is there");
        assert_eq!(opened(dir.path(), 2).err().expect("it is wrong").code, "store_key_wrong");
        let none = KeyFile::open(dir.path(), None).err().expect("it is missing");
        assert_eq!(none.code, "store_key_missing");
        assert_eq!(std::fs::read(dir.path().join(NAME)).expect("it is there"), before);
        assert_eq!(opened(dir.path(), 1).expect("it opens").rows, rows);
    }

    #[test]
    fn another_key_of_the_phone_keeps_the_keys_of_the_rows() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut file = opened(dir.path(), 1).expect("it is made");
        let rows = file.rows.clone();
        // Cut before the swap counts: the key before is good.
        std::fs::write(dir.path().join(NEW), b"half").expect("it is written");
        assert_eq!(opened(dir.path(), 1).expect("it opens").rows, rows);
        file.rekey(&StoreKey([2; KEY_BYTES])).expect("it is swapped");
        assert_eq!(opened(dir.path(), 2).expect("it opens").rows, rows);
        assert_eq!(opened(dir.path(), 1).err().expect("it is the old one").code, "store_key_wrong");
    }

    #[test]
    fn one_bad_sector_loses_nothing() {
        let dir = tempfile::tempdir().expect("a directory");
        let rows = opened(dir.path(), 1).expect("it is made").rows;
        let whole = std::fs::read(dir.path().join(NAME)).expect("it is there");
        for bad in [0, COPY_BYTES] {
            let mut bytes = whole.clone();
            bytes[bad..bad + COPY_BYTES].fill(0xaa);
            std::fs::write(dir.path().join(NAME), bytes).expect("it is written");
            assert_eq!(opened(dir.path(), 1).expect("it opens").rows, rows);
        }
    }

    #[test]
    fn a_key_that_was_destroyed_is_in_no_file() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut file = opened(dir.path(), 1).expect("it is made");
        let old = file.rows[0];
        file.add().expect("one is drawn");
        assert_eq!(opened(dir.path(), 1).expect("it opens").rows.len(), 2);
        file.destroy_older().expect("it is gone");
        let kept = opened(dir.path(), 1).expect("it opens").rows;
        assert!(kept.len() == 1 && kept[0] != old);
    }

    #[test]
    fn a_key_in_a_file_is_drawn_once() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("phone").join("phone.key");
        let keys: Vec<StoreKey> = std::thread::scope(|scope| {
            let drawing: Vec<_> = (0..4).map(|_| scope.spawn(|| StoreKey::in_file(&path))).collect();
            drawing.into_iter().map(|key| key.join().expect("no panic").expect("a key")).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
        assert_eq!(std::fs::read_dir(path.parent().expect("a folder")).map(Iterator::count).ok(), Some(1));
    }

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        let key = StoreKey::draw().expect("it is drawn");
        assert!(StoreKey::read(&key.hex()).is_ok_and(|read| read == key));
        for text in ["", "00", &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(StoreKey::read(text).err().expect("it is none").code, "store_key_malformed");
        }
    }
}
