//! The fold: from the ops of one stream to its state. Same ops, same state, whatever the order.
//!
//! ```text
//!   ops ─ kept aside, refused, overruled, struck = acts that count      standing
//!          └─ writes ─▶ registers ─▶ field conflicts                    registers
//!          └─ pairs of concurrent acts ─▶ crossed conflicts             crossed
//! ```
//! There is one mechanism, [`work`]: it takes up the ops that are new and computes again what they touch. A
//! full fold is that from nothing, and [`Folded`] goes on from where it is.
//! Takes no clock. Does not look at other streams: see [`super::view`].

mod conflicts;
mod crossed;
mod folded;
mod index;
mod kept_aside;
mod raised;
mod registers;
mod settled;
mod standing;
mod struck;
mod work;

use std::sync::Arc;

use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::clock::{ClockMark, Hlc};
use crate::ids::{CompartmentKind, Digest, OpId, Stream, UserId};
use crate::op::Kind;
use crate::referral::act::Act;
use crate::referral::conflict::Conflict;
use crate::register::Live;
use crate::shared::Shared;
use crate::stream::{Changes, History, Node};

pub use folded::Folded;
pub use registers::Registers;

/// The folded state of one stream. Its canonical bytes are its JSON: maps are sorted, lists have
/// one order.
#[derive(Debug, Clone, Default, Serialize)]
pub struct StreamState {
    /// The stream; none for an empty history.
    pub stream: Option<Stream>,
    /// The ops that nobody has built on yet.
    pub heads: Vec<OpId>,
    /// The live values of each register.
    pub registers: Shared<Registers>,
    /// Every op in causal order, with what became of it.
    pub entries: Shared<Vec<Entry>>,
    /// The open conflicts.
    pub conflicts: Shared<Vec<Conflict>>,
}

/// One op of the history.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// The op.
    pub id: OpId,
    /// Who recorded it.
    pub author: UserId,
    /// What kind of act it is.
    pub kind: Kind,
    /// When, as people order it.
    pub eff: Hlc,
    /// What became of it.
    pub standing: Standing,
    /// Whether its clock was wrong.
    pub clock: ClockMark,
    /// Where the fold read its body, when it counts; the canonical bytes hold the body's digest.
    #[serde(rename = "body", serialize_with = "digest_of_read")]
    read: Option<Arc<Node>>,
}

/// What became of an op in the fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It counts.
    Counts,
    /// It was kept aside and then admitted by a settlement; it counts.
    Admitted,
    /// It was kept aside.
    KeptAside,
    /// It was refused.
    Refused,
    /// It repeats an op that counts already: kept, and nobody can admit it.
    Repeated,
    /// A later op struck it: entered in error.
    Struck,
    /// A settlement decided for another side.
    Overruled,
    /// Its body was erased: it supersedes as before, and says nothing any more.
    Erased,
    /// A newer version recorded it: kept and shown, moves nothing.
    Newer,
}

impl StreamState {
    /// Its compartment; none while nothing was folded.
    pub(crate) fn compartment(&self) -> Option<CompartmentKind> {
        self.stream.map(|stream| stream.kind())
    }

    /// SHA-256 over the canonical bytes.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let bytes = serde_json::to_vec(self).expect("a folded state is plain data with text keys");
        Digest(Sha256::digest(bytes).into())
    }

    /// The acts that count, in causal order.
    pub fn acts(&self) -> impl Iterator<Item = (&Entry, &Act)> {
        self.entries.iter().filter_map(|entry| entry.act().map(|act| (entry, act)))
    }

    /// The live values of a register.
    #[must_use]
    pub fn register(&self, name: &str) -> &[Live] {
        self.registers.live(name)
    }
}

impl Entry {
    /// The act, for those that count.
    #[must_use]
    pub fn act(&self) -> Option<&Act> {
        self.read.as_ref().and_then(|node| node.act())
    }
}

/// Folds a stream.
#[must_use]
pub fn fold(history: &History) -> StreamState {
    let mut state = StreamState::default();
    work::Work::default().refresh(history, &Changes::all(history), &mut state);
    state
}

fn digest_of_read<S: Serializer>(read: &Option<Arc<Node>>, to: S) -> Result<S::Ok, S::Error> {
    let body = read.as_ref().and_then(|node| node.op.body.as_deref()).unwrap_or_default();
    Digest(Sha256::digest(body).into()).serialize(to)
}
