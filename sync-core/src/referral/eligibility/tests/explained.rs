//! A recorded decision is explained as it was made, and judged anew under another pack.

use proptest::prelude::*;

use super::properties::{encounters, priors};
use super::*;
use crate::ids::Digest;

const RECORD: Uuid = Uuid::from_u128(0x7EF);

fn decision(id: &str, inputs: Inputs, priors: &[Prior]) -> Decision {
    Decision::of(RECORD, pack(id), Snapshot { at_ms: NOW_MS, inputs, priors: priors.to_vec() })
}

fn one(pack_id: &str, decision: &Decision) -> WhatIf {
    what_if(pack(pack_id), std::slice::from_ref(decision)).pop().expect("one for one")
}

#[test]
fn a_decision_is_explained_rule_by_rule() {
    let explained = explain(&decision("thames-valley-2018", plain(), &[prior(30, Level::L1)]));
    assert_eq!(explained.replay, Replay::Same);
    assert_eq!(explained.decided_by, Some(Rule::Engaged));
    let rules: Vec<Rule> = explained.rules.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, Rule::ALL);
    let engaged = explained.rules.iter().find(|finding| finding.rule == Rule::Engaged).expect("R09");
    assert_eq!(engaged.passed, Passed::No);
    assert_eq!(engaged.inputs["prior_level"], "1");
    assert!(engaged.sentence.contains("no assessment"), "{}", engaged.sentence);
}

#[test]
fn other_inputs_than_those_recorded_are_noticed() {
    let made = decision("thames-valley-2018", plain(), &[]);
    let mut other = made.clone();
    other.snapshot.inputs.drug = "heroin".to_owned();
    assert_eq!(explain(&other).replay, Replay::OtherInputs);
    let mut priors = made.clone();
    priors.snapshot.priors = vec![prior(3, Level::L3)];
    assert_eq!(explain(&priors).replay, Replay::OtherInputs);
    let mut later = made.clone();
    later.snapshot.at_ms += 1;
    assert_eq!(explain(&later).replay, Replay::OtherInputs);
    let elsewhere = Decision { record: Uuid::from_u128(1), ..made };
    assert_eq!(explain(&elsewhere).replay, Replay::OtherInputs, "the digest is salted with the record");
}

#[test]
fn a_verdict_that_does_not_follow_the_pack_is_noticed() {
    let made = decision("thames-valley-2018", plain(), &[]);
    let forged = Decision { verdict: Verdict::Declined, ..made };
    assert_eq!(explain(&forged).replay, Replay::OtherVerdict { now: Verdict::Eligible });
}

#[test]
fn a_version_that_is_not_shipped_is_never_replaced_by_another() {
    let mut made = decision("thames-valley-2018", plain(), &[]);
    made.policy.version = 99;
    let explained = explain(&made);
    assert_eq!(explained.replay, Replay::PackNotShipped);
    assert!(explained.rules.is_empty());
}

#[test]
fn a_drug_identified_differently_after_a_test_leaves_the_decision_as_it_was() {
    let made = decision("thames-valley-2018", plain(), &[]);
    let before = (made.digest, explain(&made));
    // The laboratory finds something that is no offence to have: another fact, in another op.
    let later = plain_but(|inputs| inputs.drug = "not_controlled".to_owned());
    let again = decision("thames-valley-2018", later, &[]);
    assert_eq!(again.verdict, out(WhyOutOfScope::NoOffence));
    assert_ne!(again.digest, made.digest);
    assert_eq!((made.digest, explain(&made)), before, "the snapshot names what was known then");
}

#[test]
fn what_if_names_the_rule_that_makes_the_difference() {
    let whole = decision("thames-valley-2018", plain(), &[prior(30, Level::L3)]);
    let chance = one("drug-education-one-chance", &whole);
    assert_eq!((&chance.old, &chance.new), (&Verdict::Eligible, &not_eligible()));
    assert_eq!(chance.because, Some(Rule::Engaged));
    assert!(chance.sentence.is_some_and(|text| text.contains("Diversion does not apply this time")));

    let reached = decision("thames-valley-2018", plain(), &[prior(30, Level::L1)]);
    let softer = one("divert-west-midlands", &reached);
    assert_eq!(
        (softer.old, softer.new, softer.because),
        (not_eligible(), Verdict::Discretion, Some(Rule::Engaged))
    );

    let poor = plain_but(|inputs| inputs.evidence = Evidence::NotSufficient);
    let contract = one("deferred-contract", &decision("thames-valley-2018", poor, &[]));
    assert_eq!(contract.because, Some(Rule::Possession));
}

