//! The dictionary of the wire as it is published.
//!
//! Does not make it: see `src/bin/dictionary.rs`.

use std::collections::BTreeSet;

use schema::dictionary;
use serde_json::Value;

#[test]
fn the_dictionary_has_its_number_and_a_small_size() {
    assert_eq!(dictionary::BYTES[4..8], dictionary::ID.to_le_bytes());
    assert!((4 << 10..=16 << 10).contains(&dictionary::BYTES.len()));
}

/// Every family name, given name and name of the staff in the shipped scenario.
fn names(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value.as_str() {
                    Some(name) if ["family", "given", "name"].contains(&key.as_str()) => {
                        names.extend(name.split(' ').map(str::to_owned));
                    }
                    Some(_) | None => self::names(value, names),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| self::names(value, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn no_name_of_the_scenario_is_in_the_dictionary() {
    let file = tests::root().join("tests/scenarios/west-berkshire.json");
    let scenario: Value = serde_json::from_slice(&std::fs::read(file).expect("the scenario")).expect("JSON");
    let mut found = BTreeSet::new();
    names(&scenario["people"], &mut found);
    names(&scenario["story"], &mut found);
    names(&scenario["encounters"], &mut found);
    assert!(found.len() > 80, "{found:?}");
    // Shorter ones are in any text, and are no proof of anything.
    for name in found.iter().filter(|name| name.len() > 3) {
        let is_in = dictionary::BYTES.windows(name.len()).any(|part| part == name.as_bytes());
        assert!(!is_in, "{name}");
    }
}
