//! The published JSON Schemas of the op kinds and the Rust types say the same of what a body may be.
//!
//! Does not check limits of size and depth: those are `sync_core::shape`'s, for every kind alike.

use std::fs;
use std::path::Path;

use crate::common::examples::every_kind;
use jsonschema::Validator;
use serde_json::{Value, json};
use sync_core::op::Kind;
use sync_core::referral::act::{Act, KINDS};

fn schema_of(kind: &str) -> Validator {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/json/ops");
    let text =
        fs::read_to_string(folder.join(format!("{kind}.schema.json"))).expect("every kind has its schema");
    let schema: Value = serde_json::from_str(&text).expect("a schema is JSON");
    jsonschema::validator_for(&schema).expect("a schema is one")
}

fn parses(kind: &str, body: &Value) -> bool {
    let kind: Kind = kind.parse().expect("it is a kind");
    Act::parse(&kind, &body.to_string()).is_ok()
}

/// A body, and bodies that differ from it in one place.
fn variants(body: &Value) -> Vec<Value> {
    let mut all = vec![body.clone()];
    let Value::Object(fields) = body else { return all };
    let mut with = body.clone();
    with["a_field_too_many"] = json!(1);
    all.push(with);
    for key in fields.keys() {
        let mut without = fields.clone();
        without.remove(key);
        all.push(Value::Object(without));
        for other in [json!(null), json!(true), json!(-1), json!(1.5), json!("?"), json!([]), json!({})] {
            let mut changed = fields.clone();
            changed.insert(key.clone(), other);
            all.push(Value::Object(changed));
        }
    }
    all
}

/// Where the two differ: a text that is no date or id is checked by the type alone, and so is an edge from a
/// record to itself; serde reads a list in the place of an object whose fields may all be left out.
fn is_known_difference(kind: &str, body: &Value) -> bool {
    let mut texts = body.as_object().into_iter().flat_map(|fields| fields.values());
    let to_itself = body["one"] == body["other"] && body.get("one").is_some();
    let has_reach = matches!(kind, "referral.submitted" | "person.came_in");
    let list_for_object = has_reach && body["reach"] == json!([]);
    // A yes to contact names its wording and its language: a rule over several fields, which the type checks alone.
    let consent_unworded = kind == "consent.recorded"
        && body["contact"] == "yes"
        && (!body["wording"].is_string() || !body["language"].is_string());
    texts.any(|value| value == "?") || to_itself || list_for_object || consent_unworded
}

#[test]
fn schema_and_type_agree_on_every_kind_and_on_bodies_that_differ_in_one_place() {
    assert_eq!(every_kind().len(), KINDS.len());
    let mut compared = 0;
    for act in every_kind() {
        let (kind, schema) = (act.kind(), schema_of(act.kind()));
        let body: Value = serde_json::from_str(&act.body()).expect("a body is JSON");
        assert!(schema.is_valid(&body), "{kind}: the example is valid");
        for variant in variants(&body) {
            if is_known_difference(kind, &variant) {
                continue;
            }
            let (valid, parsed) = (schema.is_valid(&variant), parses(kind, &variant));
            assert_eq!(valid, parsed, "{kind}: the schema says {valid}, the type says {parsed}: {variant}");
            compared += 1;
        }
    }
    assert!(compared > 1000, "{compared}");
}

#[test]
fn every_schema_is_of_a_kind() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/json/ops");
    let files = fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<String> =
        files.map(|file| file.expect("it is read").file_name().to_string_lossy().into_owned()).collect();
    let mut kinds: Vec<String> = KINDS.iter().map(|info| format!("{}.schema.json", info.kind)).collect();
    names.sort();
    kinds.sort();
    assert_eq!(names, kinds);
}
