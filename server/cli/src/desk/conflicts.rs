//! `waymark conflicts list | show | settled | settle | pass-up`: the conflict desk in a terminal.
//!
//! Whoever settles names the page that they were shown: its `as_of` and the conflict's version.
//! Does not say who may settle: the server judges.

use serde_json::{Value, json};
use server::desk::{Command, PassUp, Query, Settlement};
use server::now_ms;
use sync_core::ids::{Digest, OpId};
use sync_core::referral::act::Choice;

use super::deciding::how;
use super::table::{table, text};
use super::worklist::local;
use super::{At, Way, say};
use crate::failure::Done;

/// `waymark conflicts …`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum ConflictsCommand {
    /// Lists the open conflicts that you may see.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Lists what was settled in the last four weeks: who decided what, when and why.
    Settled {
        #[command(flatten)]
        at: At,
    },
    /// Shows a conflict with its sides.
    Show {
        #[command(flatten)]
        at: At,
        /// Its id.
        conflict: Digest,
    },
    /// Decides for one side.
    Settle(SettleArgs),
    /// Leaves a conflict to an admin.
    PassUp {
        #[command(flatten)]
        at: At,
        /// Its id.
        conflict: Digest,
        /// As `show` printed it.
        #[arg(long)]
        as_of: String,
    },
}

/// `waymark conflicts settle …`
#[derive(Debug, clap::Args)]
pub(crate) struct SettleArgs {
    #[command(flatten)]
    at: At,
    /// The conflict's id.
    conflict: Digest,
    #[command(flatten)]
    choice: ChoiceArgs,
    /// Why, in a sentence.
    #[arg(long)]
    reason: String,
    /// As `show` printed it.
    #[arg(long)]
    as_of: String,
    /// As `show` printed it.
    #[arg(long)]
    version: Digest,
}

/// Which side holds.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct ChoiceArgs {
    /// This side holds.
    #[arg(long, value_name = "OP")]
    choose: Option<OpId>,
    /// None of the sides, but this value: JSON, or a plain text such as a date or `Family, Given`.
    #[arg(long, value_name = "VALUE", value_parser = json_or_text)]
    value: Option<Value>,
    /// This entry, which was kept aside, takes effect.
    #[arg(long, value_name = "OP")]
    admit: Option<OpId>,
    /// This entry stays aside for good.
    #[arg(long, value_name = "OP")]
    keep_aside: Option<OpId>,
}

fn json_or_text(typed: &str) -> Result<Value, std::convert::Infallible> {
    Ok(serde_json::from_str(typed).unwrap_or_else(|_| Value::String(typed.to_owned())))
}

impl ChoiceArgs {
    fn choice(&self) -> Option<Choice> {
        let ChoiceArgs { choose, value, admit, keep_aside } = self;
        let decided = choose.map(Choice::Op).or(value.clone().map(Choice::Value));
        decided.or(admit.map(Choice::Admit)).or(keep_aside.map(Choice::KeepAside))
    }
}

/// Conflicts.
pub(crate) fn conflicts(command: ConflictsCommand) -> Done {
    match command {
        ConflictsCommand::List { at } => {
            let rows = Way::open(&at)?.all("conflicts", Query::Conflicts)?;
            say(&at, &json!({ "conflicts": rows }), |_| list(&rows));
        }
        ConflictsCommand::Settled { at } => {
            let answer = Way::open(&at)?.query(&Query::Settlements(now_ms()))?;
            say(&at, &answer, settled);
        }
        ConflictsCommand::Show { at, conflict } => {
            let shown = Way::open(&at)?.query(&Query::Conflict(conflict))?;
            say(&at, &shown, show);
        }
        ConflictsCommand::Settle(SettleArgs { at, conflict, choice, reason, as_of, version }) => {
            let choice = choice.choice().expect("clap asks for one of them");
            let settlement = Settlement { as_of, version, choice, reason };
            let settled = Way::open(&at)?.command(&Command::Settle(conflict, settlement))?;
            say(&at, &settled, became);
        }
        ConflictsCommand::PassUp { at, conflict, as_of } => {
            let passed = Way::open(&at)?.command(&Command::PassUp(conflict, PassUp { as_of }))?;
            say(&at, &passed, |_| "it is now with the admins".to_owned());
        }
    }
    Ok(())
}

fn became(settled: &Value) -> String {
    let said = match settled["state"].as_str() {
        Some("settled") => "it is settled",
        _ => {
            "your decision is recorded, and the conflict is open again: somebody else decided otherwise, or joined it"
        }
    };
    said.to_owned()
}

/// What a conflict is, in words for people.
fn words(shown: &Value) -> &'static str {
    let about = |start: &str| shown["about"].as_str().is_some_and(|about| about.starts_with(start));
    match shown["kind"].as_str() {
        Some("quarantined") => "an entry was kept aside",
        Some("duplicate") if about("crime_reference/") => "one crime reference is in two referrals",
        Some("duplicate") if about("exhibit/") => "one exhibit number is in two referrals",
        Some("duplicate") if about("same_encounter") => "one encounter, recorded twice?",
        Some("duplicate" | "identity") => "two referrals may be one person's",
        Some("log_fork") => "a device shows two histories",
        _ => "two records disagree",
    }
}

