//! The start: what waits for whoever signed in, most urgent first, with why and until when.
//!
//! The order is that of the worklist of the core. Does not decide what is due.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};
use serde_json::Value;
use sync_core::access::Role;
use sync_core::referral::act::YesNo;

use super::answer::Oops;
use super::conflicts;
use super::form::{Faults, Form};
use super::four_eyes::{self, Shown};
use super::layout::Page;
use super::read::{ms, rows, text, texts};
use super::record::{Deed, deeds};
use super::referrals::reach;
use super::search;
use super::visit::Reader;
use super::when;
use super::words::layout::Room;
use super::words::{audit, export, home as w, kinds, retention, role_of};
use crate::desk::{Page as Part, Query, WorklistWanted};

/// Items of the worklist on one page: a page stays light, however much waits.
const AT_ONCE: usize = 60;

/// Disagreements that are looked at in one go for those that the reader settles.
const SOME: u16 = 8;

/// Which part of the worklist.
#[derive(Debug, Default, serde::Deserialize)]
struct Asked {
    #[serde(default)]
    part: usize,
}

/// `GET /`
pub(super) async fn home(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    let (part, now_ms) = (part_asked(&request), who.now_ms());
    let answer = who.query(Query::Worklist(part_of(now_ms, YesNo::No, part))).await?;
    let main = html! {
        p.over { (when::long(now_ms)) " · " (who.works_for) }
        h1 { (w::TITLE) }
        (waits(&who).await?)
        (four_eyes::waiting(&who, Shown::Own).await?)
        @if who.role() == Role::Auditor { p { (w::AUDITOR) " " a href="/audit" { (audit::TITLE) } } (headers(&who, &request).await?) }
        @else {
            (search::box_of(&who, &Form::default(), &Faults::default()))
            (worklist(&who, &answer, part))
            @if matches!(who.role(), Role::Admin | Role::ProviderLead) { p.small {
                a href="/subject-access" { (export::TITLE) } " · " a href="/retention" { (retention::TITLE) }
            } }
        }
        (joined(&who).await?)
    };
    Ok(Page::list(Room::Home, w::TITLE).show(&who, &main))
}

/// How much waits elsewhere, for the roles that it waits for, and what of it the reader can settle.
async fn waits(who: &Reader) -> Result<Markup, Oops> {
    let role = who.role();
    let (mut tiles, mut yours) = (Vec::new(), html! {});
    if matches!(role, Role::Admin | Role::Supervisor | Role::ProviderLead) {
        let answer = who.query(Query::Conflicts(Part { cursor: None, limit: Some(SOME) })).await?;
        tiles.push(("/conflicts", w::CONFLICTS, many(&answer).to_string(), oldest(&answer)));
        yours = conflicts::yours(who, answer).await?;
    }
    if role == Role::Admin {
        let answer = who.query(Query::Persons(Part { cursor: None, limit: Some(1) })).await?;
        tiles.push(("/persons", w::PERSONS, many(&answer).to_string(), None));
    }
    let now_ms = who.now_ms();
    Ok(html! {
        @if !tiles.is_empty() {
            ul.waits { @for (to, label, count, since_ms) in tiles { li {
                strong { (count) }
                a href=(to) { (label) }
                @if let Some(since_ms) = since_ms { small { (w::OLDEST) " " (when::short(since_ms, now_ms)) } }
            } } }
        }
        (yours)
    })
}

/// Who and what is new in the reader's organisation: everybody there reads it, so that nobody is added in silence.
async fn joined(who: &Reader) -> Result<Markup, Oops> {
    let (now_ms, answer) = (who.now_ms(), who.query(Query::Joined(who.now_ms())).await?);
    let found = rows(&answer, "joined");
    Ok(html! { @if !found.is_empty() {
        h2 { (w::JOINED) }
        p.small { (w::JOINED_TEXT) }
        ul.small { @for row in found { li {
            strong { (text(row, "name")) } ", " (role_of(text(row, "role"))) ": "
            (if row["what"] == "device" { w::NEW_DEVICE } else { w::NEW_PERSON })
            @if let Some(at_ms) = ms(row, "since_ms") { ", " (when::short(at_ms, now_ms)) }
        } } }
    } })
}

/// Since when the oldest waits; it is listed first.
fn oldest(answer: &Value) -> Option<u64> {
    rows(answer, "conflicts").iter().filter_map(|row| ms(row, "since_ms")).min()
}

