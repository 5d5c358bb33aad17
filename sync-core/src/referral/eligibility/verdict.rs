//! What the rules answer: findings, and the verdict they give together.
//!
//! Does not decide; see the rules. Does not word the answer; see `words`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::policy::{PolicyRef, Step};

macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident = $code:literal;)+) => {
        /// A rule of the scheme.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
        pub enum Rule { $($(#[$doc])* #[serde(rename = $code)] $rule,)+ }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Rule] = &[$(Rule::$rule,)+];

            /// The rule's code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Rule::$rule => $code,)+ }
            }
        }
    };
}

rules! {
    /// Possession only.
    Possession = "R01";
    /// A controlled drug; class never blocks.
    ControlledDrug = "R02";
    /// Any age; who serves and who is told depends on it.
    AnyAge = "R03";
    /// No reason to arrest for this offence.
    NoNecessity = "R04";
    /// Identity established.
    Identity = "R05";
    /// No defence put forward.
    NoDefence = "R06";
    /// The person agrees.
    Agrees = "R07";
    /// Never referred before.
    FirstTime = "R08";
    /// Referred before, and engaged.
    Engaged = "R09";
    /// Arrested for something else, and the possession is not material.
    NotMaterial = "R10";
    /// No sanction for not attending.
    NoSanction = "R11";
    /// Engagement is all that counts later.
    EngagementCounts = "R12";
    /// No admission needed.
    NoAdmission = "R13";
}

/// What a rule found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Passed {
    /// The rule is met.
    Yes,
    /// It is not.
    No,
    /// A supervisor decides.
    Discretion,
    /// The rule waits for an answer.
    Waiting,
    /// The rule has nothing to say here.
    DoesNotApply,
}

/// One rule's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// What it found.
    pub passed: Passed,
    /// A sentence an officer can read out.
    pub sentence: String,
    /// What it read, by name: codes and numbers, never personal data.
    pub inputs: BTreeMap<String, String>,
}

/// The verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Diversion applies.
    Eligible,
    /// Diversion applies by what this device knows; the central record was not asked.
    EligibleProvisional,
    /// A supervisor decides.
    Discretion,
    /// Diversion does not apply, by these rules.
    NotEligible {
        /// The rules.
        reasons: Vec<Rule>,
    },
    /// The officer recorded a reason to arrest.
    ArrestRequired,
    /// Identity is not established.
    IdentityNotEstablished,
    /// A defence was put forward: it is investigated.
    DefenceRaised,
    /// The person said no.
    Declined,
    /// The person cannot decide now.
    OfferOpen {
        /// When the offer ends, in milliseconds since 1970.
        until_ms: u64,
    },
    /// No offer was made.
    NotOffered {
        /// Why, from `not_offered_reasons`.
        reason: String,
    },
    /// The scheme does not cover it.
    OutOfScope {
        /// Why.
        why: WhyOutOfScope,
    },
}

impl Verdict {
    /// The verdict's code, without what it carries.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Verdict::Eligible => "eligible",
            Verdict::EligibleProvisional => "eligible_provisional",
            Verdict::Discretion => "discretion",
            Verdict::NotEligible { .. } => "not_eligible",
            Verdict::ArrestRequired => "arrest_required",
            Verdict::IdentityNotEstablished => "identity_not_established",
            Verdict::DefenceRaised => "defence_raised",
            Verdict::Declined => "declined",
            Verdict::OfferOpen { .. } => "offer_open",
            Verdict::NotOffered { .. } => "not_offered",
            Verdict::OutOfScope { .. } => "out_of_scope",
        }
    }
}

impl Verdict {
    /// When the days of an open offer end, in milliseconds since 1970.
    #[must_use]
    pub fn open_until_ms(&self) -> Option<u64> {
        match self {
            Verdict::OfferOpen { until_ms } => Some(*until_ms),
            Verdict::Eligible
            | Verdict::EligibleProvisional
            | Verdict::Discretion
            | Verdict::NotEligible { .. }
            | Verdict::ArrestRequired
            | Verdict::IdentityNotEstablished
            | Verdict::DefenceRaised
            | Verdict::Declined
            | Verdict::NotOffered { .. }
            | Verdict::OutOfScope { .. } => None,
        }
    }

    /// Whether the person may be diverted without anybody's further decision.
    #[must_use]
    pub fn allows_diversion(&self) -> bool {
        self.standing() == Stands::Allowed
    }

    /// Whether a supervisor's grant can make it a diversion: only where the history speaks against it. A
    /// grant cannot undo an arrest, a defence, a no, or that there is no offence of the scheme.
    #[must_use]
    pub fn may_be_granted(&self) -> bool {
        self.standing() == Stands::ForASupervisor
    }

    fn standing(&self) -> Stands {
        match self {
            Verdict::Eligible | Verdict::EligibleProvisional => Stands::Allowed,
            Verdict::Discretion => Stands::ForASupervisor,
            Verdict::NotEligible { reasons } if reasons == &[Rule::Engaged] => Stands::ForASupervisor,
            Verdict::NotEligible { .. }
            | Verdict::ArrestRequired
            | Verdict::IdentityNotEstablished
            | Verdict::DefenceRaised
            | Verdict::Declined
            | Verdict::OfferOpen { .. }
            | Verdict::NotOffered { .. }
            | Verdict::OutOfScope { .. } => Stands::Not,
        }
    }
}

#[derive(PartialEq, Eq)]
enum Stands {
    Allowed,
    ForASupervisor,
    Not,
}

/// Why the scheme does not cover an encounter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WhyOutOfScope {
    /// Not simple possession.
    Supply,
    /// No offence.
    NoOffence,
    /// Below the age of criminal responsibility.
    #[serde(rename = "under_10")]
    UnderTen,
}

/// Whether a voluntary referral may be offered: no crime, no outcome, never held against the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum VoluntaryOffer {
    /// It may, whatever the verdict.
    MayBeMade,
    /// Not to a child below the age of criminal responsibility: safeguarding only.
    NotUnderAge,
}

/// Which service is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProviderAgeBand {
    /// For adults.
    Adult,
    /// For young people.
    Youth,
}

/// What somebody looks at besides; it changes nothing for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// No feedback ever came on the referral that would have decided.
    FeedbackMissing {
        /// Its record.
        record: Uuid,
    },
    /// A check says that the person is wanted for something else: the officer answers what they did about it.
    Wanted,
}

/// The rules' answer to one encounter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// The verdict.
    pub verdict: Verdict,
    /// Every rule's answer, in the order of their codes.
    pub findings: Vec<Finding>,
    /// The sentence to read out.
    pub sentence: String,
    /// What happens instead of a diversion.
    pub what_happens_instead: Option<String>,
    /// Whether a voluntary referral may be offered.
    pub voluntary_offer: VoluntaryOffer,
    /// Which service is proposed.
    pub provider_age_band: ProviderAgeBand,
    /// What the officer does besides, for somebody under age.
    pub also_do: Vec<Step>,
    /// What an admin looks at afterwards; it changes nothing for the person.
    pub flags: Vec<Flag>,
    /// The pack that was applied.
    pub policy: PolicyRef,
    /// How old the information about earlier referrals is, in milliseconds; `None`: there was none.
    pub freshness_ms: Option<u64>,
}
