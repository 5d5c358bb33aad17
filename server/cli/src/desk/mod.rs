//! The desk in a terminal: conflicts, entries of records, persons, people, devices, providers, the force.
//!
//! Over HTTP to a running server as whoever signed in, or on a store that nobody holds in the name
//! of `--as`. Does not decide anything: the server's library does, on both ways.

mod audit;
mod commands;
mod conflicts;
mod credentials;
mod deciding;
mod files;
mod force;
mod four_eyes;
mod namesakes;
mod persons;
mod records;
mod referrals;
mod report;
mod retention;
mod sign_ins;
mod slots;
mod subject_access;
mod table;
mod terminal;
mod tokens;
mod worklist;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;
use server::admin::{Acting, Admin};
use server::desk::{Command, Page, Query, Refused};
use server::now_ms;

pub(crate) use audit::{AuditArgs, audit};
pub(crate) use commands::{DeviceCommand, ProviderCommand, UserCommand};
pub(crate) use commands::{device, provider, user};
pub(crate) use conflicts::{ConflictsCommand, conflicts};
pub(crate) use force::{ForceCommand, force};
pub(crate) use persons::{PersonCommand, person};
pub(crate) use records::{RecordCommand, record};
pub(crate) use referrals::{ReferralCommand, referral};
pub(crate) use report::{ReportArgs, report};
pub(crate) use retention::{RetentionCommand, retention};
pub(crate) use subject_access::{SubjectAccessCommand, subject_access};
pub(crate) use terminal::{SignInArgs, SignOutArgs, sign_in, sign_out};
pub(crate) use worklist::{WorklistArgs, worklist};

use crate::failure::{Done, Failure, print};
use terminal::Terminal;

/// Which server or store, as whom, and how the answer is printed.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct At {
    /// A running server, such as `http://127.0.0.1:8470`; sign in first.
    #[arg(long, env = "WAYMARK_SERVER")]
    server: Option<String>,
    /// The file that `waymark sign-in` wrote.
    #[arg(long, env = "WAYMARK_CREDENTIALS")]
    credentials: Option<PathBuf>,
    /// The data directory of a store that no server holds.
    #[arg(long, env = "WAYMARK_DATA")]
    data: Option<PathBuf>,
    /// On a store: the file of the server's key, when it is not in the data directory.
    #[arg(long, env = "WAYMARK_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// On a store: in whose name, by name or id.
    #[arg(long = "as", value_name = "USER")]
    acting: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// What was named on the line itself; a variable of the environment is there for other commands too.
fn on_the_line<T: AsRef<std::ffi::OsStr>>(named: Option<&T>, variable: &str) -> bool {
    named.is_some_and(|named| std::env::var_os(variable).is_none_or(|usual| usual != named.as_ref()))
}

impl At {
    /// The data directory, where the command works on a store.
    fn store(&self) -> Option<PathBuf> {
        let usual = || PathBuf::from("waymark-data");
        if self.server.is_some() { None } else { Some(self.data.clone().unwrap_or_else(usual)) }
    }

    /// Without what the environment names and the line contradicts.
    fn meant(&self) -> Self {
        let on_server = on_the_line(self.server.as_ref(), "WAYMARK_SERVER");
        let on_store = on_the_line(self.data.as_ref(), "WAYMARK_DATA") || self.acting.is_some();
        let mut meant = self.clone();
        if on_server && !on_the_line(self.data.as_ref(), "WAYMARK_DATA") {
            meant.data = None;
        } else if on_store && !on_server {
            meant.server = None;
        }
        meant
    }

    /// Whether credentials are named on the line itself: those of the environment are there for other commands too.
    fn names_credentials(&self) -> bool {
        self.credentials.is_some() && std::env::var_os("WAYMARK_CREDENTIALS").is_none()
    }
}

/// Who agrees at once to what takes two.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Second {
    /// On a store: whoever else must agree, and does so at once; by name or id. The last admin names themself.
    #[arg(long, value_name = "USER")]
    second: Option<String>,
}

/// How much of an id must be written at least.
const LEAST_LETTERS: usize = 4;

/// The shortest beginnings, of eight letters at least, that tell ids from each other.
fn beginnings<'a>(ids: impl Iterator<Item = &'a str> + Clone) -> usize {
    let many = ids.clone().count();
    let tells = |length: usize| {
        let begun: BTreeSet<&str> = ids.clone().map(|id| id.get(..length).unwrap_or(id)).collect();
        begun.len() == many
    };
    (8..64).find(|length| tells(*length)).unwrap_or(64)
}

