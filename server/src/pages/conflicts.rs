//! Disagreements: the queue, one on one page, its settlement, and what was settled lately.
//!
//! Who may settle is judged by the core; a page only leaves out the button where the desk says that the reader wrote a
//! side. Whoever decides on an old page sees what came since, and keeps the reason that they typed.

pub(crate) mod as_text;
mod choices;
mod page;

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde_json::Value;
use sync_core::access::Role;
use sync_core::ids::Digest;
use sync_core::referral::act::Choice;

use super::answer::{Oops, go};
use super::form::{Faults, Form};
use super::layout::Page;
use super::plain::{kind, settler};
use super::read::{joined, ms, rows, text};
use super::services::orgs;
use super::visit::{Reader, Sent};
use super::when;
use super::words::conflicts as w;
use super::words::layout::Room;
use crate::desk::{self, Command, PassUp, Query, Refused, Settlement};

const OLD_MS: u64 = 5 * 86_400_000;
/// How many the start shows; the queue has them all.
const AT_THE_START: usize = 5;
/// How many the start looks at for them; more would make it slow for who settles few of many.
const LOOKED_AT: usize = 16;

/// The part of a list that an address asks for.
pub(super) fn part_of(request: &HttpRequest) -> desk::Page {
    let pairs = actix_web::web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    let mut pairs = pairs.map(actix_web::web::Query::into_inner).unwrap_or_default().into_iter();
    let cursor = pairs.find(|(name, _)| name == "after").map(|(_, cursor)| cursor);
    desk::Page { cursor, limit: None }
}

/// The id in an address; a text that is none names nothing.
pub(super) fn id_of<T: std::str::FromStr>(request: &HttpRequest) -> Result<T, Oops> {
    request.match_info().get("id").and_then(|id| id.parse().ok()).ok_or(Oops::NotFound)
}

/// `GET /conflicts` – what is open, oldest first.
pub(super) async fn list(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let answer = who.query(Query::Conflicts(part_of(&request))).await?;
    let found = rows(&answer, "conflicts");
    let main = html! {
        h1 { (w::TITLE) }
        p.measure { (w::LEAD) }
        @if found.is_empty() { div.box { p { strong { (w::NONE) } } p { (w::NONE_TEXT) } } }
        @else { (table(&who, found)) }
        @if let Some(cursor) = answer["cursor"].as_str() { p { a href={ "/conflicts?after=" (cursor) } { (w::MORE) } } }
        p { a href="/conflicts/settled" { (w::LATELY) } }
    };
    Ok(Page::list(Room::Conflicts, w::TITLE).show(&who, &main))
}

fn table(who: &Reader, found: &[Value]) -> Markup {
    let now_ms = who.now_ms();
    html! {
        table.stack role="table" {
            caption.unseen { (w::TITLE) }
            thead role="rowgroup" { tr role="row" {
                @for head in [w::WHAT, w::WHO, w::SINCE, w::SETTLES] { th scope="col" role="columnheader" { (head) } }
            } }
            tbody role="rowgroup" { @for shown in found { tr role="row" {
                th scope="row" role="rowheader" { a href=(address(who, shown)) { (kind(shown)) } }
                td role="cell" data-th=(w::WHO) { (whom(shown)) }
                td role="cell" data-th=(w::SINCE) {
                    @if let Some(since_ms) = ms(shown, "since_ms") {
                        (when::short(since_ms, now_ms))
                        @if now_ms.saturating_sub(since_ms) > OLD_MS { " " span.mark.stop { (w::OLD) } }
                    }
                }
                td role="cell" data-th=(w::SETTLES) { (settler(shown)) }
            } } }
        }
    }
}

