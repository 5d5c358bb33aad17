//! From the bytes of a request to ops that their device vouches for.
//!
//! Does not write, and does not judge what the ops say. Whether the counter is new is asked in the
//! write job, where nobody else can use it.

use sync_core::access::Author;
use sync_core::clock::Uptime;
use sync_core::ids::{DeviceId, Digest, OpId, Stream};
use sync_core::log::Tip;
use sync_core::op::Op;
use sync_core::sync::consulted::Consultation;
use sync_core::sync::push::{BadPush, Base, OLDEST_PROTOCOL, Push, Sender, Served};
use sync_core::sync::receipt::Receipt;
use sync_core::sync::statement::SignedHeader;
use uuid::Uuid;

use super::{Refusal, epochs};
use crate::fault::Fault;
use crate::keys::{Signatures, from_base64url};
use crate::signers::Signers;
use crate::store::rows::{Asking, DeviceRow, Revoked};
use crate::store::{Reads, Store};

/// A push whose signature holds.
pub(super) struct Opened {
    pub(super) sender: Sender,
    pub(super) counter: u64,
    /// Hash before the first op, as the device says.
    pub(super) previous: Digest,
    pub(super) from: u64,
    pub(super) ops: Vec<Op>,
    pub(super) tip: Tip,
    /// The hashes of its ops, in their order.
    pub(super) hashes: Vec<Digest>,
    pub(super) cursor: Option<String>,
    /// The epoch that the device knew when it asked.
    pub(super) epoch: Option<Uuid>,
    /// Receipts of this server that it shows again, of ops of this push and the one before it.
    pub(super) shown: Vec<Receipt>,
    pub(super) behind: Vec<(OpId, Vec<OpId>)>,
    pub(super) heal: Vec<Stream>,
    pub(super) room: Option<u32>,
    pub(super) consulted: Vec<Consultation>,
    /// Nothing waits on the device beyond these ops.
    pub(super) all: bool,
    pub(super) served: Served,
    pub(super) vocabulary: u16,
    pub(super) revoked: Revoked,
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
    let (from, cursor) = (push.from, push.cursor.clone());
    let shows = (!push.shows.is_empty()).then(|| signatures.public_key());
    let found = store.read(move |read| known(read, header.device, from, cursor.as_deref(), shows)).await?;
    let KnownDevice { device, author, base, boot, signers } = found.ok_or(Refusal::Signature)?;
    let is_brief = push.prev.is_none();
    let push = push.complete(base).map_err(refusal_of)?;
    let boot = header.boot.or(boot).ok_or(Refusal::PrevNeeded)?;
    let uptime = Uptime { boot, ms: header.uptime_ms };
    let Author { org, force, .. } = author;
    let sender = Sender { device: device.id, author: device.user, org, force, uptime };
    let (ops, tip) = push.open(sender).map_err(refusal_of)?;
    let statement = push.statement(sender, header.counter, tip, sent).bytes();
    if !signatures.is_signed_by(&device.public_key, &statement, &header.signature) {
        // A brief push may stand on something else than what was put in its place.
        return Err(if is_brief { Refusal::PrevNeeded } else { Refusal::Signature });
    }
    let previous = push.prev.ok_or(Refusal::Malformed)?;
    let SignedHeader { counter, signature, .. } = header;
    // Each op names the one before it; the last one is the tip.
    let tip_hash = (!ops.is_empty()).then_some(tip.hash);
    let hashes: Vec<Digest> = ops.iter().skip(1).map(|op| op.header.prev).chain(tip_hash).collect();
    let ours = |signers| shown(&push, sender.device, previous, &hashes, (signatures, signers));
    let shown = signers.as_ref().map(ours).unwrap_or_default();
    let served = push.served(OLDEST_PROTOCOL);
    let Push { from, cursor, epoch, behind, heal, room, consulted, all, vocabulary, .. } = push;
    Ok(Opened {
        sender,
        counter,
        previous,
        from,
        ops,
        tip,
        hashes,
        cursor,
        epoch,
        shown,
        behind,
        heal,
        room,
        consulted,
        all,
        served,
        vocabulary,
        revoked: device.revoked,
        statement,
        signature,
    })
}

/// Of the receipts that a device shows, those that this server has signed for the log that the push
/// rebuilds; whatever else is shown is passed over.
fn shown(
    push: &Push,
    device: DeviceId,
    previous: Digest,
    hashes: &[Digest],
    (signatures, signers): (&dyn Signatures, &Signers),
) -> Vec<Receipt> {
    let hash_at = |seq: u64| match seq.checked_sub(push.from) {
        Some(at) => hashes.get(usize::try_from(at).ok()?).copied(),
        None => (seq + 1 == push.from).then_some(previous),
    };
    let verified = push.shows.iter().filter_map(|shown| {
        let receipt = shown.receipt(shown.epoch?, device, hash_at(shown.seq)?);
        let signature = from_base64url(&shown.signature)?;
        let keys = signers.may_have_signed(&receipt);
        let is_ours = |key: &&[u8]| signatures.is_signed_by(key, &receipt.bytes(), &signature);
        keys.iter().any(is_ours).then_some(receipt)
    });
    verified.collect()
}

/// What the store holds of a device before a seq; the device knows the epoch of its cursor.
struct KnownDevice {
    device: DeviceRow,
    author: Author,
    base: Option<Base>,
    boot: Option<Uuid>,
    /// The keys of receipts, where the device shows some.
    signers: Option<Signers>,
}

fn known(
    read: &dyn Reads,
    id: DeviceId,
    from: u64,
    cursor: Option<&str>,
    shows: Option<Vec<u8>>,
) -> Result<Option<KnownDevice>, Fault> {
    let Some(Asking { device, author, epoch }) = read.asking(id)? else { return Ok(None) };
    let epoch = Some(epochs::of_cursor(read, cursor, epoch)?);
    let signers = shows.map(|present| Signers::read(read, present)).transpose()?;
    let seq = from - 1;
    if seq == 0 {
        let base = Base { epoch, receipt: None, prev: Digest::default() };
        return Ok(Some(KnownDevice { device, author, base: Some(base), boot: None, signers }));
    }
    let held = read.op(OpId { device: id, seq })?;
    let receipt = read.receipt_covering(id, seq)?.filter(|signed| signed.receipt.tip.seq == seq);
    let receipt = receipt.map(|signed| signed.digest);
    let base = held.as_ref().map(|held| Base { epoch, receipt, prev: held.hash });
    let boot = held.map(|held| held.op.header.uptime.boot);
    Ok(Some(KnownDevice { device, author, base, boot, signers }))
}

fn refusal_of(bad: BadPush) -> Refusal {
    match bad {
        BadPush::Form => Refusal::Malformed,
        BadPush::TooManyOps => Refusal::TooManyOps,
        BadPush::PrevNeeded => Refusal::PrevNeeded,
    }
}
