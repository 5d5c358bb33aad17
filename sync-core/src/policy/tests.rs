//! The shipped pack says what the scheme says; a pack that cannot be meant is refused by field.

use serde_json::{Value, json};

use super::*;
use crate::referral::eligibility::Level;

fn pack_with(pointer: &str, value: Value) -> Result<PolicyPack, PolicyFault> {
    let mut pack: Value =
        serde_json::from_str(schema::policy::THAMES_VALLEY_2018).expect("the shipped pack is JSON");
    *pack.pointer_mut(pointer).expect("the field is there") = value;
    PolicyPack::parse(&pack.to_string())
}

fn faulty_field(pointer: &str, value: Value) -> &'static str {
    match pack_with(pointer, value) {
        Err(PolicyFault::Value { field, .. }) => field,
        Err(PolicyFault::Shape(why)) => panic!("the shape is refused: {why}"),
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
    assert_eq!(pack.returning.closed_at.of(Level::L2), Ruling::Discretion);
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
fn no_pack_may_ask_for_an_admission() {
    let mut pack: Value =
        serde_json::from_str(schema::policy::THAMES_VALLEY_2018).expect("the shipped pack is JSON");
    pack["offer"]["asks_admission"] = json!("yes");
    assert!(matches!(PolicyPack::parse(&pack.to_string()), Err(PolicyFault::Shape(_))));
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
        ("/ring_now/4/to", json!("8pm"), "ring_now"),
        ("/timers/sessions_days", json!(0), "timers.sessions_days"),
    ];
    for (pointer, value, field) in cases {
        assert_eq!(faulty_field(pointer, value), field, "{pointer}");
    }
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
