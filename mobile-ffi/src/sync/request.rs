//! Builds one signed request; its counter is saved before it leaves.
//!
//! A push ends where a command ends, within the bounds of the protocol. Does not send.

use rusqlite::{Connection, TransactionBehavior, params};
use sync_core::log::Tip;
use sync_core::op::{Op, VOCABULARY};
use sync_core::shape::MAX_PUSH_OPS;
use sync_core::sync::push::{PROTOCOL, Push, Sender, write_ops};
use sync_core::sync::room::Room;
use sync_core::sync::statement::{SignedHeader, Statement, digest_of_sent};
use uuid::Uuid;

use crate::device::{Device, me};
use crate::keys::base64url;
use crate::problem::Problem;
use crate::store::epoch;
use crate::store::meta::{self, key};
use crate::store::ops::{self, Own};
use crate::sync::packing::{self, Packing};
use crate::sync::recover;
use sync_core::command::Member;

/// The most bytes of op bodies in one push.
const MAX_PUSH_BYTES: usize = 512 * 1024;
/// What an op costs besides its body.
const HEADER_BYTES: usize = 256;

/// What the server asked for in its last problem.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ask {
    /// Write out what the push stands on: previous hash, epoch, receipt and boot.
    pub(crate) whole: bool,
    /// Push from this seq on.
    pub(crate) from: Option<u64>,
    /// Pack with this.
    pub(crate) packing: Packing,
}

/// A request, ready to leave.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) server: String,
    pub(crate) header: String,
    pub(crate) body: Vec<u8>,
    /// With what the body is packed.
    pub(crate) packing: Packing,
    /// The last op that it carries.
    pub(crate) tip: Tip,
    /// How many ops of the outbox it leaves for the next request.
    pub(crate) left: u64,
}

/// Builds and signs a request.
pub(crate) fn prepare(device: &Device, ask: Ask) -> Result<Request, Problem> {
    let uptime = device.clock().uptime();
    let mut store = device.store();
    let me = me(&store)?;
    recover::check(&store.db, &me, &base64url(&device.signer().public_key()))?;
    let tx = store.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let server: Option<String> = meta::value(&tx, key::SERVER)?;
    let server = server.ok_or_else(|| Problem::new("server_unset", ""))?;
    let Member { device: id, user: author, org, force, .. } = me;
    let sender = Sender { device: id, author, org, force, uptime };
    let counter = meta::next(&tx, key::COUNTER)?;
    let (push, tip, left) = push(&tx, sender, ask)?;
    if !push.ops.is_empty() {
        meta::keep(&tx, key::SEED_SPENT, &true)?;
    }
    // A log that begins anew cites a receipt of the old one: the server cannot know which.
    let whole = ask.whole || push.from == 1 && push.receipt.is_some();
    let boot = if whole { None } else { boot_of(&tx, push.from - 1)? };
    let boot = Some(uptime.boot).filter(|now| boot != Some(*now));
    let statement = push.statement(sender, counter, tip, &[]);
    let push = if whole { push } else { push.brief() };
    let json = serde_json::to_vec(&push).expect("a push is plain data");
    let body = packing::pack(&json, ask.packing)?;
    let statement = Statement { body: digest_of_sent(&body), ..statement };
    tx.commit()?;
    // The phone's own key may take its time, or ask its user: nothing is locked meanwhile.
    drop(store);
    let signature = device.signer().sign(&statement.bytes())?;
    let header = SignedHeader { device: id, counter, boot, uptime_ms: uptime.ms, signature }.to_string();
    Ok(Request { server, header, body, packing: ask.packing, tip, left })
}

/// In which boot an own op was recorded.
fn boot_of(db: &Connection, seq: u64) -> Result<Option<Uuid>, Problem> {
    let held = if seq == 0 { Vec::new() } else { ops::own_ops(db, seq, 1)? };
    Ok(held.first().map(|own| own.op.header.uptime.boot))
}

fn push(db: &Connection, sender: Sender, ask: Ask) -> Result<(Push, Tip, u64), Problem> {
    let from = ask.from.unwrap_or(ops::acknowledged(db)? + 1);
    let prev = ops::hash_of(db, from - 1)?;
    let prev = prev.ok_or_else(|| Problem::new("server_refused", "the server holds more of this log"))?;
    let limit = MAX_PUSH_OPS as u64 + 1;
    let room: Room = meta::value(db, key::ROOM)?.unwrap_or_default();
    let mut own = whole_commands(ops::own_ops(db, from, limit)?, room);
    let shows = epoch::receipts(db, from, &mut own)?;
    let tip = own
        .last()
        .map_or(Tip { seq: from - 1, hash: prev }, |own| Tip { seq: own.op.header.id.seq, hash: own.hash });
    let left = ops::tip(db)?.seq.saturating_sub(tip.seq);
    let mut push = Push {
        protocol: PROTOCOL,
        epoch: meta::value(db, key::EPOCH)?,
        cursor: meta::value(db, key::CURSOR)?,
        receipt: meta::value(db, key::RECEIPT)?,
        from,
        prev: Some(prev),
        vocabulary: VOCABULARY,
        seeds: seeds(db, from, tip.seq)?,
        ops: Vec::new(),
        shows,
        behind: epoch::behind(db, &own)?,
        heal: epoch::wishes(db)?,
        room: room.told(),
    };
    let sent: Vec<Op> = own.into_iter().map(|own| own.op).collect();
    push.ops = write_ops(&push, sender, &sent);
    Ok((push, tip, left))
}

/// The longest prefix within the bounds that ends where a command ends; the first command at least,
/// however little room there is.
fn whole_commands(mut own: Vec<Own>, room: Room) -> Vec<Own> {
    let most_bytes = MAX_PUSH_BYTES.min(usize::try_from(room.bytes()).unwrap_or(usize::MAX));
    let first = own.first().map(|own| own.command);
    let least = own.iter().take(MAX_PUSH_OPS).take_while(|own| Some(own.command) == first).count();
    let mut bytes = 0;
    let fits = own.iter().take(MAX_PUSH_OPS).take_while(|own| {
        bytes += HEADER_BYTES + own.op.body.as_deref().map_or(0, str::len);
        bytes <= most_bytes
    });
    let mut count = fits.count();
    while count > 0 && own.get(count).is_some_and(|next| next.command == own[count - 1].command) {
        count -= 1;
    }
    own.truncate(count.max(least));
    own
}

/// The seeds of these ops, each with the first seq that it counts for.
fn seeds(db: &Connection, from: u64, to: u64) -> Result<Vec<(u64, String)>, Problem> {
    let sql = "SELECT first_seq, bytes FROM seed WHERE id IN
         (SELECT seed FROM own_op WHERE seq BETWEEN ?1 AND ?2) ORDER BY first_seq";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map(params![from, to], |row| Ok((row.get(0)?, row.get::<_, [u8; 16]>(1)?)))?;
    let rows = rows.collect::<Result<Vec<(u64, [u8; 16])>, _>>()?;
    let hex = |bytes: [u8; 16]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(rows.into_iter().map(|(first, bytes)| (first, hex(bytes))).collect())
}
