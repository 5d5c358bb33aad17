//! Names and persons: when two subjects are the same person. [`same_person`] is the one function that
//! decides; the server, the phone and the desk all ask it.
//!
//! Does not link anybody: a link is an entry of its own, and an admin may split it.

mod numbers;

use chrono::NaiveDate;
pub use numbers::{canonical_cro, canonical_pnc};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// What is known of a person who was referred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Family name, as given.
    pub family: String,
    /// First names, as given; empty for somebody with one name.
    #[serde(default)]
    pub given: String,
    /// Date of birth, when it is known.
    #[serde(default)]
    pub date_of_birth: Option<NaiveDate>,
    /// Numbers that name the person elsewhere.
    #[serde(default)]
    pub identifiers: Vec<Identifier>,
}

/// A number that names a person elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verified {
    /// Confirmed at its source or on a document.
    Yes,
    /// Only stated.
    No,
}

/// The answer of [`same_person`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// The normalised full name and the date of birth as one text; `None` when either is missing.
/// Personal data: never log it.
#[must_use]
pub fn identity_key(subject: &Subject) -> Option<String> {
    let name = normalise_name(&format!("{} {}", subject.given, subject.family));
    let born = subject.date_of_birth?;
    (!name.is_empty()).then(|| format!("{name}|{born}"))
}

/// A name as it is compared, never as it is shown: compatibility forms decomposed (NFKD), diacritics off,
/// case folded, and everything that is no letter or digit (hyphens, apostrophes, spaces) left out.
/// `O’Brien-Núñez` and `OBRIEN NUNEZ` both become `obriennunez`.
///
/// Marks that are letters of their own, as the vowel signs of Indic scripts, stay.
#[must_use]
pub fn normalise_name(name: &str) -> String {
    let folded = name
        .nfkd()
        .filter(|letter| !is_diacritic(*letter))
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .filter(|letter| letter.is_alphanumeric() || unicode_normalization::char::is_combining_mark(*letter))
        .fold(String::new(), |mut folded, letter| {
            match plain(letter) {
                Some(text) => folded.push_str(text),
                None => folded.push(letter),
            }
            folded
        });
    // Marks that a left-out space kept apart now stand together: they get their one order.
    folded.nfkd().collect()
}

/// Accents of Latin, Greek and Cyrillic; points of Hebrew and Arabic, which are written or left out at will.
fn is_diacritic(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// Letters that carry their stroke inside and so have no decomposition.
fn plain(letter: char) -> Option<&'static str> {
    match letter {
        'ø' => Some("o"),
        'ł' => Some("l"),
        'đ' | 'ð' => Some("d"),
        'ħ' => Some("h"),
        'ı' => Some("i"),
        'æ' => Some("ae"),
        'œ' => Some("oe"),
        'þ' => Some("th"),
        _ => None,
    }
}

fn verified(subject: &Subject) -> impl Iterator<Item = (IdentifierKind, String)> {
    let seen = subject.identifiers.iter().filter(|identifier| match identifier.verified {
        Verified::Yes => true,
        Verified::No => false,
    });
    seen.filter_map(|identifier| Some((identifier.kind, comparable(identifier)?)))
}

/// An identifier's number as it is compared; `None` for one that is written wrong, which matches nothing.
fn comparable(identifier: &Identifier) -> Option<String> {
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
