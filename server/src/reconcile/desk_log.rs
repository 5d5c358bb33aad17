//! What a person does at a desk, as an op of their own desk log: a device whose key the server holds.
//!
//! ```text
//!   page (as of a place) ─ judge ─▶ sign as the desk's device ─▶ the same write job as any push
//! ```
//! It is judged before it is recorded, upon what the page showed, and stamped in the transaction
//! that records it. Does not know HTTP, and does not decide what a page shows: see [`crate::desk`].

use std::collections::{BTreeMap, BTreeSet};

use sync_core::access::Author;
use sync_core::clock::{Uptime, Witnessed};
use sync_core::ids::{DeviceId, OpId, Stream, UserId};
use sync_core::log::Tip;
use sync_core::op::{Header, Kind, Op, Salt, VOCABULARY, body_digest};
use sync_core::referral::act::Act;
use sync_core::stamp::{Disposition, Why};
use sync_core::stream::History;
use sync_core::sync::push::{Sender, Served};
use sync_core::sync::statement::{Statement, digest_of_sent};
use uuid::Uuid;

use super::pending::Past;
use super::receive::{self, Received, Takes};
use super::record::Ops;
use super::round::judge_as;
use super::verify::Opened;
use crate::fault::Fault;
use crate::keys::{ServerKey, Signatures, random, random_id};
use crate::store::people::DeskLog;
use crate::store::rows::{Admitted, Cited, Held, NewDevice, Revoked, ServerRow};
use crate::store::{Reads, Writes};
use crate::wrapped::{self, Owner};

/// What somebody wants to do, and the page that they did it on.
pub(crate) struct Deed {
    pub(crate) author: Author,
    pub(crate) stream: Stream,
    pub(crate) act: Act,
    /// What goes with it, in one command: other streams of the same record, and what is not allowed is left out.
    pub(crate) along: Vec<(Stream, Act)>,
    /// The last place that the page showed.
    pub(crate) place: u64,
    pub(crate) upon: Upon,
}

impl Deed {
    fn acts(&self) -> impl Iterator<Item = (Stream, &Act)> {
        let along = self.along.iter().map(|(stream, act)| (*stream, act));
        std::iter::once((self.stream, &self.act)).chain(along)
    }
}

/// The log of a person, and whether it begins with what is recorded now.
pub(crate) struct LogOf {
    pub(crate) desk: DeskLog,
    begins: bool,
}

/// The log that a deed is written into, with the last op of the same command.
struct Log<'a> {
    device: DeviceId,
    last: Option<&'a Op>,
}

/// What the page showed of the record.
pub(crate) enum Upon {
    /// These streams, up to the page's place.
    Streams(BTreeSet<Stream>),
    /// Exactly these ops: the live sides of an extract.
    Sides(Vec<OpId>),
}

/// What became of a deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// It is recorded.
    Recorded(OpId),
    /// The person did something in the stream since: the page must be shown anew. Nothing is recorded.
    ShownAnew,
    /// It is not allowed. Nothing is recorded.
    NotAllowed(Why),
}

/// Records a deed.
pub(crate) fn record(
    tx: &dyn Writes,
    server: &ServerRow,
    key: &dyn Signatures,
    deed: &Deed,
    now_ms: u64,
) -> Result<Done, Fault> {
    let mut ops = Ops::new(tx.ops_of_record(deed.stream.record)?);
    if acted_since(&ops, deed) {
        return Ok(Done::ShownAnew);
    }
    let log = log_of(tx, server, deed.author.user)?;
    let desk = &log.desk;
    let (mut written, mut pages): (Vec<Op>, BTreeMap<Stream, Shown>) = (Vec::new(), BTreeMap::new());
    for (stream, act) in deed.acts() {
        let log = Log { device: desk.device, last: written.last() };
        // What is written here the page did not show: it is looked at once, however many acts there are.
        let page = pages.entry(stream).or_insert_with(|| Shown::of(&ops, deed, stream));
        let held = at_the_desk(write(tx, &ops, deed, (stream, act), (&log, page), now_ms)?, now_ms);
        ops.insert(held.clone());
        let knew = ops.knew(&held, &Past::of_stamped(&ops, &held));
        match judge_as(&held, &deed.author, &knew) {
            Disposition::Accepted => written.push(held.op),
            Disposition::Quarantined(why) | Disposition::Refused(why) if written.is_empty() => {
                return Ok(Done::NotAllowed(why));
            }
            Disposition::Quarantined(_) | Disposition::Refused(_) => {}
        }
    }
    let Some(id) = written.first().map(|op| op.header.id) else {
        return Ok(Done::NotAllowed(Why::Shape));
    };
    keep(tx, server, key, (&deed.author, &log), written, now_ms)?;
    let stamp = tx.op(id)?.and_then(|held| held.stamp);
    let accepted = stamp.is_some_and(|stamp| stamp.disposition.has_effect());
    if accepted { Ok(Done::Recorded(id)) } else { Err(Fault::Damaged("a desk log".to_owned())) }
}

