//! Backups: a copy of the store at one moment, verified; and the way back, which begins a new epoch.
//!
//! ```text
//!   backup    copy ─ fsync ─ verify ─ (encrypt ─ read again) ─ name it ─ note it in the store: only now it counts
//!   restore   (decrypt) ─ verify ─ set the old store aside ─ put the copy in place ─ apply again what is kept
//!             outside the backups ─ new epoch
//! ```
//! What phones were acknowledged beyond a restored backup comes back from them: see
//! [`sync_core::sync::epoch`]. Does not choose when to back up.

mod envelope;
mod recipients;
mod scratch;

use std::fs::File;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime};
use serde::Serialize;
use uuid::Uuid;

use crate::check::verify_file;
use crate::fault::Fault;
use crate::key_file;
use crate::keys::random_id;
use crate::outside::file::Found;
use crate::private;
use crate::reconcile::{epochs, reference};
use crate::store::past::BackupRow;
use crate::store::sign_in::Over;
use crate::store::sqlite::{Again, copy_to, inspect, inspect_file, note, put_in_place};
pub use recipients::{Identities, Recipients, new_key};
pub(crate) use scratch::sweep;
use scratch::{For, Scratch};

/// Whom a backup is encrypted to, and whether the server's key goes along.
#[derive(Clone)]
pub struct Seal {
    /// Whom it is encrypted to.
    pub recipients: Recipients,
    /// What goes along with the store.
    pub with: With,
}

/// What goes along with a store in an encrypted backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum With {
    /// The server's key, from the file that is named or the one in the data directory: the backup is enough to start again.
    Key(Option<PathBuf>),
    /// Nothing: who opens it cannot speak as the server.
    Nothing,
}

/// Which backup is restored, and by what.
#[derive(Clone, Copy)]
pub struct Backup<'a> {
    /// The file.
    pub file: &'a Path,
    /// The keys that open it, when it is encrypted.
    pub identities: Option<&'a Identities>,
}

/// A backup that was written and verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackupReport {
    /// Its id.
    pub backup: Uuid,
    /// The last place that it holds.
    pub place: u64,
    /// Ops whose chain, hash and body were verified in the copy.
    pub ops: u64,
    /// When it was taken, in milliseconds.
    pub taken_ms: u64,
    /// Of an encrypted one, what is outside.
    #[serde(flatten)]
    pub sealed: Option<SealedReport>,
}

/// What an encrypted backup is from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SealedReport {
    /// Whom it is encrypted to.
    pub encrypted_to: Vec<String>,
    /// SHA-256 of the file, which stands beside it too.
    pub sha256: String,
    /// Whether the server's key is in it.
    pub holds_key: bool,
    /// What a person must do now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_do: Option<&'static str>,
}

/// A store that was restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RestoreReport {
    /// The new epoch.
    pub epoch: Uuid,
    /// The last place that it contains of the epoch before.
    pub contains: u64,
    /// Ops that were verified.
    pub ops: u64,
    /// What the store that was there is called now.
    pub set_aside: Option<PathBuf>,
    /// Whether the file of what is kept outside the backups was there.
    pub kept_outside: Found,
    /// How many revocations and the like of after the backup were applied again.
    pub applied_again: u64,
    /// The name of the server's key that this store needs.
    pub key: String,
    /// Whether it came out of the backup.
    pub key_restored: bool,
    /// What a person must do now, in its order.
    pub to_do: Vec<String>,
}

const KEY_APART: &str = "the server's key cannot be read here, so it is not in this backup: keep a copy of it apart, or name it with --key-file";
const MISSING: &str =
    "kept-outside.log was missing: revoke, disable, erase and change again what was since the backup";
const ADDED: &str = "people, services, phones and terminals that were added after this backup are not known: add them again, and \
                     give each phone and terminal a new code; what a phone holds is sent then";

