//! Slows down who guesses passwords, without locking anybody else out.
//!
//! Wrong passwords are counted for a sign-in name **and** the address that they come from. So a stranger who guesses
//! makes their own address wait, for that name, and the owner signs in from another address as ever. A stranger with
//! many addresses gets a few guesses from each; each costs an argon2id hash, and the authenticator's code stands
//! behind the password. Nothing is ever locked for a name alone. Kept in memory: a stranger makes no row in the
//! store, and a restart forgets. Does not know whether there is such an account: names that nobody has wait alike.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use sync_core::ids::Digest;

use crate::keys::sha256;

/// Wrong passwords that cost no waiting.
const FREE: u32 = 5;
const FIRST_WAIT_MS: u64 = 30_000;
const LONGEST_WAIT_MS: u64 = 15 * 60_000;
/// After so long without a wrong password everything is forgotten.
const FORGOTTEN_MS: u64 = 60 * 60_000;
/// Pairs of name and address that are remembered; the oldest makes room.
const MOST: usize = 50_000;

#[derive(Default)]
pub(crate) struct Throttle(Mutex<BTreeMap<Digest, Wrong>>);

#[derive(Clone, Copy)]
struct Wrong {
    times: u32,
    last_ms: u64,
}

impl Wrong {
    fn waits_until(self) -> u64 {
        let over = self.times.saturating_sub(FREE);
        if over == 0 {
            return 0;
        }
        let wait_ms = FIRST_WAIT_MS.saturating_mul(1 << (over - 1).min(16));
        self.last_ms + wait_ms.min(LONGEST_WAIT_MS)
    }
}

impl Throttle {
    /// Whether a password may be looked at now. It counts as wrong until it was right: so whoever sends many at once
    /// gets no more looked at than one after the other.
    pub(crate) fn takes(&self, name: &str, address: &str, now_ms: u64) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pair = pair(name, address);
        let before = known.get(&pair).filter(|wrong| wrong.last_ms + FORGOTTEN_MS > now_ms);
        if before.is_some_and(|wrong| now_ms < wrong.waits_until()) {
            return false;
        }
        let times = before.map_or(0, |wrong| wrong.times).saturating_add(1);
        if known.len() >= MOST {
            make_room(&mut known, now_ms);
        }
        known.insert(pair, Wrong { times, last_ms: now_ms });
        true
    }

    /// Forgets what was wrong, after a right password.
    pub(crate) fn was_right(&self, name: &str, address: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&pair(name, address));
    }
}

fn make_room(known: &mut BTreeMap<Digest, Wrong>, now_ms: u64) {
    known.retain(|_, wrong| wrong.last_ms + FORGOTTEN_MS > now_ms);
    let oldest = known.iter().min_by_key(|(_, wrong)| wrong.last_ms).map(|(pair, _)| *pair);
    if let Some(oldest) = oldest.filter(|_| known.len() >= MOST) {
        known.remove(&oldest);
    }
}

/// Names and addresses are not kept as they are.
fn pair(name: &str, address: &str) -> Digest {
    sha256(format!("{name}\n{address}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_waits_longer_and_longer_and_the_owner_does_not() {
        let (throttle, mut now_ms) = (Throttle::default(), 0);
        let takes = |name, address, now_ms| throttle.takes(name, address, now_ms);
        for _ in 0..=FREE {
            assert!(takes("ruth", "203.0.113.9", now_ms));
        }
        for wait_ms in [30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000] {
            assert!(!takes("ruth", "203.0.113.9", now_ms + wait_ms - 1), "{wait_ms}");
            for (name, address) in [("ruth", "198.51.100.7"), ("gareth", "203.0.113.9")] {
                assert!(takes(name, address, now_ms), "the owner, and another person");
                throttle.was_right(name, address);
            }
            now_ms += wait_ms;
            assert!(takes("ruth", "203.0.113.9", now_ms));
        }
        throttle.was_right("ruth", "203.0.113.9");
        assert!(takes("ruth", "203.0.113.9", now_ms), "a right password wipes the slate");
    }
}
