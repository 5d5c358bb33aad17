//! What takes two: what waits for whoever reads, the halves of a code, and the way to let it be.
//!
//! A code, or a half of one, is in the answer to whoever asked or agreed, and on no page after that. Does not say who
//! may agree: the desk does.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde_json::Value;
use uuid::Uuid;

use super::answer::{Oops, go};
use super::conflicts::id_of;
use super::form::button;
use super::layout::Page;
use super::read::{ms, rows, text};
use super::services::orgs;
use super::set_up::square;
use super::side::Orgs;
use super::visit::{Reader, Sent};
use super::when;
use super::words::layout::Room;
use super::words::{self, force as w};
use crate::desk::{Command, Query};

/// Which proposals a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Those that the reader may agree to or withdraw.
    Own,
    /// All that the reader may know of.
    All,
}

/// What waits until somebody agrees.
pub(super) async fn waiting(who: &Reader, shown: Shown) -> Result<Markup, Oops> {
    let answer = who.query(Query::Proposals).await?;
    let me = who.user().to_string();
    let is_shown = |row: &&Value| {
        let is_own =
            row["agrees"] == true || [text(row, "user"), text(row, "proposed_by")].contains(&me.as_str());
        shown == Shown::All || is_own
    };
    let found: Vec<&Value> = rows(&answer, "proposals").iter().filter(is_shown).collect();
    if found.is_empty() {
        return Ok(html! {});
    }
    let (orgs, key) = (orgs(who).await?, who.form_key());
    Ok(html! {
        h2 { (w::WAITS) " (" (found.len()) ")" }
        div.pair { @for row in found { (proposal(row, &orgs, &key, who.now_ms())) } }
    })
}

fn proposal(row: &Value, orgs: &Orgs, key: &str, now_ms: u64) -> Markup {
    let to = format!("/proposals/{}", text(row, "proposal"));
    html! {
        section.box {
            h3 { (w::asks(text(row, "asks"))) " " (text(row, "name")) }
            dl.facts.tight {
                div { dt { (w::ROLE) } dd { (words::role_of(text(row, "role"))) } }
                div { dt { (w::WORKS_FOR) } dd { (orgs.get(text(row, "org")).map_or("", String::as_str)) } }
                div { dt { (w::ASKED_BY) } dd { (text(row, "by")) } }
                @if let Some(at_ms) = ms(row, "proposed_ms") { div { dt { (w::WHEN) } dd { (when::short(at_ms, now_ms)) } } }
            }
            @if row["agrees"] == true {
                p.small { (w::TAKES_EFFECT) }
                (button(key, &to, w::CONFIRM, &html! { input type="hidden" name="asks" value=(text(row, "asks")); }))
            } @else { p { (w::waits_for(text(row, "waits_for"))) } }
            @if row["withdraws"] == true { (button(key, &format!("{to}/withdraw"), w::WITHDRAW, &html! {})) }
        }
    }
}

/// `POST /proposals/{id}` – somebody else agrees; how the code ends is shown.
pub(super) async fn confirm(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let id: Uuid = id_of(&request)?;
    let confirm = match form.text("asks") {
        "code" => Command::ConfirmCode(id),
        "role" => Command::ConfirmRole(id),
        _ => return Err(Oops::NoForm),
    };
    let answer = who.command(confirm).await?;
    Ok(given(&who, &answer))
}

/// `POST /proposals/{id}/withdraw`
pub(super) async fn withdraw(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    sent.who.command(Command::Withdraw(id_of(&request)?)).await?;
    Ok(go("/"))
}

/// `POST /me/code` – another phone, or a new sign-in, for whoever reads.
pub(super) async fn own_code(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    let answer = sent.who.command(Command::EnrolCode(sent.who.user())).await?;
    Ok(given(&sent.who, &answer))
}

/// The code, or the half of it that whoever reads has, once.
pub(super) fn given(who: &Reader, answer: &Value) -> HttpResponse {
    let name = text(answer, "name");
    let at = html! { p { a href="/set-up" { (who.address("/set-up")) } } };
    let done = html! { div.acts { a.do href="/" { (w::DONE) } } };
    let main = if let Some(code) = answer["code"].as_str() {
        html! {
            h1 { (w::CODE_FOR) " " (name) }
            ol { @for step in w::CODE_STEPS { li { (step) } } }
            div.box { (square(code, w::SQUARE)) p.code { (code) } (at) }
            (done)
        }
    } else if let Some(ends) = answer["code_ends"].as_str() {
        html! {
            h1 { (w::ENDS) " " (name) }
            ol { @for step in w::ENDS_STEPS { li { (step) } } }
            div.box { p.code { (ends) } (at) }
            (done)
        }
    } else {
        html! {
            div.box.wait { h1 { (w::ASKED) } p { (w::waits_for(text(answer, "waits_for"))) } }
            h2 { (w::BEGINS) " " (name) }
            p { (w::BEGINS_TEXT) }
            div.box { p.code { (text(answer, "code_begins")) } }
            @if answer["replaces"].is_string() { p { (w::REPLACES) } }
            @if answer["beside"].as_u64() > Some(0) { p { (w::BESIDE) } }
            (done)
        }
    };
    let room =
        if words::layout::rooms_of(who.role()).contains(&Room::People) { Room::People } else { Room::Me };
    Page::asks(room, w::PEOPLE).show(who, &main)
}
