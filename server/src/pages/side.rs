//! What a side of a disagreement says, in words: the value of what it is about, or what the entry recorded.
//!
//! Codes are looked up in the shared lists; ids are left out, and organisations named. Does not decide what a reader
//! may know: the desk has left out what they may not.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::Value;
use uuid::Uuid;

use super::read::{rows, text};
use super::when;
use super::words::{conflicts as w, errors::sentence, kinds};

/// The names of organisations by their ids.
pub(super) type Orgs = BTreeMap<String, String>;

/// One side in a few words.
pub(super) fn says(shown: &Value, side: &Value, orgs: &Orgs) -> String {
    let about = text(shown, "about");
    if text(shown, "kind") == "log_fork" {
        let (entries, again) = (&side["value"]["entries"], &side["value"]["written_anew"]);
        return format!("{entries} {}, {again} {}", w::ENTRIES, w::WRITTEN_ANEW);
    }
    if text(side, "kind") == "conflict.settled" {
        let chosen = ["op", "admit", "keep_aside"].map(|word| &side["value"]["choice"][word]);
        let sides = rows(shown, "sides").iter();
        let at = sides.map(|side| &side["op"]).position(|op| chosen.contains(&op));
        return at.map_or_else(|| w::DECIDED.to_owned(), |at| format!("{} {}", w::DECIDED_FOR, letter(at)));
    }
    let said = match &side["value"] {
        // An extract names what was kept aside by its kind.
        Value::String(kind) if text(shown, "kind") == "quarantined" => kinds::entry(kind),
        Value::Object(_) | Value::Null => kinds::entry(text(side, "kind")),
        value => of_register(about, value, orgs),
    };
    sentence(&said).trim_end_matches('.').to_owned()
}

/// The value of what both sides are about.
fn of_register(about: &str, value: &Value, orgs: &Orgs) -> String {
    let field = about.split('/').next().unwrap_or_default();
    match (about, value) {
        ("subject/name", Value::Array(parts)) => {
            let part = |at: usize| parts.get(at).and_then(Value::as_str).unwrap_or_default();
            format!("{} {}", part(1), part(0)).trim().to_owned()
        }
        ("subject/born", Value::String(day)) => when::day(day).unwrap_or_else(|| day.clone()),
        (_, Value::String(code)) if field == "struck" => {
            (if code == "yes" { "it was a mistake" } else { "it is right" }).to_owned()
        }
        (_, Value::Number(number)) if field == "appointment" => {
            number.as_u64().map(when::plain).unwrap_or_default()
        }
        _ => plain(field, value, orgs),
    }
}

/// A value as it is said where nothing better is known; nothing for an id that has no name.
fn plain(field: &str, value: &Value, orgs: &Orgs) -> String {
    match value {
        Value::String(text) if is_an_id(text) => orgs.get(text).cloned().unwrap_or_default(),
        Value::String(text) if field == "born" => when::day(text).unwrap_or_else(|| text.clone()),
        Value::String(text) if is_a_code(text) || field == "ethnicity" => kinds::code(field, text),
        Value::String(text) => text.clone(),
        Value::Number(number) if field.ends_with("_ms") => {
            number.as_u64().map(when::plain).unwrap_or_default()
        }
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => (if *yes { "yes" } else { "no" }).to_owned(),
        Value::Null => "nothing".to_owned(),
        Value::Array(items) => {
            let said: Vec<String> = items.iter().map(|item| plain(field, item, orgs)).collect();
            said.into_iter().filter(|said| !said.is_empty()).collect::<Vec<_>>().join(", ")
        }
        Value::Object(members) => {
            let said = members.iter().map(|(field, value)| (field, plain(field, value, orgs)));
            let said = said.filter(|(_, said)| !said.is_empty());
            said.map(|(field, said)| format!("{}: {said}", kinds::field(field)))
                .collect::<Vec<_>>()
                .join("; ")
        }
    }
}

fn is_an_id(text: &str) -> bool {
    let names_an_entry = text.split_once(':').is_some_and(|(device, _)| device.parse::<Uuid>().is_ok());
    let is_a_digest = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.parse::<Uuid>().is_ok() || names_an_entry || is_a_digest
}

fn is_a_code(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// How to reach the person: nothing that is decided here depends on it, and not everybody who decides reaches them.
const WAYS: [&str; 6] = ["reach", "phone", "phones", "email", "address", "place_and_time"];

/// What an entry recorded, field by field, but for how to reach the person.
pub(super) fn fields(body: &Value, orgs: &Orgs) -> Vec<(String, String)> {
    // An amendment names its field beside the value.
    let is_way = WAYS.contains(&body["field"].as_str().unwrap_or_default());
    let hides = |field: &str| WAYS.contains(&field) || (is_way && field == "value");
    let members = body.as_object().into_iter().flatten();
    let members = members.filter(|(field, _)| !hides(field));
    let said = members.map(|(field, value)| (kinds::field(field), plain(field, value, orgs)));
    said.filter(|(_, said)| !said.is_empty()).collect()
}

/// A side as a box of its own: who, in what role, when, what, and what its author had seen of the others.
pub(super) fn shown(shown: &Value, at: usize, side: &Value, orgs: &Orgs) -> Markup {
    let letter = letter(at);
    let body = if side["body"].is_object() { &side["body"] } else { &side["value"] };
    let is_branch = text(shown, "kind") == "log_fork";
    html! {
        article.box aria-labelledby={ "side-" (letter) } {
            p.over { (w::RECORD) " " (letter) }
            h3 id={ "side-" (letter) } { (says(shown, side, orgs)) }
            dl.facts.tight {
                div { dt { (w::BY) } dd { (side["by"].as_str().unwrap_or(w::NOT_KNOWN)) } }
                @if let Some(role) = side["role"].as_str() {
                    div { dt { (w::ROLE) } dd { (sentence(super::words::role_of(role)).trim_end_matches('.')) ", " (text(side, "works_for")) } }
                }
                @for (label, at_ms) in times(side) { div { dt { (label) } dd { (when::long(at_ms)) } } }
                @if !is_branch {
                    @for (field, said) in fields(body, orgs) { div { dt { (field) } dd { (said) } } }
                    div { dt { (w::HAD_SEEN) } dd { (had_seen(shown, side)) } }
                }
                @if side["disposition"] == "quarantined" { div { dt { (w::ASIDE) } dd { span.mark.wait { (w::ASIDE) } } } }
            }
        }
    }
}

/// When it took place, where it says so, and when it was written down.
pub(super) fn times(side: &Value) -> impl Iterator<Item = (&'static str, u64)> {
    let times = [(w::HAPPENED, "happened_ms"), (w::WRITTEN_DOWN, "eff_ms")];
    times.into_iter().filter_map(|(label, field)| Some((label, side[field].as_u64()?)))
}

/// Which of the other sides its author knew, by their letters.
pub(super) fn had_seen(shown: &Value, side: &Value) -> String {
    let seen = rows(side, "had_seen");
    let sides = rows(shown, "sides").iter().enumerate();
    let letters = sides.filter(|(_, other)| other["op"] != side["op"] && seen.contains(&other["op"]));
    let letters: Vec<String> = letters.map(|(at, _)| format!("{} {}", w::RECORD, letter(at))).collect();
    if letters.is_empty() { w::SEEN_NONE.to_owned() } else { letters.join(", ") }
}

pub(super) fn letter(at: usize) -> String {
    let letters = ["A", "B", "C", "D", "E", "F", "G", "H"];
    letters.get(at).map_or_else(|| (at + 1).to_string(), |letter| (*letter).to_owned())
}
