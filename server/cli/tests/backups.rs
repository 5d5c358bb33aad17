//! Encrypted backups, as somebody types them; and what a server that falls over leaves behind.
//!
//! Does not look into the store.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::desk::{Store, on_server, said, waymark};

fn run(words: &[&str], paths: &[&Path]) -> (Option<i32>, String) {
    said(&waymark(words).args(paths).output().expect("it runs"))
}

#[test]
fn a_backup_is_encrypted_to_a_key_and_restored_with_it() {
    let store = Store::new();
    let at = |name: &str| store.dir.path().join(name);
    let (data, key, file) = (store.data(), at("backup.key"), at("it.age"));
    let (code, made) = run(&["backup-key"], &[&key]);
    let made: Value = serde_json::from_str(&made).expect("it prints JSON");
    assert_eq!(code, Some(0));
    let recipient = made["recipient"].as_str().expect("a recipient");
    assert_eq!(run(&["backup-key"], &[&key]).0, Some(3), "a key never replaces a file");
    let (code, text) = run(&["backup", "--recipient", recipient, "--data"], &[&data, &file]);
    let report: Value = serde_json::from_str(&text).expect("it prints JSON");
    assert_eq!((code, &report["holds_key"]), (Some(0), &Value::Bool(true)));
    let check =
        Command::new("sha256sum").args(["-c", "it.age.sha256"]).current_dir(store.dir.path()).output();
    assert_eq!(said(&check.expect("it runs")), (Some(0), "it.age: OK\n".to_owned()));

    let (code, text) = run(&["restore", "--data"], &[&data, &file]);
    assert!(code == Some(2) && text.contains(recipient) && text.contains("--identity"), "{text}");
    let (code, text) = run(&["restore", "--identity"], &[&key, Path::new("--data"), &data, &file]);
    assert_eq!(code, Some(0), "{text}");
    // A key that nobody wants on this disk comes by a pipe.
    let mut piped = waymark(&["restore", "--identity", "-", "--data"]);
    piped.arg(at("machine")).arg(&file).stdin(std::fs::File::open(&key).expect("it is there"));
    let (code, text) = said(&piped.output().expect("it runs"));
    assert!(code == Some(0) && text.contains("\"key_restored\": true"), "{text}");
}

#[test]
fn the_configuration_says_whom_backups_are_encrypted_to() {
    let store = Store::new();
    let (data, folder) = (store.data(), store.dir.path().join("folder"));
    let (_, made) = run(&["backup-key"], &[&store.dir.path().join("key")]);
    let made: Value = serde_json::from_str(&made).expect("it prints JSON");
    let line = format!("[backup]\nrecipients = [{}]\nwithout_key = true\n", made["recipient"]);
    std::fs::write(data.join("waymark.toml"), line).expect("it is written");
    let mut command = waymark(&["backup", "--every", "1d", "--data"]);
    let mut process = command.args([&data, &folder]).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut out = std::io::BufReader::new(process.stdout.take().expect("stdout is a pipe"));
    let mut text = String::new();
    while !text.ends_with("}\n") {
        assert_ne!(std::io::BufRead::read_line(&mut out, &mut text).expect("it speaks"), 0, "{text}");
    }
    process.kill().expect("it runs");
    process.wait().expect("it ends");
    let report: Value = serde_json::from_str(&text).expect("it prints JSON");
    assert_eq!(report["holds_key"], Value::Bool(false));
    let names = std::fs::read_dir(&folder).expect("it is there");
    let names: Vec<_> = names.map(|entry| entry.expect("an entry").file_name()).collect();
    assert!(names.iter().all(|name| name.to_string_lossy().contains(".sqlite.age")), "{names:?}");
}

