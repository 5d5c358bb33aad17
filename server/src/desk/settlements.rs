//! What was settled in the last weeks: who decided what, when and why.
//!
//! Reads the entries of the records in which a conflict is open no more. Does not settle: see [`super::conflicts`].

use serde_json::{Value, json};
use sync_core::ids::{Record, Stream};
use sync_core::referral::act::{Act, ConflictSettled, YesNo};
use sync_core::stream::StreamOp;

use super::looking::Looking;
use super::{Answer, Caller, introduction};
use crate::fault::Fault;
use crate::store::Reads;

const DAY_MS: u64 = 86_400_000;
/// How long a settlement is shown.
const SHOWN_DAYS: u64 = 28;
/// How many are shown.
const SHOWN: usize = 100;
/// Of how many conflicts they are looked for: those that arose last.
const CONFLICTS: usize = 400;
const SETTLED: &str = "conflict.settled";

/// The settlements of the last weeks that the reader may see, newest first.
pub(super) fn list(read: &dyn Reads, caller: &Caller, now_ms: u64) -> Answer {
    let from_ms = now_ms.saturating_sub(SHOWN_DAYS * DAY_MS);
    let mut all = Vec::new();
    for record in read.settled_records(CONFLICTS)? {
        all.extend(of_record(read, caller, record, from_ms)?);
    }
    all.sort_by_key(|settled| std::cmp::Reverse(settled.at_ms));
    let looking = Looking::new(read, caller);
    let newest = all.into_iter().take(SHOWN).map(|settled| shown(&looking, settled));
    Ok(json!({"settlements": newest.collect::<Result<Vec<_>, _>>()?}))
}

/// A settlement, and whether the reader holds what it is about.
struct Settled {
    at_ms: u64,
    op: StreamOp,
    stream: Stream,
    body: ConflictSettled,
    held: YesNo,
}

fn of_record(read: &dyn Reads, caller: &Caller, record: Record, from_ms: u64) -> Result<Vec<Settled>, Fault> {
    let mut found = Vec::new();
    for held in read.ops_of_record(record)? {
        let (stream, at_ms) = (held.op.header.stream, held.received_ms);
        if held.op.header.kind.as_str() != SETTLED || at_ms < from_ms {
            continue;
        }
        let op = held.as_read();
        // An admin settles what was passed up from an extract, and reads their own settlement; no more of the conflict.
        let held = if caller.holds(read, stream)? { YesNo::Yes } else { YesNo::No };
        if held == YesNo::No && op.author != caller.author.user {
            continue;
        }
        let body = op.body.as_deref().map(|body| Act::parse(&op.kind, body));
        if let Some(Ok(Some(Act::ConflictSettled(body)))) = body {
            found.push(Settled { at_ms, op, stream, body, held });
        }
    }
    Ok(found)
}

fn shown(looking: &Looking<'_>, settled: Settled) -> Result<Value, Fault> {
    let Settled { at_ms, op, stream, body, held } = settled;
    let ConflictSettled { conflict, choice, reason, .. } = body;
    let by = looking.read.user(op.author)?.map(|person| person.name);
    let mut shown = json!({
        "op": op.id, "conflict": conflict, "choice": choice, "reason": reason, "author": op.author, "by": by,
        "at_ms": at_ms, "held": held == YesNo::Yes, "sides": [{"op": choice.op()}],
    });
    introduction::say_whose(looking, stream, &mut shown)?;
    if let Some(shown) = shown.as_object_mut() {
        shown.retain(|field, _| !["sides", "since_ms", "wrote_a_side"].contains(&field.as_str()));
    }
    Ok(shown)
}
