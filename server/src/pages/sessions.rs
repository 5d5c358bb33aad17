//! Where somebody is signed in, with what, and how it ends: on their own page, and on that of a person.
//!
//! Does not decide who may end it: the desk does.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde_json::Value;
use sync_core::ids::UserId;
use uuid::Uuid;

use super::answer::{Oops, go};
use super::conflicts::id_of;
use super::form::button;
use super::read::{ms, rows, text};
use super::visit::{Reader, Sent};
use super::when;
use super::words::sessions as w;
use crate::desk::sessions::id_of as session_of;
use crate::desk::{Command, Query};

/// On somebody's own page.
pub(super) async fn own(who: &Reader) -> Result<Markup, Oops> {
    let answer = who.query(Query::Sessions(who.user(), who.now_ms())).await?;
    Ok(html! { h2 { (w::SIGNED_IN) } (table(who, rows(&answer, "sessions"), "/me/sign-out")) })
}

/// On the page of somebody else, for whoever may end it.
pub(super) async fn of_person(who: &Reader, id: UserId, row: &Value) -> Result<Markup, Oops> {
    let answer = who.query(Query::Sessions(id, who.now_ms())).await?;
    let (open, to, key) = (rows(&answer, "sessions"), format!("/people/{id}/sign-out"), who.form_key());
    let (has_password, linked) = (row["has_password"] == true, &row["linked"]);
    Ok(html! {
        h2 { (w::THEY_SIGN_IN) }
        @if has_password || linked.is_object() {
            ul {
                @if has_password { li { (w::PASSWORD) } }
                @if let Some(at_ms) = ms(linked, "since_ms") {
                    li { (w::account_at(text(linked, "issuer"))) " " (when::long(at_ms)) }
                }
            }
        } @else { p { (w::NO_WAY) } }
        @if linked.is_object() {
            p { (w::UNLINK_TEXT) }
            (button(&key, &format!("/people/{id}/unlink"), w::UNLINK, &html! {}))
        }
        @if open.is_empty() { p { (w::NOWHERE) } } @else {
            (table(who, open, &to))
            p { (w::END_ALL_TEXT) }
            (button(&key, &to, w::END_ALL, &html! {}))
        }
    })
}

fn table(who: &Reader, open: &[Value], to: &str) -> Markup {
    let (now_ms, key) = (who.now_ms(), who.form_key());
    let this = session_of(who.visitor().token.hash()).to_string();
    let time = |row: &Value, field| ms(row, field).map(|at_ms| when::short(at_ms, now_ms));
    html! {
        table.stack role="table" {
            caption.unseen { (w::SIGNED_IN) }
            thead role="rowgroup" { tr role="row" {
                @for head in [w::BROWSER, w::SINCE, w::USED, w::ENDS] { th scope="col" role="columnheader" { (head) } }
            } }
            tbody role="rowgroup" { @for row in open { @let is_this = text(row, "session") == this; tr role="row" {
                th scope="row" role="rowheader" {
                    (if is_this { w::THIS } else { w::ANOTHER })
                    @if !is_this {
                        (button(&key, to, w::END, &html! { input type="hidden" name="session" value=(text(row, "session")); }))
                    }
                }
                td role="cell" data-th=(w::SINCE) { @if let Some(at) = time(row, "began_ms") { (at) } }
                td role="cell" data-th=(w::USED) { @if let Some(at) = time(row, "seen_ms") { (at) } }
                td role="cell" data-th=(w::ENDS) { @if let Some(at) = time(row, "ends_ms") { (at) } }
            } } }
        }
    }
}

/// `POST /me/sign-out` – ends one of one's own sessions.
pub(super) async fn end_own(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let session: Uuid = form.own("session")?;
    who.command(Command::EndSessions(who.user(), Some(session))).await?;
    Ok(go("/me"))
}

/// `POST /people/{id}/sign-out` – ends one session of a person, or all.
pub(super) async fn end(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let id: UserId = id_of(&request)?;
    let one: Option<Uuid> = if form.has("session") { Some(form.own("session")?) } else { None };
    who.command(Command::EndSessions(id, one)).await?;
    Ok(go(&format!("/people/{id}")))
}

/// `POST /people/{id}/unlink`
pub(super) async fn unlink(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let id: UserId = id_of(&request)?;
    sent.who.command(Command::Unlink(id)).await?;
    Ok(go(&format!("/people/{id}")))
}
