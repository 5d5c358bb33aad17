//! What an answer says: reading it, and saying well what it does not say.
//!
//! Does not ask anybody anything.

use serde_json::{Value, json};

/// The value at a JSON pointer of an answer.
#[track_caller]
pub(crate) fn at<'a>(answer: &'a Value, pointer: &str) -> &'a Value {
    let found = answer.pointer(pointer);
    found.unwrap_or_else(|| panic!("nothing at {pointer} of {answer:#}"))
}

/// Compares values of an answer, by JSON pointer.
#[track_caller]
pub(crate) fn sees(answer: &Value, expected: &[(&str, Value)]) {
    for (pointer, value) in expected {
        let found = answer.pointer(pointer).unwrap_or(&Value::Null);
        assert_eq!(found, value, "{pointer} of {answer:#}");
    }
}

/// A text, or the texts of a list, as one.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(text).collect::<Vec<_>>().join("\n"),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// The text holds each of these words.
#[track_caller]
pub(crate) fn says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "does not say {word:?}:\n{said}");
    }
}

/// The text holds none of these words.
#[track_caller]
pub(crate) fn never_says(said: &str, words: &[&str]) {
    for word in words {
        assert!(!said.contains(word), "says {word:?}:\n{said}");
    }
}

/// The rows of a list about one referral.
pub(crate) fn rows<'a>(list: &'a Value, record: &str) -> Vec<&'a Value> {
    let all = list.as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter(|row| row["record"] == record).collect()
}

/// The only row of a list about one referral.
#[track_caller]
pub(crate) fn row<'a>(list: &'a Value, record: &str) -> &'a Value {
    let found = rows(list, record);
    assert_eq!(found.len(), 1, "rows about {record} in {list:#}");
    found[0]
}

/// One object over another: what both have, the second says; a null of the second takes it away.
pub(crate) fn with(mut one: Value, other: Value) -> Value {
    let (Value::Object(onto), Value::Object(fields)) = (&mut one, other) else {
        panic!("two JSON objects");
    };
    for (key, value) in fields {
        if value.is_null() {
            onto.remove(&key);
        } else {
            onto.insert(key, value);
        }
    }
    one
}

/// A command or query with its fields.
pub(crate) fn asks(word: &str, what: &str, fields: Value) -> Value {
    with(fields, json!({ word: what }))
}
