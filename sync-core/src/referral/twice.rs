//! One crime reference that was typed on two encounters (C28).
//!
//! ```text
//!   encounter a   crime.recorded 43/1234 ─╮
//!   encounter b   crime.recorded 43/1234 ─┴─ conflict.raised in the force's record: neither is dropped
//! ```
//! Does not look for the other: a store does, by [`key`]. Does not write.

use crate::ids::OpId;
use crate::referral::act::{Act, ConflictRaised, CrimeRecorded, Finding};

/// A crime reference as two of them are compared: without spaces, in capitals; none where none was typed.
#[must_use]
pub fn key(act: &Act) -> Option<String> {
    let typed = act.as_body::<CrimeRecorded>()?.crime_reference.as_ref()?;
    let plain: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
    (!plain.is_empty()).then(|| plain.to_uppercase())
}

/// What the server raises, once a reference stands on more than one encounter.
#[must_use]
pub fn raised(key: &str, sides: impl IntoIterator<Item = OpId>) -> ConflictRaised {
    let mut sides: Vec<OpId> = sides.into_iter().collect();
    sides.sort_unstable();
    sides.dedup();
    ConflictRaised { finding: Finding::Duplicate, about: format!("crime_reference/{key}"), sides, gone: None }
}
