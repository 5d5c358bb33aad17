//! What holds for every encounter and every history.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::codes::{self, CodeList};

fn code(list: CodeList) -> impl Strategy<Value = String> {
    select(codes::entries(list)).prop_map(|entry| entry.code.clone())
}

fn levels() -> impl Strategy<Value = Level> {
    select(&[Level::L0, Level::L1, Level::L2, Level::L3][..])
}

fn routes() -> impl Strategy<Value = Route> {
    let voluntary = |force_told| Route::Voluntary { force_told };
    prop_oneof![
        3 => Just(Route::Diversion),
        1 => Just(voluntary(ForceTold::Agreed)),
        1 => Just(voluntary(ForceTold::NotAgreed)),
    ]
}

pub(super) fn priors() -> impl Strategy<Value = Vec<Prior>> {
    let one = (
        0_u64..400,
        any::<u128>(),
        levels(),
        select(&[Delivered::Yes, Delivered::No, Delivered::Unknown][..]),
        select(&[Standing::Open, Standing::Closed, Standing::AttendedSince][..]),
        routes(),
        proptest::option::of(0_u64..400),
        proptest::option::weighted(0.2, select(&[Exclusion::Rejected, Exclusion::Duplicate][..])),
    );
    let one = one.prop_map(|(days, id, level, delivered, standing, route, attended, excluded)| Prior {
        record: Uuid::from_u128(id),
        submitted_ms: NOW_MS - days * DAY_MS,
        level,
        delivered,
        standing,
        route,
        last_attended_ms: attended.map(|days| NOW_MS - days * DAY_MS),
        excluded,
    });
    proptest::collection::vec(one, 0..5)
}

fn agreements() -> impl Strategy<Value = Agreement> {
    prop_oneof![
        Just(Agreement::Yes),
        Just(Agreement::No),
        Just(Agreement::NotAskedYet),
        code(CodeList::UndecidedReasons).prop_map(|reason| Agreement::CannotDecideNow { reason }),
        code(CodeList::NotOfferedReasons).prop_map(|reason| Agreement::NotOffered { reason }),
    ]
}

pub(super) fn encounters() -> impl Strategy<Value = Inputs> {
    let rare = 0.1;
    (
        code(CodeList::Drugs),
        proptest::option::weighted(rare, code(CodeList::Offences)),
        proptest::collection::vec(code(CodeList::SupplySigns), 0..2),
        proptest::collection::vec(select(&[Necessity::A, Necessity::E][..]), 0..2),
        5_u32..90,
        proptest::option::weighted(rare, code(CodeList::Defences)),
        agreements(),
        prop_oneof![
            Just(Freshness::CentralRecord { asked_ms: NOW_MS }),
            Just(Freshness::OwnReferrals { as_of_ms: None })
        ],
    )
        .prop_map(|(drug, offence, supply_signs, necessity, years, defence, agrees, freshness)| Inputs {
            drug,
            offence,
            supply_signs,
            necessity,
            age: Age::Known { years },
            defence,
            agrees,
            freshness,
            ..plain()
        })
}

/// From worst to best for the person, as far as the history decides it.
pub(super) fn standing_of(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::NotEligible { .. } => 0,
        Verdict::Discretion => 1,
        Verdict::Eligible | Verdict::EligibleProvisional => 2,
        Verdict::ArrestRequired
        | Verdict::IdentityNotEstablished
        | Verdict::DefenceRaised
        | Verdict::Declined
        | Verdict::OfferOpen { .. }
        | Verdict::NotOffered { .. }
        | Verdict::OutOfScope { .. } => panic!("a plain encounter is decided by its history"),
    }
}

pub(super) fn field_names(value: &serde_json::Value, names: &mut Vec<String>) {
    if let Some(object) = value.as_object() {
        for (name, inner) in object {
            names.push(name.clone());
            field_names(inner, names);
        }
    }
    for inner in value.as_array().into_iter().flatten() {
        field_names(inner, names);
    }
}

