//! What the central record said of somebody, kept on the phone, or with a form at the desk, until their encounter is over.
//!
//! An answer counts for an hour, for whoever has exactly that name and birth. No name is kept: a digest stands for it.
//! Does not ask: see [`crate::sync::prior_check`].

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::identity::normalise_name;
use crate::ids::Digest;
use crate::phone::state::PhoneState;
use crate::referral::act::Subject;
use crate::referral::eligibility::PriorCheck;

/// How long an answer counts, in milliseconds.
const COUNTS_MS: u64 = 60 * 60_000;

/// An answer, and whom it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// What stands for the person.
    pub about: Digest,
    /// What was said.
    #[serde(flatten)]
    pub check: PriorCheck,
}

impl Checked {
    /// An answer about a person.
    #[must_use]
    pub fn of(subject: &Subject, check: PriorCheck) -> Self {
        Self { about: about(subject), check }
    }
}

/// Keeps an answer, in the place of an earlier one about the same person.
pub fn keep(state: &mut PhoneState, subject: &Subject, check: PriorCheck) {
    let kept = Checked::of(subject, check);
    state.checked.retain(|other| other.about != kept.about);
    state.checked.push(kept);
}

/// What was said of a person, while it counts.
#[must_use]
pub fn said(checked: &[Checked], subject: &Subject, now_ms: u64) -> Option<PriorCheck> {
    let about = about(subject);
    let kept = checked.iter().find(|kept| kept.about == about);
    kept.map(|kept| kept.check).filter(|check| counts(check, now_ms))
}

/// What counts no longer is forgotten.
pub fn forget_old(state: &mut PhoneState, now_ms: u64) {
    state.checked.retain(|kept| counts(&kept.check, now_ms));
}

/// A clock that was set back since makes an answer no older.
fn counts(check: &PriorCheck, now_ms: u64) -> bool {
    now_ms.abs_diff(check.at_ms) < COUNTS_MS
}

fn about(subject: &Subject) -> Digest {
    let name = normalise_name(&format!("{} {}", subject.given, subject.family));
    let born = subject.born.map(|born| born.to_string());
    let guessed = subject.apparent_age.filter(|_| born.is_none()).map(|years| format!("~{years}"));
    let born = born.or(guessed).unwrap_or_default();
    Digest(Sha256::digest(format!("waymark/checked/1\n{name}\n{born}")).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::referral::eligibility::PriorAnswer;

    const AT_MS: u64 = 1_780_000_000_000;

    fn harrow(given: &str) -> Subject {
        let born = "1987-04-12".parse().ok();
        Subject {
            family: "Harrow".to_owned(),
            given: given.to_owned(),
            born,
            apparent_age: None,
            ethnicity: None,
        }
    }

    #[test]
    fn an_answer_counts_for_an_hour_and_for_one_person_alone() {
        let mut state = PhoneState::default();
        let first = PriorCheck { answer: PriorAnswer::Perhaps, at_ms: AT_MS - 1 };
        let check = PriorCheck { answer: PriorAnswer::InProgress, at_ms: AT_MS };
        keep(&mut state, &harrow("Dean"), first);
        keep(&mut state, &harrow("dean"), check);
        assert_eq!(
            said(&state.checked, &harrow("Dean"), AT_MS + COUNTS_MS - 1),
            Some(check),
            "the newest counts"
        );
        assert_eq!(said(&state.checked, &harrow("Dean"), AT_MS + COUNTS_MS), None);
        assert_eq!(said(&state.checked, &harrow("Diana"), AT_MS), None);
        let other = Subject { born: "1987-04-13".parse().ok(), ..harrow("Dean") };
        assert_eq!(said(&state.checked, &other, AT_MS), None);
        forget_old(&mut state, AT_MS + COUNTS_MS);
        assert_eq!(state, PhoneState::default());
    }
}
