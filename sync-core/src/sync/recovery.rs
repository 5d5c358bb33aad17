//! Recovery: what of an old log is written anew when a device enrols again, so that nothing is lost
//! and nothing doubles.
//!
//! ```text
//!   old log, as the phone has it   1 ── 2 ── 3'── 4'── 5'      2 is the last that the server holds too
//!   old log, at the server         1 ── 2 ── 3 ── 4
//!   new log                        1 ── 2 ── 3                 repeat 3', 4' and 5'
//! ```
//! **The law.** What differs from the server's log, or lies beyond it, is written once more as what
//! it was: clock, uptime, cited receipt, author and vocabulary are the original's; deps and `seen`
//! name the same ops (the implied own one, which the new log no longer implies, is written out); a
//! body that names an own op names the same op still. So every fold comes to the same state, but for
//! the names of the ops that were written anew.
//!
//! Does not read a store, draw random bytes, or ask the server.

mod names;

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{DeviceId, Digest, OpId, Record, Stream};
use crate::log::Tip;
use crate::op::{Header, Op, Recovered, Salt, Seed, body_digest};
use crate::sync::enrolment::OldLog;

/// An op of the old log that the phone can still read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The op.
    pub op: Op,
    /// Ops of one command share a number.
    pub command: u64,
}

/// What becomes of an old log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// The new log, in its order.
    pub reissued: Vec<Reissued>,
    /// Seqs of the old log that the server holds.
    pub held: BTreeSet<u64>,
    /// Seqs of which the phone cannot read the op, nor show that the server holds that one: they are
    /// said to be lost.
    pub lost: BTreeSet<u64>,
}

/// An op that is written anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reissued {
    /// The op of the new log.
    pub op: Op,
    /// Its hash.
    pub hash: Digest,
    /// Its seq in the old log.
    pub was: u64,
    /// The old log's number of its command: what was one transaction stays one.
    pub command: u64,
}

/// The software is older than the entries: it cannot tell which ops a body names. Nothing is lost;
/// a newer version enrols the device again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("op {seq} of the old log is of a kind that this version does not know")]
pub struct NewerKind {
    /// The op.
    pub seq: u64,
}

/// The new log of a device that enrols again.
#[derive(Debug, Clone, Copy)]
pub struct NewLog {
    /// The new device.
    pub device: DeviceId,
    /// What its salts are derived from.
    pub seed: Seed,
}

/// Plans the recovery. `kept` is what can be read of the old log, each op verified by its own hash;
/// `known` is the last op that the phone knows it had saved, by its anchor when the log itself is
/// cut short.
///
/// # Errors
/// [`NewerKind`] when an op that must be written anew is of a later vocabulary.
pub fn plan(old: &OldLog, kept: &[Kept], known: Tip, new: NewLog) -> Result<Plan, NewerKind> {
    let by_seq: BTreeMap<u64, &Kept> = kept.iter().map(|kept| (kept.op.header.id.seq, kept)).collect();
    let last = by_seq.last_key_value().map_or(0, |(seq, _)| *seq).max(known.seq);
    let unread: BTreeSet<u64> = (1..=last).filter(|seq| !by_seq.contains_key(seq)).collect();
    let common = common(old, &by_seq, known);
    let is_held = |seq: u64| match by_seq.get(&seq) {
        Some(kept) => old.hash(seq) == Some(kept.op.header.hash()),
        None => seq <= common,
    };
    let held: BTreeSet<u64> = (1..=last).filter(|seq| is_held(*seq)).collect();
    let lost = unread.difference(&held).copied().collect();
    let mut scribe = Scribe::new(old, new, &held);
    let streams: BTreeMap<u64, Stream> = old.unreadable.iter().copied().collect();
    for seq in 1..=last {
        match (by_seq.get(&seq), held.contains(&seq)) {
            (Some(kept), true) => scribe.pass(&kept.op.header),
            (Some(kept), false) => scribe.write(kept)?,
            (None, true) => scribe.pass_unread(seq, streams.get(&seq)),
            (None, false) => {}
        }
    }
    Ok(Plan { reissued: scribe.reissued, held, lost })
}

/// The last op that is shown to be the same on both sides, and with it all before: by each hash that
/// the phone can name, of an op that it reads, of the one before it, of its anchor.
fn common(old: &OldLog, by_seq: &BTreeMap<u64, &Kept>, known: Tip) -> u64 {
    let headers = by_seq.values().map(|kept| &kept.op.header);
    let named = headers.flat_map(|header| [(header.id.seq, header.hash()), (header.id.seq - 1, header.prev)]);
    let same = named.chain([(known.seq, known.hash)]).filter(|(seq, hash)| old.hash(*seq) == Some(*hash));
    same.map(|(seq, _)| seq).max().unwrap_or_default()
}

