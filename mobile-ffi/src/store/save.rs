//! Saves what the phone machine changed, in the caller's transaction, and folds what it touched.
//!
//! Does not decide what changes: see [`sync_core::phone`].

use rusqlite::{Connection, params};
use serde::Serialize;
use sync_core::ids::OpId;
use sync_core::phone::changes::{Changes, LooksUpAnew, NewOwnLog, OldLogs, Safe};
use sync_core::phone::erase::NO_SALT;
use sync_core::phone::events::{self, Event};
use sync_core::phone::rows::{Gone, Other, Own};
use sync_core::sync::receipt::WireReceipt;

use crate::problem::Problem;
use crate::store::held::HeldIn;
use crate::store::{meta, ops, recovery, reference, state, verified};
use crate::sync::wipe;

/// Saves changes, and gives what to tell of the records that they touch.
pub(crate) fn save(held: HeldIn<'_>, changes: &Changes) -> Result<Vec<Event>, Problem> {
    let db = held.db;
    meta::keep_state(db, &changes.was, &changes.state)?;
    keep_new_log(db, changes)?;
    changes.own.iter().try_for_each(|(seq, own)| keep_own(db, *seq, own))?;
    if changes.new_log.is_some() || changes.own.values().any(|own| !own.acknowledged) {
        // What waits is verified at every open.
        verified::forget(db)?;
    }
    changes.others.iter().try_for_each(|(id, other)| keep_other(db, *id, other.as_ref()))?;
    changes.gone.iter().try_for_each(|(id, gone)| keep_gone(db, *id, gone.as_ref()))?;
    for (id, erased) in &changes.erased {
        keep_erased(db, *id, erased.as_ref())?;
    }
    changes.receipt.iter().try_for_each(|receipt| keep_receipt(db, receipt))?;
    for (conflict, extract) in &changes.extracts {
        reference::keep_extract(db, *conflict, extract.as_ref())?;
    }
    changes.providers.iter().try_for_each(|providers| reference::keep_providers(db, providers))?;
    if let Some(safe) = changes.safe {
        drop_what_is_safe(db, safe, changes)?;
    }
    let events = fold(held, changes)?;
    if let (Some(parts), Some(me)) = (&changes.wipe, &changes.state.me) {
        wipe::wipe(db, me, parts)?;
        held.let_all_go();
    }
    Ok(events)
}

/// Sets the log aside that was written before, and appends the new one.
fn keep_new_log(db: &Connection, changes: &Changes) -> Result<(), Problem> {
    let Some(NewOwnLog { old, set_aside, seed, held, anew }) = &changes.new_log else { return Ok(()) };
    if let Some(device) = set_aside {
        recovery::set_aside(db, *device)?;
    }
    held.iter().try_for_each(|seq| recovery::set_state(db, *old, *seq, "held"))?;
    anew.iter().try_for_each(|seq| recovery::set_state(db, *old, *seq, "reissued"))?;
    if let Some(first) = changes.appended.first() {
        let seed = ops::keep_seed(db, first.seq(), *seed)?;
        changes.appended.iter().try_for_each(|own| ops::append(db, own, seed))?;
    }
    Ok(())
}

fn keep_own(db: &Connection, seq: u64, own: &Own) -> Result<(), Problem> {
    let sql =
        "UPDATE own_op SET body = ?2, salt = ?3, acknowledged = ?4, sealed = ?5, stamp = ?6 WHERE seq = ?1";
    let stamp = own.stamp.as_ref().map(json);
    let (body, salt) = (own.op.body.as_deref(), own.op.salt.0);
    db.prepare_cached(sql)?.execute(params![seq, body, salt, own.acknowledged, own.sealed, stamp])?;
    Ok(())
}

/// Keeps an entry of others, or drops it.
pub(crate) fn keep_other(db: &Connection, id: OpId, other: Option<&Other>) -> Result<(), Problem> {
    let device = id.device.to_string();
    let Some(Other { op, rev, lost }) = other else {
        let sql = "DELETE FROM stream_op WHERE device = ?1 AND seq = ?2";
        db.prepare_cached(sql)?.execute(params![device, id.seq])?;
        return Ok(());
    };
    let sql = "INSERT OR REPLACE INTO stream_op (device, seq, record, stream, rev, op, lost)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let (record, stream) = (op.stream.record.to_string(), op.stream.to_string());
    db.prepare_cached(sql)?.execute(params![device, id.seq, record, stream, rev, json(op), lost])?;
    Ok(())
}

