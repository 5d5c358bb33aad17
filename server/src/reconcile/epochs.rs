//! Epochs: when one begins, what a device that knows another is told, and what receipts it shows say.
//!
//! The decisions are those of [`sync_core::sync::epoch`]. Does not restore: see `backup`.

use sync_core::clock::Witnessed;
use sync_core::ids::{DeviceId, OpId};
use sync_core::op::Op;
use sync_core::sync::epoch::{Epoch, Point, rolled_back};
use uuid::Uuid;

use super::verify::Opened;
use crate::fault::Fault;
use crate::keys::Signatures;
use crate::store::past::{Began, EpochRow};
use crate::store::rows::{NewDevice, ServerRow};
use crate::store::{Reads, Writes};

/// What a device is told of the history, and where its feeds go on.
pub(super) struct History {
    pub(super) epoch: Uuid,
    /// Every epoch, for a device that knows another one.
    pub(super) epochs: Vec<Epoch>,
    /// The position in the feeds after which its page begins.
    pub(super) after: u64,
    pub(super) backed_up: u64,
}

/// Begins a new epoch when the device shows that this history has gone back.
pub(super) fn notice(
    tx: &dyn Writes,
    key: &dyn Signatures,
    push: &Opened,
    now_ms: u64,
) -> Result<ServerRow, Fault> {
    let server = tx.server()?;
    match rolled_back(server.epoch, &push.shown, |digest| tx.point_of(digest))? {
        None => Ok(server),
        Some(point) => {
            tracing::error!(place = point.place, "this history has gone back: a new epoch begins");
            begin(tx, Began::RolledBack, point, [key.new_id(), key.new_id()], now_ms)
        }
    }
}

/// Begins a new epoch that contains the present one up to a point. The server's own log goes on
/// under a new device: what it had written beyond is lost, and its seqs are never used again.
/// `new` are the ids of the epoch and of that device.
pub(crate) fn begin(
    tx: &dyn Writes,
    why: Began,
    at: Point,
    new: [Uuid; 2],
    now_ms: u64,
) -> Result<ServerRow, Fault> {
    let server = tx.server()?;
    let [id, device] = new;
    let device = DeviceId(device);
    let (name, public_key) = ("Server".to_owned(), server.public_key.clone());
    tx.add_device(&NewDevice { id: device, user: server.user, name, public_key, enrolled_ms: now_ms })?;
    let epoch = Epoch { id, contains: at.place, ended_log: Some(server.device) };
    let (receipt, _) = tx.receipt_head()?;
    tx.begin_epoch(&EpochRow { epoch, pos: at.pos, receipt, why, began_ms: now_ms }, device)?;
    tx.server()
}

/// What to tell a device that knew an epoch when it asked.
pub(super) fn history(read: &dyn Reads, push: &Opened) -> Result<History, Fault> {
    let epoch = read.server()?.epoch;
    let backed_up = read.backed_up(push.sender.device)?;
    let after = resume(read, push.cursor.as_deref(), epoch)?;
    let knows = push.epoch == Some(epoch);
    let rows = if knows { Vec::new() } else { read.epochs()? };
    Ok(History { epoch, epochs: rows.into_iter().map(|row| row.epoch).collect(), after, backed_up })
}

/// A cursor: a position of the feeds, and the first letters of the epoch in which it counts.
pub(super) fn cursor(pos: u64, epoch: Uuid) -> String {
    format!("{pos}.{}", tag(epoch))
}

fn tag(epoch: Uuid) -> String {
    let mut tag = epoch.simple().to_string();
    tag.truncate(8);
    tag
}

/// Where a cursor's reader goes on: one of another epoch counts as far as the present history took
/// the feeds over. Of one that is none, the beginning: reading again harms nothing.
fn resume(read: &dyn Reads, cursor: Option<&str>, present: Uuid) -> Result<u64, Fault> {
    let parts = cursor.and_then(|cursor| cursor.split_once('.'));
    let Some((Ok(pos), of)) = parts.map(|(pos, of)| (pos.parse::<u64>(), of)) else { return Ok(0) };
    let pos = pos.min(i64::MAX.cast_unsigned());
    if of == tag(present) {
        return Ok(pos);
    }
    let rows = read.epochs()?;
    let known = rows.iter().position(|row| tag(row.epoch.id) == of);
    let missed = known.and_then(|known| rows[known + 1..].iter().map(|row| row.pos).min());
    Ok(missed.map_or(0, |missed| pos.min(missed)))
}

/// When an op was received, and between which times it was recorded: as of the first receipt
/// that the device shows for it, or now.
pub(super) fn times(
    read: &dyn Reads,
    push: &Opened,
    op: &Op,
    now_ms: u64,
) -> Result<(u64, Witnessed), Fault> {
    let OpId { seq, .. } = op.header.id;
    let covering = push.shown.iter().filter(|receipt| receipt.tip.seq >= seq);
    let once_ms = covering.map(|receipt| receipt.time_ms).min();
    let mut earliest_ms = 0;
    if let Some(cited) = op.header.receipt {
        let shown = push.shown.iter().find(|receipt| receipt.digest() == cited);
        let held = read.receipt_time(cited)?;
        earliest_ms = held.or(shown.map(|receipt| receipt.time_ms)).unwrap_or_default();
    }
    let mut witnessed = Witnessed::of(earliest_ms, now_ms, op.header.uptime, push.sender.uptime);
    if let Some(once_ms) = once_ms {
        witnessed.latest_ms = witnessed.latest_ms.min(once_ms).max(earliest_ms);
    }
    Ok((once_ms.unwrap_or(now_ms).min(now_ms), witnessed))
}
