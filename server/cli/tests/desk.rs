//! The desk in a terminal, as an admin types it: on a store, and on a running server.
//!
//! Does not look into the store: it reads what the commands print.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A store with its two first admins.
pub(crate) struct Store {
    pub(crate) dir: TempDir,
    pub(crate) codes: Vec<String>,
}

/// A running server; it ends with the test.
pub(crate) struct Serving {
    pub(crate) process: Child,
    pub(crate) url: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

pub(crate) fn waymark(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waymark"));
    command.args(words);
    for name in ["WAYMARK_DATA", "WAYMARK_SERVER", "WAYMARK_CREDENTIALS"] {
        command.env_remove(name);
    }
    command
}

pub(crate) fn said(output: &Output) -> (Option<i32>, String) {
    let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    (output.status.code(), text.concat())
}

impl Store {
    pub(crate) fn new() -> Self {
        Self::begun(&[])
    }

    pub(crate) fn begun(more: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let mut init = waymark(&["init", "--data"]);
        let made = init.arg(dir.path().join("store")).args(more).output().expect("it runs");
        let made: Value = serde_json::from_slice(&made.stdout).expect("it prints JSON");
        let codes = made["admins"].as_array().expect("two admins").iter();
        let codes = codes.map(|admin| admin["code"].as_str().expect("a code").to_owned()).collect();
        Self { dir, codes }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("store")
    }

    pub(crate) fn on_store(&self, words: &[&str]) -> Output {
        self.run_as("First admin", words)
    }

    pub(crate) fn run_as(&self, who: &str, words: &[&str]) -> Output {
        let mut command = waymark(words);
        command.arg("--data").arg(self.data()).args(["--as", who]);
        command.output().expect("it runs")
    }

    pub(crate) fn json(&self, words: &[&str]) -> Value {
        self.json_as("First admin", words)
    }

    pub(crate) fn json_as(&self, who: &str, words: &[&str]) -> Value {
        let output = self.run_as(who, &[words, &["--json"]].concat());
        assert!(output.status.success(), "{words:?}: {:?}", said(&output));
        serde_json::from_slice(&output.stdout).expect("it prints JSON")
    }

    pub(crate) fn serve(&self) -> Serving {
        self.serve_and_log("off", Stdio::inherit(), &[])
    }

    pub(crate) fn serve_and_log(&self, level: &str, log: Stdio, more: &[&str]) -> Serving {
        let mut command = waymark(&["serve", "--listen", "127.0.0.1:0", "--log-level", level, "--data"]);
        let mut process = command
            .arg(self.data())
            .args(more)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let out = process.stdout.as_mut().expect("stdout is a pipe");
        BufReader::new(out).read_line(&mut line).expect("it says where it listens");
        let url = line.split_whitespace().last().expect("an address").to_owned();
        Serving { process, url }
    }

