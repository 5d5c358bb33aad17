//! Questions about referrals: views, entries, conflicts and digests.
//!
//! Folds the ops of the store each time; the kept folds are only for counts.

use rusqlite::Connection;
use serde_json::{Map, Value, json};
use sync_core::ids::{OpId, Record, Stream};
use sync_core::referral::conflict::{Conflict, PassedUp};
use sync_core::referral::eligibility::{explain, recorded};
use sync_core::referral::fold::{StreamState, fold};
use sync_core::referral::shown::Shown;
use sync_core::referral::view::{View, view};
use sync_core::stream::History;
use sync_core::sync::answer::Extract;

use crate::problem::Problem;
use crate::query::{report, words};
use crate::store::{ops, reference, state};

/// Every referral that is held.
pub(crate) fn referrals(db: &Connection) -> Result<Value, Problem> {
    let mut referrals = Vec::new();
    for record in ops::records(db)? {
        let states: Vec<StreamState> = state::folded(db, record)?.into_values().collect();
        referrals.push(shown(record, &view(&states)));
    }
    referrals.sort_by_key(|shown| std::cmp::Reverse(shown["submitted_ms"].as_u64()));
    Ok(json!({"referrals": referrals}))
}

/// One referral; for the force with the block for its crime report.
pub(crate) fn referral(db: &Connection, record: Record) -> Result<Value, Problem> {
    let states: Vec<StreamState> = state::folded(db, record)?.into_values().collect();
    if states.is_empty() {
        return Err(Problem::at("record_unknown", "record", ""));
    }
    let view = view(&states);
    let mut shown = shown(record, &view);
    if let Some(report) = report::crime_report(db, record, &states, &view)? {
        shown["crime_report"] = json!(report);
    }
    Ok(shown)
}

/// A view with its record and people's words.
fn shown(record: Record, view: &View) -> Value {
    let mut shown = serde_json::to_value(view).expect("a view is plain data");
    shown["record"] = json!(record.id);
    shown["stage_words"] = json!(view.stage_words());
    shown["level_words"] = json!(view.level_words());
    shown["name"] = json!(words::name(view));
    shown["safe"] = json!(view.safe());
    shown["verdict_words"] = json!(view.verdict.as_ref().map(words::verdict));
    shown["offer_words"] = json!(view.offer.words());
    shown["outcome_words"] = json!(view.disposal.words());
    shown["contact_words"] = json!(view.contact.words());
    shown["reassessed_words"] = json!(view.reassessed.as_ref().map(words::verdict));
    shown
}

/// The entries of a referral, in the order for people.
pub(crate) fn history(db: &Connection, record: Record) -> Result<Value, Problem> {
    let held = ops::of_record(db, record)?;
    if held.is_empty() {
        return Err(Problem::at("record_unknown", "record", ""));
    }
    let histories = ops::histories(&held, u64::MAX);
    let states: Vec<StreamState> = histories.values().map(fold).collect();
    let (what, marks) = (Shown::of(&states), view(&states).marks);
    let mut entries = Vec::new();
    for ((stream, history), state) in histories.iter().zip(&states) {
        for entry in &state.entries {
            let op = history.op(entry.id).expect("every entry is an op of its history");
            let body: Value =
                op.body.as_deref().and_then(|b| serde_json::from_str(b).ok()).unwrap_or_default();
            let body = what.body(entry.kind.as_str(), body);
            let marks: Vec<_> = marks.iter().filter(|mark| mark.op == entry.id).collect();
            let shown = json!({
                "marks": marks,
                "op": entry.id, "stream": stream, "compartment": stream.kind(), "kind": entry.kind,
                "author": entry.author, "eff_ms": entry.eff.ms(), "standing": entry.standing,
                "standing_words": words::standing(entry.standing), "clock": entry.clock,
                "stamp": op.stamp, "deps": op.deps, "body": body,
            });
            entries.push((op.order(), shown));
        }
    }
    entries.sort_by_key(|(order, _)| *order);
    let entries: Vec<Value> = entries.into_iter().map(|(_, shown)| shown).collect();
    Ok(json!({"record": record.id, "entries": entries}))
}