#[test]
fn what_if_says_what_was_not_asked() {
    let made = decision("thames-valley-2018", plain(), &[]);
    let contract = one("deferred-contract", &made);
    assert_eq!((contract.new, contract.because), (Verdict::Eligible, None));
    assert_eq!(contract.not_asked, [Rule::Possession]);
    assert!(one("divert-west-midlands", &made).not_asked.is_empty());
}

#[test]
fn a_decision_under_a_pack_that_is_not_shipped_can_still_be_judged_anew() {
    let mut made = decision("thames-valley-2018", plain(), &[prior(30, Level::L3)]);
    made.policy.id = "unheard-of".to_owned();
    let chance = one("drug-education-one-chance", &made);
    assert_eq!((chance.new, chance.because), (not_eligible(), Some(Rule::Engaged)));
}

#[test]
fn the_digest_of_a_snapshot_is_pinned() {
    let made = decision("thames-valley-2018", plain(), &[prior(30, Level::L2)]);
    let pinned: Digest = serde_json::from_value(serde_json::json!(PINNED)).expect("a digest");
    assert_eq!(made.digest, pinned, "another implementation must read the same bytes");
}

const PINNED: &str = "3bf923af1ea2db729e1bc2ac87b3dbf135c9d6606eb36258de1f800f30f0fe76";

#[test]
fn the_examples_of_the_documentation_are_what_is_answered() {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/policy.md"));
    let blocks = text.split("```json").skip(1).map(|rest| rest.split("```").next().expect("the block ends"));
    let shown: Vec<serde_json::Value> =
        blocks.map(|block| serde_json::from_str(block).expect("an example is JSON")).collect();
    let made = decision("thames-valley-2018", plain(), &[prior(30, Level::L1)]);
    let mut explained = serde_json::to_value(explain(&made)).expect("it serialises");
    explained["rules"].as_array_mut().expect("a list").retain(|rule| rule["rule"] == "R09");
    let other = serde_json::to_value(one("divert-west-midlands", &made)).expect("it serialises");
    assert_eq!(shown, [explained, other]);
}

proptest! {
    #[test]
    fn every_decision_replays_to_itself(inputs in encounters(), priors in priors(), place in 0..4_usize) {
        let made = decision(PACKS[place], inputs, &priors);
        let explained = explain(&made);
        prop_assert_eq!(explained.replay, Replay::Same);
        prop_assert_eq!(explained.decided_by.is_none(), made.verdict.allows_diversion());
    }

    #[test]
    fn under_its_own_pack_nothing_would_be_different(inputs in encounters(), priors in priors(), place in 0..4_usize) {
        let made = decision(PACKS[place], inputs, &priors);
        let same = one(PACKS[place], &made);
        prop_assert_eq!((&same.old, same.because), (&same.new, None));
    }

    #[test]
    fn every_difference_has_its_rule(inputs in encounters(), priors in priors(), from in 0..4_usize, to in 0..4_usize) {
        let made = decision(PACKS[from], inputs, &priors);
        let other = one(PACKS[to], &made);
        prop_assert_eq!(other.old != other.new, other.because.is_some());
        prop_assert_eq!(&other.new, &made.snapshot.assess(pack(PACKS[to])).verdict);
    }

    #[test]
    fn a_decision_survives_being_written(inputs in encounters(), priors in priors()) {
        let made = decision("thames-valley-2018", inputs, &priors);
        let text = serde_json::to_string(&made).expect("a decision serialises");
        prop_assert_eq!(serde_json::from_str::<Decision>(&text).ok(), Some(made));
    }
}
