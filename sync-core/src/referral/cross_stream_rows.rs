//! The acts that contradict each other across two streams: one table.
//!
//! Does not look for them: see [`super::cross_stream`].

use crate::ids::CompartmentKind;
use crate::referral::act::{
    Act, AppointmentBooked, Attendance, AttendanceRecorded, Body, ContactRecorded, ContactWhat,
    ReferralCancelled, ReferralClosed, YesNo,
};

/// One row: an act of `shared` and one of `outreach` that contradict each other.
#[derive(Debug)]
pub struct CrossStreamRow {
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
pub const CROSS_STREAM: &[CrossStreamRow] = &[
    CrossStreamRow {
        name: CLOSED_ATTENDED,
        shared: is::<ReferralClosed>,
        outreach: was_there,
        raised_in: CompartmentKind::Outreach,
        reopens: YesNo::Yes,
    },
    CrossStreamRow {
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
