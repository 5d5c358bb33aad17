//! What waits for somebody at a desk: admins and supervisors have a terminal, and admins nothing else.
//!
//! The same list as on a phone, from the rows that are kept of each referral: the store orders them, and only what is
//! shown is read. Does not know what is due: `sync-core` does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use sync_core::ids::{OrgId, Record};
use sync_core::query::desk_of;
use sync_core::referral::act::YesNo;
use sync_core::referral::fold::StreamState;
use sync_core::referral::timers::{Desks, Item, Reader, Referral, Waiting, sent_by};
use sync_core::referral::view::view;

use super::{Answer, Caller, WorklistWanted, referrals};
use crate::fault::Fault;
use crate::reconcile::reference;
use crate::store::Reads;
use crate::store::duties::ListAsked;

/// A part of the worklist of somebody's role, and how many items it has; auditors have none.
pub(super) fn list(read: &dyn Reads, caller: &Caller, wanted: &WorklistWanted) -> Answer {
    let WorklistWanted { now_ms, only_new, from, most } = *wanted;
    let Some((desk, reader)) = desk_of(caller.author.role) else {
        return Ok(json!({"worklist": [], "count": 0}));
    };
    let (able, org, scopes) = (able(read)?, org_of(caller, reader), caller.scopes());
    let (desk_bit, able_at) = (Desks::of(desk), &able);
    let asked = ListAsked { org, desk: desk_bit, scopes: &scopes, able: able_at, only_new, now_ms };
    let mut order = read.urgencies(&asked)?;
    let mut items: BTreeMap<Record, Item> = BTreeMap::new();
    for record in read.to_compute()? {
        let computed = computed(read, caller, record, reader)?.map(|waiting| waiting.staffed(&able));
        let computed = computed.filter(|waiting| only_new == YesNo::No || waiting.is_new());
        let lines = computed.iter().flat_map(|waiting| waiting.lines(reader));
        let urgency =
            lines.filter(|line| line.desk == desk_bit).filter_map(|line| line.urgency(now_ms)).min();
        order.extend(urgency.map(|urgency| (urgency, record)));
        items.extend(computed.and_then(|waiting| Some((record, waiting.item(desk, reader, now_ms)?))));
    }
    order.sort_by_key(|(urgency, record)| (*urgency, record.id));
    let part = order.iter().skip(from).take(most.unwrap_or(usize::MAX)).map(|(_, record)| *record);
    let part: Vec<Record> = part.collect();
    for (record, kept) in read.waiting(&part, &scopes)? {
        let waiting = kept.and_then(|mut kept| kept.remove(&org)).map(|waiting| waiting.staffed(&able));
        items.extend(waiting.and_then(|waiting| Some((record, waiting.item(desk, reader, now_ms)?))));
    }
    let shown: Vec<Item> = part.iter().filter_map(|record| items.remove(record)).collect();
    Ok(json!({"worklist": shown, "count": order.len()}))
}

fn org_of(caller: &Caller, reader: Reader) -> OrgId {
    match reader {
        Reader::Provider => caller.author.org,
        Reader::Force | Reader::Server => caller.author.force,
    }
}

/// What may come on the caller's worklist, whatever the time is.
pub(super) fn waiting(read: &dyn Reads, caller: &Caller) -> Result<Vec<(Record, Waiting)>, Fault> {
    let Some((desk, reader)) = desk_of(caller.author.role) else { return Ok(Vec::new()) };
    let able = able(read)?;
    let org = org_of(caller, reader);
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
