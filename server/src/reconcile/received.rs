//! That a service has a referral: somebody there who can act has read it.
//!
//! ```text
//!   phone of a worker or a lead   its next request shows the page as kept   ─┐
//!   their desk                    the referral was shown                    ─┴─▶ referral.received
//! ```
//! What a device has kept says its cursor (`docs/adr/0010`): the last one is kept with the device, and only what
//! lies between is looked at. Does not decide what a reader gets: see [`super::page`].

use std::collections::BTreeSet;

use sync_core::access::{Author, Scope};
use sync_core::ids::{CompartmentKind, OrgId, Record, RecordKind};
use sync_core::referral::act::{Act, ReferralReceived};
use sync_core::referral::engagement::is_unread_by;

use super::epochs;
use super::own_log::write;
use super::round::Round;
use super::verify::Opened;
use crate::fault::Fault;
use crate::store::rows::{DeviceRow, Entry, Revoked, ServerRow};
use crate::store::{Reads, Writes};

/// Entries of one look into a feed.
const AT_ONCE: usize = 400;

/// What puts a referral into a service's hands.
const SENDS: [&str; 2] = ["referral.submitted", "referral.rerouted"];

/// Notes how far a device has kept its feeds, and what its service has received thereby.
pub(super) fn confirmed(
    tx: &dyn Writes,
    server: &ServerRow,
    push: &Opened,
    device: &DeviceRow,
    now_ms: u64,
) -> Result<(), Fault> {
    let (before, after) = (tx.confirmed(device.id)?, epochs::after(tx, push)?);
    if after <= before {
        return Ok(());
    }
    tx.confirm(device.id, after)?;
    let right = tx.present_right(device.user)?.filter(|right| right.role.of_provider());
    let Some(right) = right.filter(|_| device.revoked == Revoked::No) else { return Ok(()) };
    note(tx, server, sent_between(tx, right.org, before, after)?, right.org, now_ms)
}

/// Notes what a desk has shown to somebody of a service.
pub(crate) fn shown(
    tx: &dyn Writes,
    author: &Author,
    records: BTreeSet<Record>,
    now_ms: u64,
) -> Result<(), Fault> {
    if !author.role.of_provider() {
        return Ok(());
    }
    note(tx, &tx.server()?, records, author.org, now_ms)
}

/// What follows from reading is not written while the store cannot be; reading goes on.
pub(crate) fn if_it_can(noted: Result<(), Fault>) -> Result<(), Fault> {
    match noted {
        Err(fault) if fault.passes() => {
            tracing::warn!(%fault, "it is not noted that something was read");
            Ok(())
        }
        other => other,
    }
}

/// The referrals that were sent to a provider between two places of its feed.
fn sent_between(
    read: &dyn Reads,
    provider: OrgId,
    before: u64,
    after: u64,
) -> Result<BTreeSet<Record>, Fault> {
    let (scopes, mut from, mut records) = ([Scope::Provider(provider)], before, BTreeSet::new());
    loop {
        let rows = read.feed_after(&scopes, from, AT_ONCE)?;
        for row in rows.iter().filter(|row| row.pos <= after) {
            let (Entry::Op { stream, id } | Entry::Again { stream, id }) = &row.entry else { continue };
            let is_shared =
                stream.kind() == CompartmentKind::Shared && stream.record.kind == RecordKind::Referral;
            if !is_shared || records.contains(&stream.record) {
                continue;
            }
            if read.op(*id)?.is_some_and(|held| SENDS.contains(&held.op.header.kind.as_str())) {
                records.insert(stream.record);
            }
        }
        match rows.last() {
            Some(last) if last.pos < after && rows.len() == AT_ONCE => from = last.pos,
            Some(_) | None => return Ok(records),
        }
    }
}

fn note(
    tx: &dyn Writes,
    server: &ServerRow,
    records: BTreeSet<Record>,
    provider: OrgId,
    now_ms: u64,
) -> Result<(), Fault> {
    let mut round = Round::new(tx, server, now_ms);
    for record in records {
        let states = round.record(record)?.states();
        let mut streams = states.iter().filter_map(|state| state.stream);
        let shared = streams.find(|stream| stream.kind() == CompartmentKind::Shared);
        if let Some(shared) = shared.filter(|_| is_unread_by(&states, provider)) {
            write(&mut round, shared, &Act::ReferralReceived(ReferralReceived { provider }))?;
        }
    }
    round.finish()
}
