//! When a referral may lapse, and what crosses it.

use super::*;
use crate::referral::view::view;

const MONDAY: &str = "2026-02-02T10:00:00Z";

fn phone(number: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(number))
}

fn synced(number: u128, last_sync_ms: Option<u64>) -> DeviceSync {
    DeviceSync { device: phone(number), last_sync_ms }
}

/// Four attempts on two of the channels that were given, on four days.
fn tried() -> Story {
    let mut story = Story::accepted(1, at(MONDAY));
    for (day, channel) in (1..).zip(["phone", "text", "phone", "visit"]) {
        story = story.tried(at(MONDAY) + day * DAY, channel);
    }
    story
}

fn deadline() -> u64 {
    at(MONDAY) + 14 * DAY
}

#[test]
fn it_lapses_when_every_device_has_synced_past_the_deadline() {
    let now = deadline() + HOUR;
    let ground = Ground { deadline_ms: deadline(), attempts: 4, waited: Waited::EveryDevice };
    let devices = [synced(1, Some(deadline() + 1)), synced(2, Some(now))];
    assert_eq!(tried().may_lapse(now, &devices), Lapse::May(ground.clone()));
    assert_eq!(tried().may_lapse(now, &[]), Lapse::May(ground));
}

#[test]
fn a_device_that_has_not_synced_past_the_deadline_is_waited_for_up_to_seventy_two_hours() {
    let until_ms = deadline() + 72 * HOUR;
    let devices = [synced(1, Some(deadline())), synced(2, None), synced(3, Some(deadline() + 1))];
    let waits = Lapse::Waits { devices: vec![phone(1), phone(2)], until_ms };
    assert_eq!(tried().may_lapse(deadline(), &devices), waits);
    assert_eq!(tried().may_lapse(until_ms - 1, &devices), waits);
    let ground = Ground { deadline_ms: deadline(), attempts: 4, waited: Waited::Grace };
    assert_eq!(tried().may_lapse(until_ms, &devices), Lapse::May(ground));
}

#[test]
fn never_before_fourteen_days_from_acceptance() {
    let early = Lapse::TooEarly { deadline_ms: deadline() };
    assert_eq!(tried().may_lapse(deadline() - 1, &[]), early);
}

#[test]
fn attempts_that_were_completed_late_move_the_deadline() {
    let late = deadline() + 3 * DAY;
    let mut story = Story::accepted(1, at(MONDAY)).tried(late, "text");
    for day in 1..=3 {
        story = story.tried(at(MONDAY) + day * DAY, "phone");
    }
    assert_eq!(story.may_lapse(late - 1, &[]), Lapse::TooEarly { deadline_ms: late });
    let behind = [synced(1, Some(deadline() + DAY))];
    let waits = Lapse::Waits { devices: vec![phone(1)], until_ms: late + 72 * HOUR };
    assert_eq!(story.may_lapse(late, &behind), waits);
}

#[test]
fn too_few_attempts_or_channels_never_lapse() {
    let far = at(MONDAY) + 400 * DAY;
    let one = Story::accepted(1, at(MONDAY)).tried(at(MONDAY) + DAY, "phone");
    let few = |made, channels_left| Lapse::TooFewAttempts { made, needed: 4, channels_left };
    assert_eq!(one.may_lapse(far, &[]), few(1, 1));
    let mut same = Story::accepted(1, at(MONDAY));
    for day in 1..=9 {
        same = same.tried(at(MONDAY) + day * DAY, "phone");
    }
    assert_eq!(same.may_lapse(far, &[]), few(9, 1));
}

#[test]
fn a_contact_that_the_lapse_had_not_seen_keeps_the_referral_open() {
    let far = deadline() + 10 * DAY;
    for what in ["reached", "person_came", "person_called"] {
        // Made on the ninth day, offline; it arrives after the server could have lapsed it.
        let crossed = tried().contact(at(MONDAY) + 9 * DAY, what, "phone", "reached");
        assert_eq!(crossed.may_lapse(far, &[]), Lapse::Reached, "{what}");
        let states = crossed.states(Reader::Server);
        assert_eq!(contacts_that_keep_open(&states).len(), 1);
        assert!(!view(&states).engagement.stage.is_ended());
    }
    assert!(contacts_that_keep_open(&tried().states(Reader::Server)).is_empty());
}

