//! Two referrals of one person: what is known of each, and what the server asks an admin about them.
//!
//! ```text
//!   within half an hour, at one place, two officers     the same encounter, recorded twice (C2): an admin counts crimes
//!   within a night                                      one episode (C1): both stand, nobody is asked
//!   both go on                                          two services ring one person: an admin says which goes on
//! ```
//! Does not say whether they are one person: see [`super::propose`]. Does not write.

use std::collections::BTreeSet;

use chrono::Datelike;

use super::propose::KnownSubject;
use crate::identity::tie::{Pair, SubjectId};
use crate::identity::{self, Band, Born, Opposed, Rules, SamePerson, Subject, compare, same_person};
use crate::ids::{OpId, UserId};
use crate::local_time::local_day;
use crate::referral::act::{ConflictRaised, EncounterOpened, Finding, YesNo};
use crate::referral::engagement::{Engagement, Stage};
use crate::referral::facts::Facts;
use crate::referral::fold::StreamState;
use crate::referral::person::{self, Person};

/// How far apart two officers may have written down the beginning of one encounter.
const ONE_ENCOUNTER_MS: u64 = 30 * 60_000;
/// How long one night is.
const ONE_EPISODE_MS: u64 = 12 * 60 * 60_000;

/// A referral as persons are told apart by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referred {
    /// Who was referred.
    pub known: KnownSubject,
    /// Who that may be while people disagree about a name or a birth; one, while they do not.
    pub may_be: Vec<Subject>,
    /// The ops that say who it is now: another one, and somebody corrected it.
    pub facts: BTreeSet<OpId>,
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
        let (entry, _) = facts.submitted().filter(|(_, body)| body.voluntary == YesNo::No)?;
        let record = states.iter().find_map(|state| state.stream).map(|stream| stream.record)?;
        let person = Person::of(&facts);
        let numbers = person::numbers(&facts);
        let all = person.iter().flat_map(Person::compared);
        let may_be: Vec<Subject> =
            all.map(|subject| Subject { identifiers: numbers.clone(), ..subject }).collect();
        // While people disagree about a name or a birth, nobody is found to be the same by it.
        let born = match may_be.as_slice() {
            [one] => one.born.or_else(|| guessed(person.as_ref()?, entry.eff.ms())),
            _ => None,
        };
        let (family, given) = person.map(|person| (person.family, person.given)).unwrap_or_default();
        let subject = Subject { family, given, born, identifiers: numbers };
        let opened = facts.all::<EncounterOpened>().next();
        Some(Self {
            known: KnownSubject { id: SubjectId::Named { referral: record.id, op: entry.id }, subject },
            may_be,
            facts: facts_of(states),
            submitted: entry.id,
            officer: entry.author,
            stage: Engagement::of(&facts).stage,
            encounter: opened.map(|(entry, body)| Encounter {
                op: entry.id,
                at_ms: body.at_ms,
                place: body.place.clone(),
            }),
        })
    }

    /// Whether both may still be joined without anybody being asked: the strong key is equal, and nothing speaks
    /// against it. Of whom nothing is known any more, since it was erased, nobody can say otherwise.
    #[must_use]
    pub fn is_plainly(&self, other: &Self) -> bool {
        if self.may_be.is_empty() || other.may_be.is_empty() {
            return true;
        }
        let plainly = |a: &Subject, b: &Subject| {
            same_person(a, b) == SamePerson::Yes && compare(a, b, Rules::shipped()).opposed() == Opposed::No
        };
        self.may_be.iter().any(|mine| other.may_be.iter().any(|theirs| plainly(mine, theirs)))
    }

    /// Whether it is surely about somebody: the strong key is equal, and nothing speaks against it, whatever people
    /// disagree about.
    #[must_use]
    pub fn is_surely(&self, subject: &Subject) -> bool {
        let plainly = |who: &Subject| {
            same_person(who, subject) == SamePerson::Yes
                && compare(who, subject, Rules::shipped()).opposed() == Opposed::No
        };
        !self.may_be.is_empty() && self.may_be.iter().all(plainly)
    }

    /// Whether it may be about somebody: a person would have to look at both.
    #[must_use]
    pub fn may_be_about(&self, subject: &Subject) -> bool {
        let near = |who: &Subject| compare(who, subject, Rules::shipped()).band != Band::Different;
        self.may_be.iter().chain([&self.known.subject]).any(near)
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
        Some(ConflictRaised {
            finding: Finding::Duplicate,
            about: format!("{row}/{pair}"),
            sides,
            gone: None,
        })
    }
}

/// The ops that wrote who it is.
fn facts_of(states: &[StreamState]) -> BTreeSet<OpId> {
    let says_who =
        |name: &str| matches!(name, "subject/name" | "subject/born") || name.starts_with("number/");
    let registers = states.iter().flat_map(|state| state.registers.iter());
    registers.filter(|(name, _)| says_who(name)).flat_map(|(_, live)| live).map(|live| live.op).collect()
}

/// An age that an officer guessed, where no day of birth is known.
fn guessed(person: &Person, submitted_ms: u64) -> Option<Born> {
    let guessed_in = u16::try_from(local_day(submitted_ms).year()).ok()?;
    Some(Born::Age { years: person.apparent_age?, guessed_in })
}

/// A place that one of them left out may be any.
fn may_be_one_place(a: &Encounter, b: &Encounter) -> bool {
    let plain = |place: &String| identity::normalise_name(place);
    match (a.place.as_ref().map(plain), b.place.as_ref().map(plain)) {
        (Some(a), Some(b)) => a == b,
        (None, _) | (_, None) => true,
    }
}
