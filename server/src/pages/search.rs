//! Looking for a referral by name, reference or date of birth.
//!
//! What is looked for is sent in a form, so that no name stands in an address or a log. Does not decide what is found.

use actix_web::HttpResponse;
use maud::{Markup, html};

use super::answer::Oops;
use super::form::{Faults, Field, Form, form};
use super::layout::Page;
use super::read::rows;
use super::referrals::table;
use super::visit::{Reader, Sent};
use super::words::diary as w;
use super::words::layout::Room;
use crate::desk::{Query, Refused};

/// The form, for a page of its own and for the start.
pub(super) fn box_of(who: &Reader, typed: &Form, faults: &Faults) -> Markup {
    let field = Field::text("q", w::SEARCH_LABEL, w::SEARCH_HINT, typed.text("q"));
    let fields = html! { (field.shown(faults)) div.acts { button.do.plain type="submit" { (w::FIND) } } };
    form(&who.form_key(), "/search", &fields)
}

/// `GET /search`
pub(super) async fn ask(who: Reader) -> Result<HttpResponse, Oops> {
    let main = html! { h1 { (w::SEARCH) } (box_of(&who, &Form::default(), &Faults::default())) };
    Ok(Page::of(Room::Search, w::SEARCH).show(&who, &main))
}

/// `POST /search`
pub(super) async fn find(sent: Sent<Reader>) -> Result<HttpResponse, Oops> {
    let Sent { who, form } = sent;
    let (found, faults) = match who.query(Query::Find(form.tidy("q").to_owned())).await {
        Ok(found) => (Some(found), Faults::default()),
        Err(Refused::Field(_)) => (None, Faults::one("q", w::WRITE_SEARCH)),
        Err(other) => return Err(other.into()),
    };
    let main = html! {
        (faults.shown())
        h1 { (w::SEARCH) }
        (box_of(&who, &form, &faults))
        @if let Some(found) = &found {
            @let rows = rows(found, "referrals");
            @if rows.is_empty() { div.box { p { strong { (w::FOUND_NONE) } } p { (w::FOUND_NONE_TEXT) } } }
            @else { (table(rows, who.now_ms(), "search")) }
            @if found["has_more"] == true { p { (w::FOUND_MORE) } }
        }
    };
    Ok(Page::of(Room::Search, w::SEARCH).faulty(&faults).show(&who, &main))
}
