//! From the bytes of a request to ops that their device vouches for.
//!
//! Does not write, and does not judge what the ops say. Whether the counter is new is asked in the
//! write job, where nobody else can use it.

use sync_core::ids::{DeviceId, Digest, OpId, Stream};
use sync_core::log::Tip;
use sync_core::op::Op;
use sync_core::sync::push::{BadPush, OLDEST_PROTOCOL, Push, Sender, Served};
use sync_core::sync::receipt::Receipt;
use sync_core::sync::statement::SignedHeader;
use uuid::Uuid;

use super::Refusal;
use crate::keys::{from_base64url, is_signed_by};
use crate::store::Store;

/// A push whose signature holds.
pub(super) struct Opened {
    pub(super) sender: Sender,
    pub(super) counter: u64,
    /// Hash before the first op, as the device says.
    pub(super) previous: Digest,
    pub(super) from: u64,
    pub(super) ops: Vec<Op>,
    pub(super) tip: Tip,
    pub(super) cursor: Option<String>,
    /// The epoch that the device knew when it asked.
    pub(super) epoch: Option<Uuid>,
    /// Receipts of this server that it shows again, of ops of this push and the one before it.
    pub(super) shown: Vec<Receipt>,
    pub(super) behind: Vec<(OpId, Vec<OpId>)>,
    pub(super) heal: Vec<Stream>,
    pub(super) room: Option<u32>,
    pub(super) served: Served,
    pub(super) statement: Vec<u8>,
    pub(super) signature: [u8; 64],
}

/// The seq that the store's keys have room for.
const MAX_SEQ: u64 = u32::MAX as u64;

pub(super) async fn open<S: Store>(
    store: &S,
    server_key: &[u8],
    header: SignedHeader,
    sent: &[u8],
    plain: &[u8],
) -> Result<Opened, Refusal> {
    let push = Push::parse(plain).map_err(refusal_of)?;
    let last = push.from.checked_add(push.ops.len() as u64).ok_or(Refusal::Malformed)?;
    if last > MAX_SEQ || header.counter > i64::MAX.cast_unsigned() {
        return Err(Refusal::Malformed);
    }
    let before = OpId { device: header.device, seq: push.from - 1 };
    let found = store.read(move |read| Ok((read.device(header.device)?, read.hash_of(before)?))).await?;
    let (Some(device), held) = found else { return Err(Refusal::Signature) };
    let held = if before.seq == 0 { Some(Digest::default()) } else { held };
    let previous = push.previous(held).map_err(refusal_of)?;
    let sender = Sender { device: device.id, author: device.user, uptime: header.uptime };
    let (ops, tip) = push.open(sender, previous).map_err(refusal_of)?;
    let statement = push.statement(sender, header.counter, tip, sent).bytes();
    if !is_signed_by(&device.public_key, &statement, &header.signature) {
        return Err(Refusal::Signature);
    }
    let SignedHeader { counter, signature, .. } = header;
    let shown = shown(&push, sender.device, previous, &ops, server_key);
    let served = push.served(OLDEST_PROTOCOL);
    let Push { from, cursor, epoch, behind, heal, room, .. } = push;
    Ok(Opened {
        sender,
        counter,
        previous,
        from,
        ops,
        tip,
        cursor,
        epoch,
        shown,
        behind,
        heal,
        room,
        served,
        statement,
        signature,
    })
}

/// Of the receipts that a device shows, those that this server has signed for the log that the push
/// rebuilds; whatever else is shown is passed over.
fn shown(push: &Push, device: DeviceId, previous: Digest, ops: &[Op], server_key: &[u8]) -> Vec<Receipt> {
    let hash_at = |seq: u64| match seq.checked_sub(push.from) {
        Some(at) => ops.get(usize::try_from(at).ok()?).map(|op| op.header.hash()),
        None => (seq + 1 == push.from).then_some(previous),
    };
    let verified = push.shows.iter().filter_map(|shown| {
        let receipt = shown.receipt(shown.epoch?, device, hash_at(shown.seq)?);
        let signature = from_base64url(&shown.signature)?;
        is_signed_by(server_key, &receipt.bytes(), &signature).then_some(receipt)
    });
    verified.collect()
}

fn refusal_of(bad: BadPush) -> Refusal {
    match bad {
        BadPush::Form => Refusal::Malformed,
        BadPush::TooManyOps => Refusal::TooManyOps,
        BadPush::PrevNeeded => Refusal::PrevNeeded,
    }
}
