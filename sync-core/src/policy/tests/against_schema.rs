//! The Rust types and the JSON Schema of a pack say the same, each leaf of each pack changed in turn.
//!
//! The schema knows shapes, ranges and words; what only Rust checks are relations between fields.

use jsonschema::Validator;
use serde_json::{Value, json};

use super::{PolicyFault, PolicyPack, seed};
use crate::codes::{self, CodeList};

/// Fields (without their places in lists) of which Rust checks more than the schema can: their relation to others.
const RELATIONS: [&str; 6] = [
    "promises_not_kept",
    "package.tolerance_minutes",
    "age.adult_years",
    "returning.closed_at",
    "returning.wanted_level",
    "ring_now",
];

fn schema_text() -> Value {
    serde_json::from_str(schema::policy::SCHEMA).expect("the schema is JSON")
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema_text()).expect("the schema is a JSON Schema")
}

/// Every pointer into a value, the value itself first.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, inner)| pointers(inner, &format!("{at}/{name}"), all));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(place, inner)| pointers(inner, &format!("{at}/{place}"), all));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Both must agree, but for relations between fields, which the schema lets pass.
fn agree(validator: &Validator, pack: &Value, what: &str) {
    let by_schema = validator.is_valid(pack);
    match PolicyPack::parse(&pack.to_string()) {
        Ok(_) => assert!(by_schema, "only the schema refuses {what}"),
        Err(PolicyFault::Value { field, .. }) if RELATIONS.contains(&field.as_str()) => {}
        Err(fault) => assert!(!by_schema, "only Rust refuses {what}: {fault}"),
    }
}

#[test]
fn every_shipped_pack_keeps_the_schema() {
    let validator = validator();
    for (file, text) in schema::policy::PACKS {
        let pack: Value = serde_json::from_str(text).expect(file);
        let faults: Vec<String> =
            validator.iter_errors(&pack).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{file}: {faults:?}");
    }
}

#[test]
fn every_changed_leaf_is_taken_or_refused_by_both() {
    let validator = validator();
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(1.5),
        json!(3660),
        json!(3661),
        json!(5_000_000_000_u64),
        json!(""),
        json!(" "),
        json!("eligible"),
        json!("8"),
        json!("Admission"),
        json!("24:01"),
        json!([]),
        json!({}),
    ];
    for pack in PolicyPack::shipped() {
        let pack = serde_json::to_value(pack).expect("a pack serialises");
        let mut all = Vec::new();
        pointers(&pack, "", &mut all);
        for pointer in &all {
            for value in &values {
                let mut changed = pack.clone();
                *changed.pointer_mut(pointer).expect("it was listed") = value.clone();
                agree(&validator, &changed, &format!("{pointer} = {value}"));
            }
        }
    }
}

#[test]
fn every_field_is_needed_and_no_other_is_taken_by_either() {
    let validator = validator();
    let seed = seed();
    let mut all = Vec::new();
    pointers(&seed, "", &mut all);
    let objects = all.iter().filter(|pointer| seed.pointer(pointer).is_some_and(Value::is_object));
    for pointer in objects {
        let fields =
            |pack: &Value| pack.pointer(pointer).and_then(Value::as_object).cloned().expect("an object");
        for name in fields(&seed).keys() {
            let mut less = seed.clone();
            less.pointer_mut(pointer).and_then(Value::as_object_mut).expect("an object").remove(name);
            assert!(!validator.is_valid(&less), "the schema does not need {pointer}/{name}");
            assert!(PolicyPack::parse(&less.to_string()).is_err(), "Rust does not need {pointer}/{name}");
        }
        for name in ["admission", "note"] {
            let mut more = seed.clone();
            more.pointer_mut(pointer).expect("it was listed")[name] = json!("yes");
            assert!(!validator.is_valid(&more), "the schema takes {pointer}/{name}");
            assert!(PolicyPack::parse(&more.to_string()).is_err(), "Rust takes {pointer}/{name}");
        }
    }
}

#[test]
fn the_words_of_the_schema_are_those_of_the_code_lists() {
    let schema = schema_text();
    let words = |pointer: &str| -> Vec<String> {
        let words = schema.pointer(pointer).cloned().expect(pointer);
        serde_json::from_value(words).expect("a list of words")
    };
    let cases = [
        (CodeList::Outcomes, "/properties/disposal/properties/outcome_code/enum"),
        (CodeList::RescindReasons, "/properties/disposal/properties/rescind_reasons/items/enum"),
        (CodeList::CancelReasons, "/properties/cancel_reasons/items/enum"),
    ];
    for (list, pointer) in cases {
        let codes: Vec<String> = codes::entries(list).iter().map(|entry| entry.code.clone()).collect();
        assert_eq!(words(pointer), codes, "{}", list.name());
    }
    let promises = serde_json::to_value(super::Promise::ALL).expect("promises serialise");
    let pointer = "/properties/promises_not_kept/items/properties/promise/enum";
    assert_eq!(schema.pointer(pointer), Some(&promises));
}
