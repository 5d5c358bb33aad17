//! A stream with its folded state, that goes on: each op that comes costs what it touches.
//!
//! ```text
//!   Folded = history + state + work
//!      └─ apply(op) ─▶ what the history has changed by it ─▶ work computes again what that touches
//! ```
//! Equals the full fold of the same ops after every step. Is never stored: the ops are.

use crate::ids::OpId;
use crate::referral::erasure::Erased;
use crate::referral::fold::StreamState;
use crate::referral::fold::work::Work;
use crate::stream::{Changes, History, Pasts, StreamOp};

/// A stream with its folded state.
#[derive(Debug, Clone, Default)]
pub struct Folded {
    pub(super) history: History,
    pub(super) state: StreamState,
    pub(super) work: Work,
}

impl Folded {
    /// Folds a history, to go on from there.
    #[must_use]
    pub fn new(history: History) -> Self {
        let mut folded = Self { history, ..Self::default() };
        let all = Changes::all(&folded.history);
        folded.work.refresh(&folded.history, &all, &mut folded.state);
        folded
    }

    /// The state, for who needs nothing else.
    #[must_use]
    pub fn into_state(self) -> StreamState {
        self.state
    }

    /// Takes ops, and better copies of known ones: a stamp for an own op, the body of an admitted one.
    pub fn apply(&mut self, ops: impl IntoIterator<Item = StreamOp>) {
        let changes = self.history.add(ops);
        self.follow(&changes);
    }

    /// Takes the body of an op away, as an erasure does.
    pub fn erase(&mut self, id: OpId, erased: Erased) {
        let changes = self.history.erase(id, erased);
        self.follow(&changes);
    }

    /// An op that others build on already changes their pasts: then all is computed anew, from
    /// bodies that were read once.
    fn follow(&mut self, changes: &Changes) {
        match changes.pasts {
            Pasts::AsBefore => self.work.refresh(&self.history, changes, &mut self.state),
            Pasts::Changed => *self = Self::new(std::mem::take(&mut self.history)),
        }
    }

    /// The state of all ops taken so far.
    #[must_use]
    pub fn state(&self) -> &StreamState {
        &self.state
    }

    /// The ops taken so far.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }
}
