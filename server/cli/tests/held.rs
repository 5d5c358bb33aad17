//! A person asks what is held about them, and years later the record is due: as an admin types it.
//!
//! Looks into the files that the commands write. Does not test which controller gets what: the server's own tests do.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use super::desk::{Serving, Store, form, hits, on_server, said, waymark};

const PLANTED: &str = "Zwetschgenbaum";
const SEVEN_YEARS_MS: &str = "221000000000";

/// The officer's phone.
fn phone(store: &Store, url: &str, words: &[&str]) -> Value {
    let mut command = waymark(&["phone", "--store"]);
    let command = command.arg(store.dir.path().join("phone")).args(["--server", url]).args(words);
    serde_json::from_slice(&command.output().expect("it runs").stdout).expect("it prints JSON")
}

/// A referral of the planted person, from a phone to the server: its reference.
fn referred(store: &Store, url: &str, code: &Value) -> String {
    let phone = |words: &[&str]| phone(store, url, words);
    phone(&["enrol", &json!({"code": code, "name": "phone"}).to_string()]);
    let referred = phone(&["refer", &form().to_string()]);
    assert_eq!(phone(&["sync"])["synced"], true);
    referred["reference"].as_str().expect("a reference").to_owned()
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).expect("it is there")
}

/// A force with one referral of the planted person, its server with everything in its log, and who is signed in there.
struct Force {
    store: Store,
    logs: PathBuf,
    serving: Serving,
    admin: PathBuf,
    auditor: PathBuf,
    reference: String,
}

impl Force {
    fn new() -> Self {
        let store = Store::new();
        store.json(&["provider", "add", "Swanway"]);
        let add = |who: &[&str]| store.json(&[&["user", "add"], who].concat())["code"].clone();
        let code = add(&["Kaur", "--role", "officer", "--org", "force"]);
        let auditor = add(&["Amin", "--role", "auditor", "--org", "force", "--second", "Second admin"]);
        let logs = store.dir.path().join("logs");
        std::fs::create_dir(&logs).expect("a directory is made");
        let log = std::fs::File::create(logs.join("log")).expect("a file is made");
        let serving = store.serve_and_log("trace", log.into(), &[]);
        let admin = store.sign_in(&serving, &store.codes[0], "admin.json");
        let auditor = store.sign_in(&serving, auditor.as_str().expect("a code"), "auditor.json");
        let reference = referred(&store, &serving.url, &code);
        Self { store, logs, serving, admin, auditor, reference }
    }

    fn desk(&self, words: &[&str]) -> Output {
        on_server(&self.serving, &self.admin, words)
    }

    fn audit(&self, words: &[&str]) -> String {
        let output = on_server(&self.serving, &self.auditor, &[&["audit", "--json"], words].concat());
        quietly(&output, 0)
    }

    /// A draft is made, reviewed and released: what was given out, as it stands in the file.
    fn give_out(&self) -> String {
        let [draft, given] = ["draft.json", "given.json"].map(|name| self.store.dir.path().join(name));
        let [draft_name, given_name] = [&draft, &given].map(|file| file.to_str().expect("UTF-8"));
        let begin = ["subject-access", "begin", &self.reference, "--out", draft_name];
        quietly(&self.desk(&begin), 0);
        assert!(quietly(&self.desk(&begin), 2).contains("there already"), "a draft is never written over");
        let nobody = ["subject-access", "begin", "TVP-0000-0000-0", "--out", given_name];
        quietly(&self.desk(&nobody), 2);
        assert!(!given.exists(), "nothing is left behind");
        leave_out(&draft);
        let release = |from: &str, to: &str| {
            self.desk(&["subject-access", "release", from, "--to", "person", "--out", to])
        };
        let forged = self.store.dir.path().join("forged.json");
        std::fs::write(&forged, read(&draft).replace("cannabis", "heroin")).expect("it is written");
        assert_ne!(read(&forged), read(&draft), "the draft names the drug");
        let refused = quietly(&release(forged.to_str().expect("UTF-8"), given_name), 2);
        assert!(
            refused.contains("begin a new one") && !given.exists(),
            "only the marks of a draft count: {refused}"
        );
        quietly(&release(draft_name, given_name), 0);
        for file in [&given, &given.with_extension("html")] {
            assert!(!read(file).contains(PLANTED), "{}", file.display());
            assert_private(file);
        }
        quietly(&release(given_name, "x.json"), 2);
        read(&given)
    }
}

/// What a command says, which is nothing of the person.
fn quietly(output: &Output, code: i32) -> String {
    let (exit, text) = said(output);
    assert!(exit == Some(code) && !text.contains(PLANTED), "{text}");
    text
}

/// Leaves out of a draft who the person is.
fn leave_out(draft: &Path) {
    let drafted: Value = serde_json::from_str(&read(draft)).expect("JSON");
    let entries = drafted["records"][0]["entries"].as_array().expect("entries");
    let of_kind = |kind: &str| {
        let found = entries.iter().find(|entry| entry["kind"] == kind).expect("it is held");
        found["number"].to_string()
    };
    let (submitted, opened) = (of_kind("referral.submitted"), of_kind("encounter.opened"));
    assert!(read(draft).contains(PLANTED) && read(&draft.with_extension("html")).contains(PLANTED));
    let leave_out = |words: &[&str]| {
        let mut command = waymark(&["subject-access", "leave-out"]);
        command.arg(draft).args(words).output().expect("it runs")
    };
    quietly(&leave_out(&[&submitted, &opened, "--reason", "third_party"]), 0);
    quietly(&leave_out(&["999", "--reason", "third_party"]), 2);
}

