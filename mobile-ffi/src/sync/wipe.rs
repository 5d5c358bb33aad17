//! A phone that was taken out of use: readable data go at once, what was not sent is sealed, sent, and
//! dropped only when the server has it.
//!
//! ```text
//!   wipe ─▶ one transaction: outbox sealed, everything readable deleted ─▶ files scrubbed
//!        ─▶ POST /v1/sync/sealed, until it is acknowledged ─▶ nothing is left
//! ```
//! Does not decide who is revoked, and deletes nothing that could not be sealed.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sync_core::clock::Uptime;
use sync_core::ids::Digest;
use sync_core::log::Tip;
use sync_core::op::Op;
use sync_core::sync::sealed::{Outbox, SealedOp, Taken};
use sync_core::sync::statement::{SignedHeader, Statement, digest_of_sent};

use crate::device::Device;
use crate::me;
use crate::problem::Problem;
use crate::seal::seal;
use crate::store::meta::{self, key};
use crate::store::{ops, recovery};
use crate::sync::transport::Reply;
use sync_core::command::Member;

/// A sealed part stays well below what the server takes in one request.
const MAX_PART_BYTES: usize = 512 * 1024;

/// What became of the entries of a phone that was taken out of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wiped {
    /// How many were sealed.
    pub(crate) entries: u64,
}

/// Whether this phone was taken out of use.
pub(crate) fn state(db: &Connection) -> Result<Option<Wiped>, Problem> {
    meta::value(db, key::WIPED)
}

/// How many sealed entries the server has not taken yet.
pub(crate) fn pending(db: &Connection) -> Result<u64, Problem> {
    Ok(db.query_row("SELECT COALESCE(SUM(entries), 0) FROM sealed_outbox", [], |row| row.get(0))?)
}

/// What a person reads.
pub(crate) fn shown(db: &Connection) -> Result<Value, Problem> {
    let Some(Wiped { entries }) = state(db)? else { return Ok(Value::Null) };
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

/// Wipes, in the caller's transaction.
pub(crate) fn wipe(db: &Connection, me: &Member, backed_up: u64) -> Result<(), Problem> {
    if state(db)?.is_some() {
        return Ok(());
    }
    db.execute_batch(
        "DELETE FROM stream_op; DELETE FROM summary; DELETE FROM summary_about; DELETE FROM open_conflict; DELETE FROM extract; DELETE FROM draft;
         DELETE FROM erased_op; DELETE FROM forgotten;
         DELETE FROM exhibit; DELETE FROM provider; UPDATE own_op SET sealed = 1; UPDATE old_op SET sealed = 1;",
    )?;
    let unsafe_yet = not_backed_up(db, backed_up)?;
    let entries = unsafe_yet.len() as u64;
    let Ok(parts) = sealed(me, unsafe_yet) else { return Ok(()) };
    for (entries, blob) in parts {
        db.execute("INSERT INTO sealed_outbox (entries, blob) VALUES (?1, ?2)", params![entries, blob])?;
    }
    // The log goes on from here as far as the anchor is concerned.
    meta::keep(db, key::BASE, &ops::tip(db)?)?;
    db.execute_batch("DELETE FROM own_op; DELETE FROM old_op; DELETE FROM seed; DELETE FROM old_seed;")?;
    me::keep(db, &Member { name: String::new(), ..me.clone() })?;
    [key::RECOVERY, key::RECEIPT, key::HLC].into_iter().try_for_each(|name| meta::drop(db, name))?;
    meta::keep(db, key::WIPED, &Wiped { entries })
}

/// Every own op that is not in two of the server's backups.
fn not_backed_up(db: &Connection, backed_up: u64) -> Result<Vec<Op>, Problem> {
    let safe = backed_up.min(ops::acknowledged(db)?);
    let mut unsafe_yet = recovery::not_repeated(db)?;
    unsafe_yet.extend(ops::own_ops(db, safe + 1, u64::MAX >> 1)?.into_iter().map(|own| own.op));
    Ok(unsafe_yet)
}

fn sealed(me: &Member, ops: Vec<Op>) -> Result<Vec<(u64, Vec<u8>)>, Problem> {
    let mut parts: Vec<(Vec<SealedOp>, usize)> = Vec::new();
    for op in ops {
        let bytes = 700 + op.body.as_deref().map_or(0, str::len);
        match parts.last_mut().filter(|(_, size)| size + bytes <= MAX_PART_BYTES) {
            Some((part, size)) => {
                part.push(SealedOp::of(&op));
                *size += bytes;
            }
            None => parts.push((vec![SealedOp::of(&op)], bytes)),
        }
    }
    let seal = |(ops, _): (Vec<SealedOp>, usize)| {
        let entries = ops.len() as u64;
        let plain = serde_json::to_vec(&Outbox { device: me.device, ops }).expect("ops are plain data");
        Ok((entries, seal(&me.server_key, me.device, &plain)?))
    };
    parts.into_iter().map(seal).collect()
}

/// Sends what is sealed; each part is dropped when the server says that it has it.
pub(crate) fn deliver(
    device: &Device,
    mut send: impl FnMut(&str, String, Vec<u8>) -> Result<Option<Reply>, Problem>,
) -> Result<(), Problem> {
    loop {
        // The lock ends with the statement: nothing is locked while a part is under way.
        let part = next(&device.store().db)?;
        let Some((id, blob)) = part else { break };
        let (server, header) = signed(device, &blob)?;
        let reply = send(&server, header, blob.clone())?.ok_or_else(|| Problem::new("unreachable", ""))?;
        if let Some(counter) = counter_named(&reply) {
            meta::keep(&device.store().db, key::COUNTER, &counter)?;
            continue;
        }
        let taken: Option<Taken> = serde_json::from_slice(&reply.body).ok();
        if reply.status != 200 || taken.map(|taken| taken.taken) != Some(digest_of_sent(&blob)) {
            return Err(Problem::new("server_refused", format!("status {}", reply.status)));
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
fn counter_named(reply: &Reply) -> Option<u64> {
    let problem = reply.problem()?;
    (reply.status == 409 && problem["code"] == "counter_old").then(|| problem["counter"].as_u64())?
}

fn signed(device: &Device, blob: &[u8]) -> Result<(String, String), Problem> {
    let store = device.store();
    let me: Member = meta::value(&store.db, key::ME)?.ok_or_else(|| Problem::new("not_enrolled", ""))?;
    let server: Option<String> = meta::value(&store.db, key::SERVER)?;
    let counter = meta::next(&store.db, key::COUNTER)?;
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