/// The recorded decision of an encounter, made again from what was recorded; nothing when this phone does
/// not hold it.
pub(crate) fn explained(db: &Connection, record: Record) -> Result<Value, Problem> {
    let states: Vec<StreamState> = state::folded(db, record)?.into_values().collect();
    if states.is_empty() {
        return Err(Problem::at("record_unknown", "record", ""));
    }
    let decision = recorded(record.id, &states);
    Ok(json!({"record": record.id, "explanation": decision.as_ref().map(explain)}))
}

/// The digest of each held stream.
pub(crate) fn digests(db: &Connection) -> Result<Value, Problem> {
    let mut digests = Map::new();
    for record in ops::records(db)? {
        for (stream, state) in state::folded(db, record)? {
            digests.insert(stream.to_string(), json!(state.digest()));
        }
    }
    Ok(json!({"digests": digests}))
}

/// Open conflicts of held streams, and those of which this device has an extract.
pub(crate) fn conflicts(db: &Connection) -> Result<Value, Problem> {
    let extracts = reference::extracts(db)?;
    let mut conflicts: Vec<Value> = Vec::new();
    for record in ops::records(db)? {
        let held = ops::of_record(db, record)?;
        for (stream, history) in ops::histories(&held, u64::MAX) {
            let state = fold(&history);
            let open = state.conflicts.iter();
            conflicts.extend(open.map(|conflict| {
                let extract = extracts.iter().find(|extract| extract.conflict == conflict.id);
                disagreement(stream, conflict, &state, &history, extract)
            }));
        }
    }
    let held: Vec<Value> = conflicts.iter().map(|shown| shown["conflict"].clone()).collect();
    let extracts = extracts.iter().filter(|extract| !held.contains(&json!(extract.conflict)));
    conflicts.extend(extracts.map(extracted));
    Ok(json!({"conflicts": conflicts}))
}

fn disagreement(
    stream: Stream,
    conflict: &Conflict,
    state: &StreamState,
    history: &History,
    extract: Option<&Extract>,
) -> Value {
    let sides = conflict.sides.iter().filter_map(|id| {
        let op = history.op(*id)?;
        let value = value_of(conflict, *id, state).or_else(|| op.body.as_deref().map(str::to_owned));
        let value = value.or_else(|| body_of(extract?, *id));
        let past = history.past(*id)?;
        let had_seen: Vec<_> = conflict.sides.iter().filter(|side| past.contains(**side)).collect();
        Some(json!({
            "op": id, "author": op.author, "kind": op.kind, "eff_ms": op.eff().ms(),
            "value": value.as_deref().map(parsed), "had_seen": had_seen,
            "why": op.stamp.as_ref().map(|stamp| stamp.disposition),
        }))
    });
    json!({
        "conflict": conflict.id, "version": conflict.version(), "kind": conflict.kind,
        "words": words::conflict(conflict.kind), "about": conflict.about, "stream": stream,
        "record": stream.record.id, "settler": conflict.settler,
        "settler_words": match conflict.passed_up {
            PassedUp::Yes => "an admin",
            PassedUp::No => words::settler(conflict.settler),
        },
        "passed_up": conflict.passed_up, "extract": false, "sides": sides.collect::<Vec<_>>(),
    })
}

fn value_of(conflict: &Conflict, id: OpId, state: &StreamState) -> Option<String> {
    let live = state.register(&conflict.about).iter().find(|live| live.op == id)?;
    Some(live.value.clone())
}

/// The body of an op that was kept aside, which only its settler gets.
fn body_of(extract: &Extract, id: OpId) -> Option<String> {
    extract.sides.iter().find(|side| side.op == id)?.body.as_deref().map(str::to_owned)
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

fn extracted(extract: &Extract) -> Value {
    let sides = extract.sides.iter().map(|side| {
        json!({
            "op": side.op, "author": side.author, "org": side.org, "eff_ms": side.eff.ms(),
            "value": parsed(side.body.as_deref().unwrap_or(&side.value)), "had_seen": side.had_seen,
        })
    });
    json!({
        "conflict": extract.conflict, "version": extract.version, "kind": extract.kind,
        "words": words::conflict(extract.kind), "about": extract.about, "stream": extract.stream,
        "record": extract.stream.record.id, "settler": extract.settler,
        "settler_words": words::settler(extract.settler), "passed_up": "yes", "extract": true,
        "sides": sides.collect::<Vec<_>>(),
    })
}
