//! A service is named for a referral that none has taken on.
//!
//! What an officer or a supervisor names is an op of their own desk log. Admins do not write in referrals: for them the
//! server's own log names it, and says in whose name. Does not choose a service.

use serde_json::json;
use sync_core::access::Role;
use sync_core::ids::{CompartmentKind, Record};
use sync_core::local_time::local_day;
use sync_core::referral::act::{Act, ReferralRerouted, RerouteReason, YesNo};
use sync_core::referral::eligibility::Age;
use sync_core::referral::engagement::Stage;
use sync_core::referral::fold::StreamState;
use sync_core::referral::view::{View, view};
use sync_core::service::{Unfit, Wanted, choose};
use uuid::Uuid;

use super::conflicts::AtDesk;
use super::{Answer, Assignment, Refused, referrals, words};
use crate::reconcile::desk_log::{self, Deed, Done, Upon};
use crate::reconcile::{reference, write_own};
use crate::store::Writes;

/// The longest reason, in bytes; the limit of every text.
const MAX_REASON_BYTES: usize = 4096;

/// Names the service.
pub(super) fn assign(tx: &dyn Writes, desk: &AtDesk<'_>, id: Uuid, asked: &Assignment) -> Answer {
    let author = desk.caller.author;
    match author.role {
        Role::Officer | Role::Supervisor | Role::Admin => {}
        Role::OutreachWorker | Role::ProviderLead | Role::Auditor | Role::Server => {
            return Err(Refused::NotYours);
        }
    }
    let held = referrals::held(tx, desk.caller, Record::referral(id))?;
    let stream = held.keys().copied().find(|stream| stream.kind() == CompartmentKind::Shared);
    let stream = stream.ok_or(Refused::NotFound)?;
    let states: Vec<StreamState> = held.values().map(|folded| folded.state().clone()).collect();
    let seen = view(&states);
    let outside_age = outside_age(tx, &seen, asked, desk.now_ms)?;
    let by = (author.role == Role::Admin).then_some(author.user);
    let (to, reason) = (asked.to, RerouteReason::Named);
    let act = Act::ReferralRerouted(ReferralRerouted { to, reason, by, outside_age });
    if author.role == Role::Admin {
        waits_for_a_service(tx, &seen)?;
        write_own(tx, desk.server, stream, &act, desk.now_ms)?;
        return Ok(json!({"record": id, "to": to}));
    }
    let (place, upon) = (tx.place()?, Upon::Streams(held.keys().copied().collect()));
    let deed = Deed { author, stream, act, along: Vec::new(), place, upon };
    match desk_log::record(tx, desk.server, desk.key, &deed, desk.now_ms)? {
        Done::Recorded(op) => Ok(json!({"record": id, "to": to, "op": op})),
        Done::ShownAnew => Err(Refused::ShownAnew),
        Done::NotAllowed(why) => Err(Refused::NotAllowed(words(why))),
    }
}

/// An admin also places what goes on at a service that is no more.
fn waits_for_a_service(tx: &dyn Writes, seen: &View) -> Result<(), Refused> {
    let (stage, closed) = (seen.engagement.stage, tx.closed_orgs()?);
    let untaken = matches!(stage, Stage::Submitted | Stage::Received | Stage::Rejected);
    let goes_on = stage != Stage::NotSubmitted && !stage.is_ended();
    let left_behind = seen.providers.iter().all(|provider| closed.contains_key(provider));
    if untaken || goes_on && left_behind {
        Ok(())
    } else {
        Err(Refused::NotAllowed("the referral is with a service, or over"))
    }
}

/// Why the service takes other ages, where it does.
fn outside_age(
    tx: &dyn Writes,
    seen: &View,
    asked: &Assignment,
    now_ms: u64,
) -> Result<Option<String>, Refused> {
    let reason = asked.overriding.as_ref().map(|overriding| overriding.reason.trim().to_owned());
    if reason.as_ref().is_some_and(|reason| reason.is_empty() || reason.len() > MAX_REASON_BYTES) {
        return Err(Refused::Field("override.reason"));
    }
    let subject = seen.subject.as_ref();
    let years = subject.and_then(|who| who.age_at(now_ms)).map(Age::years);
    let has_reason = if reason.is_some() || years.is_none() { YesNo::Yes } else { YesNo::No };
    let services = reference::bundle(tx, now_ms)?.providers;
    let (named, need, on) = (Some(asked.to), seen.need.as_deref(), local_day(now_ms));
    let years_or_none = years.unwrap_or_default();
    let wanted = Wanted { named, area: None, years: years_or_none, has_reason, need, on };
    match choose(&services, &wanted) {
        Ok(Some(service)) => Ok(reason.filter(|_| years.is_some_and(|years| !service.ages.include(years)))),
        Err(Unfit::OutsideAge(_)) => Err(Refused::NotAllowed(
            "the service takes people of other ages: name another, or say why with an override",
        )),
        Ok(None) | Err(Unfit::Unknown | Unfit::AreaUnknown(_)) => Err(Refused::Field("to")),
    }
}
