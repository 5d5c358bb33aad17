//! How long officers read an own referral, and what in it still waits for them.

use super::*;
use crate::referral::view::view;

const DAYS: u64 = 28 * DAY;
const THEN: u64 = 1_780_000_000_000;

/// The server has everything at the time at which it was recorded, and `late_ms` after it.
fn reads(story: &Story, late_ms: u64, now_ms: u64) -> OfficersRead {
    let states = story.states(Reader::Server);
    let referral = Referral {
        record: story.record,
        states: &states,
        seen: &view(&states),
        reader: Reader::Server,
        holidays: &[],
        synced_ms: None,
        able: None,
    };
    let received = |id: OpId| story.ops.iter().find(|op| op.id == id).map(|op| op.hlc.ms() + late_ms);
    officers_read(&referral, now_ms, received)
}

fn assessed(verdict: &Value, pack: &str) -> Story {
    let subject = json!({"family": "Beispiel", "given": "Ana"});
    let policy = json!({"id": pack, "version": 1});
    let opened = json!({"at_ms": THEN, "route": "street", "subject": subject});
    let snapshot = json!({"verdict": verdict, "policy": policy, "inputs": "00".repeat(32)});
    Story::new(1).and(OFFICER, THEN, "encounter.opened", opened).and(
        OFFICER,
        THEN,
        "eligibility.assessed",
        snapshot,
    )
}

#[test]
fn officers_read_a_referral_until_the_packs_days_after_its_last_news() {
    let story = Story::accepted(1, THEN);
    assert_eq!(reads(&story, 0, THEN + DAYS - 1), OfficersRead::Until(THEN + DAYS));
    assert_eq!(reads(&story, 0, THEN + DAYS), OfficersRead::NoLonger);
    let told = json!({"level": 1, "delivered": "yes", "on": "2026-07-20"});
    let told = story.and(SERVER, THEN + 40 * DAY, "progress.reported", told);
    assert_eq!(reads(&told, 0, THEN + 41 * DAY), OfficersRead::Until(THEN + 40 * DAY + DAYS));
}

#[test]
fn news_that_comes_late_is_news_from_when_it_came() {
    let story = Story::accepted(1, THEN);
    assert_eq!(reads(&story, 30 * DAY, THEN + 31 * DAY), OfficersRead::Until(THEN + 30 * DAY + DAYS));
}

#[test]
fn what_the_service_records_for_itself_is_no_news_to_officers() {
    let story = Story::accepted(1, THEN).tried(THEN + 20 * DAY, "phone");
    assert_eq!(reads(&story, 0, THEN + DAYS), OfficersRead::NoLonger);
}

#[test]
fn what_is_kept_from_the_force_is_no_news_to_officers() {
    let subject = json!({"family": "Beispiel", "given": "Ana"});
    let submitted = json!({
        "reference": "TVP-0000", "subject": subject, "reach": {"may": []}, "provider": Uuid::from_u128(0xB0),
        "policy": {"id": "thames-valley-2018", "version": 1}, "voluntary": "yes",
    });
    let story = assessed(&json!("declined"), "thames-valley-2018")
        .and(OFFICER, THEN, "referral.submitted", submitted)
        .and(SERVER, THEN, "referral.received", received())
        .and(WORKER, THEN + 20 * DAY, "referral.accepted", json!({}));
    assert_eq!(reads(&story, 0, THEN + DAYS), OfficersRead::NoLonger);
}

#[test]
fn an_offer_that_waits_for_its_answer_does_not_vanish_under_the_officer() {
    let open = json!({"offer_open": {"until_ms": THEN + 7 * DAY}});
    for verdict in [open, json!("discretion"), json!("eligible")] {
        let story = assessed(&verdict, "thames-valley-2018");
        assert_eq!(reads(&story, 0, THEN + 400 * DAY), OfficersRead::WhileItWaits, "{verdict}");
    }
    let open = assessed(&json!({"offer_open": {"until_ms": THEN + 7 * DAY}}), "thames-valley-2018");
    let answered = open.and(OFFICER, THEN + 400 * DAY, "offer.answered", json!({"answer": "no"}));
    assert_eq!(reads(&answered, 0, THEN + 401 * DAY), OfficersRead::Until(THEN + 400 * DAY + DAYS));
    assert_eq!(reads(&answered, 0, THEN + 428 * DAY), OfficersRead::NoLonger);
}

#[test]
fn an_outcome_that_waits_for_engagement_stays_with_its_officer() {
    let pending = json!({"disposal": "diversion_22_pending", "outcome": "22"});
    let done = json!({"disposal": "diversion_22", "outcome": "22"});
    let story = assessed(&json!("eligible"), "deferred-contract")
        .and(OFFICER, THEN, "offer.answered", json!({"answer": "yes"}))
        .and(OFFICER, THEN, "disposal.applied", pending);
    assert_eq!(reads(&story, 0, THEN + 120 * DAY), OfficersRead::WhileItWaits);
    let story = story.and(OFFICER, THEN + 120 * DAY, "disposal.applied", done);
    assert_eq!(reads(&story, 0, THEN + 148 * DAY), OfficersRead::NoLonger);
}

#[test]
fn a_concern_that_the_service_raised_stays_with_the_officer_until_it_is_acknowledged() {
    let mut story = Story::accepted(1, THEN);
    let raised = story.tell(WORKER, THEN, "safeguarding.raised", json!({"codes": ["overdose_risk"]}));
    assert_eq!(reads(&story, 0, THEN + 100 * DAY), OfficersRead::WhileItWaits);
    let story = story.and(OFFICER, THEN + HOUR, "safeguarding.acknowledged", json!({"raised": raised.seq}));
    assert_eq!(reads(&story, 0, THEN + 100 * DAY), OfficersRead::NoLonger);
}

#[test]
fn a_child_too_young_for_any_offence_waits_until_somebody_was_told() {
    let story = assessed(&json!({"out_of_scope": {"why": "under_10"}}), "thames-valley-2018");
    let due = |story: &Story| story.timer(Timer::Child, THEN + DAY).map(|due| (due.turn, due.opens_ms));
    assert_eq!(due(&story), Some((Turn::Police, THEN)));
    assert_eq!(reads(&story, 0, THEN + 100 * DAY), OfficersRead::WhileItWaits);
    let raised = story.clone().and(OFFICER, THEN, "safeguarding.raised", json!({"codes": ["child"]}));
    assert_eq!(due(&raised), None);
    let told = story.clone().and(OFFICER, THEN, "notice.given", json!({"to": "guardian"}));
    assert_eq!(due(&told), None);
    let adult = assessed(&json!({"out_of_scope": {"why": "no_offence"}}), "thames-valley-2018");
    assert_eq!(due(&adult), None);
}
