//! `waymark provider | user | device`: people and things of the scheme.
//!
//! Does not settle conflicts: see [`super::conflicts`]; the force itself: [`super::force`].

use serde_json::{Value, json};
use server::desk::{Command, NewProvider, NewUser, ProviderChange, Query, Refused, Renaming, RoleWanted};
use server::{EndReason, RevokeReason};
use sync_core::access::Role;
use sync_core::ids::{DeviceId, OrgId, UserId};
use sync_core::service::Ages;
use uuid::Uuid;

use super::four_eyes::{enrolled, proposals, withdraw};
use super::namesakes::{NAMESAKES, namesakes};
use super::sign_ins::people;
use super::slots::{SlotCommand, slot};
use super::table::{table, text};
use super::worklist::local;
use super::{At, Second, Way, beginnings, say, sign_ins};
use crate::failure::{Done, Failure};
use crate::typed::typed;
use crate::words::{ROLES, words};

/// `waymark provider …`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum ProviderCommand {
    /// Adds a drug service.
    Add {
        #[command(flatten)]
        at: At,
        /// Its name.
        name: String,
        /// The number at which people reach it.
        #[arg(long, default_value = "")]
        telephone: String,
        /// When somebody is there, in plain words.
        #[arg(long, default_value = "")]
        hours: String,
        /// An area that it serves, once for each; none: every area.
        #[arg(long = "area")]
        areas: Vec<String>,
        /// The ages that it takes: `10-25`, or `18-` without an upper end.
        #[arg(long, default_value = "18-")]
        ages: Ages,
    },
    /// Says anew what is known of a drug service; what is not named stays.
    Edit {
        #[command(flatten)]
        at: At,
        /// Its name or id.
        provider: String,
        /// Its new name.
        #[arg(long)]
        name: Option<String>,
        /// The number at which people reach it.
        #[arg(long)]
        telephone: Option<String>,
        /// When somebody is there, in plain words.
        #[arg(long)]
        hours: Option<String>,
        /// An area that it serves, once for each: together they take the place of those before.
        #[arg(long = "area", conflicts_with = "everywhere")]
        areas: Vec<String>,
        /// It serves every area.
        #[arg(long)]
        everywhere: bool,
        /// The ages that it takes: `10-25`, or `18-` without an upper end.
        #[arg(long)]
        ages: Option<Ages>,
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
        /// Their name; `-` reads it from stdin.
        name: String,
        /// officer, supervisor, outreach_worker, provider_lead, admin or auditor.
        #[arg(long, value_parser = words::<Role>(&ROLES))]
        role: Role,
        /// `force`, or a provider's name or id.
        #[arg(long)]
        org: String,
        #[command(flatten)]
        second: Second,
    },
    /// Lists the people.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Gives a person another name.
    Rename {
        #[command(flatten)]
        at: At,
        /// Their name or id.
        user: String,
        /// The name that they have from now on; `-` reads it from stdin.
        name: String,
    },
    /// Ends a person's rights and revokes their devices.
    Disable {
        #[command(flatten)]
        at: At,
        /// Their name or id.
        user: String,
        /// `left`: what they did before still counts. `cause`: it is kept aside when it comes late.
        #[arg(long, value_parser = words::<EndReason>(&["left", "cause"]))]
        reason: EndReason,
    },
    /// Lists the browsers in which a person is signed in at the web desk: your own, or those of your people.
    Sessions {
        #[command(flatten)]
        at: At,
        /// Their name or id.
        user: String,
    },
    /// Signs a person out of the web desk, everywhere or in one browser.
    SignOut {
        #[command(flatten)]
        at: At,
        /// Their name or id.
        user: String,
        /// That session alone: its id, or its first letters, as `user sessions` shows them.
        #[arg(long)]
        session: Option<String>,
    },
    /// Takes away the account of the identity provider by which a person signs in.
    Unlink {
        #[command(flatten)]
        at: At,
        /// Their name or id.
        user: String,
    },
    /// Proposes another role; somebody else agrees to it.
    ProposeRole {
        #[command(flatten)]
        at: At,
        /// Their name or id.
        user: String,
        /// The role.
        #[arg(long, value_parser = words::<Role>(&ROLES))]
        role: Role,
        /// Another organisation than now: `force`, or a provider's name or id.
        #[arg(long)]
        org: Option<String>,
        #[command(flatten)]
        second: Second,
    },
    /// Lists roles and codes that wait until somebody else agrees.
    Proposals {
        #[command(flatten)]
        at: At,
    },
    /// Withdraws a role or a code that waits until somebody else agrees.
    Withdraw {
        #[command(flatten)]
        at: At,
        /// The proposal's id.
        proposal: Uuid,
    },
    /// Agrees to a role that somebody else asked for, and prints how the code ends.
    ConfirmRole {
        #[command(flatten)]
        at: At,
        /// The proposal's id.
        proposal: Uuid,
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
    /// Prints a one-time code for a person's first device; of another one how it begins: whoever agrees gets its end.
    EnrolCode {
        #[command(flatten)]
        at: At,
        /// Their name or id.
        user: String,
        #[command(flatten)]
        second: Second,
    },
    /// Agrees to a code that somebody else asked for, and prints how it ends.
    ConfirmCode {
        #[command(flatten)]
        at: At,
        /// The proposal's id.
        proposal: Uuid,
    },
    /// A device reads nothing more and wipes itself; what it still sends is judged by the reason.
    Revoke {
        #[command(flatten)]
        at: At,
        /// The device's id, or its first letters as `device list` shows them.
        device: String,
        /// `lost`, `stolen` or `cause`: what cannot be shown to be older is kept aside. `left`: it counts.
        #[arg(long, value_parser = words::<RevokeReason>(&["lost", "stolen", "cause", "left"]))]
        reason: RevokeReason,
    },
    /// Empties a device that is given back or replaced: the same as `revoke --reason left`.
    Wipe {
        #[command(flatten)]
        at: At,
        /// The device's id, or its first letters as `device list` shows them.
        device: String,
    },
}

