//! R08 and R09: what earlier referrals mean for a new one.
//!
//! ```text
//! never count: excluded · voluntary · known not to have been delivered (closed)
//! of the rest the latest decides:
//!   in progress ▸ pack.in_progress      no feedback ▸ pack.feedback_missing (never "not eligible")
//!   closed ▸ pack.closed_at[level]      attended since, or a voluntary attendance the force may know ▸ cured
//! a check that found one and says whether the person took part decides instead, unless that is worse
//! what the central record said to this phone or desk decides above both, unless that is worse
//! ```
//!
//! Does not ask why somebody did not come: engagement is all that counts, and what is missing harms nobody.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::central::PriorAnswer;
use super::inputs::Inputs;
use super::verdict::Flag;
use crate::local_time::days_later_ms;
use crate::policy::{LateAttendance, PolicyPack, Ruling};
use crate::referral::level::Level;
use crate::referral::words::Engaged;

/// An earlier referral as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Prior {
    /// Its record.
    pub record: Uuid,
    /// When it was submitted, in milliseconds since 1970.
    pub submitted_ms: u64,
    /// How far the person got.
    pub level: Level,
    /// Whether the service delivered it.
    pub delivered: Delivered,
    /// Whether it is still in progress.
    pub standing: Standing,
    /// How the person came.
    pub route: Route,
    /// The last assessment or session attended, in milliseconds since 1970.
    #[serde(default)]
    pub last_attended_ms: Option<u64>,
    /// Why it does not count at all.
    #[serde(default)]
    pub excluded: Option<Exclusion>,
}

/// Whether the service reached the person, or made every attempt the pack asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Delivered {
    /// It did.
    Yes,
    /// It did not: the referral never counts once it is closed.
    No,
    /// No feedback came: it never counts against the person.
    Unknown,
}

/// Whether a referral is still in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// In progress.
    Open,
    /// Closed.
    Closed,
    /// Closed, and the person came afterwards.
    AttendedSince,
}

/// How the person came to the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// Diverted by the police.
    Diversion,
    /// Of the person's own will. It may help and never harms.
    Voluntary {
        /// Whether the person agreed that the force is told.
        force_told: ForceTold,
    },
}

/// Whether the person agreed that the force is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ForceTold {
    /// Agreed.
    Agreed,
    /// Not agreed.
    NotAgreed,
}

/// Why a referral does not count at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// The service rejected it.
    Rejected,
    /// The police cancelled it.
    Cancelled,
    /// A duplicate of another.
    Duplicate,
    /// The wrong person.
    WrongPerson,
    /// Entered in error.
    EnteredInError,
    /// The service closed it, or was closed, for reasons of its own.
    ServiceFault,
}

/// What the earlier referrals mean, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weighed<'a> {
    /// None counts.
    NoneCounts,
    /// A check decides: it found earlier referrals, and says whether the person took part.
    Asked { engaged: Engaged, ruling: Ruling },
    /// The central record decides: it was asked from here.
    Central { answer: PriorAnswer, ruling: Ruling },
    /// This one decides.
    By { prior: &'a Prior, ruling: Ruling, why: Why },
}

/// The reason of a ruling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    InProgress,
    NoFeedback,
    AttendedSince,
    VoluntaryAttendance,
    LongAgo,
    Reached(Level),
}

/// Weighs the earlier referrals by the pack.
pub(crate) fn weigh<'a>(pack: &PolicyPack, priors: &'a [Prior], now_ms: u64) -> Weighed<'a> {
    let latest =
        priors.iter().filter(|prior| counts(prior)).max_by_key(|prior| (prior.submitted_ms, prior.record));
    let Some(prior) = latest else { return Weighed::NoneCounts };
    let rule = &pack.returning;
    let by = |ruling, why| Weighed::By { prior, ruling, why };
    match (prior.standing, prior.delivered) {
        (Standing::Open, _) => by(rule.in_progress, Why::InProgress),
        (Standing::AttendedSince, _) if rule.late_attendance == LateAttendance::Cures => {
            by(Ruling::Eligible, Why::AttendedSince)
        }
        (Standing::Closed | Standing::AttendedSince, Delivered::Unknown | Delivered::No) => {
            by(rule.feedback_missing, Why::NoFeedback)
        }
        (Standing::Closed | Standing::AttendedSince, Delivered::Yes) => {
            if rule.closed_at.of(prior.level) == Ruling::Eligible {
                by(Ruling::Eligible, Why::Reached(prior.level))
            } else if priors.iter().any(|other| cures(pack, other, prior)) {
                by(Ruling::Eligible, Why::VoluntaryAttendance)
            } else if is_long_ago(pack, prior, now_ms) {
                by(Ruling::Eligible, Why::LongAgo)
            } else {
                by(rule.closed_at.of(prior.level), Why::Reached(prior.level))
            }
        }
    }
}

