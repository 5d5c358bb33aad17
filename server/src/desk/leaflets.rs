//! Leaflets: what the person takes along, of a referral or of a service.
//!
//! Does not write their words: `sync-core` has them.

use serde_json::json;
use sync_core::ids::{OrgId, Record};
use sync_core::policy::PolicyPack;
use sync_core::query::Leaflet;
use sync_core::referral::fold::{Folded, StreamState};
use uuid::Uuid;

use super::{Answer, Caller, Purpose, Refused, opening};
use crate::reconcile::reference;
use crate::store::Reads;

/// The leaflet of a referral, for the force.
pub(super) fn of_referral(read: &dyn Reads, caller: &Caller, id: Uuid, now_ms: u64) -> Answer {
    let held = opening::open(read, caller, Record::referral(id), Purpose::Address)?;
    let states: Vec<StreamState> = held.into_values().map(Folded::into_state).collect();
    let leaflet = Leaflet::of_referral(&states, &reference::bundle(read, now_ms)?.providers, now_ms);
    Ok(json!(leaflet.ok_or(Refused::NotFound)?))
}

/// The leaflet of a service that takes referrals, by the rules in force.
pub(super) fn of_service(read: &dyn Reads, id: OrgId) -> Answer {
    // A leaflet names no times: all of them may be over.
    let bundle = reference::bundle(read, u64::MAX)?;
    let service = bundle.providers.iter().find(|service| service.id == id).ok_or(Refused::NotFound)?;
    let pack = PolicyPack::nearest(&bundle.policy.id, bundle.policy.version);
    Ok(json!(Leaflet::of_service(pack, service)))
}
