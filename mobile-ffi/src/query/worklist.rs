//! What is due on the referrals that are held, the most urgent first, each with its reason in words.
//!
//! Does not know what is due: `sync-core` does.

use std::collections::BTreeSet;

use rusqlite::Connection;
use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{OrgId, Record};
use sync_core::referral::act::YesNo;
use sync_core::referral::fold::StreamState;
use sync_core::referral::timers::{Desk, Reader, Referral, sent_by, worklist};

use crate::problem::Problem;
use crate::store::{ops, reference, state};

/// The worklist of somebody's role; auditors have none.
pub(crate) fn of(db: &Connection, role: Role, now_ms: u64) -> Result<Value, Problem> {
    let (desk, reader) = match role {
        Role::Officer => (Desk::Officer, Reader::Force),
        Role::Supervisor => (Desk::Supervisor, Reader::Force),
        Role::OutreachWorker | Role::ProviderLead => (Desk::Provider, Reader::Provider),
        Role::Admin => (Desk::Admin, Reader::Force),
        Role::Auditor | Role::Server => return Ok(json!({"worklist": []})),
    };
    let mut held: Vec<(Record, Vec<StreamState>, Option<u64>)> = Vec::new();
    for record in ops::records(db)? {
        let states: Vec<StreamState> = state::folded(db, record)?.into_values().collect();
        let synced_ms = received_ms(db, record, &states)?;
        held.push((record, states, synced_ms));
    }
    let able = able(db)?;
    let holidays = reference::holidays(db)?;
    let referrals: Vec<Referral<'_>> = held
        .iter()
        .map(|(record, states, synced_ms)| Referral {
            record: record.id,
            states,
            reader,
            holidays: &holidays,
            synced_ms: *synced_ms,
            able: Some(&able),
        })
        .collect();
    Ok(json!({"worklist": worklist(&referrals, desk, now_ms)}))
}

/// The services at which somebody can act, as far as this phone was told.
fn able(db: &Connection) -> Result<BTreeSet<OrgId>, Problem> {
    let providers = reference::providers(db)?.into_iter();
    Ok(providers.filter(|provider| provider.staffed == YesNo::Yes).map(|provider| provider.id).collect())
}

/// When the server received what sent it to its service; none while that waits in the outbox.
fn received_ms(db: &Connection, record: Record, states: &[StreamState]) -> Result<Option<u64>, Problem> {
    let Some(sent) = sent_by(states) else { return Ok(None) };
    let held = ops::of_record(db, record)?;
    let sent = held.iter().find(|held| held.op.id == sent);
    Ok(sent.and_then(|held| held.op.stamp.as_ref()).map(|stamp| stamp.received_ms))
}