proptest! {
    #[test]
    fn no_field_asks_for_an_admission(inputs in encounters(), priors in priors()) {
        let mut names = Vec::new();
        field_names(&serde_json::to_value(&inputs).expect("inputs serialise"), &mut names);
        field_names(&serde_json::to_value(&priors).expect("priors serialise"), &mut names);
        field_names(&serde_json::to_value(judge(&inputs, &priors)).expect("answers serialise"), &mut names);
        for word in ["admi", "confess", "guilt", "responsib", "statement"] {
            prop_assert!(!names.iter().any(|name| name.contains(word)), "{word} in {names:?}");
        }
    }

    #[test]
    fn an_answer_about_an_admission_is_refused(inputs in encounters()) {
        let mut value = serde_json::to_value(&inputs).expect("inputs serialise");
        value["admission"] = serde_json::json!("yes");
        prop_assert!(serde_json::from_value::<Inputs>(value).is_err());
    }

    #[test]
    fn no_feedback_at_all_never_makes_ineligible(mut priors in priors()) {
        for prior in &mut priors {
            prior.delivered = Delivered::Unknown;
        }
        prop_assert_eq!(verdict(&plain(), &priors), Verdict::Eligible);
    }

    #[test]
    fn losing_the_feedback_on_one_referral_never_makes_it_worse(priors in priors(), which in any::<prop::sample::Index>()) {
        prop_assume!(!priors.is_empty());
        let mut lost = priors.clone();
        which.get_mut(&mut lost).delivered = Delivered::Unknown;
        let (before, after) = (verdict(&plain(), &priors), verdict(&plain(), &lost));
        prop_assert!(standing_of(&after) >= standing_of(&before), "{before:?} became {after:?}");
    }

    #[test]
    fn a_voluntary_or_excluded_referral_never_makes_it_worse(priors in priors(), extra in priors(), told: bool) {
        let mut more = priors.clone();
        more.extend(extra.into_iter().map(|prior| match told {
            true => Prior { route: Route::Voluntary { force_told: ForceTold::Agreed }, ..prior },
            false => Prior { excluded: Some(Exclusion::Duplicate), ..prior },
        }));
        prop_assert!(standing_of(&verdict(&plain(), &more)) >= standing_of(&verdict(&plain(), &priors)));
    }

    #[test]
    fn getting_further_never_makes_it_worse(mut prior in prior_one(), more in levels()) {
        let before = verdict(&plain(), std::slice::from_ref(&prior));
        prior.level = prior.level.max(more);
        let after = verdict(&plain(), std::slice::from_ref(&prior));
        prop_assert!(standing_of(&after) >= standing_of(&before));
    }

    #[test]
    fn class_never_blocks(inputs in encounters(), priors in priors(), other in code(CodeList::Drugs)) {
        let is_offence = |drug: &str| {
            codes::drug(drug).is_some_and(|drug| drug.possession != codes::Possession::NoOffence)
        };
        prop_assume!(is_offence(&inputs.drug) && is_offence(&other));
        let swapped = Inputs { drug: other, ..inputs.clone() };
        prop_assert_eq!(verdict(&inputs, &priors), verdict(&swapped, &priors));
    }

    #[test]
    fn a_voluntary_referral_may_be_offered_to_everybody_from_ten(inputs in encounters(), priors in priors()) {
        let expected = if inputs.age.years() < 10 { VoluntaryOffer::NotUnderAge } else { VoluntaryOffer::MayBeMade };
        prop_assert_eq!(judge(&inputs, &priors).voluntary_offer, expected);
    }

    #[test]
    fn the_order_of_earlier_referrals_does_not_matter(inputs in encounters(), priors in priors()) {
        let turned: Vec<Prior> = priors.iter().rev().cloned().collect();
        prop_assert_eq!(judge(&inputs, &priors), judge(&inputs, &turned));
    }

    #[test]
    fn every_answer_has_words_and_survives_being_written(inputs in encounters(), priors in priors()) {
        let answer = judge(&inputs, &priors);
        prop_assert!(!answer.sentence.is_empty());
        prop_assert!(!answer.sentence.to_lowercase().contains("arrest the"));
        let text = serde_json::to_string(&answer).expect("an assessment serialises");
        prop_assert_eq!(serde_json::from_str::<Assessment>(&text).ok(), Some(answer));
    }
}

fn prior_one() -> impl Strategy<Value = Prior> {
    priors().prop_filter_map("at least one", |mut priors| priors.pop())
}
