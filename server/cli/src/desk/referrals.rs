//! `waymark referral list | show`: the referrals that whoever asks may see, in the words of the desk.
//!
//! Does not decide who may see what: the server's library does.

use serde_json::{Value, json};
use server::desk::{Query, Refused};
use sync_core::reference::HumanReference;
use uuid::Uuid;

use super::table::{table, text};
use super::worklist::local;
use super::{At, Way, say};
use crate::failure::{Done, Failure};

/// `waymark referral …`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum ReferralCommand {
    /// Lists the referrals, newest first.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Shows one: where it stands, and what was recorded in it.
    Show {
        #[command(flatten)]
        at: At,
        /// Its id or the first letters of it, or the reference that is read out, such as TVP-7KQ2-M4XD-9.
        referral: String,
    },
}

/// Referrals.
pub(crate) fn referral(command: ReferralCommand) -> Done {
    match command {
        ReferralCommand::List { at } => {
            let rows = Way::open(&at)?.all("referrals", Query::Referrals)?;
            say(&at, &json!({ "referrals": rows }), |_| list(&rows));
        }
        ReferralCommand::Show { at, referral } => {
            let way = Way::open(&at)?;
            let id = record(&way, &referral)?;
            let shown = way.query(&Query::ReferralWithEntries(id))?;
            say(&at, &shown, show);
        }
    }
    Ok(())
}

/// The referral of an id, a reference, or the first letters of an id.
pub(super) fn record(way: &Way, named: &str) -> Done<Uuid> {
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    let unknown = || {
        Failure::Usage(format!(
            "{named}: you see no referral of that reference; `waymark referral list` shows those that you see"
        ))
    };
    if HumanReference::parse(named.trim()).is_err() {
        let whole = way.whole(("referrals", "record"), named, Query::Referrals);
        return match whole.map(|id| id.parse().ok()) {
            Ok(Some(id)) => Ok(id),
            Ok(None) => Err(unknown()),
            Err(Failure::Usage(said)) if said == Refused::NotFound.to_string() => Err(unknown()),
            Err(other) => Err(other),
        };
    }
    match way.query(&Query::Named(named.to_owned())) {
        Ok(found) => found["record"].as_str().and_then(|id| id.parse().ok()).ok_or_else(unknown),
        Err(Failure::Usage(_)) => Err(unknown()),
        Err(other) => Err(other),
    }
}

fn name(shown: &Value) -> String {
    let part = |field: &str| shown["subject"][field].as_str().unwrap_or_default().to_owned();
    format!("{} {}", part("given"), part("family")).trim().to_owned()
}

fn list(rows: &[Value]) -> String {
    let row = |shown: &Value| {
        json!({
            "sent": shown["submitted_ms"].as_u64().map(local), "reference": shown["reference"], "name": name(shown),
            "stage": shown["stage_words"], "level": shown["level_words"], "record": shown["record"],
            "disagree": shown["conflicts"].as_array().filter(|all| !all.is_empty()).map(Vec::len),
        })
    };
    let columns = [
        ("sent", "sent"),
        ("reference", "reference"),
        ("name", "name"),
        ("the referral", "stage"),
        ("how far", "level"),
        ("disagreements", "disagree"),
        ("record", "record"),
    ];
    table(&rows.iter().map(row).collect::<Vec<_>>(), &columns)
}

fn show(shown: &Value) -> String {
    let born = text(&shown["subject"]["born"]);
    let facts = [
        ("name", name(shown)),
        ("born", born),
        ("reference", text(&shown["reference"])),
        ("sent", shown["submitted_ms"].as_u64().map(local).unwrap_or_default()),
        ("the referral", text(&shown["stage_words"])),
        ("how far", text(&shown["level_words"])),
        ("contact", text(&shown["contact_words"])),
        ("outcome", text(&shown["outcome_words"])),
        ("offer", text(&shown["offer_words"])),
        ("record", text(&shown["record"])),
    ];
    let said = |text: &String| !text.is_empty() && text != "-";
    let facts = facts.iter().filter(|(_, text)| said(text)).map(|(label, text)| format!("{label:<14}{text}"));
    let mut lines: Vec<String> = facts.collect();
    let mind = shown["safe"].as_array().into_iter().flatten().map(text);
    lines.extend(mind.map(|mind| format!("{:<14}{mind}", "mind")));
    let conflicts = shown["conflicts"].as_array().into_iter().flatten();
    lines.extend(
        conflicts.map(|open| format!("two records disagree: waymark conflicts show {}", text(&open["id"]))),
    );
    let rows: Vec<Value> = shown["entries"].as_array().into_iter().flatten().map(entry).collect();
    lines.push(String::new());
    lines.push(table(
        &rows,
        &[("when", "at"), ("by", "by"), ("what", "kind"), ("it", "standing"), ("entry", "op")],
    ));
    lines.join("\n")
}

fn entry(row: &Value) -> Value {
    let mut row = row.clone();
    row["at"] = json!(row["at_ms"].as_u64().map(local));
    let word = |field: &str| row[field].as_str().unwrap_or_default();
    let (kind, standing) = (server::plain::entry(word("kind")), server::plain::standing(word("standing")));
    row["kind"] = json!(kind);
    row["standing"] = json!(standing);
    row
}
