//! Meetings: asked for by officers, moved and called off by the service, held for one person or for many.
//!
//! ```text
//!   ask_slot       appointment.requested     not confirmed before the server has answered
//!   move           appointment.moved
//!   call_off       appointment.cancelled
//!   group_session  attendance.recorded       one in each person's record, all in one command
//! ```
//! Does not count sessions, and does not answer a request: the server does, under the slot's lock.

use serde_json::json;
use uuid::Uuid;

use crate::check;
use crate::codes::{self, CodeList};
use crate::command::Named;
use crate::command::known::Known;
use crate::command::plan::{Outcome, Plan, Recorded, Saved};
use crate::command::shared::held;
use crate::ids::CompartmentKind::{Care, Outreach, Shared};
use crate::ids::OpId;
use crate::local_time::local_day;
use crate::problem::Problem;
use crate::referral::act::{
    Act, AppointmentCancelled, AppointmentMoved, AppointmentRequested, Attendance, AttendanceRecorded,
    CalledOffBy, MeasuredAt, Meeting, NeedNamed, OpRef, OutcomeMeasured,
};
use crate::referral::view::{View, view};

fields! {
    /// A meeting is moved to another time.
    Move {
        /// The referral.
        record: Named,
        /// The entry that booked it.
        appointment: OpId,
        /// The new time, in milliseconds since 1970.
        at_ms: u64,
    }
    /// A meeting is called off.
    CallOff {
        /// The referral.
        record: Named,
        /// The entry that booked it.
        appointment: OpId,
        /// By whom.
        by: CalledOffBy,
        /// A note.
        #[serde(default)] note: Option<String>,
        /// Why it is called off, where another entry says that the person came.
        #[serde(default)] reason: Option<String>,
    }
    /// An officer asks for a time at the service; it is not confirmed before the server has answered.
    AskSlot {
        /// The referral.
        record: Named,
        /// One of the times that the service offers: see `reference`.
        #[serde(default)] slot: Option<Uuid>,
        /// A wish where no offered time fits, in milliseconds since 1970; the service books.
        #[serde(default)] at_ms: Option<u64>,
    }
    /// One session for many people.
    GroupSession {
        /// Who was there.
        people: Vec<GroupMember>,
        /// What for.
        #[serde(default)] meeting: Option<Meeting>,
        /// When it began, in milliseconds since 1970.
        at_ms: u64,
        /// How long, in minutes.
        minutes: u16,
        /// A note for each of them.
        #[serde(default)] note: Option<String>,
    }
    /// Somebody who was there.
    GroupMember {
        /// The referral.
        record: Named,
        /// The entry that booked it; the open appointment of that day, when it is left out.
        #[serde(default)] appointment: Option<OpId>,
        /// How long this person stayed, when it was another time.
        #[serde(default)] minutes: Option<u16>,
    }
    /// What the person needs.
    Need {
        /// The referral.
        record: Named,
        /// The kind of service: a code of `service_kinds`.
        need: String,
    }
    /// How the person is doing, by an instrument such as TOP. Nobody outside the service reads it.
    Measure {
        /// The referral.
        record: Named,
        /// The instrument, as `outcome_items` names it.
        instrument: String,
        /// At the start, at a review, or at the end.
        at: MeasuredAt,
        /// The answers: a code of `outcome_items` each, and a number.
        items: std::collections::BTreeMap<String, i64>,
    }
}

answers! {
    /// A group session that was saved.
    GroupSaved {
        /// The records of those who were there, in the order of the command.
        people: Vec<Uuid>,
        /// What was saved; `record` is the first of them.
        #[serde(flatten)] saved: Saved,
    }
}

