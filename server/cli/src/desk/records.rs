//! `waymark record`: single entries of records.
//!
//! Does not decide who may do it.

use serde_json::Value;
use server::desk::{Assignment, Command, Erasure, Override, Query};
use sync_core::ids::{OpId, Stream};

use super::commands::org;
use super::referrals::record as referral;
use super::table::{table, text};
use super::{At, Way, say};
use crate::failure::{Done, Failure};
use crate::words::words;

/// `waymark record …`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum RecordCommand {
    /// Lists what was recorded in a referral, oldest first; not what it says.
    Entries {
        #[command(flatten)]
        at: At,
        /// The referral, by its reference, its id or the first letters of it.
        record: String,
    },
    /// Names the service of a referral that none has taken on.
    Assign {
        #[command(flatten)]
        at: At,
        /// The referral, by its reference, its id or the first letters of it.
        record: String,
        /// The service, by name or id.
        service: String,
        /// Why, where the service takes people of other ages; the service reads it.
        #[arg(long = "override", value_name = "REASON")]
        overriding: Option<String>,
    },
    /// Erases what an entry says, for good: here, on every phone, and from backups once they are restored.
    Erase {
        #[command(flatten)]
        at: At,
        /// The referral, by its reference, its id or the first letters of it.
        #[arg(required_unless_present = "stream", conflicts_with = "stream")]
        record: Option<String>,
        /// The entry's stream, as `waymark record entries` shows it: where the entry is of no referral.
        #[arg(long)]
        stream: Option<Stream>,
        /// The entry's op, or its first letters, as `waymark record entries` shows it.
        #[arg(long)]
        op: String,
        /// Why; for what was kept long enough see `waymark retention`.
        #[arg(long, value_parser = words::<String>(&["person_asked", "court_order", "wrong_person", "recorded_unlawfully"]))]
        basis: String,
    },
}

/// Single entries.
pub(crate) fn record(command: RecordCommand) -> Done {
    match command {
        RecordCommand::Entries { at, record } => {
            let way = Way::open(&at)?;
            let shown = way.query(&Query::Entries(referral(&way, &record)?))?;
            say(&at, &shown, |shown| {
                let rows = shown["entries"].as_array().map_or(&[][..], Vec::as_slice);
                table(rows, &[("op", "op"), ("kind", "kind"), ("standing", "standing"), ("stream", "stream")])
            });
        }
        RecordCommand::Assign { at, record, service, overriding } => {
            let way = Way::open(&at)?;
            let overriding = overriding.map(|reason| Override { reason });
            let asked = Assignment { to: org(&way, &service)?, overriding };
            let assigned = way.command(&Command::Assign(referral(&way, &record)?, asked))?;
            say(&at, &assigned, |_| format!("the referral goes to {service}"));
        }
        RecordCommand::Erase { at, record, stream, op, basis } => {
            let way = Way::open(&at)?;
            let (stream, op) = match (stream, record) {
                (Some(stream), _) => (stream, op.parse().map_err(|_| unknown(&op))?),
                (None, record) => entry(&way, &record.unwrap_or_default(), &op)?,
            };
            let erased = way.command(&Command::Erase(Erasure { stream, op, basis }))?;
            say(&at, &erased, |it: &Value| {
                format!("what {} said is erased, by {}", text(&it["op"]), text(&it["erased_by"]))
            });
        }
    }
    Ok(())
}

/// The entry of a referral whose op begins like this, with its stream.
fn entry(way: &Way, record: &str, typed: &str) -> Done<(Stream, OpId)> {
    let shown = way.query(&Query::Entries(referral(way, record)?))?;
    let typed = typed.trim().to_lowercase();
    let rows = shown["entries"].as_array().into_iter().flatten();
    let ids = rows.filter_map(|row| Some((row["stream"].as_str()?, row["op"].as_str()?)));
    let begun: Vec<_> = ids.filter(|(_, op)| op.starts_with(&typed)).collect();
    let exact =
        begun.iter().find(|(_, op)| *op == typed).or(if begun.len() == 1 { begun.first() } else { None });
    let found = exact.and_then(|(stream, op)| Some((stream.parse().ok()?, op.parse().ok()?)));
    found.filter(|_| !typed.is_empty()).ok_or_else(|| unknown(&typed))
}

fn unknown(typed: &str) -> Failure {
    Failure::Usage(format!(
        "{typed}: no entry of it, or more than one, begins like this; `waymark record entries` shows them"
    ))
}
