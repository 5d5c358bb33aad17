//! Ids of assertions and proofs that were used, each for as long as it could be used again.
//!
//! Kept in memory: after a restart a proof could be used once more, within a minute and a half of
//! its making. Does not grow without bound: when it is full, what is new is not believed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use sync_core::ids::Digest;

use crate::keys::sha256;

const MOST: usize = 200_000;

#[derive(Default)]
pub(super) struct Replays(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    until: BTreeMap<Digest, u64>,
    pruned_s: u64,
}

impl Replays {
    /// Whether an id is used for the first time; it is remembered until a time, in seconds.
    pub(super) fn first(&self, id: &[&str], until_s: u64, now_s: u64) -> bool {
        let id = sha256(id.join("\n").as_bytes());
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.pruned_s < now_s {
            seen.pruned_s = now_s;
            seen.until.retain(|_, until| *until >= now_s);
        }
        if seen.until.len() >= MOST || seen.until.contains_key(&id) {
            return false;
        }
        seen.until.insert(id, until_s);
        true
    }
}
