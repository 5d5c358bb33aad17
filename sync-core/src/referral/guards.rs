//! Who may record, and in which stages a decision is allowed: the words of the table of kinds.
//!
//! Facts are allowed in every stage. The table itself is in [`super::act`]; `tests/cells.rs` holds the
//! decisions again, written by hand from the scheme. Does not look at organisations or assignment: see
//! [`super::judge`].

use crate::referral::stage::Stage;

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
    /// Closed by the provider.
    Closed,
    /// Submitted and not ended, or rejected: it can go to another provider.
    Placed,
}

/// The sets of roles that the table names.
pub(crate) mod roles {
    use crate::access::Role::{
        self, Admin, Auditor, Officer, OutreachWorker, ProviderLead, Server, Supervisor,
    };

    pub(crate) const ADMIN: &[Role] = &[Admin, Server];
    pub(crate) const ERASE: &[Role] = &[Admin, ProviderLead, Server];
    pub(crate) const FORCE: &[Role] = &[Officer, Supervisor];
    pub(crate) const CANCEL: &[Role] = &[Officer, Supervisor, Server];
    pub(crate) const REROUTE: &[Role] = &[Officer, Supervisor, Server];
    pub(crate) const SUPERVISOR: &[Role] = &[Supervisor];
    pub(crate) const PROVIDER: &[Role] = &[OutreachWorker, ProviderLead];
    pub(crate) const LEAD: &[Role] = &[ProviderLead];
    pub(crate) const LEAD_OR_SERVER: &[Role] = &[ProviderLead, Server];
    pub(crate) const REOPEN: &[Role] = &[ProviderLead, Server];
    pub(crate) const BOTH: &[Role] = &[Officer, Supervisor, OutreachWorker, ProviderLead];
    pub(crate) const SAFEGUARD: &[Role] = &[Supervisor, ProviderLead];
    pub(crate) const SERVER: &[Role] = &[Server];
    pub(crate) const PASS_UP: &[Role] = &[ProviderLead, Supervisor, Server];
    pub(crate) const SETTLERS: &[Role] = &[Admin, ProviderLead, Supervisor];
    pub(crate) const EVERYBODY: &[Role] =
        &[Officer, Supervisor, OutreachWorker, ProviderLead, Admin, Auditor, Server];
}

impl When {
    /// Whether a decision with this guard is allowed in a stage.
    #[must_use]
    pub fn allows(self, stage: Stage) -> bool {
        match self {
            Self::Always => true,
            Self::NotSubmitted => stage == Stage::NotSubmitted,
            Self::Waiting => matches!(stage, Stage::Submitted | Stage::Received),
            Self::NotEnded => stage != Stage::NotSubmitted && !stage.is_ended(),
            Self::Live => {
                !stage.is_ended()
                    && !matches!(stage, Stage::NotSubmitted | Stage::Submitted | Stage::Received)
            }
            Self::Closed => stage.is_closed(),
            Self::Placed => stage == Stage::Rejected || Self::NotEnded.allows(stage),
        }
    }
}
