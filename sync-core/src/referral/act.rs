//! The op kinds: one line each in the table, one struct each for the body.
//!
//! To add a kind: a struct, a line in `acts!`, a line in `guards`, and its test. A kind's meaning is closed
//! once released; another field is another kind. Does not say who may record a kind and when: see
//! [`super::guards`].

use serde::{Deserialize, Serialize};

use crate::ids::{CompartmentKind, DeviceId, Digest, OpId, OrgId};
use crate::op::Kind;
use crate::shape::BadShape;

/// Whether an act can always be recorded, or is a decision with a guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nature {
    /// It happened: recorded in every state that its author can see.
    Fact,
    /// Somebody decides: the guard must allow it.
    Decision,
    /// Written by the server's own log, for what nobody decided.
    Server,
}

/// Names an op from inside a body: one of the same log by its seq, any other by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OpRef {
    /// Of the author's own log.
    Own(u64),
    /// Of any log.
    Id(OpId),
}

impl OpRef {
    /// The op, as named from the log of `device`.
    #[must_use]
    pub fn resolve(self, device: DeviceId) -> OpId {
        match self {
            Self::Own(seq) => OpId { device, seq },
            Self::Id(id) => id,
        }
    }

    /// The shortest name of an op in a body written by `device`.
    #[must_use]
    pub fn to(op: OpId, device: DeviceId) -> Self {
        if op.device == device { Self::Own(op.seq) } else { Self::Id(op) }
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every word of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
        }
    )+};
}

words! {
    /// Yes or no, said by a person.
    YesNo { /// Yes.
        Yes, /// No.
        No }
    /// Where the encounter took place.
    Route { /// In the street.
        Street, /// In custody, after an arrest for something else.
        Custody }
    /// Why an officer takes a referral back.
    CancelReason { /// Another person than meant: contact stops at once.
        WrongPerson, /// Entered in error: contact stops at once.
        EnteredInError, /// Referred already: contact stops at once.
        Duplicate, /// Another service than meant.
        WrongProvider, /// There was no offence.
        NoOffence }
    /// What an outreach contact was.
    ContactWhat { /// An attempt that did not reach the person.
        Attempted, /// The person was reached.
        Reached, /// The person came.
        PersonCame, /// The person called.
        PersonCalled }
    /// What an appointment is for.
    Meeting { /// The initial assessment.
        Assessment, /// One of the sessions.
        Session }
    /// What became of an appointment. In the order of what favours the person.
    Attendance { /// The person came.
        Attended, /// The service called it off.
        CancelledByService, /// The person called it off.
        CancelledByPerson, /// The person did not come.
        DidNotAttend }
    /// What an answer to the offer was.
    Answer { /// The person agrees.
        Yes, /// The person declines.
        No, /// The person cannot decide now.
        CannotDecideNow }
}

macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $type:ty),* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$fmeta])* #[doc = concat!("`", stringify!($field), "` of the body.")] pub $field: $type,)* }
    )+};
}

/// Free text or a code that may be left out.
type Maybe = Option<String>;

