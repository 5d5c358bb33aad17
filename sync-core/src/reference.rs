//! The human reference: how people name a referral aloud, e.g. `TVP-7KQ2-M4XD-9`.
//!
//! Does not identify a referral to a machine: two records may, rarely, share a reference (40 bits).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Crockford's base 32: no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const DATA: usize = 8;

/// A force prefix, eight data characters and a check character.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HumanReference {
    prefix: String,
    data: [u8; DATA],
}

/// Why a text is no reference. Carries no input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadReference {
    /// Not a prefix, eight characters and a check character.
    #[error("the reference is not written as references are; read it again")]
    Shape,
    /// The check character does not fit: a character is wrong or two are swapped.
    #[error("the reference has a slip in it; read it again")]
    Check,
}

/// Whether a text may stand before a reference: two to five capital letters.
#[must_use]
pub fn is_prefix(text: &str) -> bool {
    (2..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

impl HumanReference {
    /// The reference of a record: the first 40 bits of the SHA-256 of its id.
    ///
    /// # Errors
    /// [`BadReference::Shape`] when the prefix is none (see [`is_prefix`]).
    pub fn of(prefix: &str, record_id: Uuid) -> Result<Self, BadReference> {
        if !is_prefix(prefix) {
            return Err(BadReference::Shape);
        }
        let digest = Sha256::digest(record_id.as_bytes());
        let bits = digest.iter().take(5).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let data = std::array::from_fn(|place| (bits >> (5 * (DATA - 1 - place)) & 31) as u8);
        Ok(Self { prefix: prefix.to_owned(), data })
    }

    /// Reads a reference as people type or say it: lower case, hyphens and spaces missing or elsewhere,
    /// O for 0, I or L for 1.
    ///
    /// # Errors
    /// [`BadReference::Shape`] or [`BadReference::Check`].
    pub fn parse(text: &str) -> Result<Self, BadReference> {
        let plain: Vec<u8> = text
            .bytes()
            .filter(|byte| !matches!(byte, b'-' | b' '))
            .map(|b| b.to_ascii_uppercase())
            .collect();
        let cut = plain.len().checked_sub(DATA + 1).ok_or(BadReference::Shape)?;
        let (prefix, rest) = plain.split_at(cut);
        let prefix = std::str::from_utf8(prefix).ok().filter(|prefix| is_prefix(prefix));
        let prefix = prefix.ok_or(BadReference::Shape)?.to_owned();
        let values: Option<Vec<u8>> = rest.iter().map(|byte| value(*byte)).collect();
        let values = values.ok_or(BadReference::Shape)?;
        let data: [u8; DATA] = values[..DATA].try_into().expect("the rest is eight data characters and one");
        if check(&data) == values[DATA] { Ok(Self { prefix, data }) } else { Err(BadReference::Check) }
    }

    /// The force prefix.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }
}

impl fmt::Display for HumanReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |values: &[u8]| -> String { values.iter().map(|value| letter(*value)).collect() };
        let (first, second) = self.data.split_at(DATA / 2);
        write!(f, "{}-{}-{}-{}", self.prefix, text(first), text(second), letter(check(&self.data)))
    }
}

impl FromStr for HumanReference {
    type Err = BadReference;
    fn from_str(text: &str) -> Result<Self, BadReference> {
        Self::parse(text)
    }
}

impl Serialize for HumanReference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HumanReference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

fn letter(value: u8) -> char {
    char::from(ALPHABET[usize::from(value)])
}

fn value(byte: u8) -> Option<u8> {
    let byte = match byte {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    };
    let place = ALPHABET.iter().position(|letter| *letter == byte)?;
    u8::try_from(place).ok()
}

/// The check value: the data as a polynomial over GF(32), evaluated at g = x³ and multiplied by g.
/// The nine weights g⁸ … g, 1 differ and none is zero (g has order 31), so every single wrong
/// character and every swap of neighbours, the check character included, changes the sum.
fn check(data: &[u8; DATA]) -> u8 {
    data.iter().fold(0, |sum, value| times_g(sum ^ value))
}

/// Three times by x, modulo x⁵ + x² + 1.
fn times_g(value: u8) -> u8 {
    (0..3).fold(value, |value, _| {
        let shifted = value << 1;
        if shifted & 0b10_0000 == 0 { shifted } else { shifted ^ 0b10_0101 }
    })
}

#[cfg(test)]
mod tests;
