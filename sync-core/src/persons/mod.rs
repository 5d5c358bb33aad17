//! Who is one person: subjects that undisputed links join.
//!
//! ```text
//!   said: linked(A,B)  linked(B,C)  split(C,D) ∥ linked(C,D)
//!                                                             A ─── B ─── C   D      persons: {A B C} {D}
//!   one register a pair, by the register law ─▶ ties          linked linked └╌╌╌┘ disputed: counts as split
//! ```
//! Two laws. *Reversible*: a split that had seen a link supersedes it, and the other way round. *Less harm*: where two
//! said linked and split without knowing of each other, and where a split stands between two subjects of one person,
//! what would join them waits until an admin settles it, since a wrong link shows one person another's record.
//! No clock decides who is one person; it only picks which subject stands for the others.
//!
//! Does not compare subjects ([`crate::identity`] does) and writes nothing: see [`propose`] for what the server says.

mod propose;
mod referred;

use std::collections::{BTreeMap, BTreeSet};

pub use propose::{Action, Held, KnownSubject, MOST_ASKED, Proposal, held, propose};
pub use referred::{Encounter, Referred, Together};
use serde::Serialize;

use crate::clock::Hlc;
pub use crate::identity::tie::{BadSubjectId, Pair, SubjectId, Tie, Why, asks_who};
use crate::ids::OpId;
use crate::referral::fold::StreamState;
use crate::register::{Agreement, Live, Write, live, values};

/// One `person.linked` or `person.split`, or a settlement of a pair's conflict.
#[derive(Debug, Clone)]
pub struct Said<'a> {
    /// Of whom.
    pub pair: Pair,
    /// By whom, when, knowing what; its value is [`Tie::value`].
    pub write: Write<'a>,
}

/// What a pair counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// They are one person.
    Linked,
    /// They are two.
    Split,
    /// Some said linked, others split: counts as split until it is settled.
    Disputed,
    /// Linked, and on the way between two that were split: waits like a disputed one.
    Waiting,
}

/// Why a pair needs an admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeKind {
    /// Linked and split by people who did not know of each other.
    LinkedAndSplit,
    /// Split, while links of others lead from one to the other.
    SplitInsidePerson,
}

/// A disagreement about a pair.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Dispute {
    /// Of whom.
    pub pair: Pair,
    /// Which.
    pub kind: DisputeKind,
    /// The live ops of the pair, and for a split inside a person those of the links that wait.
    pub sides: Vec<OpId>,
}

/// The folded ties of a force's persons.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Persons {
    ties: BTreeMap<Pair, (Standing, Vec<Live>)>,
    representatives: BTreeMap<SubjectId, SubjectId>,
    disputes: Vec<Dispute>,
}

impl Persons {
    /// Folds what was said, in any order and any number of times each. `named_at` has when each subject was first
    /// named; the earliest stands for its person, and one that is not listed comes last.
    #[must_use]
    pub fn of(said: &[Said<'_>], named_at: &BTreeMap<SubjectId, Hlc>) -> Self {
        Self::of_ties(fold_ties(said), named_at)
    }

    /// Reads the force's folded record of persons; `named_at` as in [`Persons::of`].
    #[must_use]
    pub fn read(record: &StreamState, named_at: &BTreeMap<SubjectId, Hlc>) -> Self {
        let ties = record.registers.iter().filter_map(|(name, live)| {
            let pair: Pair = name.strip_prefix("tie/")?.parse().ok()?;
            Some((pair, (said_of(live), live.to_vec())))
        });
        Self::of_ties(ties.collect(), named_at)
    }

    fn of_ties(mut ties: Ties, named_at: &BTreeMap<SubjectId, Hlc>) -> Self {
        let disputes = find_disputes(&mut ties);
        let joined = Graph::of(&ties, Standing::Linked);
        let mut representatives = BTreeMap::new();
        for person in joined.persons() {
            let at = |subject: &SubjectId| named_at.get(subject).copied().unwrap_or(Hlc(u64::MAX));
            let earliest = person.iter().min_by(|a, b| at(a).cmp(&at(b)).then_with(|| a.cmp(b)));
            let Some(first) = earliest.cloned() else { continue };
            representatives.extend(person.into_iter().map(|subject| (subject, first.clone())));
        }
        Self { ties, representatives, disputes }
    }

    /// The subject that stands for a subject's person; itself when nobody linked it.
    #[must_use]
    pub fn representative<'a>(&'a self, subject: &'a SubjectId) -> &'a SubjectId {
        self.representatives.get(subject).unwrap_or(subject)
    }

    /// All subjects of a subject's person, itself among them.
    #[must_use]
    pub fn members(&self, subject: &SubjectId) -> BTreeSet<SubjectId> {
        let first = self.representative(subject);
        let same = self.representatives.iter().filter(|(_, other)| *other == first).map(|(member, _)| member);
        same.chain([subject]).cloned().collect()
    }

    /// What a pair counts as; none when nobody said anything of it.
    #[must_use]
    pub fn standing(&self, pair: &Pair) -> Option<Standing> {
        self.ties.get(pair).map(|(standing, _)| *standing)
    }

    /// The live values of a pair, with who said them.
    #[must_use]
    pub fn said(&self, pair: &Pair) -> &[Live] {
        self.ties.get(pair).map_or(&[], |(_, live)| live.as_slice())
    }

    /// What needs an admin, in the order of the pairs.
    #[must_use]
    pub fn disputes(&self) -> &[Dispute] {
        &self.disputes
    }
}

type Ties = BTreeMap<Pair, (Standing, Vec<Live>)>;

fn fold_ties(said: &[Said<'_>]) -> Ties {
    let mut by_pair: BTreeMap<&Pair, BTreeMap<OpId, &Write<'_>>> = BTreeMap::new();
    for Said { pair, write } in said {
        by_pair.entry(pair).or_default().insert(write.op, write);
    }
    let fold = |(pair, writes): (&Pair, BTreeMap<OpId, &Write<'_>>)| {
        let live = live(Agreement::Must, &causes_first(&writes));
        (pair.clone(), (said_of(&live), live))
    };
    by_pair.into_iter().map(fold).collect()
}

/// What the live values of a pair say together; none that a person can have written says nothing.
fn said_of(live: &[Live]) -> Standing {
    match *values(live).as_slice() {
        [value] if value == Tie::Linked.value() => Standing::Linked,
        [_] => Standing::Split,
        _ => Standing::Disputed,
    }
}

/// Whoever knew a write knew all that its author knew, and so knew more: the number known is a causal order.
fn causes_first<'a>(writes: &BTreeMap<OpId, &Write<'a>>) -> Vec<Write<'a>> {
    let known = |write: &Write<'_>| writes.values().filter(|other| write.past.contains(other.at)).count();
    let mut ordered: Vec<Write<'a>> = writes.values().map(|write| (*write).clone()).collect();
    ordered.sort_by_key(|write| (known(write), write.op));
    ordered
}

