//! What people stumbled on in a terminal, each with the way out.
//!
//! Does not look into the store: it reads what the commands print.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Output, Stdio};

use crate::desk::{Store, on_server, said, waymark};

/// A phone of an officer, enrolled; its store's name.
fn enrolled(store: &Store, url: &str, code: &str) -> Output {
    let mut enrol = waymark(&["phone", "--server", url, "--store"]);
    enrol.arg(store.dir.path().join("phone")).args(["enrol", code]).output().expect("it runs")
}

#[test]
fn devices_are_listed_by_the_names_of_people_and_revoked_by_their_first_letters() {
    let store = Store::new();
    let kaur = store.json(&["user", "add", "PC Kaur", "--role", "officer", "--org", "force"]);
    let serving = store.serve();
    let first = store.sign_in(&serving, &store.codes[0], "first.json");
    assert_eq!(said(&enrolled(&store, &serving.url, kaur["code"].as_str().expect("a code"))).0, Some(0));
    let list = || said(&on_server(&serving, &first, &["device", "list"])).1;
    let shown = list();
    let row = shown.lines().find(|line| line.contains("PC Kaur")).expect("her phone is there").to_owned();
    assert!(shown.lines().any(|line| line.contains("First admin")), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 120), "{shown}");
    let begins = row.split_whitespace().next().expect("an id");
    assert_eq!(begins.len(), 8, "{row}");
    let revoke =
        |device: &str| said(&on_server(&serving, &first, &["device", "revoke", device, "--reason", "lost"]));
    for (wrong, way_out) in [("zzzz", "look at the list"), (&begins[..2], "write more of it")] {
        let (code, text) = revoke(wrong);
        assert!(code == Some(2) && text.contains(way_out), "{wrong}: {text}");
    }
    assert_eq!(revoke(begins).0, Some(0));
    assert!(list().lines().any(|line| line.contains("PC Kaur") && line.ends_with("lost")), "{}", list());
}

#[test]
fn a_mistyped_store_does_not_become_a_phone() {
    let store = Store::new();
    let nowhere = store.dir.path().join("phnoe");
    for words in [&["status"][..], &["sync"], &["refer", "{}"], &["drafts"]] {
        let mut phone = waymark(&["phone", "--store"]);
        let (code, text) = said(&phone.arg(&nowhere).args(words).output().expect("it runs"));
        assert!(code == Some(2) && text.contains("there is no phone in"), "{words:?} {text}");
    }
    let mut run = waymark(&["phone", "--store"]);
    let run = run.arg(&nowhere).arg("run").stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut run = run.spawn().expect("it starts");
    let mut lines = run.stdin.take().expect("stdin is a pipe");
    writeln!(lines, r#"{{"query": "status"}}"#).expect("it reads");
    drop(lines);
    assert_eq!(said(&run.wait_with_output().expect("it ends")).0, Some(2));
    assert!(!nowhere.exists());
}

#[test]
fn what_the_environment_names_gives_way_to_the_line() {
    let store = Store::new();
    let serving = store.serve();
    let first = store.sign_in(&serving, &store.codes[0], "first.json");
    let mut at_server = waymark(&["user", "list", "--server", &serving.url, "--credentials"]);
    at_server.arg(&first).env("WAYMARK_DATA", store.data());
    assert_eq!(said(&at_server.output().expect("it runs")).0, Some(0));
    // The same server by another name of this machine.
    let localhost = serving.url.replace("127.0.0.1", "localhost");
    let mut by_name = waymark(&["user", "list", "--server", &localhost, "--credentials"]);
    assert_eq!(said(&by_name.arg(&first).output().expect("it runs")).0, Some(0));
    drop(serving);
    let mut on_store = waymark(&["user", "list", "--as", "First admin", "--data"]);
    on_store.arg(store.data()).env("WAYMARK_SERVER", "http://127.0.0.1:1");
    assert_eq!(said(&on_store.output().expect("it runs")).0, Some(0));
    let mut neither = waymark(&["user", "list"]);
    neither.env("WAYMARK_SERVER", "http://127.0.0.1:1").env("WAYMARK_DATA", store.data());
    let (code, text) = said(&neither.output().expect("it runs"));
    assert!(code == Some(2) && text.contains("both named"), "{text}");
}

#[test]
fn an_enrolment_without_a_code_is_told_its_form_and_every_verb_has_help() {
    let store = Store::new();
    for json in [r#"{"cod": "X"}"#, "{}", r#"{"code": " "}"#] {
        let (code, text) = said(&enrolled(&store, "http://127.0.0.1:1", json));
        assert!(code == Some(2) && text.contains("or the code alone"), "{json}: {text}");
    }
    let help = |verb: &str| said(&waymark(&["phone", "help", verb]).output().expect("it runs"));
    for verb in ["enrol", "sync", "logout", "run", "check", "refer", "status"] {
        let (code, text) = help(verb);
        assert!(code == Some(0) && text.starts_with(verb), "{verb}: {text}");
    }
    assert!(help("nothing").1.contains("enrol, sync, logout, run"));
}

#[test]
fn a_second_service_of_a_name_is_refused_and_a_second_person_is_said() {
    let store = Store::new();
    store.json(&["provider", "add", "Swanway"]);
    let (code, text) = said(&store.on_store(&["provider", "add", "swanway"]));
    assert!(code == Some(1) && text.contains("of this name already"), "{text}");
    store.json(&["provider", "add", "Swanway South"]);
    let (code, _) = said(&store.on_store(&["provider", "edit", "Swanway South", "--name", "Swanway"]));
    assert_eq!(code, Some(1));
    let (code, _) = said(&store.on_store(&["provider", "edit", "Swanway", "--name", "Swanway"]));
    assert_eq!(code, Some(0), "its own name is no other's");
    let add = || said(&store.on_store(&["user", "add", "Reid", "--role", "officer", "--org", "force"]));
    assert!(!add().1.contains("somebody else of this name"));
    let (code, text) = add();
    assert!(code == Some(0) && text.contains("somebody else of this name"), "{text}");
}

#[test]
fn a_head_that_is_none_is_no_error_of_the_server() {
    let store = Store::new();
    let log = store.dir.path().join("log");
    let serving = store.serve_and_log("info", std::fs::File::create(&log).expect("it is made").into(), &[]);
    let address = serving.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(b"\x16\x03\x01 nonsense\r\n\r\n").expect("it is sent");
    drop(stream.read_to_end(&mut Vec::new()));
    let mut sign_in = waymark(&["sign-in", "--server", &serving.url, "--code", "X", "--credentials"]);
    let ready = said(&sign_in.arg(store.dir.path().join("none")).output().expect("it runs"));
    assert_eq!(ready.0, Some(2), "the server has answered since: {}", ready.1);
    let text = std::fs::read_to_string(&log).expect("it is there");
    assert!(text.contains("INFO") && !text.contains("ERROR"), "{text}");
}
