//! What can be recorded: the one table of op kinds, and an act as the parsed body of one.
//!
//! ```text
//!   acts! table       kind · nature · compartments · who · when         this file
//!   bodies            fields · what it writes · what it needs besides   police, shared, outreach, records, conflicts
//! ```
//! To add a kind: its body in the file of its compartment, and its line here. A kind's meaning is closed
//! once released; another field is another kind. Does not judge: see [`super::judge`].

use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::codes::CodeList;
use crate::ids::CompartmentKind::{self, Audit, Care, Outreach, Police, Shared};
use crate::ids::{DeviceId, OpId};
use crate::op::Kind;
use crate::policy::PolicyPack;
use crate::referral::case::Case;
use crate::referral::guards::When;
use crate::referral::guards::roles::{
    ADMIN, BOTH, CANCEL, ERASE, EVERYBODY, FORCE, LEAD, LEAD_OR_SERVER, PASS_UP, PROVIDER, REOPEN, SAFEGUARD,
    SERVER, SETTLERS, SUPERVISOR,
};
use crate::shape::BadShape;
use crate::stamp::Why;

macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident {
        $($field:ident: $type:ty),* $(; $($optional:ident: $inner:ty),* $(,)?)?
    })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(#[doc = concat!("`", stringify!($field), "` of the body.")] pub $field: $type,)*
            $($(
                #[doc = concat!("`", stringify!($optional), "` of the body; it may be left out.")]
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $optional: Option<$inner>,
            )*)?
        }
    )+};
}

mod conflicts;
mod outreach;
mod police;
mod records;
mod shared;
mod words;

pub use crate::policy::PolicyRef;
pub use conflicts::*;
pub use outreach::*;
pub use police::*;
pub use records::*;
pub use shared::*;
pub use words::*;

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

/// What a body says of itself beyond its fields.
pub(crate) trait Recorded {
    /// The registers that it writes, with canonical JSON values; `op` is the op that carries it.
    fn writes(&self, _op: OpId) -> Writes {
        Vec::new()
    }

    /// What a decision needs beyond its author's role and the stage.
    fn needs(&self, _case: &Case<'_>) -> Result<(), Why> {
        Ok(())
    }

    /// The entry that it amends; struck by somebody who did not know, the two cross.
    fn amends(&self, _op: OpId) -> Option<OpId> {
        None
    }

    /// The codes that it names; each was published at some time, or the op is kept aside.
    fn codes(&self) -> Codes<'_> {
        Vec::new()
    }

    /// What stays of it when it is erased, beside the names of its registers: the parts on which the course
    /// of the record or somebody's safety stands, never what was said of anybody.
    fn left(&self) -> Option<Act> {
        None
    }

    /// What its published schema asks for beyond the types of the fields.
    fn check(&self) -> Result<(), BadShape> {
        Ok(())
    }
}

/// Names of registers, each with a canonical JSON value.
pub(crate) type Writes = Vec<(String, String)>;

/// Codes, each with its list.
pub(crate) type Codes<'a> = Vec<(CodeList, &'a str)>;

fn write(register: &str, value: &impl Serialize) -> Writes {
    let value = serde_json::to_string(value).expect("what is written is plain data with text keys");
    vec![(register.to_owned(), value)]
}

/// A name of a field that a body brings itself: a word, so that it names and does not tell.
fn word_of_a_field(field: &str) -> Result<(), BadShape> {
    let letter = |c: u8| c.is_ascii_lowercase() || c == b'_';
    let is_word = (1..=32).contains(&field.len()) && field.bytes().all(letter);
    if is_word { Ok(()) } else { Err(BadShape::at("field", "not a word of small letters")) }
}

fn require(holds: bool) -> Result<(), Why> {
    if holds { Ok(()) } else { Err(Why::State) }
}

/// A decision names a version that was published: it is judged by exactly that one.
fn published(policy: &PolicyRef) -> Result<(), Why> {
    let found = PolicyPack::find_version(&policy.id, policy.version);
    found.map(|_| ()).ok_or(Why::Reference)
}

/// Names an op from inside a body: one of the same log by its seq, any other by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
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

bodies! {
    /// The person as the officer wrote them down.
    Subject { family: String, given: String; born: chrono::NaiveDate, apparent_age: u8, ethnicity: String }
}

/// How to reach the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// Their number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What the service may do there: text, leave a message, say who is calling.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may: Vec<String>,
    /// Where and when they are to be found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place_and_time: Option<String>,
}

