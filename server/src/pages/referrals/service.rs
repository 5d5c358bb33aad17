//! A referral as its service sees it: how to reach the person and what is safe, where it stands, what is booked.
//!
//! Does not show anything of the police's side, and no number once contact has stopped. Does not record: phones do.

use maud::{Markup, html};
use serde_json::Value;

use super::super::read::{ms, rows, text, texts};
use super::super::when;
use super::super::words::{kinds, referrals as w};
use super::{born, disagrees, fact, lanes, name, reach};

pub(super) fn page(shown: &Value, entries: &Value, now_ms: u64) -> Markup {
    let told = if shown["feedback"] == "yes" { w::TOLD_YES } else { w::TOLD_NO };
    html! {
        a.back href="/referrals" { (w::TITLE) }
        p.over { span.ref { (text(shown, "reference")) } }
        h1 { (name(shown)) }
        @for concern in rows(shown, "concerns") {
            @let codes: Vec<String> = texts(concern, "codes").into_iter().map(|code| kinds::code("codes", code)).collect();
            div.box.stop { p { strong { (w::CONCERNS) } " " (codes.join(", ")) } }
        }
        (disagrees(shown))
        div.beside {
            div { (to_reach(shown)) (appointments(shown, now_ms)) p.small { (w::BY_PHONE) } }
            aside aria-label=(w::STANDS) {
                h2 { (w::STANDS) }
                dl.facts.tight {
                    (fact(w::STAGE, text(shown, "stage_words")))
                    (fact(w::HOW_FAR, text(shown, "level_words")))
                    @if let Some(sessions) = shown["sessions"].as_u64() {
                        div { dt { (w::SESSIONS) } dd { (sessions) " " (w::OF) " " (shown["of_sessions"].as_u64().unwrap_or_default()) } }
                    }
                    (fact(w::CONTACT, text(shown, "contact_words")))
                    (fact(w::BORN, &born(shown)))
                    (fact(w::TOLD_BACK, told))
                    @if let Some(at_ms) = ms(shown, "submitted_ms") { div { dt { (w::SENT) } dd { (when::long(at_ms)) } } }
                }
                div.box { h3 { (w::NOT_SHOWN) } p.small { (w::NOT_SHOWN_SERVICE) } }
            }
        }
        (lanes::shown(shown, entries, now_ms))
    }
}

fn to_reach(shown: &Value) -> Markup {
    if shown["contact"] == "stopped" {
        return html! { div.box.stop { p { strong { (w::STOPPED) } " " (w::STOPPED_TEXT) } } };
    }
    html! {
        section.box.way aria-labelledby="reach" {
            h2 id="reach" { (w::REACH) }
            @if shown["reach"]["phone"].is_null() { p { (w::NO_NUMBER) } }
            (reach(shown))
        }
    }
}

fn appointments(shown: &Value, now_ms: u64) -> Markup {
    let found = rows(shown, "appointments");
    html! {
        @if !found.is_empty() {
            h2 { (w::APPOINTMENTS) }
            ul { @for row in found { li {
                @if let Some(at_ms) = ms(row, "at_ms") { (when::short(at_ms, now_ms)) ": " }
                (kinds::code("meeting", text(row, "meeting")))
                @if let Some(status) = row["status"].as_str() { ", " (kinds::code("status", status)) }
            } } }
        }
    }
}
