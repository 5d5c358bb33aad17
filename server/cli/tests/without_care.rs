//! A server without care records from a terminal: begun, worked on with a phone, turned on.
//!
//! Does not test what the server refuses of a changed phone: its own tests do.

use std::process::Output;

use serde_json::Value;

use crate::desk::{MOSS, Serving, Store, said, waymark};

fn phone(store: &Store, serving: &Serving, words: &[&str]) -> Output {
    let mut phone = waymark(&["phone", "--server", &serving.url, "--store"]);
    phone.arg(store.dir.path().join("reid")).args(words).output().expect("it runs")
}

fn care(store: &Store) -> (Option<i32>, String) {
    said(&waymark(&["care", "on", "--data"]).arg(store.data()).output().expect("it runs"))
}

#[test]
fn a_worker_s_phone_refuses_a_note_until_care_is_turned_on() {
    let store = Store::begun(&["--care", "off"]);
    store.json(&["provider", "add", "Swanway", "--area", "West"]);
    store.json(&MOSS);
    let reid =
        store.json_as("Moss", &["user", "add", "Reid", "--role", "outreach_worker", "--org", "Swanway"]);
    assert_eq!(store.json(&["force", "show"])["care"], "off");
    let serving = store.serve();
    let code = reid["code"].as_str().expect("a code");
    assert_eq!(said(&phone(&store, &serving, &["enrol", code])).0, Some(0));
    let came = phone(&store, &serving, &["walk_in", r#"{"family": "Marsh"}"#]);
    let came: Value = serde_json::from_slice(&came.stdout).expect("it is recorded");
    let note = format!(r#"{{"record": {}, "text": "Calm."}}"#, came["record"]);
    let (code, text) = said(&phone(&store, &serving, &["note", &note]));
    assert!(code == Some(2) && text.contains("This server keeps no care records"), "{text}");
    assert_eq!(said(&phone(&store, &serving, &["sync"])).0, Some(0));
    let (code, text) = care(&store);
    assert!(code == Some(3), "a server holds the store: {text}");
    drop(serving);

    assert!(care(&store).1.contains("from now on") && care(&store).1.contains("already"));
    assert_eq!(store.json(&["force", "show"])["care"], "on");
    let serving = store.serve();
    assert_eq!(said(&phone(&store, &serving, &["sync"])).0, Some(0));
    assert_eq!(said(&phone(&store, &serving, &["note", &note])).0, Some(0));
}
