//! How people name a record: by its human reference, by its id, or by a beginning of either that only one record has.
//!
//! ```text
//!   TVP-7KQ2-M4XD-9   tvp 7kq2 m4xd 9   TVP-7KQ2        the reference, as it is read out or typed
//!   5e1f…-…           5e1fa0            referral/5e1f…  the id
//! ```
//! Does not know which records there are: [`Known`] does.

use serde::Deserialize;
use uuid::Uuid;

use crate::command::Known;
use crate::ids::Record;
use crate::problem::Problem;
use crate::reference::{BadReference, HumanReference, is_prefix};

/// So many characters of an id, or of a reference behind its prefix, at least.
const LEAST: usize = 4;

/// How many records are named back when a beginning is not enough.
const MOST_CHOICES: usize = 10;

/// A record as somebody names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Named(String);

/// What the id or the reference of a record begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beginning {
    /// Of the id, in lower case.
    Id(String),
    /// Of the human reference, as it is printed.
    Reference(String),
}

impl Beginning {
    /// Whether a record is meant.
    #[must_use]
    pub fn names(&self, record: Record, reference: Option<&str>) -> bool {
        match self {
            Self::Id(id) => record.id.to_string().starts_with(id),
            Self::Reference(text) => reference.is_some_and(|reference| reference.starts_with(text.as_str())),
        }
    }
}

impl From<Record> for Named {
    fn from(record: Record) -> Self {
        Self(record.to_string())
    }
}

impl Named {
    /// The record that is meant; a whole id is taken as it is, whether it is held or not.
    ///
    /// # Errors
    /// [`Problem`] `reference_malformed`, `reference_check_failed`, `record_unknown`, or `record_ambiguous` with those
    /// that are meant.
    pub fn record<K: Known>(&self, known: &K) -> Result<Record, K::Fault> {
        let text = self.0.trim();
        if let Some(whole) = Uuid::parse_str(text).map(Record::referral).ok().or_else(|| text.parse().ok()) {
            return Ok(whole);
        }
        let found = known.beginning_with(&beginning(text)?)?;
        match found.as_slice() {
            [(record, _)] => Ok(*record),
            [] => Err(Problem::at("record_unknown", "record", "").into()),
            several => {
                let name = |(record, reference): &(Record, Option<String>)| {
                    reference.clone().unwrap_or_else(|| record.id.to_string())
                };
                let choices: Vec<String> = several.iter().take(MOST_CHOICES).map(name).collect();
                let detail = format!("{} and others begin so; write more of it", choices.join(", "));
                let choices = choices.into();
                Err(Problem { choices, ..Problem::at("record_ambiguous", "record", detail) }.into())
            }
        }
    }
}

/// What a text may be the beginning of.
fn beginning(text: &str) -> Result<Beginning, Problem> {
    match HumanReference::parse(text) {
        Ok(reference) => return Ok(Beginning::Reference(reference.to_string())),
        Err(BadReference::Check) => return Err(Problem::at("reference_check_failed", "record", "")),
        Err(BadReference::Shape) => {}
    }
    let is_id = |c: char| c.is_ascii_hexdigit() || c == '-';
    if text.len() >= LEAST && text.chars().all(is_id) {
        return Ok(Beginning::Id(text.to_ascii_lowercase()));
    }
    let typed = text.to_ascii_uppercase();
    match typed.split_once('-') {
        Some((prefix, rest)) if is_prefix(prefix) && rest.len() >= LEAST => Ok(Beginning::Reference(typed)),
        Some(_) | None => {
            let detail = "a reference such as TVP-7KQ2-M4XD-9, an id, or the beginning of one";
            Err(Problem::at("reference_malformed", "record", detail))
        }
    }
}
