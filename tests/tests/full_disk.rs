//! A phone whose disk is full: people read and synchronise, a command says what to do and loses nothing, and everything
//! goes on once there is room.
//!
//! The real phone in a process of its own, whose files do not grow; see `tests/src/crash/full.c`. Does not fill a disk.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};
use tests::crash;
use tests::server::Server;

fn form(family: &str) -> Value {
    json!({
        "command": "refer", "family": family, "given": "Ada", "born": "1990-05-06", "drug": "cannabis",
        "safe_now": { "codes": [] }, "identity": "photo_document", "ethnicity": "NS",
        "signs": {}, "agrees": { "answer": "yes" }, "checks": [], "again": true,
        "consent": { "contact": "yes", "feedback": "yes", "wording": "v1", "language": "en" },
        "reach": { "phone": "07700 900000", "may": ["text"] },
    })
}

/// A phone that runs on a disk that can be full.
struct OnDisk {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl OnDisk {
    fn start(server: &Server, library: &Path) -> Self {
        let mut phone = server.phone(&["run"]);
        phone.env("LD_PRELOAD", library).env("WAYMARK_WATCH", server.phone_store());
        phone.env("WAYMARK_FULL", is_full(server));
        let mut process = phone.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let to = process.stdin.take().expect("stdin is piped");
        let from = BufReader::new(process.stdout.take().expect("stdout is piped"));
        Self { process, to, from }
    }

    fn ask(&mut self, request: &Value) -> Value {
        writeln!(self.to, "{request}").expect("it reads");
        let mut line = String::new();
        self.from.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).expect("JSON")
    }

    fn query(&mut self, query: &str) -> Value {
        self.ask(&json!({ "query": query }))
    }

    fn sync(&mut self) -> Value {
        self.ask(&json!({"command": "sync"}))
    }

    fn end(mut self) {
        drop(self.to);
        self.process.wait().expect("it ends");
    }
}

fn is_full(server: &Server) -> PathBuf {
    server.dir.path().join("full")
}

/// Refers until no more is saved; gives how many were, and why no more.
fn refer_until_full(phone: &mut OnDisk) -> (usize, Value) {
    for number in 0..2000 {
        let answer = phone.ask(&form(&format!("Family{number}")));
        if !answer["problem"].is_null() {
            return (number, answer["problem"].clone());
        }
        assert_eq!(answer["saved"], true);
    }
    panic!("the disk is never full");
}

#[test]
fn on_a_full_disk_people_read_and_synchronise_and_a_command_says_what_to_do() {
    let server = Server::start();
    let code = json!({ "code": server.code, "name": "PC Kaur" }).to_string();
    assert!(server.ask(&["enrol", &code])["device"].is_string());
    let library = crash::full_disk(server.dir.path());
    let mut phone = OnDisk::start(&server, &library);
    assert_eq!(phone.ask(&form("Before"))["saved"], true);
    assert_eq!(phone.sync()["synced"], true);

    fs::write(is_full(&server), []).expect("it is full now");
    let (saved, problem) = refer_until_full(&mut phone);
    assert_eq!((&problem["code"], &problem["who"]), (&json!("storage_full"), &json!("later")));
    assert!(problem["title"].as_str().is_some_and(|title| title.contains("Free some space")), "{problem}");
    let listed = |phone: &mut OnDisk| phone.query("referrals")["referrals"].as_array().map(Vec::len);
    assert_eq!(listed(&mut phone), Some(saved + 1), "what was saved is there, and nothing else");
    let synced = phone.sync();
    assert_eq!((&synced["synced"], &synced["waiting"]), (&json!(true), &json!(0)), "{synced}");
    assert_eq!(phone.query("status")["synced"], true);
    phone.end();

    let mut phone = OnDisk::start(&server, &library);
    assert_eq!(listed(&mut phone), Some(saved + 1), "whoever opens it on a full disk reads");
    assert_eq!(phone.query("status")["recovery"], Value::Null);

    fs::remove_file(is_full(&server)).expect("there is room");
    assert_eq!(phone.ask(&form("Afterwards"))["saved"], true);
    assert_eq!(phone.sync()["synced"], true);
    assert_eq!(listed(&mut phone), Some(saved + 2));
    phone.end();
    assert!(server.phone_store().join("waymark.spare").exists(), "the spare room is there again");
}
