//! Names and persons: when two subjects are the same person.
//!
//! ```text
//!   names ── normal ── words ─▶ alike ╮
//!   dates of birth ─────────▶ born  ─┼─▶ matching: same · ask · different, each with its reasons
//!   numbers ────────────────────────╯
//! ```
//! [`same_person`] is the strong key alone, and decides without anybody being asked; [`compare`] weighs
//! everything that is known. Does not link anybody: a link is an entry of its own, and an admin may split it.

mod alike;
mod born;
mod matching;
mod normal;
mod numbers;
mod rules;
pub mod tie;
mod words;

pub use born::{BadBorn, Born};
pub use matching::{Band, Match, Opposed, Reason, compare, search_keys};
pub use normal::normalise_name;
pub use numbers::{canonical_cro, canonical_pnc};
pub use rules::{BadRules, ReasonCode, Rules};
use serde::{Deserialize, Serialize};

/// What is known of a person who was referred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Family name, as given.
    pub family: String,
    /// First names, as given; empty for somebody with one name.
    #[serde(default)]
    pub given: String,
    /// When they were born, as far as it is known.
    #[serde(default)]
    pub born: Option<Born>,
    /// Numbers that name the person elsewhere.
    #[serde(default)]
    pub identifiers: Vec<Identifier>,
}

/// A number that names a person elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Identifier {
    /// Whose number it is.
    pub kind: IdentifierKind,
    /// The number, as written.
    pub value: String,
    /// Whether somebody saw it confirmed.
    pub verified: Verified,
}

/// Whose number an identifier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum IdentifierKind {
    /// Police National Computer id.
    Pnc,
    /// Criminal Records Office number.
    Cro,
    /// NHS number; held by providers only.
    Nhs,
    /// A force's own number, its prefix in front.
    Force,
}

/// Whether an identifier was seen confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verified {
    /// Confirmed at its source or on a document.
    Yes,
    /// Only stated.
    No,
}

/// The answer of [`same_person`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SamePerson {
    /// The same person.
    Yes,
    /// Not known to be the same.
    No,
}

/// Whether two subjects are the same person: the normalised full names and the dates of birth are
/// equal, or both hold the same verified identifier. Nothing else counts, and what is missing matches nothing.
///
/// Symmetric. Not transitive: who joins subjects into a person joins them edge by edge.
#[must_use]
pub fn same_person(a: &Subject, b: &Subject) -> SamePerson {
    let by_name = identity_key(a).is_some_and(|key| identity_key(b) == Some(key));
    let by_number = verified(a).any(|mine| verified(b).any(|theirs| mine == theirs));
    if by_name || by_number { SamePerson::Yes } else { SamePerson::No }
}

/// The normalised full name and the exact date of birth as one text; `None` when either is missing.
/// Personal data: never log it.
#[must_use]
pub fn identity_key(subject: &Subject) -> Option<String> {
    let name = normalise_name(&format!("{} {}", subject.given, subject.family));
    let born = subject.born?.day()?;
    (!name.is_empty()).then(|| format!("{name}|{born}"))
}

fn verified(subject: &Subject) -> impl Iterator<Item = (IdentifierKind, String)> {
    let seen = subject.identifiers.iter().filter(|identifier| match identifier.verified {
        Verified::Yes => true,
        Verified::No => false,
    });
    seen.filter_map(|identifier| Some((identifier.kind, comparable(identifier)?)))
}

/// An identifier's number as two of them are compared; `None` for one that is written wrong, which matches nothing.
pub(crate) fn comparable(identifier: &Identifier) -> Option<String> {
    match identifier.kind {
        IdentifierKind::Pnc => numbers::pnc_without_century(&identifier.value),
        IdentifierKind::Cro => canonical_cro(&identifier.value),
        IdentifierKind::Nhs | IdentifierKind::Force => {
            Some(normalise_name(&identifier.value)).filter(|plain| !plain.is_empty())
        }
    }
}

#[cfg(test)]
mod tests;
