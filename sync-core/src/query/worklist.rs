//! What is due on the referrals that are held, the most urgent first, each with its reason in words.
//!
//! Does not know what is due: [`crate::referral::timers`] does.

use serde::Serialize;

use crate::access::Role;
use crate::command::Known;
use crate::ids::Record;
use crate::query::page;
use crate::referral::timers::{Coming, Item, Reader, WorklistOf, in_order, urgency_of};

/// What is due.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Worklist {
    /// One item a referral, the most urgent first.
    pub worklist: Vec<Item>,
}

/// Whose worklist somebody of a role reads, and for whom; auditors have none.
#[must_use]
pub fn desk_of(role: Role) -> Option<(WorklistOf, Reader)> {
    match role {
        Role::Officer => Some((WorklistOf::Officer, Reader::Force)),
        Role::Supervisor => Some((WorklistOf::Supervisor, Reader::Force)),
        Role::OutreachWorker | Role::ProviderLead => Some((WorklistOf::Provider, Reader::Provider)),
        Role::Admin => Some((WorklistOf::Admin, Reader::Force)),
        Role::Auditor | Role::Server => None,
    }
}

/// The worklist of whoever asks: only what is shown of it is read whole.
pub(super) fn of<K: Known>(limit: Option<u32>, known: &K) -> Result<Worklist, K::Fault> {
    let (limit, now_ms) = (page(limit)?, known.now().ms);
    let Some((desk, reader)) = desk_of(known.member().role) else {
        return Ok(Worklist { worklist: Vec::new() });
    };
    let coming = known.coming()?.into_iter();
    let urgent =
        |(record, coming): (Record, Vec<Coming>)| Some((urgency_of(&coming, desk, reader, now_ms)?, record));
    let mut here: Vec<_> = coming.filter_map(urgent).collect();
    here.sort_unstable();
    here.truncate(limit.unwrap_or(usize::MAX));
    let records: Vec<Record> = here.into_iter().map(|(_, record)| record).collect();
    let waiting = known.waiting(&records)?.into_iter();
    Ok(Worklist {
        worklist: in_order(waiting.filter_map(|waiting| waiting.item(desk, reader, now_ms)).collect()),
    })
}