macro_rules! acts {
    ($($kind:literal $variant:ident $nature:ident [$($compartment:ident)+] $roles:ident $when:ident;)+) => {
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
            /// Who may record it.
            pub roles: &'static [Role],
            /// In which stages a decision is allowed.
            pub when: When,
        }

        /// Every kind of this vocabulary.
        pub const KINDS: &[KindInfo] = &[$(KindInfo {
            kind: $kind,
            nature: Nature::$nature,
            compartments: &[$($compartment,)+],
            roles: $roles,
            when: When::$when,
        },)+];

        impl Act {
            /// Parses the body of a kind; nothing for a kind that this version does not know.
            ///
            /// # Errors
            /// [`BadShape`] when no published schema of the kind allows the body.
            pub fn parse(kind: &Kind, body: &str) -> Result<Option<Self>, BadShape> {
                crate::shape::check(body)?;
                Self::read(kind, body)
            }

            /// Reads a body again whose limits were checked when it was recorded and judged.
            pub(crate) fn read(kind: &Kind, body: &str) -> Result<Option<Self>, BadShape> {
                match kind.as_str() {
                    $($kind => from_json(body).and_then(|body: $variant| {
                        body.check().map(|()| Some(Self::$variant(body)))
                    }),)+
                    _ => Ok(None),
                }
            }

            /// The kind's name.
            #[must_use]
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind,)+ }
            }

            /// The body as its author's device writes it.
            #[must_use]
            pub fn body(&self) -> Box<str> {
                let json = match self { $(Self::$variant(body) => serde_json::to_string(body),)+ };
                json.expect("the bodies of acts are plain data").into()
            }

            /// Its body, when it is of this kind.
            #[must_use]
            pub fn as_body<T: Body>(&self) -> Option<&T> {
                T::of(self)
            }

            /// What it says of itself beyond its fields.
            pub(crate) fn recorded(&self) -> &dyn Recorded {
                match self { $(Self::$variant(body) => body,)+ }
            }
        }

        /// The JSON Schema of every kind's body, in the order of the table.
        #[cfg(feature = "json-schema")]
        #[must_use]
        pub fn json_schemas() -> Vec<(&'static str, schemars::Schema)> {
            vec![$(($kind, schemars::schema_for!($variant)),)+]
        }

        $(impl Body for $variant {
            fn of(act: &Act) -> Option<&Self> {
                if let Act::$variant(body) = act { Some(body) } else { None }
            }
        })+
    };
}

/// The body of one kind.
pub trait Body: Sized {
    /// The act's body, when it is of this kind.
    fn of(act: &Act) -> Option<&Self>;
}

