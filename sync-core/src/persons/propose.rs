//! What the server says of two subjects by itself, and what it leaves to an admin.
//!
//! | the comparison | it says |
//! | --- | --- |
//! | the strong key is equal, nothing speaks against it | `person.linked`, why `strong_key` |
//! | the same number, and something speaks against it (C10) | an `identity` conflict, `shared_number`; both held eligible |
//! | `same` or `ask` otherwise (C11) | an `identity` conflict, `may_be_one_person` |
//! | `different`, or somebody said something of the pair already | nothing |
//!
//! Of several subjects that are linked already one is enough: whoever joins it joins them all. And an admin is asked
//! about the [`MOST_ASKED`] who are most alike, not about everybody of a common name: who is asked too much answers
//! nothing. Does not write: the server's own log does.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde::Serialize;

use super::{Pair, Persons, SubjectId};
use crate::identity::{Band, Match, Opposed, ReasonCode, Rules, SamePerson, Subject, compare, same_person};

/// A subject with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSubject {
    /// Which.
    pub id: SubjectId,
    /// What is known.
    pub subject: Subject,
}

/// What to do about a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Link them.
    Link,
    /// Ask an admin: one number on what looks like two persons.
    SharedNumber,
    /// Ask an admin: they may be one person.
    MayBeOnePerson,
}

/// A pair, what to do about it, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// Of whom.
    pub pair: Pair,
    /// What to do.
    pub action: Action,
    /// The comparison.
    pub because: Match,
}

/// The most persons of whom it is asked at once whether a subject may be one of them.
pub const MOST_ASKED: usize = 5;

/// Compares a subject with those that a store found for it, and says what to do about each person, in the order of the
/// pairs.
#[must_use]
pub fn propose(
    new: &KnownSubject,
    others: &[KnownSubject],
    persons: &Persons,
    rules: &Rules,
) -> Vec<Proposal> {
    let proposal = |other: &KnownSubject| {
        let pair = Pair::of(new.id.clone(), other.id.clone())?;
        let person = persons.representative(&other.id).clone();
        if *persons.representative(&new.id) == person || persons.standing(&pair).is_some() {
            return None;
        }
        let because = compare(&new.subject, &other.subject, rules);
        let action = action(&because, same_person(&new.subject, &other.subject))?;
        Some((person, Proposal { pair, action, because }))
    };
    let mut found: Vec<(SubjectId, Proposal)> = others.iter().filter_map(proposal).collect();
    found.sort_by(|(_, a), (_, b)| {
        let rank = |of: &Proposal| (of.action, Reverse(of.because.points));
        rank(a).cmp(&rank(b)).then_with(|| a.pair.cmp(&b.pair))
    });
    let (mut known, mut asked) = (BTreeSet::new(), 0);
    let mut proposals: Vec<Proposal> = Vec::new();
    for (person, proposal) in found {
        let is_said = match proposal.action {
            // One number on two persons is asked of each of them: it is never a matter of how much they are alike.
            Action::SharedNumber => proposals.iter().all(|said| said.pair != proposal.pair),
            Action::Link => known.insert(person),
            Action::MayBeOnePerson => asked < MOST_ASKED && known.insert(person),
        };
        asked += usize::from(is_said && proposal.action == Action::MayBeOnePerson);
        proposals.extend(is_said.then_some(proposal));
    }
    proposals.sort_by(|a, b| a.pair.cmp(&b.pair));
    proposals
}

fn action(because: &Match, strong: SamePerson) -> Option<Action> {
    let shares = because.has(ReasonCode::NumberEqual) || because.has(ReasonCode::NumberStatedEqual);
    match (because.band, strong, because.opposed()) {
        (Band::Different, _, _) => None,
        (Band::Same, SamePerson::Yes, Opposed::No) => Some(Action::Link),
        (Band::Same | Band::Ask, _, Opposed::Yes) if shares => Some(Action::SharedNumber),
        (Band::Same | Band::Ask, _, _) => Some(Action::MayBeOnePerson),
    }
}

/// Whether a person is held eligible because somebody must first say who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// No earlier record of another counts against them meanwhile.
    Yes,
    /// Nothing is open.
    No,
}

/// Whether a subject's person is held eligible: an `identity` conflict about one of its subjects is open, or a dispute.
#[must_use]
pub fn held(subject: &SubjectId, open: &[Pair], persons: &Persons) -> Held {
    let members = persons.members(subject);
    let disputed = persons.disputes().iter().map(|dispute| &dispute.pair);
    let touches = |pair: &Pair| members.contains(pair.ends().0) || members.contains(pair.ends().1);
    if open.iter().chain(disputed).any(touches) { Held::Yes } else { Held::No }
}
