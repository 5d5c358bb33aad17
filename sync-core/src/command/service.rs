//! What a service records and decides: taking a referral on, reaching the person, meetings, handing it over, closing.
//!
//! Does not know whether it is allowed: see [`crate::referral::judge`].

use crate::check;
use crate::codes::CodeList;
use crate::command::Named;
use crate::command::known::Known;
use crate::command::meetings::can_be_attended;
#[cfg(feature = "json-schema")]
use crate::command::plan::Saved;
use crate::command::plan::{Outcome, Plan};
use crate::command::shared::{held, known_field};
use crate::ids::CompartmentKind::{self, Care, Outreach, Shared};
use crate::ids::{OpId, OrgId};
use crate::problem::Problem;
use crate::referral::act::{
    Act, AppointmentBooked, Attendance, AttendanceRecorded, ClosingReason, ContactRecorded, ContactWhat,
    DetailsLearnt, Meeting, NoteAdded, OpRef, ReferralAccepted, ReferralClosed, ReferralRejected,
    ReferralReopened, ReopenReason, TransferAccepted, TransferDeclined, TransferRequested, WalkInClosed,
    YesNo, fields,
};
use crate::referral::engagement::came_in;
use crate::referral::stage::closes_for_death;
use crate::referral::view::view;

fields! {
    /// The service takes the referral on.
    Accept {
        /// The referral.
        record: Named,
    }
    /// The service does not.
    Reject {
        /// The referral.
        record: Named,
        /// Why: a code of `reject_reasons`.
        reason: String,
    }
    /// The service closes the referral.
    Close {
        /// The referral.
        record: Named,
        /// The day, written as 1990-12-31.
        on: String,
        /// Why: a code of `close_reasons`. It stays with the service, but for a death.
        #[serde(default)] reason: Option<String>,
        /// A note beside the reason.
        #[serde(default)] note: Option<String>,
    }
    /// Somebody of the service reached the person, or tried to.
    Contact {
        /// The referral.
        record: Named,
        /// Whether the person was spoken to.
        what: ContactWhat,
        /// How: a code of `contact_channels`.
        channel: String,
        /// What came of it: a code of `contact_results`.
        result: String,
        /// When, in milliseconds since 1970; now, when it is left out.
        #[serde(default)] at_ms: Option<u64>,
        /// A note.
        #[serde(default)] note: Option<String>,
    }
    /// A meeting is agreed.
    Book {
        /// The referral.
        record: Named,
        /// What for.
        meeting: Meeting,
        /// When, in milliseconds since 1970.
        at_ms: u64,
        /// How long, in minutes.
        minutes: u16,
        /// Where.
        #[serde(default)] place: Option<String>,
    }
    /// What became of a meeting.
    Attend {
        /// The referral.
        record: Named,
        /// The entry that booked it; left out: nobody had.
        #[serde(default)] appointment: Option<OpId>,
        /// What for.
        meeting: Meeting,
        /// Whether the person came.
        status: Attendance,
        /// How long, in minutes.
        minutes: u16,
        /// When, in milliseconds since 1970; now, when it is left out.
        #[serde(default)] at_ms: Option<u64>,
        /// A note.
        #[serde(default)] note: Option<String>,
        /// Why it is said that the person did not come, where another entry says that they did.
        #[serde(default)] reason: Option<String>,
    }
    /// A detail that the service learnt: how to reach the person.
    Details {
        /// The referral.
        record: Named,
        /// What was learnt, `phone` for instance.
        field: String,
        /// What it is.
        value: String,
    }
    /// A clinical note; nobody outside the service reads it.
    Note {
        /// The referral.
        record: Named,
        /// The note.
        text: String,
    }
    /// The service asks another one to take the referral over.
    Transfer {
        /// The referral.
        record: Named,
        /// The other service.
        to: OrgId,
        /// Why: a code of `transfer_reasons`.
        reason: String,
        /// Whether the person agrees; without a yes nothing goes there.
        consent: YesNo,
    }
    /// The service that was asked takes the referral over, or not.
    AnswerTransfer {
        /// The referral.
        record: Named,
        /// Whether it does.
        takes_over: YesNo,
        /// Why not: a code of `reject_reasons`; needed for a no.
        #[serde(default)] reason: Option<String>,
    }
    /// The service opens a closed referral again.
    Reopen {
        /// The referral.
        record: Named,
        /// Why.
        reason: ReopenReason,
    }
}

