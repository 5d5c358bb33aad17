//! What the core says is wrong with the answers, at the question that takes it.
//!
//! Does not repeat what was typed.

use sync_core::problem::Problem;

use super::super::form::Faults;
use super::super::words::refer as w;

/// Something that is wrong: the question, when one is asked for it, the control, and what to write.
pub(in crate::pages) struct Wrong {
    pub(in crate::pages) question: Option<u8>,
    control: &'static str,
    pub(in crate::pages) sentence: String,
}

impl Wrong {
    pub(in crate::pages) fn of(problem: &Problem) -> Self {
        let field = problem.field.as_deref().unwrap_or_default();
        let row = w::FAULTS.iter().find(|(known, ..)| is_within(field, known));
        let Some((_, question, control, sentence)) = row else {
            return Self { question: None, control: "main", sentence: problem.title.to_owned() };
        };
        // What a code says better than its field.
        let says_more =
            matches!(problem.code.as_str(), "exhibit_repeated" | "referral_possible" | "outside_age");
        let sentence = if says_more { problem.title } else { sentence };
        Self { question: Some(*question), control, sentence: sentence.trim_end_matches('.').to_owned() }
    }

    /// The same on the page of its question.
    pub(in crate::pages) fn faults(&self) -> Faults {
        Faults::one(self.control, &self.sentence)
    }
}

/// Whether a path names a field, or something inside it.
fn is_within(path: &str, field: &str) -> bool {
    // A check is named by its place among the others: `checks[0].wanted`.
    let path: String =
        path.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect();
    path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_stands_at_the_question_that_asks_for_it() {
        for (field, question, control) in [
            ("checks[1].wanted", Some(7), "wanted"),
            ("checks.result", Some(7), "checks"),
            ("safe_now.told", Some(9), "told"),
            ("consent.feedback", Some(12), "feedback"),
            ("reach.may", Some(13), "phone"),
            ("reached", None, "main"),
        ] {
            let wrong = Wrong::of(&Problem::at("field_missing", field, ""));
            assert_eq!((wrong.question, wrong.control), (question, control), "{field}");
        }
    }
}
