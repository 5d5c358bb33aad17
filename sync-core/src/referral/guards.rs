//! The one table of who may record what, and in which stage a decision is allowed.
//!
//! Facts are allowed in every stage. Does not look at organisations or assignment: see
//! [`super::judge`].

use crate::access::Role::{self, Admin, Officer, OutreachWorker, ProviderLead, Server, Supervisor};
use crate::referral::view::Stage;

/// In which stages a decision is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// In every stage.
    Always,
    /// Before the referral was submitted.
    NotSubmitted,
    /// Submitted, and not yet accepted, rejected, cancelled, withdrawn or closed.
    Waiting,
    /// Submitted or accepted, and not ended.
    NotEnded,
    /// Accepted, and not ended.
    Live,
}

/// One line of the table.
#[derive(Debug)]
pub struct Guard {
    /// The kind.
    pub kind: &'static str,
    /// Who may record it.
    pub roles: &'static [Role],
    /// When it is allowed.
    pub when: When,
}

const FORCE: &[Role] = &[Officer, Supervisor];
const PROVIDER: &[Role] = &[OutreachWorker, ProviderLead];
const BOTH: &[Role] = &[Officer, Supervisor, OutreachWorker, ProviderLead];
const LEAD: &[Role] = &[ProviderLead];
const SERVER: &[Role] = &[Server];
const SETTLERS: &[Role] = &[Admin, ProviderLead, Supervisor];

/// The table. `tests/cells.rs` holds the decisions again, written by hand from the scheme.
pub const GUARDS: &[Guard] = &[
    row("encounter.opened", FORCE, When::Always),
    row("item.seized", FORCE, When::Always),
    row("item.identified", FORCE, When::Always),
    row("check.recorded", FORCE, When::Always),
    row("necessity.recorded", FORCE, When::Always),
    row("defence.raised", FORCE, When::Always),
    row("offence.linked", FORCE, When::Always),
    row("oic.decided", FORCE, When::NotSubmitted),
    row("eligibility.assessed", FORCE, When::NotSubmitted),
    row("offer.answered", FORCE, When::Always),
    row("crime.recorded", FORCE, When::Always),
    row("disposal.applied", FORCE, When::Always),
    row("disposal.rescinded", &[Supervisor], When::Always),
    row("discretion.decided", &[Supervisor], When::Always),
    row("consent.recorded", BOTH, When::Always),
    row("referral.submitted", FORCE, When::NotSubmitted),
    row("subject.amended", BOTH, When::Always),
    row("notice.given", BOTH, When::Always),
    row("handover.recorded", BOTH, When::Always),
    row("referral.received", SERVER, When::Always),
    row("referral.accepted", LEAD, When::Waiting),
    row("referral.rejected", LEAD, When::Waiting),
    row("referral.cancelled", FORCE, When::NotEnded),
    row("appointment.requested", FORCE, When::Always),
    row("person.withdrew", BOTH, When::Always),
    row("safeguarding.raised", BOTH, When::Always),
    row("safeguarding.acknowledged", &[Supervisor, ProviderLead], When::Always),
    row("progress.reported", SERVER, When::Always),
    row("referral.closed", LEAD, When::Live),
    row("contact.recorded", PROVIDER, When::Always),
    row("appointment.booked", PROVIDER, When::Always),
    row("appointment.moved", PROVIDER, When::Always),
    row("attendance.recorded", PROVIDER, When::Always),
    row("details.learnt", PROVIDER, When::Always),
    row("closing.reason", LEAD, When::Always),
    row("note.added", PROVIDER, When::Always),
    row("conflict.passed_up", &[ProviderLead, Supervisor], When::Always),
    row("conflict.settled", SETTLERS, When::Always),
    row("entry.struck", BOTH, When::Always),
];

const fn row(kind: &'static str, roles: &'static [Role], when: When) -> Guard {
    Guard { kind, roles, when }
}

/// The line of a kind; none for a kind that this version does not know.
#[must_use]
pub fn guard(kind: &str) -> Option<&'static Guard> {
    GUARDS.iter().find(|guard| guard.kind == kind)
}

impl When {
    /// Whether a decision with this guard is allowed in a stage.
    #[must_use]
    pub fn allows(self, stage: Stage) -> bool {
        let ended = stage.is_ended();
        match self {
            Self::Always => true,
            Self::NotSubmitted => stage == Stage::NotSubmitted,
            Self::Waiting => matches!(stage, Stage::Submitted | Stage::Received),
            Self::NotEnded => stage != Stage::NotSubmitted && !ended,
            Self::Live => {
                !ended && !matches!(stage, Stage::NotSubmitted | Stage::Submitted | Stage::Received)
            }
        }
    }
}
