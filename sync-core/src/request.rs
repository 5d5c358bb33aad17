//! One request as JSON: the word for what is asked, and its fields beside it.
//!
//! ```text
//!   {"command": "accept", "record": …}  ─▶  "accept" and {"record": …}  ─▶  Accept, or the path of what is wrong
//! ```
//! The word comes off first, so that whatever is wrong is told with its path. Does not say what a request means, and
//! repeats no value: it may be a name.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::problem::Problem;

/// Takes the word off that says what a request asks for: the field `word`; the others are its fields.
///
/// # Errors
/// [`Problem`] naming `word` when it is not there, or no string.
pub fn word(word: &str, fields: &mut Map<String, Value>) -> Result<String, Problem> {
    match fields.remove(word) {
        Some(Value::String(asked)) => Ok(asked),
        Some(_) => Err(Problem::at("field_type", word, "expected a string")),
        None => Err(Problem::at("field_missing", word, "")),
    }
}

/// The problem of a word that is not one of these.
#[must_use]
pub fn unknown<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Problem {
    Problem::at("code_unknown", word, format!("one of: {}", known.collect::<Vec<_>>().join(", ")))
}

/// Reads the fields of a request.
///
/// # Errors
/// [`Problem`] with the path of the first field that is not as it should be.
pub fn fields<T: DeserializeOwned>(request: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(request).map_err(|fault| {
        let path = fault.path().to_string();
        wrong(path.trim_start_matches('.'), &fault.inner().to_string())
    })
}

/// What serde says is wrong at a path, as a problem of the list.
fn wrong(path: &str, said: &str) -> Problem {
    let named = said.split('`').nth(1).unwrap_or_default();
    let inside = if path.is_empty() { named.to_owned() } else { format!("{path}.{named}") };
    let detail =
        || said.split_once(", expected ").map_or_else(String::new, |(_, expected)| allowed(expected));
    if said.starts_with("unknown field") {
        Problem::at("field_unknown", path, detail())
    } else if said.starts_with("missing field") {
        Problem::at("field_missing", inside, "")
    } else if said.starts_with("unknown variant") {
        Problem::at("code_unknown", path, detail())
    } else if let Some(found) = said.strip_prefix("invalid type: ") {
        Problem::at("field_type", path, expected(found))
    } else if said.starts_with("invalid value: ") {
        Problem::at("number_out_of_range", path, detail())
    } else {
        Problem::at("field_type", path, "the value has another form than it should")
    }
}

/// The words that are allowed where another was written; the one that was written is not repeated.
fn allowed(expected: &str) -> String {
    let words: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    match (words.as_slice(), largest(expected)) {
        ([], Some(largest)) => format!("a whole number from 0 to {largest}"),
        ([], None) => format!("expected {expected}"),
        (words, _) => format!("one of: {}", words.join(", ")),
    }
}

/// The largest number of a type.
fn largest(of: &str) -> Option<u64> {
    [("u8", u8::MAX.into()), ("u16", u16::MAX.into()), ("u32", u32::MAX.into())]
        .into_iter()
        .find_map(|(name, largest)| (name == of).then_some(largest))
}

/// What was expected, and which kind of value was found: without the value.
fn expected(found: &str) -> String {
    let (found, expected) = found.split_once(", expected ").unwrap_or((found, "another type"));
    let kind = found.split(['`', '"']).next().unwrap_or_default().trim();
    let kind = match kind {
        "map" => "an object".to_owned(),
        "sequence" => "a list".to_owned(),
        "null" => "null".to_owned(),
        "integer" | "floating point" => "a number".to_owned(),
        other => format!("a {other}"),
    };
    let expected = match expected {
        "u8" | "u16" | "u32" | "u64" | "i64" => "a whole number",
        "a sequence" => "a list",
        other => other,
    };
    format!("expected {expected}, found {kind}")
}
