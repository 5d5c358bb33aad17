//! The common set-up, and time.
//!
//! One force with two admins, a supervisor and two officers; Swanway for adults in the west with a lead and two
//! workers; Kennet for the young in the west; Northgate for adults in the north. The day is given: server,
//! phones and terminals are started with the same `WAYMARK_AHEAD_MS`, and started anew when time moves.
//! Does not look into any store.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use chrono::DateTime;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::phone::Phone;
use super::sees::{asks, at, text, with};
use tests::waymark;

const SERVICES: [(&str, &[&str]); 3] = [
    ("Swanway", &["--area", "west", "--telephone", "01632 960111", "--hours", "weekdays 9 to 5"]),
    ("Kennet", &["--area", "west", "--ages", "10-25", "--telephone", "01632 960222"]),
    ("Northgate", &["--area", "north", "--telephone", "01632 960333"]),
];

/// Who takes part: name, role, organisation.
const PEOPLE: [(&str, &str, &str); 8] = [
    ("PC Kaur", "officer", "force"),
    ("PC Obi", "officer", "force"),
    ("Bell", "supervisor", "force"),
    ("Moss", "provider_lead", "Swanway"),
    ("Reid", "outreach_worker", "Swanway"),
    ("Tuck", "outreach_worker", "Swanway"),
    ("Ferris", "provider_lead", "Kennet"),
    ("North", "provider_lead", "Northgate"),
];

/// The scheme and everybody in it.
pub(crate) struct World {
    dir: TempDir,
    server: Child,
    address: String,
    /// How far everybody lives ahead of this machine.
    ahead_ms: i64,
    phones: BTreeMap<String, Phone>,
    /// One-time codes that nobody has used.
    codes: BTreeMap<String, String>,
}

fn this_machine_ms() -> i64 {
    server::now_ms().cast_signed()
}

/// The record of an answer.
#[track_caller]
pub(crate) fn record_of(answer: &Value) -> String {
    text(at(answer, "/record"))
}

fn moment_ms(when: &str) -> i64 {
    DateTime::parse_from_rfc3339(when)
        .expect("a moment, such as 2026-06-15T22:05:00+01:00")
        .timestamp_millis()
}

/// A moment as phones write it.
pub(crate) fn ms(when: &str) -> u64 {
    moment_ms(when).unsigned_abs()
}

/// How far a clock is from a moment that still says 1970.
pub(crate) fn since_1970(when: &str) -> i64 {
    -moment_ms(when)
}

/// What a command printed.
pub(crate) fn said(output: &Output) -> String {
    let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    text.concat()
}

impl World {
    /// The set-up on a given moment: these people have a phone, or an admin's terminal.
    pub(crate) fn on(when: &str, phones: &[&str]) -> Self {
        Self::under("thames-valley-2018", when, phones)
    }

    /// The set-up under another pack.
    pub(crate) fn under(policy: &str, when: &str, phones: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let ahead_ms = moment_ms(when) - this_machine_ms();
        let store = Store { data: dir.path().join("data"), ahead_ms };
        let made = store.json(&["init", "--policy", policy]);
        let mut codes = BTreeMap::new();
        for admin in made["admins"].as_array().expect("two admins") {
            codes.insert(admin["name"].to_string().replace('"', ""), admin["code"].clone());
        }
        for (name, more) in SERVICES {
            store.as_admin(&[&["provider", "add", name], more].concat());
        }
        for (name, role, org) in PEOPLE {
            // A service's first lead takes two admins, and adds its other people.
            let lead = PEOPLE.iter().find(|(_, role, of)| *of == org && *role == "provider_lead");
            let by = match lead {
                Some((lead, ..)) if *lead != name => vec!["--as", lead],
                Some(_) | None => vec!["--as", "First admin", "--second", "Second admin"],
            };
            let added = store.json(
                &[&["user", "add", name, "--role", role, "--org", org, "--json"], by.as_slice()].concat(),
            );
            codes.insert(name.to_owned(), added["code"].clone());
        }
        let codes = codes.into_iter().map(|(name, code)| (name, code.as_str().expect("a code").to_owned()));
        let (server, address) = serve(&store.data, "127.0.0.1:0", ahead_ms);
        let mut world =
            Self { dir, server, address, ahead_ms, phones: BTreeMap::new(), codes: codes.collect() };
        phones.iter().for_each(|who| world.enrol(who));
        world
    }