side! {
    /// What a service records and decides.
    Service {
        "accept" Accept ["referral.accepted"] "Takes a referral on." r#"{"record":"<record>"}"# -> Saved;
        "reject" Reject ["referral.rejected"] "Does not take a referral on."
            r#"{"record":"<record>","reason":"no_capacity"}"# -> Saved;
        "contact" Contact ["contact.recorded"] "Records an attempt to reach the person, or that they were reached."
            r#"{"record":"<record>","what":"reached","channel":"phone","result":"reached"}"# -> Saved;
        "book" Book ["appointment.booked"] "Books a meeting."
            r#"{"record":"<record>","meeting":"assessment","at_ms":1796122800000,"minutes":60}"# -> Saved;
        "attend" Attend ["attendance.recorded"] "Records what became of a meeting."
            r#"{"record":"<record>","meeting":"assessment","status":"attended","minutes":60}"# -> Saved;
        "details" Details ["details.learnt"] "Records how the person can be reached."
            r#"{"record":"<record>","field":"phone","value":"07700 900125"}"# -> Saved;
        "note" Note ["note.added"] "Adds a clinical note." r#"{"record":"<record>","text":"Prefers mornings."}"# -> Saved;
        "transfer" Transfer ["transfer.requested"] "Asks another service to take the referral over."
            r#"{"record":"<record>","to":"<service>","reason":"moved_away","consent":"yes"}"# -> Saved;
        "answer_transfer" AnswerTransfer ["transfer.accepted" "transfer.declined"]
            "Takes a referral over from another service, or not." r#"{"record":"<record>","takes_over":"yes"}"# -> Saved;
        "close" Close ["referral.closed" "closing.reason" "walk_in.closed"] "Closes a referral."
            r#"{"record":"<record>","on":"2026-11-30","reason":"completed"}"# -> Saved;
        "reopen" Reopen ["referral.reopened"] "Opens a closed referral again."
            r#"{"record":"<record>","reason":"person_returned"}"# -> Saved;
    }
}

type Acts = Vec<(CompartmentKind, Act)>;

impl Service {
    /// The acts.
    pub(super) fn plan<K: Known>(&self, known: &K) -> Result<Outcome, K::Fault> {
        let now = known.now();
        let now_ms = now.checked_ms();
        let (record, acts) = match self {
            Self::Accept(accept) => (&accept.record, one(Shared, Act::ReferralAccepted(ReferralAccepted {}))),
            Self::Reject(reject) => {
                check::code("reason", CodeList::RejectReasons, &reject.reason, now_ms)?;
                let rejected = ReferralRejected { reason: reject.reason.clone() };
                (&reject.record, one(Shared, Act::ReferralRejected(rejected)))
            }
            Self::Close(close) if came_in(&known.states(close.record.record(known)?)?) => {
                (&close.record, close.of_walk_in(now_ms)?)
            }
            Self::Close(close) => (&close.record, close.acts(now_ms)?),
            Self::Contact(contact) => (&contact.record, one(Outreach, contact.recorded(now.ms, now_ms)?)),
            Self::Book(book) => {
                let Book { at_ms, meeting, minutes, place, .. } = (**book).clone();
                let booked = AppointmentBooked { at_ms, meeting, minutes, place, slot: None };
                (&book.record, one(Outreach, Act::AppointmentBooked(booked)))
            }
            Self::Attend(attend) => {
                let Attend { appointment, meeting, status, minutes, at_ms, note, reason, .. } =
                    (**attend).clone();
                if let Some(appointment) = appointment {
                    can_be_attended(&attend.record, appointment, known)?;
                }
                let appointment = appointment.map(|op| OpRef::to(op, known.member().device));
                let at_ms = at_ms.unwrap_or(now.ms);
                let met = AttendanceRecorded { appointment, meeting, status, minutes, at_ms, note, reason };
                (&attend.record, one(Outreach, Act::AttendanceRecorded(met)))
            }
            Self::Details(details) => {
                known_field(&details.field, &[&fields::OUTREACH], &[])?;
                if details.field == "phone" {
                    check::phone("value", &details.value)?;
                }
                let learnt = DetailsLearnt { field: details.field.clone(), value: details.value.clone() };
                (&details.record, one(Outreach, Act::DetailsLearnt(learnt)))
            }
            Self::Note(note) => {
                check::text("text", &note.text)?;
                (&note.record, one(Care, Act::NoteAdded(NoteAdded { text: note.text.clone() })))
            }
            Self::Transfer(transfer) => (&transfer.record, one(Shared, transfer.requested(known, now_ms)?)),
            Self::AnswerTransfer(answer) => (&answer.record, one(Shared, answer.answered(known, now_ms)?)),
            Self::Reopen(reopen) => (
                &reopen.record,
                one(Shared, Act::ReferralReopened(ReferralReopened { reason: reopen.reason })),
            ),
        };
        Ok(Plan::of(held(record, known)?, acts).into())
    }
}

