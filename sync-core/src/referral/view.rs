//! What the streams of one referral, as far as the reader holds them, say together: who it is about,
//! where the three regions stand, and what needs somebody.
//!
//! A pure function of folded states; takes no clock. Does not decide what a reader may hold.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::clock::{ClockMark, Hlc};
use crate::identity::Identifier;
use crate::ids::{CompartmentKind, OpId, OrgId, UserId};
use crate::referral::act::{
    Answer, AppointmentBooked, AppointmentCancelled, AppointmentDeclined, AppointmentRequested, Attendance,
    AttendanceRecorded, Body, CancelReason, CheckRecorded, ConsentRecorded, ContactRecorded, ContactWhat,
    DeclineReason, EligibilityReassessed, Meeting, OpRef, PersonCameIn, PersonWithdrew, ReferralAccepted,
    ReferralReceived, ReferralSubmitted, SafeguardingAcknowledged, SafeguardingRaised, YesNo,
};
use crate::referral::conflict::Conflict;
use crate::referral::crime::Crime;
use crate::referral::described::Described;
use crate::referral::disposal::DisposalState;
use crate::referral::eligibility::{Aged, Level, Verdict};
use crate::referral::engagement::{Engagement, Stage, Transfer, cancelled, contact_stopped, transfer};
use crate::referral::facts::Facts;
use crate::referral::fold::{Standing, StreamState};
use crate::referral::items::{self, Item};
use crate::referral::offer::Offer;
use crate::referral::person::{self, Person, Reach};
use crate::referral::plausible::Beside;
use crate::referral::shown::may_see_reach;

/// Whether the service may contact the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    /// It may.
    Allowed,
    /// It must not: withdrawn, or cancelled as a wrong person, in error or a duplicate.
    Stopped,
}

impl Contact {
    /// In people's words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Allowed => "may be contacted",
            Self::Stopped => "must not be contacted",
        }
    }
}

/// An entry that counts, and of which people should know something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Mark {
    /// The op.
    pub op: OpId,
    /// What is unusual: `before_acceptance`, `after_withdrawal`, `correction`, `clock_suspect`, `wanted` (a check
    /// said so), or a code of [`crate::referral::plausible`]: what it says cannot be.
    pub mark: &'static str,
    /// That in words.
    pub sentence: &'static str,
    /// The fields that contradict each other.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub fields: &'static [&'static str],
}

impl Mark {
    fn new(op: OpId, mark: &'static str, sentence: &'static str) -> Self {
        Self { op, mark, sentence, fields: &[] }
    }

    /// Whether it says that the entry cannot be right.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        !self.fields.is_empty()
    }
}

/// A safeguarding concern that nobody has acknowledged yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Concern {
    /// The op that raised it.
    pub op: OpId,
    /// The concern's codes.
    pub codes: Vec<String>,
    /// When it was raised, in milliseconds.
    pub at_ms: u64,
}

/// One appointment as the provider sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Appointment {
    /// The op that booked it.
    pub op: OpId,
    /// What it is for.
    pub meeting: Meeting,
    /// When.
    pub at_ms: u64,
    /// What became of it, as far as it is known.
    pub status: Option<Attendance>,
}

/// One appointment that was asked for, and the server's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Request {
    /// The op that asked.
    pub op: OpId,
    /// What it is for.
    pub meeting: Meeting,
    /// When it was asked for.
    pub at_ms: u64,
    /// The slot, when it names one.
    pub slot: Option<uuid::Uuid>,
    /// What the server answered; nothing yet: "requested", never "booked".
    pub answer: Option<String>,
    /// Why it was not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<DeclineReason>,
    /// The same in people's words.
    pub words: &'static str,
}

impl Request {
    /// The police do not read what a service books: of a wish nothing more is known to them than that it was passed on.
    fn words_of(answer: Option<&str>, reason: Option<DeclineReason>, of_a_slot: bool) -> &'static str {
        match (answer, reason) {
            (None, _) if !of_a_slot => "a wish: the service arranges the time with the person",
            (Some("confirmed"), _) => "confirmed",
            (Some(_), Some(DeclineReason::Full)) => "not given: the time was taken",
            (Some(_), Some(DeclineReason::Over)) => "not given: the time was over",
            (Some(_), Some(DeclineReason::NoSuchSlot)) => "not given: the time is offered no longer",
            (Some(_), Some(DeclineReason::NotNeeded)) => "not needed any more",
            (Some(_), None) => "not given",
            (None, _) => "asked for, not yet confirmed",
        }
    }
}

