//! A small synchronisation that is cut at every byte of its request and of its answer, and a phone that is killed 200
//! times while it works and synchronises.
//!
//! The real library, sealed, and a real server. `WAYMARK_KILLS` says how many kills, `WAYMARK_SEED` where they begin. Does
//! not cut the power: see `crash_drill`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use sync_core::ids::Digest;
use tests::cutter::{Cut, Cutter};
use tests::server::Server;
use waymark::{Device, Options, StoreKey, SyncOptions, Who};

fn form(family: &str) -> Value {
    json!({
        "command": "refer", "family": family, "given": "Ada", "born": "1990-05-06", "drug": "cannabis",
        "safe_now": { "codes": [] }, "identity": "photo_document", "ethnicity": "NS",
        "signs": {}, "agrees": { "answer": "yes" }, "checks": [], "again": true,
        "consent": { "contact": "yes", "feedback": "yes", "wording": "v1", "language": "en" },
        "reach": { "phone": "07700 900000", "may": ["text"] },
    })
}

/// A server, its worker's code, and the enrolled phone of an officer.
fn enrolled() -> Server {
    let server = Server::with(&[("Wren Worker".to_owned(), "outreach_worker")]);
    let code = json!({ "code": server.code, "name": "PC Kaur" }).to_string();
    assert!(server.ask(&["enrol", &code])["device"].is_string());
    server
}

fn open(store: &Path, server: &str) -> Device {
    let key = Some(StoreKey::in_file(&store.join("phone.key")).expect("the key lies there"));
    let server = Some(server.to_owned());
    Device::open(Options { dir: store.to_owned(), key, server, ..Options::default() }).expect("it opens")
}

fn status(device: &Device) -> Value {
    device.query(&json!({"query": "status"})).expect("a phone says how it stands")
}

/// The phone of the service's worker.
fn worker(server: &Server) -> Device {
    let worker = open(&server.dir.path().join("worker"), &server.address);
    worker.enrol(&server.codes["Wren Worker"], "Wren").expect("the code counts");
    worker
}

/// What the worker holds after a synchronisation: references by record.
fn read_by(worker: &Device) -> BTreeMap<String, String> {
    let mut pulled = json!({"synced": false});
    while pulled["synced"] != true {
        pulled = worker.sync(SyncOptions::default()).expect("the server answers");
    }
    let listed = worker.query(&json!({"query": "referrals"})).expect("a list");
    let listed = listed["referrals"].as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    listed.map(|one| (text(&one["record"]), text(&one["reference"]))).collect()
}

/// Cuts one byte later each time, until nothing is cut any more; gives how often it was cut.
fn cut_at_every_byte(phone: &Device, cutter: &Cutter, at: fn(usize) -> Cut) -> usize {
    let waiting = status(phone)["waiting"].clone();
    assert_ne!(waiting, json!(0), "there is something to send");
    for bytes in 0.. {
        cutter.cut(at(bytes));
        match phone.sync(SyncOptions::default()) {
            Ok(done) => {
                assert_eq!(done["synced"], true, "{done}");
                return bytes;
            }
            Err(problem) => {
                assert_eq!(problem.who, Who::Later, "{:?}: {problem}", at(bytes));
                let status = status(phone);
                assert_eq!(
                    (&status["waiting"], &status["synced"]),
                    (&waiting, &json!(false)),
                    "{:?}: nothing is lost, and nothing is called sent",
                    at(bytes)
                );
            }
        }
    }
    unreachable!("a synchronisation ends");
}

#[test]
fn a_synchronisation_that_is_cut_at_any_byte_loses_nothing_and_doubles_nothing() {
    let server = enrolled();
    let worker = worker(&server);
    let cutter = Cutter::before(&server.address);
    let phone = open(&server.phone_store(), &cutter.address);
    let mut saved = BTreeMap::new();
    for (family, at) in
        [("Asked", Cut::Request as fn(usize) -> Cut), ("Answered", Cut::Answer as fn(usize) -> Cut)]
    {
        let done = phone.execute(&form(family)).expect("it is saved");
        let text = |name: &str| done[name].as_str().expect("a text").to_owned();
        saved.insert(text("record"), text("reference"));
        let cuts = cut_at_every_byte(&phone, &cutter, at);
        println!("{family}: {cuts} cuts");
        // A request and an answer of some hundred bytes each.
        assert!(cuts > 300, "{family}: {cuts}");
        let status = status(&phone);
        assert_eq!((&status["waiting"], &status["synced"]), (&json!(0), &json!(true)));
    }
    assert_eq!(read_by(&worker), saved);
    drop(phone);
    assert_eq!(status(&open(&server.phone_store(), &server.address))["recovery"], Value::Null);
}

