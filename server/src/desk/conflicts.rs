//! Conflicts: shown to who holds their stream, or by the extract to whom they were passed up. What was settled is shown as
//! it was settled first, and can be decided again.
//!
//! A settlement is an op of the settler's own desk log, upon the page that they were shown; upon an
//! extract it is one upon exactly its sides. Does not decide who may settle: `sync-core` judges.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sync_core::access::Scope;
use sync_core::ids::{Digest, OpId, Stream};
use sync_core::persons::asks_who;
use sync_core::referral::act::{Act, Choice, ConflictPassedUp, ConflictSettled};
use sync_core::referral::admission::{Along, admitted_with};
use sync_core::referral::conflict::{Conflict, ConflictKind, takes_a_value, version};
use sync_core::referral::decided::{self, as_decided};
use sync_core::referral::fold::{Folded, StreamState};
use sync_core::referral::settled::settled_value;
use sync_core::stream::{History, StreamOp};
use sync_core::sync::answer::Extract;

use super::introduction;
use super::looking::Looking;
use super::page::{self, List};
use super::{Answer, Caller, Page, PassUp, Refused, Settlement, referrals, words};
use crate::fault::Fault;
use crate::keys::Signatures;
use crate::reconcile::desk_log::{self, Deed, Done, Upon, as_shown};
use crate::reconcile::{extract_readers, forks};
use crate::store::desk::{ConflictRow, ConflictsOf};
use crate::store::people::Span;
use crate::store::rows::ServerRow;
use crate::store::{Reads, Writes};

/// A question of identity is not settled as something else: it would be lost.
const WHO_IS_WHO: &str =
    "who is one person is said with a link or a split, which answers the question: see `waymark person`";

/// The longest reason, in bytes; the limit of every text.
const MAX_REASON_BYTES: usize = 4096;

/// Where somebody decides, and when.
pub(super) struct AtDesk<'a> {
    pub(super) server: &'a ServerRow,
    pub(super) key: &'a dyn Signatures,
    pub(super) caller: &'a Caller,
    pub(super) now_ms: u64,
}

/// The open conflicts that the reader may see, oldest first, and how many there are.
pub(super) fn list(read: &dyn Reads, caller: &Caller, page: &Page) -> Answer {
    let span = page.span(List::Conflicts)?;
    let (scopes, looking) = (caller.scopes(), Looking::new(read, caller));
    let rows = read.list_conflicts(ConflictsOf::Readers(&scopes), span)?;
    let mut conflicts = Vec::new();
    for listed in &rows {
        let Some(mut shown) = seen(&looking, listed.row)? else { continue };
        introduction::say_whose(&looking, listed.row.stream, &mut shown)?;
        conflicts.push(shown);
    }
    let as_of = page::as_of(&read.server()?, read.place()?);
    let cursor = page::next(List::Conflicts, &rows, span);
    let count = count(read, caller, &scopes)?;
    Ok(json!({"conflicts": conflicts, "count": count, "as_of": as_of, "cursor": cursor}))
}

/// How many open conflicts the reader may see; extracts are few, and each says whose it is.
fn count(read: &dyn Reads, caller: &Caller, scopes: &[Scope]) -> Result<u64, Fault> {
    let mut count = read.count_conflicts(scopes)?;
    let all = Span { after: 0, limit: usize::from(u16::MAX) };
    for listed in read.list_conflicts(ConflictsOf::Extracts(scopes), all)? {
        count += u64::from(extract(read, caller, listed.row.conflict)?.is_some());
    }
    Ok(count)
}

/// One conflict.
pub(super) fn show(read: &dyn Reads, caller: &Caller, id: Digest) -> Answer {
    let row = read.conflict(id)?.ok_or(Refused::NotFound)?;
    let looking = Looking::new(read, caller);
    let mut shown = seen(&looking, row)?.ok_or(Refused::NotFound)?;
    introduction::say_whose(&looking, row.stream, &mut shown)?;
    introduction::say_what_changes(read, caller, row, &mut shown)?;
    shown["as_of"] = page::as_of(&read.server()?, read.place()?).into();
    Ok(shown)
}

