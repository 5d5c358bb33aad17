//! Fan-out on write: what was stamped goes to the feed of every scope that may read its stream.
//!
//! ```text
//!   scope reads the stream   before   now
//!                              no     yes    the whole stream is appended; once it was lost, for its authors too
//!                              yes    yes    what changed is appended
//!                              yes    no     a forget
//! ```
//! Officers lose a referral that has been quiet for the pack's days, and have it back with the next news
//! ([`officers_read`]). Does not read feeds: see [`super::page`].

use std::collections::BTreeSet;

use sync_core::access::{Scope, readers};
use sync_core::ids::{CompartmentKind, OpId, OrgId, Record, RecordKind, Stream, UserId};
use sync_core::referral::fold::StreamState;
use sync_core::referral::timers::{self, OfficersRead, Reader, Referral};
use sync_core::referral::view::is_kept_from_force;

use super::record::Ops;
use super::round::Round;
use crate::fault::Fault;
use crate::store::rows::{Entry, Held};

/// Feeds what changed in a record to its readers, and lets scopes gain and lose its streams.
pub(super) fn spread(round: &mut Round<'_>, record: Record, changed: &[OpId]) -> Result<(), Fault> {
    let (tx, force, now_ms) = (round.tx, round.server.force, round.now_ms);
    let ops = round.record(record)?;
    let seen = Seen::of(record, ops, now_ms);
    for stream in streams_of(ops) {
        let held = tx.holders(stream)?;
        let readers = scopes_of(stream, force, &seen);
        let may: BTreeSet<String> = readers.iter().map(Scope::key).collect();
        for scope in held.difference(&may) {
            tx.feed(scope, &Entry::Forget(stream))?;
            tx.let_go(scope, stream)?;
        }
        for scope in readers.iter().filter(|scope| !held.contains(&scope.key())) {
            let fed = if tx.ever_held(scope, stream)? { Fed::Again } else { Fed::Whole };
            tx.hold(&scope.key(), stream)?;
            feed_all(round, &scope.key(), stream, fed)?;
            retry_waiting(round, stream)?;
        }
        for scope in may.intersection(&held) {
            feed_all(round, scope, stream, Fed::Changed(changed))?;
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
    officers: Vec<UserId>,
    providers: Vec<OrgId>,
    kept_from_force: bool,
}

impl Seen {
    fn of(record: Record, ops: &Ops, now_ms: u64) -> Self {
        let (states, seen) = (ops.states(), ops.seen());
        let officers = match officers_read(record, ops, &states, now_ms) {
            OfficersRead::Until(_) | OfficersRead::WhileItWaits => seen.owners.clone(),
            OfficersRead::NoLonger => Vec::new(),
        };
        let providers = seen.reading_providers();
        Self { officers, providers, kept_from_force: is_kept_from_force(&states) }
    }
}

/// Whether the officers of a referral still read it.
pub(super) fn officers_read(record: Record, ops: &Ops, states: &[StreamState], now_ms: u64) -> OfficersRead {
    let synced_ms = sent_ms(ops, states);
    let referral = Referral {
        record: record.id,
        states,
        seen: &ops.seen(),
        reader: Reader::Server,
        holidays: &[],
        synced_ms,
        able: None,
    };
    timers::officers_read(&referral, now_ms, |id| ops.get(&id).map(|held| held.received_ms))
}

/// When the server received what sent a referral to its present service.
pub(super) fn sent_ms(ops: &Ops, states: &[StreamState]) -> Option<u64> {
    timers::sent_by(states).and_then(|id| ops.get(&id)).map(|held| held.received_ms)
}

fn scopes_of(stream: Stream, force: OrgId, seen: &Seen) -> Vec<Scope> {
    let (kind, org) = (stream.compartment.kind, stream.compartment.org);
    match stream.record.kind {
        RecordKind::Referral => {
            if kind == CompartmentKind::Shared && seen.kept_from_force {
                return seen.providers.iter().copied().map(Scope::Provider).collect();
            }
            readers(kind, org, force, &seen.officers, &seen.providers)
        }
        RecordKind::Provider => readers(kind, org, force, &[], &[OrgId(stream.record.id)]),
        RecordKind::Persons | RecordKind::Force => readers(CompartmentKind::Police, force, force, &[], &[]),
    }
}

/// Which ops of a stream a scope is fed.
#[derive(Clone, Copy)]
enum Fed<'a> {
    /// All of them.
    Whole,
    /// All of them again, as it had lost the stream.
    Again,
    /// Those that changed.
    Changed(&'a [OpId]),
}

/// Appends ops of a stream, in the order of their places.
fn feed_all(round: &mut Round<'_>, scope: &str, stream: Stream, fed: Fed<'_>) -> Result<(), Fault> {
    let tx = round.tx;
    let told = round.erased.clone();
    let ops = round.record(stream.record)?;
    let mut of_stream: Vec<_> = match fed {
        Fed::Changed(ids) => {
            ids.iter().filter(|id| !told.contains(id)).filter_map(|id| ops.get(id)).collect()
        }
        Fed::Whole | Fed::Again => ops.values().collect(),
    };
    of_stream.retain(|held| held.op.header.stream == stream && held.is_in_stream());
    if !matches!(fed, Fed::Changed(_)) {
        of_stream.sort_by_key(|held| held.stamp.as_ref().map(|stamp| stamp.place));
    }
    let entry = |id: OpId| match fed {
        Fed::Whole | Fed::Changed(_) => Entry::Op { stream, id },
        Fed::Again => Entry::Again { stream, id },
    };
    of_stream.into_iter().try_for_each(|held| tx.feed(scope, &entry(held.id())))
}
