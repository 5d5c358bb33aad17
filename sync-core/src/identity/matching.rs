//! Two subjects, one person? The answer in three bands, with the reasons for it.
//!
//! ```text
//!   names (the best way to lay them) + dates of birth + numbers = points
//!                      ask_from              same_from
//!   ── different ─────────┼──────── ask ─────────┼──── same, if more than a name agrees ──▶
//! ```
//! Above the points stand four rules: the strong key ([`super::same_person`]) is `same`; numbers that were seen
//! confirmed and differ are at most `ask`; a number that both give is at least `ask`; a name alone is never `same`.
//! Does not look for whom to compare: [`search_keys`] help a store to find them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::alike::{Name, ways};
use super::rules::{ReasonCode, Rules};
use super::words::Part;
use super::{IdentifierKind, SamePerson, Subject, Verified, born, comparable, same_person};

/// What to do about two subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Different persons, as far as anybody can tell.
    Different,
    /// A person must look at it.
    Ask,
    /// The same person.
    Same,
}

/// One thing that agreed, or did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Which.
    pub code: ReasonCode,
    /// What it weighs; below nothing it speaks against.
    pub points: i32,
    /// What people read.
    pub sentence: String,
}

/// Whether anything speaks against two subjects being one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opposed {
    /// Something does.
    Yes,
    /// Nothing does.
    No,
}

/// The answer about two subjects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Match {
    /// What to do.
    pub band: Band,
    /// The sum of the reasons.
    pub points: i32,
    /// What agreed and what did not: names, birth, numbers.
    pub reasons: Vec<Reason>,
}

impl Match {
    /// Whether the answer rests on this reason, among others.
    #[must_use]
    pub fn has(&self, code: ReasonCode) -> bool {
        self.reasons.iter().any(|reason| reason.code == code)
    }

    /// Whether a name, a date of birth or a number speaks against it; the order of the names does not.
    #[must_use]
    pub fn opposed(&self) -> Opposed {
        let against = |reason: &Reason| reason.points < 0 && reason.code != ReasonCode::Order;
        if self.reasons.iter().any(against) { Opposed::Yes } else { Opposed::No }
    }
}

/// Compares two subjects. Symmetric.
#[must_use]
pub fn compare(a: &Subject, b: &Subject, rules: &Rules) -> Match {
    let mut codes = names(a, b, rules);
    let birth = a.born.zip(b.born).map(|(a, b)| born::compare(a, b, rules.apparent_age_within_years));
    codes.extend(birth);
    codes.extend(numbers(a, b));
    let points = codes.iter().map(|code| rules.points(*code)).sum();
    let band = band(same_person(a, b), &codes, points, rules);
    let reason =
        |code| Reason { code, points: rules.points(code), sentence: rules.sentence(code).to_owned() };
    Match { band, points, reasons: codes.into_iter().map(reason).collect() }
}

fn band(strong: SamePerson, codes: &[ReasonCode], points: i32, rules: &Rules) -> Band {
    let has = |code: ReasonCode| codes.contains(&code);
    let more_than_a_name = [ReasonCode::BornEqual, ReasonCode::BornNewYear, ReasonCode::NumberEqual];
    let by_points = match points {
        _ if points >= rules.same_from && more_than_a_name.into_iter().any(has) => Band::Same,
        _ if points >= rules.ask_from => Band::Ask,
        _ => Band::Different,
    };
    let at_least = match strong {
        SamePerson::Yes => Band::Same,
        SamePerson::No if has(ReasonCode::NumberStatedEqual) => Band::Ask,
        SamePerson::No => Band::Different,
    };
    let at_most = if has(ReasonCode::NumberDiffers) { Band::Ask } else { Band::Same };
    by_points.max(at_least).min(at_most)
}

