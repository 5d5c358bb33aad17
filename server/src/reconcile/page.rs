//! A page of the feeds that a device follows.
//!
//! Streams that none of its scopes holds now are skipped: of those only the forget is served. Does
//! not put anything into a feed: see [`super::feeds`].

use std::collections::{BTreeMap, BTreeSet};

use sync_core::access::{Author, Scope};
use sync_core::ids::{DeviceId, OpId, Stream};
use sync_core::sync::answer::{ExtractSide, FeedEntry, More, Whole, brought};
use sync_core::sync::digest;
use sync_core::sync::push::Served;

use super::epochs::{History, cursor};
use super::reference;
use super::verify::Opened;
use crate::fault::Fault;
use crate::store::Reads;
use crate::store::rows::{Asking, Entry, FeedRow, Held, Revoked};

/// Entries that one page looks at.
const MAX_ENTRIES: usize = 400;
/// Bytes of bodies after which a page ends.
const MAX_BYTES: usize = 256 * 1024;

/// What a device gets of its feeds.
pub(super) struct Page {
    pub(super) entries: Vec<FeedEntry>,
    pub(super) cursor: String,
    pub(super) more: More,
    pub(super) digests: Vec<String>,
}

/// What a device asks of its feeds.
pub(super) struct Asked {
    device: DeviceId,
    served: Served,
    heal: Vec<Stream>,
    max_bytes: usize,
    now_ms: u64,
}

/// Who reads, as the write job of the same request found them.
pub(super) struct Reader {
    pub(super) author: Author,
    revoked: Revoked,
}

impl Reader {
    pub(super) fn of(read: &dyn Reads, device: DeviceId) -> Result<Self, Fault> {
        let Asking { device, author, .. } = read.asking(device)?.ok_or(Fault::Unknown("device"))?;
        Ok(Self { author, revoked: device.revoked })
    }

    /// Whether the device gets anything of the feeds: one that was revoked or is too old only empties its outbox.
    fn reads(&self, asked: &Asked) -> bool {
        self.revoked == Revoked::No && asked.served != Served::OutboxOnly
    }
}

impl Page {
    fn empty(history: &History) -> Self {
        let cursor = cursor(history.after, history.epoch);
        Self { entries: Vec::new(), cursor, more: More::No, digests: Vec::new() }
    }
}

impl Asked {
    pub(super) fn of(push: &Opened, now_ms: u64) -> Self {
        let room = push.room.and_then(|room| usize::try_from(room).ok());
        let max_bytes = room.map_or(MAX_BYTES, |room| room.min(MAX_BYTES));
        Self { device: push.sender.device, served: push.served, heal: push.heal.clone(), max_bytes, now_ms }
    }
}

/// The page of a device that has everything; none for one that is to be told something. Its write job can say so without a
/// look at the feeds.
pub(super) fn nothing_new(
    read: &dyn Reads,
    asked: &Asked,
    reader: &Reader,
    history: &History,
) -> Result<Option<Page>, Fault> {
    if !reader.reads(asked) {
        return Ok(Some(Page::empty(history)));
    }
    if !asked.heal.is_empty() {
        return Ok(None);
    }
    let ends = read.feed_ends(&Scope::followed(asked.device, &reader.author))?;
    let has_all = ends.into_iter().all(|end| end <= history.after);
    Ok(has_all.then(|| Page::empty(history)))
}

pub(super) fn read(
    read: &dyn Reads,
    asked: &Asked,
    reader: &Reader,
    history: &History,
) -> Result<Page, Fault> {
    let (device, after) = (asked.device, history.after);
    let mut page = Page::empty(history);
    if !reader.reads(asked) {
        return Ok(page);
    }
    let author = &reader.author;
    let scopes = Scope::followed(device, author);
    let mut bytes = heal(read, &scopes, asked, &mut page)?;
    let rows = read.feed_after(&scopes, after, MAX_ENTRIES)?;
    if rows.len() == MAX_ENTRIES {
        page.more = More::Yes;
    }
    let named = Named::by(read, &scopes, device, &rows)?;
    let last = rows.last().map(|row| row.pos);
    // Each says how things are now: the last one is enough.
    let newest = rows.iter().filter(|row| matches!(row.entry, Entry::Reference)).map(|row| row.pos).max();
    let mut looked_at = after;
    for row in rows {
        looked_at = row.pos;
        if matches!(row.entry, Entry::Reference) && newest != Some(row.pos) {
            continue;
        }
        if let Some(entry) = entry(read, &named, asked, author, row.entry)? {
            bytes += size(&entry);
            page.entries.push(entry);
        }
        if bytes > asked.max_bytes && Some(row.pos) != last {
            page.more = More::Yes;
            break;
        }
    }
    page.cursor = cursor(looked_at, history.epoch);
    page.digests = digests_of(read, &page.entries)?;
    Ok(page)
}

