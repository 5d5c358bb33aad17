//! Fan-out on write: what was stamped goes to the feed of every scope that may read its stream.
//!
//! ```text
//!   scope reads the stream   before   now
//!                              no     yes    the whole stream is appended
//!                              yes    yes    what changed is appended
//!                              yes    no     a forget
//! ```
//! Does not read feeds: see [`super::page`].

use std::collections::BTreeSet;

use sync_core::access::{Scope, readers};
use sync_core::ids::{CompartmentKind, OpId, OrgId, Record, RecordKind, Stream};
use sync_core::referral::fold::StreamState;
use sync_core::referral::view::{View, is_kept_from_force, view};

use super::record::Ops;
use super::round::Round;
use crate::fault::Fault;
use crate::store::rows::{Entry, Held};

/// Feeds what changed in a record to its readers, and lets scopes gain and lose its streams.
pub(super) fn spread(round: &mut Round<'_>, record: Record, changed: &[OpId]) -> Result<(), Fault> {
    let (tx, force) = (round.tx, round.server.force);
    let ops = round.record(record)?;
    let seen = Seen::of(&ops.states());
    for stream in streams_of(ops) {
        let held = tx.holders(stream)?;
        let may: BTreeSet<String> = scopes_of(stream, force, &seen).iter().map(Scope::key).collect();
        for scope in held.difference(&may) {
            tx.feed(scope, &Entry::Forget(stream))?;
            tx.let_go(scope, stream)?;
        }
        for scope in may.difference(&held) {
            tx.hold(scope, stream)?;
            feed_all(round, scope, stream, None)?;
            retry_waiting(round, stream)?;
        }
        for scope in may.intersection(&held) {
            feed_all(round, scope, stream, Some(changed))?;
        }
    }
    Ok(())
}

/// What waited since its author could not have read this stream is tried again.
fn retry_waiting(round: &mut Round<'_>, stream: Stream) -> Result<(), Fault> {
    let ops = round.record(stream.record)?.values();
    let ids: Vec<OpId> = ops.filter(|held| held.op.header.stream == stream).map(Held::id).collect();
    for id in ids {
        let waiting = round.tx.take_waiting(id)?;
        round.retry(waiting);
    }
    Ok(())
}

fn streams_of(ops: &Ops) -> BTreeSet<Stream> {
    ops.values().filter(|held| held.is_in_stream()).map(|held| held.op.header.stream).collect()
}

/// What a record says of its readers.
struct Seen {
    view: View,
    kept_from_force: bool,
}

impl Seen {
    fn of(states: &[StreamState]) -> Self {
        Self { view: view(states), kept_from_force: is_kept_from_force(states) }
    }
}

fn scopes_of(stream: Stream, force: OrgId, seen: &Seen) -> Vec<Scope> {
    let (kind, org) = (stream.compartment.kind, stream.compartment.org);
    match stream.record.kind {
        RecordKind::Referral => {
            let providers = seen.view.reading_providers();
            if kind == CompartmentKind::Shared && seen.kept_from_force {
                return providers.into_iter().map(Scope::Provider).collect();
            }
            readers(kind, org, force, &seen.view.owners, &providers)
        }
        RecordKind::Provider => readers(kind, org, force, &[], &[OrgId(stream.record.id)]),
        RecordKind::Persons | RecordKind::Force => readers(CompartmentKind::Police, force, force, &[], &[]),
    }
}

/// Appends the ops of a stream, or those of them that changed, in the order of their places.
fn feed_all(round: &mut Round<'_>, scope: &str, stream: Stream, only: Option<&[OpId]>) -> Result<(), Fault> {
    let tx = round.tx;
    let told = round.erased.clone();
    let ops = round.record(stream.record)?;
    let mut of_stream: Vec<_> = match only {
        Some(ids) => ids.iter().filter(|id| !told.contains(id)).filter_map(|id| ops.get(id)).collect(),
        None => ops.values().collect(),
    };
    of_stream.retain(|held| held.op.header.stream == stream && held.is_in_stream());
    if only.is_none() {
        of_stream.sort_by_key(|held| held.stamp.as_ref().map(|stamp| stamp.place));
    }
    of_stream.into_iter().try_for_each(|held| tx.feed(scope, &Entry::Op { stream, id: held.id() }))
}
