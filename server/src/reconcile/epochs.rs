//! Epochs: when one begins, what a device that knows another is told, and what receipts it shows say.
//!
//! The decisions are those of [`sync_core::sync::epoch`]. Does not restore: see `backup`.

use sync_core::clock::Witnessed;
use sync_core::ids::OpId;
use sync_core::op::Op;
use sync_core::sync::epoch::{Epoch, Point, rolled_back};
use sync_core::sync::server_key::KeyChange;
use uuid::Uuid;

use super::verify::Opened;
use crate::fault::Fault;
use crate::keys::{Signatures, random_id};
use crate::store::past::{Began, EpochRow};
use crate::store::rows::{Cited, NewDevice, ServerRow};
use crate::store::{Reads, Writes};

/// What a device is told of the history, and where its feeds go on.
pub(super) struct History {
    pub(super) epoch: Uuid,
    /// For a device that knows another epoch: the epochs from that one on; all, when it is none of this
    /// history.
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
    // A running server signs with a key that the store does not know: the store went back to before the change.
    if server.public_key != key.public_key() {
        let present = tx.epochs()?.pop().ok_or(Fault::NoStore)?;
        // What this server gave in it since then was under an epoch that is lost: only its beginning is certain.
        let point = Point { place: present.epoch.contains, pos: present.pos };
        tracing::error!(place = point.place, "this history has gone back to another key: a new epoch begins");
        return begin(tx, key, Began::RolledBack, point, now_ms);
    }
    let mut lacks = false;
    for receipt in push.shown.iter().filter(|receipt| receipt.epoch == server.epoch) {
        lacks = lacks || tx.receipt_time(receipt.digest())?.is_none();
    }
    // As a rule every receipt that is shown is known, and mostly without a look at the store.
    if !lacks {
        return Ok(server);
    }
    match rolled_back(server.epoch, &push.shown, |digest| tx.point_of(digest))? {
        None => Ok(server),
        Some(point) => {
            tracing::error!(place = point.place, "this history has gone back: a new epoch begins");
            begin(tx, key, Began::RolledBack, point, now_ms)
        }
    }
}

/// Begins a new epoch that contains the present one up to a point. The server's own log and those of the
/// desks go on under new devices: what they had written beyond is lost, and no seq is ever used again.
///
/// When the key file holds a newer key than the store knows, the server signs with that from now on: so after a rotation, and
/// after a store of before one came back.
pub(crate) fn begin(
    tx: &dyn Writes,
    key: &dyn Signatures,
    why: Began,
    at: Point,
    now_ms: u64,
) -> Result<ServerRow, Fault> {
    let new = [key.new_id(), key.new_id()];
    let changes = key.changes(&tx.server()?.public_key, new[0])?;
    if !changes.is_empty() {
        tx.set_server_key(&key.public_key())?;
        tracing::warn!(changes = changes.len(), "the server signs with another key from now on");
    }
    begin_with(tx, why, (at, changes), new, now_ms)
}

/// The same where a backup is put back: its key may not be at hand, and the start that follows carries a change.
pub(crate) fn restored(tx: &dyn Writes, at: Point, now_ms: u64) -> Result<ServerRow, Fault> {
    begin_with(tx, Began::Restored, (at, Vec::new()), [random_id(), random_id()], now_ms)
}

/// `new` are random ids, for the epoch and for the server's device.
fn begin_with(
    tx: &dyn Writes,
    why: Began,
    (at, keys): (Point, Vec<KeyChange>),
    new: [Uuid; 2],
    now_ms: u64,
) -> Result<ServerRow, Fault> {
    let server = tx.server()?;
    let [id, device] = new;
    let device = server.new_log(device);
    let (name, public_key) = ("Server".to_owned(), server.public_key.clone());
    tx.add_device(&NewDevice {
        id: device,
        user: server.user,
        name,
        letter: String::new(),
        public_key,
        enrolled_ms: now_ms,
    })?;
    let epoch = Epoch { id, contains: at.place, log: device, keys };
    let (receipt, _) = tx.receipt_head()?;
    tx.begin_epoch(&EpochRow { epoch, pos: at.pos, receipt, why, began_ms: now_ms })?;
    tx.end_desks()?;
    tx.server()
}

/// Begins the epoch of a server that starts: it cannot know whether its disk is the one that it stopped on,
/// so it goes on with no epoch, and with no log, that it may have forgotten a part of. `at` is where it stood
/// before anything was applied again: who read on from there must hear of that.
pub(crate) fn start(
    tx: &dyn Writes,
    key: &dyn Signatures,
    at: Point,
    now_ms: u64,
) -> Result<ServerRow, Fault> {
    begin(tx, key, Began::Started, at, now_ms)
}

/// What to tell a device that knew an epoch when it asked.
pub(super) fn history(read: &dyn Reads, push: &Opened) -> Result<History, Fault> {
    let epoch = read.server()?.epoch;
    let (after, backed_up) = (after(read, push)?, read.backed_up(push.sender.device)?);
    if push.epoch == Some(epoch) {
        return Ok(History { epoch, epochs: Vec::new(), after, backed_up });
    }
    let rows = read.epochs()?;
    let known = rows.iter().position(|row| Some(row.epoch.id) == push.epoch).unwrap_or(0);
    let epochs: Vec<Epoch> = rows.into_iter().skip(known).map(|row| row.epoch).collect();
    Ok(History { epoch, epochs, after, backed_up })
}

