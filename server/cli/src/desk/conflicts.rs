//! `waymark conflicts list | show | settled | settle | pass-up`: the conflict desk in a terminal.
//!
//! Whoever settles names the page that they were shown: its `as_of` and the conflict's version.
//! Does not say who may settle: the server judges.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use server::desk::{Command, PassUp, Query, Refused, Settlement};
use server::now_ms;
use sync_core::ids::{Digest, OpId};
use sync_core::referral::act::Choice;

use super::deciding::how;
use super::table::{table, text};
use super::worklist::local;
use super::{At, LEAST_LETTERS, Way, beginnings, say};
use crate::failure::{Done, Failure};

/// `waymark conflicts …`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum ConflictsCommand {
    /// Lists the open conflicts that you may see.
    List {
        #[command(flatten)]
        at: At,
        /// What was settled in the last four weeks instead: the same as `settled`.
        #[arg(long)]
        settled: bool,
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
        /// Its id, or the first letters of it as `list` shows them.
        conflict: String,
    },
    /// Decides for one side.
    Settle(SettleArgs),
    /// Leaves a conflict to an admin.
    PassUp {
        #[command(flatten)]
        at: At,
        /// Its id, or the first letters of it as `list` shows them.
        conflict: String,
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
    /// The conflict's id, or the first letters of it as `list` shows them.
    conflict: String,
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
        ConflictsCommand::List { at, settled: true } | ConflictsCommand::Settled { at } => {
            let answer = Way::open(&at)?.query(&Query::Settlements(now_ms()))?;
            say(&at, &answer, settled);
        }
        ConflictsCommand::List { at, settled: false } => {
            let rows = Way::open(&at)?.all("conflicts", Query::Conflicts)?;
            say(&at, &json!({ "conflicts": rows }), |_| list(&rows));
        }
        ConflictsCommand::Show { at, conflict } => {
            let way = Way::open(&at)?;
            let shown = way.query(&Query::Conflict(named(&way, &conflict)?))?;
            let orgs = if at.json { BTreeMap::new() } else { orgs(&way)? };
            say(&at, &shown, |shown| show(shown, &orgs));
        }
        ConflictsCommand::Settle(SettleArgs { at, conflict, choice, reason, as_of, version }) => {
            let choice = choice.choice().expect("clap asks for one of them");
            let settlement = Settlement { as_of, version, choice, reason };
            let way = Way::open(&at)?;
            let settled = way.command(&Command::Settle(named(&way, &conflict)?, settlement))?;
            say(&at, &settled, became);
        }
        ConflictsCommand::PassUp { at, conflict, as_of } => {
            let way = Way::open(&at)?;
            let passed = way.command(&Command::PassUp(named(&way, &conflict)?, PassUp { as_of }))?;
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

/// The conflict of an id, or of its first letters: an open one, or one that was settled lately.
fn named(way: &Way, typed: &str) -> Done<Digest> {
    if let Ok(id) = typed.parse() {
        return Ok(id);
    }
    let open = way.whole(("conflicts", "conflict"), typed, Query::Conflicts);
    let whole = open.or_else(|failure| {
        let settled = way.query(&Query::Settlements(now_ms()))?;
        let rows = settled["settlements"].as_array().into_iter().flatten();
        let ids: BTreeSet<&str> = rows.filter_map(|row| row["conflict"].as_str()).collect();
        let typed = typed.trim().to_lowercase();
        let mut begun = ids.into_iter().filter(|id| typed.len() >= LEAST_LETTERS && id.starts_with(&typed));
        match (begun.next(), begun.next()) {
            (Some(id), None) => Ok(id.to_owned()),
            (Some(_) | None, _) => Err(failure),
        }
    })?;
    whole.parse().map_err(|_| Failure::from(Refused::NotFound))
}

/// Two lines each: in one they would be wider than a terminal.
fn list(rows: &[Value]) -> String {
    if rows.is_empty() {
        return "nothing".to_owned();
    }
    let length = beginnings(rows.iter().filter_map(|row| row["conflict"].as_str()));
    let mut lines = vec![format!("{:<length$}  since             what", "conflict")];
    for row in rows {
        let id = row["conflict"].as_str().and_then(|id| id.get(..length)).unwrap_or_default();
        let since = row["since_ms"].as_u64().map(local).unwrap_or_default();
        lines.push(format!("{id}  {since}  {}", server::plain::kind(row)));
        let (whom, reference) = (whose(row, "name"), whose(row, "reference"));
        let about = [whom, reference].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        lines.push(format!("{:length$}  {}; for {}", "", about.join(", "), server::plain::settler(row)));
    }
    lines.join("\n")
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
    let again = "look at one, or decide it again, with: waymark conflicts show CONFLICT";
    if shown.is_empty() {
        "nothing was settled in the last four weeks".to_owned()
    } else {
        format!("{}\n\n{again}", table(&shown, &columns))
    }
}

/// The names or references of the referrals that it is about, each once.
fn whose(shown: &Value, field: &str) -> String {
    let referrals = shown["referrals"].as_array().into_iter().flatten();
    let mut said: Vec<&str> = referrals.filter_map(|referral| referral[field].as_str()).collect();
    said.dedup();
    said.join(", ")
}

/// The names of organisations by their ids.
fn orgs(way: &Way) -> Done<BTreeMap<String, String>> {
    let force = way.query(&Query::Force)?;
    let services = way.all("providers", Query::Providers)?;
    let services = services.iter().map(|row| (text(&row["provider"]), text(&row["name"])));
    Ok(services.chain([(text(&force["force"]), text(&force["name"]))]).collect())
}

/// What the desk's page shows, and the commands that its buttons stand for.
fn show(shown: &Value, orgs: &BTreeMap<String, String>) -> String {
    let mut lines = vec![server::conflict_as_text(shown, orgs, chosen), String::new()];
    lines.extend(how(shown));
    lines.join("\n")
}

/// A choice as it is typed.
fn chosen(choice: &Value) -> String {
    let flags =
        [("op", "--choose"), ("value", "--value"), ("admit", "--admit"), ("keep_aside", "--keep-aside")];
    let typed = flags.iter().find(|(word, _)| !choice[*word].is_null());
    typed.map(|(word, flag)| format!("{flag} {}", text(&choice[*word]))).unwrap_or_default()
}
