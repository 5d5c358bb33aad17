//! People's own words for what the code names by letters.
//!
//! Does not decide; every word of a screen that stands for a stage, a level or a standing is here.

use sync_core::referral::conflict::{ConflictKind, Settler};
use sync_core::referral::eligibility::Level;
use sync_core::referral::fold::Standing;
use sync_core::referral::view::View;

/// Who it is about, as people say it.
pub(crate) fn name(view: &View) -> String {
    match &view.subject {
        Some(person) => person.name(),
        None if view.erased.contains(&"name") => "erased".to_owned(),
        None => "not known here".to_owned(),
    }
}

/// How far the person got.
pub(crate) fn level(level: Level) -> &'static str {
    match level {
        Level::L0 => "not reached yet",
        Level::L1 => "contacted",
        Level::L2 => "came to the assessment",
        Level::L3 => "came to the assessment and all sessions",
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
