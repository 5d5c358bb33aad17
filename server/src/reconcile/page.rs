//! A page of the feeds that a device follows.
//!
//! Streams that none of its scopes holds now are skipped: of those only the forget is served. Does
//! not put anything into a feed: see [`super::feeds`].

use sync_core::access::Scope;
use sync_core::ids::{DeviceId, Stream};
use sync_core::sync::answer::{ExtractSide, FeedEntry, More};

use crate::fault::Fault;
use crate::store::Reads;
use crate::store::rows::{Entry, Revoked};

/// Entries that one page looks at.
const MAX_ENTRIES: usize = 400;
/// Bytes of bodies after which a page ends.
const MAX_BYTES: usize = 256 * 1024;

/// What a device gets of its feeds.
pub(super) struct Page {
    pub(super) entries: Vec<FeedEntry>,
    pub(super) cursor: String,
    pub(super) more: More,
}

/// The position of a cursor; of one that is none, the beginning: reading again harms nothing.
pub(super) fn position(cursor: Option<&str>) -> u64 {
    let position: u64 = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
    position.min(i64::MAX.cast_unsigned())
}

pub(super) fn read(read: &dyn Reads, device: DeviceId, after: u64) -> Result<Page, Fault> {
    let row = read.device(device)?.ok_or(Fault::Unknown("device"))?;
    let author = read.author(device)?.ok_or(Fault::Unknown("device"))?;
    let mut page = Page { entries: Vec::new(), cursor: after.to_string(), more: More::No };
    if row.revoked == Revoked::Yes {
        return Ok(page);
    }
    let scopes = Scope::followed(device, &author);
    let rows = read.feed_after(&scopes, after, MAX_ENTRIES)?;
    if rows.len() == MAX_ENTRIES {
        page.more = More::Yes;
    }
    let (mut bytes, last) = (0, rows.last().map(|row| row.pos));
    for row in rows {
        page.cursor = row.pos.to_string();
        if let Some(entry) = entry(read, &scopes, device, row.entry)? {
            bytes += size(&entry);
            page.entries.push(entry);
        }
        if bytes > MAX_BYTES && Some(row.pos) != last {
            page.more = More::Yes;
            break;
        }
    }
    Ok(page)
}

fn entry(
    read: &dyn Reads,
    scopes: &[Scope],
    device: DeviceId,
    entry: Entry,
) -> Result<Option<FeedEntry>, Fault> {
    let is_held = |stream: Stream| -> Result<bool, Fault> {
        for scope in scopes {
            if read.holds(scope, stream)? {
                return Ok(true);
            }
        }
        Ok(false)
    };
    match entry {
        Entry::Op { id, .. } if id.device == device => Ok(None),
        Entry::Op { stream, id } => {
            let held = if is_held(stream)? { read.op(id)? } else { None };
            Ok(held.map(|held| FeedEntry::Op(Box::new(held.as_read()))))
        }
        Entry::Stamped(id) => {
            let stamp = read.op(id)?.and_then(|held| held.stamp);
            Ok(stamp.map(|stamp| FeedEntry::Stamped { id, stamp }))
        }
        Entry::Forget(stream) => Ok((!is_held(stream)?).then_some(FeedEntry::Forget { stream })),
        Entry::Extract(json) => Ok(Some(FeedEntry::Extract(serde_json::from_str(&json)?))),
    }
}

/// About how large an entry is on the wire.
fn size(entry: &FeedEntry) -> usize {
    match entry {
        FeedEntry::Op(op) => 300 + op.body.as_deref().map_or(0, str::len),
        FeedEntry::Stamped { .. } | FeedEntry::Forget { .. } => 200,
        FeedEntry::Extract(extract) => {
            let body = |side: &ExtractSide| side.body.as_deref().map_or(0, str::len);
            300 + extract.sides.iter().map(|side| 300 + body(side)).sum::<usize>()
        }
    }
}
