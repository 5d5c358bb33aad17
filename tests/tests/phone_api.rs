//! The phone's API as it is documented: each example runs, its request and its answer fit their schemas, and the document
//! is what the code says.
//!
//! Does not test what an answer means.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::command::Command;
use sync_core::query::Query;
use tests::phone_api::{Played, document, examples, schemas};

fn validator(name: &str) -> jsonschema::Validator {
    let known = schemas();
    let (_, schema) = known.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}"));
    jsonschema::validator_for(schema).unwrap_or_else(|wrong| panic!("{name}: {wrong}"))
}

fn fits(name: &str, value: &Value) {
    let faults: Vec<String> = validator(name)
        .iter_errors(value)
        .map(|fault| format!("{} at {}", fault, fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{name}: {}", faults.join("; "));
}

#[test]
fn every_example_and_its_answer_fit_their_schemas_and_no_verb_is_left_out() {
    let played = examples();
    for Played { verb, asked, answer } in &played {
        let word = if Command::verbs().any(|known| known.name == *verb) { "command" } else { "query" };
        let mut request = asked.clone();
        request[word] = json!(verb);
        fits(&format!("{verb}.request.schema.json"), &request);
        fits(&format!("{verb}.answer.schema.json"), answer);
        request["no_such_field"] = json!(1);
        assert!(!validator(&format!("{verb}.request.schema.json")).is_valid(&request), "{verb}");
    }
    let shown: BTreeSet<&str> = played.iter().map(|played| played.verb).collect();
    let known: BTreeSet<&str> = Command::verbs().chain(Query::verbs()).map(|verb| verb.name).collect();
    assert_eq!(shown, known);
    assert_eq!(played.len(), known.len(), "each is shown once");
}

#[test]
fn the_document_is_what_the_code_says() {
    let kept = std::fs::read_to_string(tests::root().join("docs/phone-api.md")).expect("it is there");
    assert!(kept == document(), "run: cargo run -p tests --bin phone_api");
}

#[test]
fn who_may_use_a_verb_follows_from_what_it_writes() {
    let who = |name: &str| {
        let verb = Command::verbs().find(|verb| verb.name == name);
        verb.unwrap_or_else(|| panic!("no verb {name}")).who()
    };
    assert_eq!(who("accept"), [Role::ProviderLead]);
    assert_eq!(who("refer"), [Role::Officer, Role::Supervisor]);
    assert_eq!(who("contact"), [Role::OutreachWorker, Role::ProviderLead]);
    assert_eq!(who("settle"), [Role::Supervisor, Role::ProviderLead, Role::Admin]);
    assert_eq!(who("draft_save").len(), 6);
}