/// One referral as its reader sees it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct View {
    /// Whether what the police wrote is held: who does not read it is not told that nothing is there.
    #[serde(skip)]
    pub reads_police: bool,
    /// Where the offer stands (region E).
    pub offer: Offer,
    /// What the police did (region D).
    pub disposal: DisposalState,
    /// The crime, once one is recorded.
    pub crime: Option<Crime>,
    /// What was taken, item by item.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
    /// What the police wrote down of the encounter later.
    #[serde(skip_serializing_if = "Described::is_empty")]
    pub described: Described,
    /// The kind of service that the person needs: a code of `service_kinds`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need: Option<String>,
    /// Where the engagement stands (region R).
    #[serde(flatten)]
    pub engagement: Engagement,
    /// Whether the service may contact the person.
    pub contact: Contact,
    /// Who may tell the force how far the person got.
    pub feedback: YesNo,
    /// Whether it is a voluntary referral, outside any police decision.
    pub voluntary: YesNo,
    /// Every live value of the provider register.
    pub providers: Vec<OrgId>,
    /// A transfer that waits for its answer.
    pub transfer: Option<Transfer>,
    /// The officers who recorded in it.
    pub owners: Vec<UserId>,
    /// The human reference.
    pub reference: Option<String>,
    /// Who it is about, as all that is held says now.
    pub subject: Option<Person>,
    /// How to reach them now; none for the service while it may not.
    pub reach: Option<Reach>,
    /// The fields of the person that read as erased.
    pub erased: Vec<&'static str>,
    /// Warnings for the police.
    pub warnings: Vec<String>,
    /// Numbers that name the person elsewhere, as the police typed them.
    pub numbers: Vec<Identifier>,
    /// When it was submitted.
    pub submitted_ms: Option<u64>,
    /// The eligibility snapshot.
    pub verdict: Option<Verdict>,
    /// What the central record says besides; a notice, the offer stands.
    pub reassessed: Option<Verdict>,
    /// The person's age, where the phone that gave the verdict read another, by its clock or a date of birth since corrected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aged: Option<Aged>,
    /// Whether the officer in the case finds the possession material to another offence.
    pub material: Option<YesNo>,
    /// What a supervisor decided where the rules leave it open.
    pub discretion: Option<YesNo>,
    /// What the person answered.
    pub answer: Option<Answer>,
    /// Why the officer took it back.
    pub cancelled: Option<CancelReason>,
    /// The appointments.
    pub appointments: Vec<Appointment>,
    /// What was asked for.
    pub requests: Vec<Request>,
    /// Open safeguarding concerns.
    pub concerns: Vec<Concern>,
    /// Facts out of the usual order.
    pub marks: Vec<Mark>,
    /// The open conflicts of all streams held.
    pub conflicts: Vec<Conflict>,
}

impl View {
    /// What must not be done on the way to the person; no contact at all once it is stopped.
    #[must_use]
    pub fn safe(&self) -> Vec<&'static str> {
        match self.contact {
            Contact::Stopped => vec!["no contact"],
            Contact::Allowed => self.reach.as_ref().map(Reach::unless_agreed).unwrap_or_default(),
        }
    }

    /// The providers that read `shared`: every live value, and the one that a transfer names.
    #[must_use]
    pub fn reading_providers(&self) -> Vec<OrgId> {
        let named = self.transfer.map(|transfer| transfer.to);
        let all: BTreeSet<_> = self.providers.iter().copied().chain(named).collect();
        all.into_iter().collect()
    }

    /// Where the referral stands, in people's words.
    #[must_use]
    pub fn stage_words(&self) -> &'static str {
        let to_be_found = self.engagement.stage == Stage::Submitted && self.providers.is_empty();
        if to_be_found { "service to be found" } else { self.engagement.stage.words() }
    }

    /// How far the person got, in people's words.
    #[must_use]
    pub fn level_words(&self) -> &'static str {
        self.engagement.level.map_or("how far is not told", Level::words)
    }
}

