//! The log of one device: a gap-free chain, each op naming the hash of the one before.
//!
//! ```text
//!   op 1 ──prev── op 2 ──prev── op 3        a tip is the last (seq, hash)
//! ```
//! A chain proves a log complete and unaltered. Does not judge what the ops say.

use serde::{Deserialize, Serialize};

use crate::ids::Digest;
use crate::op::{Header, Op, body_digest};

/// The last op of a log: its place and its hash; `Tip::default()` is the empty log's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tip {
    /// Place of the last op; 0 for an empty log.
    pub seq: u64,
    /// Its hash; all zero for an empty log.
    pub hash: Digest,
}

/// Where a chain is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BrokenChain {
    /// An op is missing: the next one is not `expected`.
    #[error("a gap: op {expected} is missing")]
    Gap {
        /// The seq that should have come.
        expected: u64,
    },
    /// An op does not name the hash of the one before.
    #[error("op {seq} does not follow the one before")]
    Prev {
        /// The op that names another.
        seq: u64,
    },
    /// A body is not the one that the header was written for.
    #[error("the body of op {seq} was changed")]
    Body {
        /// The op with the changed body.
        seq: u64,
    },
}

impl Tip {
    /// The one that is further on.
    #[must_use]
    pub fn max_seq(self, other: Self) -> Self {
        if other.seq > self.seq { other } else { self }
    }

    /// The tip after `header`, when it is the next op of the log.
    ///
    /// # Errors
    /// [`BrokenChain`] when it is not.
    pub fn follow(self, header: &Header) -> Result<Self, BrokenChain> {
        let expected = self.seq + 1;
        if header.id.seq != expected {
            return Err(BrokenChain::Gap { expected });
        }
        if header.prev != self.hash {
            return Err(BrokenChain::Prev { seq: expected });
        }
        Ok(Self { seq: expected, hash: header.hash() })
    }
}

/// Whether the body is the one that the header was written for; an erased one cannot be wrong.
///
/// # Errors
/// [`BrokenChain::Body`] when it is another.
pub fn check_body(op: &Op) -> Result<(), BrokenChain> {
    match &op.body {
        Some(body) if body_digest(op.salt, body) != op.header.body_digest => {
            Err(BrokenChain::Body { seq: op.header.id.seq })
        }
        Some(_) | None => Ok(()),
    }
}

/// Verifies a whole log and gives its tip.
///
/// # Errors
/// The first [`BrokenChain`].
pub fn verify<'a>(ops: impl IntoIterator<Item = &'a Op>) -> Result<Tip, BrokenChain> {
    ops.into_iter().try_fold(Tip::default(), |tip, op| {
        check_body(op)?;
        tip.follow(&op.header)
    })
}