#[cfg(unix)]
fn assert_private(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(file).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[cfg(not(unix))]
fn assert_private(_: &Path) {}

#[test]
fn what_is_held_is_given_out_without_what_is_left_out_and_nothing_of_it_is_printed() {
    let force = Force::new();
    let given = force.give_out();
    let released: Value = serde_json::from_str(&given).expect("JSON");
    assert_eq!(released["left_out"], json!([{"reason": "third_party", "entries": 2}]));

    let lines: Value = serde_json::from_str(&force.audit(&["--record", &force.reference])).expect("JSON");
    let lines = lines["openings"].as_array().expect("a list");
    let purposes: Vec<&Value> = lines.iter().map(|line| &line["purpose"]).collect();
    let readings = ["subject_access"; 3];
    assert_eq!(
        purposes[1..],
        readings,
        "the draft, the forged one and what is given out; no opening beside them"
    );
    assert_eq!(purposes[0], "given_to_person");
    assert_eq!(lines[0]["digest"], server::export::digest_of(&given).to_string());
    assert!(force.audit(&["--user", "Kaur"]).contains("\"openings\": []"));
    assert_eq!(hits(&force.logs), 0, "no log ever held it");
}

#[test]
fn a_list_is_one_line_of_the_audit_and_whoever_may_not_read_it_is_told_who_does() {
    let force = Force::new();
    let (code, refused) = said(&force.desk(&["audit"]));
    assert!(code == Some(1) && refused.contains("--role auditor"), "{refused}");
    force.desk(&["referral", "list"]);
    force.desk(&["referral", "show", &force.reference]);
    let lines: Value = serde_json::from_str(&force.audit(&[])).expect("JSON");
    let lines = lines["openings"].as_array().expect("a list").iter().take(2);
    let newest: Vec<(&Value, &Value)> = lines.map(|line| (&line["purpose"], &line["rows"])).collect();
    assert_eq!(newest, [(&json!("address"), &Value::Null), (&json!("list_of_referrals"), &json!(1))]);
}

#[test]
fn a_record_that_is_due_is_erased_with_a_certificate() {
    let store = Store::new();
    store.json(&["provider", "add", "Swanway"]);
    let code = store.json(&["user", "add", "Kaur", "--role", "officer", "--org", "force"])["code"].clone();
    let serving = store.serve();
    let reference = referred(&store, &serving.url, &code);
    drop(serving);
    let certificate = store.dir.path().join("certificate.json");
    let years_later = |words: &[&str]| {
        let mut command = waymark(words);
        command.args(["--as", "First admin", "--data"]).arg(store.data());
        said(&command.env("WAYMARK_AHEAD_MS", SEVEN_YEARS_MS).output().expect("it runs"))
    };
    let erase = ["retention", "erase", &reference, "--out", certificate.to_str().expect("UTF-8")];
    let (code, early) = said(&store.on_store(&erase));
    assert!(code == Some(1) && early.contains("not due") && !certificate.exists(), "{early}");
    assert_eq!(said(&store.on_store(&["retention", "list"])), (Some(0), "nothing\n".to_owned()));
    let (code, due) = years_later(&["retention", "list"]);
    assert!(code == Some(0) && due.contains(&reference) && !due.contains(PLANTED), "{due}");
    assert!(hits(&store.data()) > 0, "the search finds what is there");
    let (code, erased) = years_later(&erase);
    assert!(code == Some(0) && erased.contains("is erased in the part of"), "{erased}");
    assert_eq!(hits(&store.data()), 0, "neither the store's file nor its log holds it");
    let written: Value = serde_json::from_str(&read(&certificate)).expect("JSON");
    assert_eq!(
        written["entries"].as_array().map(Vec::len),
        written["count"].as_u64().map(|count| count as usize)
    );
    let record = written["record"].as_str().expect("an id");
    let (code, again) = years_later(&["retention", "certificate", record, "--json"]);
    assert_eq!((code, serde_json::from_str(&again).ok()), (Some(0), Some(written.clone())));
    assert_eq!(years_later(&["retention", "list"]), (Some(0), "nothing\n".to_owned()));
    let (code, verified) = said(&waymark(&["verify", "--data"]).arg(store.data()).output().expect("it runs"));
    assert!(code == Some(0), "{verified}");
}

#[test]
fn what_is_opened_on_a_phone_is_found_by_the_auditor_and_told_to_the_person() {
    let force = Force::new();
    let url = force.serving.url.clone();
    let phone = |words: &[&str]| phone(&force.store, &url, words);
    for purpose in ["referrals", "worklist"] {
        let asked = json!({"record": force.reference, "purpose": purpose});
        assert_eq!(phone(&["referral", &asked.to_string()])["reference"], force.reference);
    }
    let before: Value = serde_json::from_str(&force.audit(&[])).expect("JSON");
    assert!(!before.to_string().contains("\"referrals\""), "the server has not heard of it yet");
    for _ in 0..2 {
        assert_eq!(phone(&["sync"])["synced"], true);
    }
    let after: Value = serde_json::from_str(&force.audit(&["--record", &force.reference])).expect("JSON");
    let lines = after["openings"].as_array().expect("a list");
    let opened: Vec<&Value> = lines.iter().filter(|line| line["opened_ms"].is_u64()).collect();
    let [line] = opened[..] else { panic!("one opening within the hour: {after}") };
    assert_eq!(
        (&line["purpose"], &line["by"], &line["role"]),
        (&json!("referrals"), &json!("Kaur"), &json!("officer"))
    );
    assert!(line["device"].is_string() && !line.to_string().contains(PLANTED), "{line}");
    let draft = force.store.dir.path().join("readers.json");
    let name = draft.to_str().expect("UTF-8");
    quietly(&force.desk(&["subject-access", "begin", &force.reference, "--out", name]), 0);
    assert!(read(&draft).contains("chosen from the list of referrals"), "the person learns of it");
}