/// Those that wait for the reader, the oldest first: from the start one click leads to what has waited longest.
/// `part` is the first of the list; the next ones are asked for while they may have some.
pub(super) async fn yours(who: &Reader, mut part: Value) -> Result<Markup, Oops> {
    let settles = |shown: &Value| page::settles_here(who.role(), shown) && shown["wrote_a_side"] != true;
    let (mut first, mut looked_at) = (Vec::new(), 0);
    loop {
        let found = rows(&part, "conflicts");
        looked_at += found.len();
        first.extend(found.iter().filter(|shown| settles(shown)).cloned());
        let Some(cursor) = part["cursor"].as_str() else { break };
        if first.len() >= AT_THE_START || looked_at >= LOOKED_AT {
            break;
        }
        let (cursor, limit) = (Some(cursor.to_owned()), Some(AT_THE_START as u16));
        part = who.query(Query::Conflicts(desk::Page { cursor, limit })).await?;
    }
    first.truncate(AT_THE_START);
    Ok(settled_by(who, &first))
}

fn settled_by(who: &Reader, first: &[Value]) -> Markup {
    let now_ms = who.now_ms();
    html! {
        @if !first.is_empty() {
            h2 { (w::YOURS_TO_SETTLE) }
            ul.story { @for shown in first { li.clash {
                strong { a href=(address(who, shown)) { (kind(shown)) } } ": " (whom(shown))
                @if let Some(since_ms) = ms(shown, "since_ms") { br; (w::SINCE) " " (when::short(since_ms, now_ms)) }
            } } }
        }
    }
}

/// Where one is shown: who is one person has a page of its own, for admins.
fn address(who: &Reader, shown: &Value) -> String {
    let is_tie = text(shown, "kind") == "identity" || text(shown, "about").starts_with("tie/");
    let id = text(shown, "conflict");
    if is_tie && who.role() == Role::Admin {
        format!("/persons/questions/{id}")
    } else {
        format!("/conflicts/{id}")
    }
}

/// The people that it is about, with their references.
fn whom(shown: &Value) -> Markup {
    let names = joined(rows(shown, "referrals").iter().map(|row| text(row, "name").to_owned()));
    html! {
        @if names.is_empty() { (w::NOT_KNOWN) } @else { (names) }
        @for row in rows(shown, "referrals") {
            @if let Some(reference) = row["reference"].as_str() { br; span.ref { (reference) } }
        }
    }
}

/// `GET /conflicts/settled` – what was settled in the last weeks; each can be decided again.
pub(super) async fn settled_lately(who: Reader) -> Result<HttpResponse, Oops> {
    let now_ms = who.now_ms();
    let answer = who.query(Query::Settlements(now_ms)).await?;
    let found = rows(&answer, "settlements");
    let main = html! {
        a.back href="/conflicts" { (w::TITLE) }
        h1 { (w::LATELY) }
        @if found.is_empty() { p { (w::LATELY_NONE) } }
        ol.story { @for row in found { li {
            @if let Some(at_ms) = ms(row, "at_ms") { (when::short(at_ms, now_ms)) br; }
            strong { (text(row, "by")) } ": “" (text(row, "reason")) "”" br;
            (whom(row))
            @if row["held"] == true { br; a href={ "/conflicts/" (text(row, "conflict")) } { (w::LOOK_AGAIN) } }
        } } }
    };
    Ok(Page::of(Room::Conflicts, w::LATELY).show(&who, &main))
}

/// `GET /conflicts/{id}`
pub(super) async fn show(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let id: Digest = id_of(&request)?;
    let shown = who.query(Query::Conflict(id)).await?;
    let orgs = orgs(&who).await?;
    let typed = page::Typed::none();
    Ok(page::of(&who, &shown, &orgs, &typed))
}

