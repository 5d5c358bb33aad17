//! The power goes at every write and flush of a phone's store, while a script of twenty commands runs.
//!
//! Whatever was answered as saved is there afterwards, the store opens as sound, a command is there whole
//! or not at all, the phone goes on, and nothing that people told it lies in the clear. The real library, in a process of its own; see [`tests::crash`]. Does
//! not cut the power of the server.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use sync_core::ids::Digest;
use tests::crash::{self, Change, Disk, Files, Left};
use tests::server::Server;
use waymark::{Device, Options, StoreKey};

fn form(family: &str) -> Value {
    json!({
        "command": "refer", "family": family, "given": "Ada", "born": "1990-05-06", "drug": "cannabis",
        "safe_now": { "codes": [] }, "identity": "photo_document", "ethnicity": "NS",
        "signs": {}, "agrees": { "answer": "yes" }, "checks": [],
        "consent": { "contact": "yes", "feedback": "yes", "wording": "v1", "language": "en" },
        "reach": { "phone": "07700 900000", "may": ["text"] },
    })
}

/// Twenty commands; those that name a record name the one of the referral that was saved before.
fn script(record: &Value) -> Vec<Value> {
    let of = |command: Value| {
        let mut command = command;
        command["record"] = record.clone();
        command
    };
    let amend = |value: &str| of(json!({"command": "amend", "field": "phone", "value": value}));
    let ended = json!({"command": "record_encounter", "agrees": null, "not_offered": {"reason": "unsafe"}});
    let mut not_offered = form("NotOffered");
    ended.as_object().expect("an object").iter().for_each(|(name, value)| not_offered[name] = value.clone());
    vec![
        json!({"command": "draft_save", "id": "one", "form": form("Draft")}),
        form("First"),
        amend("07700 900001"),
        json!({"command": "draft_save", "id": "one", "form": form("Drafted")}),
        json!({"command": "sync"}),
        amend("07700 900002"),
        form("Second"),
        of(json!({"command": "handover", "result": "attempted"})),
        not_offered,
        json!({"command": "draft_drop", "id": "one"}),
        of(json!({"command": "safeguard", "codes": ["mental_health"], "told": "the desk"})),
        json!({"command": "sync"}),
        form("Third"),
        amend("07700 900003"),
        of(json!({"command": "withdraw", "reason": "not_wanted"})),
        json!({"command": "draft_save", "id": "two", "form": form("Other")}),
        form("Fourth"),
        json!({"command": "sync"}),
        amend("07700 900004"),
        form("Fifth"),
    ]
}

/// A script that ran: the store before it, every change, and its answers.
struct Played {
    before: Disk,
    changes: Vec<Change>,
    answers: Vec<Value>,
    /// Keeps the server and what it lies on until the end.
    _server: Server,
}

fn play() -> Played {
    let server = Server::start();
    let code = json!({ "code": server.code, "name": "PC Kaur" }).to_string();
    assert!(server.ask(&["enrol", &code])["device"].is_string());
    let record = server.ask(&["refer", &form("Before").to_string()])["record"].clone();
    let store = server.phone_store();
    let before = Disk::of(&store);
    let note = server.dir.path().join("note");
    let mut phone = server.phone(&["run"]);
    phone.env("LD_PRELOAD", crash::recorder(server.dir.path()));
    phone.env("WAYMARK_WATCH", &store).env("WAYMARK_NOTE", &note);
    let mut running = phone.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the phone starts");
    let mut to = running.stdin.take().expect("stdin is piped");
    for command in script(&record) {
        writeln!(to, "{command}").expect("the phone reads");
    }
    drop(to);
    let done = running.wait_with_output().expect("it ends");
    let text = String::from_utf8(done.stdout).expect("answers are text");
    let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers.len(), 20, "{text}");
    assert!(!text.contains("\"problem\""), "{text}");
    let changes = crash::read(&fs::read(note).expect("the recorder writes its note"));
    Played { before, changes, answers, _server: server }
}

/// What the store of a phone holds: its own ops with their hashes, and its drafts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Holds {
    ops: BTreeMap<u64, String>,
    drafts: BTreeMap<String, String>,
}

impl Holds {
    /// What is there after a command that was answered.
    fn and(mut self, command: &Value, answer: &Value) -> Self {
        for op in answer["ops"].as_array().into_iter().flatten() {
            let hash = op["hash"].as_str().expect("a digest").to_owned();
            self.ops.insert(op["seq"].as_u64().expect("a seq"), hash);
        }
        let id = || command["id"].as_str().expect("a draft has an id").to_owned();
        match command["command"].as_str() {
            Some("draft_save") => {
                let family = command["form"]["family"].as_str().expect("a family name").to_owned();
                drop(self.drafts.insert(id(), family));
            }
            Some("draft_drop") => drop(self.drafts.remove(&id())),
            Some(_) | None => {}
        }
        self
    }

