//! People's own words for what the code names by letters.
//!
//! Does not decide; every word of a screen that stands for a stage, a level or a standing is here.

use crate::access::Role;
use crate::referral::conflict::{ConflictKind, Settler};
use crate::referral::eligibility::{Verdict, WhyOutOfScope};
use crate::referral::engagement::Stage;
use crate::referral::fold::Standing;
use crate::referral::view::View;

/// Who it is about, as people say it.
pub(crate) fn name(view: &View) -> String {
    match &view.subject {
        Some(person) => person.name(),
        None if view.erased.contains(&"name") => "erased".to_owned(),
        None => "not known here".to_owned(),
    }
}

/// What somebody does, as people say it.
#[must_use]
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Officer => "officer",
        Role::Supervisor => "supervisor",
        Role::OutreachWorker => "outreach worker",
        Role::ProviderLead => "lead",
        Role::Admin => "admin",
        Role::Auditor => "auditor",
        Role::Server => "Waymark itself",
    }
}

/// Where a referral stands, for who may not have sent it yet.
pub(crate) fn stage(view: &View, is_sent: bool) -> &'static str {
    if view.engagement.stage == Stage::Submitted && !is_sent && !view.providers.is_empty() {
        "recorded on this phone, not sent yet"
    } else {
        view.stage_words()
    }
}

/// What the rules say; a screen shows it beside nothing else.
#[must_use]
pub fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Eligible => "Yes, go ahead",
        Verdict::EligibleProvisional => "Yes, go ahead – not yet checked with the central record",
        Verdict::Discretion => "Not yet: a supervisor decides",
        Verdict::NotEligible { .. } => "Not this time",
        Verdict::ArrestRequired => "Diversion does not apply: a reason to arrest was recorded",
        Verdict::IdentityNotEstablished => "Not yet: identity is not established",
        Verdict::DefenceRaised => "For now not: a defence was put forward",
        Verdict::Declined => "The person said no",
        Verdict::OfferOpen { .. } => "The offer is open: the person could not decide",
        Verdict::NotOffered { .. } => "No offer was made",
        Verdict::OutOfScope { why: WhyOutOfScope::Supply } => "Outside the scheme: not possession only",
        Verdict::OutOfScope { why: WhyOutOfScope::NoOffence } => "Outside the scheme: no offence",
        Verdict::OutOfScope { why: WhyOutOfScope::UnderTen } => "A child under ten: safeguarding only",
    }
}

/// What became of an entry.
pub(crate) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Counts => "counts",
        Standing::Admitted => "admitted",
        Standing::KeptAside => "kept aside for an admin",
        Standing::Refused => "refused",
        Standing::Repeated => "sent twice: the first counts",
        Standing::Struck => "struck: entered in error",
        Standing::Overruled => "overruled by a settlement",
        Standing::Erased => "erased: what it said is gone for good",
        Standing::Newer => "recorded by a newer version",
    }
}

/// What a conflict is.
pub(crate) fn conflict(kind: ConflictKind) -> &'static str {
    match kind {
        ConflictKind::Field | ConflictKind::Crossed => "two records disagree",
        ConflictKind::Duplicate => "referred twice",
        ConflictKind::Identity => "perhaps one person",
        ConflictKind::LogFork => "one phone shows two histories",
        ConflictKind::Quarantined => "kept aside for an admin",
    }
}

/// Who settles a conflict.
pub(crate) fn settler(settler: Settler) -> &'static str {
    match settler {
        Settler::ProviderLead => "the service's lead",
        Settler::Supervisor => "a supervisor",
        Settler::Admin => "an admin",
    }
}
