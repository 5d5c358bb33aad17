//! Two referrals of one person: what is known of each, and what the server asks an admin about them.
//!
//! ```text
//!   within half an hour, at one place, two officers     the same encounter, recorded twice (C2): an admin counts crimes
//!   within a night                                      one episode (C1): both stand, nobody is asked
//!   both go on                                          two services ring one person: an admin says which goes on
//! ```
//! Does not say whether they are one person: see [`super::propose`]. Does not write.

use chrono::{DateTime, Datelike};

use super::propose::Known;
use super::subject::{Pair, SubjectId};
use crate::identity::{self, Born, Identifier, IdentifierKind, Verified};
use crate::ids::{OpId, UserId};
use crate::referral::act::{ConflictRaised, EncounterOpened, Finding, YesNo};
use crate::referral::engagement::Stage;
use crate::referral::facts::Facts;
use crate::referral::fold::StreamState;
use crate::referral::view::view;

/// How far apart two officers may have written down the beginning of one encounter.
const ONE_ENCOUNTER_MS: u64 = 30 * 60_000;
/// How long one night is.
const ONE_EPISODE_MS: u64 = 12 * 60 * 60_000;

/// A referral as persons are told apart by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referred {
    /// Who was referred.
    pub known: Known,
    /// The submission.
    pub submitted: OpId,
    /// By whom.
    pub officer: UserId,
    /// Where it stands.
    pub stage: Stage,
    /// The encounter behind it, where the reader holds it.
    pub encounter: Option<Encounter>,
}

/// An encounter, as two of them are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encounter {
    /// The op that opened it.
    pub op: OpId,
    /// When it began, in milliseconds since 1970.
    pub at_ms: u64,
    /// Where, as the officer wrote it.
    pub place: Option<String>,
}

/// What two referrals of one person are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Together {
    /// One encounter that two officers recorded.
    SameEncounter,
    /// Two encounters of one night.
    OneEpisode,
    /// Two referrals that both go on.
    TwoLive,
    /// One after the other.
    Apart,
}

impl Referred {
    /// Reads a referral; none while it is not submitted, and none of a voluntary one, which is no police record.
    #[must_use]
    pub fn of(states: &[StreamState]) -> Option<Self> {
        let facts = Facts { states };
        let (entry, body) = facts.submitted().filter(|(_, body)| body.voluntary == YesNo::No)?;
        let record = states.iter().find_map(|state| state.stream).map(|stream| stream.record)?;
        let names: Vec<[String; 2]> = facts.values("subject/name");
        let [family, given] = names
            .into_iter()
            .next_back()
            .unwrap_or([body.subject.family.clone(), body.subject.given.clone()]);
        let subject = identity::Subject {
            family,
            given,
            born: born(&facts, body.subject.apparent_age, entry.eff.ms()),
            identifiers: identifiers(&facts),
        };
        let opened = facts.all::<EncounterOpened>().next();
        Some(Self {
            known: Known { id: SubjectId::Named { referral: record.id, op: entry.id }, subject },
            submitted: entry.id,
            officer: entry.author,
            stage: view(states).engagement.stage,
            encounter: opened.map(|(entry, body)| Encounter {
                op: entry.id,
                at_ms: body.at_ms,
                place: body.place.clone(),
            }),
        })
    }

    /// Whether a service still works with the person, or is to.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        !self.stage.is_ended() && self.stage != Stage::Completed
    }

    /// What it is to another referral of the same person. Whoever wrote both knew of both.
    #[must_use]
    pub fn together(&self, other: &Self) -> Together {
        let both = self.encounter.as_ref().zip(other.encounter.as_ref());
        let apart_ms = both.map(|(a, b)| a.at_ms.abs_diff(b.at_ms));
        let near = |within_ms: u64| apart_ms.is_some_and(|apart_ms| apart_ms <= within_ms);
        if self.officer == other.officer {
            Together::Apart
        } else if near(ONE_ENCOUNTER_MS) && both.is_some_and(|(a, b)| may_be_one_place(a, b)) {
            Together::SameEncounter
        } else if near(ONE_EPISODE_MS) {
            Together::OneEpisode
        } else if !self.stage.is_ended() && !other.stage.is_ended() {
            Together::TwoLive
        } else {
            Together::Apart
        }
    }

    /// What the server asks an admin about two referrals of one person.
    #[must_use]
    pub fn question(&self, other: &Self) -> Option<ConflictRaised> {
        let pair = Pair::of(self.known.id.clone(), other.known.id.clone())?;
        let submitted = vec![self.submitted, other.submitted];
        let (row, mut sides) = match self.together(other) {
            Together::SameEncounter => {
                let opened = self.encounter.iter().chain(&other.encounter).map(|opened| opened.op).collect();
                ("same_encounter", opened)
            }
            Together::TwoLive => ("two_referrals", submitted),
            Together::OneEpisode | Together::Apart => return None,
        };
        sides.sort_unstable();
        Some(ConflictRaised { finding: Finding::Duplicate, about: format!("{row}/{pair}"), sides })
    }
}

/// While people disagree about the day of birth, it is not known.
fn born(facts: &Facts<'_>, apparent_age: Option<u8>, submitted_ms: u64) -> Option<Born> {
    let written: Vec<String> = facts.values("subject/born");
    let guess = || {
        let at = DateTime::from_timestamp_millis(i64::try_from(submitted_ms).ok()?)?;
        Some(Born::Age { years: apparent_age?, guessed_in: u16::try_from(at.year()).ok()? })
    };
    match written.as_slice() {
        [] => guess(),
        [one] => one.parse().ok(),
        [_, ..] => None,
    }
}

/// Numbers that were stated; nobody confirmed them here.
fn identifiers(facts: &Facts<'_>) -> Vec<Identifier> {
    let kinds =
        [("pnc", IdentifierKind::Pnc), ("cro", IdentifierKind::Cro), ("force", IdentifierKind::Force)];
    let of = |(word, kind): (&str, IdentifierKind)| {
        let values: Vec<String> = facts.values(&format!("subject/{word}"));
        values.into_iter().map(move |value| Identifier { kind, value, verified: Verified::No })
    };
    kinds.into_iter().flat_map(of).collect()
}

/// A place that one of them left out may be any.
fn may_be_one_place(a: &Encounter, b: &Encounter) -> bool {
    let plain = |place: &String| identity::normalise_name(place);
    match (a.place.as_ref().map(plain), b.place.as_ref().map(plain)) {
        (Some(a), Some(b)) => a == b,
        (None, _) | (_, None) => true,
    }
}