fn one(kind: CompartmentKind, act: Act) -> Acts {
    vec![(kind, act)]
}

impl Close {
    /// The close goes to both sides; its reason stays with the service, but for death.
    fn acts(&self, now_ms: u64) -> Result<Acts, Problem> {
        let on = check::date("on", &self.on)?;
        let died = self.reason.as_deref().filter(|reason| closes_for_death(reason)).map(|_| YesNo::Yes);
        let mut acts = one(Shared, Act::ReferralClosed(ReferralClosed { on, died }));
        if let Some(reason) = &self.reason {
            check::code("reason", CodeList::CloseReasons, reason, now_ms)?;
            let why = ClosingReason { reason: reason.clone(), note: self.note.clone() };
            acts.push((Outreach, Act::ClosingReason(why)));
        }
        Ok(acts)
    }
}

impl Close {
    /// Nobody but the service reads of somebody whom nobody referred.
    fn of_walk_in(&self, now_ms: u64) -> Result<Acts, Problem> {
        let on = check::date("on", &self.on)?;
        if let Some(reason) = &self.reason {
            check::code("reason", CodeList::CloseReasons, reason, now_ms)?;
        }
        let closed = WalkInClosed { on, reason: self.reason.clone(), note: self.note.clone() };
        Ok(one(Outreach, Act::WalkInClosed(closed)))
    }
}

impl Contact {
    fn recorded(&self, at_ms: u64, now_ms: u64) -> Result<Act, Problem> {
        check::code("channel", CodeList::ContactChannels, &self.channel, now_ms)?;
        check::code("result", CodeList::ContactResults, &self.result, now_ms)?;
        let (channel, result, note) = (self.channel.clone(), self.result.clone(), self.note.clone());
        let (what, at_ms) = (self.what, self.at_ms.unwrap_or(at_ms));
        Ok(Act::ContactRecorded(ContactRecorded { what, channel, result, at_ms, note }))
    }
}

impl Transfer {
    /// Nothing of the referral goes to another service without the person's yes.
    fn requested<K: Known>(&self, known: &K, now_ms: u64) -> Result<Act, K::Fault> {
        check::code("reason", CodeList::TransferReasons, &self.reason, now_ms)?;
        if !known.providers()?.iter().any(|provider| provider.id == self.to) {
            return Err(Problem::at("provider_unknown", "to", "").into());
        }
        if self.consent == YesNo::No {
            return Err(Problem::at("consent_needed", "consent", "").into());
        }
        let (to, reason, consent) = (self.to, self.reason.clone(), self.consent);
        Ok(Act::TransferRequested(TransferRequested { to, reason, consent }))
    }
}

impl AnswerTransfer {
    /// The answer to the request that waits.
    fn answered<K: Known>(&self, known: &K, now_ms: u64) -> Result<Act, K::Fault> {
        let member = known.member();
        let open = view(&known.held(self.record.record(known)?)?).transfer;
        let open = open.ok_or_else(|| Problem::new("not_allowed", "Nobody asked for a transfer."))?;
        let request = OpRef::to(open.request, member.device);
        match self.takes_over {
            YesNo::Yes => Ok(Act::TransferAccepted(TransferAccepted { request, to: member.org })),
            YesNo::No => {
                let reason = self.reason.clone().unwrap_or_default();
                check::code("reason", CodeList::RejectReasons, &reason, now_ms)?;
                Ok(Act::TransferDeclined(TransferDeclined { request, reason }))
            }
        }
    }
}
