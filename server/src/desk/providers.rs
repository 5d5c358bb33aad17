//! Providers: a list that everybody reads and admins change.
//!
//! A provider is closed, never removed: what it recorded and what names it stays. Does not route
//! referrals anew: the server's own log does.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sync_core::ids::OrgId;
use sync_core::local_time::local_day;
use sync_core::referral::act::{Act, ProviderDeactivated};

use super::conflicts::AtDesk;
use super::page::{self, List};
use super::{Answer, Caller, NewProvider, Page, ProviderChange, Refused, words};
use crate::keys::random_id;
use crate::names::{self, is_plain_name};
use crate::reconcile::desk_log::{self, Deed, Done, Upon};
use crate::reconcile::{Ops, in_flight, provider_of, reference, waits_at};
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
    let NewProvider { name, telephone, hours, areas, ages } = new.clone();
    let org = checked(Org { id: OrgId(random_id()), name, telephone, hours, areas, ages })?;
    must_be_told_apart(tx, &org)?;
    tx.add_org(&org)?;
    reference::changed(tx)?;
    Ok(shown(&org, None))
}

/// A provider takes no new referrals. What goes on there goes to the fallback, by the server's own log; said again
/// with a fallback, what was left goes to that one.
pub(super) fn disable(tx: &dyn Writes, desk: &AtDesk<'_>, id: OrgId, fallback: Option<OrgId>) -> Answer {
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
        let on = local_day(desk.now_ms);
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

/// Says anew what is known of a provider; phones hear of it with their next page.
pub(super) fn change(tx: &dyn Writes, caller: &Caller, id: OrgId, change: &ProviderChange) -> Answer {
    caller.must_be_admin()?;
    let force = caller.author.force;
    let known = tx.orgs()?.into_iter().find(|org| org.id == id && id != force).ok_or(Refused::NotFound)?;
    let ProviderChange { name, telephone, hours, areas, ages } = change.clone();
    let org = Org {
        id,
        name: name.unwrap_or(known.name),
        telephone: telephone.unwrap_or(known.telephone),
        hours: hours.unwrap_or(known.hours),
        areas: areas.unwrap_or(known.areas),
        ages: ages.unwrap_or(known.ages),
    };
    let org = checked(org)?;
    must_be_told_apart(tx, &org)?;
    tx.set_org(&org)?;
    reference::changed(tx)?;
    Ok(shown(&org, tx.closed_orgs()?.get(&id)))
}

/// The texts of a provider without the space around them, when each is one.
fn checked(org: Org) -> Result<Org, Refused> {
    let tidy = |text: String| text.trim().to_owned();
    let Org { id, name, telephone, hours, areas, ages } = org;
    let (name, telephone, hours) = (names::tidy(&name), tidy(telephone), tidy(hours));
    check_name(&name)?;
    if !telephone.is_empty() && !is_a_number(&telephone) {
        return Err(Refused::Field("telephone"));
    }
    if !is_short(&hours) {
        return Err(Refused::Field("hours"));
    }
    let areas: Vec<String> = areas.into_iter().map(tidy).collect();
    let lower: BTreeSet<String> = areas.iter().map(|area| area.to_lowercase()).collect();
    if lower.len() < areas.len() || areas.iter().any(|area| area.is_empty() || !is_short(area)) {
        return Err(Refused::Field("areas"));
    }
    if !ages.is_a_range() {
        return Err(Refused::Field("ages"));
    }
    Ok(Org { id, name, telephone, hours, areas, ages })
}

/// Officers choose a service by its name.
fn must_be_told_apart(read: &dyn Reads, org: &Org) -> Result<(), Refused> {
    let (name, closed) = (names::as_compared(&org.name), read.closed_orgs()?);
    let is_other = |other: &Org| other.id != org.id && !closed.contains_key(&other.id);
    if read.orgs()?.iter().any(|other| is_other(other) && names::as_compared(&other.name) == name) {
        return Err(Refused::NotAllowed(
            "there is a service or a force of this name already: give it one that tells them apart, such as its town",
        ));
    }
    Ok(())
}

pub(super) fn check_name(name: &str) -> Result<(), Refused> {
    if is_plain_name(name) { Ok(()) } else { Err(Refused::Field("name")) }
}

fn is_short(text: &str) -> bool {
    text.len() <= MAX_NAME_BYTES && !text.chars().any(char::is_control)
}

/// Digits, with what people write between them; three at least, as in 111.
fn is_a_number(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (3..=15).contains(&digits)
        && text.chars().all(|letter| letter.is_ascii_digit() || "+ ()-".contains(letter))
}

fn shown(org: &Org, closed_ms: Option<&u64>) -> Value {
    let mut shown = json!({
        "provider": org.id, "name": org.name, "telephone": org.telephone, "hours": org.hours,
        "areas": org.areas, "ages": org.ages,
        "state": if closed_ms.is_some() { "disabled" } else { "active" },
    });
    if let Some(closed_ms) = closed_ms {
        shown["disabled_ms"] = json!(closed_ms);
    }
    shown
}
