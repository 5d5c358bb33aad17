//! A crime whose offence nobody knows yet.

use super::*;
use crate::referral::view::view;

const MONDAY: &str = "2026-02-02T10:00:00Z";

/// An unknown drug was seized, and the person was diverted.
fn diverted() -> (Story, OpId) {
    let mut story = Story::submitted(1, at(MONDAY));
    let item = story.tell(OFFICER, at(MONDAY), "item.seized", json!({"drug": "unknown", "exhibit": "AB/1"}));
    story.tell(OFFICER, at(MONDAY), "crime.recorded", json!({}));
    (story, item)
}

fn offence(story: &Story) -> Option<String> {
    view(&story.states(Reader::Force)).crime.expect("a crime is recorded").offence
}

#[test]
fn an_offence_that_is_not_known_yet_is_asked_of_the_police_in_the_days_of_the_pack() {
    let (story, _) = diverted();
    assert_eq!(offence(&story), None);
    let asked = |now_ms| story.timer(Timer::Offence, now_ms).map(|due| (due.turn, due.state));
    assert_eq!(asked(at(MONDAY)), Some((Turn::Police, DueState::Due)));
    assert_eq!(asked(at(MONDAY) + 28 * DAY), Some((Turn::Police, DueState::Overdue)));
    let provider = story.due(Reader::Provider, at(MONDAY));
    assert!(provider.iter().all(|due| due.timer != Timer::Offence), "no provider reads of a crime");
}

#[test]
fn an_item_that_is_identified_later_gives_the_offence() {
    let (story, item) = diverted();
    let body = json!({"item": item.seq, "drug": "heroin"});
    let story = story.and(OFFICER, at(MONDAY) + DAY, "item.identified", body);
    assert_eq!(offence(&story).as_deref(), Some("MD71211"));
    assert_eq!(story.timer(Timer::Offence, at(MONDAY) + DAY), None);
}

#[test]
fn an_offence_that_somebody_recorded_counts_whatever_the_item_is() {
    let (story, item) = diverted();
    let body = json!({"item": item.seq, "drug": "heroin"});
    let story = story.and(OFFICER, at(MONDAY), "crime.recorded", json!({"offence": "MD71210"}));
    let story = story.and(OFFICER, at(MONDAY) + DAY, "item.identified", body);
    assert_eq!(offence(&story).as_deref(), Some("MD71210"));
}

#[test]
fn an_outcome_that_was_taken_back_asks_for_no_offence() {
    let (story, _) = diverted();
    let story = story
        .and(OFFICER, at(MONDAY), "disposal.applied", json!({"disposal": "community_resolution"}))
        .and(OFFICER, at(MONDAY) + HOUR, "disposal.rescinded", json!({"reason": "no_offence"}));
    assert_eq!(story.timer(Timer::Offence, at(MONDAY) + 9 * DAY), None);
}
