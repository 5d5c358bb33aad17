//! Appointments that officers can ask for: a service's lead opens and closes them.
//!
//! Closing one takes nothing back that was given. Does not answer who asks: the server does.

use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use maud::{Markup, html};
use serde_json::{Value, json};
use sync_core::access::Role;
use uuid::Uuid;

use super::answer::{Oops, go};
use super::conflicts::id_of;
use super::form::{Faults, Field, Form, form, select};
use super::layout::Page;
use super::read::{ms, rows, text};
use super::record::{minute_of, moment_ms};
use super::services::orgs;
use super::side::Orgs;
use super::visit::{Reader, Sent};
use super::when;
use super::words::force as f;
use super::words::layout::Room;
use super::words::{kinds, slots as w};
use crate::desk::{Command, NewSlot, Query, Refused};

/// `GET /slots` – of one's own service, and for the force of all; the soonest first.
pub(super) async fn list(who: Reader) -> Result<HttpResponse, Oops> {
    page(&who, &Form::default(), &Faults::default()).await
}

async fn page(who: &Reader, typed: &Form, faults: &Faults) -> Result<HttpResponse, Oops> {
    let answer = who.query(Query::Slots).await?;
    let (found, orgs) = (rows(&answer, "slots"), orgs(who).await?);
    let main = html! {
        (faults.shown())
        h1 { (w::TITLE) }
        @if found.is_empty() { p { (w::NONE) } } @else { (table(who, found, &orgs)) }
        @if who.role() == Role::ProviderLead { h2 { (w::OPEN) } (form(&who.form_key(), "/slots", &fields(typed, faults))) }
    };
    Ok(Page::of(Room::Slots, w::TITLE).faulty(faults).show(who, &main))
}

fn table(who: &Reader, found: &[Value], orgs: &Orgs) -> Markup {
    let heads = [w::BEGINS, f::WORKS_FOR_SERVICE, w::MEETING, w::TAKEN, f::STATE];
    html! {
        table.stack role="table" {
            caption.unseen { (w::TITLE) }
            thead role="rowgroup" { tr role="row" { @for head in heads { th scope="col" role="columnheader" { (head) } } } }
            tbody role="rowgroup" { @for row in found { tr role="row" {
                th scope="row" role="rowheader" { @if let Some(at_ms) = ms(row, "at_ms") { (when::long(at_ms)) } }
                td role="cell" data-th=(f::WORKS_FOR_SERVICE) { (orgs.get(text(row, "provider")).map_or("", String::as_str)) }
                td role="cell" data-th=(w::MEETING) {
                    (kinds::code("meeting", text(row, "meeting"))) ", " (kinds::code("mode", text(row, "mode")))
                    @if let Some(place) = row["place"].as_str() { br; (place) }
                }
                td role="cell" data-th=(w::TAKEN) { (number(row, "confirmed")) " " (w::OF) " " (number(row, "capacity")) }
                td role="cell" data-th=(f::STATE) { (state(who, row)) }
            } } }
        }
    }
}

fn number(row: &Value, field: &str) -> u64 {
    row[field].as_u64().unwrap_or_default()
}

fn state(who: &Reader, row: &Value) -> Markup {
    if row["state"] != "open" {
        return html! { span.mark { (w::CLOSED) } };
    }
    let fields = html! {
        label.unseen for={ "reason-" (text(row, "slot")) } { (w::WHY_CLOSE) }
        input.w-20 type="text" id={ "reason-" (text(row, "slot")) } name="reason" placeholder=(w::WHY_CLOSE) autocomplete="off";
        " " button.do.plain type="submit" { (w::CLOSE) }
    };
    html! {
        span.mark.done { (w::IS_OPEN) }
        @if who.role() == Role::ProviderLead {
            (form(&who.form_key(), &format!("/slots/{}/close", text(row, "slot")), &fields))
        }
    }
}

fn fields(typed: &Form, faults: &Faults) -> Markup {
    let usual =
        |field, usual: &'static str| if typed.has(field) { typed.text(field) } else { usual }.to_owned();
    let (minutes, capacity) = (usual("minutes", "60"), usual("capacity", "1"));
    let words = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(code, words)| ((*code).to_owned(), (*words).to_owned())).collect()
    };
    html! {
        (Field::text("date", f::DATE, f::DATE_HINT, typed.text("date")).shown(faults))
        (Field::text("time", w::TIME, w::TIME_HINT, typed.text("time")).shown(faults))
        (Field::text("minutes", w::MINUTES, "", &minutes).shown(faults))
        (Field::text("capacity", w::CAPACITY, "", &capacity).shown(faults))
        (select("meeting", w::MEETING, &words(&w::MEETINGS), typed.text("meeting")))
        (select("mode", w::MODE, &words(&w::MODES), typed.text("mode")))
        (Field::text("place", w::PLACE, w::PLACE_HINT, typed.text("place")).shown(faults))
        div.acts { button.do type="submit" { (w::OPEN) } }
    }
}

/// What was typed, as the desk takes it.
fn typed_slot(form: &Form) -> Result<NewSlot, Faults> {
    let date: NaiveDate = form.tidy("date").parse().map_err(|_| Faults::one("date", f::WRITE_DATE))?;
    let minute = minute_of(form.tidy("time")).ok_or_else(|| Faults::one("time", w::WRITE_TIME))?;
    let minutes = form.tidy("minutes").parse().map_err(|_| Faults::one("minutes", w::WRITE_MINUTES))?;
    let capacity = form.tidy("capacity").parse().map_err(|_| Faults::one("capacity", w::WRITE_CAPACITY))?;
    let meeting = serde_json::from_value(json!(form.tidy("meeting")));
    let meeting = meeting.map_err(|_| Faults::one("meeting", w::WRITE_MEETING))?;
    let mode = serde_json::from_value(json!(form.tidy("mode")));
    let mode = mode.map_err(|_| Faults::one("mode", w::WRITE_MEETING))?;
    let place = Some(form.tidy("place").to_owned()).filter(|place| !place.is_empty());
    Ok(NewSlot { at_ms: moment_ms(date, minute), minutes, meeting, mode, capacity, place })
}

/// `POST /slots` – opens one.
pub(super) async fn open(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let faults = match typed_slot(&form) {
        Ok(new) => match who.command(Command::OpenSlot(new)).await {
            Ok(_) => return Ok(go("/slots")),
            Err(Refused::Field(_)) => Faults::one("capacity", w::WRITE_CAPACITY),
            Err(Refused::NotAllowed(why)) => Faults::one("date", &super::words::errors::sentence(why)),
            Err(other) => return Err(other.into()),
        },
        Err(faults) => faults,
    };
    page(&who, &form, &faults).await
}

/// `POST /slots/{id}/close`
pub(super) async fn close(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let id: Uuid = id_of(&request)?;
    match who.command(Command::CloseSlot(id, form.tidy("reason").to_owned())).await {
        Ok(_) => Ok(go("/slots")),
        Err(Refused::Field(_)) => page(&who, &Form::default(), &Faults::one("main", w::WRITE_REASON)).await,
        Err(other) => Err(other.into()),
    }
}