/// `POST /conflicts/{id}` – settles it, or leaves it to an admin.
pub(super) async fn settle(sent: Sent<Reader>, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let id: Digest = id_of(&request)?;
    let as_of = form.tidy("as_of").to_owned();
    let seen = || form.text("seen").split(' ').map(str::to_owned).collect::<BTreeSet<String>>();
    if !form.has("pass") && has_more(&who, id, &seen()).await? {
        return again(&who, id, &form, Faults::default(), page::Came::Since(seen())).await;
    }
    let done = if form.has("pass") {
        who.command(Command::PassUp(id, PassUp { as_of })).await
    } else {
        let (version, reason) = (form.own("version")?, form.tidy("reason").to_owned());
        match choice_of(&form) {
            Ok(choice) => {
                who.command(Command::Settle(id, Settlement { as_of, version, choice, reason })).await
            }
            Err(faults) => return again(&who, id, &form, faults, page::Came::Nothing).await,
        }
    };
    let faults = match done {
        Ok(_) if form.has("pass") => return Ok(go(&format!("/conflicts/{id}"))),
        Ok(_) => return Ok(go(&format!("/conflicts/{id}/settled"))),
        Err(Refused::ShownAnew) => {
            return again(&who, id, &form, Faults::default(), page::Came::Since(seen())).await;
        }
        Err(Refused::Field("reason")) => Faults::one("reason", w::WRITE_WHY),
        Err(Refused::Field(_)) => Faults::one("value", w::WRITE_VALUE),
        Err(other) => return Err(other.into()),
    };
    again(&who, id, &form, faults, page::Came::Nothing).await
}

/// Whether more is known by now than the page had shown. Of two who decide at once the core hears both; whoever comes
/// second at a desk first reads what the other decided.
async fn has_more(who: &Reader, id: Digest, seen: &BTreeSet<String>) -> Result<bool, Oops> {
    let shown = who.query(Query::Conflict(id)).await?;
    Ok(page::entries(&shown).any(|op| !seen.contains(op)))
}

/// The page as it is now, with what was typed.
async fn again(
    who: &Reader,
    id: Digest,
    form: &Form,
    faults: Faults,
    came: page::Came,
) -> Result<HttpResponse, Oops> {
    let shown = who.query(Query::Conflict(id)).await?;
    let orgs = orgs(who).await?;
    let (reason, value, choice) = (form.text("reason"), form.text("value"), form.text("choice"));
    Ok(page::of(who, &shown, &orgs, &page::Typed { reason, value, choice, faults, came }))
}

/// What was chosen; a value is taken as JSON where it is some, else as the text that it is.
fn choice_of(form: &Form) -> Result<Choice, Faults> {
    match form.text("choice") {
        "" => Err(Faults::one("choice", w::CHOOSE)),
        "value" if form.tidy("value").is_empty() => Err(Faults::one("value", w::WRITE_VALUE)),
        "value" => {
            let typed = form.tidy("value");
            let value = serde_json::from_str(typed).unwrap_or_else(|_| Value::String(typed.to_owned()));
            Ok(Choice::Value(value))
        }
        side => serde_json::from_str(side).map_err(|_| Faults::one("choice", w::CHOOSE)),
    }
}

/// `GET /conflicts/{id}/settled` – what was decided, and how to decide again.
pub(super) async fn settled(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let id: Digest = id_of(&request)?;
    let shown = who.query(Query::Conflict(id)).await;
    let shown = match shown {
        // An admin who settled from an extract holds it no longer.
        Err(Refused::NotFound) => return Ok(go("/conflicts/settled")),
        other => other?,
    };
    let settled = &shown["settled"];
    let main = html! {
        a.back href="/conflicts" { (w::TITLE) }
        @if settled.is_null() {
            div.box.wait { h1 { (w::OPEN_AGAIN) } p { (w::OPEN_AGAIN_TEXT) } }
        } @else {
            div.box.done {
                h1 { (w::SETTLED) ": " (kind(&shown)) }
                p { (text(settled, "by")) @if let Some(at_ms) = ms(settled, "at_ms") { ", " (when::long(at_ms)) } ". " (w::STAYS) }
            }
            h2 { (w::REASON) }
            p { "“" (text(settled, "reason")) "”" }
        }
        (page::counts(&shown))
        div.acts { a.do href="/conflicts" { (w::NEXT) } }
        h2 { (w::IF_WRONG) }
        p { (w::IF_WRONG_TEXT) }
        div.acts { a.do.plain href={ "/conflicts/" (id) } { (w::DECIDE_AGAIN) } }
    };
    Ok(Page::asks(Room::Conflicts, w::SETTLED).show(&who, &main))
}
