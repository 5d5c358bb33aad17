//! A referral as its service sees it: how to reach the person and what is safe, where it stands, what can be recorded.
//!
//! Does not show anything of the police's side, and no number once contact has stopped.

use maud::{Markup, html};
use serde_json::Value;

use super::super::read::{ms, rows, text, texts};
use super::super::record::deeds;
use super::super::when;
use super::super::words::{kinds, record as d, referrals as w};
use super::entries::{self, address, may};
use super::{born, came_in, disagrees, fact, lanes, name, reach};

/// What the service's own entries say stands here; of what the police recorded only that it happened.
const OWN: [&str; 2] = ["outreach", "care"];
/// The deeds of every day, which have buttons of their own.
const DAILY: [&str; 5] = ["answer", "take-over", "contact", "book", "attendance"];

pub(super) fn page(opened: &Value, from: &str, now_ms: u64) -> Markup {
    let shown = &opened["referral"];
    let is_referred = !came_in(opened);
    let told = if shown["feedback"] == "yes" { w::TOLD_YES } else { w::TOLD_NO };
    html! {
        a.back href="/referrals" { (w::TITLE) }
        p.over { span.ref { (text(shown, "reference")) } }
        h1 { (name(shown)) }
        @for concern in rows(shown, "concerns") { (concerned(opened, concern, from)) }
        (disagrees(shown))
        div.beside {
            div { (to_reach(shown)) (daily(opened, from)) (appointments(shown, now_ms)) }
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
                    @if is_referred { (fact(w::TOLD_BACK, told)) }
                    @if let Some(need) = shown["need"].as_str() { (fact(w::NEEDS, &kinds::code("need", need))) }
                    @if let Some(at_ms) = ms(shown, "submitted_ms") { div { dt { (w::SENT) } dd { (when::long(at_ms)) } } }
                }
                (others(opened, from))
                @if is_referred { div.box { h3 { (w::NOT_SHOWN) } p.small { (w::NOT_SHOWN_SERVICE) } } }
                @else { div.box { h3 { (w::CAME_IN) } p.small { (w::CAME_IN_TEXT) } } }
            }
        }
        (lanes::shown(shown, &opened["story"], now_ms))
        (entries::shown(opened, from, &OWN))
    }
}

fn concerned(opened: &Value, concern: &Value, from: &str) -> Markup {
    let codes: Vec<String> =
        texts(concern, "codes").into_iter().map(|code| kinds::code("codes", code)).collect();
    let op = text(concern, "op");
    html! {
        div.box.stop { p {
            strong { (w::CONCERNS) } " " (codes.join(", "))
            @if may(opened, &format!("acknowledge {op}")) {
                ". " a href=(address(opened, "acknowledge", from, op)) { (d::ACKNOWLEDGE_LINK) }
            }
        } }
    }
}

/// What a day is made of, as buttons: the first is what is next.
fn daily(opened: &Value, from: &str) -> Markup {
    let offered = deeds().into_iter().filter(|deed| DAILY.contains(&deed.slug) && may(opened, deed.needs));
    html! {
        div.acts { @for (at, deed) in offered.enumerate() {
            a.do.plain[at > 0] href=(address(opened, deed.slug, from, "")) { (deed.link) } " "
        } }
    }
}

fn others(opened: &Value, from: &str) -> Markup {
    let mut offered =
        deeds().into_iter().filter(|deed| !DAILY.contains(&deed.slug) && may(opened, deed.needs)).peekable();
    html! {
        @if offered.peek().is_some() {
            h2 { (d::MORE_ACTS) }
            ul { @for deed in offered { li { a href=(address(opened, deed.slug, from, "")) { (deed.link) } } } }
        }
        @if opened["care"] == "off" { div.box { p.small { (d::NO_CARE) } } }
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
    let (found, asked) = (rows(shown, "appointments"), rows(shown, "requests"));
    html! {
        @if !found.is_empty() || !asked.is_empty() {
            h2 { (w::APPOINTMENTS) }
            ul {
                @for row in asked { li {
                    (w::ASKED_BY_POLICE) " "
                    @if let Some(at_ms) = ms(row, "at_ms") { (when::short(at_ms, now_ms)) ": " }
                    (text(row, "words"))
                } }
                @for row in found { li {
                    @if let Some(at_ms) = ms(row, "at_ms") { (when::short(at_ms, now_ms)) ": " }
                    (kinds::code("meeting", text(row, "meeting")))
                    @if let Some(status) = row["status"].as_str() { ", " (kinds::code("status", status)) }
                } }
            }
        }
    }
}
