//! What a check asks back: an answer of the officer without which nothing is saved.
//!
//! ```text
//!   pnc            wanted         ▸ what did you do about it?            checks.wanted
//!                  arrested       ▸ what is the arrest for?              custody
//!   prior_referrals  record found ▸ did the person take part last time?  checks.engaged
//! ```
//! A dry run asks and goes on. Does not judge: the rules do.

use crate::codes::{self, CodeList};
use serde::Serialize;

use crate::command::roadside::form::Form;

/// A question that is open.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Question {
    /// The field that takes the answer.
    pub field: &'static str,
    /// The question in words.
    pub sentence: &'static str,
    /// What may be answered, each with its words; empty for an answer of one's own.
    pub answers: Vec<Choice>,
}

/// One answer that may be given.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Choice {
    /// Its code.
    pub code: String,
    /// The same in words.
    pub label: String,
}

/// The questions of a form that nobody has answered yet.
pub(super) fn open(form: &Form) -> Vec<Question> {
    let checks = || form.checks.iter().map(|check| (check, check.read()));
    let wanted = checks().any(|(check, read)| read.finds_wanted() && check.wanted.is_none());
    let arrested = checks().any(|(check, _)| check.wanted.as_deref() == Some("arrested"));
    let engaged = checks().any(|(check, read)| read.finds_earlier_referrals() && check.engaged.is_none());
    let asked = [
        wanted.then(|| Question {
            field: "checks.wanted",
            sentence: "The person is wanted for something else: what did you do about it?",
            answers: listed(CodeList::WantedAnswers),
        }),
        (arrested && form.custody.is_none()).then(|| Question {
            field: "custody",
            sentence: "Arrested for something else: what for, and is the possession material to it?",
            answers: Vec::new(),
        }),
        engaged.then(|| Question {
            field: "checks.engaged",
            sentence: "Referred before: did the person take part?",
            answers: [("yes", "Yes"), ("no", "No"), ("not_known", "Not known")].map(shown).to_vec(),
        }),
    ];
    asked.into_iter().flatten().collect()
}

fn listed(list: CodeList) -> Vec<Choice> {
    codes::entries(list).iter().map(|entry| shown((&entry.code, &entry.label))).collect()
}

fn shown((code, label): (&str, &str)) -> Choice {
    Choice { code: code.to_owned(), label: label.to_owned() }
}
