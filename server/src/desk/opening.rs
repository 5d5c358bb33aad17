//! Opening a person's record: the one way in, with who reads, which record, and what for.
//!
//! Every page that shows a person's record goes through [`held`]; it is the place where opened records are noted for an
//! auditor, and passes through until they are. Does not decide what a reader may see: their feeds do.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sync_core::ids::{OpId, Record, Stream};
use sync_core::local_time::local_day;
use sync_core::referral::fold::Folded;
use uuid::Uuid;

use super::page::{as_of, read_as_of};
use super::{Answer, Caller, Opening, Purpose, Refused, recording, referrals, story};
use crate::fault::Fault;
use crate::outside;
use crate::store::Reads;

/// What a reader may see of a record, opened for a purpose; nothing where nothing is theirs.
pub(super) fn held(
    read: &dyn Reads,
    caller: &Caller,
    record: Record,
    _purpose: Purpose,
) -> Result<BTreeMap<Stream, Folded>, Fault> {
    referrals::held(read, caller, record)
}

/// The same, where something must be there; nothing there and nothing theirs look alike.
pub(super) fn open(
    read: &dyn Reads,
    caller: &Caller,
    record: Record,
    purpose: Purpose,
) -> Result<BTreeMap<Stream, Folded>, Refused> {
    let held = held(read, caller, record, purpose)?;
    if held.is_empty() { Err(Refused::NotFound) } else { Ok(held) }
}

/// One referral, asked for by its address.
pub(super) fn shown(read: &dyn Reads, caller: &Caller, id: Uuid) -> Answer {
    open(read, caller, Record::referral(id), Purpose::Address)?;
    referrals::show(read, caller, id)
}

/// What was recorded in one referral, asked for by its address.
pub(super) fn entries(read: &dyn Reads, caller: &Caller, id: Uuid) -> Answer {
    open(read, caller, Record::referral(id), Purpose::Address)?;
    story::entries(read, caller, id)
}

/// Both in one answer.
pub(super) fn with_entries(read: &dyn Reads, caller: &Caller, id: Uuid) -> Answer {
    let mut shown = shown(read, caller, id)?;
    shown["entries"] = story::entries(read, caller, id)?["entries"].take();
    Ok(shown)
}

/// One referral with its entries, and what the reader could record in it now.
pub(super) fn referral(read: &dyn Reads, caller: &Caller, opening: &Opening) -> Answer {
    let Opening { record: id, purpose, since, now_ms } = opening;
    let (record, server) = (Record::referral(*id), read.server()?);
    open(read, caller, record, *purpose)?;
    let since = since.as_deref().map(|since| read_as_of(&server, since)).transpose();
    let since = match since {
        // Of a page from before a restored backup nobody can say what came since: everything may be new.
        Err(Refused::ShownAnew) => Some(0),
        other => other?,
    };
    let referral = referrals::show(read, caller, *id)?;
    let mut history = recording::ask(read, caller, &json!({"query": "history", "record": id}), *now_ms)?;
    let mut entries = history["entries"].take();
    for entry in entries.as_array_mut().into_iter().flatten() {
        let author = entry["author"].as_str().and_then(|author| author.parse().ok());
        let Some(author) = author else { continue };
        let quiet = recording::is_quiet(&server, author, entry["kind"].as_str().unwrap_or_default());
        let place = entry["stamp"]["place"].as_u64().unwrap_or(u64::MAX);
        let by = if author == server.user { None } else { read.user(author)?.map(|person| person.name) };
        entry["by"] = json!(by);
        entry["came"] = json!(!quiet && since.is_some_and(|since| place > since));
    }
    let asked = could(read, caller, *id, &referral, &entries, *now_ms)?;
    let may = recording::possible(read, caller, record, asked, *now_ms)?;
    let as_of = as_of(&server, read.place()?);
    let told = story::entries(read, caller, *id)?;
    let care = outside::care(read)?;
    Ok(json!({
        "referral": referral, "entries": entries, "story": told, "may": may, "as_of": as_of, "care": care,
    }))
}

/// Of so many entries, the newest, it is asked whether they are the reader's to strike; an older mistake is struck on a
/// phone.
const MOST_STRUCK: usize = 40;