/// Settles a conflict.
pub(super) fn settle(tx: &dyn Writes, desk: &AtDesk<'_>, id: Digest, asked: &Settlement) -> Answer {
    if asked.reason.trim().is_empty() || asked.reason.len() > MAX_REASON_BYTES {
        return Err(Refused::Field("reason"));
    }
    let page = find(tx, desk, id, Some(asked.version), &asked.as_of)?;
    if page.version != asked.version {
        return Err(Refused::ShownAnew);
    }
    if asks_who(&page.about) {
        return Err(Refused::NotAllowed(WHO_IS_WHO));
    }
    let settled = |conflict, version, choice| {
        Act::ConflictSettled(ConflictSettled { conflict, version, choice, reason: asked.reason.clone() })
    };
    let along = match asked.choice {
        Choice::Admit(admitted) => admitted_with(&page.shown, admitted, &desk.caller.author),
        Choice::Op(_) | Choice::Value(_) | Choice::KeepAside(_) => Vec::new(),
    };
    let admit = |one: Along| (one.stream, settled(one.conflict, one.version, Choice::Admit(one.op)));
    let choice = match &asked.choice {
        Choice::Value(value) => {
            Choice::Value(settled_value(&page.about, value).map_err(|_| Refused::Field("choice"))?)
        }
        Choice::Op(_) | Choice::Admit(_) | Choice::KeepAside(_) => asked.choice.clone(),
    };
    let act = settled(id, asked.version, choice);
    page.record(tx, desk, id, act, along.into_iter().map(admit).collect())
}

/// Leaves a conflict to an admin.
pub(super) fn pass_up(tx: &dyn Writes, desk: &AtDesk<'_>, id: Digest, asked: &PassUp) -> Answer {
    let page = find(tx, desk, id, None, &asked.as_of)?;
    let version = page.version;
    let act = Act::ConflictPassedUp(ConflictPassedUp { conflict: id, version });
    page.record(tx, desk, id, act, Vec::new())
}

/// A conflict as the page showed it.
struct Shown {
    stream: Stream,
    /// The register, the row or the op that it is about.
    about: String,
    version: Digest,
    place: u64,
    upon: Upon,
    /// The record's streams as the page showed them; an extract shows none.
    shown: BTreeMap<Stream, Folded>,
}

impl Shown {
    fn record(
        self,
        tx: &dyn Writes,
        desk: &AtDesk<'_>,
        id: Digest,
        act: Act,
        along: Vec<(Stream, Act)>,
    ) -> Answer {
        let (stream, place, upon) = (self.stream, self.place, self.upon);
        let deed = Deed { author: desk.caller.author, stream, act, along, place, upon };
        match desk_log::record(tx, desk.server, desk.key, &deed, desk.now_ms)? {
            Done::Recorded(op) => {
                let is_open = tx.conflict(id)?.is_some_and(|row| row.is_open);
                Ok(json!({"op": op, "conflict": id, "state": if is_open { "open" } else { "settled" }}))
            }
            Done::ShownAnew => Err(Refused::ShownAnew),
            Done::NotAllowed(why) => Err(Refused::NotAllowed(words(why))),
        }
    }
}

