//! `waymark retention`: records that were kept as long as the policy pack says, each decided by a person.
//!
//! Does not decide what is due, nor who may decide: the server's library does.

use std::path::PathBuf;

use chrono::NaiveDate;
use serde_json::{Value, json};
use server::desk::{Command, KeepLonger, KeepReason, Query};
use server::now_ms;

use super::referrals::record;
use super::table::{table, text};
use super::worklist::local;
use super::{At, Way, files, say};
use crate::failure::Done;
use crate::words::{day, words};

/// `waymark retention …`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum RetentionCommand {
    /// Lists what is due for review in your own organisation's part, the quietest first.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Keeps a record longer.
    Keep {
        #[command(flatten)]
        at: At,
        /// The referral, by its reference, its id or the first letters of it.
        referral: String,
        /// The day on which it is due again.
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
        until: NaiveDate,
        /// `proceedings`, `complaint`, `safeguarding`, `still_served` or `own_rules`.
        #[arg(long, value_parser = words::<KeepReason>(&["proceedings", "complaint", "safeguarding", "still_served", "own_rules"]))]
        reason: KeepReason,
    },
    /// Erases, for good, what every entry of your own organisation's part says, and writes a certificate.
    Erase {
        #[command(flatten)]
        at: At,
        /// The referral, by its reference, its id or the first letters of it.
        referral: String,
        /// The file of the certificate, which must not be there.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Says again what was erased of a record.
    Certificate {
        #[command(flatten)]
        at: At,
        /// The referral, by its reference, its id or the first letters of it.
        referral: String,
        /// The file of the certificate, which must not be there.
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

/// What was kept as long as it may be.
pub(crate) fn retention(command: RetentionCommand) -> Done {
    match command {
        RetentionCommand::List { at } => {
            let answer = Way::open(&at)?.query(&Query::Retention(now_ms()))?;
            say(&at, &answer, list);
        }
        RetentionCommand::Keep { at, referral, until, reason } => {
            let way = Way::open(&at)?;
            let asked = KeepLonger { until, reason };
            let kept = way.command(&Command::KeepLonger(record(&way, &referral)?, asked))?;
            say(&at, &kept, |_| format!("it is kept until {until}: {}", reason.words()));
        }
        RetentionCommand::Erase { at, referral, out } => {
            let way = Way::open(&at)?;
            let id = record(&way, &referral)?;
            let file = out.as_deref().map(files::new).transpose()?;
            let erased = way.command(&Command::EraseRecord(id));
            certified(&at, erased, file, out)?;
        }
        RetentionCommand::Certificate { at, referral, out } => {
            let way = Way::open(&at)?;
            let id = record(&way, &referral)?;
            let file = out.as_deref().map(files::new).transpose()?;
            let told = way.query(&Query::Certificate(id));
            certified(&at, told, file, out)?;
        }
    }
    Ok(())
}

/// Writes the certificate into its file, or prints it: it names nobody who was referred.
fn certified(at: &At, told: Done<Value>, file: Option<std::fs::File>, out: Option<PathBuf>) -> Done {
    if let (Err(_), Some(out)) = (&told, &out) {
        drop(std::fs::remove_file(out));
    }
    let told = told?;
    if let Some(file) = file {
        files::fill(file, &format!("{told:#}\n"))?;
    }
    say(at, &told, certificate);
    Ok(())
}

fn list(answer: &Value) -> String {
    let rows: Vec<Value> = answer["due"].as_array().into_iter().flatten().map(row).collect();
    let columns = [
        ("reference", "reference"),
        ("last entry", "last"),
        ("due since", "due"),
        ("entries", "entries"),
        ("record", "record"),
    ];
    let more = if answer["has_more"] == true { "\nmore come once these are decided" } else { "" };
    format!("{}{more}", table(&rows, &columns))
}

fn row(due: &Value) -> Value {
    let mut row = due.clone();
    row["last"] = json!(due["last_ms"].as_u64().map(local));
    row["due"] = json!(due["due_ms"].as_u64().map(local));
    row
}

fn certificate(told: &Value) -> String {
    let mut lines = vec![format!(
        "What {} entries of {} said is erased in the part of {}.",
        text(&told["count"]),
        text(&told["record"]),
        text(&told["controller"])
    )];
    if told["left"].as_u64().is_some_and(|left| left > 0) {
        lines.push(format!("{} entries of it still say something.", text(&told["left"])));
    }
    lines.push("It may still be".to_owned());
    lines.extend(
        told["may_still_be"].as_array().into_iter().flatten().map(|place| format!("- {}", text(place))),
    );
    lines.join("\n")
}