/// An example of each thing that people record: what the core would allow is offered on the page.
fn could(
    read: &dyn Reads,
    caller: &Caller,
    id: Uuid,
    referral: &Value,
    entries: &Value,
    now_ms: u64,
) -> Result<Vec<(String, Value)>, Refused> {
    if !caller.author.role.of_provider() {
        let mut asked = of_verbs(id, force_examples(now_ms));
        asked.extend(strikes_of(entries));
        return Ok(asked);
    }
    let (hour_ms, today) = (3_600_000, local_day(now_ms));
    let own = [caller.author.org, caller.author.force];
    let other = read.orgs()?.into_iter().map(|org| org.id).find(|org| !own.contains(org));
    // Of who came in without a referral only name and birth are corrected.
    let came_in = entries.as_array().into_iter().flatten().any(|entry| entry["kind"] == "person.came_in");
    let corrected = if came_in { ("born", "1990-01-01") } else { ("language", "en") };
    let examples = [
        ("accept", json!({})),
        ("reject", json!({"reason": "no_capacity"})),
        ("contact", json!({"what": "attempted", "channel": "phone", "result": "no_answer"})),
        ("book", json!({"meeting": "assessment", "at_ms": now_ms + 24 * hour_ms, "minutes": 60})),
        ("attend", json!({"meeting": "assessment", "status": "attended", "minutes": 60})),
        ("note", json!({"text": "example"})),
        ("details", json!({"field": "language", "value": "en"})),
        ("amend", json!({"field": corrected.0, "value": corrected.1})),
        ("transfer", json!({"to": other, "reason": "moved_away", "consent": "yes"})),
        ("answer_transfer", json!({"takes_over": "yes"})),
        ("close", json!({"on": today, "reason": "moved_away"})),
        ("reopen", json!({"reason": "person_returned"})),
        ("withdraw", json!({"reason": "not_stated"})),
        ("consent", json!({"contact": "no"})),
        ("safeguard", json!({"codes": ["homelessness"]})),
        ("need", json!({"need": "outreach"})),
        ("measure", json!({"instrument": "TOP", "at": "start", "items": {"work_days": 0}})),
    ];
    let mut asked = of_verbs(id, examples);
    // A meeting that is still to come can be moved or called off.
    let open = referral["appointments"].as_array().into_iter().flatten().find(|row| row["status"].is_null());
    if let Some(open) = open {
        let moved = json!({"appointment": open["op"], "at_ms": now_ms + 48 * hour_ms});
        let called_off = json!({"appointment": open["op"], "by": "person"});
        asked.extend(of_verbs(id, [("move", moved), ("call_off", called_off)]));
    }
    for concern in referral["concerns"].as_array().into_iter().flatten() {
        let raised = &concern["op"];
        let command = json!({"command": "acknowledge", "record": id, "raised": raised});
        asked.push((about("acknowledge", raised), command));
    }
    asked.extend(strikes_of(entries));
    Ok(asked)
}

/// To strike each entry of a person, or to let it count again.
fn strikes_of(entries: &Value) -> Vec<(String, Value)> {
    let mut asked = Vec::new();
    for entry in entries.as_array().into_iter().flatten().rev().take(MOST_STRUCK) {
        let op = &entry["op"];
        let mut strike = json!({"command": "strike", "entry": op, "reason": "example"});
        if entry["standing"] == "struck" {
            strike["back"] = json!("yes");
            asked.push((about("strike_back", op), strike));
        } else if !entry["by"].is_null() {
            asked.push((about("strike", op), strike));
        }
    }
    asked
}

/// The same of what the police record and decide after the referral.
fn force_examples(now_ms: u64) -> [(&'static str, Value); 23] {
    [
        ("discretion", json!({"grant": "yes", "reason": "example"})),
        ("answer_offer", json!({"agrees": {"answer": "no"}})),
        ("crime", json!({"crime_reference": "example"})),
        ("amend", json!({"field": "language", "value": "en"})),
        ("notice", json!({"to": "person"})),
        ("handover", json!({"result": "attempted"})),
        ("safeguard", json!({"codes": ["homelessness"]})),
        ("consent", json!({"contact": "no"})),
        ("withdraw", json!({"reason": "not_stated"})),
        ("cancel", json!({"reason": "wrong_provider"})),
        ("dispose", json!({"disposal": "investigation"})),
        ("propose_disposal", json!({"disposal": "investigation", "reason": "example"})),
        ("rescind", json!({"reason": "no_offence"})),
        ("ask_slot", json!({"at_ms": now_ms + 24 * 3_600_000})),
        ("book_in", json!({"store": "example"})),
        ("identify", json!({"drug": "unknown"})),
        ("dispose_item", json!({"how": "destroyed"})),
        ("check", json!({"check": {"kind": "pnc", "channel": "not_done", "result": "not_done"}})),
        ("offence", json!({"words": "example"})),
        ("describe", json!({"described": {"sex": "9"}})),
        ("oic", json!({"material": "no", "reason": "example"})),
        ("need", json!({"need": "outreach"})),
        ("rate", json!({"ease": 3})),
    ]
}

/// Examples as commands about a referral.
fn of_verbs<const N: usize>(id: Uuid, examples: [(&'static str, Value); N]) -> Vec<(String, Value)> {
    let named = |(verb, mut command): (&str, Value)| {
        command["command"] = json!(verb);
        command["record"] = json!(id);
        (verb.to_owned(), command)
    };
    examples.into_iter().map(named).collect()
}

/// What is done about one entry.
fn about(verb: &str, op: &Value) -> String {
    let op: Option<OpId> = op.as_str().and_then(|op| op.parse().ok());
    op.map_or_else(|| verb.to_owned(), |op| format!("{verb} {op}"))
}