/// The conflict as the page showed it: open, or settled upon sides of this version.
fn find(
    read: &dyn Reads,
    desk: &AtDesk<'_>,
    id: Digest,
    settled: Option<Digest>,
    as_of: &str,
) -> Result<Shown, Refused> {
    // Before anything is looked up: what is wrong with the request is said of a foreign conflict as of none.
    let place = page::read_as_of(desk.server, as_of)?;
    let stream = read.conflict(id)?.ok_or(Refused::NotFound)?.stream;
    let held = referrals::held(read, desk.caller, stream.record)?;
    if !held.contains_key(&stream) {
        let extract = extract(read, desk.caller, id)?.ok_or(Refused::NotFound)?;
        let sides: Vec<OpId> = extract.sides.iter().map(|side| side.op).collect();
        let (version, upon) = (extract.version, Upon::Sides(sides));
        return Ok(Shown { stream, about: extract.about, version, place, upon, shown: BTreeMap::new() });
    }
    let as_shown =
        |(stream, folded): (&Stream, &Folded)| (*stream, Folded::new(as_shown(folded.history(), place)));
    let shown: BTreeMap<Stream, Folded> = held.iter().map(as_shown).collect();
    let folded = shown.get(&stream).ok_or(Refused::ShownAnew)?;
    let open = folded.state().conflicts.iter().find(|open| open.id == id).cloned();
    let before = || as_decided(folded.history(), id, settled?).map(|found| found.conflict);
    let Conflict { about, sides, .. } = open.or_else(before).ok_or(Refused::ShownAnew)?;
    let version = version(&sides);
    Ok(Shown { stream, about, version, place, upon: Upon::Streams(held.keys().copied().collect()), shown })
}

pub(super) fn extract(read: &dyn Reads, caller: &Caller, id: Digest) -> Result<Option<Extract>, Fault> {
    let Some(waiting) = read.extract(id)? else { return Ok(None) };
    let extract: Extract = serde_json::from_str(&waiting.json)?;
    let readers = extract_readers(extract.settler, waiting.stream, caller.author.force);
    Ok(Some(extract).filter(|_| caller.scopes().contains(&readers)))
}

fn seen(looking: &Looking<'_>, row: ConflictRow) -> Result<Option<Value>, Refused> {
    let (Looking { read, caller, .. }, ConflictRow { conflict: id, stream, .. }) = (looking, row);
    let read = *read;
    if !caller.holds(read, stream)? {
        return Ok(extract(read, caller, id)?.map(|extract| passed_up(&extract)));
    }
    let held = looking.held(stream.record)?;
    let Some(folded) = held.get(&stream) else { return Ok(None) };
    let history = folded.history();
    let Some(found) = decided::find(folded, id) else { return Ok(None) };
    let conflict = &found.conflict;
    let mut shown = disagreement(stream, conflict, &found.state, history);
    if let Some((op, settled)) = &found.settled {
        shown["settled"] = settlement(read, history, *op, settled)?;
    }
    if conflict.kind == ConflictKind::LogFork {
        shown["sides"] = branch(read, conflict)?;
    } else {
        add_sides_elsewhere(read, caller, &mut shown, conflict, history)?;
    }
    if let Some(extract) = extract(read, caller, id)? {
        add_bodies(&mut shown, &extract);
    }
    Ok(Some(shown))
}

/// Who settled it last, when, how and why.
fn settlement(read: &dyn Reads, history: &History, op: OpId, body: &ConflictSettled) -> Result<Value, Fault> {
    let author = history.op(op).map(|op| op.author);
    let by = author.map(|author| read.user(author)).transpose()?.flatten().map(|person| person.name);
    let at_ms = history.op(op).and_then(|op| op.stamp.as_ref()).map(|stamp| stamp.received_ms);
    let ConflictSettled { reason, choice, .. } = body;
    Ok(json!({"op": op, "author": author, "by": by, "at_ms": at_ms, "reason": reason, "choice": choice}))
}

