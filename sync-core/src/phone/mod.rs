//! The phone, but for its store, its network and its keys.
//!
//! Does not read or write anything: rows come in, and what is to be kept goes out.

pub mod event;
pub mod recording;

use std::collections::BTreeMap;

use crate::ids::Stream;
use crate::stream::{History, StreamOp};

/// An entry of a held stream, with the revision at which the store learnt of it.
#[derive(Debug, Clone)]
pub struct Held {
    /// The entry.
    pub op: StreamOp,
    /// The revision.
    pub rev: u64,
}

/// The streams of held entries, as they were known at a revision.
#[must_use]
pub fn histories(held: &[Held], upto: u64) -> BTreeMap<Stream, History> {
    let mut streams: BTreeMap<Stream, Vec<StreamOp>> = BTreeMap::new();
    for held in held.iter().filter(|held| held.rev <= upto) {
        streams.entry(held.op.stream).or_default().push(held.op.clone());
    }
    streams.into_iter().map(|(stream, ops)| (stream, History::new(ops))).collect()
}
