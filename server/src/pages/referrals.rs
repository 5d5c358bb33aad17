//! Referrals: the list, and one as the force or as a service sees it.
//!
//! The two have pages of their own and share no part that says anything of a person's help or of a police decision.
//! What a reader may know is what the desk answers; a page leaves out more, never less.

mod entries;
mod force;
mod lanes;
mod service;

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde_json::Value;
use uuid::Uuid;

use super::answer::{Oops, go};
use super::conflicts::{id_of, part_of};
use super::layout::Page;
use super::read::{ms, rows, text, texts};
use super::services::orgs;
use super::visit::{Reader, Sent};
use super::when;
use super::words::layout::Room;
use super::words::{kinds, referrals as w};
use crate::desk::{Assignment, Command, Opening, Override, Purpose, Query};

/// `GET /referrals` – newest first.
pub(super) async fn list(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let answer = who.query(Query::Referrals(part_of(&request))).await?;
    let (found, now_ms) = (rows(&answer, "referrals"), who.now_ms());
    let main = html! {
        h1 { (w::TITLE) }
        @if found.is_empty() { div.box { p { strong { (w::NONE) } } p { (w::NONE_TEXT) } } }
        @else { (table(found, now_ms, "list")) }
        @if let Some(cursor) = answer["cursor"].as_str() { p { a href={ "/referrals?after=" (cursor) } { (w::MORE) } } }
    };
    Ok(Page::of(Room::Referrals, w::TITLE).show(&who, &main))
}

/// Referrals as rows; `from` is the list that leads to one.
pub(super) fn table(found: &[Value], now_ms: u64, from: &str) -> Markup {
    html! {
        table.stack role="table" {
            caption.unseen { (w::TITLE) }
            thead role="rowgroup" { tr role="row" {
                @for head in [w::NAME, w::REFERENCE, w::STANDS, w::SENT] { th scope="col" role="columnheader" { (head) } }
            } }
            tbody role="rowgroup" { @for row in found { tr role="row" {
                th scope="row" role="rowheader" { a href={ "/referrals/" (text(row, "record")) "?from=" (from) } { (name(row)) } }
                td role="cell" data-th=(w::REFERENCE) { span.ref { (text(row, "reference")) } }
                td role="cell" data-th=(w::STANDS) { (text(row, "stage_words")) }
                td role="cell" data-th=(w::SENT) {
                    @if let Some(at_ms) = ms(row, "submitted_ms") { (when::short(at_ms, now_ms)) }
                }
            } } }
        }
    }
}

/// `GET /referrals/{id}`
pub(super) async fn show(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let id: Uuid = id_of(&request)?;
    let (purpose, from) = came_from(&said(&request, "from"));
    let opened = opened(&who, id, purpose, None).await?;
    let (shown, orgs) = (&opened["referral"], orgs(&who).await?);
    let main = if who.role().of_provider() {
        service::page(&opened, from, who.now_ms())
    } else {
        force::page(&who, &opened, &orgs, from)
    };
    Ok(Page::of(Room::Referrals, &name(shown)).show(&who, &main))
}

/// A referral with its entries: every page about one person gets it here.
pub(super) async fn opened(
    who: &Reader,
    record: Uuid,
    purpose: Purpose,
    since: Option<String>,
) -> Result<Value, Oops> {
    let now_ms = who.now_ms();
    Ok(who.query(Query::Open(Opening { record, purpose, since, now_ms })).await?)
}

/// What a referral is opened for, by the word of the address; the word is known or left out.
pub(super) fn came_from(word: &str) -> (Purpose, &'static str) {
    match word {
        "worklist" => (Purpose::Worklist, "worklist"),
        "inbox" => (Purpose::Inbox, "inbox"),
        "list" => (Purpose::Referrals, "list"),
        "diary" => (Purpose::Diary, "diary"),
        "search" => (Purpose::Search, "search"),
        "retention" => (Purpose::Retention, "retention"),
        _ => (Purpose::Address, ""),
    }
}

/// The value of a field of the address.
pub(super) fn said(request: &HttpRequest, field: &str) -> String {
    let pairs = actix_web::web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    let pairs = pairs.map(actix_web::web::Query::into_inner).unwrap_or_default();
    pairs.into_iter().find(|(name, _)| name == field).map(|(_, value)| value).unwrap_or_default()
}

/// `POST /referrals/{id}/service` – names the service of a referral that none has taken on.
pub(super) async fn assign(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let id: Uuid = id_of(&request)?;
    let reason = form.tidy("override").to_owned();
    let overriding = (!reason.is_empty()).then_some(Override { reason });
    who.command(Command::Assign(id, Assignment { to: form.own("to")?, overriding })).await?;
    Ok(go(&format!("/referrals/{id}")))
}

/// Whether nobody referred this person: they came in by themselves, and the service alone reads of it.
pub(super) fn came_in(opened: &Value) -> bool {
    rows(opened, "entries").iter().any(|entry| text(entry, "kind") == "person.came_in")
}

/// Who it is about, as people say it.
pub(super) fn name(shown: &Value) -> String {
    let subject = &shown["subject"];
    let name = format!("{} {}", text(subject, "given"), text(subject, "family")).trim().to_owned();
    if name.is_empty() { w::NO_NAME.to_owned() } else { name }
}

/// The day of birth; every one that people name while they disagree.
fn born(shown: &Value) -> String {
    let subject = &shown["subject"];
    let one = when::day(text(subject, "born"));
    let all = || texts(subject, "births").into_iter().filter_map(when::day).collect::<Vec<_>>().join(w::OR);
    one.unwrap_or_else(all)
}

/// How to reach the person and what must not be done on the way; nothing once contact has stopped.
pub(super) fn reach(shown: &Value) -> Markup {
    let (reach, safe) = (&shown["reach"], texts(shown, "safe"));
    html! {
        @if let Some(phone) = reach["phone"].as_str() {
            p { a.nowrap href={ "tel:" (phone.replace(' ', "")) } { (phone) } }
        }
        @if let Some(wrong_ms) = ms(reach, "wrong_ms") {
            p.small { strong { (w::WRONG_DETAILS) } " " (when::long(wrong_ms)) }
        }
        @if let Some(place) = reach["place_and_time"].as_str() { p { (w::AT) " " (place) } }
        @if let Some(language) = reach["language"].as_str().filter(|code| *code != "en") {
            p { (w::SPEAKS) " " (kinds::code("language", language)) }
        }
        @let may = texts(reach, "may");
        @if !safe.is_empty() || !may.is_empty() {
            ul.may {
                @for code in may { li.yes { (kinds::code("may", code)) } }
                @for line in safe { li.no { (line) } }
            }
        }
    }
}

/// That records of it disagree.
fn disagrees(shown: &Value) -> Markup {
    html! {
        @if !rows(shown, "conflicts").is_empty() {
            div.box.wait { p {
                strong { (w::DISAGREE) } " " (w::DISAGREE_TEXT)
                @for open in rows(shown, "conflicts") { " " a href={ "/conflicts/" (text(open, "id")) } { (w::LOOK) } "." }
            } }
        }
    }
}

fn fact(label: &str, said: &str) -> Markup {
    html! { @if !said.is_empty() { div { dt { (label) } dd { (said) } } } }
}
