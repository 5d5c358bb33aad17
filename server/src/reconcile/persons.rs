//! Who may be one person: what the server says, and what it asks an admin, in the force's record of persons.
//!
//! ```text
//!   submitted, or corrected      ─ search keys ─▶ candidates ─ propose ─▶ person.linked │ conflict.raised identity
//!   corrected                    ─ links of the strong key that it no longer has ─▶ conflict.raised identity, once
//!   linked, by anybody           ─ two referrals of one person ─────────▶ conflict.raised duplicate
//!   settled, by an admin         ─ which one goes on ───────────────────▶ see [`super::duplicates`]
//!   submitted, linked or split   ─ earlier referrals of the person ────▶ eligibility.reassessed (their police stream)
//! ```
//! It runs in the write job that stamps, and jobs run one after the other: that is the lock on the person. No name
//! is kept or logged here. Does not decide what is alike: `sync_core::persons` does.

mod reassess;
mod said;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use sync_core::identity::{Band, Rules, Subject, compare, search_keys};
use sync_core::ids::{CompartmentKind, Digest, OpId, OrgId, Record, RecordKind, Stream};
use sync_core::persons::{Action, KnownSubject, Pair, Proposal, Referred, SubjectId, Why, propose};
use sync_core::referral::act::{
    Act, ConflictRaised, ConflictSettled, Finding, PersonLinked, PersonSplit, ReferralSubmitted,
};
use sync_core::referral::conflict::{ConflictKind, conflict_id};
use sync_core::referral::fold::StreamState;

pub(super) use self::said::Said;
use super::duplicates;
use super::found::person_key;
use super::own_log::write;
use super::round::Round;
use crate::fault::Fault;
use crate::keys::sha256;
use crate::store::rows::ServerRow;
use crate::store::{Reads, Writes};

/// Where the force's persons are recorded.
pub(crate) fn persons_of(force: OrgId) -> Stream {
    Record { kind: RecordKind::Persons, id: force.0 }.stream(CompartmentKind::Police, force)
}

/// Asks an admin, in the server's own log.
pub(crate) fn raise(
    tx: &dyn Writes,
    server: &ServerRow,
    now_ms: u64,
    raised: &ConflictRaised,
) -> Result<(), Fault> {
    let mut round = Round::new(tx, server, now_ms);
    let stream = persons_of(server.force);
    if Said::read(&mut round, stream)?.is_new(raised) {
        write(&mut round, stream, &Act::ConflictRaised(raised.clone()))?;
    }
    round.finish()
}

/// What follows for persons from ops that were just stamped.
pub(super) fn follow_up(round: &mut Round<'_>, record: Record, changed: &[OpId]) -> Result<(), Fault> {
    match record.kind {
        RecordKind::Referral => {
            let ops = round.record(record)?;
            let says_who = |id: &OpId| {
                let kind = ops.get(id).map(|held| held.op.header.kind.as_str());
                kind.is_some_and(|kind| SAYS_WHO.contains(&kind))
            };
            let Some(by) = changed.iter().rfind(|id| says_who(id)).copied() else { return Ok(()) };
            let states = ops.states();
            named(round, &states, by)
        }
        RecordKind::Persons => {
            linked(round, record, changed)?;
            duplicates::follow_up(round, persons_of(round.server.force), changed)
        }
        RecordKind::Provider | RecordKind::Force => Ok(()),
    }
}

pub(super) fn acts_of<'a>(
    states: &'a [StreamState],
    changed: &[OpId],
) -> impl Iterator<Item = (OpId, &'a Act)> {
    let changed: BTreeSet<OpId> = changed.iter().copied().collect();
    let acts = states.iter().flat_map(StreamState::acts).map(|(entry, act)| (entry.id, act));
    acts.filter(move |(id, _)| changed.contains(id))
}

/// What may say who somebody is: the facts themselves, and what decides which of them are live.
const SAYS_WHO: &[&str] =
    &["referral.submitted", "subject.amended", "encounter.amended", "conflict.settled", "entry.struck"];