    pub(crate) fn sign_in(&self, serving: &Serving, code: &str, file: &str) -> PathBuf {
        let file = self.dir.path().join(file);
        let mut command = waymark(&["sign-in", "--server", &serving.url, "--code", code, "--credentials"]);
        let output = command.arg(&file).output().expect("it runs");
        assert_eq!(said(&output), (Some(0), "you are signed in\n".to_owned()));
        file
    }
}

pub(crate) fn on_server(serving: &Serving, credentials: &Path, words: &[&str]) -> Output {
    let mut command = waymark(words);
    command.args(["--server", &serving.url, "--credentials"]).arg(credentials);
    command.output().expect("it runs")
}

#[test]
fn an_admin_sets_up_a_store_that_nobody_holds() {
    let store = Store::new();
    let provider = store.json(&["provider", "add", "Swanway", "--area", "West"]);
    let worker = ["user", "add", "Reid", "--role", "outreach_worker", "--org", "Swanway"];
    let (code, refused) = said(&store.on_store(&worker));
    assert!(code == Some(1) && refused.contains("added and changed by its lead"), "{refused}");
    store.json(&MOSS);
    let added = store.json_as("Moss", &worker);
    assert_eq!((&added["org"], &added["state"]), (&provider["provider"], &"active".into()));
    assert!(added["code"].is_string());
    let (code, table) = said(&store.on_store(&["user", "list"]));
    assert_eq!(code, Some(0));
    assert!(table.starts_with("user ") && table.contains("Reid") && table.contains("outreach_worker"));
    let (code, shown) = said(&store.on_store(&["force", "show"]));
    assert!(code == Some(0) && shown.contains("Thames Valley Police"), "{shown}");
    let disabled = store.json(&["user", "disable", "Reid", "--reason", "left"]);
    assert_eq!(disabled["state"], "disabled");
    let (code, refused) = said(&store.run_as("Moss", &["device", "enrol-code", "Reid"]));
    assert!(code == Some(1) && refused.contains("disabled"), "{refused}");
    assert_eq!(said(&store.on_store(&["conflicts", "list"])), (Some(0), "nothing\n".to_owned()));
}

#[test]
fn init_makes_no_store_that_no_phone_can_use() {
    let dir = tempfile::tempdir().expect("a directory");
    let init = |name: &str, words: &[&str]| {
        let mut command = waymark(&["init", "--data"]);
        command.arg(dir.path().join(name)).args(words);
        said(&command.output().expect("it runs"))
    };
    for (words, sentence) in [
        (vec!["--prefix", "T"], "two to five letters"),
        (vec!["--prefix", "THAMES"], "two to five letters"),
        (vec!["--prefix", "T1"], "two to five letters"),
        (vec!["--prefix", "ÄÖ"], "two to five letters"),
        (vec!["--prefix", ""], "two to five letters"),
        (vec!["--force", " "], "must be a name"),
        (vec!["--force", "a\nb"], "must be a name"),
        (vec!["--policy", "thames"], "name one of"),
    ] {
        let (code, text) = init("refused", &words);
        assert!(code == Some(2) && text.contains(sentence), "{words:?}: {code:?} {text}");
        assert!(!dir.path().join("refused").exists(), "{words:?} left something behind");
    }
    let (code, text) = init("small", &["--prefix", "tvp", "--force", " Thames Valley Police "]);
    assert!(code == Some(0) && text.contains("\"prefix\": \"TVP\""), "{text}");
}

#[test]
fn a_person_or_a_service_without_a_name_is_refused() {
    let store = Store::new();
    for words in [
        ["user", "add", " ", "--role", "officer", "--org", "force"],
        ["provider", "add", "", "--area", "West", "--ages", "18-"],
    ] {
        let (code, text) = said(&store.on_store(&words));
        assert!(code != Some(0) && text.contains("name"), "{words:?}: {text}");
    }
    let added = store.json(&["user", "add", " Bell ", "--role", "officer", "--org", "force"]);
    assert_eq!(added["name"], "Bell");
}

#[test]
fn the_last_admin_makes_another_on_the_store() {
    let store = Store::new();
    let add = ["user", "add", "Third admin", "--role", "admin", "--org", "force"];
    let proposal = store.json(&add)["proposal"].as_str().expect("an id").to_owned();
    let confirm = ["user", "confirm-role", proposal.as_str()];
    let (code, refused) = said(&store.on_store(&confirm));
    assert!(code == Some(1) && refused.contains("somebody else than who asked"), "{refused}");
    store.json(&["user", "disable", "Second admin", "--reason", "cause"]);
    assert_eq!(store.json(&confirm)["state"], "active");
    store.json(&["user", "disable", "Third admin", "--reason", "left"]);
    let at_once = ["user", "add", "Fourth", "--role", "admin", "--org", "force", "--second", "First admin"];
    assert!(store.json(&at_once)["code"].is_string(), "the command that the refusal on a server names");
}

/// A service's first lead, by two.
pub(crate) const MOSS: [&str; 9] =
    ["user", "add", "Moss", "--role", "provider_lead", "--org", "Swanway", "--second", "Second admin"];

#[test]
fn what_takes_two_takes_them_on_the_store_too() {
    let store = Store::new();
    store.json(&["provider", "add", "Swanway"]);
    let (code, asked) = said(&store.on_store(&MOSS[..7]));
    let data = store.data().display().to_string();
    assert!(
        code == Some(0) && asked.contains("another admin must now run: waymark user confirm-role "),
        "{asked}"
    );
    assert!(
        asked.contains(&format!("--data {data} --as ")) && asked.contains("The code begins with "),
        "{asked}"
    );
    let proposal =
        asked.split("confirm-role ").nth(1).and_then(|rest| rest.split(' ').next()).expect("an id");
    let (code, refused) = said(&store.on_store(&["user", "confirm-role", proposal]));
    assert!(code == Some(1) && refused.contains("somebody else than who asked"), "{refused}");
    let (code, ends) = said(&store.run_as("Second admin", &["user", "confirm-role", proposal]));
    assert!(code == Some(0) && ends.contains("the code ends with "), "{ends}");
    let second = ["--second", "Second admin"];
    let given = store.json(&[["device", "enrol-code", "Moss"].as_slice(), &second].concat());
    assert!(given["code"].is_string(), "{given}");
    let own = store.json(&[["device", "enrol-code", "First admin"].as_slice(), &second].concat());
    assert!(own["code"].is_string(), "{own}");
    let alone = ["device", "enrol-code", "Moss", "--second", "First admin"];
    let (code, refused) = said(&store.on_store(&alone));
    assert!(code == Some(1) && refused.contains("somebody else than who asked"), "{refused}");
    let third = ["user", "add", "Third", "--role", "admin", "--org", "force", "--second", "Second admin"];
    assert_eq!(store.json(&third)["state"], "active");
    let nobody = ["user", "add", "Bell", "--role", "officer", "--org", "force", "--second", "Nobody"];
    assert_eq!(store.on_store(&nobody).status.code(), Some(3));
    assert!(!said(&store.on_store(&["user", "list"])).1.contains("Bell"), "nothing is half done");

    store.json(&["user", "disable", "Second admin", "--reason", "left"]);
    store.json(&["user", "disable", "Third", "--reason", "left"]);
    let asked = store.json(&["device", "enrol-code", "Moss"]);
    let proposal = asked["proposal"].as_str().expect("an id");
    let ends = store.json(&["device", "confirm-code", proposal]);
    assert!(ends["code_ends"].is_string(), "the last admin does both: {ends}");
}

#[test]
fn each_question_is_asked_by_its_name() {
    let store = Store::new();
    let added = store.json(&["user", "add", "Kaur", "--role", "officer", "--org", "force"]);
    let serving = store.serve();
    let phone = |words: &[&str]| {
        let mut command = waymark(&["phone", "--store"]);
        command.arg(store.dir.path().join("phone")).args(["--server", &serving.url]).args(words);
        said(&command.output().expect("it runs"))
    };
    let code = json!({"code": added["code"], "name": "Kaur"}).to_string();
    assert_eq!(phone(&["enrol", &code]).0, Some(0));
    for query in sync_core::query::Query::verbs().map(|verb| verb.name) {
        let (code, text) = phone(&[query]);
        let needs_record = ["referral", "history", "explain"].contains(&query);
        let needs_more = needs_record || ["conflict", "outcomes"].contains(&query);
        assert_eq!(code, Some(if needs_more { 2 } else { 0 }), "{query}: {text}");
        assert!(!needs_record || text.contains("record"), "{query}: {text}");
    }
    let (code, unknown) = phone(&["no_such_word"]);
    assert_eq!(code, Some(2), "{unknown}");
    let commands: Vec<&str> = unknown.split("one of: ").nth(1).expect("a list").trim().split(", ").collect();
    assert!(commands.contains(&"refer") && commands.len() > 20, "{unknown}");
    for command in commands {
        let (_, text) = phone(&[command]);
        assert!(!text.contains("one of: "), "{command}: {text}");
    }
}

#[test]
fn two_admins_work_on_a_running_server_and_a_lost_phone_is_revoked() {
    let store = Store::new();
    let serving = store.serve();
    let first = store.sign_in(&serving, &store.codes[0], "first.json");
    let second = store.sign_in(&serving, &store.codes[1], "second.json");
    let json = |file: &Path, words: &[&str]| -> Value {
        let output = on_server(&serving, file, &[words, &["--json"]].concat());
        assert!(output.status.success(), "{words:?}: {:?}", said(&output));
        serde_json::from_slice(&output.stdout).expect("it prints JSON")
    };
    json(&first, &["provider", "add", "Swanway"]);
    let store_only =
        ["user", "add", "Bell", "--role", "officer", "--org", "force", "--second", "Second admin"];
    assert_eq!(on_server(&serving, &first, &store_only).status.code(), Some(2));
    let lead = json(&first, &MOSS[..7]);
    let proposal = lead["proposal"].as_str().expect("an id");
    let alone = on_server(&serving, &first, &["user", "confirm-role", proposal]);
    assert_eq!(alone.status.code(), Some(1), "{:?}", said(&alone));
    let agreed = json(&second, &["user", "confirm-role", proposal]);
    let code = [&lead["code_begins"], &agreed["code_ends"]].map(|half| half.as_str().expect("half a code"));
    let moss = store.sign_in(&serving, &code.concat(), "moss.json");
    let worker = json(&moss, &["user", "add", "Reid", "--role", "outreach_worker", "--org", "Swanway"]);
    assert!(worker["code"].is_string());
    let bell = json(&first, &["user", "add", "Bell", "--role", "officer", "--org", "force"]);
    assert!(bell["code"].is_string());
    let proposed = json(&first, &["user", "propose-role", "Bell", "--role", "supervisor"]);
    let proposal = proposed["proposal"].as_str().expect("an id");
    assert_eq!(json(&second, &["user", "confirm-role", proposal])["role"], "supervisor");
    let asked = json(&moss, &["device", "enrol-code", "Moss"]);
    let (code, waiting) = said(&on_server(&serving, &moss, &["user", "proposals"]));
    assert!(code == Some(0) && waiting.contains("a colleague"), "{waiting}");
    json(&moss, &["user", "withdraw", asked["proposal"].as_str().expect("an id")]);

    let devices = json(&first, &["device", "list"]);
    let devices = devices["devices"].as_array().expect("devices");
    let mut terminals = devices.iter().filter(|device| device["name"] == "Terminal");
    let last = terminals.nth(1).and_then(|device| device["device"].as_str()).expect("a terminal");
    let revoked = json(&first, &["device", "revoke", last, "--reason", "stolen"]);
    assert_eq!(revoked["revoked"]["reason"], "stolen");
    let (code, refused) = said(&on_server(&serving, &second, &["device", "list"]));
    assert!(code == Some(2) && refused.contains("may no longer ask"), "{refused}");
    let (code, held) = said(&store.on_store(&["device", "list"]));
    assert!(code == Some(3) && held.contains("already in use"), "{held}");
}

#[test]
#[cfg(unix)]
fn the_credential_file_is_its_owners_and_kept() {
    use std::os::unix::fs::PermissionsExt;
    let store = Store::new();
    let serving = store.serve();
    let file = store.sign_in(&serving, &store.codes[0], "first.json");
    let mode = std::fs::metadata(&file).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = ["sign-in", "--server", &serving.url, "--code", &store.codes[1], "--credentials"];
    let (code, refused) = said(&waymark(&again).arg(&file).output().expect("it runs"));
    assert!(code == Some(2) && refused.contains("signed in already"), "{refused}");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).expect("it is changed");
    let (code, refused) = said(&on_server(&serving, &file, &["force", "show"]));
    assert!(code == Some(2) && refused.contains("others can read"), "{refused}");
}