/// What the names say, laid beside each other in the way that agrees most.
fn names(a: &Subject, b: &Subject, rules: &Rules) -> Vec<ReasonCode> {
    let name =
        |subject: &Subject| Name { family: Part::of(&subject.family), given: Part::of(&subject.given) };
    let worth = |codes: &[ReasonCode]| codes.iter().map(|code| rules.points(*code)).sum::<i32>();
    let says_something = |codes: &Vec<ReasonCode>| codes.iter().any(|code| *code != ReasonCode::Order);
    let ways = ways(&name(a), &name(b)).into_iter().map(|way| way.codes().collect::<Vec<_>>());
    // Of two ways that are worth the same the one with the stronger words, whoever comes first.
    let best = ways.filter(says_something).min_by_key(|codes| (-worth(codes), codes.clone()));
    best.unwrap_or_default()
}

/// What the numbers say, kind by kind.
fn numbers(a: &Subject, b: &Subject) -> Vec<ReasonCode> {
    let (mine, theirs) = (by_kind(a), by_kind(b));
    let both = mine.iter().filter_map(|(kind, mine)| theirs.get(kind).map(|theirs| (*kind, mine, theirs)));
    let mut codes: Vec<_> = both.filter_map(|(kind, mine, theirs)| one_kind(kind, mine, theirs)).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The numbers of one kind that somebody holds, each with whether it was seen confirmed.
type Numbers = BTreeMap<String, Verified>;

fn one_kind(kind: IdentifierKind, mine: &Numbers, theirs: &Numbers) -> Option<ReasonCode> {
    let confirmed = |verified: &Verified| match verified {
        Verified::Yes => true,
        Verified::No => false,
    };
    let shared: Vec<_> = mine
        .iter()
        .filter_map(|(number, a)| theirs.get(number).map(|b| confirmed(a) && confirmed(b)))
        .collect();
    if !shared.is_empty() {
        let seen = shared.contains(&true);
        return Some(if seen { ReasonCode::NumberEqual } else { ReasonCode::NumberStatedEqual });
    }
    match kind {
        // Each force has its own.
        IdentifierKind::Force => None,
        IdentifierKind::Pnc | IdentifierKind::Cro | IdentifierKind::Nhs => {
            let seen = mine.values().any(confirmed) && theirs.values().any(confirmed);
            Some(if seen { ReasonCode::NumberDiffers } else { ReasonCode::NumberStatedDiffers })
        }
    }
}

fn by_kind(subject: &Subject) -> BTreeMap<IdentifierKind, Numbers> {
    let mut kinds: BTreeMap<IdentifierKind, Numbers> = BTreeMap::new();
    for identifier in &subject.identifiers {
        let Some(number) = comparable(identifier) else { continue };
        let numbers = kinds.entry(identifier.kind).or_default();
        let seen = numbers.entry(number).or_insert(Verified::No);
        if identifier.verified == Verified::Yes {
            *seen = Verified::Yes;
        }
    }
    kinds
}

/// Texts of which two subjects that are worth comparing share at least one, as a rule: each number, the day of birth
/// (the same with day and month swapped), each word of the name without its way of writing, and each two of them: a
/// store may leave out what too many share. A short name and a slip are met by the day of birth alone. Personal data:
/// never log them.
#[must_use]
pub fn search_keys(subject: &Subject) -> BTreeSet<String> {
    let mut keys: BTreeSet<String> = BTreeSet::new();
    for (kind, numbers) in by_kind(subject) {
        keys.extend(numbers.into_keys().map(|number| format!("number/{kind:?}/{number}")));
    }
    keys.extend(subject.born.into_iter().flat_map(born::search_keys).map(|key| format!("born/{key}")));
    let name = Part::both(&Part::of(&subject.family), &Part::of(&subject.given));
    let words: BTreeSet<String> =
        name.words.into_iter().filter(|word| !word.is_initial()).map(|word| word.spelling).collect();
    for (at, word) in words.iter().enumerate() {
        keys.insert(format!("name/{word}"));
        keys.extend(words.iter().skip(at + 1).map(|second| format!("names/{word}/{second}")));
    }
    keys
}
