//! The cast: the server process and the phones, each a process of its own with its own store, key
//! and link.
//!
//! Does not know the story: see [`super::story`].

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use server::desk::NewProvider;
use server::{now_ms, private};
use sync_core::ids::{Digest, OpId, OrgId, UserId};

use super::forger::Forger;
use super::kept::Line;
use super::proxy::{Exchange, Link, Message, Proxy};
use super::scenario::{self, Device, Person, Scenario};
use crate::failure::{Done, Failure};

/// A phone of the demo.
pub(crate) struct Phone {
    pub(crate) id: String,
    pub(crate) role: String,
    pub(crate) store: PathBuf,
    pub(crate) proxy: Proxy,
    clock_offset_ms: i64,
    running: Option<Running>,
}

struct Running {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

/// Everybody, and the server.
pub(crate) struct Cast {
    pub(crate) data: PathBuf,
    pub(crate) phones: BTreeMap<String, Phone>,
    pub(crate) providers: BTreeMap<String, OrgId>,
    pub(crate) users: BTreeMap<String, UserId>,
    /// Every op that a phone reported as saved, with its hash.
    pub(crate) ledger: BTreeMap<OpId, Digest>,
    /// The device that does not keep the rules, if the scenario has one.
    pub(crate) forger: Option<Forger>,
    server: Child,
}

pub(crate) fn myself() -> Done<Command> {
    Ok(Command::new(std::env::current_exe()?))
}

impl Cast {
    /// Creates store, people and phones in a fresh directory, and starts the server.
    pub(crate) fn assemble(directory: &Path, scenario: &Scenario) -> Done<Self> {
        let data = directory.join("server");
        let options = server::InitOptions::new(&scenario.force.name, &scenario.force.prefix);
        let made = server::init(&data, &options, now_ms())?;
        let admin = server::admin::open(&data)?;
        let mut providers = BTreeMap::new();
        for provider in &scenario.providers {
            let scenario::Provider { id, name, telephone, hours, areas, ages } = provider.clone();
            let ages = ages.parse().map_err(Failure::Usage)?;
            let new = NewProvider { name, telephone, hours, areas, ages };
            providers.insert(id, admin.add_provider(&new)?);
        }
        private::write(&data.join("waymark.toml"), b"people = \"invented\"\n")?;
        let (mut codes, mut users) = (BTreeMap::new(), BTreeMap::new());
        for person in &scenario.people {
            let org = if person.org == "force" { Some(&made.force) } else { providers.get(&person.org) };
            let org = org.ok_or_else(|| unknown("organisation", &person.org))?;
            let role = person.role.parse().map_err(|_| unknown("role", &person.role))?;
            let added = admin.add_user(&person.name, role, *org, now_ms())?;
            codes.insert(person.id.clone(), added.code);
            users.insert(person.id.clone(), added.user);
        }
        drop(admin);
        let (server, address) = start_server(&data)?;
        let (phones, ledger, forger) = (BTreeMap::new(), BTreeMap::new(), None);
        let mut cast = Self { data, phones, providers, users, ledger, forger, server };
        for person in &scenario.people {
            match person.device {
                Device::Phone => {}
                Device::Forged => {
                    cast.forger = Some(Forger::enrol(address, &codes[&person.id])?);
                    continue;
                }
                Device::None => continue,
            }
            let phone = Phone::new(directory, person, address)?;
            cast.phones.insert(person.id.clone(), phone);
            let request = json!({ "command": "enrol", "code": codes[&person.id], "name": person.name });
            let phone = cast.phone(&person.id)?;
            phone.proxy.set(Link::Up);
            let answer = phone.ask(&request)?;
            if answer.get("problem").is_some() {
                return Err(Failure::Check(format!("{} could not enrol: {answer}", person.id)));
            }
        }
        Ok(cast)
    }

    /// One phone.
    pub(crate) fn phone(&mut self, id: &str) -> Done<&mut Phone> {
        self.phones.get_mut(id).ok_or_else(|| unknown("person", id))
    }

    /// Asks a phone, and enters every op that it reports as saved in the ledger.
    pub(crate) fn ask(&mut self, id: &str, request: &Value) -> Done<Value> {
        let mut answer = self.phone(id)?.ask(request)?;
        self.enter(&mut answer);
        Ok(answer)
    }

    /// Each op of the answer also gets its id as later requests name it.
    fn enter(&mut self, answer: &mut Value) {
        for op in answer.get_mut("ops").and_then(Value::as_array_mut).into_iter().flatten() {
            let parts = (op["device"].as_str(), op["seq"].as_u64(), op["hash"].as_str());
            if let (Some(device), Some(seq), Some(hash)) = parts
                && let (Ok(device), Ok(hash)) = (device.parse(), hash.parse())
            {
                let id = OpId { device, seq };
                self.ledger.insert(id, hash);
                op["op"] = json!(id);
            }
        }
    }

