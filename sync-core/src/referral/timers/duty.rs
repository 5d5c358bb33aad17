//! What the server does by itself when a time has passed, and when it looks again.
//!
//! ```text
//!   nobody could be contacted        14 days, attempts enough, every device heard ─▶ closed, by the server
//!   a lead's conflict, unanswered    5 working days; at once when every lead wrote a side ─▶ passed up to an admin
//! ```
//! Not in `care`, which no admin ever reads. Does not write, and does not wait: the server asks again.

use std::collections::BTreeSet;

use super::due::settle_by_ms;
use super::lapse::{DeviceSync, Lapse, may_lapse};
use super::{Referral, pack_of};
use crate::ids::{CompartmentKind, Digest, OrgId, Stream, UserId};
use crate::local_time::MINUTE_MS;
use crate::referral::conflict::{Conflict, PassedUp, Settler};
use crate::referral::fold::StreamState;

/// How soon it is looked again whether the devices that are waited for have synced.
const HEARD_MS: u64 = 15 * MINUTE_MS;

/// Something that the server writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Nobody could be contacted.
    Lapse {
        /// The provider that tried.
        provider: OrgId,
    },
    /// A conflict that nobody answered goes one level up.
    PassUp {
        /// Where it is open.
        stream: Stream,
        /// Its id.
        conflict: Digest,
        /// Its version.
        version: Digest,
    },
}

/// What the server does now, and when it looks again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duties {
    /// What is to be written.
    pub now: Vec<Duty>,
    /// When something may come due, in milliseconds since 1970; none while nothing will by time alone.
    pub again_ms: Option<u64>,
}

/// What the server knows beside the referral itself.
#[derive(Debug, Clone, Copy)]
pub struct DutyContext<'a> {
    /// Every device that may hold ops for it.
    pub devices: &'a [DeviceSync],
    /// The leads of its providers.
    pub leads: &'a BTreeSet<UserId>,
}

/// What the server does about a referral now.
#[must_use]
pub fn duties(referral: &Referral<'_>, now_ms: u64, known: DutyContext<'_>) -> Duties {
    let mut duties = Duties::default();
    lapse(&mut duties, referral, now_ms, known.devices);
    for state in referral.states {
        let Some(stream) = state.stream.filter(|stream| stream.kind() != CompartmentKind::Care) else {
            continue;
        };
        for conflict in state.conflicts.iter().filter(|conflict| waits_for_lead(conflict)) {
            let by_ms = if leads_wrote_it(referral.states, conflict, known.leads) {
                now_ms
            } else {
                settle_by_ms(referral.states, pack_of(referral.states), conflict, referral.holidays)
            };
            if by_ms <= now_ms {
                let (conflict, version) = (conflict.id, conflict.version());
                duties.now.push(Duty::PassUp { stream, conflict, version });
            } else {
                duties.look_again(by_ms);
            }
        }
    }
    duties
}

impl Duties {
    fn look_again(&mut self, at_ms: u64) {
        self.again_ms = Some(self.again_ms.map_or(at_ms, |known| known.min(at_ms)));
    }
}

/// While two providers have it, nobody knows whose attempts count: nothing lapses.
fn lapse(duties: &mut Duties, referral: &Referral<'_>, now_ms: u64, devices: &[DeviceSync]) {
    let [provider] = referral.seen.providers.as_slice() else { return };
    match may_lapse(referral, now_ms, devices) {
        Lapse::May(_) => duties.now.push(Duty::Lapse { provider: *provider }),
        Lapse::TooEarly { deadline_ms } => duties.look_again(deadline_ms),
        Lapse::Waits { until_ms, .. } => duties.look_again(until_ms.min(now_ms.saturating_add(HEARD_MS))),
        Lapse::NotWaiting | Lapse::Reached | Lapse::TooFewAttempts { .. } => {}
    }
}

fn waits_for_lead(conflict: &Conflict) -> bool {
    conflict.settler == Settler::ProviderLead && conflict.passed_up == PassedUp::No
}

/// Nobody settles a conflict of which they wrote a side.
fn leads_wrote_it(states: &[StreamState], conflict: &Conflict, leads: &BTreeSet<UserId>) -> bool {
    let entries = states.iter().flat_map(|state| &state.entries);
    let wrote: BTreeSet<UserId> =
        entries.filter(|entry| conflict.sides.contains(&entry.id)).map(|entry| entry.author).collect();
    !leads.is_empty() && leads.is_subset(&wrote)
}
