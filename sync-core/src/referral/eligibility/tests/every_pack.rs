//! Every rule under every pack: what it finds and what the verdict is, in one table.

use super::*;
use Passed::{Discretion as Ask, DoesNotApply as Rests, No, Waiting, Yes};

/// One row: a case, the rule that it is about, and for each pack of [`PACKS`] what the rule finds and the verdict.
struct Row {
    rule: Rule,
    case: &'static str,
    inputs: Inputs,
    priors: Vec<Prior>,
    found: [Passed; 4],
    verdicts: [Verdict; 4],
}

fn row(
    (rule, case): (Rule, &'static str),
    change: impl FnOnce(&mut Inputs),
    priors: &[Prior],
    found: [Passed; 4],
    verdicts: [Verdict; 4],
) -> Row {
    Row { rule, case, inputs: plain_but(change), priors: priors.to_vec(), found, verdicts }
}

/// The same under every pack. What the table is about is answered first; the evidence is, where a pack asks.
fn same(
    about: (Rule, &'static str),
    change: impl FnOnce(&mut Inputs),
    found: Passed,
    verdict: Verdict,
) -> Row {
    let sufficient = |inputs: &mut Inputs| {
        inputs.evidence = Evidence::Sufficient;
        change(inputs);
    };
    row(about, sufficient, &[], [found; 4], std::array::from_fn(|_| verdict.clone()))
}

fn history(case: &'static str, priors: &[Prior], found: [Passed; 4], verdicts: [Verdict; 4]) -> Row {
    row((Rule::Engaged, case), |inputs| inputs.evidence = Evidence::Sufficient, priors, found, verdicts)
}

fn open(prior: Prior) -> Prior {
    Prior { standing: Standing::Open, ..prior }
}

fn since(prior: Prior) -> Prior {
    Prior { standing: Standing::AttendedSince, ..prior }
}

fn not_by_evidence() -> Verdict {
    Verdict::NotEligible { reasons: vec![Rule::Possession] }
}

fn encounter_rows() -> Vec<Row> {
    [offence_rows(), person_rows(), answer_rows()].into_iter().flatten().collect()
}

/// R01–R03.
fn offence_rows() -> Vec<Row> {
    let supply = out(WhyOutOfScope::Supply);
    let eligible = || Verdict::Eligible;
    vec![
        same((Rule::Possession, "possession"), |_| {}, Yes, eligible()),
        same(
            (Rule::Possession, "scales"),
            |i| i.supply_signs = vec!["scales_or_bags".to_owned()],
            No,
            supply.clone(),
        ),
        same((Rule::Possession, "intent to supply"), |i| i.offence = Some("MD71230".to_owned()), No, supply),
        row(
            (Rule::Possession, "evidence not answered"),
            |_| {},
            &[],
            [Yes, Yes, Yes, Waiting],
            std::array::from_fn(|_| Verdict::Eligible),
        ),
        row(
            (Rule::Possession, "evidence not sufficient"),
            |inputs| inputs.evidence = Evidence::NotSufficient,
            &[],
            [Yes, Yes, Yes, No],
            [eligible(), eligible(), eligible(), not_by_evidence()],
        ),
        same((Rule::ControlledDrug, "class A"), |i| i.drug = "heroin".to_owned(), Yes, eligible()),
        same((Rule::ControlledDrug, "unknown"), |i| i.drug = "unknown".to_owned(), Yes, eligible()),
        same(
            (Rule::ControlledDrug, "no offence to have"),
            |i| i.drug = "temporary_class".to_owned(),
            No,
            out(WhyOutOfScope::NoOffence),
        ),
        same((Rule::AnyAge, "16 years"), |i| i.age = Age::Known { years: 16 }, Yes, eligible()),
        same((Rule::AnyAge, "80 years"), |i| i.age = Age::Apparent { years: 80 }, Yes, eligible()),
        same(
            (Rule::AnyAge, "9 years"),
            |i| i.age = Age::Known { years: 9 },
            No,
            out(WhyOutOfScope::UnderTen),
        ),
    ]
}

/// R04–R06 and R10.
fn person_rows() -> Vec<Row> {
    let custody = |oic| Some(Custody { arrested_for_other: "theft".to_owned(), oic });
    let eligible = || Verdict::Eligible;
    vec![
        same((Rule::NoNecessity, "none"), |_| {}, Yes, eligible()),
        same(
            (Rule::NoNecessity, "letter e"),
            |i| i.necessity = vec![Necessity::E],
            No,
            Verdict::ArrestRequired,
        ),
        same((Rule::Identity, "a document"), |_| {}, Yes, eligible()),
        same(
            (Rule::Identity, "none"),
            |i| i.identity = Identity::NotEstablished,
            No,
            Verdict::IdentityNotEstablished,
        ),
        same((Rule::NoDefence, "none"), |_| {}, Yes, eligible()),
        same(
            (Rule::NoDefence, "prescribed"),
            |i| i.defence = Some("prescribed".to_owned()),
            No,
            Verdict::DefenceRaised,
        ),
        same((Rule::NotMaterial, "in the street"), |_| {}, Rests, eligible()),
        same(
            (Rule::NotMaterial, "not material"),
            |i| i.custody = custody(Some(OicView::NotMaterial)),
            Yes,
            eligible(),
        ),
        same(
            (Rule::NotMaterial, "material"),
            |i| i.custody = custody(Some(OicView::Material)),
            No,
            Verdict::ArrestRequired,
        ),
        same((Rule::NotMaterial, "not recorded"), |i| i.custody = custody(None), No, Verdict::ArrestRequired),
    ]
}

/// R07 and R08, and the promises.
fn answer_rows() -> Vec<Row> {
    let undecided = Agreement::CannotDecideNow { reason: "intoxicated".to_owned() };
    let until_ms = NOW_MS + 7 * DAY_MS;
    let left = || Agreement::NotOffered { reason: "person_left".to_owned() };
    let eligible = || Verdict::Eligible;
    vec![
        same((Rule::Agrees, "yes"), |_| {}, Yes, eligible()),
        same((Rule::Agrees, "no"), |i| i.agrees = Agreement::No, No, Verdict::Declined),
        same((Rule::Agrees, "not asked yet"), |i| i.agrees = Agreement::NotAskedYet, Waiting, eligible()),
        same(
            (Rule::Agrees, "cannot decide"),
            |i| i.agrees = undecided,
            Waiting,
            Verdict::OfferOpen { until_ms },
        ),
        same(
            (Rule::Agrees, "left"),
            |i| i.agrees = left(),
            No,
            Verdict::NotOffered { reason: "person_left".to_owned() },
        ),
        same((Rule::NoSanction, "always"), |_| {}, Yes, eligible()),
        same((Rule::EngagementCounts, "always"), |_| {}, Yes, eligible()),
        same((Rule::NoAdmission, "always"), |_| {}, Yes, eligible()),
        same((Rule::FirstTime, "never before"), |_| {}, Yes, eligible()),
    ]
}

fn history_rows() -> Vec<Row> {
    let eligible = || std::array::from_fn(|_| Verdict::Eligible);
    let (yes, no, ask) = (Verdict::Eligible, not_eligible(), Verdict::Discretion);
    let by = |level| prior(30, level);
    let unknown = Prior { delivered: Delivered::Unknown, ..by(Level::L0) };
    let undelivered = Prior { delivered: Delivered::No, ..by(Level::L1) };
    let duplicate = Prior { excluded: Some(Exclusion::Duplicate), ..by(Level::L0) };
    let voluntary = |force_told| Prior {
        route: Route::Voluntary { force_told },
        last_attended_ms: Some(NOW_MS - DAY_MS),
        ..prior(10, Level::L2)
    };
    let told = [by(Level::L0), voluntary(ForceTold::Agreed)];
    let untold = [by(Level::L0), voluntary(ForceTold::NotAgreed)];
    vec![
        history("nobody came", &[by(Level::L0)], [No; 4], std::array::from_fn(|_| not_eligible())),
        history(
            "reached, no assessment",
            &[by(Level::L1)],
            [No, Ask, No, No],
            [no.clone(), ask.clone(), no.clone(), no.clone()],
        ),
        history(
            "assessment, closed early",
            &[by(Level::L2)],
            [Yes, Yes, No, Ask],
            [yes.clone(), yes.clone(), no.clone(), ask],
        ),
        history(
            "the whole",
            &[by(Level::L3)],
            [Yes, Yes, No, Yes],
            [yes.clone(), yes.clone(), no.clone(), yes.clone()],
        ),
        history(
            "in progress",
            &[open(by(Level::L0))],
            [Yes, Yes, No, Yes],
            [yes.clone(), yes.clone(), no.clone(), yes.clone()],
        ),
        history("no feedback", &[unknown], [Yes; 4], eligible()),
        history("not delivered", &[undelivered], [Rests; 4], eligible()),
        history("a duplicate", &[duplicate], [Rests; 4], eligible()),
        history("voluntary", &[voluntary(ForceTold::NotAgreed)], [Rests; 4], eligible()),
        history(
            "came since",
            &[since(by(Level::L1))],
            [Yes, Yes, No, Yes],
            [yes.clone(), yes.clone(), no.clone(), yes.clone()],
        ),
        history(
            "went of their own will, told",
            &told,
            [Yes, Yes, No, Yes],
            [yes.clone(), yes.clone(), no.clone(), yes],
        ),
        history("went of their own will, untold", &untold, [No; 4], std::array::from_fn(|_| no.clone())),
    ]
}

#[test]
fn every_rule_under_every_pack() {
    for row in encounter_rows().into_iter().chain(history_rows()) {
        for (place, id) in PACKS.iter().enumerate() {
            let answer = assess(pack(id), &row.inputs, &row.priors, NOW_MS);
            let about = format!("{} {} under {id}", row.rule.code(), row.case);
            let found = finding(&answer, row.rule);
            assert_eq!(found.passed, row.found[place], "{about}");
            assert_eq!(answer.verdict, row.verdicts[place], "{about}");
            assert!(!found.sentence.trim().is_empty(), "{about}");
            assert_eq!(answer.policy, pack(id).reference(), "{about}");
        }
    }
}

#[test]
fn the_table_has_every_rule_met_and_not_met() {
    let rows: Vec<Row> = encounter_rows().into_iter().chain(history_rows()).collect();
    let promises = [Rule::NoSanction, Rule::EngagementCounts, Rule::NoAdmission];
    for rule in Rule::ALL {
        let found = |wanted: fn(&Passed) -> bool| {
            rows.iter().any(|row| row.rule == *rule && row.found.iter().any(wanted))
        };
        assert!(found(|passed| *passed == Yes), "{} is never met", rule.code());
        let may_stop = !promises.contains(rule) && *rule != Rule::FirstTime;
        assert_eq!(found(|passed| *passed == No), may_stop, "{}", rule.code());
    }
}

#[test]
fn an_earlier_referral_fades_after_the_days_that_a_pack_gives() {
    for id in PACKS {
        let mut pack = pack(id).clone();
        pack.returning.return_after_days = Some(30);
        let at = |days| assess(&pack, &plain(), &[prior(days, Level::L0)], NOW_MS).verdict;
        assert_eq!(at(29), not_eligible(), "{id}");
        assert_eq!(at(30), Verdict::Eligible, "{id}");
    }
}

#[test]
fn missing_feedback_is_flagged_to_an_admin_and_harms_nobody() {
    let silent = Prior { delivered: Delivered::Unknown, ..prior(30, Level::L0) };
    for id in PACKS {
        let answer = assess(pack(id), &plain(), std::slice::from_ref(&silent), NOW_MS);
        assert_eq!(answer.verdict, Verdict::Eligible, "{id}");
        assert_eq!(answer.flags, [Flag::FeedbackMissing { record: silent.record }], "{id}");
        assert_eq!(assess(pack(id), &plain(), &[prior(30, Level::L3)], NOW_MS).flags, [], "{id}");
    }
}

#[test]
fn a_child_goes_to_the_young_peoples_service_with_its_steps_under_every_pack() {
    for id in PACKS {
        let at = |years| assess(pack(id), &plain_but(|i| i.age = Age::Known { years }), &[], NOW_MS);
        let codes =
            |answer: &Assessment| answer.also_do.iter().map(|step| step.code.clone()).collect::<Vec<_>>();
        assert_eq!(
            codes(&at(16)),
            ["youth_provider", "notice_guardian", "notice_youth_justice", "safeguarding_screen"],
            "{id}"
        );
        assert_eq!(at(16).provider_age_band, ProviderAgeBand::Youth);
        assert_eq!(codes(&at(9)), ["safeguarding_only"], "{id}");
        assert_eq!(at(9).voluntary_offer, VoluntaryOffer::NotUnderAge, "{id}");
        assert_eq!(at(18).also_do, [], "{id}");
    }
}