    /// What went over the wire, phone by phone.
    pub(crate) fn wire(&self) -> Vec<Line> {
        let lines = |phone: &Phone| {
            phone.proxy.read(|exchanges| {
                let line = |Exchange { path, request, answer }: &Exchange| Line {
                    phone: phone.id.clone(),
                    path: path.clone(),
                    bytes: request.len() + answer.as_ref().map_or(0, Message::len),
                    request: request.text(),
                    answer: answer.as_ref().map(Message::text),
                };
                exchanges.iter().map(line).collect::<Vec<_>>()
            })
        };
        self.phones.values().flat_map(lines).collect()
    }

    /// Ends every phone and the server; the server is asked to stop by a signal, as an operator would.
    pub(crate) fn end(&mut self) -> Done {
        self.phones.values_mut().for_each(Phone::kill);
        let pid = self.server.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status()?;
        self.server.wait()?;
        Ok(())
    }
}

impl Drop for Cast {
    fn drop(&mut self) {
        self.phones.values_mut().for_each(Phone::kill);
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

pub(crate) fn unknown(what: &str, name: &str) -> Failure {
    Failure::Usage(format!("the scenario names a {what} that it does not introduce: {name}"))
}

fn start_server(data: &Path) -> Done<(Child, SocketAddr)> {
    let mut command = myself()?;
    command.args(["serve", "--listen", "127.0.0.1:0", "--log-level", "error", "--data"]).arg(data);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    let out = child.stdout.take().expect("the server's stdout is a pipe");
    BufReader::new(out).read_line(&mut line)?;
    let address = line.trim().rsplit("http://").next().and_then(|text| text.parse().ok());
    match address {
        Some(address) => Ok((child, address)),
        None => Err(Failure::Environment("the server of the demo did not start".to_owned())),
    }
}

impl Phone {
    fn new(directory: &Path, person: &Person, server: SocketAddr) -> Done<Self> {
        Ok(Self {
            id: person.id.clone(),
            role: person.role.clone(),
            store: directory.join("phones").join(&person.id),
            proxy: Proxy::start(server)?,
            clock_offset_ms: person.clock_offset_ms,
            running: None,
        })
    }

    /// The command line of this phone, without its verb.
    pub(crate) fn command(&self) -> Done<Command> {
        let mut command = myself()?;
        command.arg("phone").arg("--store").arg(&self.store);
        command.arg("--server").arg(format!("http://{}", self.proxy.address));
        if self.clock_offset_ms != 0 {
            command.arg("--clock-offset-ms").arg(self.clock_offset_ms.to_string());
        }
        Ok(command)
    }

    fn running(&mut self) -> Done<&mut Running> {
        if self.running.is_none() {
            let mut command = self.command()?;
            let mut child = command.arg("run").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
            let to = child.stdin.take().expect("the phone's stdin is a pipe");
            let from = BufReader::new(child.stdout.take().expect("the phone's stdout is a pipe"));
            self.running = Some(Running { child, to, from });
        }
        Ok(self.running.as_mut().expect("it was just started"))
    }

    /// Sends one request and waits for its answer.
    pub(crate) fn ask(&mut self, request: &Value) -> Done<Value> {
        let running = self.running()?;
        writeln!(running.to, "{request}")?;
        let mut line = String::new();
        running.from.read_line(&mut line)?;
        serde_json::from_str(&line)
            .map_err(|_| Failure::Check(format!("{}'s phone gave no answer and may have died", self.id)))
    }

    /// SIGKILL; the next request starts the phone again on the same store.
    pub(crate) fn kill(&mut self) {
        if let Some(mut running) = self.running.take() {
            drop(running.child.kill());
            drop(running.child.wait());
        }
    }

    /// Lets the phone commit a command and kills it before it can say so: its stdout is a pipe that
    /// is already full, so that printing the answer waits; a second connection sees the commit.
    pub(crate) fn kill_before_answer(&mut self, request: &Value) -> Done {
        self.kill();
        let before = self.ops()?;
        let (_reader, writer) = std::io::pipe()?;
        (&writer).write_all(&[b'\n'; 65_536])?;
        let mut command = self.command()?;
        let mut child = command.arg("run").stdin(Stdio::piped()).stdout(writer).spawn()?;
        let mut to = child.stdin.take().expect("the phone's stdin is a pipe");
        writeln!(to, "{request}")?;
        let waited = std::time::Instant::now();
        while self.ops()? == before {
            if waited.elapsed().as_secs() > 10 {
                drop(child.kill());
                return Err(Failure::Check(format!("{}'s phone did not commit", self.id)));
            }
            std::thread::yield_now();
        }
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// How many ops the phone's store holds, read by a second connection.
    pub(crate) fn ops(&self) -> Done<u64> {
        let read = || {
            let file = self.store.join("waymark.db");
            let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
            let store = rusqlite::Connection::open_with_flags(file, flags)?;
            store.query_row("SELECT count(*) FROM own_op_row", [], |row| row.get::<_, i64>(0))
        };
        let count = read().map_err(|error| Failure::Check(format!("{}'s store: {error}", self.id)))?;
        Ok(count.unsigned_abs())
    }
}
