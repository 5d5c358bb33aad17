//! The server as a process: it ends when it is told to, and says nothing of people.
//!
//! Does not look into the store.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::desk::{Store, said, waymark};

/// A name, a day of birth and a telephone number that no log, answer, figure or address may hold.
const PLANTED: [&str; 3] = ["Zzyzxfamily", "1971-02-03", "07700900999"];

/// Sends one request and gives its whole answer.
fn ask(url: &str, method: &str, path: &str, headers: &str, body: &str) -> String {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("it is sent");
    // Who is refused by the head need not take the body.
    drop(stream.write_all(body.as_bytes()));
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

fn tell(process: u32, signal: &str) {
    let told = Command::new("kill").args([signal, &process.to_string()]).status().expect("it can be told");
    assert!(told.success());
}

#[test]
fn a_server_that_is_told_to_end_ends_with_nothing_within_ten_seconds() {
    for signal in ["-TERM", "-INT"] {
        let store = Store::new();
        let mut serving = store.serve();
        // Somebody's request is under way, and somebody else only keeps a connection open.
        let address = serving.url.trim_start_matches("http://").to_owned();
        let mut half = TcpStream::connect(&address).expect("it listens");
        half.write_all(b"POST /v1/enrol HTTP/1.1\r\nhost: h\r\ncontent-length: 10\r\n\r\n{")
            .expect("it is sent");
        let _idle = TcpStream::connect(&address).expect("it listens");
        let began = Instant::now();
        tell(serving.process.id(), signal);
        let ended = serving.process.wait().expect("it ends");
        assert_eq!((ended.code(), began.elapsed() < Duration::from_secs(10)), (Some(0), true), "{signal}");
        let verified = waymark(&["verify", "--data"]).arg(store.data()).output().expect("it runs");
        assert_eq!(said(&verified).0, Some(0), "the store was given back");
    }
}

/// Every answer of a server to whom the planted words were sent in whatever place they fit.
fn answers_to_planted(url: &str) -> Vec<String> {
    let [family, born, phone] = PLANTED;
    let page = ask(url, "GET", "/sign-in", "accept: text/html\r\n", "");
    let between = |before: &str, end: char| {
        page.split(before).nth(1).and_then(|rest| rest.split(end).next()).unwrap_or_default().to_owned()
    };
    let (cookie, key) = (between("set-cookie: ", ';'), between("name=\"form_key\" value=\"", '"'));
    let form = format!("name={family}&password={phone}&code={born}&family={family}&form_key={key}");
    let as_form = format!(
        "content-type: application/x-www-form-urlencoded\r\naccept: text/html\r\ncookie: {cookie}\r\n"
    );
    let mut answers = Vec::new();
    for path in ["/sign-in", "/sign-in/code", "/set-up", "/set-up/choose", "/search", "/refer", "/kept"] {
        answers.push(ask(url, "POST", path, &as_form, &form));
    }
    let json = format!("{{\"family\":\"{family}\",\"born\":\"{born}\",\"phone\":\"{phone}\"}}");
    let named: String = ["authorization: DPoP", "dpop:", "waymark-device:", "user-agent:"]
        .map(|header| format!("{header} {family}\r\n"))
        .concat();
    let as_json = format!("content-type: application/json\r\n{named}");
    for path in ["enrol", "sync", "sync/sealed", "prior-checks", "token", "users", "persons/link"] {
        answers.push(ask(url, "POST", &format!("/v1/{path}"), &as_json, &json));
    }
    for path in ["", "v1/referrals/", "referrals/x?since=", "search?name=", "v1/users?cursor=", "refer/"] {
        let path = format!("/{path}{family}");
        answers.push(ask(url, "GET", &path, &as_json, ""));
        answers.push(ask(url, family, &path, "", ""));
    }
    answers.push(ask(url, "GET", "/metrics", "", ""));
    answers
}

fn holds(text: &str) -> Option<&'static str> {
    PLANTED.into_iter().find(|planted| text.contains(planted))
}

#[test]
fn no_log_no_answer_no_figure_and_no_address_holds_a_planted_name() {
    let store = Store::new();
    let log: PathBuf = store.dir.path().join("log");
    let file = std::fs::File::create(&log).expect("a file is made");
    let serving = store.serve_and_log("debug", Stdio::from(file), &["--log-format", "json"]);
    let answers = answers_to_planted(&serving.url);
    for answer in &answers {
        // A form that is shown again keeps what was typed into it, for whoever typed it; its head and its address do not.
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
        assert_eq!(holds(head), None, "{head}");
        if !head.contains("text/html") {
            assert_eq!(holds(body), None, "{body}");
        }
    }
    drop(serving);
    let lines = BufReader::new(std::fs::File::open(&log).expect("it is there")).lines();
    let mut requests = 0;
    for line in lines.map(|line| line.expect("it is text")) {
        assert_eq!(holds(&line), None, "{line}");
        let line: Value = serde_json::from_str(&line).expect("each line is an object");
        if line["fields"]["message"] == "request" {
            let fields = &line["fields"];
            assert!(fields["route"].is_string() && fields["status"].is_u64(), "{line}");
            assert!(fields["duration_ms"].is_f64(), "{line}");
            requests += 1;
        }
    }
    assert!(requests >= answers.len(), "{requests} of {}", answers.len());
}

