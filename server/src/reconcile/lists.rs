//! What lists and results show of a referral, computed whenever it changes, so that no list folds what it does not show.
//!
//! For each organisation that holds it: what a worklist shows there is of what that organisation holds. Says nothing of
//! lateness, which needs the clock, nor of who can act at a service: a list asks that when it is read.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::access::Scope;
use sync_core::ids::{CompartmentKind, OrgId, Record};
use sync_core::referral::fold::StreamState;
use sync_core::referral::timers::{Desks, Reader, Referral, Waiting};
use sync_core::referral::view::{View, view};
use sync_core::results::Figures;

use super::feeds;
use super::record::Ops;
use crate::fault::Fault;
use crate::store::Reads;
use crate::store::duties::ReferralRow;

/// The row of a referral, once its readers are known.
pub(super) fn row(
    read: &dyn Reads,
    record: Record,
    ops: &Ops,
    again_ms: Option<u64>,
) -> Result<ReferralRow, Fault> {
    let (force, seen) = (read.server()?.force, ops.seen());
    let (mut waiting, mut lines, mut desks) = (BTreeMap::new(), BTreeMap::new(), Desks::NONE);
    let outreach = ops.streams().iter().filter(|stream| stream.kind() == CompartmentKind::Outreach);
    let services: BTreeSet<OrgId> =
        outreach.map(|stream| stream.compartment.org).chain(seen.reading_providers()).collect();
    let readers = services.into_iter().map(|service| (service, Scope::Provider(service), Reader::Provider));
    for (org, scope, reader) in readers.chain([(force, Scope::Force(force), Reader::Force)]) {
        let held = held_by(read, ops, &scope)?;
        // Who holds all of it sees what the server sees.
        let found = if held.len() == ops.folded().len() {
            waits(read, record, ops, (&ops.states(), &seen), reader)?
        } else {
            let states: Vec<StreamState> = held.into_iter().cloned().collect();
            waits(read, record, ops, (&states, &view(&states)), reader)?
        };
        if let Some(found) = found {
            desks = desks.and(found.desks(reader));
            lines.insert(org, found.lines(reader));
            waiting.insert(org, found);
        }
    }
    Ok(ReferralRow { again_ms, desks, waiting, lines, figures: Figures::of(&ops.states(), &seen) })
}

/// The states of the streams that a scope holds.
fn held_by<'a>(read: &dyn Reads, ops: &'a Ops, scope: &Scope) -> Result<Vec<&'a StreamState>, Fault> {
    let (key, mut held) = (scope.key(), Vec::new());
    for (stream, folded) in ops.folded() {
        if read.holders(*stream)?.contains(&key) {
            held.push(folded.state());
        }
    }
    Ok(held)
}

/// What a reader's worklist shows, as if nobody could act at any service; none where nothing may come.
fn waits(
    read: &dyn Reads,
    record: Record,
    ops: &Ops,
    (states, seen): (&[StreamState], &View),
    reader: Reader,
) -> Result<Option<Waiting>, Fault> {
    if states.is_empty() {
        return Ok(None);
    }
    let (nobody, holidays) = (BTreeSet::new(), read.holidays()?);
    let (synced_ms, able) = (feeds::sent_ms(ops, states), Some(&nobody));
    let referral = Referral { record: record.id, states, seen, reader, holidays: &holidays, synced_ms, able };
    let waiting = Waiting::of(&referral);
    Ok(Some(waiting).filter(|waiting| !waiting.coming.is_empty()))
}
