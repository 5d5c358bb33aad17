//! The ops of one stream and their exact ancestry.
//!
//! ```text
//!   device A   a1 ───── a2 ──────────── a3      a3's past: {A: 2, B: 1}
//!                 ╲                   ╱         a2 and b1 are concurrent: neither
//!   device B       ╲─── b1 ──────────╯          is in the other's past
//! ```
//! The past of an op is a version vector (device → highest seq seen in this stream). It is exact
//! because a device's own previous op in the stream is always part of it, and because a dep that is
//! not held stands for its device's latest earlier op that is. A dep that the stamp lists as absent is
//! no part of it, then and later: in its place stands what the stamp names instead. So an absent op that
//! comes late is concurrent with the op that named it, for every reader alike. Does not fold.

mod ancestry;
mod erased;
mod history;
mod order;

use serde::{Deserialize, Serialize};

use crate::clock::Hlc;
use crate::ids::{DeviceId, OpId, Stream, UserId};
use crate::op::{Header, Kind, Op};
use crate::stamp::Stamp;

pub use erased::Erased;
pub use history::History;
pub(crate) use history::{Changes, Node, Pasts, Slot};

/// What a fold needs of an op: what travels down the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamOp {
    /// The op.
    pub id: OpId,
    /// The stream it is in.
    pub stream: Stream,
    /// Its listed deps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deps: Vec<OpId>,
    /// The author's clock, which orders own unstamped ops.
    pub hlc: Hlc,
    /// Who recorded it.
    pub author: UserId,
    /// What kind of act it is.
    pub kind: Kind,
    /// The op vocabulary of the author's software.
    pub vocabulary: u16,
    /// The body; none for a skeleton (kept aside or refused) and for an erased one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Box<str>>,
    /// Of an erased op, what is left in the place of its body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased: Option<Box<Erased>>,
    /// The server's stamp; none while only its author's device has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Stamp>,
}

impl StreamOp {
    /// The op as its author's device folds it.
    #[must_use]
    pub fn of(op: &Op, stamp: Option<Stamp>) -> Self {
        let Header { id, stream, deps, hlc, author, kind, vocabulary, .. } = op.header.clone();
        Self { id, stream, deps, hlc, author, kind, vocabulary, body: op.body.clone(), erased: None, stamp }
    }

    /// Whether both are copies of one op, by what every copy has of its header: the copy of a device may give a
    /// number again that a server lost.
    #[must_use]
    pub fn is_of_the_same_op(&self, other: &Self) -> bool {
        let header = |op: &Self| (op.id, op.stream, op.hlc, op.author, op.vocabulary);
        header(self) == header(other) && self.kind == other.kind && self.deps == other.deps
    }

    /// The op as it is held once its body was erased.
    #[must_use]
    pub fn with_erased(self, erased: Erased) -> Self {
        Self { body: None, erased: Some(Box::new(erased)), ..self }
    }

    /// The effective time: the stamp's, or the author's own clock.
    #[must_use]
    pub fn eff(&self) -> Hlc {
        self.stamp.as_ref().map_or(self.hlc, |stamp| stamp.eff)
    }

    /// Whether it takes part in the fold by itself; an own unstamped op does.
    #[must_use]
    pub fn has_effect(&self) -> bool {
        self.stamp.as_ref().is_none_or(|stamp| stamp.disposition.has_effect())
    }

    /// What it builds on beside its device's previous op: its listed deps, but in place of those
    /// that its stamp lists as absent what the stamp names instead.
    pub fn builds_on(&self) -> impl Iterator<Item = OpId> + '_ {
        let stamp = self.stamp.as_ref();
        let absent = stamp.map_or(&[][..], |stamp| &stamp.absent);
        let instead = stamp.map_or(&[][..], |stamp| &stamp.instead);
        self.deps.iter().filter(move |dep| !absent.contains(dep)).chain(instead).copied()
    }

    /// The order for people: stamped before unstamped, then effective time, device, seq.
    #[must_use]
    pub fn order(&self) -> (bool, Hlc, DeviceId, u64) {
        (self.stamp.is_none(), self.eff(), self.id.device, self.id.seq)
    }
}

/// So many devices are looked through one by one.
const FEW_DEVICES: usize = 8;

/// Device → highest seq of this stream that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen(Vec<(DeviceId, u64)>);

impl Seen {
    /// Nothing seen yet, with room for what some devices wrote.
    fn with_room(devices: usize) -> Self {
        Self(Vec::with_capacity(devices))
    }

    /// Whether the op was seen.
    #[must_use]
    pub fn contains(&self, id: OpId) -> bool {
        // A few devices are found faster one by one.
        if self.0.len() <= FEW_DEVICES {
            return self.0.iter().any(|(device, seq)| *device == id.device && *seq >= id.seq);
        }
        let at = self.0.binary_search_by_key(&id.device, |(device, _)| *device);
        at.is_ok_and(|at| self.0[at].1 >= id.seq)
    }

    /// Whether all that was seen is in `other` as well.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.iter().all(|(device, seq)| other.contains(OpId { device: *device, seq: *seq }))
    }

    /// Of each device, the last op that was seen.
    pub fn iter(&self) -> impl Iterator<Item = (DeviceId, u64)> {
        self.0.iter().copied()
    }

    /// The last op of a device that was seen; 0 when none was.
    #[must_use]
    pub fn last_of(&self, device: DeviceId) -> u64 {
        self.0.binary_search_by_key(&device, |(other, _)| *other).map_or(0, |at| self.0[at].1)
    }

    /// Adds one op (and with it all earlier ones of its device in the stream).
    pub fn add(&mut self, id: OpId) {
        match self.0.binary_search_by_key(&id.device, |(device, _)| *device) {
            Ok(at) => self.0[at].1 = id.seq.max(self.0[at].1),
            Err(at) => self.0.insert(at, (id.device, id.seq)),
        }
    }

    /// Adds all that `other` holds.
    pub fn merge(&mut self, other: &Self) {
        if self.0.is_empty() {
            self.0.extend_from_slice(&other.0);
        } else if other.0.len() <= FEW_DEVICES {
            other.0.iter().for_each(|(device, seq)| self.add(OpId { device: *device, seq: *seq }));
        } else {
            self.merge_many(&other.0);
        }
    }

    /// Both lists are sorted by device.
    fn merge_many(&mut self, other: &[(DeviceId, u64)]) {
        let mut merged = Vec::with_capacity(self.0.len() + other.len());
        let mut other = other.iter().copied().peekable();
        for (device, seq) in self.0.drain(..) {
            while let Some(before) = other.next_if(|(other, _)| *other < device) {
                merged.push(before);
            }
            let same = other.next_if(|(other, _)| *other == device);
            merged.push((device, same.map_or(seq, |(_, other)| other.max(seq))));
        }
        merged.extend(other);
        self.0 = merged;
    }
}
