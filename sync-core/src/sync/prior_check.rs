//! The look-up of earlier referrals: `POST /v1/prior-checks`.
//!
//! ```text
//!   phone   who it is, padded ──▶  server   one of five words and its time, padded
//! ```
//! Question and answer have one size each, so that nobody who sees their length learns anything. The answer names nobody
//! and nothing. Does not look anything up, and does not sign: see [`super::statement`].

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::check;
use crate::problem::Problem;
use crate::referral::act::Subject;
use crate::referral::eligibility::{PriorAnswer, PriorCheck};

/// Bytes of a question, as this version sends it.
pub const QUESTION_BYTES: usize = 2048;
/// Bytes of every answer.
pub const ANSWER_BYTES: usize = 128;
/// The least time from a question to its answer, in milliseconds: how long it took says nothing.
pub const LEAST_MS: u64 = 300;
/// The most questions of one device in an hour.
pub const MOST_AN_HOUR: usize = 30;

/// Who it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriorQuestion {
    /// The family name.
    pub family: String,
    /// The given name.
    #[serde(default)]
    pub given: String,
    /// The date of birth, written as 1990-12-31; it or `apparent_age` is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born: Option<String>,
    /// How old the person looks, in years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apparent_age: Option<u8>,
    /// Says nothing: it fills the question up.
    #[serde(default)]
    pub pad: String,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriorAnswered {
    /// The word.
    pub answer: PriorAnswer,
    /// When it was true, in milliseconds since 1970.
    pub at_ms: u64,
    /// Says nothing: it fills the answer up.
    pub pad: String,
}

impl PriorQuestion {
    /// The person, as a form has them.
    ///
    /// # Errors
    /// [`Problem`] naming the field at fault.
    pub fn subject(&self, now_ms: u64) -> Result<Subject, Problem> {
        check::name("family", &self.family)?;
        check::text("family", &self.family)?;
        check::name("given", &self.given)?;
        let born: Option<NaiveDate> =
            self.born.as_deref().map(|born| check::born("born", born, now_ms)).transpose()?;
        if self.apparent_age.is_some_and(|years| years > check::OLDEST_YEARS) {
            return Err(Problem::at("number_out_of_range", "apparent_age", "years, from 0 to 120"));
        }
        if born.is_none() && self.apparent_age.is_none() {
            return Err(Problem::at("field_missing", "born", "or apparent_age"));
        }
        let (family, given) = (self.family.trim().to_owned(), self.given.trim().to_owned());
        Ok(Subject { family, given, born, apparent_age: self.apparent_age, ethnicity: None })
    }

    /// The bytes that are sent.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let of = |pad: String| json_of(&Self { pad, ..self.clone() });
        of(filling(of(String::new()).len(), QUESTION_BYTES))
    }
}

impl PriorAnswered {
    /// The answer of a check.
    #[must_use]
    pub fn of(check: PriorCheck) -> Self {
        let PriorCheck { answer, at_ms } = check;
        let empty = json_of(&Self { answer, at_ms, pad: String::new() });
        Self { answer, at_ms, pad: filling(empty.len(), ANSWER_BYTES) }
    }

    /// The bytes that are sent.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        json_of(self)
    }

    /// What it says.
    #[must_use]
    pub fn check(&self) -> PriorCheck {
        PriorCheck { answer: self.answer, at_ms: self.at_ms }
    }
}

fn json_of(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("it is plain data")
}

fn filling(bytes: usize, upto: usize) -> String {
    " ".repeat(upto.saturating_sub(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWERS: [PriorAnswer; 5] = [
        PriorAnswer::NoneCounts,
        PriorAnswer::Engaged,
        PriorAnswer::InProgress,
        PriorAnswer::NotEngaged,
        PriorAnswer::Perhaps,
    ];

    fn question(family: &str, given: &str) -> PriorQuestion {
        let (family, given) = (family.to_owned(), given.to_owned());
        let born = Some("1987-04-12".to_owned());
        PriorQuestion { family, given, born, apparent_age: None, pad: String::new() }
    }

    #[test]
    fn every_answer_and_every_question_has_one_size() {
        for answer in ANSWERS {
            for at_ms in [0, 1_780_000_000_000, u64::MAX] {
                let answered = PriorAnswered::of(PriorCheck { answer, at_ms });
                assert_eq!(answered.bytes().len(), ANSWER_BYTES, "{answer:?}");
                let read: PriorAnswered = serde_json::from_slice(&answered.bytes()).expect("it reads");
                assert_eq!(read.check(), PriorCheck { answer, at_ms });
            }
        }
        let longest = format!("a{}", "\"".repeat(199));
        for (family, given) in [("Li", ""), ("Harrow", "Dean"), (&longest, &longest)] {
            let asked = question(family, given);
            assert_eq!(asked.bytes().len(), QUESTION_BYTES);
            asked.subject(1_780_000_000_000).expect("it is a person");
        }
    }

    #[test]
    fn a_question_needs_a_name_and_a_birth_or_an_age() {
        let at =
            |question: PriorQuestion| question.subject(1_780_000_000_000).map_err(|problem| problem.field);
        assert_eq!(at(question("", "Dean")), Err(Some("family".to_owned())));
        assert_eq!(at(PriorQuestion { born: None, ..question("Harrow", "") }), Err(Some("born".to_owned())));
        let born = Some("2987-04-12".to_owned());
        assert_eq!(at(PriorQuestion { born, ..question("Harrow", "") }), Err(Some("born".to_owned())));
        let guessed = PriorQuestion { born: None, apparent_age: Some(30), ..question("Harrow", "") };
        assert!(at(guessed).is_ok());
    }
}
