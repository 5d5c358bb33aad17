//! What devices look things up in: the policy in force, and the providers that take referrals.
//!
//! Goes with each enrolment, and to every device's feed when it changes. Does not change it: see
//! [`crate::desk`].

use sync_core::access::Scope;
use sync_core::sync::enrolment::{Bundle, Provider};

use crate::fault::Fault;
use crate::store::rows::{Entry, Org};
use crate::store::{Reads, Writes, providers};

/// All of it, as it is now.
pub(crate) fn bundle(read: &dyn Reads) -> Result<Bundle, Fault> {
    let closed = read.closed_orgs()?;
    let listed = providers(read.orgs()?, read.server()?.force).into_iter();
    let open = listed.filter(|org| !closed.contains_key(&org.id));
    let providers = open.map(|Org { id, name, area, age_band }| Provider { id, name, area, age_band });
    Ok(Bundle { policy: read.policy()?, providers: providers.collect() })
}

/// Tells every device that it has changed. Who enrols later gets it then.
pub(crate) fn changed(tx: &dyn Writes) -> Result<(), Fault> {
    let server = tx.server()?;
    if tx.devices()?.iter().all(|device| device.user == server.user) {
        return Ok(());
    }
    tx.feed(&Scope::Everybody(server.force).key(), &Entry::Reference)
}
