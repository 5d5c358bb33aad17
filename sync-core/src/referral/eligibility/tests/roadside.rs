//! R01–R07 and R10: one encounter, no history.

use chrono::NaiveDate;
use serde_json::json;

use super::*;
use crate::codes::{self, CodeList};

#[test]
fn somebody_never_referred_before_may_go_ahead() {
    let answer = judge(&plain(), &[]);
    assert_eq!(answer.verdict, Verdict::Eligible);
    assert_eq!(answer.sentence, "Yes, go ahead");
    assert_eq!(answer.what_happens_instead, None);
    assert_eq!(answer.freshness_ms, Some(5_000));
    assert_eq!(answer.policy.id, "thames-valley-2018");
    assert_eq!(finding(&answer, Rule::FirstTime).passed, Passed::Yes);
}

#[test]
fn a_verdicts_code_is_the_word_that_it_is_written_with() {
    let verdicts = [
        Verdict::Eligible,
        Verdict::EligibleProvisional,
        Verdict::Discretion,
        Verdict::NotEligible { reasons: Vec::new() },
        Verdict::ArrestRequired,
        Verdict::IdentityNotEstablished,
        Verdict::DefenceRaised,
        Verdict::Declined,
        Verdict::OutOfScope { why: WhyOutOfScope::Supply },
    ];
    for verdict in verdicts {
        let written = json!(verdict);
        let word = written.as_str().or_else(|| written.as_object()?.keys().next().map(String::as_str));
        assert_eq!(word, Some(verdict.code()));
    }
}

#[test]
fn every_rule_answers_in_order_with_a_sentence() {
    let answer = judge(&plain(), &[prior(10, Level::L3)]);
    let rules: Vec<Rule> = answer.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, Rule::ALL);
    assert!(answer.findings.iter().all(|finding| !finding.sentence.is_empty()));
}

#[test]
fn supply_is_out_of_scope() {
    for entry in codes::entries(CodeList::SupplySigns) {
        let inputs = plain_but(|inputs| inputs.supply_signs = vec![entry.code.clone()]);
        assert_eq!(verdict(&inputs, &[]), out(WhyOutOfScope::Supply), "{}", entry.code);
    }
}

#[test]
fn only_offences_on_the_allow_list_are_possession() {
    let cases = [
        ("MD71211", Verdict::Eligible),
        ("MD71530", Verdict::Eligible),
        ("MD71230", out(WhyOutOfScope::Supply)),
        ("MD71577", out(WhyOutOfScope::Supply)),
        ("MD71999", out(WhyOutOfScope::Supply)),
        ("", out(WhyOutOfScope::Supply)),
    ];
    for (offence, expected) in cases {
        let inputs = plain_but(|inputs| inputs.offence = Some(offence.to_owned()));
        assert_eq!(verdict(&inputs, &[]), expected, "{offence}");
    }
}

#[test]
fn what_is_no_offence_to_have_leads_to_no_crime() {
    for drug in ["not_controlled", "temporary_class", "psychoactive_substance", "anabolic_steroid"] {
        let inputs = plain_but(|inputs| inputs.drug = drug.to_owned());
        let answer = judge(&inputs, &[]);
        assert_eq!(answer.verdict, out(WhyOutOfScope::NoOffence), "{drug}");
        assert_eq!(answer.voluntary_offer, VoluntaryOffer::MayBeMade);
    }
}

#[test]
fn dealing_in_what_is_no_offence_to_have_is_still_supply() {
    let inputs = plain_but(|inputs| {
        inputs.drug = "psychoactive_substance".to_owned();
        inputs.supply_signs = vec!["scales_or_bags".to_owned()];
    });
    assert_eq!(verdict(&inputs, &[]), out(WhyOutOfScope::Supply));
}

#[test]
fn a_drug_that_is_not_known_does_not_block() {
    for drug in ["unknown", "a_code_of_next_year"] {
        assert_eq!(verdict(&plain_but(|inputs| inputs.drug = drug.to_owned()), &[]), Verdict::Eligible);
    }
}