/// An op that is received where it is written.
fn at_the_desk(op: Op, now_ms: u64) -> Held {
    let hash = op.header.hash();
    let witnessed = Witnessed { earliest_ms: now_ms, latest_ms: now_ms };
    let (received_ms, arrived_ms) = (now_ms, now_ms);
    Held {
        op,
        hash,
        received_ms,
        arrived_ms,
        witnessed,
        cited: Cited::Sound,
        admitted: Admitted::No,
        stamp: None,
        erased: None,
    }
}

/// Whether the person did something in the stream that the page does not show.
fn acted_since(ops: &Ops, deed: &Deed) -> bool {
    ops.values().any(|held| {
        let header = &held.op.header;
        let place = held.stamp.as_ref().map_or(u64::MAX, |stamp| stamp.place);
        header.author == deed.author.user && header.stream == deed.stream && place > deed.place
    })
}

impl LogOf {
    /// The log in which something is only tried out.
    pub(crate) fn tried(kept: Option<DeskLog>) -> Self {
        let begins = kept.is_none();
        let none = DeskLog { device: DeviceId(Uuid::nil()), wrapped_key: Vec::new() };
        Self { desk: kept.unwrap_or(none), begins }
    }
}

/// The log of a person: the one that they have, or a new one that is kept with its first op.
pub(crate) fn log_of(read: &dyn Reads, server: &ServerRow, user: UserId) -> Result<LogOf, Fault> {
    Ok(match read.desk(user)? {
        Some(desk) => LogOf { desk, begins: false },
        None => {
            let desk = DeskLog { device: server.new_log(random_id()), wrapped_key: Vec::new() };
            LogOf { desk, begins: true }
        }
    })
}

/// Receives ops of a desk log, as any push is received.
pub(super) fn keep(
    tx: &dyn Writes,
    server: &ServerRow,
    key: &dyn Signatures,
    (author, log): (&Author, &LogOf),
    ops: Vec<Op>,
    now_ms: u64,
) -> Result<(), Fault> {
    let owner = Owner { user: author.user, device: log.desk.device };
    let signing_key = if log.begins {
        open_desk(tx, key, owner, now_ms)?
    } else {
        wrapped::unwrap(key, owner, &log.desk.wrapped_key)?
    };
    let push = push(tx, server, author, (log.desk.device, &signing_key), ops)?;
    match receive::receive(tx, server, key, (&push, Takes::Entries), now_ms)? {
        Received::Accepted(_) => Ok(()),
        Received::CounterOld(_) | Received::Gap(_) | Received::EpochOther => {
            Err(Fault::Damaged("a desk log".to_owned()))
        }
    }
}

/// A new desk log; gives its key, which is kept wrapped.
fn open_desk(tx: &dyn Writes, key: &dyn Signatures, owner: Owner, now_ms: u64) -> Result<Vec<u8>, Fault> {
    let signing_key = ServerKey::generate()?;
    let public_key = ServerKey::open(&signing_key)?.public_key();
    let Owner { user, device } = owner;
    let name = "Desk".to_owned();
    let letter = String::new();
    tx.add_device(&NewDevice { id: device, user, name, letter, public_key, enrolled_ms: now_ms })?;
    tx.add_desk(user, &DeskLog { device, wrapped_key: wrapped::wrap(key, owner, &signing_key)? })?;
    Ok(signing_key)
}

