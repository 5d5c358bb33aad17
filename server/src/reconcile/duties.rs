//! What the server does by itself when a time has passed, in its own log.
//!
//! ```text
//!   nobody could be contacted   closing.reason in outreach, referral.closed in shared
//!   a lead has not answered     conflict.passed_up
//!   quiet for the pack's days   nothing: its officers lose it
//! ```
//! What is due says [`sync_core::referral::timers::duties`]; when to look at a record again is kept in the
//! store, so that no record is read in vain and a restart forgets nothing. Does not read a clock.

use std::collections::BTreeSet;

use sync_core::access::{Role, Scope};
use sync_core::ids::{CompartmentKind, Record, RecordKind, Stream, UserId};
use sync_core::local_time::local_day;
use sync_core::referral::act::{Act, ClosingReason, ConflictPassedUp, ReferralClosed};
use sync_core::referral::fold::StreamState;
use sync_core::referral::timers::{
    self, DeviceSync, Duties, Duty, DutyContext, Holiday, OfficersRead, Reader, Referral,
};
use sync_core::referral::view::View;

use super::cross_stream::Own;
use super::own_log::write;
use super::record::Ops;
use super::round::Round;
use super::{feeds, lists};
use crate::fault::Fault;
use crate::store::rows::ServerRow;
use crate::store::{Reads, Writes};

/// How many records one write job looks at.
pub(super) const AT_ONCE: usize = 64;

/// The reason in `close_reasons` with which a lapse closes.
const NO_CONTACT: &str = "no_contact";

/// How soon a record is looked at again of which some ops still wait for others.
const PENDING_MS: u64 = 15 * 60_000;

/// Looks at the records whose time has come, and tells how many there were.
pub(super) fn run(tx: &dyn Writes, server: &ServerRow, now_ms: u64) -> Result<usize, Fault> {
    let due = tx.to_look_at(now_ms, AT_ONCE)?;
    for record in &due {
        let mut round = Round::new(tx, server, now_ms);
        let found = look(&mut round, *record)?;
        if found.own.is_empty() {
            feeds::spread(&mut round, *record, &[])?;
        }
        for (stream, act) in found.own {
            tracing::info!(%record, kind = act.kind(), "a time has passed");
            write(&mut round, stream, &act)?;
        }
        let ops = round.record(*record)?;
        tx.keep_row(*record, &lists::row(tx, *record, ops, found.again_ms)?)?;
        round.finish()?;
    }
    Ok(due.len())
}

/// Computes anew what is kept of a referral that has changed.
pub(super) fn plan(round: &mut Round<'_>, record: Record) -> Result<(), Fault> {
    if record.kind != RecordKind::Referral {
        return Ok(());
    }
    let (tx, now_ms) = (round.tx, round.now_ms);
    let ops = round.record(record)?;
    let states = ops.states();
    let leads = leads(tx, ops)?;
    let known = DutyContext { devices: &[], leads: &leads };
    let duties = timers::duties(&referral(record, (&states, &ops.seen()), &tx.holidays()?), now_ms, known);
    // Whether devices are still to be heard is asked when it is looked at.
    let at_ms = if duties.now.is_empty() { duties.again_ms } else { Some(now_ms) };
    let again_ms = sooner(at_ms, reads_until(record, ops, &states, now_ms));
    tx.keep_row(record, &lists::row(tx, record, ops, again_ms)?)
}

/// When its officers may lose a referral.
fn reads_until(record: Record, ops: &Ops, states: &[StreamState], now_ms: u64) -> Option<u64> {
    match feeds::officers_read(record, ops, states, now_ms) {
        OfficersRead::Until(at_ms) => Some(at_ms),
        // What changes that is an op, and a changed referral is planned anew.
        OfficersRead::WhileItWaits | OfficersRead::NoLonger => None,
    }
}

fn sooner(one_ms: Option<u64>, other_ms: Option<u64>) -> Option<u64> {
    [one_ms, other_ms].into_iter().flatten().min()
}

struct Found {
    own: Vec<Own>,
    again_ms: Option<u64>,
}

