//! The plain commands: each becomes the acts of one record.
//!
//! Pure. Does not know whether a decision is allowed: see `write`.

use sync_core::clock::Now;
use sync_core::codes::CodeList;
use sync_core::ids::{CompartmentKind, DeviceId, OpId, Record, Stream};
use sync_core::referral::act::fields::{self, Fields};
use sync_core::referral::act::{
    Act, AppointmentBooked, AttendanceRecorded, ClosingReason, ContactRecorded, ContactWhat, DetailsLearnt,
    HandoverRecorded, Meeting, NoteAdded, NoticeGiven, OpRef, PersonWithdrew, ReferralAccepted,
    ReferralCancelled, ReferralClosed, ReferralRejected, SafeguardingAcknowledged, SafeguardingRaised,
    SubjectAmended, YesNo,
};
use sync_core::referral::engagement::closes_for_death;

use crate::command::referring::{self, Given};
use crate::command::{Command, check, police};
use crate::problem::Problem;

/// What is to be written, in one transaction.
pub(crate) struct Plan {
    pub(crate) record: Record,
    pub(crate) acts: Vec<Planned>,
}

/// One act of a plan.
pub(crate) struct Planned {
    pub(crate) place: Place,
    pub(crate) act: Act,
}

/// Where an act is written.
#[derive(Clone)]
pub(crate) enum Place {
    /// In the author's own stream of this compartment, upon the view's heads.
    Compartment(CompartmentKind),
    /// In this stream, upon the view's heads.
    Stream(Stream),
    /// In this stream, which the author does not hold, upon exactly these ops.
    Extract(Stream, Vec<OpId>),
}

impl Plan {
    /// A plan of acts in the author's own streams.
    pub(crate) fn of(record: Record, acts: Vec<(CompartmentKind, Act)>) -> Self {
        let acts = acts.into_iter().map(|(kind, act)| Planned { place: Place::Compartment(kind), act });
        Self { record, acts: acts.collect() }
    }
}

/// The plan of a plain command; nothing for one that needs more than its own answers.
pub(crate) fn plan(command: &Command, device: DeviceId, now: Now) -> Result<Option<Plan>, Problem> {
    let sides = [shared, outreach];
    if let Some((record, act)) = police::plan(command, now.checked_ms())? {
        return Ok(Some(Plan::of(record, vec![(CompartmentKind::Police, act)])));
    }
    for side in sides {
        if let Some((record, acts)) = side(command, device, now)? {
            return Ok(Some(Plan::of(record, acts)));
        }
    }
    Ok(None)
}

type Acts = Option<(Record, Vec<(CompartmentKind, Act)>)>;

/// What both sides read.
fn shared(command: &Command, device: DeviceId, now: Now) -> Result<Acts, Problem> {
    let now_ms = now.checked_ms();
    let (record, act) = match command {
        Command::Accept { record } => (record, Act::ReferralAccepted(ReferralAccepted {})),
        Command::Reject { record, reason } => {
            check::code("reason", CodeList::RejectReasons, reason, now_ms)?;
            (record, Act::ReferralRejected(ReferralRejected { reason: reason.clone() }))
        }
        Command::Cancel { record, reason } => {
            (record, Act::ReferralCancelled(ReferralCancelled { reason: *reason }))
        }
        Command::Consent { record, contact, feedback, wording, language, present } => {
            let given = Given { contact: *contact, feedback: *feedback, wording, language, present };
            (record, Act::ConsentRecorded(referring::consent_later(given, now_ms)?))
        }
        Command::Withdraw { record, reason } => {
            check::code("reason", CodeList::WithdrawalReasons, reason, now_ms)?;
            (record, Act::PersonWithdrew(PersonWithdrew { reason: reason.clone() }))
        }
        Command::Safeguard { record, codes, told, told_at_ms, call_back } => {
            let (told, call_back, told_at_ms) = (told.clone(), call_back.clone(), *told_at_ms);
            let raised = SafeguardingRaised { codes: codes.clone(), told, told_at_ms, call_back };
            (record, concern(raised, now_ms)?)
        }
        Command::Acknowledge { record, raised } => {
            let raised = OpRef::to(*raised, device);
            (record, Act::SafeguardingAcknowledged(SafeguardingAcknowledged { raised }))
        }
        Command::Handover { record, result, at_ms } => (record, handover(at_ms.unwrap_or(now.ms), *result)),
        Command::Notice { record, to, not_given } => {
            (record, Act::NoticeGiven(NoticeGiven { to: *to, not_given: *not_given }))
        }
        Command::Amend { record, field, value } => (record, amendment(field, value, now_ms)?),
        Command::Close { record, on, reason, note } => {
            return Ok(Some((record.0, closing(on, reason.as_deref(), note.as_deref(), now_ms)?)));
        }
        Command::Assess(_)
        | Command::Refer(_)
        | Command::RecordEncounter(_)
        | Command::AnswerOffer(_)
        | Command::Contact { .. }
        | Command::Book { .. }
        | Command::Attend { .. }
        | Command::Details { .. }
        | Command::Note { .. }
        | Command::Discretion { .. }
        | Command::Dispose { .. }
        | Command::Crime { .. }
        | Command::ProposeDisposal { .. }
        | Command::Rescind { .. }
        | Command::Assign { .. }
        | Command::Transfer { .. }
        | Command::AnswerTransfer { .. }
        | Command::Reopen { .. }
        | Command::Settle { .. }
        | Command::PassUp { .. }
        | Command::Strike { .. }
        | Command::DraftSave { .. }
        | Command::DraftDrop { .. } => return Ok(None),
    };
    Ok(Some((record.0, vec![(CompartmentKind::Shared, act)])))
}

