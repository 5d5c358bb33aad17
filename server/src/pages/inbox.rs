//! New referrals: those that wait for the service's answer, with until when.
//!
//! A part of the worklist, in its order. Does not decide what is due.

use actix_web::{HttpRequest, HttpResponse};
use maud::html;
use sync_core::referral::act::YesNo;

use super::answer::Oops;
use super::home::{items, many, part_asked, part_of, parts};
use super::layout::Page;
use super::read::rows;
use super::referrals::table;
use super::visit::Reader;
use super::words::diary as w;
use super::words::layout::Room;
use crate::desk::Query;

/// `GET /inbox`
pub(super) async fn list(who: Reader, request: HttpRequest) -> Result<HttpResponse, Oops> {
    if !who.role().of_provider() {
        return Err(Oops::NotFound);
    }
    let part = part_asked(&request);
    let waits = who.query(Query::Worklist(part_of(who.now_ms(), YesNo::Yes, part))).await?;
    let answer = who.query(Query::ToTakeOver).await?;
    let asked = rows(&answer, "referrals");
    let main = html! {
        h1 { (w::INBOX) " (" (many(&waits)) ")" }
        @if many(&waits) == 0 { div.box { p { strong { (w::INBOX_NONE) } } } }
        @else {
            p.measure { (w::INBOX_TEXT) }
            h2 { (w::INBOX_WAITING) }
            (items(&who, rows(&waits, "worklist"), "inbox"))
            (parts("/inbox", part, many(&waits)))
        }
        @if !asked.is_empty() {
            h2 { (w::TO_TAKE_OVER) " (" (asked.len()) ")" }
            (table(asked, who.now_ms(), "inbox"))
        }
    };
    Ok(Page::of(Room::Inbox, w::INBOX).show(&who, &main))
}
