//! A terminal as good as the desk: what it prints of referrals, people and results, and what it says of slips.
//!
//! Does not look into the store: it reads what the commands print.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::json;

use super::desk::{Store, on_server, said, waymark};

/// A phone that records these referrals and sends them.
fn refers(store: &Store, many: usize) {
    let added = store.json(&["user", "add", "Kaur", "--role", "officer", "--org", "force"]);
    let serving = store.serve();
    let phone = |words: &[&str]| {
        let mut command = waymark(&["phone", "--store"]);
        command.arg(store.dir.path().join("phone")).args(["--server", &serving.url]).args(words);
        command
    };
    let code = added["code"].as_str().expect("a code");
    let (status, enrolled) = said(&phone(&["enrol", code]).output().expect("it runs"));
    assert!(
        status == Some(0) && enrolled.contains("Phone in a terminal"),
        "a bare code is enough: {enrolled}"
    );
    let mut run = phone(&["run"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it runs");
    let mut lines = run.stdin.take().expect("stdin is a pipe");
    for at in 0..many {
        let form = json!({
            "command": "refer", "family": format!("Harrow{}", ["a", "b", "c"][at % 3].repeat(at + 1)), "given": "Dean",
            "born": format!("19{:02}-04-12", 60 + at), "drug": "heroin", "identity": "photo_document", "checks": [],
            "signs": {}, "safe_now": {"codes": []}, "ethnicity": "NS", "agrees": {"answer": "yes"},
            "consent": {"contact": "yes", "feedback": "yes", "wording": "v1", "language": "en"},
            "reach": {"phone": "07700 900101", "may": ["text"]},
        });
        writeln!(lines, "{form}").expect("it is read");
    }
    writeln!(lines, r#"{{"command":"sync"}}"#).expect("it is read");
    drop(lines);
    let done = run.wait_with_output().expect("it ends");
    let answers = String::from_utf8_lossy(&done.stdout).into_owned();
    assert_eq!(answers.matches(r#""saved":true"#).count(), many, "{answers}");
    assert!(answers.contains(r#""synced":true"#), "{answers}");
}

#[test]
fn a_report_on_an_empty_store_says_in_one_line_what_is_not_shown() {
    let store = Store::new();
    let (code, report) = said(&store.on_store(&["report"]));
    assert_eq!(code, Some(0), "{report}");
    let expected = "fewer than 10 encounters: nothing is shown of them\n\n\
                    equality: nothing is shown, fewer than 10 people\n";
    assert_eq!(report, expected);
}

#[test]
fn a_report_has_the_words_of_the_desk() {
    let store = Store::new();
    store.json(&["provider", "add", "Swanway"]);
    refers(&store, 12);
    let (code, report) = said(&store.on_store(&["report"]));
    assert_eq!(code, Some(0), "{report}");
    let steps: Vec<&str> = report.lines().filter(|line| line.starts_with("  ")).take(6).map(label).collect();
    let expected = [
        "Offered at the roadside",
        "Referred",
        "Received by the service",
        "First contact",
        "Assessed",
        "Completed",
    ];
    assert_eq!(steps, expected, "{report}");
    let referred = report.lines().find(|line| label(line) == "Referred").expect("the line of the referred");
    assert_eq!(referred.split_whitespace().nth(1), Some("12"), "{report}");
    let groups = "Offered, of those found with drugs; by ethnicity, as people say it, since the start";
    assert!(report.contains(groups), "{report}");
    assert!(!report.contains("contacted") && !report.contains('_'), "no code of the software: {report}");
}

fn label(line: &str) -> &str {
    line.get(2..).and_then(|line| line.split("  ").next()).unwrap_or_default()
}

#[test]
fn referrals_are_listed_and_shown_in_words() {
    let store = Store::new();
    store.json(&["provider", "add", "Swanway"]);
    let (code, none) = said(&store.on_store(&["referral", "list"]));
    assert_eq!((code, none.trim()), (Some(0), "nothing"));
    refers(&store, 1);
    let listed = store.json(&["referral", "list"]);
    let reference = listed["referrals"][0]["reference"].as_str().expect("a reference").to_owned();
    let (_, list) = said(&store.on_store(&["referral", "list"]));
    for word in ["Dean Harrowa", &reference, "sent, not yet seen by the service"] {
        assert!(list.contains(word), "{word}: {list}");
    }
    let (code, shown) = said(&store.on_store(&["referral", "show", &reference.to_lowercase()]));
    assert_eq!(code, Some(0), "{shown}");
    for word in ["Dean Harrowa", "1960-04-12", &reference, "community resolution", "Kaur", "Counts"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    assert!(!shown.contains("referral.submitted"), "kinds are said in words: {shown}");
    let (code, unknown) = said(&store.on_store(&["referral", "show", "TVP-0000-0000-0"]));
    assert!(code == Some(2) && unknown.contains("waymark referral list"), "{unknown}");
}

#[test]
fn a_slip_is_told_with_its_field_and_the_way_out() {
    let store = Store::new();
    store.json(&["provider", "add", "Swanway"]);
    let serving = store.serve();
    let first = store.sign_in(&serving, &store.codes[0], "first.json");
    for (words, field, way_out) in [
        (vec!["user", "add", "Bell", "--role", "officer", "--org", "Swanway"], "role: ", "of a service"),
        (vec!["provider", "edit", "Swanway", "--telephone", "ask him"], "telephone: ", "write digits"),
        (vec!["user", "rename", "First admin", " "], "name: ", "on one line"),
        (vec!["user", "rename", "Nobody", "Bell"], "Nobody: ", "waymark user list"),
    ] {
        let (code, said) = said(&on_server(&serving, &first, &words));
        assert!(code == Some(2) && said.contains(field) && said.contains(way_out), "{words:?}: {said}");
    }
    let nothing = "00000000-0000-0000-0000-000000000000";
    let (code, said_of_it) = said(&on_server(&serving, &first, &["referral", "show", nothing]));
    assert!(code == Some(2) && said_of_it.contains("look at the list"), "{said_of_it}");
    let renamed = said(&on_server(&serving, &first, &["user", "rename", "Second admin", "Dr Bell"]));
    assert_eq!(renamed, (Some(0), "Second admin is called Dr Bell from now on\n".to_owned()));
    let (_, list) = said(&on_server(&serving, &first, &["user", "list"]));
    assert!(list.contains("Dr Bell") && !list.contains("Second admin"), "{list}");
    let changed =
        said(&on_server(&serving, &first, &["provider", "edit", "Swanway", "--telephone", "01632 960111"]));
    assert!(changed.0 == Some(0) && changed.1.contains("01632 960111"), "{changed:?}");
}

#[test]
fn what_was_settled_is_listed_by_either_name() {
    let store = Store::new();
    let one = said(&store.on_store(&["conflicts", "list", "--settled"]));
    assert_eq!(one, (Some(0), "nothing was settled in the last four weeks\n".to_owned()));
    assert_eq!(said(&store.on_store(&["conflicts", "settled"])), one);
}

#[test]
fn json_that_is_none_is_told_with_the_form_of_the_verb() {
    let dir = tempfile::tempdir().expect("a directory");
    let phone = |words: &[&str]| {
        let mut command = waymark(&["phone", "--server", "http://127.0.0.1:9", "--store"]);
        said(&command.arg(dir.path().join("phone")).args(words).output().expect("it runs"))
    };
    let (code, slip) = phone(&["refer", "heroin"]);
    assert!(code == Some(2) && slip.contains("waymark phone help refer"), "{slip}");
    let (code, slip) = phone(&["check", "Harrow"]);
    assert!(code == Some(2) && slip.contains(r#""family""#), "{slip}");
    let (code, unreached) = phone(&["enrol", "no-such-code"]);
    assert!(code == Some(3) && unreached.contains("Nothing answers"), "a bare code is tried: {unreached}");
}

#[test]
fn names_that_look_like_others_or_stand_for_something_else_are_refused_with_the_way_out() {
    let store = Store::new();
    store.json(&["provider", "add", "Swanway"]);
    for words in [
        vec!["provider", "add", "force"],
        vec!["provider", "edit", "Swanway", "--name", "Force"],
        vec!["user", "add", "Sam\u{200b} Roe", "--role", "officer", "--org", "force"],
        vec!["user", "rename", "First admin", "F\u{456}rst admin"],
        vec!["user", "add", "7a0f3cf0-5b1e-4f5e-9a38-8d0a4b6c1c11", "--role", "officer", "--org", "force"],
    ] {
        let (code, said) = said(&store.on_store(&words));
        assert!(code == Some(2) && said.contains("letters of one script"), "{words:?}: {said}");
    }
}

#[test]
fn an_option_that_takes_a_few_words_lists_them_in_its_help_and_in_the_error() {
    let store = Store::new();
    for (words, option, lists) in [
        (vec!["user", "add", "Bell", "--org", "force"], "--role", "outreach_worker"),
        (vec!["user", "disable", "Bell"], "--reason", "cause"),
        (vec!["device", "revoke", "abcd"], "--reason", "stolen"),
        (vec!["retention", "keep", "abcd", "--until", "2034-01-31"], "--reason", "still_served"),
        (vec!["retention", "keep", "abcd", "--reason", "complaint"], "--until", "2034-01-31"),
        (vec!["record", "erase", "abcd", "--op", "x"], "--basis", "court_order"),
        (vec!["subject-access", "release", "d", "--out", "o"], "--to", "representative"),
    ] {
        let wrong = [words.clone(), vec![option, "x"]].concat();
        let (code, refused) = said(&store.on_store(&wrong));
        assert!(code == Some(2) && refused.contains(lists), "{wrong:?}: {refused}");
    }
    let (code, help) = said(&waymark(&["user", "add", "--help"]).output().expect("it runs"));
    assert!(code == Some(0) && help.contains("provider_lead, admin, auditor"), "{help}");
}

#[test]
fn an_entry_is_named_and_erased_by_the_reference_or_the_beginning_of_an_id() {
    let store = Store::new();
    store.json(&["provider", "add", "Swanway"]);
    refers(&store, 1);
    let listed = store.json(&["referral", "list"]);
    let word = |field: &str| listed["referrals"][0][field].as_str().expect("a text").to_owned();
    let (reference, record) = (word("reference"), word("record"));
    let entries = store.json(&["record", "entries", &reference]);
    for named in [record.as_str(), &record[..8], &reference.to_lowercase()] {
        assert_eq!(store.json(&["record", "entries", named]), entries, "{named}");
    }
    let rows = entries["entries"].as_array().expect("entries");
    let row = rows.iter().find(|row| row["kind"] == "referral.submitted").expect("it was sent");
    let op = row["op"].as_str().expect("an op");
    let erase = ["record", "erase", &reference, "--basis", "wrong_person", "--op"];
    let (code, unknown) = said(&store.on_store(&[erase.as_slice(), &["zzzz"]].concat()));
    assert!(code == Some(2) && unknown.contains("waymark record entries"), "{unknown}");
    let (code, erased) = said(&store.on_store(&[erase.as_slice(), &[op]].concat()));
    assert!(code == Some(0) && erased.contains("is erased"), "{erased}");
    let (code, unknown) = said(&store.on_store(&["record", "entries", "Harrow"]));
    assert!(code == Some(2) && unknown.contains("waymark referral list"), "{unknown}");
}

#[test]
fn where_somebody_is_signed_in_is_listed_and_ended_in_a_terminal() {
    let store = Store::new();
    let (code, nowhere) = said(&store.on_store(&["user", "sessions", "Second admin"]));
    assert!(code == Some(0) && nowhere.contains("signed in at the web desk nowhere"), "{nowhere}");
    let (code, ended) = said(&store.on_store(&["user", "sign-out", "Second admin"]));
    assert!(code == Some(0) && ended.contains("Second admin: "), "{ended}");
    let (code, none) = said(&store.on_store(&["user", "unlink", "Second admin"]));
    assert!(code == Some(1) && none.contains("no account"), "{none}");
    let serving = store.serve();
    let first = store.sign_in(&serving, &store.codes[0], "first.json");
    let (code, list) = said(&on_server(&serving, &first, &["user", "sessions", "First admin"]));
    assert!(code == Some(0) && list.contains("nowhere"), "{list}");
    let (code, ended) = said(&on_server(&serving, &first, &["user", "sign-out", "Second admin"]));
    assert!(code == Some(0) && ended.contains("Second admin: "), "{ended}");
}
