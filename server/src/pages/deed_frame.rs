//! The one frame around every form by which something is recorded of a referral, by the force or by a service.
//!
//! ```text
//!   back ─ what came since ─ what is at fault ─ whose ─ title ─ what one must have in sight ─ the form
//! ```
//! Does not draw fields and does not record: see [`super::deeds`] and [`super::record`].

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{Markup, html};
use serde_json::Value;

use super::form::Faults;
use super::layout::Page;
use super::read::{ms, rows, text};
use super::referrals::name;
use super::visit::Reader;
use super::when;
use super::words::layout::Room;
use super::words::{errors, kinds, record as w};

/// What is different from one form to the next.
pub(super) struct Framed<'a> {
    /// The referral's page.
    pub(super) back: &'a str,
    /// The referral as it was opened.
    pub(super) opened: &'a Value,
    /// Whether something came since the page that was sent.
    pub(super) came: bool,
    pub(super) faults: &'a Faults,
    pub(super) title: &'a str,
    /// What must be in sight, below the title.
    pub(super) beside: Markup,
    pub(super) form: Markup,
}

impl Framed<'_> {
    pub(super) fn show(self, who: &Reader) -> HttpResponse {
        let Self { back, opened, came, faults, title, beside, form } = self;
        let referral = &opened["referral"];
        let main = html! {
            a.back href=(back) { (name(referral)) }
            @if came { (came_since(opened)) }
            (faults.shown())
            @if !faults.is_empty() { p { (w::NOTHING_YET) } }
            p.over { (name(referral)) " · " span.ref { (text(referral, "reference")) } }
            h1 { (title) }
            (beside)
            (form)
        };
        let page = Page::asks(Room::Referrals, title).faulty(faults);
        let page = if came { page.with(StatusCode::CONFLICT) } else { page };
        page.show(who, &main)
    }
}

/// What came since the page that was sent.
fn came_since(opened: &Value) -> Markup {
    let new = rows(opened, "entries").iter().filter(|entry| entry["came"] == true);
    html! {
        div.faults role="alert" tabindex="-1" aria-labelledby="came-t" {
            h2 id="came-t" { (w::CAME) }
            p { (w::CAME_TEXT) }
            ul { @for entry in new { li {
                @if let Some(at_ms) = ms(entry, "eff_ms") { (when::long(at_ms)) ": " }
                (kinds::entry(text(entry, "kind"))) ", " (entry["by"].as_str().unwrap_or(w::WHO_NOTED))
                " (" (errors::sentence(kinds::standing(text(entry, "standing"))).trim_end_matches('.')) ")"
            } } }
        }
    }
}
