//! What waits for somebody at a desk: admins and supervisors have a terminal, and admins nothing else.
//!
//! The same list as on a phone, from the rows that are kept of each referral. Does not know what is due: `sync-core`
//! does.

use std::collections::BTreeSet;

use serde_json::json;
use sync_core::ids::{OrgId, Record};
use sync_core::query::desk_of;
use sync_core::referral::fold::StreamState;
use sync_core::referral::timers::{Desks, Item, Reader, Referral, Waiting, in_order, sent_by};
use sync_core::referral::view::view;

use super::{Answer, Caller, referrals};
use crate::fault::Fault;
use crate::reconcile::reference;
use crate::store::Reads;

/// The worklist of somebody's role; auditors have none.
pub(super) fn list(read: &dyn Reads, caller: &Caller, now_ms: u64) -> Answer {
    let Some((desk, reader)) = desk_of(caller.author.role) else { return Ok(json!({"worklist": []})) };
    let waiting = waiting(read, caller)?.into_iter();
    let items: Vec<Item> = waiting.filter_map(|(_, waiting)| waiting.item(desk, reader, now_ms)).collect();
    Ok(json!({"worklist": in_order(items)}))
}

/// What may come on the caller's worklist, whatever the time is.
pub(super) fn waiting(read: &dyn Reads, caller: &Caller) -> Result<Vec<(Record, Waiting)>, Fault> {
    let Some((desk, reader)) = desk_of(caller.author.role) else { return Ok(Vec::new()) };
    let able = able(read)?;
    let org = match reader {
        Reader::Provider => caller.author.org,
        Reader::Force | Reader::Server => caller.author.force,
    };
    let desks = Desks::of(desk).and(Desks::while_nobody_can_act());
    let mut all = Vec::new();
    for (record, kept) in read.on_desks(desks, &caller.scopes())? {
        let waiting = match kept {
            Some(mut kept) => kept.remove(&org),
            None => computed(read, caller, record, reader)?,
        };
        all.extend(waiting.map(|waiting| (record, waiting.staffed(&able))));
    }
    Ok(all)
}

/// What is not kept yet, since what it is made with has just changed.
fn computed(
    read: &dyn Reads,
    caller: &Caller,
    record: Record,
    reader: Reader,
) -> Result<Option<Waiting>, Fault> {
    let held = referrals::held(read, caller, record)?;
    let states: &[StreamState] = &held.values().map(|folded| folded.state().clone()).collect::<Vec<_>>();
    let sent = sent_by(states).map(|id| read.op(id)).transpose()?.flatten();
    let (synced_ms, nobody) = (sent.map(|held| held.received_ms), BTreeSet::new());
    let (seen, holidays) = (&view(states), &read.holidays()?);
    let (record, able) = (record.id, Some(&nobody));
    let waiting = Waiting::of(&Referral { record, states, seen, reader, holidays, synced_ms, able });
    Ok(Some(waiting).filter(|_| !states.is_empty()))
}

/// The services at which somebody can act: they take referrals, and have people.
fn able(read: &dyn Reads) -> Result<BTreeSet<OrgId>, Fault> {
    let (mut able, closed) = (reference::staffed(read)?, read.closed_orgs()?);
    able.retain(|org| !closed.contains_key(org));
    Ok(able)
}
