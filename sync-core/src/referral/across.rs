//! What contradicts across two streams, so that nobody can see it in one: the server raises it.
//!
//! ```text
//!   shared     closed ───────────────────── reopened (server)
//!                  ╳  neither knew
//!   outreach   ─── attended ── conflict.raised (server) ── conflict.settled (lead)
//! ```
//! Pure: says what crosses and what the server writes then. Does not write, and does not look at streams
//! of another record.

use crate::ids::{CompartmentKind, OpId};
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

/// A row of which an op that was just stamped crosses others.
#[derive(Debug, Clone, Copy)]
pub struct Crossing {
    /// The row.
    pub row: &'static AcrossRow,
    /// The act in `shared`.
    pub shared: OpId,
    /// The act in `outreach`.
    pub outreach: OpId,
}

impl Crossing {
    /// What the server raises.
    #[must_use]
    pub fn raised(&self) -> ConflictRaised {
        let (finding, about) = (Finding::Crossed, self.row.name.to_owned());
        ConflictRaised { finding, about, sides: vec![self.shared, self.outreach], gone: None }
    }
}

/// What an op that was just stamped crosses; `knew(a, b)` tells whether the author of `a` knew `b`.
///
/// `states` are the folded streams of the op's record, with the op.
#[must_use]
pub fn crossed(states: &[StreamState], new: OpId, knew: impl Fn(OpId, OpId) -> bool) -> Vec<Crossing> {
    let acts = |kind: CompartmentKind| {
        states.iter().filter(move |state| kind_of(state) == Some(kind)).flat_map(StreamState::acts)
    };
    let mut crossings = Vec::new();
    for row in ACROSS {
        let shared =
            acts(CompartmentKind::Shared).filter(|(_, act)| (row.shared)(act)).map(|(entry, _)| entry.id);
        for shared in shared {
            let outreach = acts(CompartmentKind::Outreach).filter(|(_, act)| (row.outreach)(act));
            for outreach in outreach.map(|(entry, _)| entry.id) {
                let touched = shared == new || outreach == new;
                if touched && !knew(shared, outreach) && !knew(outreach, shared) {
                    crossings.push(Crossing { row, shared, outreach });
                }
            }
        }
    }
    crossings
}
