//! How the people of a service are doing: all of it for its own lead, and for the force what leads have released.
//!
//! Does not add up: see [`crate::results::outcomes`].

use chrono::NaiveDate;

use crate::access::Role;
use crate::command::{Known, outcomes_of};
use crate::ids::{OrgId, Record, RecordKind};
use crate::problem::Problem;
use crate::referral::act::{OutcomesReleased, ReleasedItem};
use crate::results::outcomes::{Outcomes, REGRESSION};

answers! {
    /// What services have told.
    ReleasedList {
        /// The newest of each service and instrument.
        released: Vec<ReleasedBy>,
        /// What no figure of before and after says by itself.
        caution: &'static str,
    }
    /// What one service has told.
    ReleasedBy {
        /// The service.
        provider: OrgId,
        /// Its name.
        name: String,
        /// The instrument.
        instrument: String,
        /// When it was told.
        on: NaiveDate,
        /// How many were asked at the start.
        started: u32,
        /// How many of them were asked again.
        reviewed: u32,
        /// How many of them were not: they may be doing worse than the others.
        lost: u32,
        /// Item by item.
        items: Vec<ReleasedItem>,
    }
}

/// How the people of one's own service are doing.
pub(super) fn own<K: Known>(instrument: &str, known: &K) -> Result<Outcomes, K::Fault> {
    if known.member().role != Role::ProviderLead {
        return Err(Problem::new("not_allowed", "Only a service's own lead reads this.").into());
    }
    outcomes_of(instrument, known)
}

/// What services have told, as far as their records are held here.
pub(super) fn of_services<K: Known>(known: &K) -> Result<ReleasedList, K::Fault> {
    let mut released: Vec<ReleasedBy> = Vec::new();
    for service in known.providers()? {
        let record = Record { kind: RecordKind::Provider, id: service.id.0 };
        for state in known.states(record)? {
            for (_, act) in state.acts() {
                let Some(body) = act.as_body::<OutcomesReleased>() else { continue };
                let OutcomesReleased { instrument, on, started, reviewed, items } = body.clone();
                let lost = started.saturating_sub(reviewed);
                let (provider, name) = (service.id, service.name.clone());
                released.retain(|known| known.provider != provider || known.instrument != instrument);
                released.push(ReleasedBy { provider, name, instrument, on, started, reviewed, lost, items });
            }
        }
    }
    Ok(ReleasedList { released, caution: REGRESSION })
}
