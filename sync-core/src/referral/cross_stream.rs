//! What contradicts across two streams, so that nobody can see it in one: the server raises it.
//!
//! ```text
//!   shared     closed ───────────────────── reopened (server)
//!                  ╳  neither knew
//!   outreach   ─── attended ── conflict.raised (server) ── conflict.settled (lead)
//! ```
//! Pure: says what crosses and what the server writes then. Does not write, and does not look at streams
//! of another record.

use std::collections::BTreeSet;

use crate::ids::{CompartmentKind, OpId, Stream};
use crate::referral::act::{ConflictRaised, Finding, YesNo};
use crate::referral::fold::StreamState;

pub use crate::referral::cross_stream_rows::{CLOSED_ATTENDED, CROSS_STREAM, CrossStreamRow};

/// What the server raises of one row, in the stream of whoever settles it.
#[derive(Debug, Clone)]
pub struct Crossing {
    /// The row.
    pub row: &'static CrossStreamRow,
    /// Where it is raised.
    pub stream: Stream,
    /// What is raised: each act is named once, beside one that it crosses; and those that count no longer.
    pub raised: ConflictRaised,
}

/// What the server raises of ops that were just stamped; `apart(a, b)` tells whether neither author knew the
/// other's act.
///
/// `states` are the folded streams of the ops' record, with the ops. Every act is asked about once with each act
/// that was not named yet, and named once: so what is written grows with what came, and not with its square.
#[must_use]
pub fn crossed(
    states: &[&StreamState],
    changed: &[OpId],
    mut apart: impl FnMut(OpId, OpId) -> bool,
) -> Vec<Crossing> {
    let of =
        |kind: CompartmentKind| states.iter().copied().filter(move |state| state.compartment() == Some(kind));
    let changed: BTreeSet<OpId> = changed.iter().copied().collect();
    let mut crossings = Vec::new();
    for row in CROSS_STREAM {
        let places: Vec<Vec<&StreamState>> = match row.raised_in {
            CompartmentKind::Outreach => of(CompartmentKind::Outreach).map(|state| vec![state]).collect(),
            CompartmentKind::Shared => vec![of(CompartmentKind::Outreach).collect()],
            CompartmentKind::Police | CompartmentKind::Care | CompartmentKind::Audit => Vec::new(),
        };
        for outreach in places {
            let place = match row.raised_in {
                CompartmentKind::Shared => of(CompartmentKind::Shared).next(),
                CompartmentKind::Outreach
                | CompartmentKind::Police
                | CompartmentKind::Care
                | CompartmentKind::Audit => outreach.first().copied(),
            };
            let Some((place, stream)) = place.and_then(|state| Some((state, state.stream?))) else {
                continue;
            };
            let shared = of(CompartmentKind::Shared).flat_map(StreamState::acts);
            let shared = shared.filter(|(_, act)| (row.shared)(act)).map(|(entry, _)| entry.id).collect();
            let there = outreach.into_iter().flat_map(StreamState::acts);
            let there = there.filter(|(_, act)| (row.outreach)(act)).map(|(entry, _)| entry.id).collect();
            let sides = Sides { shared, outreach: there, named: Named::of(place, row.name) };
            crossings.extend(sides.raised(place, &changed, &mut apart).map(|(sides, gone)| {
                let (finding, about) = (Finding::Crossed, row.name.to_owned());
                Crossing { row, stream, raised: ConflictRaised { finding, about, sides, gone } }
            }));
        }
    }
    crossings
}

/// The acts of a row that count, and those that were named.
struct Sides {
    shared: Vec<OpId>,
    outreach: Vec<OpId>,
    named: Named,
}

/// What was named of a row: as a side of it, or as one that counts no longer; each sorted.
struct Named {
    sides: Vec<OpId>,
    gone: Vec<OpId>,
}

impl Named {
    fn of(place: &StreamState, about: &str) -> Self {
        let raised = place.acts().filter_map(|(_, act)| act.as_body::<ConflictRaised>());
        let raised = raised.filter(|body| body.finding == Finding::Crossed && body.about == about);
        let mut said: Vec<(OpId, YesNo)> = raised
            .flat_map(|body| {
                let gone = body.gone.iter().flatten();
                let sides = body.sides.iter().map(|side| (*side, YesNo::Yes));
                sides.chain(gone.map(|side| (*side, YesNo::No)))
            })
            .collect();
        // Of several the last holds: the sort keeps their order.
        said.sort_by_key(|(side, _)| *side);
        let last = said.iter().zip(said.iter().skip(1).map(Some).chain([None]));
        let last = last.filter(|((side, _), next)| next.is_none_or(|(next, _)| next != side));
        let mut named = Self { sides: Vec::new(), gone: Vec::new() };
        for ((side, counts), _) in last {
            match counts {
                YesNo::Yes => named.sides.push(*side),
                YesNo::No => named.gone.push(*side),
            }
        }
        named
    }

    fn has_side(&self, op: OpId) -> bool {
        self.sides.binary_search(&op).is_ok()
    }

    fn has_gone(&self, op: OpId) -> bool {
        self.gone.binary_search(&op).is_ok()
    }
}

impl Sides {
    /// The sides that are new, and those that have gone; none when nothing is to be said.
    fn raised(
        &self,
        place: &StreamState,
        changed: &BTreeSet<OpId>,
        mut apart: impl FnMut(OpId, OpId) -> bool,
    ) -> Option<(Vec<OpId>, Option<Vec<OpId>>)> {
        let mut sides = BTreeSet::new();
        for (these, those) in [(&self.shared, &self.outreach), (&self.outreach, &self.shared)] {
            let is_news = |id: &&OpId| changed.contains(id) || self.named.has_gone(**id);
            let unnamed = |other: &&OpId| !self.named.has_side(**other) && !sides.contains(*other);
            let mut unnamed: Vec<OpId> = those.iter().filter(unnamed).copied().collect();
            for new in these.iter().filter(is_news) {
                // Each is named once; an act that crosses none that is new names one that was named.
                let (mut crossed, rest) = unnamed.into_iter().partition(|other| apart(*new, *other));
                unnamed = rest;
                let is_named = |op: &OpId| self.named.has_side(*op) || sides.contains(op);
                if Vec::is_empty(&crossed) && !is_named(new) {
                    let named = those.iter().filter(|other| is_named(other));
                    crossed.extend(named.copied().find(|other| apart(*new, *other)));
                }
                if !crossed.is_empty() {
                    sides.insert(*new);
                    sides.extend(crossed);
                }
            }
        }
        let gone = self.gone(place);
        if sides.is_empty() && gone.is_empty() {
            return None;
        }
        Some((sides.into_iter().collect(), Some(gone).filter(|gone| !gone.is_empty())))
    }

    /// The sides of other streams that were named and count no longer; those of its own the fold sees by itself.
    fn gone(&self, place: &StreamState) -> Vec<OpId> {
        let mut counts: Vec<OpId> = self.shared.iter().chain(&self.outreach).copied().collect();
        counts.sort_unstable();
        let counts_not = |side: &&OpId| counts.binary_search(side).is_err();
        let mut gone: Vec<OpId> = self.named.sides.iter().filter(counts_not).copied().collect();
        if !gone.is_empty() {
            let here: BTreeSet<OpId> = place.entries.iter().map(|entry| entry.id).collect();
            gone.retain(|side| !here.contains(side));
        }
        gone
    }
}
