//! The rows of a phone's store as the machine sees them: entries with what is known of each.
//!
//! Does not say how they are kept.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::clock::Hlc;
use crate::ids::{Digest, OpId, Stream, UserId};
use crate::log::Tip;
use crate::op::{Op, VOCABULARY};
use crate::phone::Held;
use crate::referral::erasure::Erased;
use crate::stamp::Stamp;
use crate::stream::StreamOp;

/// An own entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// The entry.
    pub op: Op,
    /// Its hash.
    pub hash: Digest,
    /// Entries of one command share a number: a push never ends inside one.
    pub command: u64,
    /// The revision at which the store learnt of it.
    pub rev: u64,
    /// The server has it.
    pub acknowledged: bool,
    /// Its author does not read its stream: it is kept, and not shown.
    pub sealed: bool,
    /// What the server made of it.
    pub stamp: Option<Stamp>,
}

impl Own {
    /// Its place in the log.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.op.header.id.seq
    }
}

/// An entry of a log that this phone wrote before it enrolled again, or that was salvaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Old {
    /// The entry.
    pub op: Op,
    /// Entries of one command share a number.
    pub command: u64,
    /// The revision at which the store learnt of it; 0 when it was salvaged.
    pub rev: u64,
    /// Its author does not read its stream.
    pub sealed: bool,
    /// What the server made of it.
    pub stamp: Option<Stamp>,
}

impl Old {
    /// What an own entry becomes when its log is set aside.
    #[must_use]
    pub fn of(own: Own) -> Self {
        let Own { op, command, rev, sealed, stamp, .. } = own;
        Self { op, command, rev, sealed, stamp }
    }
}

/// An entry of somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// The entry.
    pub op: StreamOp,
    /// The revision at which the store learnt of it.
    pub rev: u64,
    /// The server has lost it: kept without effect until it comes again.
    pub lost: bool,
}

/// What is left of an entry of a stream that the reader has lost: what a later entry builds on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// Its stream.
    pub stream: Stream,
    /// What it built on.
    pub deps: Vec<OpId>,
    /// The revision at which the store learnt of it.
    pub rev: u64,
    /// The revision at which it was lost: a view of an earlier one still showed it.
    pub gone: u64,
}

impl Gone {
    /// As an entry that says nothing but what it built on. A view that was opened after it was lost showed nothing of it.
    #[must_use]
    pub fn held(&self, id: OpId, as_of: u64) -> Held {
        let op = StreamOp {
            id,
            stream: self.stream,
            deps: self.deps.clone(),
            hlc: Hlc::default(),
            author: UserId(Uuid::nil()),
            kind: "forgotten.entry".parse().expect("it is written as kinds are"),
            vocabulary: VOCABULARY,
            body: None,
            erased: None,
            stamp: None,
        };
        Held { op, rev: if self.gone > as_of { self.rev } else { u64::MAX } }
    }
}

/// Which rows are asked for.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// Streams, with everything that is held of each.
    pub streams: BTreeSet<Stream>,
    /// Streams of which something comes, and which may have been lost: what is left of each, with the sealed own entries
    /// in it.
    pub left_of: BTreeSet<Stream>,
    /// Entries by id: those of others, and what is left of erased ones.
    pub entries: BTreeSet<OpId>,
    /// Own entries: the first seq, and how many from there on.
    pub own: Vec<(u64, u64)>,
}

/// Rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Own entries by seq.
    pub own: BTreeMap<u64, Own>,
    /// Entries of others.
    pub others: BTreeMap<OpId, Other>,
    /// What is left of streams that the reader has lost.
    pub gone: BTreeMap<OpId, Gone>,
    /// What is left of entries whose bodies were erased.
    pub erased: BTreeMap<OpId, Erased>,
}

/// The ends of the own log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// The last own entry.
    pub tip: Tip,
    /// The highest own seq that the server has acknowledged.
    pub acknowledged: u64,
}
