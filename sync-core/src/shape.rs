//! The one validator of shapes: runs on a device before an op is appended, and on the server, so
//! that an honest device can never write an op whose shape the server must refuse.
//!
//! Knows JSON and its limits. Does not know what a kind's fields mean: see
//! [`crate::referral::act`].

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// The largest op body, in bytes.
pub const MAX_BODY_BYTES: usize = 16 * 1024;
/// The longest text inside a body, in bytes.
pub const MAX_TEXT_BYTES: usize = 4 * 1024;
/// How deep objects and lists may nest.
pub const MAX_DEPTH: usize = 16;
/// The most entries of one list or object.
pub const MAX_ENTRIES: usize = 256;
/// The most ops of one push.
pub const MAX_PUSH_OPS: usize = 500;
/// The most deps, or seen heads, of one op.
pub const MAX_DEPS: usize = 256;

/// Why a body has no acceptable shape; the text names fields, never values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {fault}")]
pub struct BadShape {
    /// The problem's code, of `errors.csv`.
    pub code: &'static str,
    /// The field, as a path; `body` for the whole.
    pub field: String,
    /// What is wrong with it.
    pub fault: &'static str,
}

impl BadShape {
    /// A fault of one field, with the code that says of which kind it is.
    #[must_use]
    pub fn of(code: &'static str, field: impl Into<String>, fault: &'static str) -> Self {
        Self { code, field: field.into(), fault }
    }

    /// A fault of the whole body.
    fn of_body(code: &'static str, fault: &'static str) -> Self {
        Self::of(code, "body", fault)
    }
}

/// Checks that a body is one JSON object within the limits: no duplicate keys, no control
/// characters, no text or nesting beyond the bounds.
///
/// # Errors
/// [`BadShape`] naming the first fault.
pub fn check(body: &str) -> Result<(), BadShape> {
    if body.len() > MAX_BODY_BYTES {
        return Err(BadShape::of_body("op_body_too_large", "longer than 16 KiB"));
    }
    if !body.starts_with('{') {
        return Err(BadShape::of_body("json_malformed", "not a JSON object"));
    }
    let mut fault = None;
    let mut from = serde_json::Deserializer::from_str(body);
    let strict = Strict { depth: 1, fault: &mut fault };
    let read = strict.deserialize(&mut from).and_then(|()| from.end());
    match (read, fault) {
        (Ok(()), None) => Ok(()),
        (_, Some(Fault(code, fault))) => Err(BadShape::of_body(code, fault)),
        (Err(_), None) => Err(BadShape::of_body("json_malformed", "not JSON")),
    }
}

/// The code of a fault, and what it is.
#[derive(Clone, Copy)]
struct Fault(&'static str, &'static str);

const TOO_LONG: Fault = Fault("string_too_long", "a text longer than 4 KiB");
const CONTROL: Fault = Fault("character_forbidden", "a control character");
const TOO_DEEP: Fault = Fault("json_too_deep", "nested too deep");
const TOO_MANY_ENTRIES: Fault = Fault("json_malformed", "a list with more than 256 entries");
const TOO_MANY_KEYS: Fault = Fault("json_malformed", "an object with more than 256 keys");
const TWICE: Fault = Fault("field_repeated", "a key that occurs twice");

struct Strict<'a> {
    depth: usize,
    fault: &'a mut Option<Fault>,
}

impl Strict<'_> {
    fn fail<E: serde::de::Error>(self, fault: Fault) -> E {
        *self.fault = Some(fault);
        E::custom(fault.1)
    }

    fn text<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(self.fail(TOO_LONG));
        }
        let forbidden = |c: char| c.is_control() && c != '\n' && c != '\t';
        let overrides = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        // Most texts are plain ASCII, which is looked through many bytes at a time.
        let plain = text.bytes().fold(true, |plain, byte| plain & (b' '..0x7f).contains(&byte));
        if !plain && text.chars().any(|c| forbidden(c) || overrides(c)) {
            return Err(self.fail(CONTROL));
        }
        Ok(())
    }

    fn inner(&mut self) -> Result<Strict<'_>, &'static str> {
        if self.depth >= MAX_DEPTH {
            *self.fault = Some(TOO_DEEP);
            return Err(TOO_DEEP.1);
        }
        Ok(Strict { depth: self.depth + 1, fault: self.fault })
    }
}

/// A key of an object, copied only when it is written with escapes.
#[derive(PartialEq, serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON within the limits")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.text(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let mut entries = 0;
        loop {
            let inner = self.inner().map_err(A::Error::custom)?;
            if list.next_element_seed(inner)?.is_none() {
                return Ok(());
            }
            entries += 1;
            if entries > MAX_ENTRIES {
                return Err(self.fail(TOO_MANY_ENTRIES));
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut keys: Vec<Key<'de>> = Vec::with_capacity(8);
        while let Some(key) = map.next_key::<Key<'de>>()? {
            Strict { depth: self.depth, fault: self.fault }.text::<A::Error>(&key.0)?;
            if keys.contains(&key) {
                return Err(self.fail(TWICE));
            }
            keys.push(key);
            if keys.len() > MAX_ENTRIES {
                return Err(self.fail(TOO_MANY_KEYS));
            }
            let inner = self.inner().map_err(A::Error::custom)?;
            map.next_value_seed(inner)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_object_passes() {
        assert_eq!(check(r#"{"a":[1,2.5,null,true,{"b":"Zoë\n"}]}"#), Ok(()));
    }

    #[test]
    fn each_fault_is_named() {
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(16), "]".repeat(16));
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_TEXT_BYTES + 1));
        let many = format!("{{\"a\":[{}0]}}", "0,".repeat(MAX_ENTRIES));
        for (body, fault) in [
            ("[]", "not a JSON object"),
            ("{", "not JSON"),
            (r#"{"a":1} x"#, "not JSON"),
            (r#"{"a":1e400}"#, "not JSON"),
            (r#"{"a":"\ud800"}"#, "not JSON"),
            (r#"{"a":1,"a":2}"#, "a key that occurs twice"),
            (r#"{"a":{"b":1,"b":1}}"#, "a key that occurs twice"),
            (r#"{"a":"\u0007"}"#, "a control character"),
            ("{\"a\":\"\u{202e}evil\"}", "a control character"),
            (deep.as_str(), "nested too deep"),
            (long.as_str(), "a text longer than 4 KiB"),
            (many.as_str(), "a list with more than 256 entries"),
        ] {
            let found = check(body).map_err(|bad| (bad.field, bad.fault));
            assert_eq!(found, Err(("body".to_owned(), fault)), "{fault}");
        }
    }

    #[test]
    fn a_body_beyond_the_bound_is_named_by_its_code() {
        let large = format!("{{\"a\":[{}0]}}", "\"x\",".repeat(MAX_BODY_BYTES / 4));
        assert_eq!(check(&large).map_err(|bad| bad.code), Err("op_body_too_large"));
    }

    #[test]
    fn depth_of_sixteen_passes_and_a_huge_nesting_is_safe() {
        let nested = |n: usize| format!("{{\"a\":{}1{}}}", "[".repeat(n), "]".repeat(n));
        assert_eq!(check(&nested(MAX_DEPTH - 2)), Ok(()));
        assert!(check(&nested(7_000)).is_err());
    }
}
