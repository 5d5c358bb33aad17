//! What is due for review, and what its controller's people decide: keep it longer, or erase it.
//!
//! Does not decide what is due: the desk does.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde_json::Value;
use sync_core::access::Role;
use uuid::Uuid;

use super::answer::{Oops, go};
use super::conflicts::id_of;
use super::form::{Faults, Field, Form, form, select};
use super::layout::Page;
use super::read::{ms, rows, text, texts};
use super::visit::{Reader, Sent};
use super::when;
use super::words::layout::Room;
use super::words::retention as w;
use crate::desk::{Command, KeepLonger, KeepReason, Query, Refused};

/// The word that is typed before anything is erased.
const SURE: &str = "ERASE";

/// `GET /retention`
pub(super) async fn list(who: Reader) -> Result<HttpResponse, Oops> {
    let answer = who.query(Query::Retention(who.now_ms())).await?;
    let found = rows(&answer, "due");
    let main = html! {
        h1 { (w::TITLE) }
        p.measure { (w::LEAD) }
        @if found.is_empty() { p { (w::NONE) } } @else { (table(found, who.now_ms())) }
        @if answer["has_more"] == true { p { (w::MORE) } }
    };
    Ok(Page::of(Room::Home, w::TITLE).show(&who, &main))
}

fn table(found: &[Value], now_ms: u64) -> Markup {
    let at = |row, field| ms(row, field).map(|at_ms| when::short(at_ms, now_ms));
    html! {
        table.stack role="table" {
            caption.unseen { (w::TITLE) }
            thead role="rowgroup" { tr role="row" {
                @for head in w::COLUMNS { th scope="col" role="columnheader" { (head) } }
            } }
            tbody role="rowgroup" { @for row in found { tr role="row" {
                th scope="row" role="rowheader" { span.ref { (text(row, "reference")) } }
                td role="cell" data-th=(w::COLUMNS[1]) { @if let Some(at) = at(row, "last_ms") { (at) } }
                td role="cell" data-th=(w::COLUMNS[2]) { @if let Some(at) = at(row, "due_ms") { (at) } }
                td role="cell" data-th=(w::COLUMNS[3]) {
                    a href={ "/referrals/" (text(row, "record")) "?from=retention" } { (w::OPEN) } br;
                    a href={ "/retention/" (text(row, "record")) } { (w::DECIDE) }
                }
            } } }
        }
    }
}

/// Who decides about what is due.
fn decides(who: &Reader) -> Result<(), Oops> {
    if matches!(who.role(), Role::Admin | Role::ProviderLead) { Ok(()) } else { Err(Oops::NotYours) }
}

/// `GET /retention/{id}`
pub(super) async fn ask(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    decides(&who)?;
    Ok(asked(&who, id_of(&request)?, &Form::default(), &Faults::default()))
}

fn asked(who: &Reader, id: Uuid, typed: &Form, faults: &Faults) -> HttpResponse {
    let reasons = KeepReason::ALL.map(|reason| (reason.code().to_owned(), reason.words().to_owned()));
    let keep = html! {
        (Field::text("until", w::UNTIL, w::UNTIL_HINT, typed.text("until")).shown(faults))
        (select("reason", w::WHY, &reasons, typed.text("reason")))
        div.acts { button.do type="submit" { (w::KEEP) } }
    };
    let erase = html! {
        (Field::text("sure", w::SURE, "", typed.text("sure")).shown(faults))
        div.acts { button.do.danger type="submit" { (w::ERASE) } }
    };
    let main = html! {
        (faults.shown())
        a.back href="/retention" { (w::TITLE) }
        h1 { (w::DECIDE) }
        h2 { (w::KEEP) }
        (form(&who.form_key(), &format!("/retention/{id}/keep"), &keep))
        h2 { (w::ERASE) }
        p { (w::ERASE_TEXT) }
        (form(&who.form_key(), &format!("/retention/{id}/erase"), &erase))
    };
    Page::asks(Room::Home, w::DECIDE).faulty(faults).show(who, &main)
}

/// `POST /retention/{id}/keep`
pub(super) async fn keep(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let id = id_of(&request)?;
    let reason = KeepReason::ALL.into_iter().find(|reason| reason.code() == form.text("reason"));
    let reason = reason.ok_or(Oops::NoForm)?;
    let faulty = || Faults::one("until", w::WRITE_UNTIL);
    let Ok(until) = form.tidy("until").parse() else { return Ok(asked(&who, id, &form, &faulty())) };
    match who.command(Command::KeepLonger(id, KeepLonger { until, reason })).await {
        Ok(_) => Ok(go("/retention")),
        Err(Refused::Field(_)) => Ok(asked(&who, id, &form, &faulty())),
        Err(other) => Err(other.into()),
    }
}

/// `POST /retention/{id}/erase`
pub(super) async fn erase(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let id: Uuid = id_of(&request)?;
    if form.tidy("sure") != SURE {
        return Ok(asked(&who, id, &form, &Faults::one("sure", w::WRITE_SURE)));
    }
    who.command(Command::EraseRecord(id)).await?;
    Ok(go(&format!("/retention/{id}/certificate")))
}

/// `GET /retention/{id}/certificate`
pub(super) async fn certificate(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let told = who.query(Query::Certificate(id_of(&request)?)).await?;
    let entries = rows(&told, "entries");
    let main = html! {
        a.back href="/retention" { (w::TITLE) }
        h1 { (w::CERTIFICATE) }
        p { span.ref { (text(&told, "reference")) } }
        p { (w::ERASED_IN) " " (text(&told, "controller")) ": " (entries.len()) " " (w::COUNT) "." }
        @if let Some(left) = told["left"].as_u64().filter(|left| *left > 0) { p { (w::LEFT) " " (left) "." } }
        p { (w::MAY_STILL_BE) }
        ul { @for place in texts(&told, "may_still_be") { li { (place) } } }
        ul { @for entry in entries { li {
            @if let Some(at_ms) = ms(entry, "at_ms") { (when::long(at_ms)) }
            ", " (w::BY) " " (text(entry, "by")) ": " span.ref { (text(entry, "op")) }
        } } }
    };
    Ok(Page::of(Room::Home, w::CERTIFICATE).show(&who, &main))
}
