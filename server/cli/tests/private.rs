//! What the commands create, under a umask that forbids nothing: everything is its owner's alone.
//!
//! Walks the directory afterwards. Does not test who may read what over the wire.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// A command in a process whose umask is 0.
fn open_to_all(words: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "umask 0; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_waymark")]).args(words);
    for name in ["WAYMARK_DATA", "WAYMARK_SERVER", "WAYMARK_CREDENTIALS", "WAYMARK_STORE"] {
        command.env_remove(name);
    }
    command
}

fn json_of(words: &[&str]) -> Value {
    let output = open_to_all(words).output().expect("it runs");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("it prints JSON")
}

/// A server; it ends with the test.
struct Serving(Child, String);

impl Serving {
    fn start(data: &str) -> Self {
        let mut serve = open_to_all(&["serve", "--data", data, "--listen", "127.0.0.1:0"]);
        let serve = serve.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = serve.spawn().expect("it starts");
        let mut line = String::new();
        let out = child.stdout.as_mut().expect("it is piped");
        BufReader::new(out).read_line(&mut line).expect("it says where");
        let url = line.trim().rsplit(' ').next().expect("an address").to_owned();
        Self(child, url)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Every path below a directory with its mode, when others could do anything with it.
fn open_below(directory: &Path, seen: &mut Vec<String>) -> Vec<(PathBuf, u32)> {
    let mut open = Vec::new();
    for entry in std::fs::read_dir(directory).expect("it is read") {
        let path = entry.expect("it is read").path();
        let mode = std::fs::metadata(&path).expect("it is there").permissions().mode() & 0o777;
        seen.push(path.file_name().expect("a name").to_string_lossy().into_owned());
        let private = if path.is_dir() { 0o700 } else { 0o600 };
        if mode != private {
            open.push((path.clone(), mode));
        }
        if path.is_dir() {
            open.extend(open_below(&path, seen));
        }
    }
    open
}

fn form() -> String {
    json!({
        "drug": "cannabis", "amount": "two wraps", "family": "Doe", "given": "Zoe",
        "born": "1990-02-28", "identity": "photo_document",
        "checks": [{"kind": "pnc", "channel": "voice_radio", "result": "nothing_found"}],
        "signs": {}, "safe_now": {}, "ethnicity": "NS", "agrees": {"answer": "yes"},
        "consent": {"contact": "yes", "feedback": "yes", "wording": "v1", "language": "en"},
        "reach": {"phone": "07700 900123", "may": ["text"]},
    })
    .to_string()
}

#[test]
fn whatever_is_created_is_its_owners_alone_under_any_umask() {
    let dir = tempfile::tempdir().expect("a directory is made");
    let at = |name: &str| dir.path().join(name).to_str().expect("a name in UTF-8").to_owned();
    let (data, phone, backup) = (at("deep/server"), at("phone"), at("copy.sqlite"));
    let credentials = at("config/waymark/credentials.json");
    let made = json_of(&["init", "--data", &data]);
    let as_first = ["--data", &data, "--as", "First admin", "--json"];
    json_of(&[["provider", "add", "Swanway"].as_slice(), &as_first].concat());
    let added = json_of(
        &[["user", "add", "Kaur", "--role", "officer", "--org", "force"].as_slice(), &as_first].concat(),
    );
    let code = json!({"code": added["code"], "name": "Kaur"}).to_string();
    let serving = Serving::start(&data);
    let ask = |words: &[&str]| {
        json_of(
            &[["phone", "--store", phone.as_str(), "--server", serving.1.as_str()].as_slice(), words]
                .concat(),
        )
    };
    ask(&["enrol", &code]);
    ask(&["refer", &form()]);
    ask(&["sync"]);
    json_of(&["backup", "--data", &data, &backup]);
    let admin = made["admins"][0]["code"].as_str().expect("a code");
    let sign_in = ["sign-in", "--server", &serving.1, "--code", admin, "--credentials", &credentials];
    assert!(open_to_all(&sign_in).status().expect("it runs").success());
    drop(serving);

    // A backup that came by a careless copy is put in place as a private file.
    let chmod = |mode| std::fs::set_permissions(&backup, PermissionsExt::from_mode(mode));
    chmod(0o644).expect("it is changed");
    json_of(&["restore", "--data", &data, &backup]);
    chmod(0o600).expect("it is changed");
    std::fs::write(dir.path().join("phone/waymark.db"), b"not a database").expect("it is damaged");
    json_of(&["phone", "--store", &phone, "status"]);

    let mut seen = Vec::new();
    assert_eq!(open_below(dir.path(), &mut seen), []);
    for name in [
        "waymark.sqlite",
        "waymark.sqlite.before-restore-1-wal",
        "waymark.sqlite.before-restore-1",
        "kept-outside.log",
        "copy.sqlite",
        "waymark.db",
        "waymark.db-wal",
        "waymark.anchor",
        "waymark.key",
        "phone.key",
        "credentials.json",
    ] {
        assert!(seen.iter().any(|seen| seen == name), "{name} is not among {seen:?}");
    }
}
