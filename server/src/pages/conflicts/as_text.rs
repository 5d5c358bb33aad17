//! One disagreement as plain text: for a terminal, from the same answer and in the same words as the page.
//!
//! Does not say how it is settled: whoever prints it names the command.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::plain::{kind, settler};
use super::super::read::{rows, text};
use super::super::side::{self, fields, had_seen, letter, says, times};
use super::super::when;
use super::super::words::{self, conflicts as w, errors::sentence};
use super::choices::answers;

/// The disagreement of a [`crate::desk::Query::Conflict`]. `orgs` are the names of organisations by their ids; `flag`
/// writes a choice as it is typed.
#[must_use]
pub fn conflict(shown: &Value, orgs: &BTreeMap<String, String>, flag: impl Fn(&Value) -> String) -> String {
    let mut lines = vec![kind(shown).to_owned(), format!("{}: {}", w::SETTLES, settler(shown))];
    for row in rows(shown, "referrals") {
        let name = row["name"].as_str().unwrap_or(w::NOT_KNOWN);
        let (reference, record) = (text(row, "reference"), text(row, "record"));
        lines.push(format!("{name}, {reference}: {} {record}", w::REFERRAL.to_lowercase()));
    }
    lines.extend(settled(shown, &flag));
    lines.extend(counts(shown));
    lines.push(format!("\n{}", w::RECORDED));
    for (at, side) in rows(shown, "sides").iter().enumerate() {
        lines.extend(one_side(shown, at, side, orgs));
    }
    if shown["extract"] == true {
        lines.push(w::EXTRACT.to_owned());
    }
    if shown["wrote_a_side"] == true {
        return lines.join("\n");
    }
    let answers = answers(shown, orgs);
    if !answers.is_empty() {
        lines.push(format!("\n{} {}", w::QUESTION, w::DRY_IN_TEXT));
    }
    for answer in answers {
        let typed = match serde_json::from_str(&answer.value) {
            Ok(choice) => flag(&choice),
            // The page has a field for it.
            Err(_) => "--value VALUE".to_owned(),
        };
        lines.push(format!("{}  ({typed})", answer.label));
        lines.extend(answer.lines.into_iter().map(|line| format!("  {line}")));
    }
    lines.join("\n")
}

/// Who settled it last, when, how and why.
fn settled(shown: &Value, flag: impl Fn(&Value) -> String) -> Option<String> {
    let settled = &shown["settled"];
    let when = settled["at_ms"].as_u64().map(when::plain).unwrap_or_default();
    let (by, how, why) = (text(settled, "by"), flag(&settled["choice"]), text(settled, "reason"));
    (!settled.is_null()).then(|| format!("{}: {by}, {when}, with {how}. “{why}”", w::SETTLED))
}

fn counts(shown: &Value) -> Vec<String> {
    let meanwhile = &shown["meanwhile"];
    if meanwhile.is_null() {
        return Vec::new();
    }
    let title = if shown["settled"].is_null() { w::MEANWHILE } else { w::NOW };
    let parts = w::PARTS.iter().map(|(label, field)| (*label, text(meanwhile, field)));
    let parts = parts.filter(|(_, said)| !said.is_empty());
    let mut lines = vec![format!("\n{title}")];
    lines.extend(parts.map(|(label, said)| line(label, said)));
    lines
}

fn one_side(shown: &Value, at: usize, side: &Value, orgs: &side::Orgs) -> Vec<String> {
    let mut lines = vec![format!("{} {}: {}", w::RECORD, letter(at), says(shown, side, orgs))];
    lines.push(line(w::BY, side["by"].as_str().unwrap_or(w::NOT_KNOWN)));
    if let Some(role) = side["role"].as_str() {
        let role = sentence(words::role_of(role));
        lines.push(line(w::ROLE, &format!("{}, {}", role.trim_end_matches('.'), text(side, "works_for"))));
    }
    lines.extend(times(side).map(|(label, at_ms)| line(label, &when::plain(at_ms))));
    if text(shown, "kind") != "log_fork" {
        let body = if side["body"].is_object() { &side["body"] } else { &side["value"] };
        lines.extend(fields(body, orgs).iter().map(|(field, said)| line(field, said)));
        lines.push(line(w::HAD_SEEN, &had_seen(shown, side)));
    }
    if side["disposition"] == "quarantined" {
        lines.push(line(w::ASIDE, "yes"));
    }
    lines.push(line(w::ENTRY, text(side, "op")));
    lines
}

fn line(label: &str, said: &str) -> String {
    format!("  {label:<24}{said}")
}
