//! Makes what differs from run to run the same: ids, digests, references, times and ages.
//!
//! Each id gets a number in the order in which it appears. Cuts long lists. Does not change what is said.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// So many entries of a list are shown.
const MOST: usize = 2;
/// A time, wherever one stands.
const TIME_MS: u64 = 1_796_032_800_000;

/// The names that ids have got so far.
#[derive(Default)]
pub(super) struct Names {
    ids: BTreeMap<String, String>,
    digests: BTreeMap<String, String>,
    references: BTreeMap<String, String>,
}

impl Names {
    /// The value as it is shown.
    pub(super) fn settle(&mut self, value: &Value) -> Value {
        self.at("", value)
    }

    fn at(&mut self, key: &str, value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                let short = key == "codes" || key == "digests";
                let fields = fields.iter().take(if short { MOST } else { usize::MAX });
                let fields = fields.map(|(name, value)| (self.text(name), self.at(name, value)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            Value::Array(list) => list.iter().take(MOST).map(|value| self.at(key, value)).collect(),
            Value::Number(number) => match number.as_u64() {
                Some(_) if key.ends_with("age_ms") || key == "freshness_ms" => json!(60_000),
                Some(ms) if ms > 1_600_000_000_000 => json!(TIME_MS),
                Some(_) | None => value.clone(),
            },
            Value::String(_) if key == "public_key" => json!("BOr3…"),
            Value::String(text) => Value::String(self.text(text)),
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }

    /// A text with every id in it by its number.
    fn text(&mut self, text: &str) -> String {
        let mut shown = String::new();
        let mut rest = text;
        while let Some((at, length, kind)) = next_id(rest) {
            let (before, from) = rest.split_at(at);
            let (id, after) = from.split_at(length);
            shown.push_str(before);
            shown.push_str(&self.name(kind, id));
            rest = after;
        }
        shown + rest
    }

    fn name(&mut self, kind: Kind, id: &str) -> String {
        let (known, of): (_, fn(usize) -> String) = match kind {
            Kind::Id => (&mut self.ids, |n| format!("00000000-0000-4000-8000-{n:012}")),
            Kind::Digest => (&mut self.digests, |n| format!("{n:064x}")),
            Kind::Reference => (&mut self.references, |n| format!("TVP-7KQ2-M4X{n}-9")),
        };
        let next = known.len() + 1;
        known.entry(id.to_owned()).or_insert_with(|| of(next)).clone()
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Id,
    Digest,
    Reference,
}

/// The first id, digest or reference of a text: where, how long, and which.
fn next_id(text: &str) -> Option<(usize, usize, Kind)> {
    (0..text.len()).filter(|at| text.is_char_boundary(*at)).find_map(|at| {
        let from = &text[at..];
        let is = |length: usize, test: fn(usize, u8) -> bool| {
            let bytes = from.as_bytes().get(..length)?;
            bytes.iter().enumerate().all(|(place, byte)| test(place, *byte)).then_some(length)
        };
        let digest = is(64, |_, byte| byte.is_ascii_hexdigit()).map(|length| (length, Kind::Digest));
        let id = || {
            is(36, |place, byte| match place {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
            .map(|length| (length, Kind::Id))
        };
        let reference = || {
            let length = is(15, |place, byte| match place {
                3 | 8 | 13 => byte == b'-',
                0..3 => byte == b"TVP"[place],
                _ => byte.is_ascii_alphanumeric(),
            });
            length.map(|length| (length, Kind::Reference))
        };
        digest.or_else(id).or_else(reference).map(|(length, kind)| (at, length, kind))
    })
}
