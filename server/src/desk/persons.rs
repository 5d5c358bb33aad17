//! Who may be one person: what an admin is asked, with the reasons, and what they say.
//!
//! A link or a split is an op of the admin's own desk log in the force's record of persons, and answers the
//! question that was open about the two. For admins alone: no provider ever receives any of it. Does not compare:
//! `sync_core::identity` does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sync_core::identity::{Band, Opposed, Rules, compare};
use sync_core::ids::{Digest, Stream};
use sync_core::persons::{Pair, Persons, Referred, Standing, SubjectId, Tie, Why};
use sync_core::referral::act::{
    Act, Choice, ConflictRaised, ConflictSettled, Finding, PersonLinked, PersonSplit,
};
use sync_core::referral::conflict::{Conflict, ConflictKind};
use sync_core::referral::fold::StreamState;
use uuid::Uuid;

use super::conflicts::AtDesk;
use super::page::{self, List};
use super::{Answer, Caller, Page, Refused, Tied, words};
use crate::fault::Fault;
use crate::reconcile::desk_log::{self, Deed, Done, Upon};
use crate::reconcile::persons::{persons_of, raise, referred_in};
use crate::store::desk::ConflictsOf;
use crate::store::{Reads, Writes};

/// The open questions, oldest first, and how many there are.
pub(super) fn list(read: &dyn Reads, caller: &Caller, page: &Page) -> Answer {
    caller.must_be_admin()?;
    let span = page.span(List::Persons)?;
    let stream = persons_of(caller.author.force);
    let rows = read.list_conflicts(ConflictsOf::Stream(stream), span)?;
    let state = state_of(read, stream)?;
    let persons = Persons::read(&state, &BTreeMap::new());
    let mut questions = Vec::new();
    for listed in &rows {
        let open = state.conflicts.iter().find(|open| open.id == listed.row.conflict);
        questions.extend(open.map(|open| question(read, &persons, open)).transpose()?);
    }
    let as_of = page::as_of(&read.server()?, read.place()?);
    let (count, cursor) = (state.conflicts.len(), page::next(List::Persons, &rows, span));
    Ok(json!({"questions": questions, "count": count, "as_of": as_of, "cursor": cursor}))
}

/// One open question about persons.
pub(super) fn ask(read: &dyn Reads, caller: &Caller, id: Digest) -> Answer {
    caller.must_be_admin()?;
    let state = state_of(read, persons_of(caller.author.force))?;
    let open = state.conflicts.iter().find(|open| open.id == id).ok_or(Refused::NotFound)?;
    let question = question(read, &Persons::read(&state, &BTreeMap::new()), open)?;
    let as_of = page::as_of(&read.server()?, read.place()?);
    Ok(json!({"question": question, "as_of": as_of}))
}

/// The person of a referral: who else they are, and what is open about them.
pub(super) fn show(read: &dyn Reads, caller: &Caller, referral: Uuid) -> Answer {
    caller.must_be_admin()?;
    let found = referred_in(read, referral)?.ok_or(Refused::NotFound)?;
    let state = state_of(read, persons_of(caller.author.force))?;
    let persons = Persons::read(&state, &BTreeMap::new());
    let subject = &found.known.id;
    let mut members = Vec::new();
    for member in persons.members(subject) {
        members.push(shown(&member, referred(read, &member)?.as_ref()));
    }
    let about = |open: &&Conflict| {
        pair_of(&open.about).is_some_and(|pair| pair.ends().0 == subject || pair.ends().1 == subject)
    };
    let mut questions = Vec::new();
    for open in state.conflicts.iter().filter(about) {
        questions.push(question(read, &persons, open)?);
    }
    let as_of = page::as_of(&read.server()?, read.place()?);
    Ok(
        json!({"subject": shown(subject, Some(&found)), "members": members, "questions": questions, "as_of": as_of}),
    )
}

