//! The rows of the table: what cannot be, for each kind of entry.
//!
//! Does not say who refuses: see [`super`].

use super::By::{Itself, Time};
use super::{Row, Written};
use crate::codes::{self, CodeList, OffenceKind};
use crate::local_time::local_day;
use crate::referral::act::{
    Act, AppointmentBooked, AppointmentMoved, AppointmentRequested, Attendance, AttendanceRecorded, Body,
    ClosingReason, ContactRecorded, ContactWhat, CrimeRecorded, HandoverRecorded, ReferralClosed,
    SafeguardingRaised, SlotOpened, TransferRequested, WalkInClosed,
};
use crate::referral::sessions::MOST_MINUTES;

/// A row whose test reads the body of its kind.
macro_rules! row {
    ($kind:literal $code:literal [$one:literal, $other:literal] $by:ident $body:ident, |$read:ident, $written:ident| $wrong:expr) => {
        Row {
            kind: $kind,
            code: $code,
            fields: [$one, $other],
            by: $by,
            wrong: |act: &Act, $written: &Written<'_>| $body::of(act).is_some_and(|$read| $wrong),
        }
    };
}

/// Everything that cannot be.
pub const ROWS: &[Row] = &[
    row!("contact.recorded" "contact_contradicts" ["what", "result"] Itself ContactRecorded, |body, _w| {
        codes::entry(CodeList::ContactResults, &body.result)
            .and_then(|entry| entry.column("not_with"))
            .is_some_and(|words| words.split(' ').any(|what| what == word(body.what)))
    }),
    row!("contact.recorded" "lies_ahead" ["at_ms", "what"] Time ContactRecorded, |body, w| w.is_ahead(body.at_ms)),
    row!("contact.recorded" "long_ago" ["at_ms", "now"] Time ContactRecorded, |body, w| w.is_long_ago(body.at_ms)),
    row!("contact.recorded" "before_encounter" ["at_ms", "encounter"] Time ContactRecorded, |body, w| {
        w.is_before_encounter(body.at_ms)
    }),
    row!("attendance.recorded" "attended_minutes" ["status", "minutes"] Itself AttendanceRecorded, |body, _w| {
        body.status == Attendance::Attended && !(1..=MOST_MINUTES).contains(&body.minutes)
    }),
    row!("attendance.recorded" "absent_minutes" ["status", "minutes"] Itself AttendanceRecorded, |body, _w| {
        body.status != Attendance::Attended && body.minutes > 0
    }),
    row!("attendance.recorded" "meeting_differs" ["meeting", "appointment"] Itself AttendanceRecorded, |body, w| {
        let named = body.appointment.map(|named| named.resolve(w.id.device));
        let booked = named.and_then(|named| w.beside.booked.get(&named));
        booked.is_some_and(|booked| booked.meeting != body.meeting)
    }),
    row!("attendance.recorded" "absent_early" ["status", "appointment"] Time AttendanceRecorded, |body, w| {
        body.status == Attendance::DidNotAttend && w.has_not_begun(body.appointment, body.at_ms)
    }),
    row!("attendance.recorded" "lies_ahead" ["at_ms", "status"] Time AttendanceRecorded, |body, w| {
        is_over(body.status) && w.is_ahead(body.at_ms)
    }),
    row!("attendance.recorded" "long_ago" ["at_ms", "now"] Time AttendanceRecorded, |body, w| w.is_long_ago(body.at_ms)),
    row!("attendance.recorded" "before_encounter" ["at_ms", "encounter"] Time AttendanceRecorded, |body, w| {
        w.is_before_encounter(body.at_ms)
    }),
    row!("appointment.booked" "appointment_minutes" ["minutes", "meeting"] Itself AppointmentBooked, |body, _w| {
        !(1..=MOST_MINUTES).contains(&body.minutes)
    }),
    row!("appointment.booked" "appointment_over" ["at_ms", "minutes"] Time AppointmentBooked, |body, w| {
        w.is_over(body.at_ms, body.minutes)
    }),
    row!("appointment.booked" "appointment_far" ["at_ms", "now"] Time AppointmentBooked, |body, w| w.is_far(body.at_ms)),
    row!("appointment.moved" "appointment_over" ["at_ms", "appointment"] Time AppointmentMoved, |body, w| {
        let booked = w.beside.booked.get(&body.appointment.resolve(w.id.device));
        w.is_over(body.at_ms, booked.map_or(0, |booked| booked.minutes))
    }),
    row!("appointment.moved" "appointment_far" ["at_ms", "now"] Time AppointmentMoved, |body, w| w.is_far(body.at_ms)),
    row!("appointment.requested" "appointment_over" ["at_ms", "slot"] Time AppointmentRequested, |body, w| {
        w.is_over(body.at_ms, 0)
    }),
    row!("appointment.requested" "appointment_far" ["at_ms", "now"] Time AppointmentRequested, |body, w| w.is_far(body.at_ms)),
    row!("slot.opened" "appointment_minutes" ["minutes", "meeting"] Itself SlotOpened, |body, _w| {
        !(1..=MOST_MINUTES).contains(&body.minutes)
    }),
    row!("slot.opened" "appointment_over" ["at_ms", "minutes"] Time SlotOpened, |body, w| w.is_over(body.at_ms, body.minutes)),
    row!("slot.opened" "appointment_far" ["at_ms", "now"] Time SlotOpened, |body, w| w.is_far(body.at_ms)),
    row!("referral.closed" "closed_before_submission" ["on", "submitted_ms"] Time ReferralClosed, |body, w| {
        w.beside.submitted_ms.is_some_and(|submitted| body.on < local_day(submitted))
    }),
    row!("referral.closed" "lies_ahead" ["on", "now"] Time ReferralClosed, |body, w| {
        body.on > local_day(w.at_ms.saturating_add(super::AHEAD_MS))
    }),
    row!("closing.reason" "closed_unreached" ["reason", "status"] Itself ClosingReason, |body, w| {
        w.beside.has_come && is_unreached(&body.reason)
    }),
    row!("walk_in.closed" "closed_unreached" ["reason", "status"] Itself WalkInClosed, |body, w| {
        w.beside.has_come && body.reason.as_deref().is_some_and(is_unreached)
    }),
    row!("handover.recorded" "lies_ahead" ["at_ms", "now"] Time HandoverRecorded, |body, w| w.is_ahead(body.at_ms)),
    row!("handover.recorded" "long_ago" ["at_ms", "now"] Time HandoverRecorded, |body, w| w.is_long_ago(body.at_ms)),
    row!("handover.recorded" "before_encounter" ["at_ms", "encounter"] Time HandoverRecorded, |body, w| {
        w.is_before_encounter(body.at_ms)
    }),
    row!("safeguarding.raised" "told_nobody" ["told_at_ms", "told"] Itself SafeguardingRaised, |body, _w| {
        body.told_at_ms.is_some() && body.told.is_none()
    }),
    row!("safeguarding.raised" "lies_ahead" ["told_at_ms", "now"] Time SafeguardingRaised, |body, w| {
        body.told_at_ms.is_some_and(|at_ms| w.is_ahead(at_ms))
    }),
    row!("safeguarding.raised" "long_ago" ["told_at_ms", "now"] Time SafeguardingRaised, |body, w| {
        body.told_at_ms.is_some_and(|at_ms| w.is_long_ago(at_ms))
    }),
    row!("crime.recorded" "offence_contradicts" ["offence", "drug"] Itself CrimeRecorded, |body, w| {
        body.offence.as_deref().is_some_and(|code| is_possession(code) && w.is_of_no_item(code))
    }),
    row!("transfer.requested" "transfer_to_itself" ["to", "provider"] Itself TransferRequested, |body, w| {
        w.beside.providers.contains(&body.to)
    }),
];

/// Whether a reason to close says that nobody could reach the person.
fn is_unreached(reason: &str) -> bool {
    let line = codes::entry(CodeList::CloseReasons, reason);
    line.and_then(|line| line.column("exit")) == Some("lapsed_no_contact")
}

fn is_possession(code: &str) -> bool {
    codes::offence(code).is_some_and(|offence| offence.kind == OffenceKind::SimplePossession)
}

/// Whether a status tells of a time that has come; an appointment may be called off before it.
fn is_over(status: Attendance) -> bool {
    match status {
        Attendance::Attended | Attendance::DidNotAttend => true,
        Attendance::CancelledByService | Attendance::CancelledByPerson => false,
    }
}

fn word(what: ContactWhat) -> &'static str {
    match what {
        ContactWhat::Attempted => "attempted",
        ContactWhat::Reached => "reached",
        ContactWhat::PersonCame => "person_came",
        ContactWhat::PersonCalled => "person_called",
    }
}