/// Somebody was named, or named otherwise.
fn named(round: &mut Round<'_>, states: &[StreamState], by: OpId) -> Result<(), Fault> {
    let Some(new) = Referred::of(states) else { return Ok(()) };
    let known = Some(&new.known.subject).filter(|known| !new.may_be.contains(known));
    let keys = new.may_be.iter().chain(known).flat_map(search_keys);
    let keys = keys.map(|key| person_key(&key)).collect();
    let others = candidates(round, &new, &keys)?;
    round.tx.keep_under(by, &keys)?;
    let stream = persons_of(round.server.force);
    let said = Said::read(round, stream)?;
    let linked = said.persons.members(&new.known.id);
    if others.is_empty() && linked.len() == 1 {
        return Ok(());
    }
    for member in linked.iter().filter(|member| **member != new.known.id) {
        ask_again(round, &said, &new, member)?;
    }
    let knowns: Vec<KnownSubject> = others.iter().map(|other| other.known.clone()).collect();
    for proposal in propose(&new.known, &knowns, &said.persons, Rules::shipped()) {
        let (one, other) = proposal.pair.ends();
        let named = [one, other].map(named_by);
        let sides: Vec<OpId> = named.into_iter().flatten().collect();
        if let Some(act) = act_of(&proposal, sides, &said) {
            write(round, stream, &act)?;
        }
    }
    reassess::all(round, &BTreeSet::from([new.known.id]))
}

/// A link that nobody but the server made stands on facts. Once they are others and no longer make it, an admin is
/// asked, once for these facts; somebody who looked at both and is sure is not asked again.
fn ask_again(round: &mut Round<'_>, said: &Said, new: &Referred, member: &SubjectId) -> Result<(), Fault> {
    let Some(pair) = Pair::of(new.known.id.clone(), member.clone()) else { return Ok(()) };
    if !said.is_automatic(&pair) {
        return Ok(());
    }
    let Some(other) = referred(round, member)?.filter(|other| !new.is_plainly(other)) else { return Ok(()) };
    let mut sides: BTreeSet<OpId> = new.facts.union(&other.facts).copied().collect();
    sides.extend([new.submitted, other.submitted]);
    let sides = sides.into_iter().collect();
    let raised = ConflictRaised { finding: Finding::Identity, about: pair.to_string(), sides, gone: None };
    if said.is_new(&raised) {
        let stream = persons_of(round.server.force);
        write(round, stream, &Act::ConflictRaised(raised))?;
    }
    Ok(())
}

fn act_of(proposal: &Proposal, sides: Vec<OpId>, said: &Said) -> Option<Act> {
    let (one, other) = proposal.pair.ends();
    let (one, other) = (one.clone(), other.clone());
    match proposal.action {
        Action::Link => Some(Act::PersonLinked(PersonLinked { one, other, because: Why::StrongKey })),
        Action::SharedNumber | Action::MayBeOnePerson => {
            let raised = ConflictRaised {
                finding: Finding::Identity,
                about: proposal.pair.to_string(),
                sides,
                gone: None,
            };
            said.is_new(&raised).then_some(Act::ConflictRaised(raised))
        }
    }
}

/// A key that more ops are kept under tells nobody from anybody: a given name that many bear. Two names together,
/// the day of birth and each number are keys of their own.
pub(super) const MOST_UNDER_A_KEY: usize = 200;

/// The most referrals that are read whole for a new one.
const MOST_READ: usize = 30;

/// The referrals that share a key with a new one and are not plainly another person's: the most alike, for a
/// common name is many people's, and nobody else is judged while they are compared.
fn candidates(
    round: &mut Round<'_>,
    new: &Referred,
    keys: &BTreeSet<Digest>,
) -> Result<Vec<Referred>, Fault> {
    let mut others = Vec::new();
    for record in nearest(round.tx, &new.known.subject, keys, Some(referral_of(&new.known.id)))? {
        others.extend(Referred::of(&round.record(record)?.states()));
    }
    Ok(others)
}

/// The referrals that share a key with somebody, are not plainly another person's and are not the one that is left out;
/// the most alike first.
pub(super) fn nearest(
    tx: &dyn Writes,
    subject: &Subject,
    keys: &BTreeSet<Digest>,
    without: Option<uuid::Uuid>,
) -> Result<Vec<Record>, Fault> {
    let mut alike: BTreeMap<Record, (Band, i32)> = BTreeMap::new();
    let found: Vec<OpId> = tx.found_under(keys, MOST_UNDER_A_KEY)?.into_iter().collect();
    for held in tx.ops(&found)?.into_values() {
        let record = held.op.header.stream.record;
        let likeness = how_alike(&held.op.body, subject).filter(|(band, _)| *band != Band::Different);
        if let Some(likeness) = likeness.filter(|_| Some(record.id) != without) {
            let known = alike.entry(record).or_insert(likeness);
            *known = likeness.max(*known);
        }
    }
    let mut nearest: Vec<(Record, (Band, i32))> = alike.into_iter().collect();
    nearest.sort_by_key(|(_, likeness)| Reverse(*likeness));
    Ok(nearest.into_iter().take(MOST_READ).map(|(record, _)| record).collect())
}