/// Writes a plain backup into a new file, also beside a running server. It counts for `backed_up` once it
/// is durable and every chain, signature and receipt in it was verified.
///
/// # Errors
/// [`Fault::FileExists`]: a backup never replaces a file; [`Fault::IsFolder`]; [`Fault::PlainNamedAge`];
/// [`Fault::BackupUnsound`] when the copy is not as the store was written: it is kept as `<file>.unsound`.
pub fn backup(data: &Path, file: &Path, now_ms: u64) -> Result<BackupReport, Fault> {
    is_free(file)?;
    if is_named_sealed(file) {
        return Err(Fault::PlainNamedAge);
    }
    sweep(data)?;
    let part = part_of(file);
    drop(private::fresh(&part)?);
    let ops = copy_to(data, &part).and_then(|()| sound(&part));
    match &ops {
        Ok(_) => {}
        Err(Fault::BackupUnsound(_)) => std::fs::rename(&part, with_suffix(file, ".unsound"))?,
        Err(_) => drop(std::fs::remove_file(&part)),
    }
    let (ops, row) = (ops?, row_of(&part, now_ms)?);
    std::fs::rename(&part, file)?;
    synced_folder(file)?;
    counts(data, row, ops, None)
}

/// The same, encrypted. The plain copy that is verified lies beside the store, and is gone when this returns, or when the
/// next one begins; one that is not sound is kept there.
///
/// # Errors
/// As of [`backup`]; [`Fault::SealedNotAge`].
pub fn backup_sealed(data: &Path, file: &Path, seal: &Seal, now_ms: u64) -> Result<BackupReport, Fault> {
    is_free(file)?;
    if !is_named_sealed(file) {
        return Err(Fault::SealedNotAge);
    }
    let public_key = inspect(data, |read| Ok(read.server()?.public_key))?;
    let copy = Scratch::new(data, For::BackingUp)?;
    copy_to(data, copy.path())?;
    let ops = match sound(copy.path()) {
        Ok(ops) => ops,
        Err(fault) => {
            copy.keep_as(&data.join("waymark.sqlite.unsound"))?;
            return Err(fault);
        }
    };
    let row = row_of(copy.path(), now_ms)?;
    let key = seal.with.key(data, &public_key);
    let digest = envelope::seal(copy.path(), key.as_deref(), &seal.recipients, file)?;
    let encrypted_to = seal.recipients.names();
    let (sha256, holds_key) = (digest.to_string(), key.is_some());
    let to_do = (seal.with != With::Nothing && !holds_key).then_some(KEY_APART);
    let sealed = SealedReport { encrypted_to, sha256, holds_key, to_do };
    counts(data, row, ops, Some(sealed))
}

impl With {
    /// The bytes of the key file that goes along. A backup without it is better than none.
    fn key(&self, data: &Path, public_key: &[u8]) -> Option<Vec<u8>> {
        let Self::Key(named) = self else { return None };
        let path = key_file::path(data, named.as_deref());
        key_file::is_of(&path, public_key).then(|| std::fs::read(&path).ok()).flatten()
    }
}

/// Whether a name says that its file is encrypted.
fn is_named_sealed(file: &Path) -> bool {
    file.extension().is_some_and(|end| end.eq_ignore_ascii_case("age"))
}

/// Whether a backup can get this name.
fn is_free(file: &Path) -> Result<(), Fault> {
    if file.is_dir() {
        return Err(Fault::IsFolder);
    }
    if file.exists() { Err(Fault::FileExists) } else { Ok(()) }
}

fn row_of(copy: &Path, taken_ms: u64) -> Result<BackupRow, Fault> {
    let (place, tips) = inspect_file(copy, |read| {
        let tips = read.devices()?.into_iter().map(|device| (device.id, device.tip.seq));
        Ok((read.point()?.place, tips.filter(|(_, seq)| *seq > 0).collect()))
    })?;
    Ok(BackupRow { id: random_id(), taken_ms, place, tips })
}

