//! What is due on the referrals that are held, the most urgent first, each with its reason in words.
//!
//! Does not know what is due: `sync-core` does.

use rusqlite::Connection;
use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::Record;
use sync_core::referral::fold::StreamState;
use sync_core::referral::timers::{Desk, Reader, Referral, worklist};

use crate::problem::Problem;
use crate::store::{ops, state};

/// The worklist of somebody's role; auditors have none.
pub(crate) fn of(db: &Connection, role: Role, now_ms: u64) -> Result<Value, Problem> {
    let (desk, reader) = match role {
        Role::Officer | Role::Supervisor => (Desk::Police, Reader::Force),
        Role::OutreachWorker | Role::ProviderLead => (Desk::Provider, Reader::Provider),
        Role::Admin => (Desk::Admin, Reader::Force),
        Role::Auditor | Role::Server => return Ok(json!({"worklist": []})),
    };
    let mut held: Vec<(Record, Vec<StreamState>, Option<u64>)> = Vec::new();
    for record in ops::records(db)? {
        let states = state::folded(db, record)?.into_values().collect();
        held.push((record, states, received_ms(db, record)?));
    }
    let referrals: Vec<Referral<'_>> = held
        .iter()
        .map(|(record, states, synced_ms)| Referral {
            record: record.id,
            states,
            reader,
            synced_ms: *synced_ms,
        })
        .collect();
    Ok(json!({"worklist": worklist(&referrals, desk, now_ms)}))
}

/// When the server received the submission; none while it waits in the outbox.
fn received_ms(db: &Connection, record: Record) -> Result<Option<u64>, Problem> {
    let held = ops::of_record(db, record)?;
    let mut sent = held.iter().filter(|held| held.op.kind.as_str() == "referral.submitted");
    Ok(sent.find_map(|held| held.op.stamp.as_ref().map(|stamp| stamp.received_ms)))
}
