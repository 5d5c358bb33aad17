//! A real server process on a fresh store, and phones over the real library.
//!
//! Does not look into either: everything goes through the command line.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::{run, waymark};

/// Nothing is limited.
const UNLIMITED: &str = "[rates]\nsyncs_a_minute = 0\nentries_a_day = 0\ncodes_a_minute = 0\ntokens_a_minute = 0\ntokens_of_address_a_minute = 0\npasswords_an_hour = 0\n";

/// A running server with one provider, and a one-time code of one officer.
pub struct Server {
    process: Child,
    /// Where it listens, as a URL.
    pub address: String,
    /// The officer's code.
    pub code: String,
    /// Store and phones lie here.
    pub dir: TempDir,
    /// The codes of the others, by name.
    pub codes: BTreeMap<String, String>,
}

impl Server {
    /// Creates the store and starts the server on a free port.
    ///
    /// # Panics
    /// When the command line does not do what it should.
    #[must_use]
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// The same, with codes for more people: a name and a role for each, those of the service by their role, others of the force.
    ///
    /// # Panics
    /// When the command line does not do what it should.
    #[must_use]
    pub fn with(people: &[(String, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let data = dir.path().join("data");
        let on_store = |words: &[&str]| {
            let mut command = waymark();
            command.args(words).arg("--data").arg(&data);
            command
        };
        let json = |words: &[&str]| -> Value {
            serde_json::from_str(&run(&mut on_store(words))).expect("the command line prints JSON")
        };
        json(&["init"]);
        // A test does in a minute what people do in a day.
        std::fs::write(data.join("waymark.toml"), UNLIMITED).expect("it is written");
        json(&["provider", "add", "Swanway", "--as", "First admin", "--json"]);
        let named: Vec<(&str, &str)> = people.iter().map(|(name, role)| (name.as_str(), *role)).collect();
        let mut codes = BTreeMap::new();
        for words in [adding(&[("PC Kaur", "officer")], "Swanway"), adding(&named, "Swanway")].concat() {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            codes.insert(words[2].to_owned(), text(&json(&words)["code"]));
        }
        let code = codes.remove("PC Kaur").expect("the officer has a code");
        let (process, address) = serve(&data, "127.0.0.1:0");
        Self { process, address, code, codes, dir }
    }

    /// The number of the server's process.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Sets up a sign-in at the desk for each of these, and starts the server again. Gives a code that counts once for
    /// each; they sign in with their names, dots for spaces.
    ///
    /// # Panics
    /// When the command line does not do what it should.
    pub fn set_up_desks(&mut self, names: &[&str], password: &str) -> Vec<String> {
        self.stop();
        let data = self.dir.path().join("data");
        let mut list = waymark();
        list.args(["user", "list", "--as", "First admin", "--json", "--data"]).arg(&data);
        let listed: Value = serde_json::from_str(&run(&mut list)).expect("the command line prints JSON");
        let listed = listed["users"].as_array().expect("people").clone();
        let admin = server::admin::open(&data).expect("the store opens");
        let one_time = |name: &str| {
            let person = listed.iter().find(|person| person["name"] == name).expect("they are there");
            let user = text(&person["user"]).parse().expect("an id");
            admin.enrol_code(user, server::now_ms()).expect("those who may have agreed").code
        };
        let one_times: Vec<String> = names.iter().map(|name| one_time(name)).collect();
        let set_up = |(name, one_time): (&&str, &String)| {
            let sign_in = (name.replace(' ', "."), password);
            let codes = admin.set_up_desk(one_time, (&sign_in.0, sign_in.1), server::now_ms());
            codes.expect("the code counts").remove(0)
        };
        let codes = names.iter().zip(&one_times).map(set_up).collect();
        drop(admin);
        self.start_again();
        codes
    }

    /// Adds another service with its people.
    ///
    /// # Panics
    /// When the command line does not do what it should.
    pub fn add_service(&mut self, service: &str, people: &[(&str, &str)]) {
        self.administer(&["provider", "add", service]);
        for words in adding(people, service) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let code = text(&self.run_on_store(&words)["code"]);
            self.codes.insert(words[2].to_owned(), code);
        }
    }

    /// Runs a command on the store as the first admin, and starts the server again.
    ///
    /// # Panics
    /// When the command line does not do what it should.
    pub fn administer(&mut self, words: &[&str]) -> Value {
        self.run_on_store(&[words, &["--as", "First admin", "--json"]].concat())
    }

    fn run_on_store(&mut self, words: &[&str]) -> Value {
        self.stop();
        let mut command = waymark();
        command.args(words).arg("--data").arg(self.dir.path().join("data"));
        let said = serde_json::from_str(&run(&mut command)).expect("the command line prints JSON");
        self.start_again();
        said
    }

    /// Kills the server and starts it again where it was.
    ///
    /// # Panics
    /// When it does not start.
    pub fn restart(&mut self) {
        self.stop();
        self.start_again();
    }

    fn stop(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }

    fn start_again(&mut self) {
        let listen = self.address.trim_start_matches("http://").to_owned();
        (self.process, self.address) = serve(&self.dir.path().join("data"), &listen);
    }

    /// The store of the one phone.
    #[must_use]
    pub fn phone_store(&self) -> PathBuf {
        self.dir.path().join("phone")
    }

    /// The command line of the phone; what runs it comes first when it is not the system.
    #[must_use]
    pub fn phone(&self, words: &[&str]) -> Command {
        let mut phone = waymark();
        phone.arg("phone").arg("--store").arg(self.phone_store());
        phone.args(["--server", &self.address]).args(words);
        phone
    }

    /// Runs the phone and gives its answer.
    ///
    /// # Panics
    /// When it ends with an error.
    #[must_use]
    pub fn ask(&self, words: &[&str]) -> Value {
        serde_json::from_str(&run(&mut self.phone(words))).expect("a phone answers with JSON")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to do about either.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Serves a store; the process, and where it listens.
fn serve(data: &Path, listen: &str) -> (Child, String) {
    let mut serve = waymark();
    serve.args(["serve", "--listen", listen, "--data"]).arg(data);
    let mut process = serve.stdout(Stdio::piped()).spawn().expect("the server starts");
    let mut line = String::new();
    let out = process.stdout.as_mut().expect("stdout is piped");
    BufReader::new(out).read_line(&mut line).expect("the server says where it listens");
    let address = line.split_whitespace().last().expect("an address").to_owned();
    assert!(address.starts_with("http://"), "{line}");
    (process, address)
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The commands that add people. Admins add those of the force, and a service's first lead by two; that lead adds the
/// others, and where nobody leads the service somebody does who is not asked for.
fn adding(people: &[(&str, &str)], service: &str) -> Vec<Vec<String>> {
    let add = |name: &str, role: &str, org: &str, by: &[&str]| {
        let words = ["user", "add", name, "--role", role, "--org", org, "--json"];
        words.iter().chain(by).map(|word| (*word).to_owned()).collect::<Vec<_>>()
    };
    let of_service = |role: &str| ["outreach_worker", "provider_lead"].contains(&role);
    let two = ["--as", "First admin", "--second", "Second admin"];
    let lead = people.iter().find(|(_, role)| *role == "provider_lead").map(|(name, _)| *name);
    let lead = lead.unwrap_or("Somebody who leads");
    let mut commands = Vec::new();
    if people.iter().any(|(_, role)| of_service(role)) {
        commands.push(add(lead, "provider_lead", service, &two));
    }
    for (name, role) in people.iter().filter(|(name, _)| *name != lead) {
        let by_lead = ["--as", lead];
        let (org, by) =
            if of_service(role) { (service, by_lead.as_slice()) } else { ("force", two.as_slice()) };
        commands.push(add(name, role, org, by));
    }
    commands
}
