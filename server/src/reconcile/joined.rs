//! Who is new in an organisation, and who has a new device: everybody there is told, on phone and desk.
//!
//! Whoever adds a person or a device in secret is seen by all whom it concerns. Does not tell other organisations, and
//! names nobody in a log.

use sync_core::ids::OrgId;
use sync_core::sync::enrolment::Joined;

use crate::fault::Fault;
use crate::store::Reads;
use crate::store::people::Newcomer;
use crate::store::rows::Person;

/// How long everybody is told: over somebody's two weeks of leave.
const TOLD_MS: u64 = 14 * 24 * 60 * 60 * 1000;
/// So many go to a phone.
const MOST: usize = 50;

/// Those of the last days, the newest first.
pub(crate) fn lately(read: &dyn Reads, org: OrgId, now_ms: u64) -> Result<Vec<Joined>, Fault> {
    let mut joined = Vec::new();
    for Newcomer { user, what, since_ms } in read.newcomers(org, now_ms.saturating_sub(TOLD_MS), MOST)? {
        let Some(Person { name, role, .. }) = read.user(user)? else { continue };
        joined.push(Joined { name, role, what, since_ms });
    }
    Ok(joined)
}
