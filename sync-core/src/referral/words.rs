//! The closed lists of words that bodies are made of.
//!
//! Longer lists that a force may grow are codes: see [`crate::codes`]. Does not say who may use a word.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
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
    /// What the police do with an encounter. In no order: while two differ, no choice is made.
    Disposal { /// A community resolution.
        CommunityResolution, /// Diversion as outcome 22, which waits for the person to engage.
        #[serde(rename = "diversion_22_pending")]
        Diversion22Pending, /// Diversion as outcome 22.
        #[serde(rename = "diversion_22")]
        Diversion22, /// An arrest.
        Arrest, /// An investigation.
        Investigation, /// There was no offence.
        NoOffence }
    /// Why a supervisor takes a disposal back. Engagement is no reason.
    RescindReason { /// Another person than meant.
        WrongPerson, /// Entered in error.
        EnteredInError, /// There was no offence.
        NoOffence, /// There was evidence at the time that was not considered.
        EvidenceKnownAtTheTime }
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
    /// Who called an appointment off.
    CalledOffBy { /// The service.
        Service, /// The person.
        Person }
    /// What an answer to the offer was.
    Answer { /// The person agrees.
        Yes, /// The person declines.
        No, /// The person cannot decide now.
        CannotDecideNow }
    /// What a check of earlier referrals says of how the last one went.
    Engaged { /// The person took part.
        Yes, /// The person did not.
        No, /// That was not known.
        NotKnown }
    /// Why a requested slot is not given.
    DeclineReason { /// It is over already.
        Over, /// It was given to somebody else.
        Full, /// It was closed or never opened.
        NoSuchSlot, /// The referral is over, or the person already has one.
        NotNeeded }
    /// Why a referral is open again.
    ReopenReason { /// The person came or was reached, and whoever closed it did not know.
        PersonCame, /// It was closed in error.
        ClosedInError, /// The person came back.
        PersonReturned }
    /// Why a referral goes to another provider, or to its first.
    RerouteReason { /// The provider no longer works for the scheme.
        ProviderDeactivated, /// Somebody named the service.
        Named }
    /// Who is told of a referral.
    NoticeTo { /// A parent or guardian of a young person.
        Guardian, /// The youth justice service.
        YouthJustice, /// The person.
        Person }
    /// Why somebody was not told.
    NotGiven { /// It would put the child at risk.
        RiskToChild, /// They cannot be reached.
        CannotBeReached }
    /// When an outcome was measured.
    MeasuredAt { /// At the start.
        Start, /// At a review.
        Review, /// At the end.
        Exit }
    /// How a slot is held.
    SlotMode { /// Face to face.
        FaceToFace, /// By phone.
        Phone, /// By video.
        Video }
    /// Why a device may write no longer.
    RevokeReason { /// It was lost.
        Lost, /// It was stolen.
        Stolen, /// Its user did what they may not.
        Cause, /// Its user left or has another.
        Left }
    /// What the server found about records that nobody decided.
    Finding { /// Concurrent acts of two streams contradict each other.
        Crossed, /// Two live referrals for one person, and neither author knew.
        Duplicate, /// Two subjects may be one person.
        Identity, /// One device shows two different ops with one seq.
        LogFork }
}
