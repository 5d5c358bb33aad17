//! Providers: a list that everybody reads and admins change.
//!
//! A provider is closed, never removed: what it recorded and what names it stays. Does not route
//! referrals anew: the server's own log does.

use serde_json::{Value, json};
use sync_core::ids::OrgId;
use sync_core::referral::act::{Act, ProviderDeactivated};

use super::conflicts::Desk;
use super::page::{self, List};
use super::{Answer, Caller, NewProvider, Page, Refused, words};
use crate::keys::random_id;
use crate::reconcile::desk_log::{self, Deed, Done, Upon};
use crate::reconcile::{Ops, in_flight, provider_of, reference, waits_at};
use crate::store::rows::Org;
use crate::store::{Reads, Writes};
use crate::time::date_of;

pub(super) const MAX_NAME_BYTES: usize = 200;

/// The providers, in the order in which they were added.
pub(super) fn list(read: &dyn Reads, page: &Page) -> Answer {
    let span = page.span(List::Providers)?;
    let (force, closed) = (read.server()?.force, read.closed_orgs()?);
    let rows = read.list_orgs(span)?;
    let providers = rows.iter().filter(|listed| listed.row.id != force);
    let providers: Vec<Value> =
        providers.map(|listed| shown(&listed.row, closed.get(&listed.row.id))).collect();
    Ok(json!({"providers": providers, "cursor": page::next(List::Providers, &rows, span)}))
}

/// Adds a provider.
pub(super) fn add(tx: &dyn Writes, caller: &Caller, new: &NewProvider) -> Answer {
    caller.must_be_admin()?;
    let org = checked(new)?;
    tx.add_org(&org)?;
    reference::changed(tx)?;
    Ok(shown(&org, None))
}

/// A provider takes no new referrals. What goes on there goes to the fallback, by the server's own log; said again
/// with a fallback, what was left goes to that one.
pub(super) fn disable(tx: &dyn Writes, desk: &Desk<'_>, id: OrgId, fallback: Option<OrgId>) -> Answer {
    let author = desk.caller.author;
    desk.caller.must_be_admin()?;
    let orgs = tx.orgs()?;
    let provider = orgs.iter().find(|org| org.id == id && id != author.force).ok_or(Refused::NotFound)?;
    let closed = tx.closed_orgs()?;
    let takes_over = |org: &OrgId| {
        *org != id
            && *org != author.force
            && !closed.contains_key(org)
            && orgs.iter().any(|one| one.id == *org)
    };
    if fallback.is_some_and(|org| !takes_over(&org)) {
        return Err(Refused::Field("fallback"));
    }
    if fallback.is_some() || !closed.contains_key(&id) {
        let on = date_of(desk.now_ms);
        let stream = provider_of(id, author.force);
        let act = Act::ProviderDeactivated(ProviderDeactivated { on, fallback });
        let deed = Deed {
            author,
            stream,
            act,
            along: Vec::new(),
            place: tx.place()?,
            upon: Upon::Streams([stream].into()),
        };
        match desk_log::record(tx, desk.server, desk.key, &deed, desk.now_ms)? {
            Done::Recorded(_) => {}
            Done::ShownAnew => return Err(Refused::ShownAnew),
            Done::NotAllowed(why) => return Err(Refused::NotAllowed(words(why))),
        }
    }
    let mut left = 0_u64;
    for record in in_flight(tx, id)? {
        let states = Ops::new(tx.ops_of_record(record)?).states();
        left += u64::from(waits_at(&states) == Some(id));
    }
    let mut shown = shown(provider, tx.closed_orgs()?.get(&id));
    shown["in_flight"] = json!(left);
    Ok(shown)
}

fn checked(new: &NewProvider) -> Result<Org, Refused> {
    let NewProvider { name, area, age_band } = new.clone();
    check_name(&name)?;
    if area.len() > MAX_NAME_BYTES {
        return Err(Refused::Field("area"));
    }
    if !matches!(age_band.as_str(), "adult" | "youth") {
        return Err(Refused::Field("age_band"));
    }
    Ok(Org { id: OrgId(random_id()), name, area, age_band })
}

pub(super) fn check_name(name: &str) -> Result<(), Refused> {
    let fits = !name.trim().is_empty() && name.len() <= MAX_NAME_BYTES && !name.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(Refused::Field("name")) }
}

fn shown(org: &Org, closed_ms: Option<&u64>) -> Value {
    let mut shown = json!({
        "provider": org.id, "name": org.name, "area": org.area, "age_band": org.age_band,
        "state": if closed_ms.is_some() { "disabled" } else { "active" },
    });
    if let Some(closed_ms) = closed_ms {
        shown["disabled_ms"] = json!(closed_ms);
    }
    shown
}