/// Small and good enough to choose moments with (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// What one life of the phone does; a referral seldom, so that the store stays small.
fn life(round: u64, record: &str) -> Vec<Value> {
    let amend = |tail: u64| {
        let value = format!("07700 9{:05}", round * 10 + tail);
        json!({"command": "amend", "record": record, "field": "phone", "value": value})
    };
    let draft = json!({"command": "draft_save", "id": "one", "form": form("Draft")});
    let referral = if round.is_multiple_of(8) { form(&format!("Family{round}")) } else { amend(3) };
    vec![amend(1), draft, json!({"command": "sync"}), referral, amend(2), json!({"command": "sync"})]
}

/// The answers of a phone that runs, as they come.
fn answers(phone: &mut Child) -> Receiver<Value> {
    let out = phone.stdout.take().expect("stdout is piped");
    let (say, heard) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            // A line that was cut was not said.
            let Ok(answer) = serde_json::from_str(&line) else { break };
            if say.send(answer).is_err() {
                break;
            }
        }
    });
    heard
}

/// Lives, and is killed after some answers and a moment more. Gives what it had answered.
fn live_and_die(server: &Server, round: u64, record: &str, random: &mut Random) -> Vec<Value> {
    let mut phone =
        server.phone(&["run"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut to = phone.stdin.take().expect("stdin is piped");
    for command in life(round, record) {
        writeln!(to, "{command}").expect("the phone reads");
    }
    let heard = answers(&mut phone);
    let mut said = Vec::new();
    for _ in 0..random.below(6) {
        said.extend(heard.recv());
    }
    // The moment within the command that runs now.
    said.extend(heard.recv_timeout(Duration::from_micros(random.below(20_000))));
    phone.kill().expect("it runs");
    phone.wait().expect("it ends");
    drop(to);
    said.extend(heard);
    said
}

#[test]
fn a_phone_that_is_killed_again_and_again_loses_nothing_that_it_called_saved() {
    let server = enrolled();
    let first = server.ask(&["refer", &form("First").to_string()]);
    let record = first["record"].as_str().expect("a record").to_owned();
    let mut random = Random(number("WAYMARK_SEED", 1));
    let (mut saved, mut cut_short) = (vec![first], 0);
    let kills = number("WAYMARK_KILLS", 200);
    for round in 0..kills {
        let said = live_and_die(&server, round, &record, &mut random);
        cut_short += u64::from(said.len() < 6);
        for answer in said {
            assert!(answer["problem"].is_null(), "kill {round}: {answer}");
            saved.push(answer);
        }
    }
    assert!(cut_short * 2 > kills, "most were killed at work: {cut_short}");
    let phone = open(&server.phone_store(), &server.address);
    assert_eq!(status(&phone)["recovery"], Value::Null);
    let synced = phone.sync(SyncOptions::default()).expect("the server answers");
    assert_eq!((&synced["synced"], &status(&phone)["waiting"]), (&json!(true), &json!(0)));
    let answered = saved.iter().flat_map(|answer| answer["ops"].as_array().into_iter().flatten());
    let answered: BTreeSet<String> =
        answered.map(|op| op["hash"].as_str().expect("a hash").to_owned()).collect();
    drop(phone);
    assert!(answered.len() as u64 > kills, "{}", answered.len());
    let held = hashes(&server.phone_store().join("waymark.db"), "own_op_row");
    let on_server = hashes(&server.dir.path().join("data").join("waymark.sqlite"), "ops");
    assert_eq!(answered.difference(&held).next(), None, "each is in the log that verified");
    assert_eq!(held.difference(&on_server).next(), None, "the server has the whole log");
}

/// The hashes of the entries that a database holds.
fn hashes(database: &Path, table: &str) -> BTreeSet<String> {
    let db = rusqlite::Connection::open(database).expect("a database");
    let mut query = db.prepare(&format!("SELECT hash FROM {table}")).expect("a table");
    let rows = query.query_map([], |row| Ok(Digest(row.get(0)?).to_string()));
    rows.and_then(Iterator::collect).expect("rows")
}
