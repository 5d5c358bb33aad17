//! Extracts: what a settler sees of a conflict beyond the streams that they read.
//!
//! ```text
//!   passed up    the admin desk     each side's value, and what its author had seen
//!   kept aside   whoever settles    the op's body; everybody else holds the skeleton
//! ```
//! Does not show more of an op than its side of the conflict. Does not settle.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::access::Scope;
use sync_core::ids::{Digest, OrgId, Stream};
use sync_core::referral::conflict::{Conflict, ConflictKind, PassedUp, Settler, settler_of};
use sync_core::referral::fold::Folded;
use sync_core::sync::answer::{Extract, ExtractSide, ExtractState};

use super::record::Ops;
use super::round::Round;
use crate::fault::Fault;
use crate::store::Writes;
use crate::store::rows::{Entry, WaitingExtract};

/// Feeds the extracts of a stream that are new, changed or settled.
pub(super) fn update(round: &mut Round<'_>, stream: Stream) -> Result<(), Fault> {
    let (tx, force) = (round.tx, round.server.force);
    let ops = round.record(stream.record)?;
    let Some(folded) = ops.folded().get(&stream) else { return Ok(()) };
    let state = folded.state();
    let open: Vec<Digest> = state.conflicts.iter().map(|conflict| conflict.id).collect();
    tx.set_open_conflicts(stream, &open)?;
    let mut waiting: BTreeMap<Digest, String> =
        tx.extracts_of(stream)?.into_iter().map(|extract| (extract.conflict, extract.json)).collect();
    for conflict in state.conflicts.iter().filter(|conflict| has_extract(conflict)) {
        let extract = extract(tx, ops, conflict, folded)?;
        let json = serde_json::to_string(&extract)?;
        if waiting.remove(&conflict.id).as_ref() != Some(&json) {
            tx.feed(&readers(extract.settler, stream, force).key(), &Entry::Extract(json.clone()))?;
            tx.put_extract(&WaitingExtract { conflict: conflict.id, stream, json })?;
        }
    }
    for (conflict, json) in waiting {
        let mut extract: Extract = serde_json::from_str(&json)?;
        extract.state = ExtractState::Settled;
        extract.sides.iter_mut().for_each(|side| side.body = None);
        feed(tx, &extract)?;
        tx.remove_extract(conflict)?;
    }
    Ok(())
}

/// Tells everybody who may hold an extract what it is now: one of what was kept aside may have been with its first
/// settler before it was passed up.
pub(super) fn feed(tx: &dyn Writes, extract: &Extract) -> Result<(), Fault> {
    let (stream, force) = (extract.stream, tx.server()?.force);
    let told = Entry::Extract(serde_json::to_string(extract)?);
    let now = readers(extract.settler, stream, force);
    let kept_aside = extract.kind == ConflictKind::Quarantined;
    let first = if kept_aside { readers(settler_of(&stream), stream, force) } else { now };
    BTreeSet::from([first, now]).into_iter().try_for_each(|scope| tx.feed(&scope.key(), &told))
}

fn has_extract(conflict: &Conflict) -> bool {
    conflict.passed_up == PassedUp::Yes || conflict.kind == ConflictKind::Quarantined
}

/// The feed of those who settle it, and of nobody else.
pub(crate) fn readers(settler: Settler, stream: Stream, force: OrgId) -> Scope {
    match settler {
        Settler::Admin => Scope::Desk(force),
        Settler::Supervisor => Scope::Supervisors(force),
        Settler::ProviderLead => Scope::Leads(stream.compartment.org),
    }
}

fn extract(tx: &dyn Writes, ops: &Ops, conflict: &Conflict, folded: &Folded) -> Result<Extract, Fault> {
    let (state, history) = (folded.state(), folded.history());
    let stream = state.stream.ok_or(Fault::Unknown("stream"))?;
    let mut sides = Vec::with_capacity(conflict.sides.len());
    for op in conflict.sides.iter().filter_map(|id| history.op(*id)) {
        let org = tx.author(op.id.device)?.ok_or(Fault::Unknown("device"))?.org;
        let body = match conflict.kind {
            ConflictKind::Quarantined => ops.get(&op.id).and_then(|held| held.op.body.clone()),
            ConflictKind::Field
            | ConflictKind::Crossed
            | ConflictKind::Duplicate
            | ConflictKind::Identity
            | ConflictKind::LogFork => None,
        };
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
        sides.push(ExtractSide { op: op.id, author: op.author, org, eff: op.eff(), value, body, had_seen });
    }
    let (id, version, about) = (conflict.id, conflict.version(), conflict.about.clone());
    let settler = match conflict.passed_up {
        PassedUp::Yes => Settler::Admin,
        PassedUp::No => conflict.settler,
    };
    let (kind, state) = (conflict.kind, ExtractState::Open);
    Ok(Extract { stream, conflict: id, version, kind, settler, about, sides, state })
}
