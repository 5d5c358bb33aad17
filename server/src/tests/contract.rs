//! The published description holds every endpoint, and the answers of the tests are as it says.
//!
//! Does not test what an answer means.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::live::Reply;
use crate::http::published;
use crate::openapi;

static DESCRIPTION: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(openapi::json()).expect("the description is JSON"));

#[test]
fn every_endpoint_is_published_and_nothing_else() {
    let there: BTreeSet<String> = published()
        .into_iter()
        .flat_map(|(path, methods)| methods.into_iter().map(move |method| format!("{method} {path}")))
        .collect();
    let paths = DESCRIPTION["paths"].as_object().expect("paths");
    let described: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("methods").keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    assert_eq!(there, described);
}

#[test]
fn every_reference_of_the_description_leads_somewhere() {
    fn walk(value: &Value, broken: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(to)) = members.get("$ref")
                    && DESCRIPTION.pointer(to.trim_start_matches('#')).is_none()
                {
                    broken.push(to.clone());
                }
                members.values().for_each(|value| walk(value, broken));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, broken)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut broken = Vec::new();
    walk(&DESCRIPTION, &mut broken);
    assert_eq!(broken, Vec::<String>::new());
    assert_eq!(DESCRIPTION["openapi"], "3.1.0");
}

/// The described path of a request's.
fn described(path: &str) -> Option<String> {
    let asked: Vec<&str> = path.split('?').next()?.split('/').collect();
    let paths = DESCRIPTION["paths"].as_object()?;
    let fits = |template: &&String| {
        let parts: Vec<&str> = template.split('/').collect();
        parts.len() == asked.len()
            && parts.iter().zip(&asked).all(|(part, asked)| part == asked || part.starts_with('{'))
    };
    paths.keys().find(fits).cloned()
}

/// Checks an answer against the description; every answer of the live tests passes here.
pub(super) fn check(method: &str, path: &str, reply: &Reply) {
    let Some(path) = described(path) else { return assert_eq!(reply.status, 404) };
    let responses = &DESCRIPTION["paths"][&path][method.to_lowercase()]["responses"];
    let response = responses.get(reply.status.to_string()).or(responses.get("default"));
    let is_problem = reply.status >= 400;
    let kind = if is_problem { "application/problem+json" } else { "application/json" };
    assert!(reply.head.contains(kind), "{method} {path}: {}", reply.head);
    let schema = match response {
        Some(response) if !is_problem => response["content"][kind]["schema"].clone(),
        _ => json!({"$ref": "#/components/schemas/Problem"}),
    };
    let validator = validator(schema);
    let faults: Vec<String> = validator.iter_errors(&reply.body).map(|error| error.to_string()).collect();
    assert_eq!(faults, Vec::<String>::new(), "{method} {path}: {}", reply.text);
}

fn validator(mut schema: Value) -> Validator {
    schema["components"] = DESCRIPTION["components"].clone();
    jsonschema::validator_for(&schema).expect("the schema is one")
}
