//! The stages of the engagement, which of them end it, and whether a referral is closed.
//!
//! Does not say when a referral is in one: see [`super::engagement`].

use serde::{Deserialize, Serialize};

use crate::codes::{self, CodeList};

macro_rules! stages {
    ($($(#[$doc:meta])* $name:ident $ended:ident;)+) => {
        /// Where the engagement stands, without what it carries.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Stage { $($(#[$doc])* $name,)+ }

        impl Stage {
            /// Every stage.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            fn end(self) -> End {
                match self { $(Self::$name => End::$ended,)+ }
            }
        }
    };
}

#[derive(PartialEq, Eq)]
enum End {
    Goes,
    Ended,
    Closed,
}

stages! {
    /// There is no referral yet.
    NotSubmitted Goes;
    /// The officer sent it.
    Submitted Goes;
    /// Somebody at the provider who can act has it.
    Received Goes;
    /// The provider took it on.
    Accepted Goes;
    /// There were attempts to reach the person.
    Contacting Goes;
    /// The person was reached, came or called.
    Contacted Goes;
    /// An assessment is booked.
    AssessmentBooked Goes;
    /// The person came to the assessment.
    Assessed Goes;
    /// The person came to some of the sessions.
    InProgress Goes;
    /// The person came to the assessment and all the sessions.
    Completed Goes;
    /// The provider did not take it on.
    Rejected Ended;
    /// Another provider has it now.
    Transferred Ended;
    /// The person wants no further contact.
    Withdrawn Ended;
    /// The officer took it back.
    Cancelled Ended;
    /// Nobody could be reached in the time.
    LapsedNoContact Closed;
    /// Closed before the assessment.
    ClosedNotEngaged Closed;
    /// Closed after the assessment.
    ClosedPartial Closed;
    /// The service could not deliver it; it never counts against the person.
    ClosedNotDelivered Closed;
    /// Closed; how far the person got is not told, since they said no to that.
    ClosedNotTold Closed;
    /// Closed: the person has died.
    Deceased Closed;
}

impl Stage {
    /// Whether the referral is over.
    #[must_use]
    pub fn is_ended(self) -> bool {
        self.end() != End::Goes
    }

    /// Whether the provider closed it, so that it can be opened again.
    #[must_use]
    pub fn is_closed(self) -> bool {
        self.end() == End::Closed
    }

    /// Where the referral stands, in people's words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NotSubmitted => "no referral",
            Self::Submitted => "sent, not yet seen by the service",
            Self::Received => "received by the service",
            Self::Accepted => "taken on by the service",
            Self::Contacting => "the service is trying to reach the person",
            Self::Contacted => "contacted",
            Self::AssessmentBooked => "assessment booked",
            Self::Assessed => "came to the assessment",
            Self::InProgress => "coming to the sessions",
            Self::Completed => "completed",
            Self::Rejected => "not taken on by the service",
            Self::Transferred => "handed over to another service",
            Self::LapsedNoContact => "closed: nobody could be reached",
            Self::ClosedNotDelivered => "closed: the service could not deliver it",
            Self::Deceased => "closed: the person has died",
            Self::Withdrawn => "the person wants no further contact",
            Self::Cancelled => "taken back by the police",
            Self::ClosedNotEngaged => "closed before the assessment",
            Self::ClosedNotTold => "closed; how far is not told",
            Self::ClosedPartial => "closed after the assessment",
        }
    }
}

/// Whether a referral is closed, and whether it says that the person has died.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Closure {
    /// It was opened again.
    Open,
    /// It is closed.
    Closed,
    /// It is closed: the person has died.
    Deceased,
}

/// Whether a reason to close says that the person has died.
#[must_use]
pub fn closes_for_death(reason: &str) -> bool {
    codes::entry(CodeList::CloseReasons, reason).and_then(|line| line.column("exit")) == Some("deceased")
}