#[test]
fn what_is_asked_wrongly_is_answered_with_what_to_do() {
    let store = Store::new();
    let data = store.data();
    let data = data.to_str().expect("a path in UTF-8");
    for (words, code, sentence) in [
        (vec!["user", "list", "--data", data, "--server", "http://127.0.0.1:1"], 2, "both named"),
        (vec!["user", "list", "--data", data], 2, "--as"),
        (vec!["user", "list", "--data", data, "--as", "Nobody"], 3, "active user"),
        (
            vec!["user", "list", "--server", "http://127.0.0.1:1", "--credentials", "nowhere.json"],
            2,
            "sign in first",
        ),
        (vec!["serve", "--data", data, "--config", "nowhere.toml"], 3, "configuration file"),
        (
            vec!["sign-in", "--server", "http://127.0.0.1:1", "--code", "X", "--credentials", "unused.json"],
            3,
            "not reached",
        ),
    ] {
        let mut command = waymark(&words);
        let (exit, text) = said(&command.current_dir(store.dir.path()).output().expect("it runs"));
        assert!(exit == Some(code) && text.contains(sentence), "{words:?}: {exit:?} {text}");
    }
    assert!(!store.dir.path().join("unused.json").exists(), "no file is left behind");
    std::fs::write(store.data().join("waymark.toml"), "log_level = \"off\"\nlisen = 1\n").expect("written");
    let (code, text) = said(&waymark(&["serve", "--data", data]).output().expect("it runs"));
    assert!(code == Some(3) && text.contains("line 2") && text.contains("lisen"), "{text}");
}

