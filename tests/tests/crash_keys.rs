//! The power goes at every write and flush while a store that lay in the clear is sealed in place, and while it is sealed
//! under another key.
//!
//! Whatever was there is there afterwards, under the one key or the other, and under the new one once that was said;
//! nothing that people told the phone is left in the clear. See [`tests::crash`]. Does not play a day's commands: see
//! `crash_drill`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use sync_core::ids::Digest;
use tests::crash::{self, Change, Disk, Files, Left};
use tests::server::Server;
use tests::{BUILT, root, run};
use waymark::{Device, Options, Problem, StoreKey};

const FIRST: &str = "0101010101010101010101010101010101010101010101010101010101010101";
const OTHER: &str = "0202020202020202020202020202020202020202020202020202020202020202";
/// What people told the phone.
const PLANTED: [&str; 4] = ["07700 900000", "1990-05-06", "Inclear", "Underfirst"];
/// How many answers were given when the other key had been changed to.
const REKEYED: usize = 3;

fn open(dir: &Path, key: Option<&str>) -> Result<Device, Problem> {
    let key = key.map(|key| StoreKey::read(key).expect("it is a key"));
    Device::open(Options { dir: dir.to_owned(), key, ..Options::default() })
}

fn form(family: &str) -> Value {
    json!({
        "command": "refer", "family": family, "given": "Ada", "born": "1990-05-06", "drug": "cannabis",
        "safe_now": { "codes": [] }, "identity": "photo_document", "ethnicity": "NS",
        "signs": {}, "agrees": { "answer": "yes" }, "checks": [], "again": true,
        "consent": { "contact": "yes", "feedback": "yes", "wording": "v1", "language": "en" },
        "reach": { "phone": "07700 900000", "may": ["text"] },
    })
}

/// What ran: the store before, every change, and which entries there were after each answer.
struct Played {
    before: Disk,
    changes: Vec<Change>,
    steps: Vec<BTreeSet<String>>,
}

fn play() -> Played {
    let server = Server::start();
    let store = server.phone_store();
    let options = Options { dir: store.clone(), server: Some(server.address.clone()), ..Options::default() };
    let clear = Device::open(options).expect("it opens");
    clear.enrol(&server.code, "in the clear").expect("the code counts");
    clear.execute(&form("Inclear")).expect("it is saved");
    drop(clear);
    let before = Disk::of(&store);
    let note = server.dir.path().join("note");
    let mut program = Command::new(compiled(server.dir.path()));
    program.env("LD_PRELOAD", crash::recorder(server.dir.path()));
    program.env("WAYMARK_WATCH", &store).env("WAYMARK_NOTE", &note);
    let said = run(program.arg(&store).args([FIRST, OTHER]));
    let mut steps = vec![hashes(&before)];
    for line in said.lines() {
        let answer: Value = serde_json::from_str(line).expect("JSON");
        let new = answer["ops"].as_array().into_iter().flatten();
        let new = new.map(|op| op["hash"].as_str().expect("a digest").to_owned());
        steps.push(steps.last().expect("there is a first").iter().cloned().chain(new).collect());
    }
    let changes = crash::read(&std::fs::read(note).expect("the recorder writes its note"));
    Played { before, changes, steps }
}

fn compiled(dir: &Path) -> std::path::PathBuf {
    let program = dir.join("keys");
    let mut gcc = Command::new("gcc");
    gcc.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-I"])
        .arg(root().join("mobile-ffi/include"));
    gcc.arg(root().join("tests/src/crash/keys.c")).arg("-o").arg(&program).arg("-L").arg(BUILT.as_os_str());
    run(gcc.arg(format!("-Wl,-rpath,{}", BUILT.display())).arg("-l:libwaymark.so"));
    program
}

/// The entries of a store that lies on a disk in the clear.
fn hashes(disk: &Disk) -> BTreeSet<String> {
    let dir = tempfile::tempdir().expect("a directory");
    crash::write(&disk.cut(Left::Everything), dir.path());
    held(dir.path())
}

fn held(dir: &Path) -> BTreeSet<String> {
    let db = rusqlite::Connection::open(dir.join("waymark.db")).expect("a database");
    let mut query = db.prepare("SELECT hash FROM own_op_row").expect("a table");
    let rows = query.query_map([], |row| Ok(Digest(row.get(0)?).to_string()));
    rows.and_then(Iterator::collect).expect("rows")
}

/// Opens what a cut left with the key that the app knows, or the one that it was changing to.
fn found(files: &Files, told: usize) -> Result<BTreeSet<String>, String> {
    let dir = tempfile::tempdir().expect("a directory");
    crash::write(files, dir.path());
    let keys: &[&str] = if told < REKEYED { &[FIRST, OTHER] } else { &[OTHER] };
    let mut wrong = Vec::new();
    let device = keys.iter().find_map(|&key| match open(dir.path(), Some(key)) {
        Ok(device) => Some(device),
        Err(problem) => {
            wrong.push(problem.code.clone());
            None
        }
    });
    let device = device.ok_or_else(|| format!("no key opens it: {wrong:?}"))?;
    let status = device.query(&json!({"query": "status"})).map_err(|problem| problem.to_string())?;
    if !status["recovery"].is_null() || status["sealed"] != true {
        return Err(format!("it is not as it was: {status}"));
    }
    let entries = held(dir.path());
    device.execute(&form("Afterwards")).map_err(|problem| format!("it does not go on: {problem}"))?;
    drop(device);
    for entry in std::fs::read_dir(dir.path()).expect("a directory") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        let lies_there = |word: &&&str| bytes.windows(word.len()).any(|part| part == word.as_bytes());
        if let Some(word) = PLANTED.iter().find(lies_there) {
            return Err(format!("{} holds {word} in the clear", path.display()));
        }
    }
    Ok(entries)
}

#[test]
fn wherever_the_power_goes_while_the_keys_change_nothing_is_lost_and_nothing_is_left_in_the_clear() {
    let Played { before, changes, steps } = play();
    let (mut disk, mut told, mut seen, mut wrong) = (before, 0, BTreeSet::new(), Vec::new());
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
            // The entry that was being written is there whole, or not at all.
            let allowed = &steps[told..steps.len().min(told + 2)];
            match found(&files, told) {
                Ok(entries) if allowed.contains(&entries) => {}
                Ok(entries) => {
                    wrong.push(format!("change {at}, {left:?}, {told} said: {} entries", entries.len()))
                }
                Err(why) => wrong.push(format!("change {at}, {left:?}, {told} said: {why}")),
            }
        }
        if wrong.len() > 3 {
            break;
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    println!("{} changes, {} different states", changes.len(), seen.len());
    assert!(told == 4 && seen.len() > 50, "{told} said, {} states", seen.len());
}
