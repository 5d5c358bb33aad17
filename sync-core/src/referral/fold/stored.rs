//! A folded stream at rest: small bytes from which one goes on without reading earlier bodies.
//!
//! ```text
//!   version ‖ ops: id, causes, when, who, what became of it, what it may cross      points to ops,
//!           ‖ registers: name, which op wrote it, short values that must agree       copies no text
//!           ‖ open conflicts ‖ check sum over all that and the stream
//! ```
//! Same ops, same bytes, whatever the way. Only for who holds the ops as well: a cache that may be dropped at
//! any time and is never sent. Another version, damage, an erasure, or an act that names others (settles,
//! strikes, raises, passes up: it needs the bodies) are no errors: the answer is none, and one folds anew. Does not
//! say what acts say: whoever asks for that folds the ops.

use crate::ids::{OpId, Stream};
use crate::referral::conflict::Conflict;
use crate::referral::fold::folded::Folded;
use crate::referral::fold::index::names;
use crate::referral::fold::pack::pack;
use crate::referral::fold::unpack::unpack;
use crate::referral::fold::work::Detail;
use crate::stream::{Pasts, StreamOp};

/// A folded stream without bodies, that goes on.
#[derive(Debug, Clone)]
pub struct Stored(Folded);

impl Default for Stored {
    fn default() -> Self {
        Self(Folded::with_detail(Detail::Skeleton))
    }
}

impl Folded {
    /// The bytes to keep beside the ops; none for a stream without ops, or in which acts name
    /// others or something was erased.
    #[must_use]
    pub fn stored(&self) -> Option<Vec<u8>> {
        if self.work.index.is_plain() && self.history.is_plain() { pack(self) } else { None }
    }
}

impl Stored {
    /// Reads what [`Folded::stored`] gave for a stream; none when it must be folded anew.
    #[must_use]
    pub fn read(stream: Stream, bytes: &[u8]) -> Option<Self> {
        unpack(stream, bytes).map(Self)
    }

    /// Takes ops, and better copies of known ones; none when the stream must be folded anew.
    #[must_use]
    pub fn apply(mut self, ops: impl IntoIterator<Item = StreamOp>) -> Option<Self> {
        let Folded { history, state, work } = &mut self.0;
        let changes = history.add(ops);
        let asks_for_bodies = |slot: &_| {
            let node = history.node(*slot);
            node.op.erased.is_some() || names(node).next().is_some()
        };
        if changes.pasts == Pasts::Changed || changes.slots.iter().any(asks_for_bodies) {
            return None;
        }
        work.refresh(history, &changes, state);
        Some(self)
    }

    /// The bytes to keep, the same as a full fold of the same ops gives; none while there are no ops.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        pack(&self.0)
    }

    /// The ops that nobody has built on yet.
    #[must_use]
    pub fn heads(&self) -> &[OpId] {
        &self.0.state.heads
    }

    /// The open conflicts.
    #[must_use]
    pub fn conflicts(&self) -> &[Conflict] {
        &self.0.state.conflicts
    }
}