/// The way to the desk.
enum Way {
    Server(Terminal),
    Store(Box<Admin>, Acting),
}

impl Way {
    fn open(at: &At) -> Done<Self> {
        let at = at.meant();
        match (&at.server, &at.data) {
            (Some(_), Some(_)) => Err(Failure::Usage(
                "a server and a data directory were both named: take --server for a running server, --data for a store that none holds"
                    .to_owned(),
            )),
            (Some(_), None) if at.acting.is_some() => Err(Failure::Usage(
                "--as is for a store: on a server you act as who signed in".to_owned(),
            )),
            (Some(server), None) => Terminal::open(at.credentials.as_deref(), server).map(Self::Server),
            (None, _) if at.names_credentials() => Err(Failure::Usage(
                "--credentials is for a server: on a store you act in the name of --as".to_owned(),
            )),
            (None, _) => {
                let data = at.store().unwrap_or_default();
                let named = at.acting.as_deref().ok_or_else(|| {
                    Failure::Usage("name who acts on the store with --as, by name or id".to_owned())
                })?;
                let admin = server::admin::open_with_key(&data, at.key_file.as_deref())?;
                let acting = admin.acting_as(named)?;
                Ok(Self::Store(Box::new(admin), acting))
            }
        }
    }

    fn query(&self, query: &Query) -> Done<Value> {
        match self {
            Self::Server(terminal) => terminal.query(query),
            Self::Store(admin, acting) => Ok(admin.query(acting, query)?),
        }
    }

    fn command(&self, command: &Command) -> Done<Value> {
        match self {
            Self::Server(terminal) => terminal.command(command),
            Self::Store(admin, acting) => Ok(admin.command(acting, command, now_ms())?),
        }
    }

    /// Asks for something, and lets the second one who was named agree to it when it takes two.
    fn command_of_two(&self, second: &Second, asked: &Command) -> Done<Value> {
        let Some(named) = &second.second else { return self.command(asked) };
        let Self::Store(admin, acting) = self else {
            return Err(Failure::Usage(
                "--second is for a store: on a server the other one signs in and confirms".to_owned(),
            ));
        };
        let second = admin.acting_as(named)?;
        Ok(admin.command_by_two((acting, &second), asked, now_ms())?)
    }

    /// The whole id of a row in a list, from its first letters.
    fn whole(&self, (list, field): (&str, &str), typed: &str, query: impl Fn(Page) -> Query) -> Done<String> {
        let rows = self.all(list, query)?;
        let ids = rows.iter().filter_map(|row| row[field].as_str());
        let typed = typed.trim().to_lowercase();
        let mut begun = ids.filter(|id| id.starts_with(&typed));
        match (begun.next(), begun.next()) {
            (Some(id), None) if typed.len() >= LEAST_LETTERS => Ok(id.to_owned()),
            (Some(_), None | Some(_)) => {
                Err(Failure::Usage(format!("{typed}: more than one may begin like this; write more of it")))
            }
            (None, _) => Err(Refused::NotFound.into()),
        }
    }

    /// Every page of a list, as one list.
    fn all(&self, list: &str, query: impl Fn(Page) -> Query) -> Done<Vec<Value>> {
        let mut page = Page { cursor: None, limit: Some(200) };
        let mut rows = Vec::new();
        loop {
            let mut answer = self.query(&query(page.clone()))?;
            if let Some(more) = answer.get_mut(list).and_then(Value::as_array_mut) {
                rows.append(more);
            }
            page.cursor = answer["cursor"].as_str().map(str::to_owned);
            if page.cursor.is_none() {
                return Ok(rows);
            }
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let sentence = refused.to_string();
        match refused {
            Refused::NotYours | Refused::ForOthers(_) | Refused::NotAllowed(_) | Refused::ShownAnew => {
                Self::Check(sentence)
            }
            Refused::NotFound | Refused::Field(_) | Refused::Cursor | Refused::Problem(_) => {
                Self::Usage(sentence)
            }
            Refused::Fault(fault) => fault.into(),
        }
    }
}

/// Prints an answer: JSON, or what `words` makes of it.
fn say(at: &At, answer: &Value, words: impl FnOnce(&Value) -> String) {
    let text = if at.json { format!("{answer:#}") } else { words(answer) };
    print(text.trim_end());
}