    /// An admin takes in somebody more, who gets a phone.
    pub(crate) fn takes_in(&mut self, admin: &str, who: &str, role: &str, org: &str) {
        let asked = self.desk_json(admin, &["user", "add", who, "--role", role, "--org", org]);
        let code = self.agreed(&asked, "confirm-role");
        self.enrol_with(who, &code);
    }

    /// The code that somebody asked for, once the second admin has agreed where it takes two.
    pub(crate) fn agreed(&mut self, asked: &Value, confirm: &str) -> String {
        let Some(proposal) = asked["proposal"].as_str() else { return text(&asked["code"]) };
        let of = if confirm == "confirm-code" { "device" } else { "user" };
        let ends = self.desk_json("Second admin", &[of, confirm, proposal]);
        format!("{}{}", text(&asked["code_begins"]), text(&ends["code_ends"]))
    }

    /// Gives somebody a phone or a terminal, by a code that an admin gave them.
    pub(crate) fn enrol_with(&mut self, who: &str, code: &str) {
        self.codes.insert(who.to_owned(), code.to_owned());
        self.enrol(who);
    }

    /// The id of a service.
    pub(crate) fn service(&mut self, who: &str, name: &str) -> String {
        let known = self.looks(who, "reference", json!({}));
        let known = known["providers"].as_array().into_iter().flatten();
        let mut named = known.filter(|service| service["name"] == name);
        named.next().map(|service| text(&service["id"])).unwrap_or_else(|| panic!("no service {name}"))
    }

    /// Gives a person a phone, or an admin a terminal.
    pub(crate) fn enrol(&mut self, who: &str) {
        let code = self.codes.remove(who).unwrap_or_else(|| panic!("{who} has no code"));
        if who.ends_with("admin") {
            self.desk(who, &["sign-in", "--code", &code]);
            return;
        }
        self.codes.insert(who.to_owned(), code);
        self.enrol_phone(who);
    }

    /// Gives somebody a phone, also an admin.
    pub(crate) fn enrol_phone(&mut self, who: &str) {
        let code = self.codes.remove(who).unwrap_or_else(|| panic!("{who} has no code"));
        let phone = Phone::new(self.dir.path().join(who.replace(' ', "-")), &self.address);
        self.phones.insert(who.to_owned(), phone);
        self.does(who, "enrol", json!({ "code": code, "name": who }));
    }

    /// Goes on at a later moment: everything is started anew there.
    pub(crate) fn until(&mut self, when: &str) {
        let ahead_ms = moment_ms(when) - this_machine_ms();
        assert!(ahead_ms > self.ahead_ms, "time goes forward");
        self.phones.values_mut().for_each(Phone::dies);
        end(&mut self.server);
        let listen = self.address.trim_start_matches("http://").to_owned();
        self.ahead_ms = ahead_ms;
        (self.server, self.address) = serve(&self.dir.path().join("data"), &listen, ahead_ms);
    }

    /// A phone.
    pub(crate) fn phone(&mut self, who: &str) -> &mut Phone {
        self.phones.get_mut(who).unwrap_or_else(|| panic!("{who} has no phone"))
    }

    fn ask(&mut self, who: &str, request: &Value) -> Value {
        let ahead_ms = self.ahead_ms;
        self.phone(who).ask(request, ahead_ms)
    }

    /// Somebody does something on their phone, and it is done.
    #[track_caller]
    pub(crate) fn does(&mut self, who: &str, command: &str, fields: Value) -> Value {
        let answer = self.ask(who, &asks("command", command, fields));
        assert!(answer.get("problem").is_none(), "{who}, {command}: {answer:#}");
        answer
    }

    /// Somebody tries something, and the phone says why not.
    #[track_caller]
    pub(crate) fn cannot(&mut self, who: &str, command: &str, fields: Value) -> Value {
        let answer = self.ask(who, &asks("command", command, fields));
        let problem = answer.get("problem");
        problem.unwrap_or_else(|| panic!("{who} could {command}: {answer:#}")).clone()
    }

    /// Somebody looks at something.
    #[track_caller]
    pub(crate) fn looks(&mut self, who: &str, query: &str, fields: Value) -> Value {
        let answer = self.ask(who, &asks("query", query, fields));
        assert!(answer.get("problem").is_none(), "{who}, {query}: {answer:#}");
        answer
    }

    /// One referral, as somebody sees it.
    #[track_caller]
    pub(crate) fn referral(&mut self, who: &str, record: &str) -> Value {
        self.looks(who, "referral", json!({ "record": record }))
    }

