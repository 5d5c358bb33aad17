//! `waymark provider | user | device`: people and things of the scheme.
//!
//! Does not settle conflicts: see [`super::conflicts`]; the force itself: [`super::force`].

use serde_json::{Value, json};
use server::desk::{Command, NewProvider, NewUser, Query, RoleWanted};
use server::{EndReason, RevokeReason};
use sync_core::access::Role;
use sync_core::ids::{DeviceId, OrgId, UserId};

use super::slots::{SlotCommand, slot};
use super::table::{table, text};
use super::{At, Way, say};
use crate::failure::{Done, Failure};

/// `waymark provider …`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum ProviderCommand {
    /// Adds a drug service.
    Add {
        #[command(flatten)]
        at: At,
        /// Its name.
        name: String,
        /// The area that it serves.
        #[arg(long, default_value = "")]
        area: String,
        /// Whom it is for: `adult` or `youth`.
        #[arg(long, default_value = "adult")]
        age_band: String,
    },
    /// Lists the drug services.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Lets a drug service take no new referrals.
    Disable {
        #[command(flatten)]
        at: At,
        /// Its name or id.
        provider: String,
        /// Who takes over what goes on there, by name or id.
        #[arg(long)]
        fallback: Option<String>,
    },
    /// Slots that officers can ask for: open, close, list.
    #[command(subcommand)]
    Slot(SlotCommand),
}

/// `waymark user …`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum UserCommand {
    /// Adds a person and prints a one-time code for their first device.
    Add {
        #[command(flatten)]
        at: At,
        /// Their name.
        name: String,
        /// officer, supervisor, outreach_worker, provider_lead, admin or auditor.
        #[arg(long)]
        role: Role,
        /// `force`, or a provider's name or id.
        #[arg(long)]
        org: String,
    },
    /// Lists the people.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Ends a person's rights and revokes their devices.
    Disable {
        #[command(flatten)]
        at: At,
        /// Their name or id.
        user: String,
        /// `left`: what they did before still counts. `cause`: it is kept aside when it comes late.
        #[arg(long, value_parser = end_reason)]
        reason: EndReason,
    },
    /// Proposes another role; a second admin confirms it.
    ProposeRole {
        #[command(flatten)]
        at: At,
        /// Their name or id.
        user: String,
        /// The role.
        #[arg(long)]
        role: Role,
        /// Another organisation than now: `force`, or a provider's name or id.
        #[arg(long)]
        org: Option<String>,
    },
    /// Lists roles that wait for a second admin.
    Proposals {
        #[command(flatten)]
        at: At,
    },
    /// Confirms a role that another admin proposed.
    ConfirmRole {
        #[command(flatten)]
        at: At,
        /// The proposal's id.
        proposal: uuid::Uuid,
    },
}

/// `waymark device …`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum DeviceCommand {
    /// Lists the devices.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Prints a one-time code for a person's next device.
    EnrolCode {
        #[command(flatten)]
        at: At,
        /// Their name or id.
        user: String,
    },
    /// A device reads nothing more and wipes itself; what it still sends is judged by the reason.
    Revoke {
        #[command(flatten)]
        at: At,
        /// The device's id.
        device: DeviceId,
        /// `lost`, `stolen` or `cause`: what cannot be shown to be older is kept aside. `left`: it counts.
        #[arg(long, value_parser = revoke_reason)]
        reason: RevokeReason,
    },
    /// Empties a device that is given back or replaced: the same as `revoke --reason left`.
    Wipe {
        #[command(flatten)]
        at: At,
        /// The device's id.
        device: DeviceId,
    },
}

fn end_reason(word: &str) -> Result<EndReason, String> {
    serde_json::from_value(json!(word)).map_err(|_| "left or cause".to_owned())
}

fn revoke_reason(word: &str) -> Result<RevokeReason, String> {
    serde_json::from_value(json!(word)).map_err(|_| "lost, stolen, cause or left".to_owned())
}

/// Drug services.
pub(crate) fn provider(command: ProviderCommand) -> Done {
    match command {
        ProviderCommand::Add { at, name, area, age_band } => {
            let new = NewProvider { name, area, age_band };
            let added = Way::open(&at)?.command(&Command::AddProvider(new))?;
            say(&at, &added, |added| {
                format!("{} was added: {}", text(&added["name"]), text(&added["provider"]))
            });
        }
        ProviderCommand::List { at } => {
            let rows = Way::open(&at)?.all("providers", Query::Providers)?;
            say(&at, &json!({ "providers": rows }), |_| {
                let columns = [
                    ("provider", "provider"),
                    ("name", "name"),
                    ("area", "area"),
                    ("for", "age_band"),
                    ("state", "state"),
                ];
                table(&rows, &columns)
            });
        }
        ProviderCommand::Disable { at, provider, fallback } => {
            let way = Way::open(&at)?;
            let id = org(&way, &provider)?;
            let fallback = fallback.map(|named| org(&way, &named)).transpose()?;
            let disabled = way.command(&Command::DisableProvider(id, fallback))?;
            say(&at, &disabled, |it| {
                let left = text(&it["in_flight"]);
                format!("{} takes no new referrals; {left} go on there without a service", text(&it["name"]))
            });
        }
        ProviderCommand::Slot(command) => slot(command)?,
    }
    Ok(())
}

