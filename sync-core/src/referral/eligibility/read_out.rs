//! The words to read out: written to the person, from one table.
//!
//! ```text
//!   verdict × voluntary × age × feedback ──words_to_read_out.csv──▶ the sentences of one row
//!   service, telephone, hours, reference … ───────────────────────▶ its {…}; a sentence that lacks one is left out
//! ```
//! Does not say what the officer must know: that stands apart.

use std::sync::LazyLock;

use serde::Deserialize;

use super::rules;
use super::{ProviderAgeBand, Verdict, WhyOutOfScope};
use crate::local_time::local_day;
use crate::policy::{DisposalKind, PolicyPack};
use crate::referral::words::YesNo;

/// Which row of the table an encounter meets.
#[derive(Debug, Clone, Copy)]
pub struct Met<'a> {
    /// What was decided; for a yes to an offer that was left open or granted, eligible.
    pub verdict: &'a Verdict,
    /// Whether the person goes of their own will.
    pub voluntary: YesNo,
    /// For young people, or for adults.
    pub age: ProviderAgeBand,
    /// Whether the person agreed that the police are told how far they got.
    pub feedback: YesNo,
}

/// What the sentences name; what is empty is not known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Names<'a> {
    /// The service.
    pub service: &'a str,
    /// Its telephone.
    pub telephone: &'a str,
    /// When it answers.
    pub hours: &'a str,
    /// The human reference.
    pub reference: &'a str,
}

/// One row; `any` stands for every value, and a verdict may be one of several.
#[derive(Debug, Deserialize)]
pub(super) struct Row {
    verdict: String,
    voluntary: String,
    age: String,
    feedback: String,
    words: String,
}

pub(super) static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(schema::codes::WORDS_TO_READ_OUT.as_bytes());
    reader.deserialize().map(|row| row.expect("the embedded table is well formed; a test reads it")).collect()
});

/// The sentences to read out to the person, under the pack that decided.
#[must_use]
pub fn read_out(pack: &PolicyPack, met: &Met<'_>, names: &Names<'_>) -> Vec<String> {
    let (_, row) = rows_met(met).next().expect("every encounter meets a row; a test reads every cell");
    row.words.lines().filter_map(|sentence| filled(sentence, pack, met, names)).collect()
}

/// Every row that an encounter meets: one, by the table's own test.
pub(super) fn rows_met(met: &Met<'_>) -> impl Iterator<Item = (usize, &'static Row)> {
    TABLE.iter().enumerate().filter(|(_, row)| row.is_met(met))
}

impl Row {
    fn is_met(&self, met: &Met<'_>) -> bool {
        let is = |cell: &str, word: &str| cell == "any" || cell.split(' ').any(|one| one == word);
        is(&self.verdict, verdict_word(met.verdict))
            && is(&self.voluntary, yes_no(met.voluntary))
            && is(&self.feedback, yes_no(met.feedback))
            && is(
                &self.age,
                match met.age {
                    ProviderAgeBand::Adult => "adult",
                    ProviderAgeBand::Youth => "young",
                },
            )
    }
}

fn yes_no(answer: YesNo) -> &'static str {
    match answer {
        YesNo::Yes => "yes",
        YesNo::No => "no",
    }
}

fn verdict_word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::OutOfScope { why: WhyOutOfScope::Supply } => "out_of_scope.supply",
        Verdict::OutOfScope { why: WhyOutOfScope::NoOffence } => "out_of_scope.no_offence",
        Verdict::OutOfScope { why: WhyOutOfScope::UnderTen } => "out_of_scope.under_10",
        Verdict::Eligible
        | Verdict::EligibleProvisional
        | Verdict::Discretion
        | Verdict::NotEligible { .. }
        | Verdict::ArrestRequired
        | Verdict::IdentityNotEstablished
        | Verdict::DefenceRaised
        | Verdict::Declined
        | Verdict::OfferOpen { .. }
        | Verdict::NotOffered { .. } => verdict.code(),
    }
}

/// A sentence with its names; none when one of them is not known.
fn filled(sentence: &str, pack: &PolicyPack, met: &Met<'_>, names: &Names<'_>) -> Option<String> {
    let (mut text, mut rest) = (String::new(), sentence);
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        let value = value_of(name, pack, met, names).filter(|value| !value.is_empty())?;
        text.push_str(before);
        text.push_str(&value);
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

fn value_of(name: &str, pack: &PolicyPack, met: &Met<'_>, names: &Names<'_>) -> Option<String> {
    let value = match name {
        "service" if names.service.is_empty() => "a drug service".to_owned(),
        "service" => names.service.to_owned(),
        // Sent, and nobody knows yet where to.
        "to_be_found" if names.service.is_empty() && !names.reference.is_empty() => {
            "Which service that is, you are told as soon as it is found.".to_owned()
        }
        "telephone" => names.telephone.to_owned(),
        "hours" => names.hours.to_owned(),
        "reference" => names.reference.to_owned(),
        "not_going" => rules::no_sanction_words(pack).to_owned(),
        "found_again" => rules::engagement_words(pack).to_owned(),
        "outcome" => match pack.disposal.kind {
            DisposalKind::CommunityResolution => "a community resolution".to_owned(),
            DisposalKind::Diversion22 => "a diversion (outcome 22), once you have taken part".to_owned(),
        },
        "until" => local_day(met.verdict.open_until_ms()?).format("%-d %B %Y").to_string(),
        _ => return None,
    };
    Some(value)
}
