//! The next request: a piece of the outbox, what it stands on, and what is asked for.
//!
//! A push ends where a command ends, within the bounds of the protocol. Does not pack, sign or send.

use uuid::Uuid;

use crate::ids::{Digest, OpId};
use crate::log::Tip;
use crate::op::{Header, Op, VOCABULARY};
use crate::phone::changes::Changes;
use crate::phone::heal::wishes;
use crate::phone::reads::PhoneReads;
use crate::phone::rows::{Head, Own};
use crate::phone::state::{NewestSeed, PhoneState};
use crate::problem::Problem;
use crate::shape::MAX_PUSH_OPS;
use crate::sync::pending;
use crate::sync::push::{PROTOCOL, Push, Sender, write_ops};
use crate::sync::receipt::WireReceipt;
use crate::sync::room::Room;
use crate::sync::statement::Statement;

/// The most bytes of bodies in one push.
const MAX_PUSH_BYTES: usize = 512 * 1024;
/// What an entry costs besides its body.
const HEADER_BYTES: usize = 256;
/// Openings take at most such a part of the room: entries go first.
const OPENINGS_SHARE: u32 = 8;

/// What the server asked for in its last problem.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask {
    /// Whether the push says what it stands on.
    pub base: Base,
    /// The first own entry to push; the first that is not acknowledged when none is named.
    pub from: Option<u64>,
    /// The most bytes that the request, and what answers it, may each take; as many as the link lets through when none
    /// are named.
    pub most_bytes: Option<u64>,
}

/// Whether a push says what it stands on: previous hash, epoch, receipt and boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Base {
    /// The server holds it too.
    #[default]
    LeftOut,
    /// It is written out.
    Written,
}

/// A request, to be packed and signed once its changes are saved: a counter is never used twice.
#[derive(Debug)]
pub struct Prepared {
    /// What is to be saved before it leaves.
    pub changes: Changes,
    /// What is sent.
    pub push: Push,
    /// What the signature covers, but for the digest of the bytes that are sent.
    pub statement: Statement,
    /// The boot of the phone, when the server cannot derive it.
    pub boot: Option<Uuid>,
    /// The last own entry that it carries.
    pub tip: Tip,
    /// How many own entries it leaves for the next request.
    pub left: u64,
}

/// Builds the next request.
///
/// # Errors
/// [`Problem`] `server_refused` when the server asks for what this log does not hold; or a fault of the store.
pub fn prepare<R: PhoneReads>(
    reads: &R,
    state: PhoneState,
    sender: Sender,
    ask: Ask,
) -> Result<Prepared, R::Fault> {
    let (was, mut state, head) = (state.clone(), state, reads.head()?);
    let counter = state.next_counter();
    let (push, before, tip) = push(reads, &state, head, sender, ask)?;
    if !push.ops.is_empty() {
        state.seed_spent = NewestSeed::Spent;
    }
    // A log that begins anew cites a receipt of the old one: the server cannot know which.
    let is_whole = ask.base == Base::Written || push.from == 1 && push.receipt.is_some();
    let known = before.filter(|_| !is_whole).map(|own| own.op.header.uptime.boot);
    let boot = Some(sender.uptime.boot).filter(|now| known != Some(*now));
    let statement = push.statement(sender, counter, tip, &[]);
    let push = if is_whole { push } else { push.brief() };
    let left = head.tip.seq.saturating_sub(tip.seq);
    let changes = Changes { was, state, ..Changes::default() };
    Ok(Prepared { changes, push, statement, boot, tip, left })
}

/// The push with all that it stands on, the own entry before it, and the last entry that it carries.
fn push<R: PhoneReads>(
    reads: &R,
    state: &PhoneState,
    head: Head,
    sender: Sender,
    ask: Ask,
) -> Result<(Push, Option<Own>, Tip), R::Fault> {
    let from = ask.from.unwrap_or(head.acknowledged + 1);
    let before = if from == 1 { None } else { reads.own_from(from - 1, 1)?.into_iter().next() };
    let before = before.filter(|own| own.seq() + 1 == from);
    let prev = match &before {
        Some(own) => own.hash,
        None if from == 1 => Digest::default(),
        None => return Err(Problem::new("server_refused", "the server holds more of this log").into()),
    };
    let room = ask.most_bytes.map_or(state.room, |most| state.room.within(most));
    let mut own = whole_commands(reads.own_from(from, MAX_PUSH_OPS as u64 + 1)?, room);
    let shows = receipts(reads.receipts(from)?, from, &mut own);
    let tip =
        own.last().map_or(Tip { seq: from - 1, hash: prev }, |own| Tip { seq: own.seq(), hash: own.hash });
    let hex = |bytes: [u8; 16]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut push = Push {
        protocol: PROTOCOL,
        epoch: state.epoch,
        cursor: state.cursor.clone(),
        receipt: state.receipt,
        from,
        prev: Some(prev),
        vocabulary: VOCABULARY,
        seeds: reads.seeds(from, tip.seq)?.into_iter().map(|(first, seed)| (first, hex(seed.0))).collect(),
        ops: Vec::new(),
        shows,
        behind: behind(reads, &own)?,
        heal: wishes(state),
        room: room.told(),
        consulted: state.openings.next(room.bytes() / OPENINGS_SHARE),
    };
    let sent: Vec<Op> = own.into_iter().map(|own| own.op).collect();
    push.ops = write_ops(&push, sender, &sent);
    Ok((push, before, tip))
}

/// The longest prefix within the bounds that ends where a command ends; the first command at least, however little room
/// there is.
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

/// The receipts to show with entries that are pushed again, and the one before them; none for entries that were never
/// acknowledged. The entries are cut where a receipt ends, so that each is covered.
fn receipts(mut receipts: Vec<WireReceipt>, from: u64, own: &mut Vec<Own>) -> Vec<WireReceipt> {
    if !receipts.iter().any(|receipt| receipt.seq >= from) {
        return Vec::new();
    }
    let last = own.last().map_or(0, Own::seq);
    let covered = receipts.iter().map(|receipt| receipt.seq).filter(|seq| *seq >= from && *seq <= last).max();
    let more = receipts.iter().any(|receipt| receipt.seq > last);
    if let Some(covered) = covered.filter(|_| more) {
        own.retain(|own| own.seq() <= covered);
    }
    receipts.retain(|receipt| receipt.seq <= last);
    receipts.truncate(MAX_PUSH_OPS);
    receipts
}

/// What lies behind the lost entries of others that these entries name, and those of this log that the server has and
/// did not stamp.
///
/// # Errors
/// When the store cannot be read.
pub fn behind<R: PhoneReads>(reads: &R, own: &[Own]) -> Result<Vec<(OpId, Vec<OpId>)>, R::Fault> {
    let waiting = reads.pending()?;
    let headers = own.iter().chain(&waiting).map(|own| &own.op.header);
    let named = headers.flat_map(Header::names);
    Ok(pending::behind(named, MAX_PUSH_OPS, |id| reads.behind_lost(id))?.into_iter().collect())
}