side! {
    /// Meetings, what the person needs and how they are doing.
    Meetings {
        "move" Move ["appointment.moved"] "Moves a meeting."
            r#"{"record":"<record>","appointment":"<appointment>","at_ms":1796209200000}"# -> Saved;
        "call_off" CallOff ["appointment.cancelled"] "Calls a meeting off."
            r#"{"record":"<record>","appointment":"<appointment>","by":"person"}"# -> Saved;
        "ask_slot" AskSlot ["appointment.requested"] "Asks for a time at the service."
            r#"{"record":"<record>","at_ms":1796209200000}"# -> Saved;
        "group_session" GroupSession ["attendance.recorded"] "Records one session for many people."
            r#"{"people":[{"record":"<record>"}],"at_ms":1796036400000,"minutes":60}"# -> GroupSaved;
        "need" Need ["need.named"] "Names the kind of service that the person needs."
            r#"{"record":"<record>","need":"needle_exchange"}"# -> Saved;
        "measure" Measure ["outcome.measured"] "Records how the person is doing."
            r#"{"record":"<record>","instrument":"TOP","at":"start","items":{"opiates_days":20,"psychological":8}}"# -> Saved;
    }
}

impl Meetings {
    /// The acts.
    pub(super) fn plan<K: Known>(&self, known: &K) -> Result<Outcome, K::Fault> {
        let device = known.member().device;
        let now_ms = known.now().checked_ms();
        let (record, kind, act) = match self {
            Self::Move(moved) => {
                booked(&moved.record, moved.appointment, known)?;
                let appointment = OpRef::to(moved.appointment, device);
                let act = AppointmentMoved { appointment, at_ms: moved.at_ms };
                (&moved.record, Outreach, Act::AppointmentMoved(act))
            }
            Self::CallOff(called_off) => {
                booked(&called_off.record, called_off.appointment, known)?;
                let CallOff { appointment, by, note, reason, .. } = (**called_off).clone();
                let appointment = OpRef::to(appointment, device);
                let act = AppointmentCancelled { appointment, by, note, reason };
                (&called_off.record, Outreach, Act::AppointmentCancelled(act))
            }
            Self::AskSlot(asked) => (&asked.record, Shared, asked.requested(known)?),
            Self::GroupSession(session) => return session.plan(known),
            Self::Need(named) => {
                check::code("need", CodeList::ServiceKinds, &named.need, now_ms)?;
                (&named.record, Shared, Act::NeedNamed(NeedNamed { need: named.need.clone() }))
            }
            Self::Measure(measure) => (&measure.record, Care, measure.measured(now_ms)?),
        };
        Ok(Plan::of(held(record, known)?, vec![(kind, act)]).into())
    }
}

/// Whether an appointment is one of this referral that is known here.
fn booked<K: Known>(record: &Named, appointment: OpId, known: &K) -> Result<(), K::Fault> {
    let seen = view(&known.states(record.record(known)?)?);
    is_known(seen.appointments.iter().any(|one| one.op == appointment))?;
    Ok(())
}

/// Whether somebody can come to it, or can have come: an appointment, or a visit without one.
pub(super) fn can_be_attended<K: Known>(record: &Named, meeting: OpId, known: &K) -> Result<(), K::Fault> {
    let kinds = ["appointment.booked", "attendance.recorded"];
    let states = known.states(record.record(known)?)?;
    let mut entries = states.iter().flat_map(|state| &state.entries);
    is_known(entries.any(|entry| entry.id == meeting && kinds.contains(&entry.kind.as_str())))?;
    Ok(())
}

fn is_known(appointment: bool) -> Result<(), Problem> {
    if appointment { Ok(()) } else { Err(Problem::at("entry_unknown", "appointment", "")) }
}

impl AskSlot {
    fn requested<K: Known>(&self, known: &K) -> Result<Act, K::Fault> {
        let seen = view(&known.held(self.record.record(known)?)?);
        Ok(Act::AppointmentRequested(request(self.slot, self.at_ms, &seen, known)?))
    }
}