/// What a submission says of its subject is compared before the whole record is read. One that was amended is read
/// first; of an erased one nothing is known.
fn how_alike(body: &Option<Box<str>>, new: &Subject) -> Option<(Band, i32)> {
    let Ok(body) = serde_json::from_str::<ReferralSubmitted>(body.as_deref()?) else {
        return Some((Band::Same, i32::MAX));
    };
    let born = body.subject.born.map(sync_core::identity::Born::Day);
    let (family, given) = (body.subject.family, body.subject.given);
    let known = Subject { family, given, born, identifiers: Vec::new() };
    let found = compare(&known, new, Rules::shipped());
    Some((found.band, found.points))
}

pub(super) fn referral_of(subject: &SubjectId) -> uuid::Uuid {
    match subject {
        SubjectId::Named { referral, .. } => *referral,
        SubjectId::Number { .. } => uuid::Uuid::nil(),
    }
}

pub(super) fn named_by(subject: &SubjectId) -> Option<OpId> {
    match subject {
        SubjectId::Named { op, .. } => Some(*op),
        SubjectId::Number { .. } => None,
    }
}

/// Two referrals are one person's now, or no longer, or somebody is asked, or has answered.
fn linked(round: &mut Round<'_>, record: Record, changed: &[OpId]) -> Result<(), Fault> {
    let states = round.record(record)?.states();
    let mut joined = Vec::new();
    let mut touched = BTreeSet::new();
    for (_, act) in acts_of(&states, changed) {
        if let Some(settled) = act.as_body::<ConflictSettled>() {
            touched.extend(asked_about(&states, |_, id| id == settled.conflict));
        }
        if let Some(raised) = act.as_body::<ConflictRaised>() {
            touched.extend(asked_about(&states, |about, _| about == raised.about));
        }
        let linked = act.as_body::<PersonLinked>().map(|body| (&body.one, &body.other));
        let split = act.as_body::<PersonSplit>().map(|body| (&body.one, &body.other));
        let Some((one, other)) = linked.or(split) else { continue };
        touched.extend([one.clone(), other.clone()]);
        joined.extend(Pair::of(one.clone(), other.clone()).filter(|_| linked.is_some()));
    }
    reassess::all(round, &touched)?;
    for pair in joined {
        let mut ends = Vec::new();
        for end in [pair.ends().0, pair.ends().1] {
            ends.extend(referred(round, end)?);
        }
        let [one, other] = ends.as_slice() else { continue };
        let stream = persons_of(round.server.force);
        if let Some(raised) = one.question(other).filter(|_| record == stream.record)
            && Said::read(round, stream)?.is_new(&raised)
        {
            write(round, stream, &Act::ConflictRaised(raised))?;
        }
    }
    Ok(())
}

/// The subjects of whom it was asked whether they are one person, in the questions that are meant.
fn asked_about(states: &[StreamState], is_meant: impl Fn(&str, Digest) -> bool) -> Vec<SubjectId> {
    let mut subjects = Vec::new();
    for state in states {
        let Some(stream) = state.stream else { continue };
        for (_, act) in state.acts() {
            let Some(ConflictRaised { finding, about, .. }) = act.as_body() else { continue };
            let id = conflict_id(ConflictKind::of(*finding), &stream, about);
            let pair = (*finding == Finding::Identity && is_meant(about, id)).then(|| about.parse::<Pair>());
            if let Some(Ok(pair)) = pair {
                subjects.extend([pair.ends().0.clone(), pair.ends().1.clone()]);
            }
        }
    }
    subjects
}

fn referred(round: &mut Round<'_>, subject: &SubjectId) -> Result<Option<Referred>, Fault> {
    match subject {
        SubjectId::Named { referral, .. } => {
            Ok(Referred::of(&round.record(Record::referral(*referral))?.states()))
        }
        SubjectId::Number { .. } => Ok(None),
    }
}

/// What stands for a key in the store, which holds no value twice.
pub(super) fn digest(of: &str, key: &str) -> Digest {
    sha256(format!("waymark/search/1\n{of}\n{key}").as_bytes())
}

/// The referral behind a subject, as the store holds it.
pub(crate) fn referred_in(read: &dyn Reads, referral: uuid::Uuid) -> Result<Option<Referred>, Fault> {
    Ok(Referred::of(&super::record::Ops::new(read.ops_of_record(Record::referral(referral))?).states()))
}
