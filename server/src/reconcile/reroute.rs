//! A provider that is deactivated with referrals in flight (C14).
//!
//! ```text
//!   provider.deactivated, fallback named   each referral that goes on there   referral.rerouted
//!   submitted to it later, offline         the same
//!   no fallback named, or of other ages    nothing: it stays with the admins until one is
//! ```
//! What the old provider did counts, also when it comes late, and reaches the new one as credits. Never counts against
//! the person. Does not choose a provider: an admin names the fallback.

use sync_core::access::Scope;
use sync_core::ids::{CompartmentKind, OpId, OrgId, Record, RecordKind, Stream};
use sync_core::referral::act::{Act, ProviderDeactivated, ReferralRerouted, RerouteReason};
use sync_core::referral::eligibility::Age;
use sync_core::referral::fold::StreamState;
use sync_core::referral::view::view;

use super::own_log::write;
use super::reference;
use super::round::Round;
use crate::fault::Fault;
use crate::outside::{self, Kept};
use crate::store::Reads;
use crate::store::people::Span;

/// Rows of one look into the list of a provider's referrals.
const PAGE: usize = 200;

/// Where what is about a provider is recorded.
pub(crate) fn provider_of(provider: OrgId, force: OrgId) -> Stream {
    Record { kind: RecordKind::Provider, id: provider.0 }.stream(CompartmentKind::Shared, force)
}

/// What follows from ops that were just stamped.
pub(super) fn follow_up(round: &mut Round<'_>, record: Record, changed: &[OpId]) -> Result<(), Fault> {
    let kinds = match record.kind {
        RecordKind::Referral => &["referral.submitted", "transfer.accepted", "referral.rerouted"][..],
        RecordKind::Provider => &["provider.deactivated"][..],
        RecordKind::Persons | RecordKind::Force => return Ok(()),
    };
    let ops = round.record(record)?;
    let is_one = |id: &OpId| ops.get(id).is_some_and(|held| kinds.contains(&held.op.header.kind.as_str()));
    if !changed.iter().any(is_one) {
        return Ok(());
    }
    match record.kind {
        RecordKind::Referral => reroute(round, record),
        RecordKind::Provider => deactivated(round, record, changed),
        RecordKind::Persons | RecordKind::Force => Ok(()),
    }
}

/// The provider takes no new referrals from now on, and hands over those that go on.
fn deactivated(round: &mut Round<'_>, record: Record, changed: &[OpId]) -> Result<(), Fault> {
    let provider = OrgId(record.id);
    let states = round.record(record)?.states();
    let mut acts = states.iter().flat_map(StreamState::acts);
    let Some((entry, _)) = acts
        .find(|(entry, act)| changed.contains(&entry.id) && act.as_body::<ProviderDeactivated>().is_some())
    else {
        return Ok(());
    };
    if !round.tx.closed_orgs()?.contains_key(&provider) {
        let closed = Kept::OrgClosed { org: provider, at_ms: round.now_ms, by: entry.author };
        outside::keep(round.tx, &closed)?;
        reference::changed(round.tx)?;
    }
    for referral in in_flight(round.tx, provider)? {
        reroute(round, referral)?;
    }
    Ok(())
}

/// The referrals that a provider holds.
pub(crate) fn in_flight(read: &dyn Reads, provider: OrgId) -> Result<Vec<Record>, Fault> {
    let mut span = Span { after: 0, limit: PAGE };
    let mut records = Vec::new();
    loop {
        let page = read.list_referrals(&[Scope::Provider(provider)], span)?;
        span.after = page.last().map_or(0, |listed| listed.pos);
        let last = page.len() < PAGE;
        records.extend(page.into_iter().map(|listed| listed.row));
        if last {
            return Ok(records);
        }
    }
}

/// Hands a referral over that goes on at a provider which is no more.
fn reroute(round: &mut Round<'_>, record: Record) -> Result<(), Fault> {
    let closed = round.tx.closed_orgs()?;
    // Before anything is read of the referral: as a rule no service is closed.
    if closed.is_empty() {
        return Ok(());
    }
    let states = round.record(record)?.states();
    let Some(provider) = waits_at(&states) else { return Ok(()) };
    if !closed.contains_key(&provider) {
        return Ok(());
    }
    let Some(to) = fallback(round, provider)? else { return Ok(()) };
    if !takes_the_age(round, &states, to)? {
        return Ok(());
    }
    let mut streams = states.iter().filter_map(|state| state.stream);
    let shared = streams.find(|stream| stream.kind() == CompartmentKind::Shared);
    let reason = RerouteReason::ProviderDeactivated;
    shared.map_or(Ok(()), |shared| {
        write(
            round,
            shared,
            &Act::ReferralRerouted(ReferralRerouted { to, reason, by: None, outside_age: None }),
        )
    })
}

/// Whether a service takes people of the age that the person has; for others an admin names one, with a reason.
fn takes_the_age(round: &Round<'_>, states: &[StreamState], to: OrgId) -> Result<bool, Fault> {
    let years = view(states).subject.and_then(|who| who.age_at(round.now_ms)).map(Age::years);
    let services = reference::bundle(round.tx, round.now_ms)?.providers;
    let service = services.iter().find(|service| service.id == to);
    Ok(service.zip(years).is_none_or(|(service, years)| service.ages.include(years)))
}

/// The one provider at which a referral goes on; while two have it, an admin says which first.
pub(crate) fn waits_at(states: &[StreamState]) -> Option<OrgId> {
    let seen = view(states);
    let is_submitted = seen.submitted_ms.is_some();
    let goes_on = is_submitted && !seen.engagement.stage.is_ended() && !is_complete(seen.engagement.stage);
    match seen.providers.as_slice() {
        [provider] if goes_on => Some(*provider),
        _ => None,
    }
}

fn is_complete(stage: sync_core::referral::engagement::Stage) -> bool {
    stage == sync_core::referral::engagement::Stage::Completed
}

/// Who takes over: what the provider's record names, further on where that one is no more either.
fn fallback(round: &mut Round<'_>, provider: OrgId) -> Result<Option<OrgId>, Fault> {
    let closed = round.tx.closed_orgs()?;
    let (mut met, mut at) = (vec![provider], provider);
    loop {
        let record = provider_of(at, round.server.force).record;
        let states = round.record(record)?.states();
        let named = states.iter().flat_map(StreamState::acts);
        let named = named.filter_map(|(_, act)| act.as_body::<ProviderDeactivated>()).last();
        let Some(next) = named.and_then(|body| body.fallback).filter(|next| !met.contains(next)) else {
            return Ok(None);
        };
        if !closed.contains_key(&next) {
            return Ok(Some(next));
        }
        met.push(next);
        at = next;
    }
}