/// The op, upon what the page showed, after the last one of the same command.
fn write(
    tx: &dyn Reads,
    ops: &Ops,
    deed: &Deed,
    (stream, act): (Stream, &Act),
    (log, page): (&Log<'_>, &Shown),
    now_ms: u64,
) -> Result<Op, Fault> {
    let Log { device, last: before } = *log;
    let stored = tx.device(device)?.map_or_else(Tip::default, |row| row.tip);
    let tip = before.map_or(stored, |op| Tip { seq: op.header.id.seq, hash: op.header.hash() });
    let id = OpId { device, seq: tip.seq + 1 };
    let last = match before {
        Some(op) => Some(op.header.hlc),
        None => tx.op(OpId { device, seq: tip.seq })?.map(|last| last.op.header.hlc),
    };
    let Shown { deps, seen } = page;
    let mut own_last = ops.range(OpId { device, seq: 0 }..id).map(|(own, _)| *own);
    let own_last = own_last.rfind(|own| ops[own].op.header.stream == stream);
    let salt = Salt(random());
    let body = act.body();
    let kind: Kind = act.info().kind.parse()?;
    let (receipts, head) = tx.receipt_head()?;
    let header = Header {
        id,
        prev: tip.hash,
        stream,
        // The own previous op is implied and never listed.
        deps: deps.iter().copied().filter(|dep| Some(*dep) != own_last).collect(),
        seen: Some(seen.clone()).filter(|seen| !seen.is_empty()),
        hlc: last.unwrap_or_default().tick(now_ms),
        uptime: UPTIME,
        receipt: Some(head).filter(|_| receipts > 0),
        author: deed.author.user,
        vocabulary: VOCABULARY,
        recovered_from: None,
        kind,
        body_digest: body_digest(salt, &body),
    };
    Ok(Op { header, body: Some(body), salt })
}

/// A desk is always there when its op is received.
pub(super) const UPTIME: Uptime = Uptime { boot: Uuid::nil(), ms: 0 };

/// What a page showed that something is built on: the heads of a stream, and those of the record's other streams.
struct Shown {
    deps: Vec<OpId>,
    seen: Vec<OpId>,
}

impl Shown {
    fn of(ops: &Ops, deed: &Deed, of: Stream) -> Self {
        let streams = match &deed.upon {
            Upon::Sides(sides) => {
                let mut deps = sides.clone();
                deps.sort_unstable();
                return Self { deps, seen: Vec::new() };
            }
            Upon::Streams(streams) => streams,
        };
        let (mut deps, mut seen) = (Vec::new(), Vec::new());
        for (stream, folded) in ops.folded().iter().filter(|(stream, _)| streams.contains(stream)) {
            let heads = as_shown(folded.history(), deed.place).heads();
            if *stream == of { deps = heads } else { seen.extend(heads) }
        }
        seen.sort_unstable();
        Self { deps, seen }
    }
}

/// A stream as a page showed it that was made at a place.
pub(crate) fn as_shown(history: &History, place: u64) -> History {
    let known = history.iter().filter(|op| op.stamp.as_ref().is_some_and(|stamp| stamp.place <= place));
    History::new(known.cloned())
}

/// The ops as the desk's device would push them.
fn push(
    tx: &dyn Reads,
    server: &ServerRow,
    author: &Author,
    (device, signing_key): (DeviceId, &[u8]),
    ops: Vec<Op>,
) -> Result<Opened, Fault> {
    let (Some(first), Some(last)) = (ops.first(), ops.last()) else { return Err(Fault::Unknown("op")) };
    let (previous, from, receipt) = (first.header.prev, first.header.id.seq, last.header.receipt);
    let counter = tx.device(device)?.map_or(0, |row| row.counter) + 1;
    let tip = Tip { seq: last.header.id.seq, hash: last.header.hash() };
    let statement = Statement {
        device,
        epoch: Some(server.epoch),
        counter,
        tip,
        receipt,
        cursor: None,
        uptime: UPTIME,
        body: digest_of_sent(b""),
    };
    let statement = statement.bytes();
    let signature = ServerKey::open(signing_key)?.sign(&statement)?;
    let signature = signature.try_into().map_err(|_| Fault::SelfTest("signing"))?;
    let Author { user, org, force, .. } = *author;
    let sender = Sender { device, author: user, org, force, uptime: UPTIME };
    Ok(Opened {
        sender,
        counter,
        previous,
        from,
        hashes: ops.iter().map(|op| op.header.hash()).collect(),
        ops,
        tip,
        cursor: None,
        epoch: Some(server.epoch),
        shown: Vec::new(),
        behind: Vec::new(),
        heal: Vec::new(),
        room: None,
        consulted: Vec::new(),
        all: false,
        served: Served::Whole,
        vocabulary: VOCABULARY,
        revoked: Revoked::No,
        statement,
        signature,
    })
}
