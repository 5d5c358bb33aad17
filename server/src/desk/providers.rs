//! Providers: a list that everybody reads and admins change.
//!
//! A provider is closed, never removed: what it recorded and what names it stays. Does not route
//! referrals anew.

use serde_json::{Value, json};
use sync_core::ids::OrgId;

use super::page::{self, List};
use super::{Answer, Caller, NewProvider, Page, Refused};
use crate::keys::random_id;
use crate::outside::{self, Kept};
use crate::reconcile::reference;
use crate::store::rows::Org;
use crate::store::{Reads, Writes};

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

/// A provider takes no new referrals.
pub(super) fn disable(tx: &dyn Writes, caller: &Caller, id: OrgId, now_ms: u64) -> Answer {
    caller.must_be_admin()?;
    let orgs = tx.orgs()?;
    let provider = orgs.iter().find(|org| org.id == id && id != caller.author.force);
    let provider = provider.ok_or(Refused::NotFound)?;
    outside::keep(tx, &Kept::OrgClosed { org: id, at_ms: now_ms, by: caller.author.user })?;
    reference::changed(tx)?;
    Ok(shown(provider, tx.closed_orgs()?.get(&id)))
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
