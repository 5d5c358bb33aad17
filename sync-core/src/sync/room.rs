//! How much travels at once on a link that drops: less after each cut, more after each success.
//!
//! Does not know how fast the link is; it learns from what came through.

use serde::{Deserialize, Serialize};

/// The most bytes of one push or one page, as the device counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Room(u32);

/// A link that never dropped.
const FULL_BYTES: u32 = 512 * 1024;
/// What always travels: a few ops.
pub const LEAST_BYTES: u32 = 4 * 1024;

impl Default for Room {
    fn default() -> Self {
        Self(FULL_BYTES)
    }
}

impl Room {
    /// The bytes.
    #[must_use]
    pub fn bytes(self) -> u32 {
        self.0
    }

    /// What to tell the server: nothing while the link has not dropped.
    #[must_use]
    pub fn told(self) -> Option<u32> {
        (self.0 < FULL_BYTES).then_some(self.0)
    }

    /// No more than this, but always the least.
    #[must_use]
    pub fn within(self, most_bytes: u64) -> Self {
        let most = u32::try_from(most_bytes).unwrap_or(u32::MAX).max(LEAST_BYTES);
        Self(self.0.min(most))
    }

    /// After a request or an answer was cut.
    #[must_use]
    pub fn after_cut(self) -> Self {
        Self((self.0 / 4).max(LEAST_BYTES))
    }

    /// After a whole answer came.
    #[must_use]
    pub fn after_answer(self) -> Self {
        Self(self.0.saturating_mul(2).min(FULL_BYTES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_shrink_it_to_a_few_ops_and_answers_widen_it_again() {
        let cut = (0..20).fold(Room::default(), |room, _| room.after_cut());
        assert_eq!(cut.told(), Some(LEAST_BYTES));
        let healed = (0..20).fold(cut, |room, _| room.after_answer());
        assert_eq!((healed.told(), healed.bytes()), (None, FULL_BYTES));
    }
}