#[test]
fn age_changes_who_serves_and_never_blocks_from_ten() {
    let under = out(WhyOutOfScope::UnderTen);
    let cases = [
        (9, under, ProviderAgeBand::Youth, 1),
        (10, Verdict::Eligible, ProviderAgeBand::Youth, 4),
        (17, Verdict::Eligible, ProviderAgeBand::Youth, 4),
        (18, Verdict::Eligible, ProviderAgeBand::Adult, 0),
        (90, Verdict::Eligible, ProviderAgeBand::Adult, 0),
    ];
    for (years, expected, band, steps) in cases {
        for age in [Age::Known { years }, Age::Apparent { years }] {
            let answer = judge(&plain_but(|inputs| inputs.age = age), &[]);
            assert_eq!(answer.verdict, expected, "{years}");
            assert_eq!(answer.provider_age_band, band, "{years}");
            assert_eq!(answer.also_do.len(), steps, "{years}");
        }
    }
}

#[test]
fn for_a_child_under_ten_nothing_is_offered_whatever_else_was_found() {
    let inputs = plain_but(|inputs| {
        inputs.age = Age::Known { years: 9 };
        inputs.supply_signs = vec!["cash".to_owned()];
        inputs.necessity = vec![Necessity::D];
    });
    let answer = judge(&inputs, &[prior(3, Level::L0)]);
    assert_eq!(answer.verdict, out(WhyOutOfScope::UnderTen));
    assert_eq!(answer.voluntary_offer, VoluntaryOffer::NotUnderAge);
    assert_eq!(answer.also_do[0].code, "safeguarding_only");
}

#[test]
fn age_is_counted_to_the_day() {
    let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
    let cases = [
        ("2026-05-01", "2008-05-01", Some(18)),
        ("2026-05-01", "2008-05-02", Some(17)),
        ("2026-02-28", "2008-02-29", Some(17)),
        ("2026-03-01", "2008-02-29", Some(18)),
        ("2026-03-01", "2026-03-01", Some(0)),
        ("2026-03-01", "2026-03-02", None),
    ];
    for (on, born, years) in cases {
        assert_eq!(Age::on(day(on), day(born)).map(Age::years), years, "{on} {born}");
    }
}

#[test]
fn a_reason_to_arrest_is_named_and_nobody_is_ordered_to_arrest() {
    let answer = judge(&plain_but(|inputs| inputs.necessity = vec![Necessity::E]), &[]);
    assert_eq!(answer.verdict, Verdict::ArrestRequired);
    assert_eq!(answer.sentence, "you recorded a reason to arrest (letter e): diversion does not apply");
    let two = judge(&plain_but(|inputs| inputs.necessity = vec![Necessity::F, Necessity::A]), &[]);
    assert_eq!(two.sentence, "you recorded reasons to arrest (letters a, f): diversion does not apply");
}

#[test]
fn identity_must_be_established() {
    let inputs = plain_but(|inputs| inputs.identity = Identity::NotEstablished);
    assert_eq!(verdict(&inputs, &[]), Verdict::IdentityNotEstablished);
}

#[test]
fn a_defence_is_investigated() {
    for entry in codes::entries(CodeList::Defences) {
        let inputs = plain_but(|inputs| inputs.defence = Some(entry.code.clone()));
        assert_eq!(verdict(&inputs, &[]), Verdict::DefenceRaised, "{}", entry.code);
    }
}

#[test]
fn the_person_answers() {
    let undecided = Agreement::CannotDecideNow { reason: "intoxicated".to_owned() };
    let not_offered = Agreement::NotOffered { reason: "unsafe".to_owned() };
    let cases = [
        (Agreement::Yes, Verdict::Eligible),
        (Agreement::NotAskedYet, Verdict::Eligible),
        (Agreement::No, Verdict::Declined),
        (undecided, Verdict::OfferOpen { until_ms: NOW_MS + 7 * DAY_MS }),
        (not_offered, Verdict::NotOffered { reason: "unsafe".to_owned() }),
    ];
    for (agrees, expected) in cases {
        assert_eq!(verdict(&plain_but(|inputs| inputs.agrees = agrees.clone()), &[]), expected, "{agrees:?}");
    }
}

