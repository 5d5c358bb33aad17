//! What is held about a person, as one file that people read and print: it needs nothing else.
//!
//! Does not decide what is in it.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;
use sync_core::local_time::local_text;
use sync_core::referral::act::YesNo;

use super::when;
use super::words::audit::{BY_ITS_CLOCK, ON_A_PHONE};
use super::words::{export as w, plain};
use crate::export::{Entry, Export, Record, State};

const STYLE: PreEscaped<&str> = PreEscaped(
    "body{font:1rem/1.5 sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}article{border-top:1px solid;padding:.5rem 0}dt{font-weight:bold}dd{margin:0 0 .3rem 1rem}.draft{border:2px solid;padding:.5rem}",
);

/// The whole file.
#[must_use]
pub fn document(export: &Export) -> String {
    let title = format!("{} {}", w::HELD_BY, export.controller.name);
    let page = html! {
        (DOCTYPE)
        html lang="en-GB" {
            head { meta charset="utf-8"; title { (title) } style { (STYLE) } }
            body {
                h1 { (title) }
                @match export.state {
                    State::Draft => p.draft { strong { (w::DRAFT) } },
                    State::GivenOut => @if let Some(at_ms) = export.given_ms { p { (w::GIVEN) " " (when::plain(at_ms)) "." } },
                }
                p { (w::MADE) " " (when::plain(export.made_ms)) "." }
                p { (w::OTHERS) }
                p { (w::NOT_IN) }
                @for left_out in &export.left_out {
                    p { (w::LEFT_OUT) " " (left_out.reason.words()) ": " (left_out.entries) "." }
                }
                @for record in &export.records { (of_record(record)) }
            }
        }
    };
    page.into_string()
}

fn of_record(record: &Record) -> Markup {
    html! {
        h2 { (w::RECORD) " " (record.reference.as_deref().unwrap_or_default()) @if !record.stage.is_empty() { ": " (record.stage) } }
        @for entry in &record.entries { article {
            (head(entry))
            @if let Some(reason) = entry.leave_out { p.draft { (w::TO_BE_LEFT_OUT) " " (reason.words()) "." } }
            (says(&entry.says))
        } }
        h3 { (w::READERS) }
        @if record.readers.is_empty() { p { (w::NOBODY) } } @else {
            ul { @for reading in &record.readers {
                li {
                    (when::plain(reading.at_ms)) ": " (reading.by) ", " (reading.what_for)
                    @if let Some(opened_ms) = reading.opened_ms {
                        (ON_A_PHONE) (when::plain(opened_ms)) (BY_ITS_CLOCK)
                    }
                }
            } }
        }
    }
}

/// What an entry is, by whom and when.
pub(super) fn head(entry: &Entry) -> Markup {
    html! {
        h3 { (entry.number) ". " (entry.what) }
        p { time datetime=(local_text(entry.at_ms)) { (when::plain(entry.at_ms)) } ", " (entry.by) }
        @if entry.counts == YesNo::No { p { (w::NOT_COUNTED) } }
        @if entry.erased == YesNo::Yes { p { (w::ERASED) } }
    }
}

/// What an entry says, whatever its kind: each field with its value.
pub(super) fn says(value: &Value) -> Markup {
    match value {
        Value::Null => html! {},
        Value::Bool(yes) => html! { (if *yes { "yes" } else { "no" }) },
        Value::Number(number) => html! { (number) },
        Value::String(text) if is_code(text) => html! { (plain(text)) },
        Value::String(text) => html! { (text) },
        Value::Array(values) => html! { ul { @for value in values { li { (says(value)) } } } },
        Value::Object(fields) => html! {
            dl { @for (field, value) in fields {
                dt { (plain(field.trim_end_matches("_ms"))) }
                dd { @match value.as_u64().filter(|_| field.ends_with("_ms")) {
                    Some(at_ms) => (when::plain(at_ms)),
                    None => (says(value)),
                } }
            } }
        },
    }
}

/// A word of a code list, such as `photo_document`: nobody writes so.
fn is_code(text: &str) -> bool {
    text.contains('_') && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
