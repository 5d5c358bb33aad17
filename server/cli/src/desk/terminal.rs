//! A terminal that signed in: sends questions and deeds to a running server.
//!
//! Does not keep tokens: each command gets its own. Does not decide anything.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use server::desk::{AuditWanted, Command, Disabling, Page, Query, Refused};
use sync_core::persons::Tie;
use sync_core::reference::HumanReference;

use super::credentials::{Credentials, usual_file};
use super::tokens::{TerminalKey, base64url};
use crate::failure::{Done, Failure, print};
use crate::typed::{secret, typed};

const MAX_TIME: Duration = Duration::from_secs(30);
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// `waymark sign-in`
#[derive(Debug, clap::Args)]
pub(crate) struct SignInArgs {
    /// The running server, such as `http://127.0.0.1:8470`.
    #[arg(long, env = "WAYMARK_SERVER")]
    server: String,
    /// A one-time code that an admin made for you; asked for when it is not named, or `-`.
    #[arg(long)]
    code: Option<String>,
    /// What the list of devices calls this terminal; `-` reads it from stdin.
    #[arg(long, default_value = "Terminal")]
    name: String,
    /// Where its key is kept.
    #[arg(long, env = "WAYMARK_CREDENTIALS")]
    credentials: Option<PathBuf>,
}

/// Enrols this terminal as a device of whoever the code is for.
pub(crate) fn sign_in(args: SignInArgs) -> Done {
    let SignInArgs { server, code, name, credentials } = args;
    let code = secret(code.as_deref(), "the one-time code")?;
    let name = typed(&name, "what this terminal is called")?;
    let server = server.trim_end_matches('/').to_owned();
    let file = credentials.map_or_else(usual_file, Ok)?;
    // The file is there before the code is used: a code is lost when its key cannot be kept.
    let to = Credentials::create(&file)?;
    let signed_in = enrol(&server, &code, &name).and_then(|credentials| credentials.write(&to));
    if signed_in.is_err() {
        drop(std::fs::remove_file(&file));
    }
    signed_in?;
    print("you are signed in");
    Ok(())
}

/// `waymark sign-out`
#[derive(Debug, clap::Args)]
pub(crate) struct SignOutArgs {
    /// The running server at which this terminal is signed in.
    #[arg(long, env = "WAYMARK_SERVER")]
    server: String,
    /// The file that `waymark sign-in` wrote.
    #[arg(long, env = "WAYMARK_CREDENTIALS")]
    credentials: Option<PathBuf>,
}

/// Lets this terminal be used no more: the server is told, and its key is deleted.
pub(crate) fn sign_out(args: SignOutArgs) -> Done {
    let terminal = Terminal::open(args.credentials.as_deref(), &args.server)?;
    terminal.command(&Command::SignOut(terminal.credentials.device))?;
    std::fs::remove_file(args.credentials.map_or_else(usual_file, Ok)?)?;
    print("you are signed out");
    Ok(())
}

fn enrol(server: &str, code: &str, name: &str) -> Done<Credentials> {
    let pkcs8 = TerminalKey::generate()?;
    let key = TerminalKey::open(&pkcs8)?;
    let proof = key.sign(&[b"waymark/enrol/1", code.as_bytes(), key.public()].concat())?;
    let public_key = base64url(key.public());
    let request = json!({"code": code, "public_key": public_key, "proof": base64url(&proof), "name": name});
    let answer = exchange(|client| client.post(format!("{server}/v1/enrol")).json_text(&request))?;
    let id = |field: &str| answer[field].as_str().and_then(|id| id.parse().ok());
    let (Some(device), Some(user), Some(force)) = (id("device"), id("user"), id("force")) else {
        return Err(Failure::Environment("the server's answer cannot be read: is it Waymark?".to_owned()));
    };
    let (device, user) = (sync_core::ids::DeviceId(device), sync_core::ids::UserId(user));
    let issuer = server::issuer(sync_core::ids::OrgId(force));
    Ok(Credentials { server: server.to_owned(), device, user, issuer, key: pkcs8 })
}

/// An address with one name for this machine, whichever of its names was typed.
fn one_name(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let here = ["localhost", "127.0.0.1", "[::1]"].iter().find_map(|name| rest.strip_prefix(name));
    match here {
        Some(port) if port.is_empty() || port.starts_with(':') => format!("{scheme}://localhost{port}"),
        Some(_) | None => address.to_owned(),
    }
}

/// A terminal with its key.
pub(super) struct Terminal {
    credentials: Credentials,
    key: TerminalKey,
}

