//! The answer to a push: receipt, own stamps, and the next page of the feeds.
//!
//! Does not decide what is in a feed: see the server's `reconcile`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::{ClockMark, Hlc};
use crate::ids::{Digest, OpId, OrgId, Stream, UserId};
use crate::referral::conflict::{ConflictKind, Settler};
use crate::referral::erasure::Erased;
use crate::stamp::{Disposition, Stamp};
use crate::stream::StreamOp;
use crate::sync::consulted::ConsultedUpto;
use crate::sync::enrolment::Bundle;
use crate::sync::epoch::Epoch;
use crate::sync::receipt::WireReceipt;

/// What the server answers to an accepted push. It means durable: fsync came before it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Server time, in milliseconds.
    pub now_ms: u64,
    /// The epoch of the server's history.
    pub epoch: Uuid,
    /// For a push with ops; a repeated push gets its first receipt again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<WireReceipt>,
    /// Highest own seq that is durable on the server.
    pub acknowledged: u64,
    /// Stamps of this push's ops, run-length coded; a pending op has none yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stamps: Vec<StampRun>,
    /// The next page of the feeds that the device follows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub feed: Vec<FeedEntry>,
    /// Where the page ends.
    pub cursor: String,
    /// Whether there is another page.
    pub more: More,
    /// Highest own seq that two verified backups hold.
    pub backed_up: u64,
    /// What the device must do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub directives: Vec<Directive>,
    /// Every epoch of the server's history, the present one last: for a device that knows another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub epochs: Vec<Epoch>,
    /// Of each stream that the page's ops are in, in the order in which the page first names it,
    /// [`super::digest::short`] of its stamps up to the highest place that the page has of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub digests: Vec<String>,
    /// To a push with openings: those that are in the audit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consulted: Option<ConsultedUpto>,
}

/// Whether the feeds hold more than this page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum More {
    /// Ask again.
    Yes,
    /// This is all there is.
    No,
}

/// What the server tells a device to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Directive {
    /// The device was revoked: readable data go, the outbox is sealed and sent.
    Wipe,
    /// The log has forked: enrol again.
    ReEnrol,
    /// The software is too old.
    Upgrade,
}

/// Stamps of ops that follow each other: `count` of them from `seq` on, places counting up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StampRun {
    /// The first op's seq.
    pub seq: u64,
    /// How many.
    pub count: u64,
    /// The first op's place.
    pub place: u64,
    /// When they were received.
    pub received_ms: u64,
    /// Effective times; left out when each op's is its own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eff: Option<Vec<Hlc>>,
    /// The clock's mark.
    pub clock: ClockMark,
    /// What became of them.
    pub disposition: Disposition,
    /// Deps that the server no longer waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<OpId>,
    /// What stands in their place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<OpId>,
}

/// One entry of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedEntry {
    /// A stamped op.
    Op(Box<StreamOp>),
    /// The stamp of an own op that had been pending.
    Stamped {
        /// The own op.
        id: OpId,
        /// Its stamp.
        stamp: Stamp,
    },
    /// A whole stream, for a device whose copy differs.
    Whole(Box<Whole>),
    /// The scope has lost this stream: delete it.
    Forget {
        /// The stream.
        stream: Stream,
    },
    /// The body of an op was erased: drop it with its salt, wherever it is.
    Erased {
        /// The stream.
        stream: Stream,
        /// The op.
        id: OpId,
        /// What is left of it.
        erased: Box<Erased>,
    },
    /// What the settler of a conflict sees of a stream that is not theirs to read.
    Extract(Box<Extract>),
    /// What devices look things up in has changed: this is all of it now.
    Reference(Box<Bundle>),
}

impl FeedEntry {
    /// The op, of an entry that is one.
    #[must_use]
    pub fn op(&self) -> Option<&StreamOp> {
        match self {
            Self::Op(op) => Some(op),
            Self::Stamped { .. }
            | Self::Whole(_)
            | Self::Forget { .. }
            | Self::Erased { .. }
            | Self::Extract(_)
            | Self::Reference(_) => None,
        }
    }
}

/// The streams that a page brings ops of, in the order in which it first names them, each with the
/// highest place that it brings: what [`Answer::digests`] is about.
#[must_use]
pub fn brought(feed: &[FeedEntry]) -> Vec<(Stream, u64)> {
    let mut brought: Vec<(Stream, u64)> = Vec::new();
    for op in feed.iter().filter_map(FeedEntry::op) {
        let place = op.stamp.as_ref().map_or(0, |stamp| stamp.place);
        match brought.iter_mut().find(|(stream, _)| *stream == op.stream) {
            Some((_, highest)) => *highest = place.max(*highest),
            None => brought.push((op.stream, place)),
        }
    }
    brought
}

