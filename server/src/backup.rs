//! Backups: a copy of the store at one moment, verified; and the way back, which begins a new epoch.
//!
//! ```text
//!   backup    copy ─ fsync ─ verify ─ name it ─ note it in the store: only now it counts
//!   restore   verify ─ set the old store aside ─ put the copy in place ─ apply again what is kept
//!             outside the backups ─ new epoch
//! ```
//! What phones were acknowledged beyond a restored backup comes back from them: see
//! [`sync_core::sync::epoch`]. Does not choose when to back up.

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
use crate::store::past::{BackupRow, Began};
use crate::store::sign_in::Over;
use crate::store::sqlite::{Again, copy_to, inspect_file, note, put_in_place};

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
    /// The name of the server's key that this store needs, which no backup holds.
    pub key: String,
    /// What a person must do now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_do: Option<&'static str>,
}

const KEYLESS: &str = "put the server's key of this name into waymark.key, or name it with --key-file";
const MISSING: &str =
    "kept-outside.log was missing: revoke, disable and change again what was since the backup";

/// Writes a backup into a new file, also beside a running server. It counts for `backed_up` once it
/// is durable and every chain, signature and receipt in it was verified.
///
/// # Errors
/// [`Fault::FileExists`]: a backup never replaces a file; [`Fault::BackupUnsound`] when the copy is
/// not as the store was written: it is kept as `<file>.unsound`.
pub fn backup(data: &Path, file: &Path, now_ms: u64) -> Result<BackupReport, Fault> {
    if file.exists() {
        return Err(Fault::FileExists);
    }
    let unsound = with_suffix(file, ".unsound");
    copy_to(data, &unsound)?;
    let ops = sound(&unsound)?;
    let (place, tips) = inspect_file(&unsound, |read| {
        let tips = read.devices()?.into_iter().map(|device| (device.id, device.tip.seq));
        Ok((read.point()?.place, tips.filter(|(_, seq)| *seq > 0).collect()))
    })?;
    std::fs::rename(&unsound, file)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    let row = BackupRow { id: random_id(), taken_ms: now_ms, place, tips };
    note(data, |tx| tx.add_backup(&row))?;
    tracing::info!(place, ops, "backup written and verified");
    Ok(BackupReport { backup: row.id, place, ops, taken_ms: now_ms })
}

/// How backups in a folder are called; their names sort by the time at which they were taken.
const NAMED: &str = "waymark-%Y-%m-%dT%H%M%SZ.sqlite";

/// Writes a verified backup into a folder, and then deletes the oldest of those that lie there beyond so many. The old
/// ones are there until the new one counts.
///
/// # Errors
/// As of [`backup`]; nothing is deleted then.
pub fn backup_into(data: &Path, folder: &Path, keep: usize, now_ms: u64) -> Result<BackupReport, Fault> {
    private::create_dir_all(folder)?;
    let taken = DateTime::from_timestamp_millis(now_ms.cast_signed()).unwrap_or_default();
    let report = backup(data, &folder.join(taken.format(NAMED).to_string()), now_ms)?;
    let mut held = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        // Whatever else lies there is not ours to delete.
        if name.to_str().is_some_and(|name| NaiveDateTime::parse_from_str(name, NAMED).is_ok()) {
            held.push(folder.join(name));
        }
    }
    held.sort();
    let over = held.len().saturating_sub(keep.max(1));
    held[..over].iter().try_for_each(std::fs::remove_file)?;
    Ok(report)
}

/// Puts a backup in the place of a store and begins a new epoch. The store that is there is set aside.
///
/// # Errors
/// [`Fault::BackupUnsound`] when the backup is not as it was written, and [`Fault::InUse`] while a
/// server holds the data directory: nothing was changed.
pub fn restore(file: &Path, data: &Path, now_ms: u64) -> Result<RestoreReport, Fault> {
    let ops = sound(file)?;
    let (store, set_aside) = put_in_place(file, data)?;
    let again = store.again();
    let (epoch, contains) = store.write_now(move |tx| {
        let point = again.begins_at(tx.point()?);
        let server = epochs::begin(tx, Began::Restored, point, [random_id(), random_id()], now_ms)?;
        reference::changed(tx)?;
        // Whoever signed out, or was made to, since the backup must not be signed in again by it.
        tx.end_old_sessions(Over { began_before_ms: u64::MAX >> 1, seen_before_ms: u64::MAX >> 1 })?;
        Ok((server.epoch, point.place))
    })?;
    tracing::warn!(%epoch, contains, "restored: a new epoch begins");
    let Again { found, applied, .. } = again;
    let public_key = store.read_now(|read| Ok(read.server()?.public_key))?;
    let key = key_file::name_of(&public_key);
    let has_key = key_file::is_of(&key_file::path(data, None), &public_key);
    let to_do = if found == Found::Missing { Some(MISSING) } else { (!has_key).then_some(KEYLESS) };
    Ok(RestoreReport {
        epoch,
        contains,
        ops,
        set_aside,
        kept_outside: found,
        applied_again: applied,
        key,
        to_do,
    })
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
