//! A terminal in an empty directory, into which the commands of the documents are typed, and the server that they start.
//!
//! What a command prints takes the place of `FORCE`, `CODE`, `SECOND`, `PROPOSAL`, `REFERENCE` and `DEVICE` in later lines; what lies
//! under `/var` lies in the directory. `systemctl` is played: it starts and ends the server's process. Does not know which
//! commands there are.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tests::BUILT;

/// Commands that are shown and not run here, by how they begin, each with the reason.
const NOT_RUN: [(&str, &str); 4] = [
    ("cargo run --release -- demo", "a release build takes minutes; the demo itself is run elsewhere"),
    ("make ", "it would run this test in itself"),
    ("cargo install", "it changes the machine"),
    ("sudo ", "it changes the machine"),
];

/// The terminal.
pub(crate) struct Terminal {
    dir: tempfile::TempDir,
    server: Option<(Child, String)>,
    /// Where the first server listened: the next one does too, since a terminal is signed in at an address.
    listen: String,
    /// How the code begins that somebody asked for last: with its end it is a code.
    begins: String,
    /// Words of later lines, and what stands for them; none is a part of another.
    words: BTreeMap<&'static str, String>,
    pub(crate) last: String,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Some((server, _)) = &mut self.server {
            drop(server.kill());
            drop(server.wait());
        }
    }
}

impl Terminal {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let words = BTreeMap::new();
        let listen = "127.0.0.1:0".to_owned();
        Self { dir, server: None, listen, begins: String::new(), words, last: String::new() }
    }

    /// Runs the commands of a block; how many there were.
    pub(crate) fn follow(&mut self, lines: &[String], place: &str) -> usize {
        let mut ran = 0;
        for line in lines.iter().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            if !NOT_RUN.iter().any(|(begin, _)| line.starts_with(begin)) {
                self.type_in(line, place);
                ran += 1;
            }
        }
        ran
    }

    /// Runs one line.
    pub(crate) fn type_in(&mut self, line: &str, place: &str) {
        let mut line = line.replace("/var/", &format!("{}/", self.dir.path().display()));
        for (word, told) in &self.words {
            line = line.replace(word, told);
        }
        if let Some((_, address)) = &self.server {
            line = line.replace("http://127.0.0.1:8470", address);
        }
        let line = line.split(" #").next().unwrap_or_default().trim_end();
        if line == "systemctl start waymark" {
            self.serve(&format!("waymark serve --data {}/lib/waymark", self.dir.path().display()));
        } else if line == "systemctl stop waymark" {
            let (mut server, _) = self.server.take().expect("the server runs");
            assert_eq!(told_to_end(&mut server), Some(0), "{place}");
        } else if line.starts_with("waymark serve") {
            self.serve(line.trim_end_matches('&'));
        } else if line.starts_with("waymark backup") && line.contains("--every") {
            self.back_up_once(line.trim_end_matches('&'), place);
        } else {
            self.run(line, place);
        }
    }

    fn shell(&self, line: &str) -> Command {
        let mut shell = Command::new("bash");
        let path = format!("{}:{}", BUILT.display(), std::env::var("PATH").unwrap_or_default());
        shell.current_dir(self.dir.path()).env("PATH", path).env("WAYMARK_LISTEN", &self.listen);
        shell.env("HOME", self.dir.path()).env_remove("XDG_CONFIG_HOME");
        shell.arg("-c").arg(line);
        shell
    }

    /// Starts a server.
    fn serve(&mut self, line: &str) {
        let mut shell = self.shell(&format!("exec {line}"));
        let mut child = shell.stdout(Stdio::piped()).spawn().expect("bash runs");
        let mut said = String::new();
        let out = child.stdout.as_mut().expect("stdout is piped");
        BufReader::new(out).read_line(&mut said).expect("the server says where it listens");
        let address = said.trim().rsplit(' ').next().unwrap_or_default().to_owned();
        assert!(address.starts_with("http"), "{line}: {said}");
        self.listen = address.rsplit('/').next().unwrap_or_default().to_owned();
        self.server = Some((child, address));
    }

    /// Backs up from time to time, until the first is written.
    fn back_up_once(&mut self, line: &str, place: &str) {
        let mut child =
            self.shell(&format!("exec {line}")).stdout(Stdio::piped()).spawn().expect("bash runs");
        let out = child.stdout.take().expect("stdout is piped");
        let ends = BufReader::new(out).lines().map_while(Result::ok).any(|line| line == "}");
        assert!(ends, "{place}: {line}");
        assert_eq!(told_to_end(&mut child), Some(0), "{place}: {line}");
    }

    fn run(&mut self, line: &str, place: &str) {
        let done = self.shell(line).output().expect("bash runs");
        assert!(done.status.success(), "{place}: {line}: {}", String::from_utf8_lossy(&done.stderr));
        self.last = String::from_utf8_lossy(&done.stdout).into_owned();
        let answer: Value = serde_json::from_str(&self.last).unwrap_or_default();
        for (word, field) in [
            ("FORCE", "/force"),
            ("CODE", "/code"),
            ("PROPOSAL", "/proposal"),
            ("RECIPIENT", "/recipient"),
            ("CODE", "/admins/0/code"),
            ("SECOND", "/admins/1/code"),
            ("REFERENCE", "/reference"),
        ] {
            if let Some(told) = answer.pointer(field).and_then(Value::as_str) {
                self.words.insert(word, told.to_owned());
            }
        }
        if let Some(begins) = answer["code_begins"].as_str() {
            begins.clone_into(&mut self.begins);
        }
        if let Some(ends) = answer["code_ends"].as_str() {
            self.words.insert("CODE", format!("{}{ends}", self.begins));
        }
        // A list of devices: the last one was enrolled last.
        if line.starts_with("waymark device list") {
            let last = self.last.lines().last().and_then(|line| line.split_whitespace().next());
            self.words.insert("DEVICE", last.expect("there is one").to_owned());
        }
    }
}

/// Tells a process to end, and how it ended.
fn told_to_end(process: &mut Child) -> Option<i32> {
    let told = Command::new("kill").args(["-TERM", &process.id().to_string()]).status();
    assert!(told.expect("it can be told").success());
    process.wait().expect("it ends").code()
}
