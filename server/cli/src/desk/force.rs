//! `waymark force`: the force, the policy pack that decisions are made by, and its bank holidays.
//!
//! Does not write packs: they are shipped with the software.

use serde_json::{Value, json};
use server::desk::{Command, PolicyWanted, Query};
use sync_core::referral::timers::{Change, Holiday};

use super::four_eyes::on_same_way;
use super::table::{table, text};
use super::{At, Second, Way, say};
use crate::failure::Done;
use crate::words::day;

/// `waymark force …`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum ForceCommand {
    /// Shows the force and the identity of its server.
    Show {
        #[command(flatten)]
        at: At,
    },
    /// Shows the policy pack in force, what waits for a second admin, and the packs that there are.
    Policy {
        #[command(flatten)]
        at: At,
    },
    /// Proposes another policy pack; a second admin confirms it.
    ProposePolicy {
        #[command(flatten)]
        at: At,
        /// Its name, such as `deferred-contract`.
        pack: String,
        /// Which version; the newest when none is named.
        #[arg(long)]
        version: Option<u32>,
        #[command(flatten)]
        second: Second,
    },
    /// Adds a bank holiday that was proclaimed after this software was built; every phone leaves it out.
    AddHoliday {
        #[command(flatten)]
        at: At,
        /// The day, such as 2027-06-14.
        #[arg(value_parser = day)]
        date: chrono::NaiveDate,
        /// What it is.
        #[arg(long)]
        label: String,
        /// `england-and-wales`, `scotland`, `northern-ireland`, or `*` for all.
        #[arg(long, default_value = "*")]
        nation: String,
        /// The day is not held after all: it is a working day.
        #[arg(long)]
        not_held: bool,
    },
    /// Confirms a policy pack that another admin proposed.
    ConfirmPolicy {
        #[command(flatten)]
        at: At,
        /// The proposal's id.
        proposal: uuid::Uuid,
    },
}

/// The force.
pub(crate) fn force(command: ForceCommand) -> Done {
    match command {
        ForceCommand::Show { at } => {
            let shown = Way::open(&at)?.query(&Query::Force)?;
            say(&at, &shown, |shown| {
                let lines = ["name", "force", "prefix", "epoch", "server_key", "receipts"];
                let lines = lines.map(|field| format!("{field:<12}{}", text(&shown[field])));
                format!("{}\n{:<12}{}", lines.join("\n"), "policy", name(&shown["policy"]))
            });
        }
        ForceCommand::Policy { at } => {
            let shown = Way::open(&at)?.query(&Query::Policy)?;
            say(&at, &shown, policies);
        }
        ForceCommand::ProposePolicy { at, pack, version, second } => {
            let asked = Command::ProposePolicy(PolicyWanted { pack, version });
            let proposed = Way::open(&at)?.command_of_two(&second, &asked)?;
            say(&at, &proposed, |it| match it["proposal"].as_str() {
                Some(id) => {
                    let command = on_same_way(&at, &format!("force confirm-policy {id}"));
                    format!("another admin must now run: {command}")
                }
                None => in_force(it),
            });
        }
        ForceCommand::AddHoliday { at, date, label, nation, not_held } => {
            let change = if not_held { Change::NotHeld } else { Change::Held };
            let holiday = Holiday { calendar: nation, date, change, label };
            let added = Way::open(&at)?.command(&Command::AddHoliday(holiday))?;
            say(&at, &added, |it| {
                let what = if not_held { "is a working day" } else { "is a bank holiday" };
                format!("{} {what}; phones hear of it when they sync", text(&it["holiday"]["date"]))
            });
        }
        ForceCommand::ConfirmPolicy { at, proposal } => {
            let confirmed = Way::open(&at)?.command(&Command::ConfirmPolicy(proposal))?;
            say(&at, &confirmed, in_force);
        }
    }
    Ok(())
}

fn in_force(confirmed: &Value) -> String {
    format!("{} is in force", name(&confirmed["policy"]))
}

fn name(policy: &Value) -> String {
    format!("{} version {}", text(&policy["id"]), policy["version"])
}

fn policies(shown: &Value) -> String {
    let rows = |list: &str| -> Vec<Value> {
        let rows = shown[list].as_array().into_iter().flatten();
        rows.map(|row| {
            let mut row = row.clone();
            row["policy"] = json!(name(&row["policy"]));
            row
        })
        .collect()
    };
    let packs = table(&rows("packs"), &[("pack", "policy"), ("title", "title")]);
    let proposals = rows("proposals");
    let waits = if proposals.is_empty() {
        String::new()
    } else {
        format!(
            "\n\n{}",
            table(&proposals, &[("proposal", "proposal"), ("pack", "policy"), ("by", "proposed_by")])
        )
    };
    let holidays = rows("holidays");
    let columns = [("day", "date"), ("nation", "calendar"), ("change", "change"), ("what", "label")];
    let holidays =
        if holidays.is_empty() { String::new() } else { format!("\n\n{}", table(&holidays, &columns)) };
    format!("in force: {}\n\n{packs}{waits}{holidays}", name(&shown["policy"]))
}
