//! A conflict that was settled, as whoever settled it saw it: so that it can be shown and decided again.
//!
//! ```text
//!   sides ── settled(x, version) ── settled(y, version)      y decides again what x decided; y counts
//! ```
//! Who decides again names the version of the sides that the settlement named. Does not say who may: see
//! [`super::judge`], nor what counts: see [`super::fold`].

use crate::ids::{Digest, OpId};
use crate::referral::act::{Body as _, ConflictSettled};
use crate::referral::conflict::Conflict;
use crate::referral::fold::{Folded, StreamState, fold};
use crate::stamp::Disposition;
use crate::stream::History;

/// A conflict with the stream in which it is or was open.
#[derive(Debug, Clone)]
pub struct Found {
    /// The conflict.
    pub conflict: Conflict,
    /// The stream while it is open.
    pub state: StreamState,
    /// Its last settlement, when it is no longer open.
    pub settled: Option<(OpId, ConflictSettled)>,
}

/// A conflict that is open, or that somebody settled: as it was before.
#[must_use]
pub fn find(folded: &Folded, id: Digest) -> Option<Found> {
    let (history, state) = (folded.history(), folded.state());
    if let Some(open) = state.conflicts.iter().find(|open| open.id == id) {
        return Some(Found { conflict: open.clone(), state: state.clone(), settled: None });
    }
    let (op, body) = settlements(history, id).last()?;
    let found = as_decided(history, id, body.version)?;
    Some(Found { settled: Some((op, body.clone())), ..found })
}

/// A conflict as it was before the first settlement of this version; none where nobody settled it so.
#[must_use]
pub fn as_decided(history: &History, id: Digest, version: Digest) -> Option<Found> {
    let (first, _) = settlements(history, id).find(|(_, body)| body.version == version)?;
    let state = fold(&history.before(first)?);
    let conflict = state.conflicts.iter().find(|open| open.id == id && open.version() == version)?.clone();
    Some(Found { conflict, state, settled: None })
}

/// The settlements of a conflict that count, causes first.
fn settlements(history: &History, id: Digest) -> impl Iterator<Item = (OpId, &ConflictSettled)> {
    let nodes = history.order_from(0).iter().map(|slot| history.node(*slot));
    nodes.filter_map(move |node| {
        let stamp = node.op.stamp.as_ref();
        let counts = stamp.is_none_or(|stamp| stamp.disposition == Disposition::Accepted);
        let body = node.act().and_then(ConflictSettled::of).filter(|body| body.conflict == id && counts)?;
        Some((node.op.id, body))
    })
}
