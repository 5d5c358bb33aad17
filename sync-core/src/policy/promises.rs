//! The promises of the seed scheme, and which of them a pack's values break.
//!
//! A pack names each broken promise and what holds instead, so that nobody adopts one unseen. R13 is not in
//! the list: no pack can ask for an admission. Does not forbid a pack to break a promise.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    AfterNonEngagement, DisposalKind, EvidenceQuestion, LateAttendance, PolicyPack, Ruling, SupervisorGrant,
    Visits,
};

/// A promise of the seed scheme that a pack may break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    /// R11: no sanction for not attending.
    NoSanction,
    /// R12: whoever engages, or is still engaged, may be diverted again, without limit.
    ReturnAfterEngagement,
    /// Whoever comes after the close may be diverted again at once.
    LateAttendanceCures,
    /// A supervisor may always grant what the rule does not.
    SupervisorMayGrant,
    /// A community resolution at the roadside, with no condition.
    OutcomeAtOnce,
    /// An assessment and three sessions of an hour.
    FullPackage,
    /// No question beyond the rules.
    NoFurtherTest,
    /// At least four attempts on up to two channels, visits among them.
    PersistentOutreach,
}

/// A promise that a pack does not keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Broken {
    /// The promise.
    pub promise: Promise,
    /// What holds instead, for people.
    pub instead: String,
}

impl Promise {
    /// Every promise.
    pub const ALL: &'static [Promise] = &[
        Promise::NoSanction,
        Promise::ReturnAfterEngagement,
        Promise::LateAttendanceCures,
        Promise::SupervisorMayGrant,
        Promise::OutcomeAtOnce,
        Promise::FullPackage,
        Promise::NoFurtherTest,
        Promise::PersistentOutreach,
    ];

    /// Whether a pack's values keep it.
    #[must_use]
    pub fn is_kept(self, pack: &PolicyPack) -> bool {
        let (package, returning, contact) = (&pack.package, &pack.returning, &pack.contact);
        match self {
            Promise::NoSanction => pack.disposal.after_non_engagement == AfterNonEngagement::Nothing,
            Promise::ReturnAfterEngagement => {
                returning.closed_at.l3 == Ruling::Eligible && returning.in_progress == Ruling::Eligible
            }
            Promise::LateAttendanceCures => returning.late_attendance == LateAttendance::Cures,
            Promise::SupervisorMayGrant => returning.supervisor_may_grant == SupervisorGrant::WithReason,
            Promise::OutcomeAtOnce => pack.disposal.kind == DisposalKind::CommunityResolution,
            Promise::FullPackage => {
                package.assessments >= 1 && package.sessions >= 3 && package.session_minutes >= 60
            }
            Promise::NoFurtherTest => pack.offer.asks_evidence_sufficient == EvidenceQuestion::No,
            Promise::PersistentOutreach => {
                contact.attempts_at_least >= 4
                    && contact.channels_at_most_needed >= 2
                    && contact.visits == Visits::Count
            }
        }
    }

    /// The promises that a pack's values break.
    #[must_use]
    pub fn broken_by(pack: &PolicyPack) -> BTreeSet<Promise> {
        Promise::ALL.iter().copied().filter(|promise| !promise.is_kept(pack)).collect()
    }
}