/// A whole stream, as it is held up to a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whole {
    /// The stream.
    pub stream: Stream,
    /// The last place that was given when it was read.
    pub upto: u64,
    /// Every op of it; those of the device that asks too, which may have forgotten what they say.
    pub ops: Vec<StreamOp>,
}

/// The live sides of a conflict that was passed up or kept aside, for its settler.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extract {
    /// The stream that the settlement is written in.
    pub stream: Stream,
    /// The conflict's id.
    pub conflict: Digest,
    /// Digest of its live ops.
    pub version: Digest,
    /// What kind of disagreement it is.
    pub kind: ConflictKind,
    /// Who settles it.
    pub settler: Settler,
    /// Which rule or register it is about.
    pub about: String,
    /// The live ops with what each author had seen; exactly these are the settlement's deps.
    pub sides: Vec<ExtractSide>,
    /// Once it is settled, there is nothing more to do.
    pub state: ExtractState,
}

/// One live op of a conflict that was passed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtractSide {
    /// The op.
    pub op: OpId,
    /// Who wrote it.
    pub author: UserId,
    /// For which organisation.
    pub org: OrgId,
    /// When, as people order it.
    pub eff: Hlc,
    /// What it says about the thing that is in conflict, as canonical JSON; no other field of it.
    pub value: String,
    /// Of an op that was kept aside, the body: everybody else holds its skeleton.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Box<str>>,
    /// Of the other sides, those that its author had seen.
    pub had_seen: Vec<OpId>,
}

/// Whether an extract still waits for its settler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtractState {
    /// It waits.
    Open,
    /// It was settled.
    Settled,
}

/// Codes the stamps of one push into runs; `stamps[i]` belongs to seq `from + i`, with its clock.
#[must_use]
pub fn code_runs(from: u64, stamps: &[(Hlc, Option<Stamp>)]) -> Vec<StampRun> {
    let mut runs: Vec<StampRun> = Vec::new();
    let mut clocks: Vec<Vec<Hlc>> = Vec::new();
    for (seq, (hlc, stamp)) in (from..).zip(stamps) {
        let Some(stamp) = stamp else { continue };
        let joins = runs.last().is_some_and(|run| {
            run.seq + run.count == seq
                && run.place + run.count == stamp.place
                && run.received_ms == stamp.received_ms
                && run.clock == stamp.clock
                && run.disposition == stamp.disposition
                && run.absent == stamp.absent
                && run.instead == stamp.instead
        });
        if !joins {
            let Stamp { place, received_ms, clock, disposition, .. } = *stamp;
            let (absent, instead) = (stamp.absent.clone(), stamp.instead.clone());
            let eff = Some(Vec::new());
            let run =
                StampRun { seq, count: 0, place, received_ms, eff, clock, disposition, absent, instead };
            runs.push(run);
            clocks.push(Vec::new());
        }
        if let (Some(run), Some(clocks)) = (runs.last_mut(), clocks.last_mut()) {
            run.count += 1;
            run.eff.get_or_insert_default().push(stamp.eff);
            clocks.push(*hlc);
        }
    }
    for (run, clocks) in runs.iter_mut().zip(clocks) {
        run.eff = run.eff.take().filter(|eff| *eff != clocks);
    }
    runs
}

impl StampRun {
    /// The stamps of the run with their seqs; `clock_of` gives the device's own clock of a seq.
    pub fn stamps(&self, clock_of: impl Fn(u64) -> Option<Hlc>) -> Vec<(u64, Stamp)> {
        (0..self.count)
            .filter_map(|i| {
                let seq = self.seq + i;
                let listed =
                    self.eff.as_ref().map(|eff| usize::try_from(i).ok().and_then(|i| eff.get(i).copied()));
                let eff = listed.unwrap_or_else(|| clock_of(seq))?;
                let stamp = Stamp {
                    place: self.place + i,
                    received_ms: self.received_ms,
                    eff,
                    clock: self.clock,
                    disposition: self.disposition,
                    absent: self.absent.clone(),
                    instead: self.instead.clone(),
                };
                Some((seq, stamp))
            })
            .collect()
    }
}