bodies! {
    /// The person as the officer wrote them down.
    Subject { family: String, given: String,
        #[serde(default, skip_serializing_if = "Option::is_none")] born: Option<chrono::NaiveDate>,
        #[serde(default, skip_serializing_if = "Option::is_none")] apparent_age: Option<u8>,
        #[serde(default, skip_serializing_if = "Option::is_none")] ethnicity: Maybe }
    /// How to reach the person.
    Reach { #[serde(default, skip_serializing_if = "Option::is_none")] phone: Maybe,
        #[serde(default, skip_serializing_if = "Vec::is_empty")] may: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")] place_and_time: Maybe }
    /// Which policy pack a decision was made under.
    PolicyRef { id: String, version: u32 }
    /// `encounter.opened`
    EncounterOpened { at_ms: u64, route: Route, subject: Subject,
        #[serde(default, skip_serializing_if = "Option::is_none")] place: Maybe,
        #[serde(default, skip_serializing_if = "Option::is_none")] note: Maybe }
    /// `item.seized`
    ItemSeized { drug: String, exhibit: String,
        #[serde(default, skip_serializing_if = "Option::is_none")] amount: Maybe }
    /// `item.identified`
    ItemIdentified { item: OpRef, drug: String }
    /// `check.recorded`
    CheckRecorded { check: String, channel: String, result: String,
        #[serde(default, skip_serializing_if = "Option::is_none")] note: Maybe }
    /// `necessity.recorded`
    NecessityRecorded { letters: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")] note: Maybe }
    /// `defence.raised`
    DefenceRaised { defence: String }
    /// `offence.linked`
    OffenceLinked { offence: String }
    /// `oic.decided`
    OicDecided { material: YesNo, reason: String }
    /// `eligibility.assessed`: the snapshot, written once.
    EligibilityAssessed { verdict: crate::referral::eligibility::Verdict, policy: PolicyRef, inputs: Digest,
        #[serde(default, skip_serializing_if = "Option::is_none")] freshness_ms: Option<u64> }
    /// `offer.answered`
    OfferAnswered { answer: Answer,
        #[serde(default, skip_serializing_if = "Option::is_none")] reason: Maybe,
        #[serde(default, skip_serializing_if = "Option::is_none")] until_ms: Option<u64> }
    /// `crime.recorded`
    CrimeRecorded { offence: String,
        #[serde(default, skip_serializing_if = "Option::is_none")] crime_reference: Maybe }
    /// `disposal.applied`
    DisposalApplied { outcome: String }
    /// `disposal.rescinded`
    DisposalRescinded { reason: String }
    /// `discretion.decided`
    DiscretionDecided { grant: YesNo, reason: String }
    /// `consent.recorded`
    ConsentRecorded { contact: YesNo, feedback: YesNo, wording: String, language: String }
    /// `referral.submitted`
    ReferralSubmitted { reference: String, subject: Subject, reach: Reach, provider: OrgId, policy: PolicyRef,
        voluntary: YesNo }
    /// `subject.amended`
    SubjectAmended { field: String, value: String }
    /// `notice.given`
    NoticeGiven { to: String,
        #[serde(default, skip_serializing_if = "Option::is_none")] not_given: Maybe }
    /// `handover.recorded`: the officer rings the service with the person there.
    HandoverRecorded { at_ms: u64, result: ContactWhat }
    /// `referral.received`
    ReferralReceived {}
    /// `referral.accepted`
    ReferralAccepted {}
    /// `referral.rejected`
    ReferralRejected { reason: String }
    /// `referral.cancelled`
    ReferralCancelled { reason: CancelReason }
    /// `appointment.requested`
    AppointmentRequested { at_ms: u64, meeting: Meeting }
    /// `person.withdrew`
    PersonWithdrew { reason: String }
    /// `safeguarding.raised`
    SafeguardingRaised { codes: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")] told: Maybe,
        #[serde(default, skip_serializing_if = "Option::is_none")] told_at_ms: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")] call_back: Maybe }
    /// `safeguarding.acknowledged`
    SafeguardingAcknowledged { raised: OpRef }
    /// `progress.reported`: how far the person got, and nothing else.
    ProgressReported { level: crate::referral::eligibility::Level, delivered: YesNo, on: chrono::NaiveDate }
    /// `referral.closed`
    ReferralClosed { on: chrono::NaiveDate }
    /// `contact.recorded`
    ContactRecorded { what: ContactWhat, channel: String, result: String, at_ms: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")] note: Maybe }
    /// `appointment.booked`
    AppointmentBooked { at_ms: u64, meeting: Meeting, minutes: u16,
        #[serde(default, skip_serializing_if = "Option::is_none")] place: Maybe }
    /// `appointment.moved`
    AppointmentMoved { appointment: OpRef, at_ms: u64 }
    /// `attendance.recorded`
    AttendanceRecorded { #[serde(default, skip_serializing_if = "Option::is_none")] appointment: Option<OpRef>,
        meeting: Meeting, status: Attendance, minutes: u16, at_ms: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")] note: Maybe }
    /// `details.learnt`
    DetailsLearnt { field: String, value: String }
    /// `closing.reason`
    ClosingReason { reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")] note: Maybe }
    /// `note.added`
    NoteAdded { text: String }
    /// `conflict.passed_up`
    ConflictPassedUp { conflict: Digest, version: Digest }
    /// `conflict.settled`: one of the live ops, with a reason.
    ConflictSettled { conflict: Digest, version: Digest, choice: Choice, reason: String }
    /// `entry.struck`
    EntryStruck { entry: OpRef, reason: String }
}

/// What a settlement decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// This op's side holds.
    Op(OpId),
    /// This op, which was kept aside, takes effect at the settlement's place.
    Admit(OpId),
    /// This op stays aside for good.
    KeepAside(OpId),
}

macro_rules! acts {
    ($($kind:literal $variant:ident $nature:ident [$($compartment:ident)+];)+) => {
        /// A recorded act, parsed.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each variant is the kind of the same name")]
        pub enum Act { $($variant($variant),)+ }

        /// One kind of the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct KindInfo {
            /// The kind's name.
            pub kind: &'static str,
            /// Fact, decision, or the server's own.
            pub nature: Nature,
            /// The compartments that it may be written in.
            pub compartments: &'static [CompartmentKind],
        }

        /// Every kind of this vocabulary.
        pub const KINDS: &[KindInfo] = &[$(KindInfo {
            kind: $kind,
            nature: Nature::$nature,
            compartments: &[$(CompartmentKind::$compartment,)+],
        },)+];

        impl Act {
            /// Parses the body of a kind; nothing for a kind that this version does not know.
            ///
            /// # Errors
            /// [`BadShape`] when no published schema of the kind allows the body.
            pub fn parse(kind: &Kind, body: &str) -> Result<Option<Self>, BadShape> {
                crate::shape::check(body)?;
                match kind.as_str() {
                    $($kind => from_json(body).map(|body| Some(Self::$variant(body))),)+
                    _ => Ok(None),
                }
            }

            /// The kind's line in the table.
            #[must_use]
            pub fn info(&self) -> &'static KindInfo {
                let kind = match self { $(Self::$variant(_) => $kind,)+ };
                KINDS.iter().find(|info| info.kind == kind).expect("every act has its line in the table")
            }

            /// The body as its author's device writes it.
            #[must_use]
            pub fn body(&self) -> Box<str> {
                let json = match self { $(Self::$variant(body) => serde_json::to_string(body),)+ };
                json.expect("the bodies of acts are plain data").into()
            }
        }
    };
}

acts! {
    "encounter.opened"          EncounterOpened         Fact     [Police];
    "item.seized"               ItemSeized              Fact     [Police];
    "item.identified"           ItemIdentified          Fact     [Police];
    "check.recorded"            CheckRecorded           Fact     [Police];
    "necessity.recorded"        NecessityRecorded       Fact     [Police];
    "defence.raised"            DefenceRaised           Fact     [Police];
    "offence.linked"            OffenceLinked           Fact     [Police];
    "oic.decided"               OicDecided              Decision [Police];
    "eligibility.assessed"      EligibilityAssessed     Decision [Police];
    "offer.answered"            OfferAnswered           Fact     [Police];
    "crime.recorded"            CrimeRecorded           Fact     [Police];
    "disposal.applied"          DisposalApplied         Decision [Police];
    "disposal.rescinded"        DisposalRescinded       Decision [Police];
    "discretion.decided"        DiscretionDecided       Decision [Police];
    "consent.recorded"          ConsentRecorded         Fact     [Shared];
    "referral.submitted"        ReferralSubmitted       Decision [Shared];
    "subject.amended"           SubjectAmended          Fact     [Shared];
    "notice.given"              NoticeGiven             Fact     [Shared];
    "handover.recorded"         HandoverRecorded        Fact     [Shared];
    "referral.received"         ReferralReceived        Server   [Shared];
    "referral.accepted"         ReferralAccepted        Decision [Shared];
    "referral.rejected"         ReferralRejected        Decision [Shared];
    "referral.cancelled"        ReferralCancelled       Decision [Shared];
    "appointment.requested"     AppointmentRequested    Fact     [Shared];
    "person.withdrew"           PersonWithdrew          Fact     [Shared];
    "safeguarding.raised"       SafeguardingRaised      Fact     [Shared];
    "safeguarding.acknowledged" SafeguardingAcknowledged Decision [Shared];
    "progress.reported"         ProgressReported        Server   [Shared];
    "referral.closed"           ReferralClosed          Decision [Shared];
    "contact.recorded"          ContactRecorded         Fact     [Outreach];
    "appointment.booked"        AppointmentBooked       Fact     [Outreach];
    "appointment.moved"         AppointmentMoved        Fact     [Outreach];
    "attendance.recorded"       AttendanceRecorded      Fact     [Outreach];
    "details.learnt"            DetailsLearnt           Fact     [Outreach];
    "closing.reason"            ClosingReason           Fact     [Outreach];
    "note.added"                NoteAdded               Fact     [Care];
    "conflict.passed_up"        ConflictPassedUp        Decision [Shared Police Outreach Care];
    "conflict.settled"          ConflictSettled         Decision [Shared Police Outreach Care];
    "entry.struck"              EntryStruck             Decision [Shared Police Outreach Care];
}

fn from_json<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, BadShape> {
    serde_json::from_str(body).map_err(|error| {
        let text = error.to_string();
        let named = text.split('`').nth(1).filter(|_| text.contains("field"));
        BadShape::at(named.unwrap_or("body"), "not as the kind's schema says")
    })
}