fn handover(at_ms: u64, result: ContactWhat) -> Act {
    Act::HandoverRecorded(HandoverRecorded { at_ms, result })
}

fn concern(raised: SafeguardingRaised, now_ms: u64) -> Result<Act, Problem> {
    check::code_list("codes", CodeList::Safeguarding, &raised.codes, now_ms)?;
    if raised.codes.is_empty() {
        return Err(Problem::at("field_missing", "codes", ""));
    }
    Ok(Act::SafeguardingRaised(raised))
}

/// What both sides read of a person. A fact for the police alone is [`police::plan`]'s.
fn amendment(field: &str, value: &str, now_ms: u64) -> Result<Act, Problem> {
    known_field(field, &[&fields::SHARED, &fields::POLICE], &[police::CRIME_REFERENCE])?;
    if field == "born" {
        check::born("value", value, now_ms)?;
    }
    Ok(Act::SubjectAmended(SubjectAmended { field: field.to_owned(), value: value.to_owned() }))
}

/// How to reach the person, as they told the service.
fn learnt(field: &str, value: &str) -> Result<Act, Problem> {
    known_field(field, &[&fields::OUTREACH], &[])?;
    Ok(Act::DetailsLearnt(DetailsLearnt { field: field.to_owned(), value: value.to_owned() }))
}

/// A field that can be amended: one of these lists; others are named beside them.
fn known_field(field: &str, lists: &[&Fields], others: &[&str]) -> Result<(), Problem> {
    if lists.iter().any(|fields| fields.has(field)) {
        return Ok(());
    }
    let names = lists.iter().flat_map(|fields| fields.all).map(|field| field.name);
    let choices: Vec<String> = names.chain(others.iter().copied()).map(str::to_owned).collect();
    let detail = format!("one of: {}", choices.join(", "));
    Err(Problem { choices: choices.into(), ..Problem::at("field_unknown", "field", detail) })
}

/// The close goes to both sides; its reason stays with the provider, but for death.
fn closing(
    on: &str,
    reason: Option<&str>,
    note: Option<&str>,
    now_ms: u64,
) -> Result<Vec<(CompartmentKind, Act)>, Problem> {
    let on = check::date("on", on)?;
    let died = reason.filter(|reason| closes_for_death(reason)).map(|_| YesNo::Yes);
    let mut acts = vec![(CompartmentKind::Shared, Act::ReferralClosed(ReferralClosed { on, died }))];
    if let Some(reason) = reason {
        check::code("reason", CodeList::CloseReasons, reason, now_ms)?;
        let why = ClosingReason { reason: reason.to_owned(), note: note.map(str::to_owned) };
        acts.push((CompartmentKind::Outreach, Act::ClosingReason(why)));
    }
    Ok(acts)
}

/// What only the provider reads.
fn outreach(command: &Command, device: DeviceId, now: Now) -> Result<Acts, Problem> {
    let now_ms = now.checked_ms();
    let (record, kind, act) = match command {
        Command::Contact { record, what, channel, result, at_ms, note } => {
            check::code("channel", CodeList::ContactChannels, channel, now_ms)?;
            check::code("result", CodeList::ContactResults, result, now_ms)?;
            let at_ms = at_ms.unwrap_or(now.ms);
            let (channel, result, note) = (channel.clone(), result.clone(), note.clone());
            let contact = ContactRecorded { what: *what, channel, result, at_ms, note };
            (record, CompartmentKind::Outreach, Act::ContactRecorded(contact))
        }
        Command::Book { record, meeting, at_ms, minutes, place } => {
            (record, CompartmentKind::Outreach, booked(*at_ms, *meeting, *minutes, place.clone()))
        }
        Command::Attend { record, appointment, meeting, status, minutes, at_ms, note, reason } => {
            let (meeting, status, minutes) = (*meeting, *status, *minutes);
            let (note, reason) = (note.clone(), reason.clone());
            let appointment = appointment.map(|op| OpRef::to(op, device));
            let at_ms = at_ms.unwrap_or(now.ms);
            let met = AttendanceRecorded { appointment, meeting, status, minutes, at_ms, note, reason };
            (record, CompartmentKind::Outreach, Act::AttendanceRecorded(met))
        }
        Command::Details { record, field, value } => {
            (record, CompartmentKind::Outreach, learnt(field, value)?)
        }
        Command::Note { record, text } => {
            check::text("text", text)?;
            (record, CompartmentKind::Care, Act::NoteAdded(NoteAdded { text: text.clone() }))
        }
        Command::Assess(_)
        | Command::Refer(_)
        | Command::RecordEncounter(_)
        | Command::AnswerOffer(_)
        | Command::Consent { .. }
        | Command::Accept { .. }
        | Command::Reject { .. }
        | Command::Cancel { .. }
        | Command::Withdraw { .. }
        | Command::Close { .. }
        | Command::Safeguard { .. }
        | Command::Acknowledge { .. }
        | Command::Handover { .. }
        | Command::Notice { .. }
        | Command::Amend { .. }
        | Command::Discretion { .. }
        | Command::Dispose { .. }
        | Command::Crime { .. }
        | Command::ProposeDisposal { .. }
        | Command::Rescind { .. }
        | Command::Assign { .. }
        | Command::Transfer { .. }
        | Command::AnswerTransfer { .. }
        | Command::Reopen { .. }
        | Command::Settle { .. }
        | Command::PassUp { .. }
        | Command::Strike { .. }
        | Command::DraftSave { .. }
        | Command::DraftDrop { .. } => return Ok(None),
    };
    Ok(Some((record.0, vec![(kind, act)])))
}

fn booked(at_ms: u64, meeting: Meeting, minutes: u16, place: Option<String>) -> Act {
    Act::AppointmentBooked(AppointmentBooked { at_ms, meeting, minutes, place, slot: None })
}