#[test]
fn what_a_backup_is_called_and_what_is_in_it_agree_or_nothing_is_done() {
    let store = Store::new();
    let at = |name: &str| store.dir.path().join(name);
    let data = store.data();
    let (_, made) = run(&["backup-key"], &[&at("key")]);
    let made: Value = serde_json::from_str(&made).expect("it prints JSON");
    let recipient = made["recipient"].as_str().expect("a recipient");
    for plain in ["it.age", "it.AGE"] {
        let (code, text) = run(&["backup", "--data"], &[&data, &at(plain)]);
        assert!(code == Some(2) && text.contains("--recipient") && text.contains(".sqlite"), "{text}");
        assert!(!at(plain).exists());
    }
    for sealed in ["it.sqlite", "it"] {
        let (code, text) = run(&["backup", "--recipient", recipient, "--data"], &[&data, &at(sealed)]);
        assert!(code == Some(2) && text.contains("end in .age"), "{text}");
        assert!(!at(sealed).exists());
    }
    assert_eq!(run(&["backup", "--data"], &[&data, &at("it.sqlite")]).0, Some(0));
    std::fs::copy(at("it.sqlite"), at("posing.age")).expect("it is copied");
    let restore = |words: &[&str], file: &str| {
        run(&[&["restore"], words, &["--data"]].concat(), &[&at("machine"), &at(file)])
    };
    let key = at("key").to_str().expect("a name in UTF-8").to_owned();
    for (words, file) in [(vec![], "posing.age"), (vec!["--identity", &key], "it.sqlite")] {
        let (code, text) = restore(&words, file);
        assert!(code == Some(2) && text.contains("not encrypted"), "{file}: {text}");
    }
    assert_eq!(restore(&[], "it.sqlite").0, Some(0));
}

#[test]
fn a_folder_where_a_file_is_meant_and_the_other_way_round_are_named() {
    let store = Store::new();
    let (data, folder) = (store.data(), store.dir.path());
    let (code, text) = run(&["backup", "--data"], &[&data, folder]);
    assert!(code == Some(2) && text.contains("--every 6h"), "{code:?} {text}");
    let file = folder.join("file");
    std::fs::write(&file, "x").expect("it is written");
    let (code, text) = run(&["backup", "--every", "1d", "--data"], &[&data, &file]);
    assert!(code == Some(2) && text.contains("name the folder"), "{code:?} {text}");
    let (code, text) = run(&["backup", "--recipient", "age1nobody", "--data"], &[&data, &folder.join("x")]);
    assert!(code == Some(2) && text.contains("backup-key"), "{code:?} {text}");
}

/// The plain copies of the store that lie in the data directory.
fn copies(data: &Path) -> Vec<String> {
    let names = std::fs::read_dir(data).expect("it is there");
    let names = names.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with("waymark.sqlite.")).collect()
}

/// Starts an encrypted backup and kills it while its plain copy is there: it waits for the server's key, which a pipe brings.
fn killed_in_between(store: &Store, recipient: &str) {
    let (pipe, file) = (store.dir.path().join("pipe"), store.dir.path().join("killed.age"));
    let made = Command::new("mkfifo").args(["-m", "600"]).arg(&pipe).status();
    assert!(made.expect("it runs").success());
    let mut command = waymark(&["backup", "--recipient", recipient, "--key-file"]);
    command.arg(&pipe).arg("--data").arg(store.data()).arg(&file).stderr(Stdio::null());
    let mut process = command.spawn().expect("it starts");
    // This returns when the other end is opened.
    let key = std::fs::OpenOptions::new().write(true).open(&pipe).expect("somebody reads");
    process.kill().expect("it runs");
    process.wait().expect("it ends");
    drop(key);
    std::fs::remove_file(&pipe).expect("it is there");
    assert!(!file.exists(), "it does not count");
    assert_eq!(
        copies(&store.data()),
        ["waymark.sqlite.backing-up"],
        "the test kills it too early or too late"
    );
}