/// Walks the old log in its order and writes the new one.
struct Scribe<'a> {
    old: DeviceId,
    new: NewLog,
    held: &'a BTreeSet<u64>,
    /// Old seq → the op of the new log that repeats it.
    names: BTreeMap<u64, OpId>,
    tip: Tip,
    /// The old log's last op in each stream, under its present name.
    last: BTreeMap<Stream, OpId>,
    /// What the author had seen elsewhere in a record, by the old log, and as the new log says it.
    seen: BTreeMap<Record, Vec<OpId>>,
    said: BTreeMap<Record, Vec<OpId>>,
    reissued: Vec<Reissued>,
}

impl<'a> Scribe<'a> {
    fn new(old: &OldLog, new: NewLog, held: &'a BTreeSet<u64>) -> Self {
        Self {
            old: old.device,
            new,
            held,
            names: BTreeMap::new(),
            tip: Tip::default(),
            last: BTreeMap::new(),
            seen: BTreeMap::new(),
            said: BTreeMap::new(),
            reissued: Vec::new(),
        }
    }

    /// An op that the server holds: only its place and what its author had seen matter.
    fn pass(&mut self, header: &Header) {
        self.follow_seen(header);
        self.last.insert(header.stream, header.id);
    }

    fn pass_unread(&mut self, seq: u64, stream: Option<&Stream>) {
        let id = OpId { device: self.old, seq };
        self.last.extend(stream.map(|stream| (*stream, id)));
    }

    fn follow_seen(&mut self, header: &Header) {
        if let Some(seen) = &header.seen {
            let seen = self.rename_all(seen);
            self.seen.insert(header.stream.record, seen);
        }
    }

    /// The present name of an op; nothing for an own one that is lost.
    fn rename(&self, id: OpId) -> Option<OpId> {
        if id.device != self.old {
            return Some(id);
        }
        let name = self.names.get(&id.seq).copied();
        name.or_else(|| self.held.contains(&id.seq).then_some(id))
    }

    fn rename_all(&self, ids: &[OpId]) -> Vec<OpId> {
        let renamed: BTreeSet<OpId> = ids.iter().filter_map(|id| self.rename(*id)).collect();
        renamed.into_iter().collect()
    }

    fn write(&mut self, kept: &Kept) -> Result<(), NewerKind> {
        let original = &kept.op.header;
        self.follow_seen(original);
        let id = OpId { device: self.new.device, seq: self.tip.seq + 1 };
        self.names.insert(original.id.seq, id);
        let (body, digest, salt) = self.body(&kept.op, id)?;
        let header = Header {
            id,
            prev: self.tip.hash,
            deps: self.deps(original),
            seen: self.seen(original),
            recovered_from: Some(origin(original)),
            body_digest: digest,
            ..original.clone()
        };
        let hash = header.hash();
        self.tip = Tip { seq: id.seq, hash };
        self.last.insert(original.stream, id);
        let op = Op { header, body, salt };
        self.reissued.push(Reissued { op, hash, was: original.id.seq, command: kept.command });
        Ok(())
    }

    /// The listed deps and the implied own one; what the new log implies itself is left out.
    fn deps(&self, original: &Header) -> Vec<OpId> {
        let mut deps: BTreeSet<OpId> = self.rename_all(&original.deps).into_iter().collect();
        deps.extend(self.last.get(&original.stream));
        deps.retain(|dep| dep.device != self.new.device);
        deps.into_iter().collect()
    }

    /// What the author had seen of the record's other streams; the first op of a record says it
    /// whole, with the author's own last ops there, since the new log does not hold what came before.
    fn seen(&mut self, original: &Header) -> Option<Vec<OpId>> {
        let record = original.stream.record;
        let seen = self.seen.get(&record).cloned().unwrap_or_default();
        match self.said.insert(record, seen.clone()) {
            Some(said) if said == seen && original.seen.is_none() => None,
            Some(_) => Some(seen),
            None => {
                let elsewhere = self
                    .last
                    .iter()
                    .filter(|(stream, _)| stream.record == record && **stream != original.stream);
                let whole: BTreeSet<OpId> = elsewhere.map(|(_, id)| *id).chain(seen).collect();
                let says = original.seen.is_some() || !whole.is_empty();
                says.then(|| whole.into_iter().collect())
            }
        }
    }

    fn body(&self, op: &Op, id: OpId) -> Result<(Option<Box<str>>, Digest, Salt), NewerKind> {
        let salt = self.new.seed.salt(id);
        let Some(body) = &op.body else { return Ok((None, op.header.body_digest, salt)) };
        let name = |seq: u64| self.names.get(&seq).copied().unwrap_or(OpId { device: self.old, seq });
        let renamed = names::rename(&op.header, body, self.new.device, name);
        let body = renamed.map_err(|names::Unknown| NewerKind { seq: op.header.id.seq })?;
        let digest = body_digest(salt, &body);
        Ok((Some(body), digest, salt))
    }
}

/// The op that a re-issued one repeats: through several recoveries it is still the first.
fn origin(original: &Header) -> Recovered {
    original.recovered_from.unwrap_or_else(|| Recovered { id: original.id, hash: original.hash() })
}
