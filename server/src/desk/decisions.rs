//! What is given out to whom, and what is kept longer and why: what people say when they decide it.
//!
//! Does not decide: see [`super::subject_access`] and [`super::retention`].

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sync_core::ids::{Digest, OrgId};
use uuid::Uuid;

use crate::audit::Purpose;

/// What is given out, and to whom.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenOut {
    /// Whose part it is: the organisation of whoever gives it out.
    pub controller: OrgId,
    /// The referrals that it is about.
    pub records: Vec<Uuid>,
    /// To whom.
    pub to: Recipient,
    /// The SHA-256 of the file.
    pub digest: Digest,
}

/// To whom something is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// The person themselves.
    Person,
    /// Somebody who acts for them: a solicitor, a parent, an attorney.
    Representative,
}

impl Recipient {
    pub(crate) fn purpose(self) -> Purpose {
        match self {
            Self::Person => Purpose::GivenToPerson,
            Self::Representative => Purpose::GivenToRepresentative,
        }
    }
}

/// Until when a record is kept, and why.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeepLonger {
    /// It is due for review again on this day.
    pub until: NaiveDate,
    /// Why.
    pub reason: KeepReason,
}

/// Why a record is kept longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeepReason {
    /// A court, an inquest or an inquiry needs it.
    Proceedings,
    /// Somebody complained, or claims damages.
    Complaint,
    /// Somebody may be at risk.
    Safeguarding,
    /// The person is still served, or was met again.
    StillServed,
    /// The rules of the organisation say so.
    OwnRules,
}

impl KeepReason {
    /// Every reason.
    pub const ALL: [Self; 5] =
        [Self::Proceedings, Self::Complaint, Self::Safeguarding, Self::StillServed, Self::OwnRules];

    /// The word that stands for it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Proceedings => "proceedings",
            Self::Complaint => "complaint",
            Self::Safeguarding => "safeguarding",
            Self::StillServed => "still_served",
            Self::OwnRules => "own_rules",
        }
    }

    /// The same for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Proceedings => "a court, an inquest or an inquiry needs it",
            Self::Complaint => "somebody complained, or claims damages",
            Self::Safeguarding => "somebody may be at risk",
            Self::StillServed => "the person is still served, or was met again",
            Self::OwnRules => "the rules of the organisation say so",
        }
    }
}