/// Keeps what is left of an entry in a lost stream, or drops it.
pub(crate) fn keep_gone(db: &Connection, id: OpId, gone: Option<&Gone>) -> Result<(), Problem> {
    let device = id.device.to_string();
    let Some(Gone { stream, deps, rev, gone }) = gone else {
        let sql = "DELETE FROM forgotten WHERE device = ?1 AND seq = ?2";
        db.prepare_cached(sql)?.execute(params![device, id.seq])?;
        return Ok(());
    };
    let sql = "INSERT OR REPLACE INTO forgotten (device, seq, record, stream, deps, rev, gone)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let (record, stream) = (stream.record.to_string(), stream.to_string());
    db.prepare_cached(sql)?.execute(params![device, id.seq, record, stream, json(deps), rev, gone])?;
    Ok(())
}

/// Keeps what is left of an erased entry, or drops it. A copy of it in an earlier log loses its body too.
fn keep_erased(db: &Connection, id: OpId, erased: Option<&impl Serialize>) -> Result<(), Problem> {
    let device = id.device.to_string();
    let Some(erased) = erased else {
        let sql = "DELETE FROM erased_op WHERE device = ?1 AND seq = ?2";
        db.prepare_cached(sql)?.execute(params![device, id.seq])?;
        return Ok(());
    };
    let sql = "INSERT OR REPLACE INTO erased_op (device, seq, erased) VALUES (?1, ?2, ?3)";
    db.prepare_cached(sql)?.execute(params![device, id.seq, json(erased)])?;
    let sql = "UPDATE old_op SET body = NULL, salt = ?3 WHERE device = ?1 AND seq = ?2";
    db.prepare_cached(sql)?.execute(params![device, id.seq, NO_SALT.0])?;
    Ok(())
}

fn keep_receipt(db: &Connection, receipt: &WireReceipt) -> Result<(), Problem> {
    let epoch = receipt.epoch.unwrap_or_default().to_string();
    let sql = "INSERT OR IGNORE INTO receipt (seq, epoch, receipt) VALUES (?1, ?2, ?3)";
    db.prepare_cached(sql)?.execute(params![receipt.seq, epoch, json(receipt)])?;
    Ok(())
}

fn drop_what_is_safe(db: &Connection, safe: Safe, changes: &Changes) -> Result<(), Problem> {
    ops::drop_seeds(db, safe.seq, changes.state.unscrubbed)?;
    match safe.old_logs {
        OldLogs::Kept => {}
        OldLogs::Dropped => recovery::drop_old_logs(db)?,
    }
    // The newest says what the next push stands on.
    let sql = "DELETE FROM receipt WHERE seq <= ?1 AND seq < (SELECT MAX(seq) FROM receipt)";
    db.prepare_cached(sql)?.execute([safe.backed_up])?;
    Ok(())
}

/// Makes the summaries of what was touched anew, and gives what to tell of it.
fn fold(held: HeldIn<'_>, changes: &Changes) -> Result<Vec<Event>, Problem> {
    let db = held.db;
    let mut were_open = Vec::with_capacity(changes.touched.len());
    for record in &changes.touched {
        were_open.push((*record, state::open_conflicts_of(db, *record)?));
    }
    held.follow(changes);
    match changes.looks_up_anew {
        LooksUpAnew::No => {
            // A later page, or a command, goes on from here.
            changes.touched.iter().try_for_each(|record| held.renew(*record))?;
            state::refold(held, changes.touched.iter().copied())?;
        }
        LooksUpAnew::Yes => state::refold_all(held, &changes.touched)?,
    }
    let mut events = Vec::new();
    for (record, were_open) in were_open {
        events.extend(events::changed(record, were_open, state::open_conflicts_of(db, record)?));
    }
    Ok(events)
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("what is kept is plain data")
}
