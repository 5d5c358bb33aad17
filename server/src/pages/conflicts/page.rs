//! One disagreement on one page: both sides, what counts meanwhile, what each answer would change, and the form.
//!
//! Does not settle.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{Markup, html};
use serde_json::Value;
use sync_core::access::Role;

use super::super::form::{Faults, Field, form};
use super::super::layout::Page;
use super::super::plain::{kind, settler};
use super::super::read::{ms, rows, text};
use super::super::side::{self, Orgs};
use super::super::visit::Reader;
use super::super::when;
use super::super::words::conflicts as w;
use super::super::words::layout::Room;
use super::choices::{Answer, answers};
use super::whom;

/// What was typed on the page before, and what became of it.
pub(super) struct Typed<'a> {
    pub(super) reason: &'a str,
    pub(super) value: &'a str,
    pub(super) choice: &'a str,
    pub(super) faults: Faults,
    pub(super) came: Came,
}

/// Whether something came since the page that somebody decided on.
pub(super) enum Came {
    Nothing,
    /// These entries were on that page.
    Since(BTreeSet<String>),
}

impl Typed<'_> {
    pub(super) fn none() -> Self {
        Self { reason: "", value: "", choice: "", faults: Faults::default(), came: Came::Nothing }
    }
}

pub(super) fn of(who: &Reader, shown: &Value, orgs: &Orgs, typed: &Typed<'_>) -> HttpResponse {
    let sides = rows(shown, "sides").iter().enumerate();
    let main = html! {
        a.back href="/conflicts" { (w::TITLE) }
        (typed.faults.shown())
        (since(shown, orgs, &typed.came))
        p.over { (w::SETTLES) ": " (settler(shown)) " · " (whom(shown)) }
        h1 { (kind(shown)) }
        (settled_before(shown))
        (counts(shown))
        h2 { (w::RECORDED) }
        div.pair { @for (at, side) in sides { (side::shown(shown, at, side, orgs)) } }
        @if shown["extract"] == true { p.small { (w::EXTRACT) } }
        @for row in rows(shown, "referrals") {
            @if let (Some(record), false) = (row["record"].as_str(), shown["extract"] == true) {
                p { a href={ "/referrals/" (record) } { (w::REFERRAL) " " span.ref { (text(row, "reference")) } } }
            }
        }
        (decides(who, shown, orgs, typed))
    };
    let status = match typed.came {
        Came::Since(_) => StatusCode::CONFLICT,
        Came::Nothing => StatusCode::OK,
    };
    Page::of(Room::Conflicts, kind(shown)).with(status).faulty(&typed.faults).show(who, &main)
}

/// What came since the page that somebody decided on, in words.
fn since(shown: &Value, orgs: &Orgs, came: &Came) -> Markup {
    let Came::Since(seen) = came else { return html! {} };
    let new = rows(shown, "sides").iter().filter(|side| !seen.contains(text(side, "op")));
    let settled = &shown["settled"];
    let is_settled_since = settled["op"].as_str().is_some_and(|op| !seen.contains(op));
    html! {
        div.faults role="alert" tabindex="-1" aria-labelledby="anew" {
            h2 id="anew" { (w::ANEW) }
            @if is_settled_since { p { (w::SETTLED_SINCE) } }
            @let new: Vec<&Value> = new.collect();
            @if !new.is_empty() {
                p { (w::CAME_SINCE) }
                ul { @for side in new { li {
                    (text(side, "by")) ": " (side::says(shown, side, orgs))
                    @if let Some(at_ms) = ms(side, "eff_ms") { ", " (when::long(at_ms)) }
                } } }
            }
            p { (w::ANEW_TEXT) }
        }
    }
}

fn settled_before(shown: &Value) -> Markup {
    let settled = &shown["settled"];
    html! {
        @if !settled.is_null() {
            div.box.done {
                p {
                    strong { (w::SETTLED) } ": " (text(settled, "by"))
                    @if let Some(at_ms) = ms(settled, "at_ms") { ", " (when::long(at_ms)) }
                    ". “" (text(settled, "reason")) "”"
                }
            }
        }
    }
}

