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
use crate::referral::act::{
    Act, AppointmentBooked, Attendance, AttendanceRecorded, Body, ConflictRaised, ContactRecorded,
    ContactWhat, Finding, ReferralCancelled, ReferralClosed, YesNo,
};
use crate::referral::facts::kind_of;
use crate::referral::fold::StreamState;

/// One row: an act of `shared` and one of `outreach` that contradict each other.
#[derive(Debug)]
pub struct AcrossRow {
    /// The row's name, which the conflict's id is made of.
    pub name: &'static str,
    /// The act in `shared`: it yields when the other side is chosen.
    pub shared: fn(&Act) -> bool,
    /// The act in `outreach`.
    pub outreach: fn(&Act) -> bool,
    /// The compartment whose settlers decide, in which the conflict is raised.
    pub raised_in: CompartmentKind,
    /// Whether the server opens the referral again meanwhile.
    pub reopens: YesNo,
}

/// The table of acts that cross between streams.
///
/// | row | in `shared` | in `outreach` | meanwhile | settled by |
/// | --- | --- | --- | --- | --- |
/// | `closed_attended` | closed, also by a lapse | the person came, called or was reached | open: the server reopens it | provider's lead |
/// | `cancelled_engaged` | the officer cancels | the provider books, or the person came | stands, unless cancelled as wrong person, entered in error or duplicate | admin |
pub const ACROSS: &[AcrossRow] = &[
    AcrossRow {
        name: CLOSED_ATTENDED,
        shared: is::<ReferralClosed>,
        outreach: was_there,
        raised_in: CompartmentKind::Outreach,
        reopens: YesNo::Yes,
    },
    AcrossRow {
        name: "cancelled_engaged",
        shared: is::<ReferralCancelled>,
        outreach: |act| is::<AppointmentBooked>(act) || came(act),
        raised_in: CompartmentKind::Shared,
        reopens: YesNo::No,
    },
];

/// The row of a closing that crossed what the person did.
pub const CLOSED_ATTENDED: &str = "closed_attended";

fn is<T: Body>(act: &Act) -> bool {
    act.as_body::<T>().is_some()
}

fn came(act: &Act) -> bool {
    act.as_body::<AttendanceRecorded>().is_some_and(|body| body.status == Attendance::Attended)
}

fn was_there(act: &Act) -> bool {
    came(act) || act.as_body::<ContactRecorded>().is_some_and(|body| body.what != ContactWhat::Attempted)
}

/// What the server raises of one row, in the stream of whoever settles it.
#[derive(Debug, Clone)]
pub struct Crossing {
    /// The row.
    pub row: &'static AcrossRow,
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
    let of = |kind: CompartmentKind| states.iter().copied().filter(move |state| kind_of(state) == Some(kind));
    let changed: BTreeSet<OpId> = changed.iter().copied().collect();
    let mut crossings = Vec::new();
    for row in ACROSS {
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

/// What was named of a row: as a side of it, or as one that counts no longer.
#[derive(Default)]
struct Named {
    sides: BTreeSet<OpId>,
    gone: BTreeSet<OpId>,
}

impl Named {
    fn of(place: &StreamState, about: &str) -> Self {
        let mut named = Self::default();
        let raised = place.acts().filter_map(|(_, act)| act.as_body::<ConflictRaised>());
        for body in raised.filter(|body| body.finding == Finding::Crossed && body.about == about) {
            for side in &body.sides {
                named.gone.remove(side);
                named.sides.insert(*side);
            }
            for side in body.gone.iter().flatten() {
                named.sides.remove(side);
                named.gone.insert(*side);
            }
        }
        named
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
        let pairs = [(&self.shared, &self.outreach), (&self.outreach, &self.shared)];
        for (these, those) in pairs {
            let is_news = |id: &&OpId| changed.contains(id) || self.named.gone.contains(id);
            for new in these.iter().filter(is_news) {
                let mut crossed: Vec<OpId> =
                    those.iter().copied().filter(|other| !self.named.sides.contains(other)).collect();
                crossed.retain(|other| apart(*new, *other));
                if crossed.is_empty() && !self.named.sides.contains(new) {
                    let named = those.iter().copied().filter(|other| self.named.sides.contains(other));
                    crossed.extend(named.into_iter().find(|other| apart(*new, *other)));
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
        let counts: BTreeSet<&OpId> = self.shared.iter().chain(&self.outreach).collect();
        let here: BTreeSet<OpId> = place.entries.iter().map(|entry| entry.id).collect();
        let named = self.named.sides.iter().filter(|side| !counts.contains(side) && !here.contains(side));
        named.copied().collect()
    }
}
