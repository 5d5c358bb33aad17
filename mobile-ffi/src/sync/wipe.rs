//! A phone that was taken out of use: readable data go at once, what was not sent is sealed, sent, and
//! dropped only when the server has it.
//!
//! ```text
//!   wipe ─▶ one transaction: outbox sealed, everything readable deleted ─▶ files scrubbed
//!        ─▶ POST /v1/sync/sealed, until it is acknowledged ─▶ nothing is left
//! ```
//! What is sealed is [`sync_core::phone::wipe`]'s. Does not decide who is revoked, and deletes nothing that could not be
//! sealed.

use rusqlite::{Connection, params};
use serde_json::{Value, json};
use sync_core::clock::Uptime;
use sync_core::ids::Digest;
use sync_core::log::Tip;
use sync_core::phone::state::PhoneState;
use sync_core::phone::wipe::{Wiped, settle};
use sync_core::sync::sealed::{Outbox, Taken};
use sync_core::sync::statement::{SignedHeader, Statement, digest_of_sent};

use crate::device::Device;
use crate::problem::Problem;
use crate::seal::seal;
use crate::store::meta::{self, key};
use crate::store::ops;
use crate::sync;
use crate::sync::transport::Reply;
use sync_core::command::Member;

/// How many sealed entries the server has not taken yet.
pub(crate) fn pending(db: &Connection) -> Result<u64, Problem> {
    Ok(db.query_row("SELECT COALESCE(SUM(entries), 0) FROM sealed_outbox", [], |row| row.get(0))?)
}

/// What a person reads.
pub(crate) fn shown(db: &Connection, state: &PhoneState) -> Result<Value, Problem> {
    let Some(Wiped { entries }) = state.wiped else { return Ok(Value::Null) };
    let pending = pending(db)?;
    let words = if pending == 0 {
        format!("This phone was taken out of use and wiped; {entries} entries were sent sealed.")
    } else {
        format!(
            "This phone was taken out of use and wiped; {pending} entries are sealed and wait to be sent."
        )
    };
    Ok(json!({"entries": entries, "pending": pending, "words": words}))
}

/// Wipes, in the caller's transaction: seals these parts and deletes everything else. What cannot be sealed stays, out
/// of sight.
pub(crate) fn wipe(db: &Connection, me: &Member, parts: &[Outbox]) -> Result<(), Problem> {
    db.execute_batch(
        "DELETE FROM stream_op; DELETE FROM summary; DELETE FROM summary_about; DELETE FROM open_conflict; DELETE FROM extract; DELETE FROM draft;
         DELETE FROM erased_op; DELETE FROM forgotten;
         DELETE FROM exhibit; DELETE FROM provider; DELETE FROM set_aside;",
    )?;
    // An entry that does not open is out of sight as it is.
    let _ = db.execute_batch("UPDATE own_op SET sealed = 1; UPDATE old_op SET sealed = 1;");
    let Ok(blobs) = parts.iter().map(|part| sealed(me, part)).collect::<Result<Vec<_>, _>>() else {
        return Ok(());
    };
    let mut entries = 0;
    for (part, blob) in parts.iter().zip(blobs) {
        let many = part.ops.len() as u64;
        db.execute("INSERT INTO sealed_outbox (entries, blob) VALUES (?1, ?2)", params![many, blob])?;
        entries += many;
    }
    let tip = ops::tip(db)?;
    db.execute_batch("DELETE FROM own_op; DELETE FROM old_op; DELETE FROM seed; DELETE FROM old_seed;")?;
    meta::change(db, |state| settle(state, tip, entries))
}

fn sealed(me: &Member, part: &Outbox) -> Result<Vec<u8>, Problem> {
    let plain = serde_json::to_vec(part).expect("ops are plain data");
    seal(&me.server_key, me.device, &plain)
}

/// Sends what is sealed; each part is dropped when the server says that it has it.
pub(crate) fn deliver(
    device: &Device,
    mut send: impl FnMut(&str, String, Vec<u8>) -> Result<Reply, Problem>,
) -> Result<(), Problem> {
    loop {
        // The lock ends with the statement: nothing is locked while a part is under way.
        let part = next(&device.store().db)?;
        let Some((id, blob)) = part else { break };
        let (server, header) = signed(device, &blob)?;
        let reply = send(&server, header, blob.clone())?;
        if let Some(counter) = counter_named(&reply) {
            meta::change(&device.store().db, |state| state.counter = counter)?;
            continue;
        }
        let taken: Option<Taken> = serde_json::from_slice(&reply.body).ok();
        if reply.status != 200 || taken.map(|taken| taken.taken) != Some(digest_of_sent(&blob)) {
            return Err(sync::refused(&reply));
        }
        device.store().db.execute("DELETE FROM sealed_outbox WHERE id = ?1", [id])?;
    }
    device.store().scrub()
}

fn next(db: &Connection) -> Result<Option<(i64, Vec<u8>)>, Problem> {
    use rusqlite::OptionalExtension as _;
    let sql = "SELECT id, blob FROM sealed_outbox ORDER BY id LIMIT 1";
    Ok(db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// The counter that a server names which has seen ours before.
pub(crate) fn counter_named(reply: &Reply) -> Option<u64> {
    let problem = reply.problem()?;
    (reply.status == 409 && problem["code"] == "counter_old").then(|| problem["counter"].as_u64())?
}

/// A header over a body that stands on no entry, and the server's address.
pub(crate) fn signed(device: &Device, blob: &[u8]) -> Result<(String, String), Problem> {
    let store = device.store();
    let server: Option<String> = meta::value(&store.db, key::SERVER)?;
    let (me, counter) = meta::change(&store.db, |state| (state.me.clone(), state.next_counter()))?;
    let me = me.ok_or_else(|| Problem::new("not_enrolled", ""))?;
    drop(store);
    let uptime = device.clock().uptime();
    let statement = statement(me.device, counter, uptime, digest_of_sent(blob));
    let signature = device.signer().sign(&statement.bytes())?;
    let header =
        SignedHeader { device: me.device, counter, boot: Some(uptime.boot), uptime_ms: uptime.ms, signature };
    Ok((server.ok_or_else(|| Problem::new("server_unset", ""))?, header.to_string()))
}

fn statement(device: sync_core::ids::DeviceId, counter: u64, uptime: Uptime, body: Digest) -> Statement {
    Statement { device, epoch: None, counter, tip: Tip::default(), receipt: None, cursor: None, uptime, body }
}