fn look(round: &mut Round<'_>, record: Record) -> Result<Found, Fault> {
    let (tx, now_ms) = (round.tx, round.now_ms);
    let ops = round.record(record)?;
    let states = ops.states();
    let devices = devices(tx, record, ops)?;
    let leads = leads(tx, ops)?;
    let known = DutyContext { devices: &devices, leads: &leads };
    let Duties { mut now, mut again_ms } =
        timers::duties(&referral(record, (&states, &ops.seen()), &tx.holidays()?), now_ms, known);
    if ops.values().any(|held| held.stamp.is_none()) {
        let before = now.len();
        now.retain(|duty| !matches!(duty, Duty::Lapse { .. }));
        if now.len() < before {
            again_ms = sooner(again_ms, Some(now_ms.saturating_add(PENDING_MS)));
        }
    }
    again_ms = sooner(again_ms, reads_until(record, ops, &states, now_ms));
    let mut streams = states.iter().filter_map(|state| state.stream);
    let shared = streams.find(|stream| stream.kind() == CompartmentKind::Shared);
    let own = now.into_iter().flat_map(|duty| acts(duty, shared, now_ms)).collect();
    Ok(Found { own, again_ms })
}

/// The leads of a referral's providers who can answer; nobody is asked for while nothing is in conflict.
fn leads(tx: &dyn Reads, ops: &Ops) -> Result<BTreeSet<UserId>, Fault> {
    let mut leads = BTreeSet::new();
    if ops.states().iter().all(|state| state.conflicts.is_empty()) {
        return Ok(leads);
    }
    let seen = ops.seen();
    for person in tx.users()? {
        let leads_it = person.role == Role::ProviderLead && seen.providers.contains(&person.org);
        if leads_it && tx.present_right(person.id)?.is_some() {
            leads.insert(person.id);
        }
    }
    Ok(leads)
}

fn referral<'a>(
    record: Record,
    (states, seen): (&'a [StreamState], &'a View),
    holidays: &'a [Holiday],
) -> Referral<'a> {
    Referral {
        record: record.id,
        states,
        seen,
        reader: Reader::Server,
        holidays,
        synced_ms: None,
        able: None,
    }
}

fn acts(duty: Duty, shared: Option<Stream>, now_ms: u64) -> Vec<Own> {
    match duty {
        Duty::Lapse { provider } => {
            let Some(shared) = shared else { return Vec::new() };
            let outreach = shared.record.stream(CompartmentKind::Outreach, provider);
            let reason = ClosingReason { reason: NO_CONTACT.to_owned(), note: None };
            let closed = ReferralClosed { on: local_day(now_ms), died: None };
            vec![(outreach, Act::ClosingReason(reason)), (shared, Act::ReferralClosed(closed))]
        }
        Duty::PassUp { stream, conflict, version } => {
            vec![(stream, Act::ConflictPassedUp(ConflictPassedUp { conflict, version }))]
        }
    }
}

/// The phones that may hold ops for a record: of whoever follows it and records contacts, and of its officers
/// also once they read it no longer. One that was revoked before the record came never held any; a desk keeps
/// nothing to itself.
fn devices(tx: &dyn Reads, record: Record, ops: &Ops) -> Result<Vec<DeviceSync>, Fault> {
    let officers = ops.seen().owners.clone();
    let came_ms = ops.values().map(|held| held.received_ms).min().unwrap_or_default();
    let streams: BTreeSet<Stream> = ops.values().map(|held| held.op.header.stream).collect();
    let (mut all, server) = (Vec::new(), tx.server()?);
    for row in tx.devices()? {
        let Some(author) = tx.author(row.id)? else { continue };
        let records = matches!(
            author.role,
            Role::Officer | Role::Supervisor | Role::OutreachWorker | Role::ProviderLead
        );
        let gone = tx.revocation(row.id)?.is_some_and(|revoked| revoked.at_ms <= came_ms);
        if !records || gone || server.keeps_log(row.id) {
            continue;
        }
        let scopes = Scope::followed(row.id, &author);
        let mut follows = officers.contains(&author.user);
        for stream in &streams {
            for scope in &scopes {
                follows = follows || tx.holds(scope, *stream)?;
            }
        }
        if follows {
            all.push(DeviceSync { device: row.id, last_sync_ms: tx.heard_ms(row.id)? });
        }
    }
    tracing::debug!(%record, devices = all.len(), "devices that may hold ops");
    Ok(all)
}