#[test]
fn what_is_over_or_stopped_or_not_accepted_does_not_lapse() {
    let far = deadline() + 10 * DAY;
    let withdrew = tried().and(WORKER, at(MONDAY) + 9 * DAY, "person.withdrew", json!({"reason": "not_now"}));
    let closed = tried().and(WORKER, at(MONDAY) + 9 * DAY, "referral.closed", json!({"on": "2026-02-11"}));
    for story in [withdrew, closed, Story::submitted(1, at(MONDAY))] {
        assert_eq!(story.may_lapse(far, &[]), Lapse::NotWaiting);
    }
}

#[test]
fn a_lapse_never_moves_the_outcome() {
    let mut story = tried();
    let before = view(&story.states(Reader::Server)).disposal;
    story.tell(SERVER, deadline() + HOUR, "referral.closed", json!({"on": "2026-02-16"}));
    assert_eq!(view(&story.states(Reader::Server)).disposal, before);
}

#[test]
fn an_entry_that_is_struck_restarts_the_deadline() {
    let reached = json!({"what": "reached", "channel": "phone", "result": "reached", "at_ms": at(MONDAY)});
    let mut story = tried();
    let reached = story.tell(WORKER, at(MONDAY) + 5 * DAY, "contact.recorded", reached);
    assert_eq!(story.may_lapse(deadline(), &[]), Lapse::Reached);
    let struck_ms = at(MONDAY) + 10 * DAY;
    let body = json!({"entry": reached, "reason": "another person's"});
    story.tell_in(Some(CompartmentKind::Outreach), WORKER, struck_ms, "entry.struck", body);
    let again = Lapse::TooEarly { deadline_ms: struck_ms + 14 * DAY };
    assert_eq!(story.may_lapse(deadline(), &[]), again);
}

#[test]
fn a_referral_that_was_opened_again_for_an_entry_that_is_struck_stays_open_and_the_lead_is_asked() {
    let mut story = Story::accepted(1, at(MONDAY));
    let closed = story.tell(WORKER, at(MONDAY) + DAY, "referral.closed", json!({"on": "2026-02-03"}));
    let reached = json!({"what": "reached", "channel": "phone", "result": "reached", "at_ms": at(MONDAY)});
    let reached = story.tell(WORKER, at(MONDAY) + 2 * DAY, "contact.recorded", reached);
    story.tell(SERVER, at(MONDAY) + 2 * DAY, "referral.reopened", json!({"reason": "person_came"}));
    let raised = json!({"finding": "crossed", "about": "closed_attended", "sides": [closed, reached]});
    story.tell_in(Some(CompartmentKind::Outreach), SERVER, at(MONDAY) + 2 * DAY, "conflict.raised", raised);
    let struck_ms = at(MONDAY) + 3 * DAY;
    assert_eq!(story.timer(Timer::StruckSince, struck_ms), None);
    let body = json!({"entry": reached, "reason": "another person's"});
    story.tell_in(Some(CompartmentKind::Outreach), WORKER, struck_ms, "entry.struck", body);
    let asked = story.timer(Timer::StruckSince, struck_ms).expect("the lead is asked");
    assert_eq!((asked.turn, asked.opens_ms), (Turn::Lead, struck_ms));
    assert_eq!(
        view(&story.states(Reader::Server)).engagement.stage,
        crate::referral::engagement::Stage::Accepted
    );
    let went_on = story.clone().tried(struck_ms + DAY, "phone");
    assert_eq!(went_on.timer(Timer::StruckSince, struck_ms + DAY), None);
    let closed = story.and(WORKER, struck_ms + DAY, "referral.closed", json!({"on": "2026-02-06"}));
    assert_eq!(closed.timer(Timer::StruckSince, struck_ms + DAY), None);
}