const PLANTED: &str = "Zwetschgenbaum";

/// How often the planted name is in the files of a folder.
pub(crate) fn hits(folder: &Path) -> usize {
    let files = std::fs::read_dir(folder).expect("the directory is read").filter_map(Result::ok);
    let bytes = files.filter_map(|file| std::fs::read(file.path()).ok());
    bytes.map(|bytes| bytes.windows(PLANTED.len()).filter(|found| *found == PLANTED.as_bytes()).count()).sum()
}

#[test]
fn what_an_admin_erases_is_gone_from_the_server_its_log_and_the_phone() {
    let store = Store::new();
    store.json(&["provider", "add", "Swanway"]);
    let officer = store.json(&["user", "add", "Kaur", "--role", "officer", "--org", "force"]);
    let logs = store.dir.path().join("logs");
    std::fs::create_dir(&logs).expect("a directory is made");
    let log = std::fs::File::create(logs.join("log")).expect("a file is made");
    let serving = store.serve_and_log("trace", log.into(), &[]);
    let admin = store.sign_in(&serving, &store.codes[0], "admin.json");
    let folder = store.dir.path().join("phone");
    let phone = |words: &[&str]| -> Value {
        let mut command = waymark(&["phone", "--store"]);
        let output =
            command.arg(&folder).args(["--server", &serving.url]).args(words).output().expect("it runs");
        assert!(output.status.success(), "{words:?}: {:?}", said(&output));
        serde_json::from_slice(&output.stdout).expect("it prints JSON")
    };
    phone(&["enrol", &json!({"code": officer["code"], "name": "phone"}).to_string()]);
    phone(&["refer", &form().to_string()]);
    assert_eq!(phone(&["sync"])["synced"], true);
    assert!(hits(&store.data()) > 0, "the search finds what is there");
    let referrals = phone(&["referrals"]);
    assert!(referrals.to_string().contains(PLANTED), "the phone's files are sealed: the phone is asked");
    let record = referrals["referrals"][0]["record"].as_str().expect("a record");
    let desk = |words: &[&str]| on_server(&serving, &admin, &[words, &["--json"]].concat());
    let listed = desk(&["record", "entries", record]);
    let listed: Value = serde_json::from_slice(&listed.stdout).expect("it prints JSON");
    let named = listed["entries"].as_array().expect("a list").iter().filter(|entry| {
        ["encounter.opened", "referral.submitted"].contains(&entry["kind"].as_str().unwrap_or_default())
    });
    for entry in named {
        let (op, stream) =
            (entry["op"].as_str().expect("an op"), entry["stream"].as_str().expect("a stream"));
        let words = ["record", "erase", "--stream", stream, "--op", op, "--basis", "person_asked"];
        let (code, told) = said(&desk(&words));
        assert!(code == Some(0) && told.contains("erased"), "{told}");
    }
    assert_eq!(hits(&store.data()), 0, "the store's file and its log, while the server runs");
    assert_eq!(phone(&["sync"])["synced"], true);
    assert!(!phone(&["referrals"]).to_string().contains(PLANTED), "the phone tells it no more");
    let history = phone(&["history", &json!({ "record": record }).to_string()]);
    assert!(!history.to_string().contains(PLANTED), "nor does an entry");
    assert_eq!(hits(&logs), 0, "no log ever held it");
    assert!(std::fs::metadata(logs.join("log")).expect("it is there").len() > 0);
    let (code, verified) = said(&waymark(&["verify", "--data"]).arg(store.data()).output().expect("it runs"));
    assert!(code == Some(0), "{verified}");
}

pub(crate) fn form() -> Value {
    json!({
        "family": PLANTED, "given": "Ada", "born": "1990-05-06", "drug": "cannabis", "amount": "about 2 g",
        "safe_now": { "codes": [] }, "identity": "photo_document", "ethnicity": "NS",
        "checks": [{ "kind": "prior_referrals", "channel": "voice_radio", "result": "nothing_found" },
                   { "kind": "pnc", "channel": "voice_radio", "result": "nothing_found" }],
        "signs": { "supply": [], "necessity": [] }, "agrees": { "answer": "yes" },
        "consent": { "contact": "yes", "feedback": "yes", "wording": "v1", "language": "en" },
        "reach": { "phone": "07700 900000", "may": ["text"] },
    })
}
