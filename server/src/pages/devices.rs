//! Phones: whose, since when, and how one is revoked.
//!
//! Does not enrol: a code from the page of people does.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde_json::Value;
use sync_core::access::Role;
use sync_core::ids::DeviceId;

use super::answer::{Oops, go};
use super::conflicts::id_of;
use super::form::{form, select};
use super::layout::Page;
use super::people;
use super::read::{ms, rows, text};
use super::side::Orgs;
use super::visit::{Reader, Sent};
use super::when;
use super::words::force as w;
use super::words::layout::Room;
use crate::desk::{Command, Page as Part, Query};
use crate::store::people::RevokeReason;

async fn all(who: &Reader) -> Result<Vec<Value>, Oops> {
    let (mut part, mut all) = (Part { cursor: None, limit: Some(200) }, Vec::new());
    loop {
        let answer = who.query(Query::Devices(part.clone())).await?;
        all.extend(rows(&answer, "devices").iter().cloned());
        part.cursor = answer["cursor"].as_str().map(str::to_owned);
        if part.cursor.is_none() {
            return Ok(all);
        }
    }
}

/// The names of people by their ids.
async fn names(who: &Reader) -> Result<Orgs, Oops> {
    let people = people::all(who).await?;
    Ok(people.iter().map(|row| (text(row, "user").to_owned(), text(row, "name").to_owned())).collect())
}

/// `GET /devices`
pub(super) async fn list(who: Reader) -> Result<HttpResponse, Oops> {
    let (found, names) = (all(&who).await?, names(&who).await?);
    let main = html! {
        h1 { (w::DEVICES) }
        @if found.is_empty() { p { (w::DEVICES_NONE) } } @else { (table(&who, &found, &names)) }
    };
    Ok(Page::of(Room::Devices, w::DEVICES).show(&who, &main))
}

fn table(who: &Reader, found: &[Value], names: &Orgs) -> Markup {
    let (now_ms, heads) = (who.now_ms(), [w::WHOSE, w::PHONE, w::SINCE, w::RECORDED, w::SYNCED, w::STATE]);
    html! {
        table.stack role="table" {
            caption.unseen { (w::DEVICES) }
            thead role="rowgroup" { tr role="row" { @for head in heads { th scope="col" role="columnheader" { (head) } } } }
            tbody role="rowgroup" { @for row in found { tr role="row" {
                th scope="row" role="rowheader" { (owner(row, names)) }
                td role="cell" data-th=(w::PHONE) { (label(row)) }
                td role="cell" data-th=(w::SINCE) { @if let Some(at_ms) = ms(row, "enrolled_ms") { (when::short(at_ms, now_ms)) } }
                td role="cell" data-th=(w::RECORDED) { (row["last_seq"].as_u64().unwrap_or_default()) }
                td role="cell" data-th=(w::SYNCED) {
                    @if let Some(at_ms) = ms(row, "synced_ms") { (when::short(at_ms, now_ms)) } @else { (w::NOT_YET) }
                }
                td role="cell" data-th=(w::STATE) {
                    @if let Some(reason) = row["revoked"]["reason"].as_str() {
                        span.mark.stop { (w::REVOKED) " " (w::revoked(reason)) }
                    } @else {
                        span.mark.done { (w::IN_USE) }
                        @if who.role() == Role::Admin { " " a href={ "/devices/" (text(row, "device")) } { (w::REVOKE) } }
                    }
                }
            } } }
        }
    }
}

fn owner<'a>(row: &Value, names: &'a Orgs) -> &'a str {
    names.get(text(row, "user")).map_or("", String::as_str)
}

/// What the person calls it, with its letter.
fn label(row: &Value) -> String {
    let name = text(row, "name");
    let name = if name.is_empty() { w::NO_NAME } else { name };
    format!("{name} ({})", text(row, "letter"))
}

/// `GET /devices/{id}` – asks whether to revoke it, and why.
pub(super) async fn ask(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let id: DeviceId = id_of(&request)?;
    // Whoever sees phones and revokes none, such as an auditor, has no use for a page that asks whether to.
    if who.role() != Role::Admin {
        return Err(Oops::NotYours);
    }
    let (all, names) = (all(&who).await?, names(&who).await?);
    let row = all.iter().find(|row| text(row, "device") == id.to_string()).ok_or(Oops::NotFound)?;
    let reasons = w::REVOKE_REASONS.map(|(code, words)| (code.to_owned(), words.to_owned()));
    let fields = html! {
        (select("reason", w::WHY, &reasons, ""))
        div.acts { button.do.danger type="submit" { (w::REVOKE) } }
    };
    let main = html! {
        a.back href="/devices" { (w::DEVICES) }
        p.over { (owner(row, &names)) }
        h1 { (w::REVOKE_TITLE) ": " (label(row)) }
        p { (w::REVOKE_TEXT) }
        (form(&who.form_key(), &format!("/devices/{id}"), &fields))
    };
    Ok(Page::asks(Room::Devices, w::REVOKE_TITLE).show(&who, &main))
}

/// `POST /devices/{id}`
pub(super) async fn revoke(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let reason = match form.text("reason") {
        "lost" => RevokeReason::Lost,
        "stolen" => RevokeReason::Stolen,
        "cause" => RevokeReason::Cause,
        "left" => RevokeReason::Left,
        _ => return Err(Oops::NoForm),
    };
    who.command(Command::RevokeDevice(id_of(&request)?, reason)).await?;
    Ok(go("/devices"))
}
