//! What waits for somebody at a desk: admins and supervisors have a terminal, and admins nothing else.
//!
//! The same list as on a phone, from what the reader's feeds hold and something is due in. Does not know what is due:
//! `sync-core` does.

use std::collections::BTreeSet;

use serde_json::json;
use sync_core::access::{Author, Role};
use sync_core::ids::{CompartmentKind, OrgId, Record};
use sync_core::referral::fold::StreamState;
use sync_core::referral::timers::{Holiday, Item, Reader, Referral, WorklistOf, in_order, sent_by, worklist};

use super::{Answer, Caller, referrals};
use crate::fault::Fault;
use crate::reconcile::reference;
use crate::store::Reads;

/// The worklist of somebody's role; auditors have none.
pub(super) fn list(read: &dyn Reads, caller: &Caller, now_ms: u64) -> Answer {
    let (desk, reader) = match caller.author.role {
        Role::Officer => (WorklistOf::Officer, Reader::Force),
        Role::Supervisor => (WorklistOf::Supervisor, Reader::Force),
        Role::OutreachWorker | Role::ProviderLead => (WorklistOf::Provider, Reader::Provider),
        Role::Admin => (WorklistOf::Admin, Reader::Force),
        Role::Auditor | Role::Server => return Ok(json!({"worklist": []})),
    };
    let (able, holidays) = (able(read)?, read.holidays()?);
    let known = ListContext { desk, reader, able: &able, holidays: &holidays, now_ms };
    let mut items = Vec::new();
    for record in read.due_records()? {
        if reads(read, caller, record)? {
            items.extend(of_referral(read, caller, record, known)?);
        }
    }
    Ok(json!({"worklist": in_order(items)}))
}

/// Whether the reader holds one of a referral's streams.
fn reads(read: &dyn Reads, caller: &Caller, record: Record) -> Result<bool, Fault> {
    let Author { org, force, .. } = caller.author;
    let police = record.stream(CompartmentKind::Police, force);
    let (shared, outreach) =
        (record.stream(CompartmentKind::Shared, force), record.stream(CompartmentKind::Outreach, org));
    for stream in [shared, police, outreach] {
        if caller.holds(read, stream)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[derive(Clone, Copy)]
struct ListContext<'a> {
    desk: WorklistOf,
    reader: Reader,
    able: &'a BTreeSet<OrgId>,
    holidays: &'a [Holiday],
    now_ms: u64,
}

fn of_referral(
    read: &dyn Reads,
    caller: &Caller,
    record: Record,
    known: ListContext<'_>,
) -> Result<Vec<Item>, Fault> {
    let held = referrals::held(read, caller, record)?;
    let states: Vec<StreamState> = held.values().map(|folded| folded.state().clone()).collect();
    let sent = sent_by(&states).map(|id| read.op(id)).transpose()?.flatten();
    let synced_ms = sent.map(|held| held.received_ms);
    let ListContext { desk, reader, able, holidays, now_ms } = known;
    let (record, states, able) = (record.id, &states, Some(able));
    let referral = Referral { record, states, reader, holidays, synced_ms, able };
    Ok(worklist(&[referral], desk, now_ms))
}

/// The services at which somebody can act: they take referrals, and have people.
fn able(read: &dyn Reads) -> Result<BTreeSet<OrgId>, Fault> {
    let (mut able, closed) = (reference::staffed(read)?, read.closed_orgs()?);
    able.retain(|org| !closed.contains_key(org));
    Ok(able)
}