/// A request for a time that a service of the referral offers, or for any other.
fn request<K: Known>(
    slot: Option<Uuid>,
    at_ms: Option<u64>,
    seen: &View,
    known: &K,
) -> Result<AppointmentRequested, K::Fault> {
    if seen.requests.iter().any(|request| request.answer.is_none() && request.slot.is_some()) {
        return Err(Problem::at("already_asked", "slot", "").into());
    }
    let Some(slot) = slot else {
        let at_ms = at_ms.ok_or_else(|| Problem::at("field_missing", "slot", "or at_ms"))?;
        return Ok(AppointmentRequested { at_ms, meeting: Meeting::Assessment, slot: None });
    };
    let services = known.providers()?;
    let theirs = services.iter().filter(|service| seen.providers.contains(&service.id));
    let offered = theirs.flat_map(|service| &service.slots).find(|offered| offered.slot == slot);
    let offered = offered.ok_or_else(|| Problem::at("slot_unknown", "slot", ""))?;
    Ok(AppointmentRequested { at_ms: offered.at_ms, meeting: offered.meeting, slot: Some(slot) })
}

impl GroupSession {
    /// An attendance in each record, in one command: all of them are saved, or none.
    fn plan<K: Known>(&self, known: &K) -> Result<Outcome, K::Fault> {
        let mut plans: Vec<Plan> = Vec::new();
        for (place, member) in self.people.iter().enumerate() {
            let field = || format!("people[{place}].record");
            let record = held(&member.record, known)?;
            if plans.iter().any(|plan| plan.record == record) {
                return Err(Problem::at("field_repeated", field(), "").into());
            }
            let act = Act::AttendanceRecorded(self.attended(member, &view(&known.states(record)?), known));
            plans.push(Plan::of(record, vec![(Outreach, act)]));
        }
        if plans.is_empty() {
            return Err(Problem::at("field_missing", "people", "").into());
        }
        let people: Vec<Uuid> = plans.iter().map(|plan| plan.record.id).collect();
        let first = plans.remove(0);
        Ok(Recorded { also: plans, ..Recorded::of(first, json!({ "people": people })) }.into())
    }

    fn attended<K: Known>(&self, member: &GroupMember, seen: &View, known: &K) -> AttendanceRecorded {
        let meeting = self.meeting.unwrap_or(Meeting::Session);
        let day = local_day(self.at_ms);
        let open = seen.appointments.iter().find(|booked| {
            booked.status.is_none() && booked.meeting == meeting && local_day(booked.at_ms) == day
        });
        let appointment = member.appointment.or(open.map(|booked| booked.op));
        AttendanceRecorded {
            appointment: appointment.map(|op| OpRef::to(op, known.member().device)),
            meeting,
            status: Attendance::Attended,
            minutes: member.minutes.unwrap_or(self.minutes),
            at_ms: self.at_ms,
            note: self.note.clone(),
            reason: None,
        }
    }
}

impl Measure {
    fn measured(&self, now_ms: u64) -> Result<Act, Problem> {
        let known = || {
            let entries = codes::entries(CodeList::OutcomeItems).iter();
            entries.filter(|entry| entry.column("instrument") == Some(self.instrument.as_str()))
        };
        if known().next().is_none() {
            return Err(Problem::at("code_unknown", "instrument", "see the list outcome_items"));
        }
        if self.items.is_empty() {
            return Err(Problem::at("field_missing", "items", ""));
        }
        for (item, answer) in &self.items {
            let field = format!("items.{item}");
            check::code(&field, CodeList::OutcomeItems, item, now_ms)?;
            let line = known().find(|entry| entry.code == *item);
            let line = line.ok_or_else(|| Problem::at("code_unknown", &*field, "of another instrument"))?;
            let most: i64 = line.column("most").and_then(|most| most.parse().ok()).unwrap_or_default();
            if !(0..=most).contains(answer) {
                return Err(Problem::at("number_out_of_range", field, format!("from 0 to {most}")));
            }
        }
        let (instrument, at, items) = (self.instrument.clone(), self.at, self.items.clone());
        Ok(Act::OutcomeMeasured(OutcomeMeasured { instrument, at, items }))
    }
}
