//! What the server does with a push whose signature holds: counter, gap, fork and overlap, decided in one place.
//!
//! ```text
//!   held     1 ── 2 ── 3
//!   push          2 ── 3 ── 4      2 and 3 are known, 4 is new
//!   push          2 ── 3'          a fork: kept aside, the device enrols again
//!   push                    5      before 4 is held: a gap, nothing is stored
//! ```
//! Pure: hashes of what is held are asked for. Does not store, stamp or answer.

use crate::ids::Digest;
use crate::log::Tip;

/// What the server holds of the device that pushes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holds {
    /// The last counter of a request that counted.
    pub counter: u64,
    /// The end of its log.
    pub tip: Tip,
}

/// What a push shows.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The request's counter.
    pub counter: u64,
    /// Seq of the first op; at least 1.
    pub from: u64,
    /// Hash before the first op.
    pub previous: Digest,
    /// Hashes of the ops, in the order of the log.
    pub hashes: &'a [Digest],
}

/// What becomes of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The counter was used before; the last one that counted. Nothing is stored.
    CounterOld(u64),
    /// Ops are missing after this seq. Nothing is stored.
    Gap(u64),
    /// The device shows another history than the one that is held: its branch is kept aside.
    Fork {
        /// The last op of this push that both have; 0 when they part before it.
        common: u64,
    },
    /// It continues the log: so many of its ops are held already, the rest is new.
    Follows {
        /// How many of the push's ops are held.
        known: usize,
    },
}

/// Decides on a push; `hash_of` gives the hash of a held op of the device's log.
///
/// # Errors
/// The fault of `hash_of`.
pub fn decide<E>(
    holds: Holds,
    shown: Shown<'_>,
    mut hash_of: impl FnMut(u64) -> Result<Option<Digest>, E>,
) -> Result<Decision, E> {
    if shown.counter <= holds.counter {
        return Ok(Decision::CounterOld(holds.counter));
    }
    let before = shown.from.saturating_sub(1);
    if before > holds.tip.seq {
        return Ok(Decision::Gap(holds.tip.seq));
    }
    let mut common = 0;
    let links = std::iter::once(&shown.previous).chain(shown.hashes);
    for (seq, hash) in (before..=holds.tip.seq).zip(links) {
        let held = if seq == 0 { Some(Digest::default()) } else { hash_of(seq)? };
        match held {
            Some(held) if held != *hash => return Ok(Decision::Fork { common }),
            Some(_) => common = seq,
            None => {}
        }
    }
    let known = usize::try_from(holds.tip.seq - before).unwrap_or(usize::MAX);
    Ok(Decision::Follows { known: known.min(shown.hashes.len()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hash of op `seq` on the branch that is held; another branch's hashes are 100 more.
    fn hash(n: u8) -> Digest {
        if n == 0 { Digest::default() } else { Digest([n; 32]) }
    }

    fn decided(counter: u64, from: u64, previous: u8, shown: &[u8]) -> Decision {
        let holds = Holds { counter: 7, tip: Tip { seq: 3, hash: hash(3) } };
        let hashes: Vec<Digest> = shown.iter().map(|n| hash(*n)).collect();
        let shown = Shown { counter, from, previous: hash(previous), hashes: &hashes };
        let held = |seq: u64| Ok::<_, ()>(u8::try_from(seq).ok().filter(|n| (1..=3).contains(n)).map(hash));
        decide(holds, shown, held).expect("the table has no faults")
    }

    #[test]
    fn each_push_has_its_decision() {
        for (counter, from, previous, shown, decision) in [
            (8, 4, 3, &[4, 5][..], Decision::Follows { known: 0 }),
            (8, 4, 3, &[], Decision::Follows { known: 0 }),
            (8, 1, 0, &[1, 2, 3, 4], Decision::Follows { known: 3 }),
            (8, 2, 1, &[2], Decision::Follows { known: 1 }),
            (8, 2, 1, &[], Decision::Follows { known: 0 }),
            (8, 3, 2, &[103, 104], Decision::Fork { common: 2 }),
            (8, 2, 1, &[2, 103], Decision::Fork { common: 2 }),
            (8, 4, 103, &[104], Decision::Fork { common: 0 }),
            (8, 1, 9, &[1], Decision::Fork { common: 0 }),
            (8, 5, 4, &[5], Decision::Gap(3)),
            (7, 4, 3, &[4], Decision::CounterOld(7)),
            (7, 5, 4, &[5], Decision::CounterOld(7)),
            (6, 3, 2, &[103], Decision::CounterOld(7)),
        ] {
            assert_eq!(decided(counter, from, previous, shown), decision, "{counter} {from} {shown:?}");
        }
    }
}
