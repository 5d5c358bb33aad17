//! The answers that a disagreement can have, each with what it would change.
//!
//! What would change is the core's: see [`sync_core::referral::what_if`]. Does not say who may choose.

use serde_json::{Value, json};

use super::super::read::{rows, text, texts};
use super::super::side::{Orgs, letter, says};
use super::super::words::conflicts as w;

/// One answer.
pub(super) struct Answer {
    /// What the form sends: the choice as the desk takes it, or `value` for one that is typed.
    pub(super) value: String,
    pub(super) label: String,
    /// What it would change, a sentence each.
    pub(super) lines: Vec<String>,
}

pub(super) fn answers(shown: &Value, orgs: &Orgs) -> Vec<Answer> {
    // Decisions that differ stand beside what was recorded; what is right is still one of the records.
    let is_record = |(_, side): &(usize, &Value)| text(side, "kind") != "conflict.settled";
    let sides = || rows(shown, "sides").iter().enumerate().filter(is_record);
    let about = text(shown, "about");
    match text(shown, "kind") {
        // A link or a split answers it: see the page of the question.
        "identity" => Vec::new(),
        "quarantined" | "log_fork" => aside(shown),
        "duplicate" if about.starts_with("crime_reference/") || about.starts_with("exhibit/") => {
            let looked = |(at, side)| by_letter(shown, at, side, vec![w::LOOKED.to_owned()], orgs);
            sides().map(looked).collect()
        }
        "duplicate" => {
            let goes_on = |(at, side): (usize, &Value)| {
                by_letter(shown, at, side, vec![w::THIS_GOES_ON.to_owned()], orgs)
            };
            let mut all: Vec<Answer> = sides().map(goes_on).collect();
            all.extend(sides().next().map(|(_, side)| Answer {
                value: json!({"admit": side["op"]}).to_string(),
                label: w::BOTH.to_owned(),
                lines: Vec::new(),
            }));
            all
        }
        _ => {
            let counts = |(at, side): (usize, &Value)| {
                let lines = changes(shown, &json!({"op": side["op"]}), text(side, "kind"));
                by_letter(shown, at, side, lines, orgs)
            };
            let mut all: Vec<Answer> = sides().map(counts).collect();
            if shown["takes_a_value"] == true {
                let (value, label) = ("value".to_owned(), w::NEITHER.to_owned());
                all.push(Answer { value, label, lines: Vec::new() });
            }
            all
        }
    }
}

/// An entry that was kept aside, or the other version of a phone's records: in, or out for good.
fn aside(shown: &Value) -> Vec<Answer> {
    let is_branch = text(shown, "kind") == "log_fork";
    let about = text(shown, "about");
    // Settlements that differ may stand beside the entry.
    let sides = rows(shown, "sides").iter().filter(|side| is_branch || text(side, "op") == about);
    let (in_label, out_label) =
        if is_branch { (w::BRANCH_IN, w::BRANCH_ASIDE) } else { (w::LET_IN, w::KEEP_ASIDE) };
    let out_line = if is_branch { w::BRANCH_ASIDE_TEXT } else { w::KEEP_ASIDE_TEXT };
    let both = |side: &Value| {
        let (admit, keep) = (json!({"admit": side["op"]}), json!({"keep_aside": side["op"]}));
        let lines = if is_branch { Vec::new() } else { changes(shown, &admit, text(side, "kind")) };
        [
            Answer { value: admit.to_string(), label: in_label.to_owned(), lines },
            Answer { value: keep.to_string(), label: out_label.to_owned(), lines: vec![out_line.to_owned()] },
        ]
    };
    sides.flat_map(both).collect()
}

fn by_letter(shown: &Value, at: usize, side: &Value, lines: Vec<String>, orgs: &Orgs) -> Answer {
    let label = format!("{} {}: {}", w::THIS_HOLDS, letter(at), says(shown, side, orgs));
    Answer { value: json!({"op": side["op"]}).to_string(), label, lines }
}

/// What of the referral would change, as the core has worked it out; where it cannot tell, what such an entry does.
fn changes(shown: &Value, choice: &Value, kind: &str) -> Vec<String> {
    let way = rows(shown, "ways").iter().find(|way| way["choice"] == *choice);
    let Some(way) = way else { return w::brings(kind).map(str::to_owned).into_iter().collect() };
    let parts = w::PARTS.iter().map(|(label, field)| {
        let [now, then] = [&shown["meanwhile"], &way["then"]].map(|outlook| text(outlook, field));
        (label, now, then)
    });
    let changed = parts.filter(|(_, now, then)| now != then);
    let changes: Vec<String> = changed
        .map(|(label, now, then)| format!("{label} {} {then} ({} {now}).", w::CHANGES_TO, w::NOW_IS))
        .collect();
    let mut lines = if changes.is_empty() { vec![w::CHANGES_NOTHING.to_owned()] } else { changes };
    let told = texts(way, "told");
    if !told.is_empty() {
        lines.push(format!("{} {}.", w::TOLD, told.join(", ")));
    }
    lines
}