    /// Phones synchronise, one after the other.
    #[track_caller]
    pub(crate) fn sync(&mut self, people: &[&str]) {
        for who in people {
            let answer = self.does(who, "sync", json!({}));
            assert_eq!(answer["synced"], true, "{who}: {answer:#}");
        }
    }

    /// An officer refers somebody; the form takes its usual answers where none is given.
    #[track_caller]
    pub(crate) fn refers(&mut self, who: &str, answers: Value) -> Value {
        self.does(who, "refer", with(form(), answers))
    }

    /// A terminal: what it prints.
    #[track_caller]
    pub(crate) fn desk(&mut self, admin: &str, words: &[&str]) -> String {
        let done = self.terminal(admin, words);
        assert!(done.status.success(), "{admin}: waymark {}\n{}", words.join(" "), said(&done));
        said(&done)
    }

    /// A terminal: the answer as JSON.
    #[track_caller]
    pub(crate) fn desk_json(&mut self, admin: &str, words: &[&str]) -> Value {
        let said = self.desk(admin, &[words, &["--json"]].concat());
        serde_json::from_str(&said).expect("the terminal prints JSON")
    }

    /// An admin settles a conflict upon the page as it is now.
    #[track_caller]
    pub(crate) fn settles(&mut self, admin: &str, conflict: &str, how: &[&str]) {
        let shown = self.desk_json(admin, &["conflicts", "show", conflict]);
        let (as_of, version) = (text(&shown["as_of"]), text(&shown["version"]));
        let page = ["--as-of", as_of.as_str(), "--version", &version];
        let done = self.desk(admin, &[&["conflicts", "settle", conflict], how, &page].concat());
        assert_eq!(done.trim(), "it is settled");
    }

    /// A terminal.
    pub(crate) fn terminal(&mut self, admin: &str, words: &[&str]) -> Output {
        let file = self.dir.path().join(format!("{}.json", admin.replace(' ', "-")));
        let mut command = waymark();
        command.args(words).args(["--server", &self.address, "--credentials"]).arg(&file);
        command.env("WAYMARK_AHEAD_MS", self.ahead_ms.to_string()).output().expect("it runs")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        end(&mut self.server);
    }
}

/// The store before anybody serves it.
struct Store {
    data: PathBuf,
    ahead_ms: i64,
}

impl Store {
    fn json(&self, words: &[&str]) -> Value {
        let mut command = waymark();
        command.args(words).arg("--data").arg(&self.data);
        let output = command.env("WAYMARK_AHEAD_MS", self.ahead_ms.to_string()).output().expect("it runs");
        assert!(output.status.success(), "waymark {}\n{}", words.join(" "), said(&output));
        serde_json::from_slice(&output.stdout).expect("it prints JSON")
    }

    fn as_admin(&self, words: &[&str]) -> Value {
        self.json(&[words, &["--as", "First admin", "--json"]].concat())
    }
}

fn serve(data: &std::path::Path, listen: &str, ahead_ms: i64) -> (Child, String) {
    let mut command = waymark();
    command.args(["serve", "--listen", listen, "--log-level", "error", "--data"]).arg(data);
    let mut child = spawn(command.env("WAYMARK_AHEAD_MS", ahead_ms.to_string()));
    let mut line = String::new();
    let out = child.stdout.take().expect("stdout is piped");
    BufReader::new(out).read_line(&mut line).expect("the server says where it listens");
    let address = line.split_whitespace().last().unwrap_or_default().to_owned();
    assert!(address.starts_with("http://"), "{line}");
    (child, address)
}

fn spawn(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("it starts")
}

fn end(process: &mut Child) {
    drop(process.kill());
    drop(process.wait());
}

/// The usual answers of the roadside form.
pub(crate) fn form() -> Value {
    json!({
        "family": "Harrow", "given": "Dean", "born": "1987-04-12", "drug": "heroin", "amount": "about 1 g",
        "safe_now": { "codes": [] }, "identity": "photo_document", "ethnicity": "NS", "area": "west",
        "checks": [{ "kind": "prior_referrals", "channel": "voice_radio", "result": "nothing_found" },
                   { "kind": "pnc", "channel": "voice_radio", "result": "nothing_found" }],
        "signs": { "supply": [], "necessity": [] }, "agrees": { "answer": "yes" },
        "consent": consent("yes"),
        "reach": { "phone": "07700 900101", "may": ["voicemail"] },
    })
}

/// What the person agrees to; `feedback` is a yes or a no.
pub(crate) fn consent(feedback: &str) -> Value {
    json!({ "contact": "yes", "feedback": feedback, "wording": "v1", "language": "en" })
}
