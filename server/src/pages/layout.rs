//! What every page has around it: head, rooms, main, foot.
//!
//! Does not know what a page is about.

use std::future::Future;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sync_core::access::Role;

use super::form::{Faults, form};
use super::visit::Reader;
use super::when;
use super::words::{self, layout as w};
use super::{assets, words::layout::Room};
use crate::config::People;
use crate::sign_in::IDLE_MS;

/// How long before its end a session is spoken of.
const WARN_BEFORE_MS: u64 = 3 * 60_000;

tokio::task_local! {
    /// Of the store that is asked. Pages of what went wrong are made where nothing of the request is at hand.
    static PEOPLE: People;
}

/// Answers a request; every page of it says whether its people are invented.
pub(super) async fn in_a_store_of<T>(people: People, answer: impl Future<Output = T>) -> T {
    PEOPLE.scope(people, answer).await
}

/// How wide a page's text runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// For one question or one answer.
    Reading,
    Whole,
}

/// Whether script brings a page up to date while nobody works on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Freshness {
    Stands,
    Refreshes,
}

/// A page of somebody who is signed in.
pub(super) struct Page<'a> {
    pub(super) room: Room,
    pub(super) title: &'a str,
    pub(super) width: Width,
    pub(super) status: StatusCode,
    pub(super) freshness: Freshness,
}

impl<'a> Page<'a> {
    pub(super) fn of(room: Room, title: &'a str) -> Self {
        let (width, status, freshness) = (Width::Whole, StatusCode::OK, Freshness::Stands);
        Self { room, title, width, status, freshness }
    }

    /// A list that is worked from the top.
    pub(super) fn list(room: Room, title: &'a str) -> Self {
        Self { freshness: Freshness::Refreshes, ..Self::of(room, title) }
    }

    pub(super) fn asks(room: Room, title: &'a str) -> Self {
        Self { width: Width::Reading, ..Self::of(room, title) }
    }

    /// The page again, with what is wrong with the form.
    pub(super) fn faulty(self, faults: &Faults) -> Self {
        let status = if faults.is_empty() { self.status } else { StatusCode::UNPROCESSABLE_ENTITY };
        Self { status, ..self }
    }

    pub(super) fn with(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    pub(super) fn show(self, who: &Reader, main: &Markup) -> HttpResponse {
        let now_ms = who.now_ms();
        let refreshes = self.freshness == Freshness::Refreshes;
        let foot =
            html! { p data-refreshes[refreshes] { (w::SHOWN) " " (when::long(now_ms)) ". " (w::RELOAD) } };
        let header = html! { (head(Some(who))) (rooms(who.role(), self.room)) (script()) };
        respond(self.status, &document(self.status, self.title, self.width, &header, main, &foot))
    }
}

/// A page for whoever it is: sign-in, set-up, and what went wrong.
pub(super) fn bare(status: StatusCode, title: &str, main: &Markup) -> HttpResponse {
    let main = html! { h1 { (title) } (main) };
    respond(status, &document(status, title, Width::Reading, &head(None), &main, &html! {}))
}

/// A page for whoever it is, whose heading is its own.
pub(super) fn open(status: StatusCode, title: &str, main: &Markup) -> HttpResponse {
    respond(status, &document(status, title, Width::Reading, &head(None), main, &html! {}))
}

fn respond(status: StatusCode, document: &Markup) -> HttpResponse {
    HttpResponse::build(status).content_type("text/html; charset=utf-8").body(document.0.clone())
}

fn document(
    status: StatusCode,
    title: &str,
    width: Width,
    header: &Markup,
    main: &Markup,
    foot: &Markup,
) -> Markup {
    // A screen reader says the title first: so it says first that something was wrong.
    let faulty = if status == StatusCode::UNPROCESSABLE_ENTITY { w::FAULTY } else { "" };
    html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (faulty) (title) " – " (w::NAME) }
                link rel="stylesheet" href=(assets::STYLE.address());
                link rel="icon" href=(assets::MARK.address()) type="image/svg+xml";
            }
            body {
                a.skip href="#main" { (w::SKIP) }
                header {
                    @if PEOPLE.try_get() == Ok(People::Invented) { p.invented { (w::INVENTED) } }
                    (header)
                }
                main.ask[width == Width::Reading] id="main" tabindex="-1" { (main) }
                footer { div.foot { (foot) } }
            }
        }
    }
}

/// The mark is drawn in the page, so that it takes the page's colours.
const MARK: PreEscaped<&str> = PreEscaped(
    r#"<svg viewBox="0 0 28 28" aria-hidden="true" focusable="false"><circle class="disc" cx="14" cy="14" r="13.5"/><path class="arrow" d="M14 4.5 21 21l-7-4-7 4z"/></svg>"#,
);

fn head(who: Option<&Reader>) -> Markup {
    html! {
        div.head {
            a.brand href="/" { (MARK) (w::NAME) }
            @if let Some(who) = who {
                span.whose { (who.works_for) }
                div.me {
                    a href="/me" { (who.name) ", " (words::role(who.role())) }
                    (form(&who.form_key(), "/sign-out", &html! { button type="submit" { (w::SIGN_OUT) } }))
                }
            }
        }
    }
}

/// What script adds: see `assets/desk.js`. Without script nobody sees the box.
fn script() -> Markup {
    let warn_after_ms = IDLE_MS - WARN_BEFORE_MS;
    html! {
        script src=(assets::SCRIPT.address()) defer {}
        div.ending id="ending" role="alert" data-warn-after-ms=(warn_after_ms) hidden {
            p { strong { (w::ENDING) } " " (w::ENDING_TEXT) }
            button.do type="button" { (w::STAY) }
        }
    }
}

fn rooms(role: Role, here: Room) -> Markup {
    html! {
        nav.rooms aria-label=(w::ROOMS) {
            ul {
                @for room in w::rooms_of(role) {
                    li { a href=(room.address()) aria-current=[(*room == here).then_some("page")] { (room.words()) } }
                }
            }
        }
    }
}