/// Whether a referral is kept from the force: of a voluntary one its people read `shared` no longer, once a
/// provider has received it.
#[must_use]
pub fn is_kept_from_force(states: &[StreamState]) -> bool {
    let facts = Facts { states };
    let voluntary = facts.submitted().is_some_and(|(_, body)| body.voluntary == YesNo::Yes);
    voluntary && facts.has::<ReferralReceived>()
}

/// Reads the folded streams of one referral together.
#[must_use]
pub fn view(states: &[StreamState]) -> View {
    let facts = Facts { states };
    let submitted = facts.submitted();
    let first: Option<&ReferralSubmitted> = submitted.map(|(_, body)| body);
    let came_in = facts.first::<PersonCameIn>();
    let contact = if contact_stopped(&facts) { Contact::Stopped } else { Contact::Allowed };
    View {
        reads_police: facts.holds(CompartmentKind::Police),
        offer: Offer::of(&facts),
        disposal: DisposalState::of(&facts),
        crime: Crime::of(&facts),
        items: items::items(&facts),
        described: Described::of(&facts),
        need: facts.value("need").or_else(|| facts.first::<PersonCameIn>()?.need.clone()),
        engagement: Engagement::of(&facts),
        contact,
        feedback: facts.consent("feedback").unwrap_or(YesNo::No),
        voluntary: first.map_or(YesNo::No, |body| body.voluntary),
        providers: facts.values("provider"),
        transfer: transfer(&facts),
        owners: facts.owners(),
        reference: first.map(|body| &body.reference).or(came_in.map(|body| &body.reference)).cloned(),
        subject: Person::of(&facts),
        reach: Reach::of(&facts).filter(|_| may_see_reach(&facts)),
        erased: person::erased(&facts),
        warnings: person::warnings(&facts),
        numbers: person::numbers(&facts),
        submitted_ms: submitted.map(|(entry, _)| entry.eff.ms()),
        verdict: facts.value("eligibility"),
        reassessed: reassessed(&facts),
        aged: aged(&facts),
        material: facts.value("oic"),
        discretion: facts.value("discretion"),
        answer: facts.value("answer"),
        cancelled: cancelled(&facts),
        appointments: appointments(&facts),
        requests: requests(&facts),
        concerns: concerns(&facts),
        marks: marks(&facts),
        conflicts: states.iter().flat_map(|state| state.conflicts.iter().cloned()).collect(),
    }
}

/// What the central record says; the person's age is told apart.
fn reassessed(facts: &Facts<'_>) -> Option<Verdict> {
    let notices = facts.all::<EligibilityReassessed>().map(|(_, body)| body);
    notices.filter(|body| body.years.is_none()).last().map(|body| body.verdict.clone())
}

fn aged(facts: &Facts<'_>) -> Option<Aged> {
    let notices = facts.all::<EligibilityReassessed>().map(|(_, body)| body);
    let aged = |body: &EligibilityReassessed| {
        Some(Aged { years: body.years?, read_as: body.read_as?, verdict: body.verdict.clone() })
    };
    notices.filter_map(aged).last()
}

fn appointments(facts: &Facts<'_>) -> Vec<Appointment> {
    let booked = facts.all::<AppointmentBooked>().map(|(entry, body)| {
        let moved = facts.moved_to(entry.id);
        let (op, meeting) = (entry.id, body.meeting);
        Appointment { op, meeting, at_ms: moved.unwrap_or(body.at_ms), status: facts.attendance_of(op) }
    });
    booked.collect()
}

/// What was asked for, with the server's answer.
fn requests(facts: &Facts<'_>) -> Vec<Request> {
    let asked = facts.all::<AppointmentRequested>().map(|(entry, body)| {
        let answer: Option<String> = facts.value(&format!("request/{}", entry.id));
        let declined = facts.all::<AppointmentDeclined>();
        let mut declined =
            declined.filter(|(answered, body)| body.request.resolve(answered.id.device) == entry.id);
        let reason = declined.next().map(|(_, body)| body.reason);
        let reason = reason.filter(|_| answer.as_deref() == Some("declined"));
        let words = Request::words_of(answer.as_deref(), reason, body.slot.is_some());
        let (op, meeting, at_ms, slot) = (entry.id, body.meeting, body.at_ms, body.slot);
        Request { op, meeting, at_ms, slot, answer, reason, words }
    });
    asked.collect()
}

