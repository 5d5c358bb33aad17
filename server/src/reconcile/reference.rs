//! What devices look things up in: the policy in force, and the providers that take referrals.
//!
//! Goes with each enrolment, and to every device's feed when it changes. Does not change it: see
//! [`crate::desk`].

use std::collections::BTreeSet;

use sync_core::access::Scope;
use sync_core::ids::{OpId, OrgId, Record};
use sync_core::referral::act::YesNo;
use sync_core::service::{Accepts, standing};
use sync_core::slots::{self, OfferedSlot};
use sync_core::sync::enrolment::{Bundle, Provider};

use super::joined;
use super::record::Ops;
use super::reroute::provider_of;
use super::round::Round;
use super::slots::taken;
use crate::fault::Fault;
use crate::outside;
use crate::store::rows::{Entry, Org};
use crate::store::{Reads, Writes, providers};

/// All of it, as it is at a time, for somebody of an organisation.
pub(crate) fn bundle_for(read: &dyn Reads, org: OrgId, now_ms: u64) -> Result<Bundle, Fault> {
    Ok(Bundle { joined: joined::lately(read, org, now_ms)?, ..bundle(read, now_ms)? })
}

/// All of it, but for who joined an organisation.
pub(crate) fn bundle(read: &dyn Reads, now_ms: u64) -> Result<Bundle, Fault> {
    let (closed, staffed) = (read.closed_orgs()?, staffed(read)?);
    let listed = providers(read.orgs()?, read.server()?.force).into_iter();
    let open = listed.filter(|org| !closed.contains_key(&org.id));
    let mut providers = Vec::new();
    for org in open {
        let Org { id, name, telephone, hours, areas, ages } = org;
        let staffed = if staffed.contains(&id) { YesNo::Yes } else { YesNo::No };
        let Says { accepts, kinds, slots } = says(read, id, now_ms)?;
        providers.push(Provider { id, name, telephone, hours, areas, ages, staffed, kinds, accepts, slots });
    }
    let (policy, holidays) = (read.policy()?, read.holidays()?);
    Ok(Bundle { policy, providers, holidays, joined: Vec::new(), care: outside::care(read)? })
}

/// So many slots of a service go to phones: the next ones. A phone that was long without signal leaves out what is over.
const MOST_SLOTS: usize = 200;

/// What a service's own record says of it.
struct Says {
    accepts: Accepts,
    kinds: Vec<String>,
    slots: Vec<OfferedSlot>,
}

fn says(read: &dyn Reads, provider: OrgId, now_ms: u64) -> Result<Says, Fault> {
    let stream = provider_of(provider, read.server()?.force);
    let state = Ops::new(read.ops_of_record(stream.record)?).into_state_of(stream);
    let (accepts, kinds) = standing::of(&state);
    let mut slots = slots::offered(&state);
    slots.retain(|slot| slot.ends_ms() > now_ms);
    slots.truncate(MOST_SLOTS);
    for slot in &mut slots {
        let taken = taken(read, slot.slot)?.len();
        slot.free = slot.free.saturating_sub(u16::try_from(taken).unwrap_or(u16::MAX));
    }
    Ok(Says { accepts, kinds, slots })
}

/// What changes when ops of a service's own record, or answers to requests, were just stamped.
pub(super) fn follow_up(round: &mut Round<'_>, record: Record, changed: &[OpId]) -> Result<(), Fault> {
    let ops = round.record(record)?;
    let told =
        ["slot.opened", "slot.closed", "service.changed", "appointment.confirmed", "appointment.declined"];
    let is_told = |id: &OpId| ops.get(id).is_some_and(|held| told.contains(&held.op.header.kind.as_str()));
    if changed.iter().any(is_told) { self::changed(round.tx) } else { Ok(()) }
}

/// The providers at which somebody can act: a worker or a lead who is not disabled.
pub(crate) fn staffed(read: &dyn Reads) -> Result<BTreeSet<OrgId>, Fault> {
    let mut staffed = BTreeSet::new();
    for person in read.users()?.into_iter().filter(|person| person.role.of_provider()) {
        if let Some(right) = read.present_right(person.id)?.filter(|right| right.role.of_provider()) {
            staffed.insert(right.org);
        }
    }
    Ok(staffed)
}

/// Tells every device that it has changed. Who enrols later gets it then; the logs that the server keeps look nothing up.
pub(crate) fn changed(tx: &dyn Writes) -> Result<(), Fault> {
    let server = tx.server()?;
    if tx.devices()?.iter().all(|device| server.keeps_log(device.id)) {
        return Ok(());
    }
    tx.feed(&Scope::Everybody(server.force).key(), &Entry::Reference)
}
