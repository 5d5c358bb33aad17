//! A recorded decision explained rule by rule, and judged anew under another pack.
//!
//! Both are pure and change nothing: the snapshot is written once, and a good-faith offer is honoured
//! whatever a later reading says. Does not report on groups of people; that is for whoever asks.

use serde::Serialize;
use uuid::Uuid;

use super::{Decision, Finding, Rule, Verdict, decide, rules, verdict::Assessment};
use crate::policy::{PolicyPack, PolicyRef};

/// A decision, rule by rule, as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// The referral.
    pub record: Uuid,
    /// The pack and version that decided.
    pub policy: PolicyRef,
    /// The verdict as it was recorded.
    pub verdict: Verdict,
    /// The sentence that was read out for it; none when the pack's version is not shipped here.
    pub sentence: Option<String>,
    /// The rule that decided; none when nothing stopped.
    pub decided_by: Option<Rule>,
    /// Each rule: its code, what it read, what it found, and a sentence.
    pub rules: Vec<Finding>,
    /// Whether judging it again gives the same.
    pub replay: Replay,
}

/// Whether judging a recorded decision again gives the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Replay {
    /// The same verdict, from exactly what was recorded.
    Same,
    /// What was handed in is not what the decision was made from: the digests differ, so the rules below
    /// explain another case.
    OtherInputs,
    /// The same inputs give another verdict: whoever recorded it did not follow the pack.
    OtherVerdict {
        /// What the pack says.
        now: Verdict,
    },
    /// The pack's version is not shipped here: nothing can be said.
    PackNotShipped,
}

/// Explains a recorded decision by the version of the pack that it names, and by no other.
#[must_use]
pub fn explain(decision: &Decision) -> Explanation {
    let policy = decision.policy.clone();
    let pack = PolicyPack::find_version(&policy.id, policy.version);
    let again = pack.map(|pack| (decision.snapshot.assess(pack), deciding(pack, decision)));
    let (sentence, decided_by, rules, replay) = match again {
        None => (None, None, Vec::new(), Replay::PackNotShipped),
        Some((again, decided_by)) => {
            let replay = replayed(decision, &again);
            (Some(again.sentence), decided_by, again.findings, replay)
        }
    };
    let (record, verdict) = (decision.record, decision.verdict.clone());
    Explanation { record, policy, verdict, sentence, decided_by, rules, replay }
}

fn replayed(decision: &Decision, again: &Assessment) -> Replay {
    if decision.snapshot.digest(decision.record) != decision.digest {
        Replay::OtherInputs
    } else if again.verdict == decision.verdict {
        Replay::Same
    } else {
        Replay::OtherVerdict { now: again.verdict.clone() }
    }
}

/// What another pack would have said to a recorded decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct WhatIf {
    /// The referral.
    pub record: Uuid,
    /// The verdict as it was recorded.
    pub old: Verdict,
    /// The verdict under the other pack.
    pub new: Verdict,
    /// The rule that made the difference; none when there is none.
    pub because: Option<Rule>,
    /// That rule's sentence under the other pack.
    pub sentence: Option<String>,
    /// Rules of the other pack that ask what was not asked then: the new verdict takes the answer that
    /// favours the person.
    pub not_asked: Vec<Rule>,
}

/// Judges recorded decisions under another pack, each by itself.
#[must_use]
pub fn what_if(pack: &PolicyPack, decisions: &[Decision]) -> Vec<WhatIf> {
    decisions.iter().map(|decision| under(pack, decision)).collect()
}

fn under(pack: &PolicyPack, decision: &Decision) -> WhatIf {
    let new = decision.snapshot.assess(pack);
    let because = if new.verdict == decision.verdict { None } else { difference(pack, decision) };
    let finding = because.and_then(|rule| new.findings.iter().find(|finding| finding.rule == rule));
    let asks = |finding: &&Finding| finding.inputs.values().any(|value| value == "not_asked");
    WhatIf {
        record: decision.record,
        old: decision.verdict.clone(),
        because,
        sentence: finding.map(|finding| finding.sentence.clone()),
        not_asked: new.findings.iter().filter(asks).map(|finding| finding.rule).collect(),
        new: new.verdict,
    }
}

/// The first rule, in the order in which they stop, that stops otherwise than it did. Where the old pack is
/// not shipped, or the decision did not follow it, the rule that decides now, or that would have then.
fn difference(pack: &PolicyPack, decision: &Decision) -> Option<Rule> {
    let old = PolicyPack::find_version(&decision.policy.id, decision.policy.version);
    let Some(old) = old else { return deciding(pack, decision) };
    let (before, after) = (ruled(old, decision), ruled(pack, decision));
    let pairs = before.iter().zip(&after);
    let mut other = pairs.filter(|(before, after)| before.stop != after.stop);
    other
        .next()
        .map(|(_, after)| after.finding.rule)
        .or_else(|| deciding(pack, decision))
        .or_else(|| deciding(old, decision))
}

fn ruled(pack: &PolicyPack, decision: &Decision) -> Vec<rules::Ruled> {
    let snapshot = &decision.snapshot;
    rules::all(pack, &snapshot.inputs, &snapshot.priors, snapshot.at_ms)
}

fn deciding(pack: &PolicyPack, decision: &Decision) -> Option<Rule> {
    let ruled = ruled(pack, decision);
    decide(&decision.snapshot.inputs, &ruled).1.map(|ruled| ruled.finding.rule)
}
