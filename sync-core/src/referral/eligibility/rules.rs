//! The rules, one function each: what it reads, what it finds, and the verdict it stops with.
//!
//! Does not weigh rules against each other: the order of [`all`] does.

mod encounter;
mod person;

use std::collections::BTreeMap;

use super::{Finding, Inputs, Passed, Prior, Rule, Verdict, history};
use crate::policy::{AfterNonEngagement, PolicyPack};
use encounter::{controlled_drug, no_defence, no_necessity, not_material, possession};
pub(super) use person::{age_band, is_under_age};
use person::{agrees, any_age, engaged, first_time, identity};

/// A finding, and the verdict it stops with.
pub(super) struct Ruled {
    pub(super) finding: Finding,
    pub(super) stop: Option<Verdict>,
}

/// Every rule, in the order in which they stop: a child before all else, then whether there is an offence of
/// the scheme at all, then the arrest, the person, the history, and the person's answer last. The promises stop nobody.
pub const ORDER: &[Rule] = &[
    Rule::AnyAge,
    Rule::Possession,
    Rule::ControlledDrug,
    Rule::NoNecessity,
    Rule::NotMaterial,
    Rule::Identity,
    Rule::NoDefence,
    Rule::FirstTime,
    Rule::Engaged,
    Rule::Agrees,
    Rule::NoSanction,
    Rule::EngagementCounts,
    Rule::NoAdmission,
];

/// What every rule finds, in [`ORDER`].
pub(super) fn all(pack: &PolicyPack, inputs: &Inputs, priors: &[Prior], now_ms: u64) -> Vec<Ruled> {
    let weighed = history::weigh_all(pack, inputs, priors, now_ms);
    let ruled = |rule: &Rule| match rule {
        Rule::AnyAge => any_age(pack, &inputs.age),
        Rule::Possession => possession(pack, inputs),
        Rule::ControlledDrug => controlled_drug(inputs),
        Rule::NoNecessity => no_necessity(inputs),
        Rule::NotMaterial => not_material(inputs.custody.as_ref()),
        Rule::Identity => identity(&inputs.identity),
        Rule::NoDefence => no_defence(inputs.defence.as_deref()),
        Rule::FirstTime => first_time(priors, &weighed),
        Rule::Engaged => engaged(&weighed),
        Rule::Agrees => agrees(pack, &inputs.agrees, now_ms),
        Rule::NoSanction => promise(Rule::NoSanction, no_sanction_words(pack)),
        Rule::EngagementCounts => promise(Rule::EngagementCounts, engagement_words(pack)),
        Rule::NoAdmission => promise(Rule::NoAdmission, "You do not have to admit anything."),
    };
    ORDER.iter().map(ruled).collect()
}

/// R11, in the words that are true under the pack. Whatever it says, no op or timer ever moves an outcome.
pub(super) fn no_sanction_words(pack: &PolicyPack) -> &'static str {
    match pack.disposal.after_non_engagement {
        AfterNonEngagement::Nothing => "Nothing happens to you if you do not go.",
        AfterNonEngagement::OfficerDecides => {
            "If you do not go, nothing happens by itself: two officers would have to decide about the offence anew."
        }
    }
}

/// R12, in the words that are true under the pack.
pub(super) fn engagement_words(pack: &PolicyPack) -> &'static str {
    match pack.returning.wanted_level {
        Some(_) => "If you are found with drugs again, all that counts is whether you took part.",
        None => "This is offered once. Whether you take part is between you and the service.",
    }
}

fn promise(rule: Rule, sentence: &str) -> Ruled {
    passes(rule, [], sentence)
}

fn passes<const N: usize>(rule: Rule, read: [(&str, String); N], sentence: impl Into<String>) -> Ruled {
    Ruled { finding: finding(rule, Passed::Yes, read, sentence), stop: None }
}

fn rests(rule: Rule, sentence: &str) -> Ruled {
    Ruled { finding: finding(rule, Passed::DoesNotApply, [], sentence), stop: None }
}

fn stops<const N: usize>(
    rule: Rule,
    read: [(&str, String); N],
    sentence: impl Into<String>,
    verdict: Verdict,
) -> Ruled {
    Ruled { finding: finding(rule, Passed::No, read, sentence), stop: Some(verdict) }
}

fn finding<const N: usize>(
    rule: Rule,
    passed: Passed,
    read: [(&str, String); N],
    sentence: impl Into<String>,
) -> Finding {
    let inputs: BTreeMap<String, String> =
        read.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Finding { rule, passed, sentence: sentence.into(), inputs }
}
