//! What takes two, in a terminal: what somebody else must run, and the halves of a code.
//!
//! Does not say who may agree: the server's library does.

use serde_json::Value;
use server::desk::{Command, Query};
use uuid::Uuid;

use super::table::{table, text};
use super::{At, Way, say};
use crate::failure::Done;

/// The columns of what waits until somebody else agrees.
const WAITING: [(&str, &str); 6] = [
    ("proposal", "proposal"),
    ("asks for", "asks"),
    ("for", "name"),
    ("role", "role"),
    ("by", "by"),
    ("waits for", "waits_for"),
];

/// What waits until somebody else agrees.
pub(super) fn proposals(at: &At) -> Done {
    let answer = Way::open(at)?.query(&Query::Proposals)?;
    let mut rows = answer["proposals"].as_array().cloned().unwrap_or_default();
    for row in &mut rows {
        row["waits_for"] = agreeing(text_of(row, "waits_for")).into();
    }
    say(at, &answer, |_| table(&rows, &WAITING));
    Ok(())
}

pub(super) fn withdraw(at: &At, proposal: Uuid) -> Done {
    let withdrawn = Way::open(at)?.command(&Command::Withdraw(proposal))?;
    say(at, &withdrawn, |_| "it is withdrawn: nobody is asked any more".to_owned());
    Ok(())
}

/// What a person is told who needs a device, or what somebody else must run first.
pub(super) fn enrolled(at: &At, answer: &Value) -> String {
    let name = text(&answer["name"]);
    if let Some(code) = answer["code"].as_str() {
        return format!(
            "{name}: enrol with the code {code} within 10 minutes, or set up the web desk with it at /set-up"
        );
    }
    if let Some(ends) = answer["code_ends"].as_str() {
        return format!(
            "{name}: the code ends with {ends}; whoever asked has its beginning. Written as one, the two enrol a device within \
             10 minutes, or set up the web desk at /set-up"
        );
    }
    let agrees = match answer["asks"].as_str() {
        Some("code") => "device confirm-code",
        Some(_) | None => "user confirm-role",
    };
    format!(
        "{} must now run: {}\nThe code begins with {}: give {name} that. Whoever agrees gives them its end.{}",
        agreeing(text_of(answer, "waits_for")),
        on_same_way(at, &format!("{agrees} {}", text(&answer["proposal"]))),
        text(&answer["code_begins"]),
        beside(answer),
    )
}

/// What was asked for the same person before: one's own ends, another's waits on.
fn beside(answer: &Value) -> String {
    let mut said = String::new();
    if answer["replaces"].is_string() {
        said.push_str("\nWhat you asked before counts no longer, nor the beginning that you got then.");
    }
    match answer["beside"].as_u64() {
        None | Some(0) => {}
        Some(_) => said.push_str(
            "\nSomebody else asked the same for them, and that waits as well: `waymark user proposals` shows both.",
        ),
    }
    said
}

/// A command with the place where this one was run: on a store nobody else can be signed in.
pub(super) fn on_same_way(at: &At, command: &str) -> String {
    match at.store() {
        Some(data) => format!(
            "waymark {command} --data {} --as \"THEIR NAME\" (\"{}\", if no other admin is left)",
            data.display(),
            at.acting.as_deref().unwrap_or_default()
        ),
        None => format!("waymark {command}"),
    }
}

fn agreeing(waits_for: &str) -> &'static str {
    match waits_for {
        "admin" => "an admin",
        "colleague" => "a colleague",
        "person_or_admin" => "they or another admin",
        "person_or_colleague" => "they or a colleague",
        "person_or_lead" => "they or another lead",
        "nobody" => "nobody: who asked may not ask any more",
        _ => "another admin",
    }
}

fn text_of<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().unwrap_or_default()
}
