//! What devices look things up in: the policy in force, and the providers that take referrals.
//!
//! Goes with each enrolment, and to every device's feed when it changes. Does not change it: see
//! [`crate::desk`].

use std::collections::BTreeSet;

use sync_core::access::Scope;
use sync_core::ids::OrgId;
use sync_core::referral::act::YesNo;
use sync_core::sync::enrolment::{Bundle, Provider};

use crate::fault::Fault;
use crate::store::rows::{Entry, Org};
use crate::store::{Reads, Writes, providers};

/// All of it, as it is now.
pub(crate) fn bundle(read: &dyn Reads) -> Result<Bundle, Fault> {
    let (closed, staffed) = (read.closed_orgs()?, staffed(read)?);
    let listed = providers(read.orgs()?, read.server()?.force).into_iter();
    let open = listed.filter(|org| !closed.contains_key(&org.id));
    let told = |org| {
        let Org { id, name, telephone, hours, areas, ages } = org;
        let staffed = if staffed.contains(&id) { YesNo::Yes } else { YesNo::No };
        Provider { id, name, telephone, hours, areas, ages, staffed }
    };
    let (policy, holidays) = (read.policy()?, read.holidays()?);
    Ok(Bundle { policy, providers: open.map(told).collect(), holidays })
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

/// Tells every device that it has changed. Who enrols later gets it then.
pub(crate) fn changed(tx: &dyn Writes) -> Result<(), Fault> {
    let server = tx.server()?;
    if tx.devices()?.iter().all(|device| device.user == server.user) {
        return Ok(());
    }
    tx.feed(&Scope::Everybody(server.force).key(), &Entry::Reference)
}
