//! What was settled in the last weeks: who decided what, when and why.
//!
//! Reads the entries of the records that the reader's feeds hold. Does not settle: see [`super::conflicts`].

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sync_core::ids::Record;
use sync_core::referral::act::{Act, ConflictSettled};

use super::{Answer, Caller, introduction};
use crate::fault::Fault;
use crate::reconcile::own_log::force_of;
use crate::reconcile::persons::persons_of;
use crate::store::Reads;
use crate::store::people::Span;

const DAY_MS: u64 = 86_400_000;
/// How long a settlement is shown.
const SHOWN_DAYS: u64 = 28;
/// Rows of one look into the list of referrals.
const AT_ONCE: usize = 200;
const SETTLED: &str = "conflict.settled";

/// The settlements of the last weeks that the reader may see, newest first.
pub(super) fn list(read: &dyn Reads, caller: &Caller, now_ms: u64) -> Answer {
    let from_ms = now_ms.saturating_sub(SHOWN_DAYS * DAY_MS);
    let mut all = Vec::new();
    for record in records(read, caller)? {
        all.extend(of_record(read, caller, record, from_ms)?);
    }
    all.sort_by_key(|(at_ms, _)| std::cmp::Reverse(*at_ms));
    let shown: Vec<Value> = all.into_iter().map(|(_, shown)| shown).collect();
    Ok(json!({"settlements": shown}))
}

fn records(read: &dyn Reads, caller: &Caller) -> Result<BTreeSet<Record>, Fault> {
    let force = caller.author.force;
    let mut records = BTreeSet::from([persons_of(force).record, force_of(force).record]);
    let mut span = Span { after: 0, limit: AT_ONCE };
    loop {
        let rows = read.list_referrals(&caller.scopes(), span)?;
        records.extend(rows.iter().map(|row| row.row));
        match rows.last() {
            Some(last) if rows.len() == AT_ONCE => span.after = last.pos,
            Some(_) | None => return Ok(records),
        }
    }
}

fn of_record(
    read: &dyn Reads,
    caller: &Caller,
    record: Record,
    from_ms: u64,
) -> Result<Vec<(u64, Value)>, Fault> {
    let mut found = Vec::new();
    for held in read.ops_of_record(record)? {
        let stream = held.op.header.stream;
        let is_shown = held.op.header.kind.as_str() == SETTLED && held.received_ms >= from_ms;
        let op = held.as_read();
        if !is_shown {
            continue;
        }
        // An admin settles what was passed up from an extract, and reads their own settlement; no more of the conflict.
        let held_by_reader = caller.holds(read, stream)?;
        if !held_by_reader && op.author != caller.author.user {
            continue;
        }
        let Some(Ok(Some(Act::ConflictSettled(settled)))) =
            op.body.as_deref().map(|body| Act::parse(&op.kind, body))
        else {
            continue;
        };
        let ConflictSettled { conflict, choice, reason, .. } = settled;
        let by = read.user(op.author)?.map(|person| person.name);
        let mut shown = json!({
            "op": op.id, "conflict": conflict, "choice": choice, "reason": reason, "author": op.author, "by": by,
            "at_ms": held.received_ms, "held": held_by_reader, "sides": [{"op": choice.op()}],
        });
        introduction::say_whose(read, caller, stream, &mut shown)?;
        if let Some(shown) = shown.as_object_mut() {
            shown.retain(|field, _| !["sides", "since_ms", "wrote_a_side"].contains(&field.as_str()));
        }
        found.push((held.received_ms, shown));
    }
    Ok(found)
}