/// Notes in the store that a backup counts.
fn counts(
    data: &Path,
    row: BackupRow,
    ops: u64,
    sealed: Option<SealedReport>,
) -> Result<BackupReport, Fault> {
    note(data, |tx| tx.add_backup(&row))?;
    let (place, is_sealed) = (row.place, sealed.is_some());
    tracing::info!(place, ops, is_sealed, "backup written and verified");
    Ok(BackupReport { backup: row.id, place, ops, taken_ms: row.taken_ms, sealed })
}

/// Makes the name of a new file durable.
fn synced_folder(file: &Path) -> Result<(), Fault> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok(File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?)
}

/// How backups in a folder are called; their names sort by the time at which they were taken.
const NAMED: &str = "waymark-%Y-%m-%dT%H%M%SZ.sqlite";

/// What is behind that name when it is encrypted, …
const SEALED: &str = ".age";
/// … and while it is written.
const PART: &str = ".part";

/// Writes a verified backup into a folder, and then deletes the oldest of those that lie there beyond so many, plain or
/// encrypted. The old ones are there until the new one counts.
///
/// # Errors
/// As of [`backup`], and [`Fault::NotFolder`]; nothing is deleted then.
pub fn backup_into(
    data: &Path,
    folder: &Path,
    keep: usize,
    seal: Option<&Seal>,
    now_ms: u64,
) -> Result<BackupReport, Fault> {
    if folder.is_file() {
        return Err(Fault::NotFolder);
    }
    private::create_dir_all(folder)?;
    let taken = DateTime::from_timestamp_millis(now_ms.cast_signed()).unwrap_or_default();
    let file = folder.join(taken.format(NAMED).to_string());
    let report = match seal {
        None => backup(data, &file, now_ms)?,
        Some(seal) => backup_sealed(data, &with_suffix(&file, SEALED), seal, now_ms)?,
    };
    let mut held = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        // Whatever else lies there is not ours to delete.
        match name.to_str().map(|name| (name, name.strip_suffix(PART))) {
            // A crash left it, and it never counted.
            Some((_, Some(part))) if is_ours(part) => std::fs::remove_file(folder.join(&name))?,
            Some((whole, None)) if is_ours(whole) => held.push(folder.join(&name)),
            Some(_) | None => {}
        }
    }
    held.sort();
    let over = held.len().saturating_sub(keep.max(1));
    for old in &held[..over] {
        std::fs::remove_file(old)?;
        match std::fs::remove_file(with_suffix(old, ".sha256")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(report)
}

fn is_ours(name: &str) -> bool {
    let name = name.strip_suffix(SEALED).unwrap_or(name);
    NaiveDateTime::parse_from_str(name, NAMED).is_ok()
}

/// Puts a plain backup in the place of a store and begins a new epoch. The store that is there is set aside.
///
/// # Errors
/// As of [`restore_from`].
pub fn restore(file: &Path, data: &Path, now_ms: u64) -> Result<RestoreReport, Fault> {
    restore_from(Backup { file, identities: None }, data, None, now_ms)
}

/// Puts a backup in the place of a store and begins a new epoch. The store that is there is set aside. What is
/// decrypted lies beside the store, and is gone when this returns.
///
/// The server's key comes out of the backup when it is there and no file of it is in its place (`key_file`, or the usual
/// one). Of two files the one that holds every key of the other is kept; else the one that lies there.
///
/// # Errors
/// [`Fault::BackupUnsound`] when the backup is not as it was written; [`Fault::BackupNeedsKey`] and
/// [`Fault::BackupOtherKey`] when it cannot be opened; [`Fault::BackupIsPlain`] when its name or a key that was given says
/// that it is encrypted; [`Fault::InUse`] while a server holds the data directory: nothing
/// was changed.
pub fn restore_from(
    from: Backup<'_>,
    data: &Path,
    key_file: Option<&Path>,
    now_ms: u64,
) -> Result<RestoreReport, Fault> {
    if !from.file.is_file() {
        return Err(Fault::BackupUnsound("there is no such file".to_owned()));
    }
    if !envelope::is_sealed(from.file)? {
        // Whoever put it there may have taken an encrypted one away.
        if is_named_sealed(from.file) || from.identities.is_some() {
            return Err(Fault::BackupIsPlain);
        }
        sweep(data)?;
        return put_back((from.file, None), data, key_file, now_ms);
    }
    let plain = Scratch::new(data, For::Restoring)?;
    let key = envelope::open(from.file, from.identities, plain.path())?;
    put_back((plain.path(), key), data, key_file, now_ms)
}

fn put_back(
    (file, key): (&Path, Option<Vec<u8>>),
    data: &Path,
    key_file: Option<&Path>,
    now_ms: u64,
) -> Result<RestoreReport, Fault> {
    let ops = sound(file)?;
    let (store, set_aside) = put_in_place(file, data)?;
    let again = store.again();
    let (epoch, contains) = store.write_now(move |tx| {
        let point = again.begins_at(tx.point()?);
        let server = epochs::restored(tx, point, now_ms)?;
        reference::changed(tx)?;
        // Whoever signed out, or was made to, since the backup must not be signed in again by it.
        tx.end_old_sessions(Over { began_before_ms: u64::MAX >> 1, seen_before_ms: u64::MAX >> 1 })?;
        Ok((server.epoch, point.place))
    })?;
    tracing::warn!(%epoch, contains, "restored: a new epoch begins");
    let Again { found, applied, .. } = again;
    let public_key = store.read_now(|read| Ok(read.server()?.public_key))?;
    let path = key_file::path(data, key_file);
    let key_restored = match key {
        Some(key) if !path.exists() => {
            key_file::write(&path, &key)?;
            true
        }
        // Every key of the file that lies there is in it, and a newer one.
        Some(key) if key_file::is_newer(&key, &path) => {
            private::write(&path, &key)?;
            true
        }
        Some(_) | None => false,
    };
    let key = key_file::name_of(&public_key);
    let keyless = key_file::fault_of(&path, &public_key).map(|fault| bring_key(&fault, &key, &path));
    let missing = (found == Found::Missing).then(|| MISSING.to_owned());
    Ok(RestoreReport {
        epoch,
        contains,
        ops,
        set_aside,
        kept_outside: found,
        applied_again: applied,
        key,
        key_restored,
        to_do: keyless.into_iter().chain(missing).chain([ADDED.to_owned()]).collect(),
    })
}

/// Which key is missing and where it belongs: without it the restored store does not start.
fn bring_key(fault: &Fault, key: &str, path: &Path) -> String {
    let path = path.display();
    if *fault == Fault::KeyOpenToOthers {
        return format!("{path}: {fault}");
    }
    let first = if *fault == Fault::KeyUnread {
        "the server's key is not in this backup: "
    } else {
        "the key that is there is damaged, or of another server: move it away, and "
    };
    format!(
        "{first}bring your newest copy of waymark.key with the name {key} to {path}, with the owner of the store and mode 600 (or \
         name its file with --key-file); without it the server does not start"
    )
}

/// How many ops a sound file holds.
fn sound(file: &Path) -> Result<u64, Fault> {
    let report = verify_file(file).map_err(|fault| match fault {
        // Of the file and not of the store: whoever restores looks at the other one.
        Fault::NoStore => Fault::BackupUnsound("there is no such file".to_owned()),
        Fault::Damaged(what) => Fault::BackupUnsound(what),
        other => other,
    })?;
    report.first_fault.map_or(Ok(report.ops), |fault| Err(Fault::BackupUnsound(fault)))
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn part_of(file: &Path) -> PathBuf {
    with_suffix(file, PART)
}
