//! `waymark person list | show | link | split`: who may be one person.
//!
//! Whoever links or splits names the page that they were shown: its `as_of`. Does not compare anybody: the
//! server's library does.

use serde_json::{Value, json};
use server::desk::{Command, Query, Tied};
use sync_core::persons::{SubjectId, Tie};

use super::referrals::record;
use super::table::{table, text};
use super::{At, Way, say};
use crate::failure::{Done, Failure};
use crate::typed::typed;

/// `waymark person …`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum PersonCommand {
    /// Lists what is asked of an admin about who is one person.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Shows the person of a referral: who else they are, and what is asked about them.
    Show {
        #[command(flatten)]
        at: At,
        /// The referral, by its reference, its id or the first letters of it.
        referral: String,
    },
    /// Says that two are one person; `split` takes it back.
    Link(TieArgs),
    /// Says that two are two persons; `link` takes it back.
    Split(TieArgs),
}

/// `waymark person link …`
#[derive(Debug, clap::Args)]
pub(crate) struct TieArgs {
    #[command(flatten)]
    at: At,
    /// The one: a referral by its reference, its id or the first letters of it, or a number such as `pnc/1999/1234567B`; `-`
    /// reads it from stdin.
    one: String,
    /// The other, in the same way; `-` reads it from stdin.
    other: String,
    /// As `show` printed it.
    #[arg(long)]
    as_of: String,
}

/// Persons.
pub(crate) fn person(command: PersonCommand) -> Done {
    match command {
        PersonCommand::List { at } => {
            let rows = Way::open(&at)?.all("questions", Query::Persons)?;
            say(&at, &json!({ "questions": rows }), |_| list(&rows));
        }
        PersonCommand::Show { at, referral } => {
            let way = Way::open(&at)?;
            let shown = way.query(&Query::Person(record(&way, &referral)?))?;
            say(&at, &shown, show);
        }
        PersonCommand::Link(args) => tie(Tie::Linked, args)?,
        PersonCommand::Split(args) => tie(Tie::Split, args)?,
    }
    Ok(())
}

fn tie(tie: Tie, args: TieArgs) -> Done {
    let TieArgs { at, one, other, as_of } = args;
    let way = Way::open(&at)?;
    let (one, other) = (subject(&way, &one, "the one")?, subject(&way, &other, "the other")?);
    let done = way.command(&Command::TiePersons(tie, Tied { one, other, as_of }))?;
    say(&at, &done, |done| {
        let said = match done["state"].as_str() {
            Some("linked") => "they are one person from now on",
            Some("split") => "they are two persons from now on",
            _ => "the number is somebody else's already: nobody was linked, and it is asked about now",
        };
        said.to_owned()
    });
    Ok(())
}

/// The subject that a number names, or the person of a referral.
fn subject(way: &Way, word: &str, what: &str) -> Done<SubjectId> {
    let word = typed(word, what)?;
    if let Ok(subject) = word.parse() {
        return Ok(subject);
    }
    let shown = way.query(&Query::Person(record(way, &word)?))?;
    let unknown = || Failure::Usage(format!("{what} is none: `waymark person show` prints them"));
    shown["subject"]["subject"].as_str().and_then(|subject| subject.parse().ok()).ok_or_else(unknown)
}

fn asks(question: &Value) -> &'static str {
    match question["asks"].as_str() {
        Some("may_be_one_person") => "may be one person",
        Some("still_one_person") => "linked, and a fact was corrected since: still one person?",
        Some("same_encounter") => "one encounter, recorded twice?",
        Some("two_referrals") => "one person, two referrals that go on",
        Some("linked_and_split") => "linked by one admin, split by another",
        _ => "two records disagree",
    }
}

fn list(rows: &[Value]) -> String {
    let row = |question: &Value| {
        let [one, other] = [0, 1].map(|at| text(&question["persons"][at]["referral"]));
        json!({"asks": asks(question), "one": one, "other": other, "conflict": question["conflict"]})
    };
    let shown: Vec<Value> = rows.iter().map(row).collect();
    table(&shown, &[("asks", "asks"), ("referral", "one"), ("and", "other"), ("conflict", "conflict")])
}

fn show(shown: &Value) -> String {
    let rows = |list: &Value| {
        let mut rows = list.as_array().cloned().unwrap_or_default();
        for row in rows.iter_mut().filter(|row| row.is_object()) {
            row["named"] =
                if row["referral"].is_string() { &row["referral"] } else { &row["subject"] }.clone();
        }
        rows
    };
    let columns = [
        ("referral or number", "named"),
        ("family", "family"),
        ("given", "given"),
        ("born", "born"),
        ("stage", "stage"),
    ];
    let mut lines = vec![table(&rows(&shown["members"]), &columns)];
    for question in rows(&shown["questions"]) {
        lines.push(format!("\n{}:", asks(&question)));
        lines.push(table(&rows(&question["persons"]), &columns));
        let reasons = rows(&question["reasons"]);
        lines.extend(reasons.iter().map(|reason| format!("- {}", text(&reason["sentence"]))));
        if question["asks"] == "same_encounter" || question["asks"] == "two_referrals" {
            lines.push(format!("look at it with: waymark conflicts show {}", text(&question["conflict"])));
        }
    }
    lines.push(format!(
        "\ndecide with: waymark person link|split ONE OTHER --as-of {}",
        text(&shown["as_of"])
    ));
    lines.join("\n")
}
