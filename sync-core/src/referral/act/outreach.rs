//! What one provider reads: contacts, appointments, attendance, details learnt; and what is clinical (`care`).
//!
//! Does not reach the force: how far the person got goes there as `progress.reported` alone.

use std::collections::BTreeMap;

use serde_json::json;

use super::words::{Attendance, CalledOffBy, ContactWhat, MeasuredAt, Meeting, YesNo};
use super::{Codes, OpRef, Recorded, Writes, word_of_a_field, write};
use crate::codes::CodeList;
use crate::ids::{OpId, OrgId};
use crate::shape::BadShape;

bodies! {
    /// `contact.recorded`
    ContactRecorded { what: ContactWhat, channel: String, result: String, at_ms: u64; note: String }
    /// `appointment.booked`
    AppointmentBooked { at_ms: u64, meeting: Meeting, minutes: u16; place: String, slot: uuid::Uuid }
    /// `appointment.moved`
    AppointmentMoved { appointment: OpRef, at_ms: u64 }
    /// `appointment.cancelled`
    AppointmentCancelled { appointment: OpRef, by: CalledOffBy; note: String }
    /// `attendance.recorded`
    AttendanceRecorded { meeting: Meeting, status: Attendance, minutes: u16, at_ms: u64;
        appointment: OpRef, note: String }
    /// `details.learnt`: what the person gave to the service.
    DetailsLearnt { field: String, value: String }
    /// `closing.reason`
    ClosingReason { reason: String; note: String }
    /// `credits.carried`: what the person has done already elsewhere.
    CreditsCarried { from: OrgId, assessed: YesNo, sessions: Vec<Credit> }
    /// One session that was done elsewhere.
    Credit { at_ms: u64, minutes: u16 }
    /// `note.added`
    NoteAdded { text: String }
    /// `outcome.measured`: an instrument such as TOP, by its items.
    OutcomeMeasured { instrument: String, at: MeasuredAt, items: BTreeMap<String, i64> }
}

impl Recorded for NoteAdded {}
impl Recorded for OutcomeMeasured {}

impl Recorded for ContactRecorded {
    fn codes(&self) -> Codes<'_> {
        vec![(CodeList::ContactChannels, &self.channel), (CodeList::ContactResults, &self.result)]
    }
}

impl Recorded for AppointmentBooked {
    fn writes(&self, op: OpId) -> Writes {
        write(&format!("appointment/{op}"), &self.at_ms)
    }
}

impl Recorded for AppointmentMoved {
    fn writes(&self, op: OpId) -> Writes {
        write(&format!("appointment/{}", self.appointment.resolve(op.device)), &self.at_ms)
    }

    fn amends(&self, op: OpId) -> Option<OpId> {
        Some(self.appointment.resolve(op.device))
    }
}

/// Called off is an attendance as well: who came in the end is asked of the same register.
impl Recorded for AppointmentCancelled {
    fn writes(&self, op: OpId) -> Writes {
        let status = match self.by {
            CalledOffBy::Service => Attendance::CancelledByService,
            CalledOffBy::Person => Attendance::CancelledByPerson,
        };
        write(&format!("attendance/{}", self.appointment.resolve(op.device)), &status)
    }

    fn amends(&self, op: OpId) -> Option<OpId> {
        Some(self.appointment.resolve(op.device))
    }
}

impl AttendanceRecorded {
    /// The appointment that it is about; a visit without one stands for itself.
    #[must_use]
    pub fn appointment_of(&self, op: OpId) -> OpId {
        self.appointment.map_or(op, |named| named.resolve(op.device))
    }
}

impl Recorded for AttendanceRecorded {
    fn writes(&self, op: OpId) -> Writes {
        write(&format!("attendance/{}", self.appointment_of(op)), &self.status)
    }

    fn amends(&self, op: OpId) -> Option<OpId> {
        self.appointment.map(|named| named.resolve(op.device))
    }
}

impl Recorded for DetailsLearnt {
    fn writes(&self, _: OpId) -> Writes {
        write(&format!("details/{}", self.field), &self.value)
    }

    fn check(&self) -> Result<(), BadShape> {
        word_of_a_field(&self.field)
    }
}

impl Recorded for ClosingReason {
    fn writes(&self, _: OpId) -> Writes {
        write("closing_reason", &self.reason)
    }

    fn codes(&self) -> Codes<'_> {
        vec![(CodeList::CloseReasons, &self.reason)]
    }
}

/// Written again when late ops change it: the newest counts, for each provider it came from.
impl Recorded for CreditsCarried {
    fn writes(&self, _: OpId) -> Writes {
        let value = json!({"assessed": self.assessed, "sessions": self.sessions});
        write(&format!("credits/{}", self.from), &value)
    }
}
