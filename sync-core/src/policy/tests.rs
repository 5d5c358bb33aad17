//! The shipped packs say what the schemes say; a pack that cannot be meant is refused by field.

mod against_schema;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::referral::eligibility::Level;

/// The seed's pack as JSON, to be changed.
fn seed() -> Value {
    serde_json::to_value(PolicyPack::thames_valley_2018()).expect("a pack serialises")
}

fn pack_with(pointer: &str, value: Value) -> Result<PolicyPack, PolicyFault> {
    let mut pack = seed();
    *pack.pointer_mut(pointer).expect("the field is there") = value;
    PolicyPack::parse(&pack.to_string())
}

fn faulty_field(pointer: &str, value: Value) -> String {
    match pack_with(pointer, value) {
        Err(PolicyFault::Value { field, .. }) => field,
        Err(PolicyFault::Shape { field, why }) => panic!("{field} has another shape: {why}"),
        Ok(_) => panic!("{pointer} is taken"),
    }
}

#[test]
fn the_seed_pack_says_what_the_scheme_says() {
    let pack = PolicyPack::thames_valley_2018();
    assert_eq!((pack.package.assessments, pack.package.sessions), (1, 3));
    assert_eq!(pack.session_counts_from_minutes(), 50);
    assert_eq!(pack.disposal.outcome_code, "8");
    assert_eq!(pack.offer.open_days, 7);
    assert_eq!(pack.contact.attempts_at_least, 4);
    assert_eq!(pack.returning.wanted_level, Some(Level::L2), "engaged: came to the assessment");
    assert_eq!(pack.returning.closed_at.of(Level::L2), Ruling::Eligible);
    assert_eq!(pack.returning.closed_at.of(Level::L1), Ruling::NotEligible);
    assert_eq!(pack.disposal.after_non_engagement, AfterNonEngagement::Nothing);
    assert!(pack.promises_not_kept.is_empty());
}

#[test]
fn a_pack_survives_being_written_and_read_again() {
    for pack in PolicyPack::shipped() {
        let text = serde_json::to_string(pack).expect("a pack serialises");
        assert_eq!(PolicyPack::parse(&text).as_ref(), Ok(pack));
    }
}

#[test]
fn a_pack_is_found_by_its_id() {
    assert_eq!(
        PolicyPack::find("thames-valley-2018").map(PolicyPack::reference),
        Some(PolicyRef { id: "thames-valley-2018".to_owned(), version: 1 })
    );
    assert_eq!(PolicyPack::find("nowhere"), None);
}

#[test]
fn every_value_that_cannot_be_meant_is_named() {
    let cases = [
        ("/id", json!("Not A Name"), "id"),
        ("/version", json!(0), "version"),
        ("/reference_prefix", json!("tvp"), "reference_prefix"),
        ("/package/sessions", json!(0), "package.sessions"),
        ("/package/tolerance_minutes", json!(60), "package.tolerance_minutes"),
        ("/age/adult_years", json!(9), "age.adult_years"),
        ("/age/youth_steps", json!([]), "age.youth_steps"),
        ("/returning/closed_at/l0", json!("eligible"), "returning.closed_at"),
        ("/returning/wanted_level", json!(1), "returning.wanted_level"),
        ("/returning/feedback_missing", json!("not_eligible"), "returning.feedback_missing"),
        ("/returning/return_after_days", json!(0), "returning.return_after_days"),
        ("/disposal/outcome_code", json!("99"), "disposal.outcome_code"),
        ("/disposal/rescind_reasons", json!(["did_not_attend"]), "disposal.rescind_reasons"),
        ("/cancel_reasons", json!([]), "cancel_reasons"),
        ("/ring_now", json!([]), "ring_now"),
        ("/ring_now/4/to", json!("8pm"), "ring_now[4].to"),
        ("/ring_now/4/from", json!("+1:00"), "ring_now[4].from"),
        ("/ring_now/0/whom", json!(" "), "ring_now[0].whom"),
        ("/ring_now/4/area", json!("kent"), "ring_now"),
        ("/returning/feedback_missing", json!("discretion"), "returning.feedback_missing"),
        ("/returning/wanted_level", json!(null), "returning.wanted_level"),
        ("/age/youth_steps/1/code", json!("Notice"), "age.youth_steps[1].code"),
        ("/disposal/after_non_engagement", json!("officer_decides"), "promises_not_kept"),
        ("/timers/sessions_days", json!(0), "timers.sessions_days"),
    ];
    for (pointer, value, field) in cases {
        assert_eq!(faulty_field(pointer, value), field, "{pointer}");
    }
}

