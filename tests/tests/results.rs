//! The report of a store, made anew by a script that shares no code with Waymark.
//!
//! Does not test who may read it: the server's tests do.

use std::process::Command;

use serde_json::{Value, json};
use sync_core::codes::{CodeList, entries};
use tests::load::rows::keep;
use tests::{root, run, waymark};

#[test]
fn a_report_is_what_an_independent_script_makes_of_the_same_rows() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    run(waymark().args(["init", "--force", "Thames Valley Police"]).arg("--data").arg(&data));
    let store = data.join("waymark.sqlite");
    keep(&store, 3_000);
    let report = dir.path().join("report.json");
    let printed = run(waymark().args(["report", "--json", "--as", "First admin", "--data"]).arg(&data));
    std::fs::write(&report, printed).expect("it is written");
    let groups = dir.path().join("groups.json");
    std::fs::write(&groups, groups_of_ethnicity().to_string()).expect("it is written");
    let script = root().join("tests/tests/results/check.py");
    let said = run(Command::new("python3").arg(script).args([&store, &report, &groups]));
    assert!(said.contains("20 tables: the same"), "{said}");
}

/// The groups of both lists of ethnicity: their codes differ.
fn groups_of_ethnicity() -> Value {
    let groups = entries(CodeList::Ethnicity).iter().chain(entries(CodeList::EthnicitySeen));
    groups.map(|entry| (entry.code.clone(), json!(entry.column("group")))).collect()
}
