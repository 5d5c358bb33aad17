//! `waymark init | serve | verify | backup | restore | provider | user | device`: the server's store from a terminal.
//!
//! Takes the store's lock; a running server holds it, and then the command says so. Does not read
//! or write the store itself: the server's library does.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;
use server::{Config, EnrolCode, Fault, InitOptions, Server};
use sync_core::access::Role;
use sync_core::ids::OrgId;

use crate::failure::{Done, Failure, print};

/// Where the store is.
#[derive(Debug, clap::Args)]
pub(crate) struct Data {
    /// The server's data directory.
    #[arg(long, env = "WAYMARK_DATA", default_value = "waymark-data")]
    data: PathBuf,
}

/// `waymark init`
#[derive(Debug, clap::Args)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    at: Data,
    /// The force's name.
    #[arg(long, default_value = "Thames Valley Police")]
    force: String,
    /// The first letters of every human reference.
    #[arg(long, default_value = "TVP")]
    prefix: String,
}

/// `waymark serve`
#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    at: Data,
    /// The address to listen on.
    #[arg(long, env = "WAYMARK_LISTEN", default_value = "127.0.0.1:8470")]
    listen: SocketAddr,
}

/// `waymark provider add`, `waymark user add`, `waymark device enrol-code`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum People {
    /// Adds a drug service.
    AddProvider {
        #[command(flatten)]
        at: Data,
        /// Its name.
        name: String,
        /// The area that it serves.
        #[arg(long, default_value = "")]
        area: String,
        /// Whom it is for: `adult` or `youth`.
        #[arg(long, default_value = "adult")]
        age_band: String,
    },
    /// Adds a person and prints a one-time code for their phone.
    AddUser {
        #[command(flatten)]
        at: Data,
        /// Their name.
        name: String,
        /// officer, supervisor, outreach_worker, provider_lead, admin or auditor.
        #[arg(long)]
        role: String,
        /// The organisation's id, as printed by `init` or `add-provider`.
        #[arg(long)]
        org: String,
    },
}

/// The present time, in milliseconds.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Environment(fault.to_string())
    }
}

fn code_json(code: &EnrolCode) -> serde_json::Value {
    json!({ "user": code.user, "name": code.name, "code": code.code })
}

/// Creates a store.
pub(crate) fn init(args: InitArgs) -> Done {
    let options = InitOptions { force_name: args.force, force_prefix: args.prefix };
    let made = server::init(&args.at.data, &options, now_ms())?;
    let codes: Vec<_> = made.admin_codes.iter().map(code_json).collect();
    print(&format!("{:#}", json!({ "force": made.force, "admins": codes, "codes_valid_minutes": 10 })));
    Ok(())
}

/// Serves until it is stopped.
pub(crate) fn serve(args: ServeArgs) -> Done {
    let running = Server::start(Config { data: args.at.data, listen: args.listen })?;
    print(&format!("Waymark listens on http://{}", running.address));
    Ok(running.wait()?)
}

/// Verifies the store.
pub(crate) fn verify(at: &Data) -> Done {
    let report = server::verify(&at.data)?;
    print(&format!("{:#}", serde_json::to_value(&report).expect("a report is plain data")));
    match report.first_fault {
        None => Ok(()),
        Some(place) => Err(Failure::Check(format!("the store is not as it was written: {place}"))),
    }
}

/// `waymark backup`, `waymark restore`
#[derive(Debug, clap::Args)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    at: Data,
    /// The file of the backup.
    file: PathBuf,
}

/// Writes a verified backup, also beside a running server.
pub(crate) fn backup(args: &BackupArgs) -> Done {
    let report = server::backup(&args.at.data, &args.file, now_ms())?;
    print(&format!("{:#}", serde_json::to_value(&report).expect("a report is plain data")));
    Ok(())
}

/// Puts a backup in the place of the store, and begins a new epoch.
pub(crate) fn restore(args: &BackupArgs) -> Done {
    let report = server::restore(&args.file, &args.at.data, now_ms())?;
    print(&format!("{:#}", serde_json::to_value(&report).expect("a report is plain data")));
    Ok(())
}

/// Adds providers and people.
pub(crate) fn people(command: People) -> Done {
    match command {
        People::AddProvider { at, name, area, age_band } => {
            let provider = server::admin::open(&at.data)?.add_provider(&name, &area, &age_band)?;
            print(&format!("{:#}", json!({ "provider": provider })));
        }
        People::AddUser { at, name, role, org } => {
            let role: Role = role.parse().map_err(|_| Failure::Usage("--role is not one".to_owned()))?;
            let org: OrgId = org.parse().map_err(|_| Failure::Usage("--org is not an id".to_owned()))?;
            let admin = server::admin::open(&at.data)?;
            let user = admin.add_user(&name, role, org)?;
            print(&format!("{:#}", code_json(&admin.enrol_code(user, now_ms())?)));
        }
    }
    Ok(())
}
