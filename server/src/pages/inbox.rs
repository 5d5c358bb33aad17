//! New referrals: those that wait for the service's answer, with until when.
//!
//! A part of the worklist, in its order. Does not decide what is due.

use actix_web::HttpResponse;
use maud::html;

use super::answer::Oops;
use super::home::items;
use super::layout::Page;
use super::read::{rows, text};
use super::referrals::table;
use super::visit::Reader;
use super::words::diary as w;
use super::words::layout::Room;
use crate::desk::Query;

/// `GET /inbox`
pub(super) async fn list(who: Reader) -> Result<HttpResponse, Oops> {
    if !who.role().of_provider() {
        return Err(Oops::NotFound);
    }
    let answer = who.query(Query::Worklist(who.now_ms())).await?;
    let waits = rows(&answer, "worklist").iter();
    let waits: Vec<_> =
        waits.filter(|item| matches!(text(item, "stage"), "submitted" | "received")).cloned().collect();
    let answer = who.query(Query::ToTakeOver).await?;
    let asked = rows(&answer, "referrals");
    let main = html! {
        h1 { (w::INBOX) " (" (waits.len()) ")" }
        @if waits.is_empty() { div.box { p { strong { (w::INBOX_NONE) } } } }
        @else { p.measure { (w::INBOX_TEXT) } h2 { (w::INBOX_WAITING) } (items(&who, &waits, "inbox")) }
        @if !asked.is_empty() {
            h2 { (w::TO_TAKE_OVER) " (" (asked.len()) ")" }
            (table(asked, who.now_ms(), "inbox"))
        }
    };
    Ok(Page::of(Room::Inbox, w::INBOX).show(&who, &main))
}
