//! What can be recorded: the one table of op kinds, and an act as the parsed body of one.
//!
//! ```text
//!   acts! table       kind · nature · compartments · who · when         this file
//!   bodies            fields · what it writes · what it needs besides   police, shared, outreach, records, conflicts
//!   what a body says of itself                                          recorded
//! ```
//! To add a kind: its body in the file of its compartment, and its line here. A kind's meaning is closed
//! once released; another field is another kind. Does not judge: see [`super::judge`].

use crate::access::Role;
use crate::ids::CompartmentKind::{self, Audit, Care, Outreach, Police, Shared};
use crate::op::Kind;
use crate::referral::guards::When;
use crate::referral::guards::roles::{
    ADMIN, BOTH, CANCEL, ERASE, EVERYBODY, FORCE, LEAD, LEAD_OR_SERVER, PASS_UP, PROVIDER, REOPEN, REROUTE,
    SAFEGUARD, SERVER, SETTLERS, SUPERVISOR,
};
use crate::shape::BadShape;

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
pub mod fields;
mod outreach;
mod parts;
mod police;
mod recorded;
mod records;
mod shared;
mod situation;

pub use crate::policy::PolicyRef;
pub use crate::referral::words::*;
pub use conflicts::*;
pub use outreach::*;
pub use parts::*;
pub use police::*;
pub use records::*;
pub use shared::*;

pub(crate) use recorded::{Codes, Recorded, Writes};
use recorded::{published, require, write};
pub(crate) use situation::Situation;

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
    "encounter.amended"         EncounterAmended        Fact     [Police]   FORCE      Always;
    "encounter.described"       EncounterDescribed      Fact     [Police]   FORCE      Always;
    "item.seized"               ItemSeized              Fact     [Police]   FORCE      Always;
    "item.identified"           ItemIdentified          Fact     [Police]   FORCE      Always;
    "item.booked_in"            ItemBookedIn            Fact     [Police]   FORCE      Always;
    "item.disposed"             ItemDisposed            Fact     [Police]   FORCE      Always;
    "check.recorded"            CheckRecorded           Fact     [Police]   FORCE      Always;
    "necessity.recorded"        NecessityRecorded       Fact     [Police]   FORCE      Always;
    "defence.raised"            DefenceRaised           Fact     [Police]   FORCE      Always;
    "offence.linked"            OffenceLinked           Fact     [Police]   FORCE      Always;
    "offence.described"         OffenceDescribed        Fact     [Police]   FORCE      Always;
    "oic.decided"               OicDecided              Decision [Police]   FORCE      NotSubmitted;
    "eligibility.assessed"      EligibilityAssessed     Decision [Police]   FORCE      NotSubmitted;
    "eligibility.reassessed"    EligibilityReassessed   Server   [Police]   SERVER     Always;
    "offer.answered"            OfferAnswered           Fact     [Police]   FORCE      Always;
    "crime.recorded"            CrimeRecorded           Fact     [Police]   FORCE      Always;
    "disposal.applied"          DisposalApplied         Decision [Police]   FORCE      Always;
    "disposal.proposed"         DisposalProposed        Decision [Police]   FORCE      Always;
    "disposal.rescinded"        DisposalRescinded       Decision [Police]   SUPERVISOR Always;
    "discretion.decided"        DiscretionDecided       Decision [Police]   SUPERVISOR Always;
    "effort.recorded"           EffortRecorded          Fact     [Police]   FORCE      Always;

    "consent.recorded"          ConsentRecorded         Fact     [Shared]   BOTH       Always;
    "referral.submitted"        ReferralSubmitted       Decision [Shared]   FORCE      NotSubmitted;
    "need.named"                NeedNamed               Fact     [Shared]   BOTH       Always;
    "subject.amended"           SubjectAmended          Fact     [Shared]   BOTH       Always;
    "notice.given"              NoticeGiven             Fact     [Shared]   BOTH       Always;
    "handover.recorded"         HandoverRecorded        Fact     [Shared]   BOTH       Always;
    "referral.received"         ReferralReceived        Server   [Shared]   SERVER     Always;
    "referral.accepted"         ReferralAccepted        Decision [Shared]   LEAD       Waiting;
    "referral.rejected"         ReferralRejected        Decision [Shared]   LEAD       Waiting;
    "referral.cancelled"        ReferralCancelled       Decision [Shared]   CANCEL     NotEnded;
    "referral.closed"           ReferralClosed          Decision [Shared]   LEAD_OR_SERVER Live;
    "referral.reopened"         ReferralReopened        Decision [Shared]   REOPEN     Closed;
    "referral.rerouted"         ReferralRerouted        Decision [Shared]   REROUTE    Placed;
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

    "person.came_in"            PersonCameIn            Fact     [Outreach] PROVIDER   Always;
    "walk_in.corrected"         WalkInCorrected         Fact     [Outreach] PROVIDER   Always;
    "walk_in.closed"            WalkInClosed            Fact     [Outreach] LEAD       Always;
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
    "outcomes.released"         OutcomesReleased        Decision [Shared]   LEAD       Always;
    "provider.deactivated"      ProviderDeactivated     Decision [Shared]   ADMIN      Always;
    "user.changed"              UserChanged             Decision [Police]   ADMIN      Always;
    "user.renamed"              UserRenamed             Decision [Police]   ADMIN      Always;
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

    /// When an entry's author says that what it tells of took place, in milliseconds since 1970. Nothing for what is so from
    /// its recording on, and for what lies ahead.
    #[must_use]
    pub fn happened_ms(kind: &Kind, body: Option<&str>) -> Option<u64> {
        let act = Self::read(kind, body?).ok().flatten()?;
        let met = act.as_body::<AttendanceRecorded>().map(|body| body.at_ms);
        met.or_else(|| act.as_body::<ContactRecorded>().map(|body| body.at_ms))
            .or_else(|| act.as_body::<EncounterOpened>().map(|body| body.at_ms))
            .or_else(|| act.as_body::<HandoverRecorded>().map(|body| body.at_ms))
            .or_else(|| act.as_body::<PersonCameIn>().map(|body| body.at_ms))
    }
}

fn from_json<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, BadShape> {
    serde_json::from_str(body).map_err(|error| {
        let text = error.to_string();
        let named = text.split('`').nth(1).filter(|_| text.contains("field"));
        BadShape::of("field_wrong", named.unwrap_or("body"), "not as the kind's schema says")
    })
}
