//! What is linked and split: a subject, an unordered pair of them, and what somebody says of a pair.
//!
//! Does not hold what is known of a subject: see [`super::Subject`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::identity::{Identifier, IdentifierKind, Verified, comparable};
use crate::ids::OpId;

/// Names a subject: a person as one op of one referral named them, or as a number does.
///
/// Written `referral/<id>/<op>` or `pnc/<number>`, `cro/…`, `nhs/…`, `force/…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SubjectId {
    /// As an op named them.
    Named {
        /// The referral.
        referral: Uuid,
        /// The op: an encounter, a submission or an amendment.
        op: OpId,
    },
    /// As a number names them, in the form in which two are compared.
    Number {
        /// Whose number.
        kind: IdentifierKind,
        /// The number.
        number: String,
    },
}

/// A text that names no subject or pair. Carries no input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no subject: write referral/<id>/<op>, or a kind of number and the number")]
pub struct BadSubjectId;

impl SubjectId {
    /// The subject that a number names; none when it is written wrong.
    #[must_use]
    pub fn of_number(identifier: &Identifier) -> Option<Self> {
        comparable(identifier).map(|number| Self::Number { kind: identifier.kind, number })
    }
}

const KINDS: [(&str, IdentifierKind); 4] = [
    ("pnc", IdentifierKind::Pnc),
    ("cro", IdentifierKind::Cro),
    ("nhs", IdentifierKind::Nhs),
    ("force", IdentifierKind::Force),
];

impl fmt::Display for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named { referral, op } => write!(f, "referral/{referral}/{op}"),
            Self::Number { kind, number } => {
                let word = KINDS.iter().find(|(_, other)| other == kind).map_or("", |(word, _)| word);
                write!(f, "{word}/{number}")
            }
        }
    }
}

impl FromStr for SubjectId {
    type Err = BadSubjectId;
    fn from_str(text: &str) -> Result<Self, BadSubjectId> {
        let (word, rest) = text.split_once('/').ok_or(BadSubjectId)?;
        if word == "referral" {
            let (referral, op) = rest.split_once('/').ok_or(BadSubjectId)?;
            let referral = Uuid::parse_str(referral).map_err(|_| BadSubjectId)?;
            return Ok(Self::Named { referral, op: op.parse().map_err(|_| BadSubjectId)? });
        }
        let kind =
            KINDS.iter().find(|(other, _)| *other == word).map(|(_, kind)| *kind).ok_or(BadSubjectId)?;
        let identifier = Identifier { kind, value: rest.to_owned(), verified: Verified::No };
        Self::of_number(&identifier).ok_or(BadSubjectId)
    }
}

/// Two different subjects, whichever is named first. Written `<subject>~<subject>`, the smaller one first.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pair {
    low: SubjectId,
    high: SubjectId,
}

impl Pair {
    /// The pair of two subjects; none when they are one.
    #[must_use]
    pub fn of(a: SubjectId, b: SubjectId) -> Option<Self> {
        match a.cmp(&b) {
            std::cmp::Ordering::Less => Some(Self { low: a, high: b }),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(Self { low: b, high: a }),
        }
    }

    /// Its subjects, the smaller one first.
    #[must_use]
    pub fn ends(&self) -> (&SubjectId, &SubjectId) {
        (&self.low, &self.high)
    }

    /// The name of the register that holds what was said of it, which its conflict's id is made of.
    #[must_use]
    pub fn register(&self) -> String {
        format!("tie/{self}")
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}", self.low, self.high)
    }
}

impl FromStr for Pair {
    type Err = BadSubjectId;
    fn from_str(text: &str) -> Result<Self, BadSubjectId> {
        let (a, b) = text.split_once('~').ok_or(BadSubjectId)?;
        Self::of(a.parse()?, b.parse()?).ok_or(BadSubjectId)
    }
}

/// Whether a conflict asks who is one person: it is about a pair. A link or a split answers it, and nothing else: settled
/// as something else the question would be lost.
#[must_use]
pub fn asks_who(about: &str) -> bool {
    about.parse::<Pair>().is_ok()
}

serde_as_text!(SubjectId, Pair);

#[cfg(feature = "json-schema")]
schema_as_text! {
    SubjectId "^(referral|pnc|cro|nhs|force)/.+$";
}

/// What somebody said of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    /// They are one person.
    Linked,
    /// They are two.
    Split,
}

impl Tie {
    /// The canonical JSON that a write of a pair's register has as its value.
    #[must_use]
    pub fn value(self) -> &'static str {
        match self {
            Self::Linked => "\"linked\"",
            Self::Split => "\"split\"",
        }
    }
}

/// Why somebody linked or split a pair. Which of two reasons was given never makes a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Linked: the strong key is equal, and nothing speaks against it.
    StrongKey,
    /// Linked: somebody looked at both and is sure.
    SamePerson,
    /// Split: somebody looked at both and is sure.
    DifferentPeople,
    /// Split: the link was entered in error.
    EnteredInError,
}
