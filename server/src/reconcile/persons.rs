//! Who may be one person: what the server says, and what it asks an admin, in the force's record of persons.
//!
//! ```text
//!   submitted, or a name amended ─ search keys ─▶ candidates ─ propose ─▶ person.linked │ conflict.raised identity
//!   linked, by anybody           ─ two referrals of one person ─────────▶ conflict.raised duplicate
//!   settled, by an admin         ─ which one goes on ───────────────────▶ see [`super::duplicates`]
//!   submitted, linked or split   ─ earlier referrals of the person ────▶ eligibility.reassessed (their police stream)
//! ```
//! It runs in the write job that stamps, and jobs run one after the other: that is the lock on the person. No name
//! is kept or logged here. Does not decide what is alike: `sync_core::persons` does.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use sync_core::identity::{Band, Rules, Subject, compare, search_keys};
use sync_core::ids::{CompartmentKind, Digest, OpId, OrgId, Record, RecordKind, Stream};
use sync_core::persons::{
    self, Action, Known, Pair, Persons, Proposal, Referred, SubjectId, Why, held, propose,
};
use sync_core::referral::act::{
    Act, ConflictRaised, EligibilityAssessed, EligibilityReassessed, Finding, OpRef, PersonLinked,
    PersonSplit, PolicyRef, ReferralSubmitted, SubjectAmended,
};
use sync_core::referral::conflict::ConflictKind;
use sync_core::referral::eligibility::{self, prior_of};
use sync_core::referral::fold::StreamState;
use sync_core::referral::timers::pack_of;
use sync_core::referral::view::view;

use super::duplicates;
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
            let names = |id: &OpId| {
                let kind = ops.get(id).map(|held| held.op.header.kind.as_str());
                matches!(kind, Some("referral.submitted" | "subject.amended"))
            };
            if !changed.iter().any(names) {
                return Ok(());
            }
            let states = ops.states();
            named(round, &states, changed)
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
    changed: &'a [OpId],
) -> impl Iterator<Item = (OpId, &'a Act)> {
    let acts = states.iter().flat_map(StreamState::acts);
    acts.map(|(entry, act)| (entry.id, act)).filter(|(id, _)| changed.contains(id))
}

/// Somebody was named, or named otherwise.
fn named(round: &mut Round<'_>, states: &[StreamState], changed: &[OpId]) -> Result<(), Fault> {
    let amends = |body: &SubjectAmended| !matches!(body.field.as_str(), "phone" | "address");
    let names = |act: &Act| {
        act.as_body::<ReferralSubmitted>().is_some() || act.as_body::<SubjectAmended>().is_some_and(amends)
    };
    let by = acts_of(states, changed).filter(|(_, act)| names(act)).map(|(id, _)| id).last();
    let Some((by, new)) = by.zip(Referred::of(states)) else { return Ok(()) };
    let keys = search_keys(&new.known.subject).iter().map(|key| digest("person", key)).collect();
    let others = candidates(round, &new, &keys)?;
    round.tx.keep_under(by, &keys)?;
    if others.is_empty() {
        return Ok(());
    }
    let stream = persons_of(round.server.force);
    let said = Said::read(round, stream)?;
    let knowns: Vec<Known> = others.iter().map(|other| other.known.clone()).collect();
    for proposal in propose(&new.known, &knowns, &said.persons, Rules::shipped()) {
        let (one, other) = proposal.pair.ends();
        let named = [one, other].map(named_by);
        let sides: Vec<OpId> = named.into_iter().flatten().collect();
        if let Some(act) = act_of(&proposal, sides, &said) {
            write(round, stream, &act)?;
        }
    }
    reassess(round, referral_of(&new.known.id))
}

/// What the central record says of a device's verdict (C20): a notice, once it is known whose referral it is. While
/// an admin is asked, nobody's earlier record counts against anybody.
fn reassess(round: &mut Round<'_>, referral: uuid::Uuid) -> Result<(), Fault> {
    let record = Record::referral(referral);
    let states = round.record(record)?.states();
    let Some(new) = Referred::of(&states) else { return Ok(()) };
    let stream = persons_of(round.server.force);
    let said = Said::read(round, stream)?;
    if held(&new.known.id, &said.open, &said.persons) == persons::Held::Yes {
        return Ok(());
    }
    let seen = view(&states);
    let (Some(given), Some(submitted_ms)) = (seen.verdict, seen.submitted_ms) else { return Ok(()) };
    let mut priors = Vec::new();
    for member in said.persons.members(&new.known.id) {
        let earlier = referral_of(&member);
        if earlier != referral && named_by(&member).is_some() {
            let prior = prior_of(earlier, &round.record(Record::referral(earlier))?.states());
            priors.extend(prior.filter(|prior| prior.submitted_ms < submitted_ms));
        }
    }
    let pack = pack_of(&states);
    let found = eligibility::reassess(&given, pack, &priors, submitted_ms);
    // What was noted before a split is taken back by another notice.
    let verdict = found.or_else(|| seen.reassessed.is_some().then_some(given));
    let mut assessed = states.iter().flat_map(StreamState::acts);
    let assessed = assessed.find(|(_, act)| act.as_body::<EligibilityAssessed>().is_some());
    let (Some(verdict), Some((entry, _))) = (verdict, assessed) else { return Ok(()) };
    if seen.reassessed.as_ref() == Some(&verdict) {
        return Ok(());
    }
    let policy = PolicyRef { id: pack.id.clone(), version: pack.version };
    let snapshot = OpRef::Id(entry.id);
    let notice = EligibilityReassessed { verdict, policy, snapshot };
    let police = record.stream(CompartmentKind::Police, round.server.force);
    write(round, police, &Act::EligibilityReassessed(notice))
}