#[test]
fn backups_are_taken_again_and_again_until_they_are_told_to_end() {
    let store = Store::new();
    let folder = store.dir.path().join("backups");
    let mut command = waymark(&["backup", "--every", "1s", "--keep", "2", "--data"]);
    let command = command.arg(store.data()).arg(&folder).stdout(Stdio::piped());
    let mut process = command.spawn().expect("it starts");
    let out = BufReader::new(process.stdout.take().expect("stdout is a pipe"));
    let written = out.lines().map_while(Result::ok).filter(|line| line == "}").take(3).count();
    tell(process.id(), "-TERM");
    assert_eq!((written, process.wait().expect("it ends").code()), (3, Some(0)));
    let kept = std::fs::read_dir(&folder).expect("the folder is there").count();
    assert_eq!(kept, 2);
    for wrong in ["6", "h", "0s", "6w"] {
        let (code, text) = said(&waymark(&["backup", "x", "--every", wrong]).output().expect("it runs"));
        assert!(code == Some(2) && text.contains("such as 6h"), "{wrong}: {text}");
    }
}

#[test]
fn a_terminal_signs_out_and_its_key_is_gone() {
    let store = Store::new();
    let serving = store.serve();
    let file = store.sign_in(&serving, &store.codes[0], "first");
    let sign_out = || {
        let mut command = waymark(&["sign-out", "--server", &serving.url, "--credentials"]);
        said(&command.arg(&file).output().expect("it runs"))
    };
    assert_eq!(sign_out(), (Some(0), "you are signed out\n".to_owned()));
    assert!(!file.exists());
    assert_eq!(sign_out().0, Some(2), "there is nobody left to sign out");
}

/// Runs a command with a line on its stdin.
fn with_line(mut command: Command, line: &str) -> (Option<i32>, String) {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = piped.spawn().expect("it starts");
    let mut stdin = process.stdin.take().expect("stdin is a pipe");
    stdin.write_all(line.as_bytes()).expect("it reads");
    drop(stdin);
    said(&process.wait_with_output().expect("it ends"))
}

#[test]
fn codes_and_names_need_not_stand_on_the_command_line() {
    let store = Store::new();
    let on_store = |words: &[&str]| {
        let mut command = waymark(words);
        command.arg("--data").arg(store.data()).args(["--as", "First admin"]);
        command
    };
    let added = on_store(&["user", "add", "-", "--role", "officer", "--org", "force"]);
    let (code, text) = with_line(added, "PC Kaur\n");
    assert!(code == Some(0) && text.starts_with("PC Kaur: "), "{text}");
    let nobody = on_store(&["user", "add", "-", "--role", "officer", "--org", "force"]);
    assert_eq!(with_line(nobody, "").0, Some(2));
    let serving = store.serve();
    let file = store.dir.path().join("credentials");
    let mut sign_in = waymark(&["sign-in", "--server", &serving.url, "--credentials"]);
    sign_in.arg(&file);
    // As it is read out: in small letters, with dashes.
    let typed = store.codes[0].to_lowercase();
    let typed = format!("{}-{}\n", &typed[..13], &typed[13..]);
    assert_eq!(with_line(sign_in, &typed), (Some(0), "you are signed in\n".to_owned()));
}

#[test]
fn wrong_arguments_are_errors_that_say_what_is_right() {
    for (words, sentence) in [
        (vec!["serve", "--listen", "here"], "--listen"),
        (vec!["serve", "--listen", "0.0.0.0:0", "--data", "x"], "--public-url"),
        (vec!["serve", "--public-url", "here", "--data", "x"], "https://waymark.example"),
        (vec!["serve", "--tls-cert", "a.pem"], "--tls-key"),
        (vec!["serve", "--log-format", "xml"], "text, json"),
        (vec!["backup", "x", "--keep", "3"], "--every"),
        (vec!["device", "list", "extra"], "extra"),
        (vec!["device", "list", "--server", "http://127.0.0.1:1", "--data", "x"], "both named"),
        (vec!["device", "list", "--server", "http://127.0.0.1:1", "--as", "x"], "--as is for a store"),
        (vec!["device", "list", "--data", "x", "--as", "y", "--credentials", "z"], "--credentials"),
        (vec!["user", "add", "A", "--role", "king", "--org", "force"], "king"),
        (vec!["nothing"], "nothing"),
    ] {
        let (code, text) = said(&waymark(&words).output().expect("it runs"));
        assert!(code == Some(2) && text.contains(sentence), "{words:?}: {code:?} {text}");
    }
}

/// In an emergency the message names the thing that is wrong, and not the one beside it.
#[test]
fn a_second_store_and_a_backup_that_is_none_are_named() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = dir.path().join("store");
    let init = ["init", "--data", data.to_str().expect("a path")];
    assert_eq!(said(&waymark(&init).output().expect("it runs")).0, Some(0));
    let (code, text) = said(&waymark(&init).output().expect("it runs"));
    assert!(code == Some(3) && text.contains("a store in this directory already"), "{code:?} {text}");
    let none = dir.path().join("a note.txt");
    std::fs::write(&none, "no database, and longer than the head of one would be").expect("it is written");
    for file in [&dir.path().join("nothing.sqlite"), &none] {
        let words = [&["restore"], &init[1..], &[file.to_str().expect("a path")]].concat();
        let (code, text) = said(&waymark(&words).output().expect("it runs"));
        assert!(code == Some(3) && text.contains("the backup is not"), "{code:?} {text}");
    }
}
