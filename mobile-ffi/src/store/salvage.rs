//! Salvage: out of a damaged store comes a new one that holds whatever can be read and is as it was.
//!
//! ```text
//!   waymark.db (damaged) ── carve, verify each op by its own hash ──▶ waymark.db.new, one transaction
//!   waymark.db ─▶ waymark.db.damaged-1       waymark.db.new ─▶ waymark.db
//! ```
//! The new file is whole before the old one is touched; a crash between the two renames is finished at
//! the next open. The ops wait, sealed, until the phone enrols again and they are written anew. Nothing
//! is deleted. Does not repair a file in place.

mod carve;
mod found;

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};
use sync_core::clock::Hlc;
use sync_core::ids::DeviceId;
use sync_core::log::Tip;
use sync_core::phone::recover::{Because, Certain, Recovery, note};

use crate::anchor::Mark;
use crate::private;
use crate::problem::Problem;
use crate::store::meta;
use crate::store::sealer::Keys;
use crate::store::{FILE, Fault, PAGE_BYTES, migrate, sealing};
use found::{Found, Table};
use sync_core::command::Member;

const NEW: &str = "waymark.db.new";
/// Under which name the damaged file is kept; written with the salvage, so that a cut swap is finished.
const KEPT_AS: &str = "damaged_kept_as";

/// Whether the files hold an op beyond `tip` that the anchor covers.
pub(super) fn finds_beyond(dir: &Path, tip: Tip, mark: Mark, keys: &Keys) -> Result<bool, Problem> {
    let (file, wal) = read(dir)?;
    let own =
        found::ops(&carve::rows(&file, &wal), keys).into_iter().filter(|found| found.table == Table::Own);
    let mut ids = own.map(|found| found.op.header.id);
    Ok(ids.any(|id| {
        mark.device.is_none_or(|device| device == id.device) && id.seq > tip.seq && id.seq <= mark.seq
    }))
}

/// Salvages the store of a directory, and puts a new one in its place.
pub(super) fn salvage(dir: &Path, mark: Option<Mark>, why: &str, keys: &Keys) -> Result<(), Problem> {
    let (file, wal) = read(dir)?;
    let found = found::ops(&carve::rows(&file, &wal), keys);
    let beside = found::Beside::read(dir, keys)?;
    let new = dir.join(NEW);
    remove(&new)?;
    private::touch(&new)?;
    let mut db = Connection::open(&new)?;
    let sealer = keys.attach(&db)?;
    db.pragma_update(None, "page_size", PAGE_BYTES)?;
    db.pragma_update(None, "synchronous", "FULL")?;
    migrate(&mut db)?;
    if !keys.0.is_empty() {
        sealing::seal_in_place(&mut db, &sealer, keys).map_err(Fault::problem)?;
    }
    let tx = db.transaction()?;
    let kept_as = free_name(dir);
    meta::keep(&tx, KEPT_AS, &(&kept_as, why))?;
    keep(&tx, found, &beside, mark)?;
    tx.commit()?;
    db.close().map_err(|(_, error)| error)?;
    finish(dir, keys)
}

/// Finishes the change to a salvaged store that is whole; drops one that is not.
pub(super) fn finish(dir: &Path, keys: &Keys) -> Result<(), Problem> {
    let new = dir.join(NEW);
    if !new.exists() {
        return Ok(());
    }
    let kept_as = Connection::open(&new)
        .ok()
        .filter(|db| keys.attach(db).is_ok())
        .and_then(|db| meta::value::<(String, String)>(&db, KEPT_AS).ok()?);
    let Some((kept_as, _)) = kept_as else { return remove(&new) };
    for suffix in ["-wal", "-shm", ""] {
        let from = dir.join(format!("{FILE}{suffix}"));
        if from.exists() {
            std::fs::rename(from, dir.join(format!("{kept_as}{suffix}")))?;
        }
    }
    std::fs::rename(new, dir.join(FILE))?;
    File::open(dir)?.sync_all()?;
    Ok(())
}

fn remove(new: &Path) -> Result<(), Problem> {
    for suffix in ["", "-journal", "-wal", "-shm"] {
        let path = PathBuf::from(format!("{}{suffix}", new.display()));
        if path.exists() {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn free_name(dir: &Path) -> String {
    let name = |n: u32| format!("{FILE}.damaged-{n}");
    let taken =
        |name: &String| ["", "-wal"].iter().any(|suffix| dir.join(format!("{name}{suffix}")).exists());
    (1..).map(name).find(|name| !taken(name)).expect("some number is free")
}

/// Database and write-ahead log as they lie there.
fn read(dir: &Path) -> Result<(Vec<u8>, Vec<u8>), Problem> {
    let read = |suffix: &str| match std::fs::read(dir.join(format!("{FILE}{suffix}"))) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Problem::from(error)),
    };
    Ok((read("")?, read("-wal")?))
}

fn keep(
    db: &Connection,
    found: Vec<Found>,
    beside: &found::Beside,
    mark: Option<Mark>,
) -> Result<(), Problem> {
    let device = device_of(&found, beside, mark);
    let mut last = Tip::default();
    let (mut reads, mut command, mut hlc) = (0, 0, Hlc::default());
    for found in found {
        let header = &found.op.header;
        // Rows of an older own log were moved to `old_op`; a page that was freed may show them still.
        let is_of_log = Some(header.id.device) == device;
        if !is_of_log && found.table == Table::Own {
            continue;
        }
        if is_of_log {
            last = last.max_seq(Tip { seq: header.id.seq, hash: found.hash });
            reads += 1;
            hlc = hlc.max(header.hlc);
        }
        command = command.max(found.command);
        let state = if is_of_log { "waiting" } else { found.state.as_str() };
        let insert = "INSERT OR REPLACE INTO old_op VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, NULL, ?9)";
        let (id, salt) = (header.id, found.op.salt.0);
        db.prepare_cached(insert)?.execute(params![
            id.device.to_string(),
            id.seq,
            header.layout(),
            found.op.body.as_deref(),
            salt,
            found.hash.0,
            found.command,
            found.sealed,
            state
        ])?;
    }
    let marked = mark.filter(|mark| mark.device.is_none() || mark.device == device);
    let known = marked.map_or(last, |mark| last.max_seq(mark.tip()));
    let unread = known.seq.saturating_sub(reads);
    let (because, certain) = (Because::Damaged, Certain::Yes);
    meta::change(db, |state| {
        note(state, Recovery { because, device, known, reads: last.seq, unread, certain });
        (state.command, state.hlc) = (command, hlc);
        beside.fill(state, device);
        // Who the phone is goes on from here.
        state.base = state.me.as_ref().map(|_| known);
    })?;
    beside.keep(db)
}

/// Whose log it is: as the store says, else the anchor, else the newest op.
fn device_of(found: &[Found], beside: &found::Beside, mark: Option<Mark>) -> Option<DeviceId> {
    let newest =
        found.iter().filter(|found| found.table == Table::Own).max_by_key(|found| found.op.header.hlc);
    let said = beside.me().map(|me: &Member| me.device).or(mark.and_then(|mark| mark.device));
    said.or(newest.map(|found| found.op.header.id.device))
}
