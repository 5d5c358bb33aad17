//! What the force's record of persons says: who is linked, by whom, and what is asked.
//!
//! Does not write.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sync_core::ids::{OpId, Stream};
use sync_core::persons::{Pair, Persons, SubjectId, Why};
use sync_core::referral::act::{ConflictRaised, PersonLinked};
use sync_core::referral::conflict::ConflictKind;
use sync_core::referral::fold::StreamState;

use crate::fault::Fault;
use crate::reconcile::round::Round;

/// What the force's record of persons says.
#[derive(Default)]
pub(crate) struct Said {
    pub(in crate::reconcile) persons: Persons,
    /// Of whom it is asked whether they are one person.
    pub(in crate::reconcile) open: Vec<Pair>,
    /// The links that the server made by itself.
    automatic: BTreeSet<OpId>,
    raised: BTreeMap<String, BTreeSet<OpId>>,
    /// Sides that were raised and count no longer.
    gone: BTreeSet<OpId>,
}

impl Said {
    /// What a stream says; read once until it changes.
    pub(crate) fn read(round: &mut Round<'_>, stream: Stream) -> Result<Arc<Self>, Fault> {
        Ok(round.record(stream.record)?.said(stream))
    }

    pub(in crate::reconcile) fn of(state: &StreamState) -> Self {
        let mut said = Self { persons: Persons::read(state, &BTreeMap::new()), ..Self::default() };
        let identity = state.conflicts.iter().filter(|open| open.kind == ConflictKind::Identity);
        said.open = identity.filter_map(|open| open.about.parse().ok()).collect();
        for (entry, act) in state.acts() {
            if act.as_body::<PersonLinked>().is_some_and(|link| link.because == Why::StrongKey) {
                said.automatic.insert(entry.id);
            }
            if let Some(ConflictRaised { about, sides, gone, .. }) = act.as_body() {
                let raised = said.raised.entry(about.clone()).or_default();
                raised.extend(sides);
                said.gone.retain(|side| !sides.contains(side));
                for side in gone.iter().flatten() {
                    raised.remove(side);
                    said.gone.insert(*side);
                }
            }
        }
        said
    }

    /// Whether two subjects are one person.
    pub(crate) fn are_one(&self, one: &SubjectId, other: &SubjectId) -> bool {
        self.persons.representative(one) == self.persons.representative(other)
    }

    /// Whether a pair is joined by the server alone.
    pub(super) fn is_automatic(&self, pair: &Pair) -> bool {
        let said = self.persons.said(pair);
        !said.is_empty() && said.iter().all(|live| self.automatic.contains(&live.op))
    }

    /// What was raised about an op that is a side of it.
    pub(crate) fn about(&self, side: OpId) -> Option<&str> {
        let mut raised = self.raised.iter().filter(|(_, sides)| sides.contains(&side));
        raised.next().map(|(about, _)| about.as_str())
    }

    /// Whether an op was a side of something and was told to count no longer.
    pub(crate) fn has_gone(&self, side: OpId) -> bool {
        self.gone.contains(&side)
    }

    /// Whether nobody was asked yet, or something new joins.
    pub(crate) fn is_new(&self, raised: &ConflictRaised) -> bool {
        let known = self.raised.get(&raised.about);
        known.is_none_or(|known| raised.sides.iter().any(|side| !known.contains(side)))
    }
}