/// People.
pub(crate) fn user(command: UserCommand) -> Done {
    match command {
        UserCommand::Add { at, name, role, org: named } => {
            let way = Way::open(&at)?;
            let org = org(&way, &named)?;
            let added = way.command(&Command::AddUser(NewUser { name, role, org }))?;
            say(&at, &added, enrolled);
        }
        UserCommand::List { at } => {
            let rows = Way::open(&at)?.all("users", Query::Users)?;
            say(&at, &json!({ "users": rows }), |_| {
                let columns = [
                    ("user", "user"),
                    ("name", "name"),
                    ("role", "role"),
                    ("organisation", "org"),
                    ("state", "state"),
                ];
                table(&rows, &columns)
            });
        }
        UserCommand::Disable { at, user, reason } => {
            let way = Way::open(&at)?;
            let id = person(&way, &user)?;
            let disabled = way.command(&Command::DisableUser(id, reason))?;
            say(&at, &disabled, |it| format!("{} is disabled; their devices are revoked", text(&it["name"])));
        }
        UserCommand::ProposeRole { at, user, role, org: named } => {
            let way = Way::open(&at)?;
            let id = person(&way, &user)?;
            let org = named.map(|named| org(&way, &named)).transpose()?;
            let proposed = way.command(&Command::ProposeRole(id, RoleWanted { role, org }))?;
            say(&at, &proposed, |it| {
                format!("another admin must now run: waymark user confirm-role {}", text(&it["proposal"]))
            });
        }
        UserCommand::Proposals { at } => {
            let answer = Way::open(&at)?.query(&Query::Roles)?;
            let rows = answer["proposals"].as_array().cloned().unwrap_or_default();
            say(&at, &answer, |_| {
                table(
                    &rows,
                    &[("proposal", "proposal"), ("user", "user"), ("role", "role"), ("by", "proposed_by")],
                )
            });
        }
        UserCommand::ConfirmRole { at, proposal } => {
            let confirmed = Way::open(&at)?.command(&Command::ConfirmRole(proposal))?;
            say(&at, &confirmed, enrolled);
        }
    }
    Ok(())
}

/// What an admin tells a person who needs a device.
fn enrolled(answer: &Value) -> String {
    let name = text(&answer["name"]);
    match answer["code"].as_str() {
        Some(code) => format!("{name}: enrol with the code {code} within 10 minutes"),
        None => format!(
            "{name} acts when another admin has run: waymark user confirm-role {}",
            text(&answer["proposal"])
        ),
    }
}

/// Devices.
pub(crate) fn device(command: DeviceCommand) -> Done {
    let (at, device, reason) = match command {
        DeviceCommand::List { at } => {
            let rows = Way::open(&at)?.all("devices", Query::Devices)?;
            let shown: Vec<Value> = rows
                .iter()
                .map(|row| {
                    let mut row = row.clone();
                    row["revoked"] = row["revoked"]["reason"].clone();
                    row
                })
                .collect();
            say(&at, &json!({ "devices": rows }), |_| {
                let columns = [
                    ("device", "device"),
                    ("name", "name"),
                    ("user", "user"),
                    ("entries", "last_seq"),
                    ("revoked", "revoked"),
                ];
                table(&shown, &columns)
            });
            return Ok(());
        }
        DeviceCommand::EnrolCode { at, user } => {
            let way = Way::open(&at)?;
            let id = person(&way, &user)?;
            let code = way.command(&Command::EnrolCode(id))?;
            say(&at, &code, enrolled);
            return Ok(());
        }
        DeviceCommand::Revoke { at, device, reason } => (at, device, reason),
        DeviceCommand::Wipe { at, device } => (at, device, RevokeReason::Left),
    };
    let revoked = Way::open(&at)?.command(&Command::RevokeDevice(device, reason))?;
    say(&at, &revoked, |_| {
        "it is revoked: it reads nothing more, and wipes itself when it next reaches the server".to_owned()
    });
    Ok(())
}

/// The organisation of a name or id.
fn org(way: &Way, named: &str) -> Done<OrgId> {
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    if named == "force" {
        let force = way.query(&Query::Force)?;
        return force["force"].as_str().and_then(|id| id.parse().ok()).ok_or_else(|| unknown("organisation"));
    }
    one(&way.all("providers", Query::Providers)?, named, "provider")?
        .parse()
        .map_err(|_| unknown("organisation"))
}

/// The person of a name or id.
fn person(way: &Way, named: &str) -> Done<UserId> {
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    one(&way.all("users", Query::Users)?, named, "user")?.parse().map_err(|_| unknown("person"))
}

/// The id of the only row with this name.
fn one<'a>(rows: &'a [Value], named: &str, id: &str) -> Done<&'a str> {
    let mut found = rows.iter().filter(|row| row["name"] == named).filter_map(|row| row[id].as_str());
    match (found.next(), found.next()) {
        (Some(id), None) => Ok(id),
        (Some(_), Some(_)) => Err(Failure::Usage("several have that name: name the id".to_owned())),
        (None, _) => Err(unknown(id)),
    }
}

fn unknown(what: &str) -> Failure {
    Failure::Usage(format!("there is no {what} of that name: look at the list"))
}