/// Drug services.
pub(crate) fn provider(command: ProviderCommand) -> Done {
    match command {
        ProviderCommand::Add { at, name, telephone, hours, areas, ages } => {
            let new = NewProvider { name, telephone, hours, areas, ages };
            let added = Way::open(&at)?.command(&Command::AddProvider(new))?;
            say(&at, &added, |added| {
                format!("{} was added: {}", text(&added["name"]), text(&added["provider"]))
            });
        }
        ProviderCommand::Edit { at, provider, name, telephone, hours, areas, everywhere, ages } => {
            let way = Way::open(&at)?;
            let id = org(&way, &provider)?;
            let areas = if everywhere || !areas.is_empty() { Some(areas) } else { None };
            let change = ProviderChange { name, telephone, hours, areas, ages };
            let changed = way.command(&Command::ChangeProvider(id, change))?;
            say(&at, &changed, |it| services(std::slice::from_ref(it)));
        }
        ProviderCommand::List { at } => {
            let rows = Way::open(&at)?.all("providers", Query::Providers)?;
            say(&at, &json!({ "providers": rows }), |_| services(&rows));
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

/// A table of drug services.
fn services(rows: &[Value]) -> String {
    let shown: Vec<Value> = rows
        .iter()
        .map(|row| {
            let mut row = row.clone();
            let areas: Vec<&str> =
                row["areas"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let areas = if areas.is_empty() { "everywhere".to_owned() } else { areas.join(", ") };
            let ages = serde_json::from_value::<Ages>(row["ages"].clone());
            row["areas"] = json!(areas);
            row["ages"] = json!(ages.map(|ages| ages.to_string()).unwrap_or_default());
            row
        })
        .collect();
    let columns = [
        ("provider", "provider"),
        ("name", "name"),
        ("areas", "areas"),
        ("ages", "ages"),
        ("telephone", "telephone"),
        ("hours", "hours"),
        ("state", "state"),
    ];
    table(&shown, &columns)
}

/// People.
pub(crate) fn user(command: UserCommand) -> Done {
    match command {
        UserCommand::Add { at, name, role, org: named, second } => {
            let name = typed(Some(name), "their name")?;
            let way = Way::open(&at)?;
            let org = org(&way, &named)?;
            let others = if at.json { 0 } else { namesakes(&way, &name)? };
            let added = way.command_of_two(&second, &Command::AddUser(NewUser { name, role, org }))?;
            say(&at, &added, |it| match others {
                0 => enrolled(&at, it),
                _ => format!("{}\n{NAMESAKES}", enrolled(&at, it)),
            });
        }
        UserCommand::List { at } => {
            let rows = Way::open(&at)?.all("users", Query::Users)?;
            say(&at, &json!({ "users": rows }), |_| people(&rows));
        }
        UserCommand::Rename { at, user, name } => {
            let way = Way::open(&at)?;
            let id = person(&way, &user)?;
            let name = typed(Some(name), "the new name")?;
            let renamed = way.command(&Command::RenameUser(id, Renaming { name }))?;
            say(&at, &renamed, |it| format!("{user} is called {} from now on", text(&it["name"])));
        }
        UserCommand::Disable { at, user, reason } => {
            let way = Way::open(&at)?;
            let id = person(&way, &user)?;
            let disabled = way.command(&Command::DisableUser(id, reason))?;
            say(&at, &disabled, |it| {
                let name = text(&it["name"]);
                format!("{name} is disabled; their devices are revoked; they are {}", sign_ins::ended_in(it))
            });
        }
        UserCommand::Sessions { at, user } => sign_ins::sessions(&at, &user)?,
        UserCommand::SignOut { at, user, session } => sign_ins::sign_out(&at, &user, session.as_deref())?,
        UserCommand::Unlink { at, user } => sign_ins::unlink(&at, &user)?,
        UserCommand::ProposeRole { at, user, role, org: named, second } => {
            let way = Way::open(&at)?;
            let id = person(&way, &user)?;
            let org = named.map(|named| org(&way, &named)).transpose()?;
            let asked = Command::ProposeRole(id, RoleWanted { role, org });
            let proposed = way.command_of_two(&second, &asked)?;
            say(&at, &proposed, |it| enrolled(&at, it));
        }
        UserCommand::Proposals { at } => proposals(&at)?,
        UserCommand::Withdraw { at, proposal } => withdraw(&at, proposal)?,
        UserCommand::ConfirmRole { at, proposal } => {
            let confirmed = Way::open(&at)?.command(&Command::ConfirmRole(proposal))?;
            say(&at, &confirmed, |it| enrolled(&at, it));
        }
    }
    Ok(())
}

/// Devices.
pub(crate) fn device(command: DeviceCommand) -> Done {
    match command {
        DeviceCommand::List { at } => devices(&at),
        DeviceCommand::EnrolCode { at, user, second } => {
            let way = Way::open(&at)?;
            let id = person(&way, &user)?;
            let code = way.command_of_two(&second, &Command::EnrolCode(id))?;
            say(&at, &code, |it| enrolled(&at, it));
            Ok(())
        }
        DeviceCommand::ConfirmCode { at, proposal } => {
            let code = Way::open(&at)?.command(&Command::ConfirmCode(proposal))?;
            say(&at, &code, |it| enrolled(&at, it));
            Ok(())
        }
        DeviceCommand::Revoke { at, device, reason } => revoke(&at, &device, reason),
        DeviceCommand::Wipe { at, device } => revoke(&at, &device, RevokeReason::Left),
    }
}

fn devices(at: &At) -> Done {
    let way = Way::open(at)?;
    let rows = way.all("devices", Query::Devices)?;
    let people = if at.json { Vec::new() } else { way.all("users", Query::Users)? };
    let length = beginnings(rows.iter().filter_map(|row| row["device"].as_str()));
    let shown = |row: &Value| {
        let mut row = row.clone();
        let of = people.iter().find(|person| person["user"] == row["user"]);
        row["of"] = of.map_or(row["user"].clone(), |person| person["name"].clone());
        row["device"] = row["device"].as_str().and_then(|id| id.get(..length)).into();
        row["revoked"] = row["revoked"]["reason"].clone();
        row["seen"] = json!(row["seen_ms"].as_u64().map(local));
        row["sent"] = row["synced_ms"].as_u64().map_or("never".into(), |ms| local(ms).into());
        row
    };
    let columns = [
        ("device", "device"),
        ("of", "of"),
        ("name", "name"),
        ("last seen", "seen"),
        ("sent all", "sent"),
        ("entries", "last_seq"),
        ("wait", "waits"),
        ("version", "version"),
        ("revoked", "revoked"),
    ];
    say(at, &json!({ "devices": rows }), |_| table(&rows.iter().map(shown).collect::<Vec<_>>(), &columns));
    Ok(())
}

/// Revokes the device of an id, or of its first letters.
fn revoke(at: &At, device: &str, reason: RevokeReason) -> Done {
    let way = Way::open(at)?;
    let device: DeviceId = match device.parse() {
        Ok(device) => device,
        Err(_) => {
            let whole = way.whole(("devices", "device"), device, Query::Devices)?;
            whole.parse().map_err(|_| Failure::from(Refused::NotFound))?
        }
    };
    let revoked = way.command(&Command::RevokeDevice(device, reason))?;
    say(at, &revoked, |it| {
        let desk = if reason == RevokeReason::Left {
            "Their sign-in at the web desk goes on; `waymark user sign-out` ends it".to_owned()
        } else {
            format!(
                "Its person is {}; if their authenticator was on it, give them a code for a new sign-in",
                sign_ins::ended_in(it)
            )
        };
        format!(
            "it is revoked: it reads nothing more, and wipes itself when it next reaches the server\n{desk}"
        )
    });
    Ok(())
}

/// The organisation of a name or id.
pub(super) fn org(way: &Way, named: &str) -> Done<OrgId> {
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
pub(super) fn person(way: &Way, named: &str) -> Done<UserId> {
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
        (Some(_), Some(_)) => {
            let list = format!("waymark {id} list");
            Err(Failure::Usage(format!("{named}: several have that name; name the id, as `{list}` shows it")))
        }
        (None, _) => Err(Failure::Usage(format!(
            "{named}: there is no {id} of that name; `waymark {id} list` shows them"
        ))),
    }
}

fn unknown(what: &str) -> Failure {
    Failure::Usage(format!("there is no {what} of that name: look at the list"))
}
