//! A phone: `waymark phone run`, a process of its own that reads requests and writes answers.
//!
//! It is killed and started again as a test likes; what it holds lies in its store. Does not know whose it is.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use tests::waymark;

/// One phone, running or not.
pub(crate) struct Phone {
    store: PathBuf,
    server: String,
    /// How wrong its clock is.
    pub(crate) clock_offset_ms: i64,
    /// Which start of the phone it is.
    pub(crate) starts: u8,
    running: Option<Running>,
}

struct Running {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Phone {
    pub(crate) fn new(store: PathBuf, server: &str) -> Self {
        Self { store, server: server.to_owned(), clock_offset_ms: 0, starts: 1, running: None }
    }

    /// Asks the phone; it starts when it does not run.
    pub(crate) fn ask(&mut self, request: &Value, ahead_ms: i64) -> Value {
        let running = match self.running.take() {
            Some(running) => running,
            None => self.start(ahead_ms),
        };
        let running = self.running.insert(running);
        writeln!(running.to, "{request}").expect("the phone reads");
        let mut line = String::new();
        running.from.read_line(&mut line).expect("the phone answers");
        let mut answer: Value = serde_json::from_str(&line).expect("an answer is JSON");
        name_entries(&mut answer);
        answer
    }

    fn start(&self, ahead_ms: i64) -> Running {
        let boot = format!("00000000-0000-4000-8000-0000000000{:02}", self.starts);
        let mut command = waymark();
        command.arg("phone").arg("--store").arg(&self.store).args(["--server", &self.server]);
        command.args(["--clock-offset-ms", &self.clock_offset_ms.to_string(), "run"]);
        command.env("WAYMARK_AHEAD_MS", ahead_ms.to_string()).env("WAYMARK_BOOT", boot);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the phone starts");
        let to = child.stdin.take().expect("stdin is piped");
        let from = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Running { child, to, from }
    }

    /// SIGKILL; the next question starts it again.
    pub(crate) fn dies(&mut self) {
        if let Some(mut running) = self.running.take() {
            drop(running.child.kill());
            drop(running.child.wait());
        }
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.dies();
    }
}

/// Each entry of an answer gets its id as later requests name it.
fn name_entries(answer: &mut Value) {
    for op in answer.get_mut("ops").and_then(Value::as_array_mut).into_iter().flatten() {
        if let (Some(device), Some(seq)) = (op["device"].as_str(), op["seq"].as_u64()) {
            op["op"] = json!(format!("{device}:{seq}"));
        }
    }
}
