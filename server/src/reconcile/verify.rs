//! From the bytes of a request to ops that their device vouches for.
//!
//! Does not write, and does not judge what the ops say. Whether the counter is new is asked in the
//! write job, where nobody else can use it.

use sync_core::ids::{Digest, OpId};
use sync_core::log::Tip;
use sync_core::op::Op;
use sync_core::sync::push::{BadPush, Push, Sender};
use sync_core::sync::statement::SignedHeader;

use super::Refusal;
use crate::keys::Signatures;
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
    pub(super) statement: Vec<u8>,
    pub(super) signature: [u8; 64],
}

/// The seq that the store's keys have room for.
const MAX_SEQ: u64 = u32::MAX as u64;

pub(super) async fn open<S: Store>(
    store: &S,
    signatures: &dyn Signatures,
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
    if !signatures.is_signed_by(&device.public_key, &statement, &header.signature) {
        return Err(Refusal::Signature);
    }
    let SignedHeader { counter, signature, .. } = header;
    let (from, cursor) = (push.from, push.cursor);
    Ok(Opened { sender, counter, previous, from, ops, tip, cursor, statement, signature })
}

fn refusal_of(bad: BadPush) -> Refusal {
    match bad {
        BadPush::Form => Refusal::Malformed,
        BadPush::TooManyOps => Refusal::TooManyOps,
        BadPush::PrevNeeded => Refusal::PrevNeeded,
    }
}