/// A concern is closed only when it is acknowledged by its id.
fn concerns(facts: &Facts<'_>) -> Vec<Concern> {
    let acknowledged = facts.all::<SafeguardingAcknowledged>();
    let acknowledged: BTreeSet<OpId> =
        acknowledged.map(|(entry, body)| OpRef::resolve(body.raised, entry.id.device)).collect();
    let raised = facts.all::<SafeguardingRaised>();
    let raised = raised.map(|(entry, body)| Concern {
        op: entry.id,
        codes: body.codes.clone(),
        at_ms: entry.eff.ms(),
    });
    raised.filter(|concern| !acknowledged.contains(&concern.op)).collect()
}

fn marks(facts: &Facts<'_>) -> Vec<Mark> {
    let accepted = first_at::<ReferralAccepted>(facts);
    let withdrawn = Withdrawn::of(facts);
    let mut marks = Vec::new();
    for (entry, body) in facts.all::<ContactRecorded>() {
        let at = (entry.eff, entry.id);
        let attempt = matches!(body.what, ContactWhat::Attempted | ContactWhat::Reached);
        if attempt && accepted.is_none_or(|accepted| at < accepted) {
            let sentence = "Before the service took the referral on.";
            marks.push(Mark::new(entry.id, "before_acceptance", sentence));
        }
        if attempt && withdrawn.at(at) {
            let sentence = "After the person wanted no further contact.";
            marks.push(Mark::new(entry.id, "after_withdrawal", sentence));
        }
    }
    let missed = facts.all::<AttendanceRecorded>().filter(|(_, body)| body.status != Attendance::Attended);
    let missed = missed.filter(|(_, body)| body.reason.is_some()).map(|(entry, _)| entry.id);
    let called_off = facts.all::<AppointmentCancelled>().filter(|(_, body)| body.reason.is_some());
    let corrections = missed.chain(called_off.map(|(entry, _)| entry.id));
    marks.extend(
        corrections.map(|op| Mark::new(op, "correction", "It corrects what was recorded as attended.")),
    );
    let wanted = facts.all::<CheckRecorded>().filter(|(_, body)| body.result == "wanted");
    marks.extend(
        wanted.map(|(entry, _)| Mark::new(entry.id, "wanted", "A check says that the person is wanted.")),
    );
    let entries = facts.states.iter().flat_map(|state| &state.entries);
    let suspect =
        entries.filter(|entry| entry.clock == ClockMark::Suspect && entry.standing != Standing::Refused);
    marks.extend(suspect.map(|entry| Mark::new(entry.id, "clock_suspect", "The phone's clock was wrong.")));
    marks.extend(faults(facts));
    marks
}

/// What cannot be: kept, and counted as written.
fn faults(facts: &Facts<'_>) -> Vec<Mark> {
    let beside = Beside::of(facts.states);
    let acts = facts.states.iter().flat_map(StreamState::acts);
    let faults = acts.flat_map(|(entry, act)| {
        let faults = beside.faults(entry.id, act, entry.eff.ms());
        faults.map(|row| Mark { op: entry.id, mark: row.code, sentence: row.sentence(), fields: &row.fields })
    });
    faults.collect()
}

/// When the person withdrew, and agreed again.
struct Withdrawn(Vec<((Hlc, OpId), YesNo)>);

impl Withdrawn {
    fn of(facts: &Facts<'_>) -> Self {
        let withdrew = facts.all::<PersonWithdrew>().map(|(entry, _)| ((entry.eff, entry.id), YesNo::Yes));
        let agreed = facts.all::<ConsentRecorded>().filter(|(_, body)| body.contact == YesNo::Yes);
        let agreed = agreed.map(|(entry, _)| ((entry.eff, entry.id), YesNo::No));
        let mut said: Vec<_> = withdrew.chain(agreed).collect();
        said.sort_unstable_by_key(|(at, _)| *at);
        Self(said)
    }

    /// Whether the person had withdrawn at some time, and not agreed again.
    fn at(&self, at: (Hlc, OpId)) -> bool {
        let before = self.0.partition_point(|(said, _)| *said < at);
        self.0[..before].last().is_some_and(|(_, withdrawn)| *withdrawn == YesNo::Yes)
    }
}

fn first_at<T: Body + 'static>(facts: &Facts<'_>) -> Option<(Hlc, OpId)> {
    facts.all::<T>().next().map(|(entry, _)| (entry.eff, entry.id))
}
