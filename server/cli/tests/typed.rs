//! Names and secrets that do not stand on the command line: `-` at every option that takes one, and what a terminal shows.
//!
//! That each of these options is in the table, a test beside the command line makes sure. Does not test what they do.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use super::desk::{Store, on_server, said, waymark};

const AS_FIRST: [&str; 2] = ["--as", "First admin"];

/// Runs a command with some lines on its stdin.
fn with_lines(mut command: Command, lines: &str) -> (Option<i32>, String) {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = piped.spawn().expect("it starts");
    // One that does not read ends before it has them.
    drop(process.stdin.take().expect("stdin is a pipe").write_all(lines.as_bytes()));
    said(&process.wait_with_output().expect("it ends"))
}

#[test]
fn a_dash_reads_from_stdin_at_every_option_that_takes_a_name() {
    let store = Store::new();
    let add = |name: &str| store.json(&["user", "add", name, "--role", "officer", "--org", "force"]);
    for name in ["Kaur", "Bell", "Marsh"] {
        add(name);
    }
    for (words, lines) in [
        (vec!["provider", "add", "-"], "Swanway"),
        (vec!["provider", "add", "-"], "Turning Point"),
        (vec!["provider", "edit", "-", "--telephone", "01632 960000"], "Swanway"),
        (vec!["provider", "edit", "Turning Point", "--name", "-"], "Turning"),
        (vec!["user", "list", "--as", "-"], "First admin"),
        (vec!["user", "add", "-", "--role", "officer", "--org", "force"], "Dace"),
        (vec!["user", "add", "Roe", "--role", "officer", "--org", "-"], "force"),
        (
            vec!["user", "add", "Moss", "--role", "provider_lead", "--org", "-", "--second", "-"],
            "Swanway\nSecond admin",
        ),
        (vec!["user", "rename", "-", "-"], "Dace\nPC Dace"),
        (vec!["user", "sessions", "-"], "Kaur"),
        (vec!["user", "sign-out", "-"], "Kaur"),
        (vec!["user", "propose-role", "-", "--role", "supervisor", "--second", "-"], "Bell\nSecond admin"),
        (vec!["device", "enrol-code", "-", "--second", "-"], "Kaur\nSecond admin"),
        (vec!["user", "disable", "-", "--reason", "left"], "Marsh"),
        (vec!["provider", "disable", "-", "--fallback", "-"], "Turning\nSwanway"),
    ] {
        let command = || {
            let mut command = waymark(&words);
            command.arg("--data").arg(store.data());
            if !words.contains(&"--as") {
                command.args(AS_FIRST);
            }
            command
        };
        let (code, text) = with_lines(command(), &format!("{lines}\n"));
        assert_eq!(code, Some(0), "{words:?}: {text}");
        assert_eq!(with_lines(command(), "").0, Some(2), "{words:?} without a line");
    }
    // Nobody has an account there, no record is there, and no auditor asks: that the name was read is told by the refusal.
    for (words, line, told) in [
        (vec!["user", "unlink", "-"], "Kaur", "no account"),
        (vec!["audit", "--user", "-"], "Kaur", "--role auditor"),
        (vec!["audit", "--user", "-"], "Nobody", "Nobody: there is no user"),
        (vec!["record", "assign", "TVP-0000-0000-0", "-"], "Nobody", "Nobody: there is no provider"),
        (vec!["person", "link", "-", "-", "--as-of", "x"], "Nobody\nNobody", "Nobody: you see no referral"),
        (
            vec!["person", "split", "pnc/1999/1234567B", "-", "--as-of", "x"],
            "Nobody",
            "Nobody: you see no referral",
        ),
    ] {
        let mut command = waymark(&words);
        command.arg("--data").arg(store.data()).args(AS_FIRST);
        let (code, text) = with_lines(command, &format!("{line}\n"));
        assert!(code != Some(0) && text.contains(told), "{words:?}: {text}");
    }
    let mut init = waymark(&["init", "--force", "-", "--data"]);
    init.arg(store.dir.path().join("other"));
    assert_eq!(with_lines(init, "West Mercia Police\n").0, Some(0));
}

