//! Who is new in an organisation, and who has a new device: everybody there is told, on phone and desk.
//!
//! Whoever adds a person or a device in secret is seen by all whom it concerns. Does not tell other organisations, and
//! names nobody in a log.

use std::collections::BTreeMap;

use sync_core::ids::OrgId;
use sync_core::sync::enrolment::{Joined, JoinedAs};

use crate::fault::Fault;
use crate::store::Reads;
use crate::store::people::Span;
use crate::store::rows::Person;

/// How long everybody is told: over somebody's two weeks of leave.
const TOLD_MS: u64 = 14 * 24 * 60 * 60 * 1000;
/// So many go to a phone.
const MOST: usize = 50;

/// Those of the last days, the newest first.
pub(crate) fn lately(read: &dyn Reads, org: OrgId, now_ms: u64) -> Result<Vec<Joined>, Fault> {
    let from_ms = now_ms.saturating_sub(TOLD_MS);
    let mut joined = Vec::new();
    let mut people = BTreeMap::new();
    for person in read.users()?.into_iter().filter(|person| person.org == org) {
        let Some(right) = read.present_right(person.id)?.filter(|right| right.org == org) else { continue };
        if right.from_ms > from_ms {
            joined.push(new(&person, JoinedAs::Person, right.from_ms));
        }
        people.insert(person.id, person);
    }
    let server = read.server()?;
    for listed in read.list_devices(None, Span { after: 0, limit: u32::MAX as usize })? {
        let device = listed.row;
        let is_told = device.enrolled_ms > from_ms && device.revocation.is_none();
        if is_told
            && !server.keeps_log(device.device)
            && let Some(person) = people.get(&device.user)
        {
            joined.push(new(person, JoinedAs::Device, device.enrolled_ms));
        }
    }
    joined.sort_by_key(|one| std::cmp::Reverse(one.since_ms));
    joined.truncate(MOST);
    Ok(joined)
}

fn new(person: &Person, what: JoinedAs, since_ms: u64) -> Joined {
    Joined { name: person.name.clone(), role: person.role, what, since_ms }
}