/// Says that two subjects are one person, or two.
pub(super) fn tie(tx: &dyn Writes, desk: &AtDesk<'_>, tie: Tie, asked: &Tied) -> Answer {
    desk.caller.must_be_admin()?;
    let pair = Pair::of(asked.one.clone(), asked.other.clone()).ok_or(Refused::Field("other"))?;
    for end in [pair.ends().0, pair.ends().1] {
        if let SubjectId::Named { referral, .. } = end {
            let known = referred_in(tx, *referral)?.ok_or(Refused::NotFound)?;
            if known.known.id != *end {
                return Err(Refused::NotFound);
            }
        }
    }
    let stream = persons_of(desk.caller.author.force);
    let place = page::read_as_of(desk.server, &asked.as_of)?;
    if tie == Tie::Linked
        && let Some(raised) = shared_number(tx, stream, &pair)?
    {
        raise(tx, desk.server, desk.now_ms, &raised)?;
        return Ok(json!({"state": "asked"}));
    }
    let state = state_of(tx, stream)?;
    let disputed = state.conflicts.iter().find(|open| open.about == pair.register());
    let act =
        disputed.map_or_else(|| said(&pair, tie), |open| settles(open, Choice::Value(word(tie).into())));
    let op = record(tx, desk, stream, place, act)?;
    let state = state_of(tx, stream)?;
    for open in state.conflicts.iter() {
        let Some(choice) = answered(tie, &pair, open) else { continue };
        let now = tx.place()?;
        record(tx, desk, stream, now, settles(open, choice))?;
    }
    Ok(json!({"op": op, "state": word(tie)}))
}

/// What saying who is who answers of another question about the two. Two persons have no encounter in common and no second
/// referral: both count.
fn answered(tie: Tie, pair: &Pair, open: &Conflict) -> Option<Choice> {
    let side = open.sides.first().copied()?;
    if open.kind == ConflictKind::Identity && open.about == pair.to_string() {
        return Some(Choice::Op(side));
    }
    let of_both = open.kind == ConflictKind::Duplicate && pair_of(&open.about).as_ref() == Some(pair);
    (of_both && tie == Tie::Split).then_some(Choice::Admit(side))
}

fn word(tie: Tie) -> &'static str {
    match tie {
        Tie::Linked => "linked",
        Tie::Split => "split",
    }
}

fn said(pair: &Pair, tie: Tie) -> Act {
    let (one, other) = (pair.ends().0.clone(), pair.ends().1.clone());
    match tie {
        Tie::Linked => Act::PersonLinked(PersonLinked { one, other, because: Why::SamePerson }),
        Tie::Split => Act::PersonSplit(PersonSplit { one, other, because: Why::DifferentPeople }),
    }
}

fn settles(open: &Conflict, choice: Choice) -> Act {
    let reason = "an admin looked at both".to_owned();
    Act::ConflictSettled(ConflictSettled { conflict: open.id, version: open.version(), choice, reason })
}

fn record(
    tx: &dyn Writes,
    desk: &AtDesk<'_>,
    stream: Stream,
    place: u64,
    act: Act,
) -> Result<sync_core::ids::OpId, Refused> {
    let upon = Upon::Streams([stream].into());
    let deed = Deed { author: desk.caller.author, stream, act, along: Vec::new(), place, upon };
    match desk_log::record(tx, desk.server, desk.key, &deed, desk.now_ms)? {
        Done::Recorded(op) => Ok(op),
        Done::ShownAnew => Err(Refused::ShownAnew),
        Done::NotAllowed(why) => Err(Refused::NotAllowed(words(why))),
    }
}

