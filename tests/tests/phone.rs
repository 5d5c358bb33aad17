//! What a phone costs: exchanges a synchronisation, flushes of the disk a command.
//!
//! The real library in `waymark phone`, a real server, the kernel's own account of the flushes. Does
//! not measure time.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tests::server::Server;

fn form(family: &str) -> Value {
    json!({
        "family": family, "given": "Ada", "born": "1990-05-06", "drug": "cannabis", "amount": "about 2 g",
        "safe_now": { "codes": [] }, "identity": "photo_document", "ethnicity": "NS",
        "checks": [{ "kind": "prior_referrals", "channel": "voice_radio", "result": "nothing_found" },
                   { "kind": "pnc", "channel": "voice_radio", "result": "nothing_found" }],
        "signs": { "supply": [], "necessity": [] }, "agrees": { "answer": "yes" },
        "consent": { "contact": "yes", "feedback": "yes", "wording": "v1", "language": "en" },
        "reach": { "phone": "07700 900000", "may": ["text"] },
    })
}

fn enrolled() -> Server {
    let server = Server::start();
    let code = json!({ "code": server.code, "name": "PC Kaur" }).to_string();
    assert!(server.ask(&["enrol", &code])["device"].is_string());
    server
}

#[test]
fn a_steady_synchronisation_is_one_round_trip() {
    let server = enrolled();
    for family in ["First", "Second", "Third"] {
        let ops = server.ask(&["refer", &form(family).to_string()])["ops"].as_array().map(Vec::len);
        let pushed = server.ask(&["sync"]);
        assert_eq!((&pushed["pushed"], &pushed["round_trips"]), (&json!(ops), &json!(1)), "{pushed}");
        let idle = server.ask(&["sync"]);
        assert_eq!((&idle["pushed"], &idle["round_trips"]), (&json!(0), &json!(1)), "{idle}");
        assert_eq!(idle["synced"], true);
    }
}

#[test]
fn after_a_start_of_the_server_the_first_push_is_two_round_trips_and_what_comes_next_is_one() {
    let mut server = enrolled();
    let refers = |server: &Server, family: &str| {
        assert!(server.ask(&["refer", &form(family).to_string()])["ops"].is_array());
    };
    let trips = |server: &Server| server.ask(&["sync"])["round_trips"].clone();
    refers(&server, "First");
    assert_eq!(trips(&server), 1);
    server.restart();
    refers(&server, "Second");
    assert_eq!(trips(&server), 2, "it hears of the epoch, and pushes");
    refers(&server, "Third");
    assert_eq!(trips(&server), 1);
    server.restart();
    assert_eq!(trips(&server), 1, "who only reads hears of it with the answer");
}

/// How often a phone that takes these requests flushes the disk, from its start to its end.
fn flushes(server: &Server, requests: &[Value]) -> usize {
    let log = server.dir.path().join("strace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-q", "-e", "trace=fsync,fdatasync,sync_file_range,msync", "-o"]).arg(&log);
    let phone = server.phone(&["run"]);
    strace.arg(phone.get_program()).args(phone.get_args());
    let mut running = strace.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("strace runs");
    let mut to = running.stdin.take().expect("stdin is piped");
    for request in requests {
        writeln!(to, "{request}").expect("the phone reads");
    }
    drop(to);
    let done = running.wait_with_output().expect("it ends");
    let answers = String::from_utf8(done.stdout).expect("answers are text");
    assert!(done.status.success() && !answers.contains("problem"), "{answers}");
    let log = fs::read_to_string(log).expect("strace writes its log");
    log.lines().filter(|line| line.contains("sync(") || line.contains("sync_file_range(")).count()
}

#[test]
fn a_referral_flushes_the_disk_twice_at_most() {
    let server = enrolled();
    let refer = |family: &str| {
        let mut form = form(family);
        form["command"] = json!("refer");
        form
    };
    let opening = flushes(&server, &[json!({ "query": "status" })]);
    assert_eq!(opening, 0, "opening a store writes nothing");
    let one = flushes(&server, &[refer("First")]);
    assert!((1..=2).contains(&one), "the first referral after the start: {one}");
    let three = flushes(&server, &[refer("Second"), refer("Third"), refer("Fourth")]);
    assert!(three <= 2 + 1 + 1, "the log's head is flushed once, then each referral once: {three}");
    assert!(three >= 3, "what was answered as saved was flushed: {three}");
}