#[test]
fn the_plain_copy_of_a_backup_that_was_killed_is_gone_with_the_next_backup_or_start() {
    let store = Store::new();
    let (data, none) = (store.data(), Vec::<String>::new());
    let (_, made) = run(&["backup-key"], &[&store.dir.path().join("key")]);
    let made: Value = serde_json::from_str(&made).expect("it prints JSON");
    let recipient = made["recipient"].as_str().expect("a recipient");
    killed_in_between(&store, recipient);
    let plain = store.dir.path().join("plain.sqlite");
    assert_eq!(run(&["backup", "--data"], &[&data, &plain]).0, Some(0));
    assert_eq!(copies(&data), none, "a plain backup deletes it too");
    killed_in_between(&store, recipient);
    let sealed = store.dir.path().join("next.age");
    assert_eq!(run(&["backup", "--recipient", recipient, "--data"], &[&data, &sealed]).0, Some(0));
    assert_eq!(copies(&data), none);
    killed_in_between(&store, recipient);
    drop(store.serve());
    assert_eq!(copies(&data), none, "a server that starts deletes it");
}

#[test]
fn where_a_store_is_gone_every_command_says_restore_and_none_makes_another() {
    let store = Store::new();
    let (data, key) = (store.data(), store.dir.path().join("elsewhere.key"));
    store.json(&["user", "disable", "Second admin", "--reason", "left"]);
    for file in std::fs::read_dir(&data).expect("it is there") {
        let file = file.expect("an entry");
        if file.file_name().to_string_lossy().starts_with("waymark.sqlite") {
            std::fs::remove_file(file.path()).expect("it is ours");
        }
    }
    let (code, text) = run(&["init", "--data"], &[&data]);
    let (restore, away) = (text.find("waymark restore"), text.find("move it away"));
    assert!(code == Some(3) && restore.is_some() && restore < away, "{text}");
    // The key lies elsewhere: what was kept outside the backups tells.
    std::fs::rename(data.join("waymark.key"), &key).expect("it is ours");
    for words in [vec!["init", "--data"], vec!["verify", "--data"], vec!["serve", "--data"]] {
        let (code, text) = run(&words, &[&data]);
        assert!(code == Some(3) && text.contains("waymark restore"), "{words:?}: {text}");
    }
    let empty = store.dir.path().join("empty");
    std::fs::create_dir(&empty).expect("it is made");
    let (code, text) = run(&["serve", "--key-file"], &[&key, Path::new("--data"), &empty]);
    assert!(code == Some(3) && text.contains("waymark restore"), "{text}");
    let (code, text) = run(&["serve", "--data"], &[&empty]);
    assert!(code == Some(3) && text.contains("waymark init"), "{text}");
}

#[test]
fn a_terminal_that_signed_in_after_the_backup_reads_that_the_server_was_put_back() {
    let store = Store::new();
    let (data, file) = (store.data(), store.dir.path().join("it.sqlite"));
    let serving = store.serve();
    assert_eq!(run(&["backup", "--data"], &[&data, &file]).0, Some(0));
    let credentials = store.sign_in(&serving, &store.codes[0], "first.json");
    let before = serving.url.clone();
    drop(serving);
    assert_eq!(run(&["restore", "--data"], &[&data, &file]).0, Some(0));
    let serving = store.serve();
    let text = std::fs::read_to_string(&credentials).expect("it is there").replace(&before, &serving.url);
    std::fs::write(&credentials, text).expect("it is ours");
    let (code, text) = said(&on_server(&serving, &credentials, &["worklist"]));
    assert!(code == Some(2) && text.contains("put back") && text.contains("new code"), "{text}");
}

#[test]
fn a_server_that_falls_over_leaves_no_core_dump() {
    let store = Store::new();
    let line = "ulimit -c unlimited 2>/dev/null; exec \"$0\" serve --listen 127.0.0.1:0 --log-level off --data \"$1\"";
    let mut command = Command::new("sh");
    command.args(["-c", line, env!("CARGO_BIN_EXE_waymark")]).arg(store.data());
    let command = command.current_dir(store.dir.path()).stdout(Stdio::piped());
    let mut process = command.spawn().expect("it starts");
    let mut out = std::io::BufReader::new(process.stdout.take().expect("stdout is a pipe"));
    let mut text = String::new();
    std::io::BufRead::read_line(&mut out, &mut text).expect("it listens");
    let told = Command::new("kill").args(["-ABRT", &process.id().to_string()]).status();
    assert!(told.expect("it is told").success());
    let ended = process.wait().expect("it ends");
    assert_eq!((ended.signal(), ended.core_dumped()), (Some(6), false));
}