/// Streams that the device asks for whole. Of one that it may not hold it gets nothing, as of one that is not
/// here: it may stand on what the server has lost, and keeps its copies. That a right has ended says the feed.
fn heal(read: &dyn Reads, scopes: &[Scope], asked: &Asked, page: &mut Page) -> Result<usize, Fault> {
    let mut bytes = 0;
    for stream in &asked.heal {
        // What does not fit is asked for again: the device forgets the wish with the stream.
        if bytes > asked.max_bytes {
            page.more = More::Yes;
            break;
        }
        let is_held = !read.held_by(scopes, &BTreeSet::from([*stream]))?.is_empty();
        let held = if is_held { read.ops_of_record(stream.record)? } else { Vec::new() };
        let of_stream = held.iter().filter(|held| held.op.header.stream == *stream && held.is_in_stream());
        let ops = of_stream.map(Held::as_read).collect();
        let entry = FeedEntry::Whole(Box::new(Whole { stream: *stream, upto: read.point()?.place, ops }));
        bytes += size(&entry);
        page.entries.push(entry);
    }
    Ok(bytes)
}

/// Of each stream that the page brings ops of, the digest up to the highest place it brings: what
/// the device must hold once it has applied the page, also when there is another page.
fn digests_of(read: &dyn Reads, entries: &[FeedEntry]) -> Result<Vec<String>, Fault> {
    let brought: Vec<(Stream, u64)> = brought(entries).into_iter().collect();
    let streams: BTreeSet<Stream> = brought.iter().map(|(stream, _)| *stream).collect();
    let stamps = read.stamps_of(&streams)?;
    let digest = |(stream, upto): (Stream, u64)| {
        let rows = stamps.get(&stream).into_iter().flatten();
        digest::short(digest::digest(upto, rows.map(|(id, stamp, body)| (*id, stamp, *body))))
    };
    Ok(brought.into_iter().map(digest).collect())
}

/// What the rows of a page name, looked up together.
struct Named {
    /// The streams that a scope of the device holds.
    held: BTreeSet<Stream>,
    ops: BTreeMap<OpId, Held>,
}

impl Named {
    fn by(read: &dyn Reads, scopes: &[Scope], device: DeviceId, rows: &[FeedRow]) -> Result<Self, Fault> {
        let is_own = |row: &&FeedRow| matches!(row.entry, Entry::Op { id, .. } if id.device == device);
        let about = rows.iter().filter(|row| !is_own(row)).map(|row| row.entry.is_about());
        let (streams, ops): (Vec<Option<Stream>>, Vec<Option<OpId>>) = about.unzip();
        let ops: Vec<OpId> = ops.into_iter().flatten().collect();
        let held = read.held_by(scopes, &streams.into_iter().flatten().collect())?;
        let ops = if ops.is_empty() { BTreeMap::new() } else { read.ops(&ops)? };
        Ok(Self { held, ops })
    }
}

fn entry(
    read: &dyn Reads,
    named: &Named,
    asked: &Asked,
    author: &Author,
    entry: Entry,
) -> Result<Option<FeedEntry>, Fault> {
    let is_held = |stream: &Stream| named.held.contains(stream);
    let op = |id: &OpId| named.ops.get(id);
    match entry {
        Entry::Op { id, .. } if id.device == asked.device => Ok(None),
        Entry::Op { stream, id } | Entry::Again { stream, id } => {
            let held = op(&id).filter(|_| is_held(&stream));
            Ok(held.map(|held| FeedEntry::Op(Box::new(held.as_read()))))
        }
        Entry::Stamped(id) => {
            let stamp = op(&id).and_then(|held| held.stamp.clone());
            Ok(stamp.map(|stamp| FeedEntry::Stamped { id, stamp }))
        }
        Entry::Forget(stream) => Ok((!is_held(&stream)).then_some(FeedEntry::Forget { stream })),
        Entry::Erased { stream, id } => {
            let told = op(&id).filter(|held| held.op.header.author == author.user || is_held(&stream));
            let erased = told.and_then(|held| held.erased.clone());
            Ok(erased.map(|erased| FeedEntry::Erased { stream, id, erased }))
        }
        Entry::Extract(json) => Ok(Some(FeedEntry::Extract(serde_json::from_str(&json)?))),
        Entry::Reference => {
            let bundle = reference::bundle_for(read, author.org, asked.now_ms)?;
            Ok(Some(FeedEntry::Reference(Box::new(bundle))))
        }
    }
}

/// About how large an entry is on the wire.
fn size(entry: &FeedEntry) -> usize {
    match entry {
        FeedEntry::Op(op) => 300 + op.body.as_deref().map_or(0, str::len),
        FeedEntry::Stamped { .. } | FeedEntry::Forget { .. } | FeedEntry::Erased { .. } => 200,
        FeedEntry::Whole(whole) => {
            whole.ops.iter().map(|op| 300 + op.body.as_deref().map_or(0, str::len)).sum()
        }
        FeedEntry::Extract(extract) => {
            let body = |side: &ExtractSide| side.body.as_deref().map_or(0, str::len);
            300 + extract.sides.iter().map(|side| 300 + body(side)).sum::<usize>()
        }
        FeedEntry::Reference(bundle) => {
            let services = bundle.providers.iter().map(|service| 300 + 200 * service.slots.len());
            200 + 100 * bundle.joined.len() + services.sum::<usize>()
        }
    }
}