/// What was recorded, newest first: an auditor reads which entry it is, and not what it says.
async fn headers(who: &Reader, request: &HttpRequest) -> Result<Markup, Oops> {
    let answer = who.query(Query::Headers(conflicts::part_of(request))).await?;
    let (found, now_ms) = (rows(&answer, "entries"), who.now_ms());
    let at = |row, field| ms(row, field).map(|at_ms| when::short(at_ms, now_ms));
    Ok(html! {
        h2 { (w::HEADERS) }
        @if found.is_empty() { p { (w::HEADERS_NONE) } } @else {
            table.stack role="table" {
                caption.unseen { (w::HEADERS) }
                thead role="rowgroup" { tr role="row" {
                    @for head in w::HEADER_COLUMNS { th scope="col" role="columnheader" { (head) } }
                } }
                tbody role="rowgroup" { @for row in found { tr role="row" {
                    th scope="row" role="rowheader" { (kinds::entry(text(row, "kind"))) }
                    td role="cell" data-th=(w::HEADER_COLUMNS[1]) { (row["by"].as_str().unwrap_or(w::THE_SERVER)) }
                    td role="cell" data-th=(w::HEADER_COLUMNS[2]) { @if let Some(at) = at(row, "recorded_ms") { (at) } }
                    td role="cell" data-th=(w::HEADER_COLUMNS[3]) { @if let Some(at) = at(row, "received_ms") { (at) } }
                } } }
            }
        }
        @if let Some(cursor) = answer["cursor"].as_str() { p { a href={ "/?after=" (cursor) } { (w::OLDER) } } }
    })
}

/// The most urgent come first, so the first part is what somebody works from; the others are there to look at.
fn worklist(who: &Reader, answer: &Value, part: usize) -> Markup {
    let count = many(answer);
    html! {
        h2 { (w::LIST) " (" (count) ")" }
        @if count == 0 {
            div.box { p { strong { (w::EMPTY) } } p { (w::EMPTY_TEXT) } }
        } @else {
            p.measure { (w::LIST_TEXT) }
            (items(who, rows(answer, "worklist"), "worklist"))
            (parts("/", part, count))
        }
    }
}

/// The part of a worklist that a page shows.
pub(super) fn part_of(now_ms: u64, only_new: YesNo, part: usize) -> WorklistWanted {
    WorklistWanted { now_ms, only_new, from: part.saturating_mul(AT_ONCE), most: Some(AT_ONCE) }
}

/// The part that an address asks for.
pub(super) fn part_asked(request: &HttpRequest) -> usize {
    let asked = web::Query::<Asked>::from_query(request.query_string());
    asked.map(|asked| asked.part).unwrap_or_default()
}

/// How many items a list has, beyond those of its part.
pub(super) fn many(answer: &Value) -> usize {
    answer["count"].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or_default()
}

/// The way to the other parts of a worklist.
pub(super) fn parts(address: &str, part: usize, count: usize) -> Markup {
    let parts = count.div_ceil(AT_ONCE);
    html! {
        @if parts > 1 || part > 0 { p {
            (w::PART) " " (part + 1) " " (w::OF) " " (parts) "."
            @if part > 0 { " " a href={ (address) "?part=" (part - 1) } { (w::MORE_URGENT) } }
            @if part + 1 < parts { " " a href={ (address) "?part=" (part + 1) } { (w::LESS_URGENT) } }
        } }
    }
}

/// What is due, one item a referral, in the order that it has.
pub(super) fn items(who: &Reader, items: &[Value], from: &str) -> Markup {
    // How to reach the person is for those who reach them.
    let (now_ms, reaches) = (who.now_ms(), who.role().of_provider());
    html! {
        ul.work { @for item in items { li {
            (until(item, now_ms))
            div {
                h3 { a href={ "/referrals/" (text(item, "record")) "?from=" (from) } { (name(item)) } }
                p { (text(item, "reason")) }
                @let also = texts(item, "also_words");
                @if !also.is_empty() { p.small { (w::ALSO) " " (also.join(" ")) } }
                p.small { span.ref { (text(item, "reference")) } " · " (text(item, "stage_words")) }
                @if let Some(deed) = next(who, item) {
                    p { a.do.plain href={ "/referrals/" (text(item, "record")) "/record/" (deed.slug) "?from=" (from) } {
                        (deed.link) span.unseen { ", " (name(item)) }
                    } }
                }
            }
            div { @if reaches { (reach(item)) } }
        } } }
    }
}

/// What is usually recorded next: a short way, and no rule. Whoever may do something else opens the referral.
fn next(who: &Reader, item: &Value) -> Option<&'static Deed> {
    let slug = match (text(item, "stage"), text(&item["first"], "timer")) {
        (_, "safeguarding") => return None,
        ("submitted" | "received", _) if who.role() == Role::ProviderLead => "answer",
        ("accepted" | "contacting", _) => "contact",
        ("contacted", _) => "book",
        ("assessment_booked" | "assessed" | "in_progress", _) => "attendance",
        _ => return None,
    };
    deeds().into_iter().find(|deed| deed.slug == slug).filter(|_| who.role().of_provider())
}

/// How urgent it is, and until when: the words say it, the colour only repeats it.
fn until(item: &Value, now_ms: u64) -> Markup {
    let (first, due_ms) = (&item["first"], ms(item, "due_ms").unwrap_or_default());
    let (colour, word) = match (text(first, "timer"), text(first, "state")) {
        ("safeguarding", _) => ("mark stop", w::CONCERN),
        (_, "overdue") => ("mark stop", w::LATE),
        (_, "due") => ("mark wait", w::TODAY),
        _ => ("mark", w::SOON),
    };
    let by = if due_ms < now_ms { w::WAS_DUE } else { w::BY };
    html! { p { span class=(colour) { (word) } br; (by) " " (when::due(due_ms, now_ms)) } }
}

fn name(item: &Value) -> &str {
    item["name"].as_str().unwrap_or(w::NO_NAME)
}