impl Terminal {
    pub(super) fn open(file: Option<&Path>, server: &str) -> Done<Self> {
        let credentials = Credentials::read(file)?;
        if one_name(&credentials.server) != one_name(server.trim_end_matches('/')) {
            return Err(Failure::Usage(
                "you are signed in at another server: sign in at this one with another --credentials file"
                    .to_owned(),
            ));
        }
        let key = TerminalKey::open(&credentials.key)?;
        Ok(Self { credentials, key })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.credentials.server)
    }

    fn token(&self) -> Done<String> {
        let url = self.url("/v1/token");
        let assertion = self.key.assertion(&self.credentials.device.to_string(), &self.credentials.issuer)?;
        let proof = self.key.proof("POST", &url, None)?;
        let form = format!(
            "grant_type=client_credentials&client_assertion_type={}&client_assertion={assertion}",
            ASSERTION_TYPE.replace(':', "%3A"),
        );
        let answer = exchange(|client| {
            let call = client.post(&url).header("dpop", proof);
            call.header("content-type", "application/x-www-form-urlencoded").body(form)
        })?;
        let token = answer["access_token"].as_str().map(str::to_owned);
        token.ok_or_else(|| Failure::Environment("the server gave no token: is it Waymark?".to_owned()))
    }

    pub(super) fn query(&self, query: &Query) -> Done<Value> {
        let path = path_of(query)?;
        let token = self.token()?;
        // A proof names the address without its query.
        let proof =
            self.key.proof("GET", &self.url(path.split('?').next().unwrap_or(&path)), Some(&token))?;
        exchange(|client| {
            let call = client.get(self.url(&path)).header("authorization", format!("DPoP {token}"));
            call.header("dpop", proof)
        })
    }

    pub(super) fn command(&self, command: &Command) -> Done<Value> {
        let (path, body) = request_of(command)?;
        let token = self.token()?;
        let url = self.url(&path);
        let proof = self.key.proof("POST", &url, Some(&token))?;
        exchange(|client| {
            let call = client.post(url).header("authorization", format!("DPoP {token}"));
            call.header("dpop", proof).json_text(&body)
        })
    }
}

/// What the web desk alone asks and does has no address for programs.
fn of_the_desk<T>() -> Done<T> {
    Err(Failure::Usage("this is done on the pages of the web desk".to_owned()))
}

fn path_of(query: &Query) -> Done<String> {
    let paged = |path: &str, page: &Page| {
        let cursor = page.cursor.as_ref().map(|cursor| format!("cursor={cursor}"));
        let limit = page.limit.map(|limit| format!("limit={limit}"));
        let asked: Vec<String> = cursor.into_iter().chain(limit).collect();
        if asked.is_empty() { path.to_owned() } else { format!("{path}?{}", asked.join("&")) }
    };
    Ok(match query {
        Query::Force => "/v1/force".to_owned(),
        Query::Referrals(page) => paged("/v1/referrals", page),
        Query::Referral(id) => format!("/v1/referrals/{id}"),
        Query::ReferralWithEntries(id) => format!("/v1/referrals/{id}?with=entries"),
        Query::Named(reference) => format!("/v1/references/{}", plain_reference(reference)?),
        Query::SubjectAccess(id, _) => format!("/v1/subject-access/{id}"),
        Query::Retention(_) => "/v1/retention".to_owned(),
        Query::Certificate(id) => format!("/v1/retention/{id}/certificate"),
        Query::Conflicts(page) => paged("/v1/conflicts", page),
        Query::Settlements(_) => "/v1/settlements".to_owned(),
        Query::Worklist(_) => "/v1/worklist".to_owned(),
        Query::Entries(id) => format!("/v1/referrals/{id}/entries"),
        Query::Conflict(id) => format!("/v1/conflicts/{id}"),
        Query::Persons(page) => paged("/v1/persons", page),
        Query::Audit(AuditWanted { user, record, what, page }) => {
            let path = paged("/v1/audit", page);
            let wanted = user.iter().map(|user| format!("user={user}"));
            let wanted = wanted.chain(record.iter().map(|record| format!("record={record}")));
            let wanted = wanted.chain(what.iter().map(|what| format!("what={}", what.code())));
            wanted.fold(path, |path, part| {
                let joint = if path.contains('?') { '&' } else { '?' };
                format!("{path}{joint}{part}")
            })
        }
        Query::Person(id) => format!("/v1/persons/{id}"),
        Query::Providers(page) => paged("/v1/providers", page),
        Query::Slots => "/v1/slots".to_owned(),
        Query::Results(over, _) => format!("/v1/reports/results?over={}", over.code()),
        Query::Users(page) => paged("/v1/users", page),
        Query::Devices(page) => paged("/v1/devices", page),
        Query::Sessions(id, _) => format!("/v1/users/{id}/sessions"),
        Query::Proposals => "/v1/proposals".to_owned(),
        Query::Policy => "/v1/policy".to_owned(),
        Query::Leaflet(..)
        | Query::Headers(_)
        | Query::Question(_)
        | Query::TryPolicy(..)
        | Query::ServiceLeaflet(_)
        | Query::Open(_)
        | Query::Diary(_)
        | Query::Joined(_)
        | Query::ToTakeOver
        | Query::Find(_)
        | Query::HalfFilled(..)
        | Query::Ask { .. } => return of_the_desk(),
    })
}

/// A reference as it stands in an address; whatever else was typed, such as a name, is not sent.
fn plain_reference(typed: &str) -> Done<String> {
    let known = HumanReference::parse(typed.trim()).map(|reference| reference.to_string());
    known.map_err(|_| Refused::NotFound.into())
}