fn act_of(proposal: &Proposal, sides: Vec<OpId>, said: &Said) -> Option<Act> {
    let (one, other) = proposal.pair.ends();
    let (one, other) = (one.clone(), other.clone());
    match proposal.action {
        Action::Link => Some(Act::PersonLinked(PersonLinked { one, other, because: Why::StrongKey })),
        Action::SharedNumber | Action::MayBeOnePerson => {
            let raised =
                ConflictRaised { finding: Finding::Identity, about: proposal.pair.to_string(), sides };
            said.is_new(&raised).then_some(Act::ConflictRaised(raised))
        }
    }
}

/// The most referrals that are read whole for a new one.
const MOST_READ: usize = 30;

/// The referrals that share a key with a new one and are not plainly another person's: the most alike, for a
/// common name is many people's, and nobody else is judged while they are compared.
fn candidates(
    round: &mut Round<'_>,
    new: &Referred,
    keys: &BTreeSet<Digest>,
) -> Result<Vec<Referred>, Fault> {
    let mut alike: BTreeMap<Record, (Band, i32)> = BTreeMap::new();
    for op in round.tx.found_under(keys)? {
        let Some(held) = round.tx.op(op)? else { continue };
        let record = held.op.header.stream.record;
        let likeness =
            how_alike(&held.op.body, &new.known.subject).filter(|(band, _)| *band != Band::Different);
        if let Some(likeness) = likeness.filter(|_| record.id != referral_of(&new.known.id)) {
            let known = alike.entry(record).or_insert(likeness);
            *known = likeness.max(*known);
        }
    }
    let mut nearest: Vec<(Record, (Band, i32))> = alike.into_iter().collect();
    nearest.sort_by_key(|(_, likeness)| Reverse(*likeness));
    let mut others = Vec::new();
    for (record, _) in nearest.into_iter().take(MOST_READ) {
        others.extend(Referred::of(&round.record(record)?.states()));
    }
    Ok(others)
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

fn referral_of(subject: &SubjectId) -> uuid::Uuid {
    match subject {
        SubjectId::Named { referral, .. } => *referral,
        SubjectId::Number { .. } => uuid::Uuid::nil(),
    }
}

fn named_by(subject: &SubjectId) -> Option<OpId> {
    match subject {
        SubjectId::Named { op, .. } => Some(*op),
        SubjectId::Number { .. } => None,
    }
}

/// What the force's record of persons says.
pub(super) struct Said {
    persons: Persons,
    /// Of whom it is asked whether they are one person.
    open: Vec<Pair>,
    raised: BTreeMap<String, BTreeSet<OpId>>,
}

impl Said {
    pub(super) fn read(round: &mut Round<'_>, stream: Stream) -> Result<Self, Fault> {
        let mut said = Self { persons: Persons::default(), open: Vec::new(), raised: BTreeMap::new() };
        let Some(folded) = round.record(stream.record)?.folded().get(&stream) else { return Ok(said) };
        let state = folded.state();
        said.persons = Persons::read(state, &BTreeMap::new());
        let identity = state.conflicts.iter().filter(|open| open.kind == ConflictKind::Identity);
        said.open = identity.filter_map(|open| open.about.parse().ok()).collect();
        for (_, act) in state.acts() {
            if let Some(ConflictRaised { about, sides, .. }) = act.as_body() {
                said.raised.entry(about.clone()).or_default().extend(sides);
            }
        }
        Ok(said)
    }

    /// Whether two subjects are one person.
    pub(super) fn are_one(&self, one: &SubjectId, other: &SubjectId) -> bool {
        self.persons.representative(one) == self.persons.representative(other)
    }

    /// Whether nobody was asked yet, or something new joins.
    pub(super) fn is_new(&self, raised: &ConflictRaised) -> bool {
        let known = self.raised.get(&raised.about);
        known.is_none_or(|known| raised.sides.iter().any(|side| !known.contains(side)))
    }
}

/// Two referrals are one person's now, or no longer.
fn linked(round: &mut Round<'_>, record: Record, changed: &[OpId]) -> Result<(), Fault> {
    let states = round.record(record)?.states();
    let mut joined = Vec::new();
    let mut touched = BTreeSet::new();
    for (_, act) in acts_of(&states, changed) {
        let linked = act.as_body::<PersonLinked>().map(|body| (&body.one, &body.other));
        let split = act.as_body::<PersonSplit>().map(|body| (&body.one, &body.other));
        let Some((one, other)) = linked.or(split) else { continue };
        touched.extend([one, other].into_iter().filter(|end| named_by(end).is_some()).map(referral_of));
        joined.extend(Pair::of(one.clone(), other.clone()).filter(|_| linked.is_some()));
    }
    touched.into_iter().try_for_each(|referral| reassess(round, referral))?;
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