#[test]
fn under_arrest_for_something_else_only_when_the_possession_is_not_material() {
    let cases = [
        (Some(OicView::NotMaterial), Verdict::Eligible),
        (Some(OicView::Material), Verdict::ArrestRequired),
        (None, Verdict::ArrestRequired),
    ];
    for (oic, expected) in cases {
        let custody = Custody { arrested_for_other: "theft from a shop".to_owned(), oic };
        let answer = judge(&plain_but(|inputs| inputs.custody = Some(custody)), &[]);
        assert_eq!(answer.verdict, expected, "{oic:?}");
        let text = serde_json::to_string(&answer).expect("an assessment serialises");
        assert!(!text.contains("theft"), "what the arrest is for stays out of the snapshot");
    }
}

#[test]
fn without_the_central_record_the_answer_is_provisional() {
    let as_of_ms = Some(NOW_MS - 3 * DAY_MS);
    let own = |inputs: &mut Inputs| inputs.freshness = Freshness::OwnReferrals { as_of_ms };
    let answer = judge(&plain_but(own), &[]);
    assert_eq!(answer.verdict, Verdict::EligibleProvisional);
    assert_eq!(answer.sentence, "Yes, go ahead – not yet checked with the central record");
    assert_eq!(answer.freshness_ms, Some(3 * DAY_MS));
    assert_eq!(judge(&plain_but(own), &[prior(9, Level::L0)]).verdict, not_eligible());
}

#[test]
fn a_check_by_radio_that_finds_nothing_reaches_the_central_record() {
    let cases = [
        ("prior_referrals", "voice_radio", "nothing_found", Verdict::Eligible),
        ("prior_referrals", "voice_radio", "record_found", Verdict::EligibleProvisional),
        ("prior_referrals", "voice_radio", "no_answer", Verdict::EligibleProvisional),
        ("prior_referrals", "local_index", "nothing_found", Verdict::EligibleProvisional),
        ("prior_referrals", "not_done", "not_done", Verdict::EligibleProvisional),
        ("pnc", "voice_radio", "nothing_found", Verdict::EligibleProvisional),
    ];
    for (kind, channel, result, expected) in cases {
        let check = Check {
            engaged: None,
            kind: kind.to_owned(),
            channel: channel.to_owned(),
            result: result.to_owned(),
            age_of_information_ms: None,
        };
        let inputs = plain_but(|inputs| {
            inputs.freshness = Freshness::OwnReferrals { as_of_ms: None };
            inputs.checks = vec![check];
        });
        assert_eq!(verdict(&inputs, &[]), expected, "{kind} {channel} {result}");
    }
}

#[test]
fn the_first_rule_that_stops_decides() {
    let mut inputs = plain();
    let priors = [prior(3, Level::L0)];
    inputs.agrees = Agreement::No;
    assert_eq!(verdict(&inputs, &[]), Verdict::Declined);
    assert_eq!(verdict(&inputs, &priors), not_eligible());
    inputs.defence = Some("prescribed".to_owned());
    assert_eq!(verdict(&inputs, &priors), Verdict::DefenceRaised);
    inputs.identity = Identity::NotEstablished;
    assert_eq!(verdict(&inputs, &priors), Verdict::IdentityNotEstablished);
    inputs.necessity = vec![Necessity::A];
    assert_eq!(verdict(&inputs, &priors), Verdict::ArrestRequired);
    inputs.drug = "not_controlled".to_owned();
    assert_eq!(verdict(&inputs, &priors), out(WhyOutOfScope::NoOffence));
    inputs.supply_signs = vec!["cash".to_owned()];
    assert_eq!(verdict(&inputs, &priors), out(WhyOutOfScope::Supply));
    inputs.age = Age::Apparent { years: 8 };
    assert_eq!(verdict(&inputs, &priors), out(WhyOutOfScope::UnderTen));
}

#[test]
fn the_written_form_is_snake_case_and_levels_are_numbers() {
    let json = |value: &Verdict| serde_json::to_value(value).expect("a verdict serialises");
    assert_eq!(json(&Verdict::EligibleProvisional), json!("eligible_provisional"));
    assert_eq!(json(&not_eligible()), json!({"not_eligible": {"reasons": ["R09"]}}));
    assert_eq!(json(&out(WhyOutOfScope::UnderTen)), json!({"out_of_scope": {"why": "under_10"}}));
    assert_eq!(serde_json::to_value(Level::L2).ok(), Some(json!(2)));
    assert!(serde_json::from_value::<Level>(json!(4)).is_err());
}