fn settler(shown: &Value) -> &'static str {
    match (shown["passed_up"].as_str(), shown["settler"].as_str()) {
        (Some("yes"), _) | (_, Some("admin")) => "an admin",
        (_, Some("supervisor")) => "a supervisor",
        _ => "the service's lead",
    }
}

fn list(rows: &[Value]) -> String {
    let shown: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "what": words(row), "name": whose(row, "name"), "reference": whose(row, "reference"),
                "settler": settler(row), "since": row["since_ms"].as_u64().map(local), "about": row["about"],
                "conflict": row["conflict"],
            })
        })
        .collect();
    let columns = [
        ("since", "since"),
        ("what", "what"),
        ("name", "name"),
        ("reference", "reference"),
        ("for", "settler"),
        ("about", "about"),
        ("conflict", "conflict"),
    ];
    table(&shown, &columns)
}

fn settled(answer: &Value) -> String {
    let rows = answer["settlements"].as_array().into_iter().flatten();
    let shown: Vec<Value> = rows
        .map(|row| {
            json!({
                "at": row["at_ms"].as_u64().map(local), "by": row["by"], "name": whose(row, "name"),
                "reference": whose(row, "reference"), "reason": row["reason"], "choice": chosen(&row["choice"]),
                "conflict": row["conflict"],
            })
        })
        .collect();
    let columns = [
        ("when", "at"),
        ("by", "by"),
        ("why", "reason"),
        ("name", "name"),
        ("reference", "reference"),
        ("what", "choice"),
        ("conflict", "conflict"),
    ];
    table(&shown, &columns)
}

/// The names or references of the referrals that it is about, each once.
fn whose(shown: &Value, field: &str) -> String {
    let referrals = shown["referrals"].as_array().into_iter().flatten();
    let mut said: Vec<&str> = referrals.filter_map(|referral| referral[field].as_str()).collect();
    said.dedup();
    said.join(", ")
}

/// What a side says; of the branch of a log, how much of it there is.
fn says(shown: &Value, side: &Value) -> Value {
    let branch = &side["value"];
    if side["kind"] == "conflict.settled" {
        return format!("{}: {}", chosen(&branch["choice"]), text(&branch["reason"])).into();
    }
    if shown["kind"] != "log_fork" || branch.is_null() {
        // What an entry that was kept aside says, its reader is shown apart.
        return if branch.is_null() { side["body"].clone() } else { branch.clone() };
    }
    format!("{} entries, {} of them written anew since", branch["entries"], branch["written_anew"]).into()
}

fn show(shown: &Value) -> String {
    let empty = Vec::new();
    let sides = shown["sides"].as_array().unwrap_or(&empty);
    let mut lines = vec![format!("{}: {}, for {}", words(shown), text(&shown["about"]), settler(shown))];
    let referrals = shown["referrals"].as_array().into_iter().flatten();
    lines.extend(referrals.map(|one| {
        format!("{}, {}: referral {}", text(&one["name"]), text(&one["reference"]), text(&one["record"]))
    }));
    if !shown["settled"].is_null() {
        lines.push(decided(&shown["settled"]));
    }
    lines.push(String::new());
    let rows: Vec<Value> = sides
        .iter()
        .map(|side| {
            let others = side["had_seen"].as_array().map_or(0, Vec::len);
            json!({
                "op": side["op"], "kind": side["kind"], "author": side["by"],
                "says": says(shown, side), "knew": others,
            })
        })
        .collect();
    let columns =
        [("entry", "op"), ("kind", "kind"), ("by", "author"), ("says", "says"), ("knew of others", "knew")];
    lines.push(table(&rows, &columns));
    lines.extend(changes(shown));
    lines.push(String::new());
    lines.extend(how(shown));
    lines.join("\n")
}

/// Who settled it last, when, how and why.
fn decided(settled: &Value) -> String {
    let when = settled["at_ms"].as_u64().map(local).unwrap_or_default();
    let (by, how, why) = (text(&settled["by"]), chosen(&settled["choice"]), text(&settled["reason"]));
    format!("settled {when} by {by} with {how}: {why}")
}

/// A choice as it is typed.
fn chosen(choice: &Value) -> String {
    let flags =
        [("op", "--choose"), ("value", "--value"), ("admit", "--admit"), ("keep_aside", "--keep-aside")];
    let typed = flags.iter().find(|(word, _)| !choice[*word].is_null());
    typed.map(|(word, flag)| format!("{flag} {}", text(&choice[*word]))).unwrap_or_default()
}

/// What counts meanwhile, and what each choice would change.
fn changes(shown: &Value) -> Vec<String> {
    if shown["meanwhile"].is_null() {
        return Vec::new();
    }
    let meanwhile = if shown["settled"].is_null() { "meanwhile" } else { "now" };
    let parts = ["stage_words", "level_words", "contact_words", "outcome_words", "offer_words", "who"];
    let parts: Vec<String> = parts.iter().map(|part| text(&shown["meanwhile"][*part])).collect();
    let mut lines = vec![String::new(), format!("{meanwhile}: {}", parts.join("; "))];
    for way in shown["ways"].as_array().into_iter().flatten() {
        let changes: Vec<String> = way["changes"].as_array().into_iter().flatten().map(text).collect();
        let changes = if changes.is_empty() { "nothing of that".to_owned() } else { changes.join("; ") };
        lines.push(format!("{} changes: {changes}", chosen(&way["choice"])));
    }
    lines
}