/// C10: a number that is somebody else's already, who does not look like this person. Nobody is linked then.
fn shared_number(read: &dyn Reads, stream: Stream, pair: &Pair) -> Result<Option<ConflictRaised>, Refused> {
    let (named, number) = match (pair.ends().0, pair.ends().1) {
        (named @ SubjectId::Named { .. }, number @ SubjectId::Number { .. })
        | (number @ SubjectId::Number { .. }, named @ SubjectId::Named { .. }) => (named, number),
        (SubjectId::Named { .. }, SubjectId::Named { .. })
        | (SubjectId::Number { .. }, SubjectId::Number { .. }) => return Ok(None),
    };
    let persons = Persons::read(&state_of(read, stream)?, &BTreeMap::new());
    let Some(new) = referred(read, named)? else { return Ok(None) };
    for member in persons.members(number).iter().filter(|member| *member != named) {
        let Some(known) = referred(read, member)? else { continue };
        let found = compare(&known.known.subject, &new.known.subject, Rules::shipped());
        if (found.band == Band::Different || found.opposed() == Opposed::Yes)
            && let Some(pair) = Pair::of(member.clone(), named.clone())
        {
            let mut sides = vec![known.submitted, new.submitted];
            sides.sort_unstable();
            return Ok(Some(ConflictRaised {
                finding: Finding::Identity,
                about: pair.to_string(),
                sides,
                gone: None,
            }));
        }
    }
    Ok(None)
}

pub(super) fn state_of(read: &dyn Reads, stream: Stream) -> Result<StreamState, Fault> {
    Ok(crate::reconcile::Ops::new(read.ops_of_record(stream.record)?).into_state_of(stream))
}

/// The two subjects that a question is about, behind the row that it begins with.
fn pair_of(about: &str) -> Option<Pair> {
    about.parse().ok().or_else(|| about.split_once('/').and_then(|(_, pair)| pair.parse().ok()))
}

fn referred(read: &dyn Reads, subject: &SubjectId) -> Result<Option<Referred>, Fault> {
    match subject {
        SubjectId::Named { referral, .. } => referred_in(read, *referral),
        SubjectId::Number { .. } => Ok(None),
    }
}

/// A subject, and what its referral says of it.
fn shown(subject: &SubjectId, referred: Option<&Referred>) -> Value {
    let Some(referred) = referred else { return json!({"subject": subject}) };
    let SubjectId::Named { referral, .. } = subject else { return json!({"subject": subject}) };
    let births: BTreeSet<String> =
        referred.may_be.iter().filter_map(|subject| subject.born).map(|born| born.to_string()).collect();
    let known = &referred.known.subject;
    let mut shown = json!({
        "subject": subject, "referral": referral, "family": known.family, "given": known.given,
        "stage": referred.stage,
    });
    if births.len() > 1 {
        shown["born"] = json!(births.into_iter().collect::<Vec<_>>().join(" or "));
    } else if let Some(born) = known.born {
        shown["born"] = json!(born);
    }
    if let Some(encounter) = &referred.encounter {
        shown["encounter_ms"] = json!(encounter.at_ms);
    }
    shown
}

/// Whether the two that a question is about are linked meanwhile: then a fact behind the link was corrected.
fn is_linked(persons: &Persons, open: &Conflict) -> bool {
    let pair = pair_of(&open.about);
    pair.is_some_and(|pair| persons.standing(&pair) == Some(Standing::Linked))
}

fn question(read: &dyn Reads, persons: &Persons, open: &Conflict) -> Result<Value, Fault> {
    let row = open.about.split('/').next().unwrap_or_default();
    let asks = match open.kind {
        ConflictKind::Identity if is_linked(persons, open) => "still_one_person",
        ConflictKind::Identity => "may_be_one_person",
        ConflictKind::Field => "linked_and_split",
        ConflictKind::Duplicate if row == "same_encounter" => "same_encounter",
        ConflictKind::Duplicate => "two_referrals",
        ConflictKind::Crossed | ConflictKind::Quarantined | ConflictKind::LogFork => "other",
    };
    let mut shown = json!({
        "conflict": open.id, "version": open.version(), "asks": asks, "persons": [], "reasons": [],
    });
    let Some(pair) = pair_of(&open.about) else { return Ok(shown) };
    let (one, other) = pair.ends();
    let (of_one, of_other) = (referred(read, one)?, referred(read, other)?);
    shown["persons"] = json!([self::shown(one, of_one.as_ref()), self::shown(other, of_other.as_ref())]);
    if let (Some(one), Some(other)) = (of_one, of_other) {
        let found = compare(&one.known.subject, &other.known.subject, Rules::shipped());
        shown["reasons"] = json!(found.reasons);
        shown["points"] = json!(found.points);
    }
    Ok(shown)
}
