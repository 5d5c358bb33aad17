//! One crime reference, or one exhibit reference, that was typed on two encounters (C28).
//!
//! ```text
//!   encounter a   crime.recorded 43/1234 ─╮
//!   encounter b   crime.recorded 43/1234 ─┴─ conflict.raised in the force's record: neither is dropped
//! ```
//! Does not look for the other: a store does, by [`Typed`]. Does not write.

use crate::exhibit;
use crate::ids::{OpId, UserId};
use crate::referral::act::{Act, ConflictRaised, CrimeRecorded, Finding, ItemSeized};

/// A reference that should stand on one encounter alone, as two of them are compared: without spaces, in capitals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    about: String,
}

impl Typed {
    /// What an act refers to; none where nothing was typed. An exhibit under the officer's own initials is compared
    /// with that officer's alone: two may share their initials, and number for themselves.
    #[must_use]
    pub fn of(act: &Act, author: UserId, initials: &str) -> Option<Self> {
        if let Some(crime) = act.as_body::<CrimeRecorded>() {
            let key = key(crime.crime_reference.as_deref()?)?;
            return Some(Self { about: format!("crime_reference/{key}") });
        }
        let typed = &act.as_body::<ItemSeized>()?.exhibit;
        let key = key(typed)?;
        let about = if exhibit::is_of(typed, initials) {
            format!("exhibit/{key}/{author}")
        } else {
            format!("exhibit/{key}")
        };
        Some(Self { about })
    }

    /// What is looked for, and what a conflict about it is about.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// What the server raises, once it stands on more than one encounter.
    #[must_use]
    pub fn raised(&self, sides: impl IntoIterator<Item = OpId>) -> ConflictRaised {
        let mut sides: Vec<OpId> = sides.into_iter().collect();
        sides.sort_unstable();
        sides.dedup();
        ConflictRaised { finding: Finding::Duplicate, about: self.about.clone(), sides, gone: None }
    }
}

fn key(typed: &str) -> Option<String> {
    let plain: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
    (!plain.is_empty()).then(|| plain.to_uppercase())
}