/// Finds the disputes, and lets the links wait that lead from one side of a split to the other. Each split is held
/// against all links together, so their order does not matter.
fn find_disputes(ties: &mut Ties) -> Vec<Dispute> {
    let linked = Graph::of(ties, Standing::Linked);
    let mut disputes = Vec::new();
    let mut wait = BTreeSet::new();
    for (pair, (standing, live)) in &*ties {
        let mut sides: Vec<OpId> = live.iter().map(|value| value.op).collect();
        let kind = match standing {
            Standing::Disputed => DisputeKind::LinkedAndSplit,
            Standing::Split => DisputeKind::SplitInsidePerson,
            Standing::Linked | Standing::Waiting => continue,
        };
        let between = linked.between(pair);
        if kind == DisputeKind::SplitInsidePerson && between.is_empty() {
            continue;
        }
        sides.extend(between.iter().flat_map(|link| ties[link].1.iter().map(|value| value.op)));
        sides.sort_unstable();
        sides.dedup();
        wait.extend(between);
        disputes.push(Dispute { pair: pair.clone(), kind, sides });
    }
    for link in wait {
        if let Some((standing, _)) = ties.get_mut(&link) {
            *standing = Standing::Waiting;
        }
    }
    disputes
}

/// Subjects and the pairs that join them.
#[derive(Default)]
struct Graph(BTreeMap<SubjectId, BTreeSet<SubjectId>>);

impl Graph {
    fn of(ties: &Ties, meant: Standing) -> Self {
        let mut graph = Self::default();
        for pair in ties.iter().filter(|(_, (standing, _))| *standing == meant).map(|(pair, _)| pair) {
            let (a, b) = pair.ends();
            graph.0.entry(a.clone()).or_default().insert(b.clone());
            graph.0.entry(b.clone()).or_default().insert(a.clone());
        }
        graph
    }

    /// All subjects that can be reached from one, itself among them.
    fn reach(&self, from: &SubjectId) -> BTreeSet<SubjectId> {
        let mut reached = BTreeSet::from([from.clone()]);
        let mut ahead = vec![from];
        while let Some(subject) = ahead.pop() {
            for next in self.0.get(subject).into_iter().flatten() {
                if reached.insert(next.clone()) {
                    ahead.push(next);
                }
            }
        }
        reached
    }

    fn persons(&self) -> Vec<BTreeSet<SubjectId>> {
        let (mut persons, mut placed) = (Vec::new(), BTreeSet::new());
        for subject in self.0.keys() {
            if !placed.contains(subject) {
                let person = self.reach(subject);
                placed.extend(person.iter().cloned());
                persons.push(person);
            }
        }
        persons
    }

    /// The links that lead from one end of a pair to the other, none when no way does: all links of their person,
    /// less those to subjects that hang on by a single link and are no end. A ring that hangs on waits too.
    fn between(&self, pair: &Pair) -> BTreeSet<Pair> {
        let (a, b) = pair.ends();
        let mut left = self.reach(a);
        if !left.contains(b) {
            return BTreeSet::new();
        }
        let links = |of: &SubjectId, left: &BTreeSet<SubjectId>| {
            self.0.get(of).into_iter().flatten().filter(|other| left.contains(other)).count()
        };
        while let Some(leaf) = left.iter().find(|s| *s != a && *s != b && links(s, &left) <= 1).cloned() {
            left.remove(&leaf);
        }
        let pairs = left.iter().flat_map(|one| {
            let others = self.0.get(one).into_iter().flatten().filter(|other| left.contains(other));
            others.filter_map(|other| Pair::of(one.clone(), other.clone()))
        });
        pairs.collect()
    }
}

#[cfg(test)]
mod tests;