#[test]
fn a_field_too_many_or_too_few_is_named() {
    let mut extra = seed();
    extra["offer"]["asks_admission"] = json!("yes");
    let mut missing = seed();
    missing["package"].as_object_mut().expect("an object").remove("sessions");
    let mut absent = seed();
    absent["returning"].as_object_mut().expect("an object").remove("return_after_days");
    let mut wrong = seed();
    wrong["ring_now"][2]["number"] = json!(999);
    let mut word = seed();
    word["returning"]["in_progress"] = json!("maybe");
    let cases = [
        (extra, "offer.asks_admission"),
        (missing, "package.sessions"),
        (absent, "returning.return_after_days"),
        (wrong, "ring_now[2].number"),
        (word, "returning.in_progress"),
    ];
    for (pack, field) in cases {
        let fault = PolicyPack::parse(&pack.to_string()).expect_err(field);
        assert_eq!(fault.field(), field);
        assert!(fault.to_string().contains(field), "{fault}");
    }
    assert_eq!(PolicyPack::parse("no json").expect_err("no JSON").field(), ".");
    assert_eq!(PolicyPack::parse(&format!("{} x", seed())).expect_err("more than JSON").field(), ".");
}

#[test]
fn no_pack_may_ask_for_an_admission() {
    for sentence in
        ["Ask whether the person admits it.", "Take a Confession.", "Does the person accept GUILT?"]
    {
        let field = faulty_field("/age/youth_steps/0/sentence", json!(sentence));
        assert_eq!(field, "age.youth_steps[0].sentence", "{sentence}");
        assert_eq!(
            faulty_field("/age/under_age_step/sentence", json!(sentence)),
            "age.under_age_step.sentence"
        );
    }
    assert_eq!(faulty_field("/age/youth_steps/0/code", json!("admission")), "age.youth_steps[0].code");
}

#[test]
fn every_file_is_named_after_the_pack_and_version_in_it() {
    for (file, text) in schema::policy::PACKS {
        let pack = PolicyPack::parse(text).expect(file);
        assert_eq!(*file, format!("{}.v{}.json", pack.id, pack.version));
        assert_eq!(PolicyPack::find_version(&pack.id, pack.version), Some(&pack));
    }
    let ids: BTreeSet<&str> = PolicyPack::shipped().map(|pack| pack.id.as_str()).collect();
    let expected =
        ["deferred-contract", "divert-west-midlands", "drug-education-one-chance", "thames-valley-2018"];
    assert_eq!(ids, BTreeSet::from(expected));
}

#[test]
fn a_decision_is_read_by_the_version_that_it_names() {
    let version = |version| PolicyPack { version, ..PolicyPack::thames_valley_2018().clone() };
    let all = catalogue([version(2), version(1), version(5)]);
    let found = |number| nearest(&all, "thames-valley-2018", number).map(|pack| pack.version);
    assert_eq!([found(1), found(2), found(5)], [Some(1), Some(2), Some(5)]);
    assert_eq!(found(3), Some(5), "one that is not shipped is read by the newest");
    assert_eq!(nearest(&all, "unheard-of", 1), None);
    assert_eq!(PolicyPack::nearest("unheard-of", 1), PolicyPack::thames_valley_2018());
    assert_eq!(PolicyPack::find("thames-valley-2018").map(|pack| pack.version), Some(1));
    assert_eq!(PolicyPack::find_version("thames-valley-2018", 2), None);
}

#[test]
fn each_pack_names_the_promises_that_it_breaks() {
    use Promise::{
        FullPackage, LateAttendanceCures, NoFurtherTest, NoSanction, OutcomeAtOnce, ReturnAfterEngagement,
    };
    let cases: [(&str, &[Promise]); 4] = [
        ("thames-valley-2018", &[]),
        ("divert-west-midlands", &[FullPackage]),
        (
            "drug-education-one-chance",
            &[NoSanction, ReturnAfterEngagement, LateAttendanceCures, OutcomeAtOnce, FullPackage],
        ),
        ("deferred-contract", &[NoSanction, OutcomeAtOnce, NoFurtherTest]),
    ];
    for (id, promises) in cases {
        let pack = PolicyPack::find(id).expect(id);
        let named: BTreeSet<Promise> = pack.promises_not_kept.iter().map(|broken| broken.promise).collect();
        assert_eq!(named, promises.iter().copied().collect(), "{id}");
    }
}

#[test]
fn a_promise_that_is_kept_cannot_be_named_as_broken() {
    let broken = json!([{"promise": "no_sanction", "instead": "Something happens."}]);
    assert_eq!(faulty_field("/promises_not_kept", broken), "promises_not_kept");
}

#[test]
fn everybody_has_somebody_to_ring_at_every_hour() {
    let pack = PolicyPack::thames_valley_2018();
    for minute in 0..24 * 60 {
        assert_eq!(pack.ring_now("oxfordshire", minute).area, "oxfordshire");
        assert!(pack.ring_now("somewhere else", minute).is_everywhere());
    }
}

#[test]
fn a_line_may_run_past_midnight() {
    let night = RingNow {
        area: "*".to_owned(),
        from: "20:00".to_owned(),
        to: "08:00".to_owned(),
        whom: "the night line".to_owned(),
        number: "101".to_owned(),
    };
    assert!(night.covers(23 * 60) && night.covers(0) && night.covers(8 * 60 - 1));
    assert!(!night.covers(8 * 60) && !night.covers(12 * 60));
}