/// What counts meanwhile, or since it was settled.
pub(super) fn counts(shown: &Value) -> Markup {
    let meanwhile = &shown["meanwhile"];
    if meanwhile.is_null() {
        return html! {};
    }
    let title = if shown["settled"].is_null() { w::MEANWHILE } else { w::NOW };
    html! {
        section.box.way aria-labelledby="counts" {
            h2 id="counts" { (title) }
            dl.facts.tight {
                @for (label, field) in w::PARTS {
                    @if !text(meanwhile, field).is_empty() { div { dt { (label) } dd { (text(meanwhile, field)) } } }
                }
            }
        }
    }
}

/// What the page shows: the sides, and the settlement if there is one.
pub(super) fn entries(shown: &Value) -> impl Iterator<Item = &str> {
    let sides = rows(shown, "sides").iter().map(|side| text(side, "op"));
    sides.chain(shown["settled"]["op"].as_str())
}

/// The form; or, for who wrote a side, the way to somebody else.
fn decides(who: &Reader, shown: &Value, orgs: &Orgs, typed: &Typed<'_>) -> Markup {
    let to = format!("/conflicts/{}", text(shown, "conflict"));
    let seen: Vec<&str> = entries(shown).collect();
    let hidden = html! {
        input type="hidden" name="as_of" value=(text(shown, "as_of"));
        input type="hidden" name="version" value=(text(shown, "version"));
        input type="hidden" name="seen" value=(seen.join(" "));
    };
    let is_lead = who.role() == Role::ProviderLead;
    let can_pass = is_lead && shown["passed_up"] != "yes" && shown["settled"].is_null();
    let pass =
        html! { @if can_pass { button.do.plain type="submit" name="pass" value="up" { (w::PASS_UP) } } };
    if shown["wrote_a_side"] == true {
        let fields = html! { (hidden) div.acts { (pass) } };
        return html! { div.box.wait { p { (w::YOURS) } @if can_pass { (form(&who.form_key(), &to, &fields)) } } };
    }
    if !settles_here(who.role(), shown) {
        return html! {};
    }
    if text(shown, "kind") == "identity" {
        let question = format!("/persons/questions/{}", text(shown, "conflict"));
        return html! { div.acts { a.do href=(question) { (w::WHO_IS_WHO) } } };
    }
    let reason = Field::text("reason", w::WHY, w::WHY_HINT, typed.reason);
    let settle = if shown["settled"].is_null() { w::SETTLE } else { w::DECIDE_AGAIN };
    let fields = html! {
        (hidden)
        fieldset id="choice" {
            legend { h2 { (w::QUESTION) } }
            p.measure { (w::DRY) }
            div.pair { @for (at, answer) in answers(shown, orgs).iter().enumerate() { (choice(at, answer, typed)) } }
        }
        (reason.area(&typed.faults))
        div.acts { button.do type="submit" { (settle) } (pass) }
    };
    form(&who.form_key(), &to, &fields)
}

/// Whether it waits for people of this role. The core judges whoever sends it all the same.
pub(super) fn settles_here(role: Role, shown: &Value) -> bool {
    let is_passed = shown["passed_up"] == "yes";
    match role {
        Role::Admin => is_passed || shown["settler"] == "admin",
        Role::Supervisor => !is_passed && shown["settler"] == "supervisor",
        Role::ProviderLead => !is_passed && shown["settler"] == "provider_lead",
        Role::Officer | Role::OutreachWorker | Role::Auditor | Role::Server => false,
    }
}

fn choice(at: usize, answer: &Answer, typed: &Typed<'_>) -> Markup {
    let id = format!("choice-{at}");
    let is_value = answer.value == "value";
    html! {
        div.choice {
            div.pick {
                input type="radio" name="choice" id=(id) value=(answer.value) checked[typed.choice == answer.value];
                label for=(id) { (answer.label) }
            }
            @if is_value { (Field::text("value", w::NEITHER_LABEL, w::NEITHER_HINT, typed.value).shown(&typed.faults)) }
            @for line in &answer.lines { p { (line) } }
        }
    }
}
