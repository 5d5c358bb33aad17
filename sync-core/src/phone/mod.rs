//! The phone, but for its store, its network and its keys.
//!
//! ```text
//!   command ─▶ recording ─┐
//!   answer  ─▶ answer ────┼─▶ Changes ─▶ saved in one transaction ─▶ events
//!   PhoneReads, PhoneState ┘
//! ```
//! Does not read or write anything itself: rows come in, and what is to be kept goes out.

pub mod answer;
pub mod changes;
pub mod enrol;
pub mod epoch;
pub mod erase;
pub mod events;
mod forget;
pub mod heal;
pub mod held;
pub mod openings;
mod others;
pub mod pause;
pub mod prior_check;
pub mod reads;
pub mod recording;
pub mod recover;
pub mod reference;
pub mod request;
pub mod rows;
pub mod state;
pub mod wipe;
pub mod work;

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