fn request_of(command: &Command) -> Done<(String, Value)> {
    Ok(match command {
        Command::Settle(id, asked) => (format!("/v1/conflicts/{id}/settlement"), json!(asked)),
        Command::PassUp(id, asked) => (format!("/v1/conflicts/{id}/pass-up"), json!(asked)),
        Command::Erase(asked) => ("/v1/erasures".to_owned(), json!(asked)),
        Command::GiveOut(given) => ("/v1/subject-access".to_owned(), json!(given)),
        Command::KeepLonger(id, asked) => (format!("/v1/retention/{id}/keep"), json!(asked)),
        Command::EraseRecord(id) => (format!("/v1/retention/{id}/erase"), json!({})),
        Command::TiePersons(Tie::Linked, asked) => ("/v1/persons/link".to_owned(), json!(asked)),
        Command::TiePersons(Tie::Split, asked) => ("/v1/persons/split".to_owned(), json!(asked)),
        Command::Assign(id, asked) => (format!("/v1/referrals/{id}/assign"), json!(asked)),
        Command::AddProvider(new) => ("/v1/providers".to_owned(), json!(new)),
        Command::ChangeProvider(id, change) => (format!("/v1/providers/{id}"), json!(change)),
        Command::DisableProvider(id, fallback) => {
            (format!("/v1/providers/{id}/disable"), json!(Disabling { fallback: *fallback }))
        }
        Command::OpenSlot(new) => ("/v1/slots".to_owned(), json!(new)),
        Command::CloseSlot(id, reason) => (format!("/v1/slots/{id}/close"), json!({"reason": reason})),
        Command::AddUser(new) => ("/v1/users".to_owned(), json!(new)),
        Command::DisableUser(id, reason) => (format!("/v1/users/{id}/disable"), json!({"reason": reason})),
        Command::RenameUser(id, asked) => (format!("/v1/users/{id}/name"), json!(asked)),
        Command::EnrolCode(id) => (format!("/v1/users/{id}/enrol-code"), json!({})),
        Command::ProposeRole(id, wanted) => (format!("/v1/users/{id}/role"), json!(wanted)),
        Command::ConfirmCode(id) => (format!("/v1/proposals/{id}/confirm-code"), json!({})),
        Command::ConfirmRole(id) => (format!("/v1/proposals/{id}/confirm-role"), json!({})),
        Command::Withdraw(id) => (format!("/v1/proposals/{id}/withdraw"), json!({})),
        Command::EndSessions(id, one) => {
            let body = one.map_or_else(|| json!({}), |one| json!({"session": one}));
            (format!("/v1/users/{id}/sign-out"), body)
        }
        Command::Unlink(id) => (format!("/v1/users/{id}/unlink"), json!({})),
        Command::SignOut(id) => (format!("/v1/devices/{id}/sign-out"), json!({})),
        Command::ProposePolicy(wanted) => ("/v1/policy-proposals".to_owned(), json!(wanted)),
        Command::ConfirmPolicy(id) => (format!("/v1/policy-proposals/{id}/confirm"), json!({})),
        Command::AddHoliday(holiday) => ("/v1/holidays".to_owned(), json!(holiday)),
        Command::RevokeDevice(id, reason) => (format!("/v1/devices/{id}/revoke"), json!({"reason": reason})),
        Command::Record(_) | Command::LookUp(_) => return of_the_desk(),
    })
}

trait JsonText {
    fn json_text(self, body: &Value) -> Self;
}

impl JsonText for reqwest::RequestBuilder {
    fn json_text(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }
}

/// What a server means that finds a terminal's signature wrong.
const FORGOTTEN: &str = "the server does not know this terminal: it was put back to a time before you signed in here, or is another \
                         one. Delete the file of your credentials, and sign in with a new code";

/// Sends one request and reads its answer, or the sentence of its problem.
fn exchange(call: impl FnOnce(&reqwest::Client) -> reqwest::RequestBuilder) -> Done<Value> {
    let unreachable = |_| {
        Failure::Environment(
            "the server was not reached: is it running, and is the address right?".to_owned(),
        )
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(MAX_TIME);
    let client = client.build().map_err(unreachable)?;
    let (status, body) = runtime.block_on(async {
        let response = call(&client).send().await.map_err(unreachable)?;
        let status = response.status().as_u16();
        Ok::<_, Failure>((status, response.bytes().await.map_err(unreachable)?))
    })?;
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    if status == 200 {
        return Ok(answer);
    }
    // The same sentence as on a store: the address is right, and what it names is not there.
    if answer["code"] == "not_found" {
        return Err(Refused::NotFound.into());
    }
    // It signed with its own key, and the server finds no such key.
    if answer["code"] == "auth_signature" {
        return Err(Failure::Usage(FORGOTTEN.to_owned()));
    }
    let sentence = answer["detail"].as_str().or(answer["title"].as_str());
    let sentence = sentence.unwrap_or("the server's answer cannot be read: is it Waymark?").to_owned();
    Err(match status {
        403 | 409 => Failure::Check(sentence),
        400..=499 => Failure::Usage(sentence),
        _ => Failure::Environment(sentence),
    })
}