fn disagreement(stream: Stream, conflict: &Conflict, state: &StreamState, history: &History) -> Value {
    let live = state.register(&conflict.about);
    let sides = conflict.sides.iter().filter_map(|id| {
        let op = history.op(*id)?;
        let value = live.iter().find(|live| live.op == *id).map(|live| live.value.as_str());
        let value = value.or(op.body.as_deref());
        let past = history.past(*id)?;
        let had_seen: Vec<_> = conflict.sides.iter().filter(|side| past.contains(**side)).collect();
        let mut side = json!({
            "op": id, "author": op.author, "kind": op.kind, "eff_ms": op.eff().ms(), "had_seen": had_seen,
        });
        if let Some(value) = value {
            side["value"] = parsed(value);
        }
        add_when(&mut side, op);
        if let Some(stamp) = &op.stamp {
            side["disposition"] = json!(stamp.disposition);
        }
        Some(side)
    });
    json!({
        "conflict": conflict.id, "version": conflict.version(), "kind": conflict.kind,
        "about": conflict.about, "record": stream.record.id, "compartment": stream.kind(),
        "settler": conflict.settler, "passed_up": conflict.passed_up, "extract": false,
        "takes_a_value": takes_a_value(conflict.kind, &conflict.about),
        "sides": sides.collect::<Vec<_>>(),
    })
}

/// What happened is often typed later: the time of typing decides nothing for whoever compares two sides.
fn add_when(side: &mut Value, op: &StreamOp) {
    if let Some(happened_ms) = Act::happened_ms(&op.kind, op.body.as_deref()) {
        side["happened_ms"] = json!(happened_ms);
    }
}

/// Of the branch of a log only how much there is: who settles it may not read every entry.
fn branch(read: &dyn Reads, conflict: &Conflict) -> Result<Value, Fault> {
    let mut sides = Vec::new();
    for side in &conflict.sides {
        let author = read.author(side.device)?.ok_or(Fault::Unknown("device"))?.user;
        let facts = forks::facts(read, &conflict.about)?;
        let eff_ms = facts.as_ref().map_or(0, |facts| facts.received_ms);
        sides.push(json!({
            "op": side, "author": author, "eff_ms": eff_ms, "value": facts, "had_seen": [],
        }));
    }
    Ok(Value::Array(sides))
}

/// A side of what the server raised may be in another stream, or in another record; who holds that reads it.
fn add_sides_elsewhere(
    read: &dyn Reads,
    caller: &Caller,
    shown: &mut Value,
    conflict: &Conflict,
    history: &History,
) -> Result<(), Fault> {
    for id in conflict.sides.iter().filter(|id| history.op(**id).is_none()) {
        let Some(held) = read.op(*id)? else { continue };
        if !caller.holds(read, held.op.header.stream)? {
            continue;
        }
        let op = held.as_read();
        let mut side = json!({
            "op": id, "author": op.author, "kind": op.kind, "eff_ms": op.eff().ms(), "had_seen": [],
        });
        if let Some(body) = op.body.as_deref() {
            side["value"] = parsed(body);
        }
        add_when(&mut side, &op);
        if let Some(sides) = shown["sides"].as_array_mut() {
            sides.push(side);
        }
    }
    Ok(())
}

/// Who settles an entry that was kept aside reads it; everybody else holds its skeleton.
fn add_bodies(shown: &mut Value, extract: &Extract) {
    for side in shown["sides"].as_array_mut().into_iter().flatten() {
        let op = side["op"].as_str().unwrap_or_default().to_owned();
        let of_it = extract.sides.iter().find(|known| known.op.to_string() == op);
        if let Some(body) = of_it.and_then(|known| known.body.as_deref()) {
            side["body"] = parsed(body);
        }
    }
}

fn passed_up(extract: &Extract) -> Value {
    let sides = extract.sides.iter().map(|side| {
        json!({
            "op": side.op, "author": side.author, "org": side.org, "eff_ms": side.eff.ms(),
            "value": parsed(&side.value), "had_seen": side.had_seen,
        })
    });
    let mut shown = json!({
        "conflict": extract.conflict, "version": extract.version, "kind": extract.kind,
        "about": extract.about, "record": extract.stream.record.id, "compartment": extract.stream.kind(),
        "settler": extract.settler, "passed_up": "yes", "extract": true, "sides": sides.collect::<Vec<_>>(),
        "takes_a_value": takes_a_value(extract.kind, &extract.about),
    });
    add_bodies(&mut shown, extract);
    shown
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}
