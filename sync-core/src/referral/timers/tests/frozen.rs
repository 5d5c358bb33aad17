//! The pack and the snapshot are frozen into the referral: later facts change neither.

use super::*;
use crate::referral::eligibility::Verdict;
use crate::referral::view::view;

const MONDAY: &str = "2026-02-02T10:00:00Z";

/// An encounter assessed under a pack, with the item that was seized.
fn assessed(policy: Value) -> (Story, OpId) {
    let mut story = Story::new(1);
    let now = at(MONDAY);
    let subject = json!({"family": "Beispiel", "given": "Ana", "apparent_age": 30});
    story.tell(
        OFFICER,
        now,
        "encounter.opened",
        json!({"at_ms": now, "route": "street", "subject": subject}),
    );
    let item = story.tell(OFFICER, now, "item.seized", json!({"drug": "cannabis", "exhibit": "AB/1"}));
    let body = json!({"verdict": "eligible", "policy": policy, "inputs": "00".repeat(32)});
    story.tell(OFFICER, now, "eligibility.assessed", body);
    (story, item)
}

#[test]
fn a_drug_identified_differently_after_a_test_does_not_change_the_snapshot() {
    let (story, item) = assessed(json!({"id": "thames-valley-2018", "version": 1}));
    let before = view(&story.states(Reader::Server)).verdict;
    let body = json!({"item": item.seq, "drug": "not_controlled"});
    let later = story.and(OFFICER, at(MONDAY) + 9 * DAY, "item.identified", body);
    let after = view(&later.states(Reader::Server));
    assert_eq!(before, Some(Verdict::Eligible));
    assert_eq!(after.verdict, before);
    assert!(after.conflicts.is_empty(), "it is another fact, not a disagreement");
}

#[test]
fn a_referral_is_read_by_the_pack_that_was_frozen_into_it() {
    let read = |policy: Value| pack_of(&assessed(policy).0.states(Reader::Server)).id.as_str();
    for pack in PolicyPack::shipped() {
        assert_eq!(read(json!({"id": pack.id, "version": pack.version})), pack.id);
        assert_eq!(read(json!({"id": pack.id, "version": 77})), pack.id, "the newest of that pack");
    }
    assert_eq!(read(json!({"id": "unheard-of", "version": 1})), "thames-valley-2018");
    assert_eq!(pack_of(&[]).id, "thames-valley-2018");
}

#[test]
fn the_pack_of_the_referral_gives_the_time_for_the_sessions() {
    let sessions = |id: &str| {
        let mut story = Story::sent_under(1, at(MONDAY), json!({"phone": "07700 900123"}), id);
        story.tell(WORKER, at(MONDAY), "referral.accepted", json!({}));
        let story = story.met(at("2026-02-10T10:00:00Z"), "assessment", "attended");
        story.timer(Timer::Sessions, at(MONDAY)).map(|due| local_day(due.at_ms - 1).to_string())
    };
    assert_eq!(sessions("thames-valley-2018").as_deref(), Some("2026-05-05"));
    assert_eq!(sessions("deferred-contract").as_deref(), Some("2026-06-10"));
}