acts! {
    "encounter.opened"          EncounterOpened         Fact     [Police]   FORCE      Always;
    "item.seized"               ItemSeized              Fact     [Police]   FORCE      Always;
    "item.identified"           ItemIdentified          Fact     [Police]   FORCE      Always;
    "item.booked_in"            ItemBookedIn            Fact     [Police]   FORCE      Always;
    "item.disposed"             ItemDisposed            Fact     [Police]   FORCE      Always;
    "check.recorded"            CheckRecorded           Fact     [Police]   FORCE      Always;
    "necessity.recorded"        NecessityRecorded       Fact     [Police]   FORCE      Always;
    "defence.raised"            DefenceRaised           Fact     [Police]   FORCE      Always;
    "offence.linked"            OffenceLinked           Fact     [Police]   FORCE      Always;
    "oic.decided"               OicDecided              Decision [Police]   FORCE      NotSubmitted;
    "eligibility.assessed"      EligibilityAssessed     Decision [Police]   FORCE      NotSubmitted;
    "eligibility.reassessed"    EligibilityReassessed   Server   [Police]   SERVER     Always;
    "offer.answered"            OfferAnswered           Fact     [Police]   FORCE      Always;
    "crime.recorded"            CrimeRecorded           Fact     [Police]   FORCE      Always;
    "disposal.applied"          DisposalApplied         Decision [Police]   FORCE      Always;
    "disposal.proposed"         DisposalProposed        Decision [Police]   FORCE      Always;
    "disposal.rescinded"        DisposalRescinded       Decision [Police]   SUPERVISOR Always;
    "discretion.decided"        DiscretionDecided       Decision [Police]   SUPERVISOR Always;

    "consent.recorded"          ConsentRecorded         Fact     [Shared]   BOTH       Always;
    "referral.submitted"        ReferralSubmitted       Decision [Shared]   FORCE      NotSubmitted;
    "subject.amended"           SubjectAmended          Fact     [Shared]   BOTH       Always;
    "notice.given"              NoticeGiven             Fact     [Shared]   BOTH       Always;
    "handover.recorded"         HandoverRecorded        Fact     [Shared]   BOTH       Always;
    "referral.received"         ReferralReceived        Server   [Shared]   SERVER     Always;
    "referral.accepted"         ReferralAccepted        Decision [Shared]   LEAD       Waiting;
    "referral.rejected"         ReferralRejected        Decision [Shared]   LEAD       Waiting;
    "referral.cancelled"        ReferralCancelled       Decision [Shared]   CANCEL     NotEnded;
    "referral.closed"           ReferralClosed          Decision [Shared]   LEAD_OR_SERVER Live;
    "referral.reopened"         ReferralReopened        Decision [Shared]   REOPEN     Closed;
    "referral.rerouted"         ReferralRerouted        Server   [Shared]   SERVER     Always;
    "appointment.requested"     AppointmentRequested    Fact     [Shared]   FORCE      Always;
    "appointment.confirmed"     AppointmentConfirmed    Server   [Shared Outreach] SERVER Always;
    "appointment.declined"      AppointmentDeclined     Server   [Shared Outreach] SERVER Always;
    "person.withdrew"           PersonWithdrew          Fact     [Shared]   BOTH       Always;
    "transfer.requested"        TransferRequested       Decision [Shared]   LEAD       NotEnded;
    "transfer.accepted"         TransferAccepted        Decision [Shared]   LEAD       NotEnded;
    "transfer.declined"         TransferDeclined        Decision [Shared]   LEAD       NotEnded;
    "safeguarding.raised"       SafeguardingRaised      Fact     [Shared]   BOTH       Always;
    "safeguarding.acknowledged" SafeguardingAcknowledged Decision [Shared]  SAFEGUARD  Always;
    "progress.reported"         ProgressReported        Server   [Shared]   SERVER     Always;

    "contact.recorded"          ContactRecorded         Fact     [Outreach] PROVIDER   Always;
    "appointment.booked"        AppointmentBooked       Fact     [Outreach] PROVIDER   Always;
    "appointment.moved"         AppointmentMoved        Fact     [Outreach] PROVIDER   Always;
    "appointment.cancelled"     AppointmentCancelled    Fact     [Outreach] PROVIDER   Always;
    "attendance.recorded"       AttendanceRecorded      Fact     [Outreach] PROVIDER   Always;
    "details.learnt"            DetailsLearnt           Fact     [Outreach] PROVIDER   Always;
    "closing.reason"            ClosingReason           Fact     [Outreach] LEAD_OR_SERVER Always;
    "credits.carried"           CreditsCarried          Server   [Outreach] SERVER     Always;
    "note.added"                NoteAdded               Fact     [Care]     PROVIDER   Always;
    "outcome.measured"          OutcomeMeasured         Fact     [Care]     PROVIDER   Always;

    "person.linked"             PersonLinked            Decision [Police]   ADMIN      Always;
    "person.split"              PersonSplit             Decision [Police]   ADMIN      Always;
    "slot.opened"               SlotOpened              Decision [Shared]   LEAD       Always;
    "slot.closed"               SlotClosed              Decision [Shared]   LEAD       Always;
    "service.changed"           ServiceChanged          Decision [Shared]   LEAD       Always;
    "provider.deactivated"      ProviderDeactivated     Decision [Shared]   ADMIN      Always;
    "user.changed"              UserChanged             Decision [Police]   ADMIN      Always;
    "role.proposed"             RoleProposed            Decision [Police]   ADMIN      Always;
    "role.confirmed"            RoleConfirmed           Decision [Police]   ADMIN      Always;
    "device.revoked"            DeviceRevoked           Decision [Police]   ADMIN      Always;
    "policy.published"          PolicyPublished         Decision [Police]   ADMIN      Always;
    "body.erased"               BodyErased              Decision [Police Outreach] ERASE     Always;
    "record.opened"             RecordOpened            Fact     [Audit]    EVERYBODY  Always;

    "conflict.raised"           ConflictRaised          Server   [Shared Police Outreach Care] SERVER    Always;
    "conflict.passed_up"        ConflictPassedUp        Decision [Shared Police Outreach Care] PASS_UP   Always;
    "conflict.settled"          ConflictSettled         Decision [Shared Police Outreach Care] SETTLERS  Always;
    "entry.struck"              EntryStruck             Decision [Shared Police Outreach Care] BOTH      Always;
}

impl Act {
    /// The kind's line in the table.
    #[must_use]
    pub fn info(&self) -> &'static KindInfo {
        let kind = self.kind();
        KINDS.iter().find(|info| info.kind == kind).expect("every act has its line in the table")
    }
}

fn from_json<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, BadShape> {
    serde_json::from_str(body).map_err(|error| {
        let text = error.to_string();
        let named = text.split('`').nth(1).filter(|_| text.contains("field"));
        BadShape::at(named.unwrap_or("body"), "not as the kind's schema says")
    })
}