/// What earlier referrals would mean for a new one.
#[must_use]
pub fn ruling_next(pack: &PolicyPack, priors: &[Prior], now_ms: u64) -> Ruling {
    match weigh(pack, priors, now_ms) {
        Weighed::NoneCounts => Ruling::Eligible,
        Weighed::By { ruling, .. } | Weighed::Asked { ruling, .. } | Weighed::Central { ruling, .. } => {
            ruling
        }
    }
}

/// Weighs what the central record said to this phone or desk beside all else. It knows what a device has not seen, a
/// split of two people for instance; where it says something worse, what is known here stands.
pub(crate) fn weigh_all<'a>(
    pack: &PolicyPack,
    inputs: &Inputs,
    priors: &'a [Prior],
    now_ms: u64,
) -> Weighed<'a> {
    let known = weigh_asked(pack, inputs.engaged(), priors, now_ms);
    let Some(answer) = inputs.central() else { return known };
    let rule = &pack.returning;
    let ruling = match answer {
        // What is not certain is judged as nothing: it never harms.
        PriorAnswer::NoneCounts | PriorAnswer::Perhaps => Ruling::Eligible,
        PriorAnswer::InProgress => rule.in_progress,
        PriorAnswer::Engaged => rule.closed_at.of(rule.wanted_level.unwrap_or(Level::L3)),
        PriorAnswer::NotEngaged => rule.closed_at.l1,
    };
    match known {
        Weighed::By { ruling: better, .. } | Weighed::Asked { ruling: better, .. } if better > ruling => {
            known
        }
        Weighed::By { .. } | Weighed::Asked { .. } | Weighed::NoneCounts | Weighed::Central { .. } => {
            Weighed::Central { answer, ruling }
        }
    }
}

/// Weighs what a check says of the last referral beside what is known here. Who asked stands above what a
/// device happens to hold, but never makes worse what it holds; *not known* is missing feedback.
pub(crate) fn weigh_asked<'a>(
    pack: &PolicyPack,
    asked: Option<Engaged>,
    priors: &'a [Prior],
    now_ms: u64,
) -> Weighed<'a> {
    let known = weigh(pack, priors, now_ms);
    let Some(engaged) = asked else { return known };
    let rule = &pack.returning;
    let ruling = match engaged {
        Engaged::Yes => rule.closed_at.of(rule.wanted_level.unwrap_or(Level::L3)),
        // Whether nobody was reached, or nobody came, was not asked: what favours the person.
        Engaged::No => rule.closed_at.l1,
        Engaged::NotKnown => rule.feedback_missing,
    };
    match (engaged, &known) {
        (Engaged::NotKnown, Weighed::By { .. }) => known,
        (Engaged::Yes | Engaged::No, Weighed::By { ruling: better, .. }) if *better > ruling => known,
        (Engaged::Yes | Engaged::No | Engaged::NotKnown, _) => Weighed::Asked { engaged, ruling },
    }
}

/// What an admin looks at: the referral that would have decided, had anything come back on it.
pub(super) fn flags(pack: &PolicyPack, priors: &[Prior], now_ms: u64) -> Vec<Flag> {
    match weigh(pack, priors, now_ms) {
        Weighed::By { prior, why: Why::NoFeedback, .. } if prior.delivered == Delivered::Unknown => {
            vec![Flag::FeedbackMissing { record: prior.record }]
        }
        Weighed::By { .. } | Weighed::Asked { .. } | Weighed::Central { .. } | Weighed::NoneCounts => {
            Vec::new()
        }
    }
}

fn counts(prior: &Prior) -> bool {
    let diverted = match prior.route {
        Route::Diversion => true,
        Route::Voluntary { .. } => false,
    };
    let undelivered = prior.standing == Standing::Closed && prior.delivered == Delivered::No;
    diverted && prior.excluded.is_none() && !undelivered
}

fn cures(pack: &PolicyPack, voluntary: &Prior, deciding: &Prior) -> bool {
    let told = match voluntary.route {
        Route::Diversion | Route::Voluntary { force_told: ForceTold::NotAgreed } => false,
        Route::Voluntary { force_told: ForceTold::Agreed } => true,
    };
    told && voluntary.excluded.is_none()
        && pack.returning.late_attendance == LateAttendance::Cures
        && voluntary.level >= pack.returning.voluntary_cures_from_level
        && voluntary.last_attended_ms.is_some_and(|attended| attended > deciding.submitted_ms)
}

fn is_long_ago(pack: &PolicyPack, prior: &Prior, now_ms: u64) -> bool {
    pack.returning.return_after_days.is_some_and(|days| now_ms >= days_later_ms(prior.submitted_ms, days))
}
