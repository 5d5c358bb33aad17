//! `waymark record`: single entries of records.
//!
//! Does not decide who may do it.

use serde_json::Value;
use server::desk::{Assignment, Command, Erasure, Override, Query};
use sync_core::ids::{OpId, Stream};

use super::commands::org;
use super::table::{table, text};
use super::{At, Way, say};
use crate::failure::Done;

/// `waymark record …`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum RecordCommand {
    /// Lists what was recorded in a referral, oldest first; not what it says.
    Entries {
        #[command(flatten)]
        at: At,
        /// The referral's record.
        record: uuid::Uuid,
    },
    /// Names the service of a referral that none has taken on.
    Assign {
        #[command(flatten)]
        at: At,
        /// The referral's record, as `waymark worklist` shows it.
        record: uuid::Uuid,
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
        /// The entry's stream, as `waymark record entries` shows it.
        #[arg(long)]
        stream: Stream,
        /// The entry's op, as it shows it.
        #[arg(long)]
        op: OpId,
        /// `person_asked`, `retention_ended`, `court_order`, `wrong_person` or `recorded_unlawfully`.
        #[arg(long)]
        basis: String,
    },
}

/// Single entries.
pub(crate) fn record(command: RecordCommand) -> Done {
    match command {
        RecordCommand::Entries { at, record } => {
            let shown = Way::open(&at)?.query(&Query::Entries(record))?;
            say(&at, &shown, |shown| {
                let rows = shown["entries"].as_array().map_or(&[][..], Vec::as_slice);
                table(rows, &[("op", "op"), ("kind", "kind"), ("standing", "standing"), ("stream", "stream")])
            });
        }
        RecordCommand::Assign { at, record, service, overriding } => {
            let way = Way::open(&at)?;
            let overriding = overriding.map(|reason| Override { reason });
            let asked = Assignment { to: org(&way, &service)?, overriding };
            let assigned = way.command(&Command::Assign(record, asked))?;
            say(&at, &assigned, |_| format!("the referral goes to {service}"));
        }
        RecordCommand::Erase { at, stream, op, basis } => {
            let erased = Way::open(&at)?.command(&Command::Erase(Erasure { stream, op, basis }))?;
            say(&at, &erased, |it: &Value| {
                format!("what {} said is erased, by {}", text(&it["op"]), text(&it["erased_by"]))
            });
        }
    }
    Ok(())
}
