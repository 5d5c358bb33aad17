//! What somebody who is to settle a conflict asks first: whose it is, since when, and what each choice would change.
//!
//! Says of a referral what the reader's feeds hold, and nothing beside it. Does not decide anything.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{CompartmentKind, OpId, Record, RecordKind, Stream, UserId};
use sync_core::referral::act::YesNo;
use sync_core::referral::conflict::{Conflict, ConflictKind};
use sync_core::referral::decided;
use sync_core::referral::fold::{Folded, StreamState};
use sync_core::referral::view::view;
use sync_core::referral::what_if::{Outlook, what_if};

use super::looking::Looking;
use super::{Caller, referrals};
use crate::fault::Fault;
use crate::store::Reads;
use crate::store::desk::ConflictRow;
use crate::store::rows::Person;

/// The people with their roles and the referrals that it is about, since when its newest side is here, and whether the reader wrote a side.
pub(super) fn say_whose(looking: &Looking<'_>, stream: Stream, shown: &mut Value) -> Result<(), Fault> {
    let Looking { read, caller, .. } = looking;
    // The branch of a log is about no referral, and its sides bear numbers of other entries.
    let sides = if shown["kind"] == json!(ConflictKind::LogFork) { Vec::new() } else { sides(shown) };
    let mut records: BTreeSet<Record> = BTreeSet::from([stream.record]);
    let mut since_ms = None;
    for side in sides {
        let Some(held) = read.op(side)? else { continue };
        since_ms = since_ms.max(Some(held.received_ms));
        records.insert(held.op.header.stream.record);
    }
    let mut referrals = Vec::new();
    for record in records.into_iter().filter(|record| record.kind == RecordKind::Referral) {
        let held = looking.held(record)?;
        let states: Vec<StreamState> = held.values().map(|folded| folded.state().clone()).collect();
        let view = view(&states);
        let name = view.subject.as_ref().map(|who| format!("{} {}", who.given, who.family).trim().to_owned());
        referrals.push(json!({"record": record.id, "reference": view.reference, "name": name}));
    }
    let mut authors = shown["sides"].as_array().into_iter().flatten().map(|side| &side["author"]);
    shown["wrote_a_side"] = authors.any(|author| *author == json!(caller.author.user)).into();
    let orgs = looking.orgs()?;
    for side in shown["sides"].as_array_mut().into_iter().flatten() {
        let author = side["author"].as_str().and_then(|author| author.parse().ok());
        let person = author.map(|author| read.user(UserId(author))).transpose()?.flatten();
        if let Some(Person { name, role, org, .. }) = person {
            let org = orgs.iter().find(|known| known.id == org).map(|known| &known.name);
            (side["by"], side["role"], side["works_for"]) = (json!(name), json!(role), json!(org));
        } else {
            side["by"] = Value::Null;
        }
    }
    shown["referrals"] = Value::Array(referrals);
    shown["since_ms"] = json!(since_ms);
    Ok(())
}

fn sides(shown: &Value) -> Vec<OpId> {
    let sides = shown["sides"].as_array().into_iter().flatten();
    sides.filter_map(|side| side["op"].as_str()?.parse().ok()).collect()
}

/// What counts meanwhile or since it was settled, and what would count after each choice; of an extract nothing, since its reader does not
/// hold what it is about.
pub(super) fn say_what_changes(
    read: &dyn Reads,
    caller: &Caller,
    row: ConflictRow,
    shown: &mut Value,
) -> Result<(), Fault> {
    let ConflictRow { conflict: id, stream, .. } = row;
    if stream.record.kind != RecordKind::Referral || !caller.holds(read, stream)? {
        return Ok(());
    }
    let held = referrals::held(read, caller, stream.record)?;
    if let Some(found) = held.get(&stream).and_then(|folded| decided::find(folded, id)) {
        let what_if = what_if(&held, stream, &found.conflict);
        shown["meanwhile"] = json!(what_if.meanwhile);
        shown["ways"] = json!(what_if.ways);
        let told = Told::of(read, &held, stream, &found.conflict)?;
        for (way, shown) in what_if.ways.iter().zip(shown["ways"].as_array_mut().into_iter().flatten()) {
            shown["told"] = json!(told.of_way(&what_if.meanwhile, &way.then));
        }
    }
    Ok(())
}

/// Who hears of a settlement, by name: whoever wrote a side, and whoever follows the stream that it is in.
struct Told {
    follow: Vec<String>,
    /// The referral's officers, where they read no more than how far the person got.
    how_far: Vec<String>,
}

impl Told {
    fn of(
        read: &dyn Reads,
        held: &BTreeMap<Stream, Folded>,
        stream: Stream,
        conflict: &Conflict,
    ) -> Result<Self, Fault> {
        let states: Vec<StreamState> = held.values().map(|folded| folded.state().clone()).collect();
        let seen = view(&states);
        let author = |side: &OpId| held.values().find_map(|folded| Some(folded.history().op(*side)?.author));
        let authors = names(read, conflict.sides.iter().filter_map(author))?;
        let officers = names(read, seen.owners.iter().copied())?;
        let orgs = read.orgs()?.into_iter().filter(|org| seen.providers.contains(&org.id));
        let services: Vec<String> = orgs.map(|org| org.name).collect();
        let (others, how_far) = match stream.kind() {
            CompartmentKind::Shared => ([officers, services].concat(), Vec::new()),
            CompartmentKind::Police | CompartmentKind::Audit => (officers, Vec::new()),
            CompartmentKind::Outreach | CompartmentKind::Care if seen.feedback == YesNo::Yes => {
                (services, officers)
            }
            CompartmentKind::Outreach | CompartmentKind::Care => (services, Vec::new()),
        };
        let mut follow: Vec<String> = Vec::new();
        for name in authors.into_iter().chain(others) {
            if !follow.contains(&name) {
                follow.push(name);
            }
        }
        Ok(Self { follow, how_far })
    }

    /// Officers hear how far the person got only when that changes.
    fn of_way(&self, meanwhile: &Outlook, then: &Outlook) -> Vec<String> {
        let changes = meanwhile.level_words != then.level_words;
        let how_far = self.how_far.iter().filter(|_| changes);
        let how_far = how_far.map(|name| format!("{name} (only how far the person got)"));
        self.follow.iter().cloned().chain(how_far).collect()
    }
}

fn names(read: &dyn Reads, users: impl Iterator<Item = UserId>) -> Result<Vec<String>, Fault> {
    let mut names = Vec::new();
    for user in users {
        let person = read.user(user)?.filter(|person| person.role != Role::Server);
        names.extend(person.map(|person| person.name));
    }
    Ok(names)
}
