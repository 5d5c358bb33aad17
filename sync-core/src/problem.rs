//! What went wrong, sorted by who must act; shaped like a problem document of RFC 9457.
//!
//! Codes are those of `schema/codes/errors.csv` and never change. Does not carry personal data: no
//! value of a field is ever repeated.

use crate::codes::{self, CodeList};
use crate::shape::BadShape;
use serde::Serialize;

/// Who must act for it to go away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Whoever asked.
    Caller,
    /// The server, or whoever answered.
    Peer,
    /// What is stored.
    Data,
    /// Nobody: the same works later.
    Later,
}

/// A problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{title} {detail}")]
pub struct Problem {
    /// Its stable code.
    pub code: String,
    /// One sentence for people.
    pub title: &'static str,
    /// What is particular to this one; may be empty.
    pub detail: String,
    /// The field at fault, as a path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What could be said instead, where that is a short list.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub choices: Box<[String]>,
    /// What else it is about.
    #[serde(flatten)]
    pub about: Option<Box<About>>,
    /// Who must act.
    pub who: Who,
}

/// What a problem is about beside its field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Both fields, where two contradict each other.
    Fields([&'static str; 2]),
    /// The reference of a referral.
    Reference(String),
    /// After how many milliseconds the same may work.
    AfterMs(u64),
}

impl Problem {
    /// A problem of the list `errors`; another code is one of a peer.
    #[must_use]
    pub fn new(code: &str, detail: impl Into<String>) -> Self {
        let entry = codes::entry(CodeList::Errors, code);
        let who = match entry.and_then(|entry| entry.column("who_must_act")) {
            Some("caller") => Who::Caller,
            Some("data") => Who::Data,
            Some("later") => Who::Later,
            Some(_) | None => Who::Peer,
        };
        let title = entry.map_or("The server reports a problem.", |entry| entry.label.as_str());
        Self {
            code: code.to_owned(),
            title,
            detail: detail.into(),
            field: None,
            choices: Box::default(),
            about: None,
            who,
        }
    }

    /// A problem with one field.
    #[must_use]
    pub fn at(code: &str, field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(code, detail) }
    }

    /// The same with the time after which to try again.
    #[must_use]
    pub fn after(self, after_ms: u64) -> Self {
        Self { about: Some(Box::new(About::AfterMs(after_ms))), ..self }
    }

    /// The problem of an answer that cannot be recorded.
    #[must_use]
    pub fn of_shape(bad: &BadShape) -> Self {
        Self::at(bad.code, bad.field.clone(), bad.fault)
    }

    /// The question whether somebody who was referred is to be referred again.
    #[must_use]
    pub fn already_referred(field: &str, reference: String) -> Self {
        let asked = Self::at("already_referred", field, reference.clone());
        Self { about: Some(Box::new(About::Reference(reference))), ..asked }
    }

    /// A problem with two fields that contradict each other.
    #[must_use]
    pub fn between(code: &str, fields: [&'static str; 2]) -> Self {
        let about = Some(Box::new(About::Fields(fields)));
        Self { about, ..Self::at(code, fields[0], fields.join(" and ")) }
    }
}
