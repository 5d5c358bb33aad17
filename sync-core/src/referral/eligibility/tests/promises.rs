//! The scheme's invariants that concern eligibility, and R11–R13, under every shipped pack.

use proptest::prelude::*;
use proptest::sample::select;

use super::properties::{encounters, field_names, priors, standing_of};
use super::*;
use crate::policy::AfterNonEngagement;

fn packs() -> impl Strategy<Value = &'static PolicyPack> {
    select(PACKS.map(pack).to_vec())
}

/// What is nobody's fault, or the service's.
fn harmless() -> impl Strategy<Value = Prior> {
    let excluded = select(
        &[
            Exclusion::Rejected,
            Exclusion::Cancelled,
            Exclusion::Duplicate,
            Exclusion::WrongPerson,
            Exclusion::EnteredInError,
            Exclusion::ServiceFault,
        ][..],
    );
    prop_oneof![
        priors().prop_map(|_| Prior { delivered: Delivered::No, ..prior(1, Level::L0) }),
        Just(Prior { delivered: Delivered::Unknown, ..prior(1, Level::L1) }),
        excluded.prop_map(|why| Prior { excluded: Some(why), ..prior(1, Level::L0) }),
        Just(Prior { route: Route::Voluntary { force_told: ForceTold::Agreed }, ..prior(1, Level::L0) }),
    ]
}

fn verdict_of(pack: &PolicyPack, inputs: &Inputs, priors: &[Prior]) -> Verdict {
    assess(pack, inputs, priors, NOW_MS).verdict
}

proptest! {
    /// Invariant 4: missing feedback, non-delivery, wrong details, custody, hospital, a duplicate or a
    /// provider's closing never makes a person ineligible.
    #[test]
    fn i04_what_was_not_delivered_makes_nobody_ineligible(pack in packs(), newest in harmless(), older in priors()) {
        prop_assert_eq!(verdict_of(pack, &plain(), std::slice::from_ref(&newest)), Verdict::Eligible);
        let mut more = older.clone();
        more.push(newest);
        let (before, after) = (verdict_of(pack, &plain(), &older), verdict_of(pack, &plain(), &more));
        prop_assert!(standing_of(&after) >= standing_of(&before), "{:?} became {:?}", before, after);
    }

    /// Invariant 4, of one referral: what is lost on the way back never harms.
    #[test]
    fn i04_losing_the_feedback_never_makes_it_worse(pack in packs(), priors in priors(), which in any::<prop::sample::Index>()) {
        prop_assume!(!priors.is_empty());
        let mut lost = priors.clone();
        let one = which.get_mut(&mut lost);
        prop_assume!(one.standing != Standing::Open);
        one.delivered = Delivered::Unknown;
        let (before, after) = (verdict_of(pack, &plain(), &priors), verdict_of(pack, &plain(), &lost));
        prop_assert!(standing_of(&after) >= standing_of(&before), "{:?} became {:?}", before, after);
    }

    /// Invariant 9 and R13: no field asks for, infers or scores an admission, in a pack, a question or an answer.
    #[test]
    fn i09_no_question_or_answer_is_about_an_admission(pack in packs(), inputs in encounters(), priors in priors()) {
        let answer = assess(pack, &inputs, &priors, NOW_MS);
        let mut names = Vec::new();
        for value in [serde_json::to_value(pack), serde_json::to_value(&inputs), serde_json::to_value(&answer)] {
            field_names(&value.expect("plain data"), &mut names);
        }
        names.retain(|name| name != "criminal_responsibility_years");
        for word in ["admi", "confess", "guilt", "responsib", "statement"] {
            prop_assert!(!names.iter().any(|name| name.contains(word)), "{} in {:?}", word, names);
        }
    }

    /// R11–R13 are promises: under no pack do they stop anybody, and each has its words to read out.
    #[test]
    fn r11_to_r13_stop_nobody(pack in packs(), inputs in encounters(), priors in priors()) {
        let answer = assess(pack, &inputs, &priors, NOW_MS);
        for rule in [Rule::NoSanction, Rule::EngagementCounts, Rule::NoAdmission] {
            prop_assert_eq!(finding(&answer, rule).passed, Passed::Yes);
            let named = matches!(&answer.verdict, Verdict::NotEligible { reasons } if reasons.contains(&rule));
            prop_assert!(!named);
        }
        prop_assert_eq!(&finding(&answer, Rule::NoAdmission).sentence, "You do not have to admit anything.");
    }

    /// R11: what is promised is true under the pack.
    #[test]
    fn r11_nobody_hears_that_nothing_happens_where_something_may(pack in packs(), inputs in encounters()) {
        let answer = assess(pack, &inputs, &[], NOW_MS);
        let promised = finding(&answer, Rule::NoSanction).sentence.starts_with("Nothing happens to you");
        prop_assert_eq!(promised, pack.disposal.after_non_engagement == AfterNonEngagement::Nothing);
    }

    /// R12: of an earlier referral only how far it got counts; the rest of the encounter is judged alike.
    #[test]
    fn r12_the_history_reaches_r09_alone(pack in packs(), inputs in encounters(), priors in priors()) {
        let (first, again) = (assess(pack, &inputs, &[], NOW_MS), assess(pack, &inputs, &priors, NOW_MS));
        for rule in Rule::ALL.iter().filter(|rule| !matches!(rule, Rule::FirstTime | Rule::Engaged)) {
            prop_assert_eq!(finding(&first, *rule), finding(&again, *rule));
        }
    }

    /// No other rule than those that ask for it reads the answer about the evidence.
    #[test]
    fn only_a_pack_that_asks_reads_the_evidence(pack in packs(), inputs in encounters(), priors in priors()) {
        let with = |evidence| assess(pack, &Inputs { evidence, ..inputs.clone() }, &priors, NOW_MS);
        let (sufficient, not) = (with(Evidence::Sufficient), with(Evidence::NotSufficient));
        if pack.id != "deferred-contract" {
            prop_assert_eq!(&sufficient, &not);
        }
        prop_assert_eq!(sufficient.verdict, with(Evidence::NotAsked).verdict);
    }

    /// A custody route is judged by R10 alone of the rules.
    #[test]
    fn the_other_offence_never_reaches_an_answer(pack in packs(), inputs in encounters()) {
        let custody = Custody { arrested_for_other: "planted words".to_owned(), oic: Some(OicView::NotMaterial) };
        let inputs = Inputs { custody: Some(custody), ..inputs };
        let text = serde_json::to_string(&assess(pack, &inputs, &[], NOW_MS)).expect("an answer serialises");
        prop_assert!(!text.contains("planted"));
    }
}
