//! The diary of a service: whom it meets on which day, and which times are still free.
//!
//! Found by the day, so that no other referral is read. What an appointment is and whether it stands `sync-core` says.
//! Does not book.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};
use sync_core::ids::Record;
use sync_core::local_time::{day_begins_ms, local_day};
use sync_core::referral::act::AppointmentBooked;
use sync_core::referral::fold::{Folded, StreamState};
use sync_core::referral::view::{View, view};
use uuid::Uuid;

use super::{Answer, Caller, DiaryWanted, Refused, opening, slots};
use crate::fault::Fault;
use crate::reconcile::{found, slot_key};
use crate::store::Reads;

/// No service meets so many people on a day that more would be one's own to read.
const MOST_A_DAY: usize = 1000;

/// The appointments of some days, in their order, and the times that can still be asked for.
pub(super) fn show(read: &dyn Reads, caller: &Caller, wanted: &DiaryWanted) -> Answer {
    if !caller.author.role.of_provider() {
        return Err(Refused::NotFound);
    }
    let DiaryWanted { from, days, purpose } = *wanted;
    let until = from.checked_add_days(Days::new(days)).ok_or(Refused::Field("day"))?;
    let span = day_begins_ms(from)..day_begins_ms(until);
    let mut rows = Vec::new();
    for record in records(read, caller, from, days)? {
        let held = match opening::open(read, caller, record, purpose) {
            // It was the service's when it was booked, and is not any more.
            Err(Refused::NotFound) => continue,
            other => other?,
        };
        rows.extend(of_referral(record.id, held.into_values().map(Folded::into_state).collect(), &span));
    }
    rows.sort_by_key(|row| (row["at_ms"].as_u64(), row["name"].to_string()));
    let open = slots::list(read, caller)?;
    let is_free = |slot: &&Value| {
        let at_ms = slot["at_ms"].as_u64().unwrap_or_default();
        slot["state"] == "open"
            && span.contains(&at_ms)
            && slot["confirmed"].as_u64() < slot["capacity"].as_u64()
    };
    let free: Vec<&Value> = open["slots"].as_array().into_iter().flatten().filter(is_free).collect();
    Ok(json!({"appointments": rows, "free": free}))
}

/// The referrals with an appointment on one of the days: booked by the service, or asked for and given.
fn records(read: &dyn Reads, caller: &Caller, from: NaiveDate, days: u64) -> Result<BTreeSet<Record>, Fault> {
    let service = caller.author.org;
    let days: BTreeSet<NaiveDate> = from.iter_days().take(usize::try_from(days).unwrap_or(0)).collect();
    let mut keys: BTreeSet<_> = days.iter().map(|day| found::day_key(service, *day)).collect();
    for slot in slots::of_provider(read, caller, service)? {
        let on_a_day = slot["at_ms"].as_u64().is_some_and(|at_ms| days.contains(&local_day(at_ms)));
        let id: Option<Uuid> = slot["slot"].as_str().and_then(|id| id.parse().ok()).filter(|_| on_a_day);
        keys.extend(id.map(slot_key));
    }
    let ops: Vec<_> = read.found_under(&keys, MOST_A_DAY)?.into_iter().collect();
    Ok(read.ops(&ops)?.into_values().map(|held| held.op.header.stream.record).collect())
}

fn of_referral(id: Uuid, states: Vec<StreamState>, span: &std::ops::Range<u64>) -> Vec<Value> {
    let seen = view(&states);
    let booked = |op| {
        let acts = states.iter().flat_map(StreamState::acts);
        let mut bodies = acts.filter(|(entry, _)| entry.id == op).filter_map(|(_, act)| act.as_body());
        bodies.next().map(|body: &AppointmentBooked| (body.minutes, body.place.clone()))
    };
    let own = seen.appointments.iter().filter(|row| span.contains(&row.at_ms)).map(|row| {
        let (minutes, place) = booked(row.op).unwrap_or_default();
        let disputed = seen.conflicts.iter().any(|open| open.about.contains(&row.op.to_string()));
        let mut shown = whom(id, &seen);
        shown["at_ms"] = json!(row.at_ms);
        shown["meeting"] = json!(row.meeting);
        shown["status"] = json!(row.status);
        shown["minutes"] = json!(minutes);
        shown["place"] = json!(place);
        shown["disputed"] = json!(disputed);
        shown
    });
    let given = seen.requests.iter().filter(|row| span.contains(&row.at_ms));
    let given =
        given.filter(|row| row.slot.is_some() && row.answer.as_deref() == Some("confirmed")).map(|row| {
            let mut shown = whom(id, &seen);
            shown["at_ms"] = json!(row.at_ms);
            shown["meeting"] = json!(row.meeting);
            shown["asked"] = json!(true);
            shown
        });
    own.chain(given).collect()
}

/// Who it is, and how to reach them; nothing once contact has stopped.
fn whom(id: Uuid, seen: &View) -> Value {
    let subject = seen.subject.as_ref();
    json!({
        "record": id, "reference": seen.reference, "safe": seen.safe(), "contact": seen.contact,
        "name": subject.map(|person| person.name()), "given": subject.map(|person| person.given.clone()),
        "family": subject.map(|person| person.family.clone()), "reach": seen.reach,
        "stage_words": seen.stage_words(),
    })
}
