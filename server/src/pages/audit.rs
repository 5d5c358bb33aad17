//! Who opened which person's record, for auditors.
//!
//! Shows no name of a person who was referred. Does not decide who may read it: the desk does.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};
use serde_json::Value;
use sync_core::ids::UserId;
use uuid::Uuid;

use super::answer::Oops;
use super::layout::Page;
use super::read::{ms, rows, text};
use super::visit::Reader;
use super::when;
use super::words::layout::Room;
use super::words::{audit as w, role_of};
use crate::desk::{AuditOf, AuditWanted, Page as Part, Purpose, Query};

#[derive(serde::Deserialize)]
struct Asked {
    user: Option<UserId>,
    record: Option<Uuid>,
    what: Option<AuditOf>,
    after: Option<String>,
}

/// `GET /audit`
pub(super) async fn list(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let asked = web::Query::<Asked>::from_query(request.query_string());
    let Asked { user, record, what, after } = asked.map_err(|_| Oops::NotFound)?.into_inner();
    let page = Part { cursor: after, limit: None };
    let answer = who.query(Query::Audit(AuditWanted { user, record, what, page })).await?;
    let found = rows(&answer, "openings");
    let same = [user.map(|user| format!("user={user}")), record.map(|record| format!("record={record}"))];
    let same: String = same.into_iter().flatten().map(|part| format!("{part}&")).collect();
    let older = format!("{same}{}", what.map(|what| format!("what={}&", what.code())).unwrap_or_default());
    let main = html! {
        h1 { (w::TITLE) }
        p.measure { (w::LEAD) }
        (tabs(&same, what))
        @if !same.is_empty() { p { a href="/audit" { (w::ALL) } } }
        @if found.is_empty() { p { (w::NONE) } } @else { (table(found, who.now_ms())) }
        @if let Some(cursor) = answer["cursor"].as_str() { p { a href={ "/audit?" (older) "after=" (cursor) } { (w::OLDER) } } }
    };
    Ok(Page::list(Room::Home, w::TITLE).show(&who, &main))
}

/// All lines, or those of one make, of the same person and record.
fn tabs(same: &str, now: Option<AuditOf>) -> Markup {
    let choices = AuditOf::CHOICES.map(Some);
    let address = |what: Option<AuditOf>| match what {
        Some(what) => format!("/audit?{same}what={}", what.code()),
        None => format!("/audit?{same}").trim_end_matches(['?', '&']).to_owned(),
    };
    html! {
        nav.tabs aria-label=(w::WHICH) { ul { @for what in [None].into_iter().chain(choices) {
            li { a href=(address(what)) aria-current=[(what == now).then_some("page")] { (w::which(what)) } }
        } } }
    }
}

fn table(found: &[Value], now_ms: u64) -> Markup {
    html! {
        table.stack role="table" {
            caption.unseen { (w::TITLE) }
            thead role="rowgroup" { tr role="row" {
                @for head in w::COLUMNS { th scope="col" role="columnheader" { (head) } }
            } }
            tbody role="rowgroup" { @for line in found { tr role="row" {
                th scope="row" role="rowheader" {
                    @if let Some(at_ms) = ms(line, "at_ms") { (when::short(at_ms, now_ms)) }
                }
                td role="cell" data-th=(w::COLUMNS[1]) {
                    (text(line, "by")) ", " (role_of(text(line, "role"))) br;
                    a href={ "/audit?user=" (text(line, "user")) } { (w::THEIR_OPENINGS) }
                }
                td role="cell" data-th=(w::COLUMNS[2]) {
                    (purpose(line)) @if let Some(rows) = line["rows"].as_u64() { " (" (rows) ")" }
                    @if let Some(opened_ms) = ms(line, "opened_ms") {
                        (w::ON_A_PHONE) (when::short(opened_ms, now_ms)) (w::BY_ITS_CLOCK)
                    }
                }
                td role="cell" data-th=(w::COLUMNS[3]) {
                    @if line["record"].is_string() {
                        span.ref { (text(line, "record")) } br;
                        a href={ "/audit?record=" (text(line, "record")) } { (w::ITS_READERS) }
                    } @else { (w::MANY) }
                }
            } } }
        }
    }
}

fn purpose(line: &Value) -> &'static str {
    let known: Option<Purpose> = serde_json::from_value(line["purpose"].clone()).ok();
    known.map_or("", Purpose::words)
}