/// The position in the feeds up to which a device has kept them, by the cursor that it shows.
pub(super) fn after(read: &dyn Reads, push: &Opened) -> Result<u64, Fault> {
    let Some(cursor) = push.cursor.as_deref().and_then(Cursor::parse) else { return Ok(0) };
    if cursor.tag == tag(read.server()?.epoch) {
        return Ok(cursor.pos);
    }
    Ok(resume(&read.epochs()?, cursor))
}

/// A cursor: a position of the feeds, and the first letters of the epoch in which it counts.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    pos: u64,
    tag: &'a str,
}

impl<'a> Cursor<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (pos, tag) = text.split_once('.')?;
        Some(Self { pos: pos.parse::<u64>().ok()?.min(i64::MAX.cast_unsigned()), tag })
    }
}

/// As it travels.
pub(super) fn cursor(pos: u64, epoch: Uuid) -> String {
    format!("{pos}.{}", tag(epoch))
}

fn tag(epoch: Uuid) -> String {
    let mut tag = epoch.simple().to_string();
    tag.truncate(8);
    tag
}

/// The epoch that a device knows which names this cursor; the present one, when it names none that was.
pub(super) fn of_cursor(read: &dyn Reads, cursor: Option<&str>, present: Uuid) -> Result<Uuid, Fault> {
    let Some(cursor) = cursor.and_then(Cursor::parse).filter(|cursor| cursor.tag != tag(present)) else {
        return Ok(present);
    };
    let named = read.epochs()?.into_iter().map(|row| row.epoch.id).find(|epoch| tag(*epoch) == cursor.tag);
    Ok(named.unwrap_or(present))
}

/// Where a cursor's reader goes on: one of an epoch before counts as far as each epoch since took
/// the feeds over. Of one that was none, the beginning: reading again harms nothing.
fn resume(rows: &[EpochRow], cursor: Cursor<'_>) -> u64 {
    let Some(known) = rows.iter().position(|row| tag(row.epoch.id) == cursor.tag) else { return 0 };
    rows[known + 1..].iter().map(|row| row.pos).fold(cursor.pos, u64::min)
}

/// When an op was received and recorded, as far as that is certain.
pub(super) struct Times {
    pub(super) received_ms: u64,
    /// Between which times it was recorded.
    pub(super) witnessed: Witnessed,
    pub(super) cited: Cited,
}

/// The times of an op: as of the first receipt that the device shows for it, or now.
pub(super) fn times(read: &dyn Reads, push: &Opened, op: &Op, now_ms: u64) -> Result<Times, Fault> {
    let OpId { seq, .. } = op.header.id;
    let covering = push.shown.iter().filter(|receipt| receipt.tip.seq >= seq);
    let once_ms = covering.map(|receipt| receipt.time_ms).min();
    let (earliest_ms, cited) = earliest(read, push, op)?;
    let earliest_ms = if cited == Cited::Doubtful { earliest_ms.min(now_ms) } else { earliest_ms };
    let mut witnessed = Witnessed::of(earliest_ms, now_ms, op.header.uptime, push.sender.uptime);
    if let Some(once_ms) = once_ms {
        witnessed.latest_ms = witnessed.latest_ms.min(once_ms).max(earliest_ms);
    }
    Ok(Times { received_ms: once_ms.unwrap_or(now_ms).min(now_ms), witnessed, cited })
}

/// The time of the receipt that an op cites. What cites one that the server cannot have given, or none although the op
/// before it did, was recorded after the device's last receipt, or after its enrolment: more is not known of it.
fn earliest(read: &dyn Reads, push: &Opened, op: &Op) -> Result<(u64, Cited), Fault> {
    let OpId { device, seq } = op.header.id;
    if let Some(cited) = op.header.receipt {
        let shown = push.shown.iter().find(|receipt| receipt.digest() == cited);
        if let Some(known_ms) = read.receipt_time(cited)?.or(shown.map(|receipt| receipt.time_ms)) {
            return Ok((known_ms, Cited::Sound));
        }
    }
    let before = if seq > 1 { read.op(OpId { device, seq: seq - 1 })? } else { None };
    match (op.header.receipt, before) {
        // A new phone has none.
        (None, None) => return Ok((0, Cited::Sound)),
        (None, Some(before)) if before.op.header.receipt.is_none() => return Ok((0, Cited::Sound)),
        // Of hours that a restore lost: the device has shown it with an earlier push.
        (cited, Some(before)) if before.op.header.receipt == cited && before.cited == Cited::Sound => {
            return Ok((before.witnessed.earliest_ms, Cited::Sound));
        }
        (Some(_), None) | (Some(_) | None, Some(_)) => {}
    }
    let last = read.receipt_covering(device, seq.saturating_sub(1))?;
    let last_ms = last.filter(|signed| signed.receipt.tip.seq < seq).map(|signed| signed.receipt.time_ms);
    let known_ms = last_ms.or(read.enrolled_ms(device)?).unwrap_or_default();
    Ok((known_ms, Cited::Doubtful))
}
