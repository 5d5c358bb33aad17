//! Reads fields of the desk's answers.
//!
//! Does not check them: the desk made them.

use serde_json::Value;

/// A text; empty where there is none.
pub(super) fn text<'a>(of: &'a Value, field: &str) -> &'a str {
    of[field].as_str().unwrap_or_default()
}

/// The rows of a list; none where there is none.
pub(super) fn rows<'a>(of: &'a Value, field: &str) -> &'a [Value] {
    of[field].as_array().map_or(&[][..], Vec::as_slice)
}

/// A time.
pub(super) fn ms(of: &Value, field: &str) -> Option<u64> {
    of[field].as_u64()
}

/// The texts of a list.
pub(super) fn texts<'a>(of: &'a Value, field: &str) -> Vec<&'a str> {
    rows(of, field).iter().filter_map(Value::as_str).collect()
}

/// Texts one after the other, each once.
pub(super) fn joined(texts: impl IntoIterator<Item = String>) -> String {
    let mut known: Vec<String> = Vec::new();
    for text in texts {
        if !text.is_empty() && !known.contains(&text) {
            known.push(text);
        }
    }
    known.join(", ")
}
