//! The file of the server's signing key: outside the store, so that neither the store nor a backup holds it.
//!
//! ```text
//!   init ─▶ waymark.key (0600), the store keeps the key's digest
//!   rotate ─▶ another key behind it in the file
//!   start ─▶ the file, which must be the store's and nobody else's to read; its last key signs
//!   a store of before ─▶ the key moves from it into the file at the next start
//! ```
//! The digest serves the store where only sameness matters: see [`crate::own_logs`]. Does not make or use keys: see
//! [`crate::keys`]; nor change them: see [`crate::rotate`].

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;

use crate::fault::Fault;
use crate::keys::{OwnKey, ServerKey, Signatures as _, sha256};
use crate::private;
use crate::store::sqlite::SqliteStore;

/// The file, in the data directory, when no other is named.
const FILE: &str = "waymark.key";
const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";
/// What a store keeps of a key: SHA-256.
const DIGEST_BYTES: usize = 32;

/// Where the key of a store is.
pub(crate) fn path(data: &Path, named: Option<&Path>) -> PathBuf {
    named.map_or_else(|| data.join(FILE), Path::to_owned)
}

/// What a store keeps of its server's key.
pub(crate) fn kept_of(signing_key: &[u8]) -> Vec<u8> {
    sha256(signing_key).0.to_vec()
}

/// Writes a new key file, durable when this returns; one that is there is never replaced.
pub(crate) fn create(path: &Path, signing_key: &[u8]) -> Result<(), Fault> {
    write(path, pem(signing_key).as_bytes())
}

/// A key as it stands in its file.
pub(crate) fn pem(signing_key: &[u8]) -> String {
    let lines = STANDARD.encode(signing_key);
    let lines = lines.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned());
    format!("{BEGIN}\n{}\n{END}\n", lines.collect::<Vec<_>>().join("\n"))
}

/// Writes the text of a key file, as [`create`].
pub(crate) fn write(path: &Path, text: &[u8]) -> Result<(), Fault> {
    let mut file = private::options().create_new(true).write(true).open(path).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists { Fault::KeyExists } else { error.into() }
    })?;
    file.write_all(text)?;
    file.sync_all()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok(File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?)
}

/// The key of a store, from its file. A store of before gives its key away to the file.
pub(crate) fn open(store: &SqliteStore, path: &Path) -> Result<ServerKey, Fault> {
    let row = store.read_now(|read| read.server())?;
    if row.log_code.len() > DIGEST_BYTES {
        if !path.exists() {
            create(path, &row.log_code)?;
        }
        let kept = kept_of(&row.log_code);
        store.write_now(move |tx| tx.keep_key_digest(&kept))?;
        store.empty_log()?;
        tracing::warn!(
            "the server's key moved out of the store into its file; backups of before still hold it"
        );
    }
    let key = ServerKey::of(read(path)?)?;
    let knows = key.held().iter().any(|own| own.public == row.public_key);
    if knows { Ok(key) } else { Err(Fault::KeyOther(name_of(&row.public_key))) }
}

/// Whether the file holds the key of this public key, as its present one or as one before.
pub(crate) fn is_of(path: &Path, public_key: &[u8]) -> bool {
    fault_of(path, public_key).is_none()
}

/// Why the file does not give the key of this public key.
pub(crate) fn fault_of(path: &Path, public_key: &[u8]) -> Option<Fault> {
    match read(path) {
        Ok(held) if held.iter().any(|own| own.public == public_key) => None,
        Ok(_) => Some(Fault::KeyOther(name_of(public_key))),
        Err(fault) => Some(fault),
    }
}

/// Whether the text of a key file goes on from the keys of another file, and holds more.
pub(crate) fn is_newer(text: &[u8], than: &Path) -> bool {
    let (Ok(new), Ok(old)) = (keys_in(text), read(than)) else { return false };
    new.len() > old.len() && new.iter().zip(&old).all(|(new, old)| new.public == old.public)
}

/// How people call a key: the first letters of its public half's digest.
pub(crate) fn name_of(public_key: &[u8]) -> String {
    let mut name = sha256(public_key).to_string();
    name.truncate(16);
    name
}

/// The keys of a file, in their order: the present one last.
pub(crate) fn read(path: &Path) -> Result<Vec<OwnKey>, Fault> {
    private::refuse_if_open_to_others(path, Fault::KeyUnread)?;
    let text = std::fs::read(path).map_err(|_| Fault::KeyUnread)?;
    keys_in(&text)
}

fn keys_in(text: &[u8]) -> Result<Vec<OwnKey>, Fault> {
    let keys = PrivatePkcs8KeyDer::pem_slice_iter(text).map(|key| {
        let key = key.map_err(|_| Fault::KeyDamaged)?;
        OwnKey::open(key.secret_pkcs8_der()).map_err(|_| Fault::KeyDamaged)
    });
    let keys: Vec<OwnKey> = keys.collect::<Result<_, Fault>>()?;
    if keys.is_empty() { Err(Fault::KeyDamaged) } else { Ok(keys) }
}
