//! What one provider reads: contacts, appointments, attendance, details learnt; and what is clinical (`care`).
//!
//! Does not reach the force: how far the person got goes there as `progress.reported` alone.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::json;

use super::situation::Situation;
use super::{Codes, OpRef, Reach, Recorded, Subject, Writes, fields, write};
use crate::codes::CodeList;
use crate::ids::{OpId, OrgId};
use crate::referral::stage::{Closure, closes_for_death};
use crate::referral::words::{Attendance, CalledOffBy, ContactWhat, MeasuredAt, Meeting, YesNo};
use crate::shape::BadShape;
use crate::stamp::Why;

bodies! {
    /// `person.came_in`: somebody whom nobody referred. The police never learn of it.
    PersonCameIn { at_ms: u64, reference: String, subject: Subject, reach: Reach; need: String }
    /// `walk_in.corrected`: who they are, one of the fields of [`fields::WALK_IN`].
    WalkInCorrected { field: String, value: String }
    /// `walk_in.closed`: the service's part ends; striking it opens it again.
    WalkInClosed { on: NaiveDate; reason: String, note: String }
    /// `contact.recorded`
    ContactRecorded { what: ContactWhat, channel: String, result: String, at_ms: u64; note: String }
    /// `appointment.booked`
    AppointmentBooked { at_ms: u64, meeting: Meeting, minutes: u16; place: String, slot: uuid::Uuid }
    /// `appointment.moved`
    AppointmentMoved { appointment: OpRef, at_ms: u64 }
    /// `appointment.cancelled`; with a `reason` when the person is known to have come.
    AppointmentCancelled { appointment: OpRef, by: CalledOffBy; note: String, reason: String }
    /// `attendance.recorded`; whoever knows that somebody came, and says otherwise, gives a `reason`.
    AttendanceRecorded { meeting: Meeting, status: Attendance, minutes: u16, at_ms: u64;
        appointment: OpRef, note: String, reason: String }
    /// `details.learnt`: what the person gave to the service, one of the fields of [`fields::OUTREACH`].
    DetailsLearnt { field: String, value: String }
    /// `closing.reason`
    ClosingReason { reason: String; note: String }
    /// `credits.carried`: what the person has done already elsewhere.
    CreditsCarried { from: OrgId, reached: YesNo, assessments: Vec<Credit>, sessions: Vec<Credit> }
    /// One assessment or session that was done elsewhere.
    Credit { at_ms: u64, minutes: u16 }
    /// `note.added`
    NoteAdded { text: String }
    /// `outcome.measured`: an instrument such as TOP, by its items.
    OutcomeMeasured { instrument: String, at: MeasuredAt, items: BTreeMap<String, i64> }
}

impl Recorded for NoteAdded {}
impl Recorded for OutcomeMeasured {}

impl Recorded for PersonCameIn {
    fn writes(&self, _: OpId) -> Writes {
        super::shared::person(&self.subject, &self.reach)
    }

    fn codes(&self) -> Codes<'_> {
        let may = self.reach.may.iter().map(|code| (CodeList::ReachMay, code.as_str()));
        may.chain(self.need.iter().map(|code| (CodeList::ServiceKinds, code.as_str()))).collect()
    }

    fn check(&self) -> Result<(), BadShape> {
        super::shared::reachable(&self.reach)
    }
}

/// Somebody who was referred is corrected and closed where both sides read it.
fn walked_in(case: &dyn Situation) -> Result<(), Why> {
    if case.came_in_here() { Ok(()) } else { Err(Why::Reference) }
}

impl Recorded for WalkInCorrected {
    fn writes(&self, _: OpId) -> Writes {
        super::shared::amended("subject", &self.field, &self.value)
    }

    fn needs(&self, case: &dyn Situation) -> Result<(), Why> {
        walked_in(case)
    }

    fn check(&self) -> Result<(), BadShape> {
        fields::WALK_IN.check(&self.field, &self.value)
    }
}

impl Recorded for WalkInClosed {
    fn writes(&self, _: OpId) -> Writes {
        let died = self.reason.as_deref().is_some_and(closes_for_death);
        let mut writes = write("closure", &if died { Closure::Deceased } else { Closure::Closed });
        writes.extend(self.reason.iter().flat_map(|reason| write("closing_reason", reason)));
        writes
    }

    fn needs(&self, case: &dyn Situation) -> Result<(), Why> {
        walked_in(case)
    }

    fn codes(&self) -> Codes<'_> {
        self.reason.iter().map(|reason| (CodeList::CloseReasons, reason.as_str())).collect()
    }
}

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

/// Who knows that somebody came does not say otherwise without a reason: it takes back what the person did.
fn explained(reason: &Option<String>, case: &dyn Situation, appointment: OpId) -> Result<(), Why> {
    let says = reason.as_deref().is_some_and(|reason| !reason.trim().is_empty());
    if says || !case.has_come(appointment) { Ok(()) } else { Err(Why::Unexplained) }
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

    fn needs(&self, case: &dyn Situation) -> Result<(), Why> {
        explained(&self.reason, case, self.appointment.resolve(case.op().device))
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

    fn needs(&self, case: &dyn Situation) -> Result<(), Why> {
        match self.status {
            Attendance::Attended => Ok(()),
            Attendance::CancelledByService | Attendance::CancelledByPerson | Attendance::DidNotAttend => {
                explained(&self.reason, case, self.appointment_of(case.op()))
            }
        }
    }

    fn amends(&self, op: OpId) -> Option<OpId> {
        self.appointment.map(|named| named.resolve(op.device))
    }
}

impl Recorded for DetailsLearnt {
    fn writes(&self, _: OpId) -> Writes {
        super::shared::amended("details", &self.field, &self.value)
    }

    fn check(&self) -> Result<(), BadShape> {
        fields::OUTREACH.check(&self.field, &self.value)
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

impl CreditsCarried {
    /// What is carried of somebody who was not reached there.
    #[must_use]
    pub fn nothing(from: OrgId) -> Self {
        Self { from, reached: YesNo::No, assessments: Vec::new(), sessions: Vec::new() }
    }
}

/// Written again when late ops change it: the newest counts, for each provider it came from.
impl Recorded for CreditsCarried {
    fn writes(&self, _: OpId) -> Writes {
        let value = json!([self.reached, self.assessments, self.sessions]);
        write(&format!("credits/{}", self.from), &value)
    }
}
