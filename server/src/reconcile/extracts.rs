//! Extracts: what the admin desk sees of a conflict that was passed up from a stream it does not read.
//!
//! Does not show more of an op than its side of the conflict. Does not settle.

use std::collections::BTreeMap;

use sync_core::access::Scope;
use sync_core::ids::{Digest, Stream};
use sync_core::referral::conflict::{Conflict, ConflictKind, PassedUp};
use sync_core::referral::fold::{StreamState, fold};
use sync_core::stream::History;
use sync_core::sync::answer::{Extract, ExtractSide, ExtractState};

use super::round::Round;
use crate::fault::Fault;
use crate::store::rows::{Entry, WaitingExtract};

/// Feeds the extracts of a stream that are new, changed or settled.
pub(super) fn update(round: &mut Round<'_>, stream: Stream) -> Result<(), Fault> {
    let (tx, desk) = (round.tx, Scope::Desk(round.server.force).key());
    let histories = round.record(stream.record)?.histories();
    let Some(history) = histories.get(&stream) else { return Ok(()) };
    let state = fold(history);
    let open: Vec<Digest> = state.conflicts.iter().map(|conflict| conflict.id).collect();
    tx.set_open_conflicts(stream, &open)?;
    let mut waiting: BTreeMap<Digest, String> =
        tx.extracts_of(stream)?.into_iter().map(|extract| (extract.conflict, extract.json)).collect();
    for conflict in state.conflicts.iter().filter(|conflict| conflict.passed_up == PassedUp::Yes) {
        let extract = extract(round, stream, conflict, &state, history)?;
        let json = serde_json::to_string(&extract)?;
        if waiting.remove(&conflict.id).as_ref() != Some(&json) {
            tx.feed(&desk, &Entry::Extract(json.clone()))?;
            tx.put_extract(&WaitingExtract { conflict: conflict.id, stream, json })?;
        }
    }
    for (conflict, json) in waiting {
        let mut extract: Extract = serde_json::from_str(&json)?;
        extract.state = ExtractState::Settled;
        tx.feed(&desk, &Entry::Extract(serde_json::to_string(&extract)?))?;
        tx.remove_extract(conflict)?;
    }
    Ok(())
}

fn extract(
    round: &Round<'_>,
    stream: Stream,
    conflict: &Conflict,
    state: &StreamState,
    history: &History,
) -> Result<Extract, Fault> {
    let mut sides = Vec::with_capacity(conflict.sides.len());
    for op in conflict.sides.iter().filter_map(|id| history.op(*id)) {
        let org = round.tx.author(op.id.device)?.ok_or(Fault::Unknown("device"))?.org;
        let past = history.past(op.id);
        let had_seen = |other: &&_| **other != op.id && past.is_some_and(|past| past.contains(**other));
        let written = match conflict.kind {
            ConflictKind::Field => {
                state.register(&conflict.about).iter().find(|live| live.op == op.id).map(|live| &live.value)
            }
            ConflictKind::Crossed
            | ConflictKind::Quarantined
            | ConflictKind::Duplicate
            | ConflictKind::Identity
            | ConflictKind::LogFork => None,
        };
        let value = written.cloned().unwrap_or_else(|| serde_json::Value::from(op.kind.as_str()).to_string());
        let had_seen = conflict.sides.iter().filter(had_seen).copied().collect();
        sides.push(ExtractSide { op: op.id, author: op.author, org, eff: op.eff(), value, had_seen });
    }
    let (id, version, about) = (conflict.id, conflict.version, conflict.about.clone());
    Ok(Extract { stream, conflict: id, version, about, sides, state: ExtractState::Open })
}