#[test]
fn a_terminal_and_a_phone_are_enrolled_by_a_code_that_a_pipe_brings() {
    let store = Store::new();
    let officer = store.json(&["user", "add", "Kaur", "--role", "officer", "--org", "force"]);
    let serving = store.serve();
    let file = store.dir.path().join("credentials");
    let mut sign_in =
        waymark(&["sign-in", "--server", &serving.url, "--code", "-", "--name", "-", "--credentials"]);
    sign_in.arg(&file);
    let lines = format!("{}\nThe desk of PC Kaur\n", store.codes[0]);
    assert_eq!(with_lines(sign_in, &lines), (Some(0), "you are signed in\n".to_owned()));
    let (_, devices) = said(&on_server(&serving, &file, &["device", "list"]));
    assert!(devices.contains("The desk of PC Kaur"), "{devices}");
    let phone = |words: &[&str]| {
        let mut command = waymark(&["phone", "--server", &serving.url, "--store"]);
        command.arg(store.dir.path().join("phone")).args(words);
        command
    };
    let (code, none) = with_lines(phone(&["enrol"]), "");
    assert!(code == Some(2) && none.contains("the one-time code"), "{none}");
    let line = format!("{}\n", officer["code"].as_str().expect("a code"));
    assert_eq!(with_lines(phone(&["enrol"]), &line).0, Some(0));
}

/// Types a line into a command in a terminal once it has prompted: everything that the terminal shows, and whether it was done.
#[cfg(unix)]
fn typed_in(command: &str, prompt: &str, line: &str) -> (bool, String) {
    let mut script = Command::new("script");
    let script = script.args(["-qec", command, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = script.spawn().expect("`script` is part of every Debian");
    let (mut shown, mut more) = (Vec::new(), [0; 1]);
    let mut out = process.stdout.take().expect("it is piped");
    while !String::from_utf8_lossy(&shown).contains(prompt) {
        assert_eq!(out.read(&mut more).expect("it is read"), 1, "{}", String::from_utf8_lossy(&shown));
        shown.push(more[0]);
    }
    let mut keys = process.stdin.take().expect("it is piped");
    keys.write_all(format!("{line}\n").as_bytes()).expect("it reads");
    out.read_to_end(&mut shown).expect("it is read");
    drop(keys);
    let done = process.wait().expect("it ends").success();
    (done, String::from_utf8_lossy(&shown).into_owned())
}

#[cfg(unix)]
#[test]
fn a_secret_that_is_typed_is_not_shown_and_a_name_is() {
    let store = Store::new();
    let officer = store.json(&["user", "add", "Kaur", "--role", "officer", "--org", "force"]);
    let officer = officer["code"].as_str().expect("a code");
    let (dir, waymark) = (store.dir.path().display(), env!("CARGO_BIN_EXE_waymark"));
    let rename = format!("{waymark} user rename Kaur - --as 'First admin' --data {dir}/store");
    let (done, shown) = typed_in(&rename, "the new name: ", "PC Kaur");
    assert!(done && shown.matches("PC Kaur").count() == 2, "typed, and in the answer: {shown}");
    let serving = store.serve();
    let url = &serving.url;
    let sign_in = format!("{waymark} sign-in --server {url} --credentials {dir}/first.json");
    let phone = format!("{waymark} phone --server {url} --store {dir}/phone enrol");
    for (command, code) in
        [(sign_in, store.codes[0].as_str()), (format!("{phone} -"), "AAAA-BBBB"), (phone, officer)]
    {
        let (done, shown) = typed_in(&command, "the one-time code: ", code);
        assert!(!shown.contains(code) && done == (code != "AAAA-BBBB"), "{command}: {shown}");
    }
    let (_, made) = said(
        &crate::desk::waymark(&["backup-key"]).arg(store.dir.path().join("key")).output().expect("it runs"),
    );
    let made: serde_json::Value = serde_json::from_str(&made).expect("JSON");
    let (recipient, file) =
        (made["recipient"].as_str().expect("a recipient"), store.dir.path().join("it.age"));
    let mut backup = crate::desk::waymark(&["backup", "--recipient", recipient, "--data"]);
    assert!(backup.arg(store.data()).arg(&file).status().expect("it runs").success());
    let key = std::fs::read_to_string(store.dir.path().join("key")).expect("it is there");
    let key = key.lines().find(|line| line.starts_with("AGE-SECRET-KEY")).expect("a key");
    let restore = format!("{waymark} restore --identity - --data {dir}/machine {}", file.display());
    let (done, shown) = typed_in(&restore, "the key of the backup: ", key);
    assert!(done && !shown.contains("AGE-SECRET"), "{shown}");
}
