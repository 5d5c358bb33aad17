//! Another signing key for the server: it is added to the key file, and signs from the next start on.
//!
//! ```text
//!   rotate ─▶ the file: old key, new key
//!   start ─▶ an epoch begins with a statement: the old key signs the new one
//!   phone ─▶ hears of the epoch, checks the statement by the key that it knows, and knows the new one
//! ```
//! The old key stays in the file: it opens what was sealed to it, and signs the change again when a backup of before it comes
//! back. Does not touch the store, nor a running server.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::fault::Fault;
use crate::key_file;
use crate::keys::{OwnKey, ServerKey};
use crate::private;
use crate::store::sqlite::inspect;

/// A key that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rotated {
    /// The file.
    pub file: PathBuf,
    /// The name of the key that signs until the next start.
    pub old: String,
    /// The name of the key that signs from then on.
    pub new: String,
    /// How many keys the file holds now.
    pub keys: usize,
    /// What a person must do now.
    pub to_do: &'static str,
}

const TO_DO: &str = "it takes effect at the next start of the server; keep a copy of the file apart, and back up: a backup of \
                     before does not hold the new key";

/// Adds a new key to the key file of a store, which is named or lies in the data directory.
///
/// # Errors
/// [`Fault::KeyOther`] when the file is of another store, [`Fault::KeyWaits`] when a new key waits for a start already; another
/// [`Fault`] of the place: the file is as it was then.
pub fn rotate_key(data: &Path, key_file: Option<&Path>) -> Result<Rotated, Fault> {
    let public_key = inspect(data, |read| Ok(read.server()?.public_key))?;
    // A link stays one: what it names is replaced.
    let file = key_file::path(data, key_file).canonicalize().map_err(|_| Fault::KeyUnread)?;
    let held = key_file::read(&file)?;
    let other = || Fault::KeyOther(key_file::name_of(&public_key));
    let at = held.iter().position(|own| own.public == public_key).ok_or_else(other)?;
    if at + 1 < held.len() {
        return Err(Fault::KeyWaits);
    }
    let new = OwnKey::open(&ServerKey::generate()?)?;
    let [old, name] = [&public_key, &new.public].map(|key| key_file::name_of(key));
    let pems: String = held.iter().chain([&new]).map(|own| key_file::pem(&own.secret)).collect();
    replace(&file, pems.as_bytes())?;
    Ok(Rotated { file, old, new: name, keys: held.len() + 1, to_do: TO_DO })
}

/// Whole or not at all, durable when this returns, and readable by whom it was before: the service, whoever runs this command.
fn replace(file: &Path, text: &[u8]) -> Result<(), Fault> {
    let was = std::fs::metadata(file)?;
    private::write(file, text)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, chown};
        if std::fs::metadata(file)?.uid() != was.uid() {
            chown(file, Some(was.uid()), Some(was.gid()))?;
        }
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok(File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?)
}