    fn in_file(dir: &Path, device: &Device) -> Result<Self, String> {
        let failed = |error: rusqlite::Error| format!("it cannot be read: {error}");
        let db = rusqlite::Connection::open(dir.join("waymark.db")).map_err(failed)?;
        let mut query = db.prepare("SELECT seq, hash FROM own_op_row").map_err(failed)?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, Digest(row.get(1)?).to_string())));
        let ops = rows.and_then(Iterator::collect).map_err(failed)?;
        let asked = device.query(&json!({"query": "drafts"}));
        let asked = asked.map_err(|problem| format!("drafts cannot be read: {problem}"))?;
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let drafts = asked["drafts"].as_array().into_iter().flatten();
        let drafts = drafts.map(|draft| (text(&draft["id"]), text(&draft["form"]["family"]))).collect();
        Ok(Self { ops, drafts })
    }
}

/// What people told the phone: it lies nowhere in the clear.
const PLANTED: [&str; 4] = ["07700 90000", "1990-05-06", "NotOffered", "Drafted"];

fn open(dir: &Path) -> Result<Device, String> {
    let failed = |problem| format!("it does not open: {problem}");
    let key = Some(StoreKey::in_file(&dir.join("phone.key")).map_err(failed)?);
    Device::open(Options { dir: dir.to_owned(), key, ..Options::default() }).map_err(failed)
}

/// Opens what a cut left, looks what is there, and lets the phone go on.
fn found(files: &Files) -> Result<Holds, String> {
    let dir = tempfile::tempdir().expect("a directory");
    crash::write(files, dir.path());
    for (name, bytes) in files {
        let lies_there = |word: &&&str| bytes.windows(word.len()).any(|part| part == word.as_bytes());
        if let Some(word) = PLANTED.iter().find(lies_there) {
            return Err(format!("{name} holds {word} in the clear"));
        }
    }
    let device = open(dir.path())?;
    let failed = |problem| format!("it does not go on: {problem}");
    let status = device.query(&json!({"query": "status"})).map_err(failed)?;
    if !status["recovery"].is_null() {
        return Err(format!("it must be enrolled again: {}", status["recovery"]));
    }
    let holds = Holds::in_file(dir.path(), &device)?;
    device.execute(&form("Afterwards")).map_err(failed)?;
    drop(device);
    open(dir.path()).map(|_| holds)
}

/// Cuts the power after every change, in every way, and gives what is wrong then; also how many different
/// states were looked at.
fn drill(played: &Played, changes: &[Change]) -> (Vec<String>, usize) {
    let script = script(&Value::Null);
    let mut steps = vec![Holds::in_files(&played.before.cut(Left::Everything))];
    for (command, answer) in script.iter().zip(&played.answers) {
        steps.push(steps.last().expect("there is a first").clone().and(command, answer));
    }
    let (mut disk, mut told, mut seen, mut wrong) = (played.before.clone(), 0, BTreeSet::new(), Vec::new());
    for (at, change) in changes.iter().enumerate() {
        disk.change(change);
        if let Change::Answer(text) = change {
            told += text.iter().filter(|byte| **byte == b'\n').count();
        }
        for left in Left::ALL {
            let files = disk.cut(left);
            if !seen.insert((told, crash::digest(&files))) {
                continue;
            }
            // The command that ran is there whole, or not at all.
            let allowed = &steps[told..steps.len().min(told + 2)];
            match found(&files) {
                Ok(holds) if allowed.contains(&holds) => {}
                Ok(holds) => wrong.push(format!("change {at}, {left:?}, {told} answered: {holds:?}")),
                Err(why) => wrong.push(format!("change {at}, {left:?}, {told} answered: {why}")),
            }
        }
        if wrong.len() > 3 {
            break;
        }
    }
    (wrong, seen.len())
}

impl Holds {
    fn in_files(files: &Files) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        crash::write(files, dir.path());
        let device = open(dir.path()).expect("the store before the script opens");
        Self::in_file(dir.path(), &device).expect("the store before the script is sound")
    }
}

#[test]
fn nothing_that_was_answered_as_saved_is_lost_wherever_the_power_goes() {
    let played = play();
    let flushes = played.changes.iter().filter(|change| matches!(change, Change::Flush(_))).count();
    assert!(flushes >= 20, "every command flushes: {flushes}");
    let (wrong, states) = drill(&played, &played.changes);
    assert_eq!(wrong, Vec::<String>::new());
    println!("{} changes, {flushes} flushes, {states} different states", played.changes.len());
    assert!(states > 100, "{states}");
}

/// The control: the same changes without their flushes, as `synchronous=OFF` would leave them.
#[test]
fn without_flushes_the_drill_finds_what_is_lost() {
    let played = play();
    let is_flush = |change: &&Change| matches!(change, Change::Flush(_));
    let unflushed: Vec<Change> = played.changes.iter().filter(|change| !is_flush(change)).cloned().collect();
    let (wrong, _) = drill(&played, &unflushed);
    assert!(!wrong.is_empty(), "a cut loses what was never flushed");
}
