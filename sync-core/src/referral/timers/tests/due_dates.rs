//! Each timer: from when, until when, whose turn, and what stops it.

use super::*;
use crate::referral::view::view;

/// A Monday in winter.
const MONDAY: &str = "2026-02-02T10:00:00Z";

fn end_of(day: &str) -> u64 {
    day_ends_ms(day.parse().expect(day))
}

fn facts(due: Option<Due>) -> Option<(Turn, u64, DueState)> {
    due.map(|due| (due.turn, due.at_ms, due.state))
}

fn turns(story: &Story, timer: Timer, now_ms: u64) -> Vec<(Turn, DueState)> {
    let all = story.due(Reader::Server, now_ms).into_iter();
    all.filter(|due| due.timer == timer).map(|due| (due.turn, due.state)).collect()
}

#[test]
fn the_force_hears_of_a_referral_that_nobody_at_the_service_has_seen() {
    let story = Story::submitted(1, at(MONDAY));
    let until = end_of("2026-02-03");
    assert_eq!(turns(&story, Timer::Receive, until - 1), [], "the pack's days are not over");
    let told = [(Turn::Police, DueState::Overdue), (Turn::Admin, DueState::Overdue)];
    assert_eq!(turns(&story, Timer::Receive, until), told);
    assert_eq!(turns(&story, Timer::Accept, until), [(Turn::Lead, DueState::Overdue)]);
    let received = story.and(SERVER, at(MONDAY), "referral.received", received());
    assert_eq!(turns(&received, Timer::Receive, until), []);
}

#[test]
fn what_has_not_been_sent_cannot_be_late() {
    let story = Story::submitted(1, at(MONDAY));
    let states = story.states(Reader::Server);
    let reader = Reader::Server;
    let referral = Referral {
        record: story.record,
        states: &states,
        seen: &view(&states),
        reader,
        holidays: &[],
        synced_ms: None,
        able: None,
    };
    let late = due(&referral, at(MONDAY) + 40 * DAY);
    assert!(!late.iter().any(|due| matches!(due.timer, Timer::Receive | Timer::Accept)), "{late:?}");
}

#[test]
fn the_lead_answers_by_the_end_of_the_next_working_day_and_then_the_force_hears_of_it() {
    // The clock runs from the stamp of the submission, however late somebody there has read it.
    let story = Story::submitted(1, at(MONDAY));
    let received = story.and(SERVER, at(MONDAY) + 20 * HOUR, "referral.received", received());
    let until = end_of("2026-02-03");
    let cases = [
        (at(MONDAY), DueState::Upcoming),
        (at("2026-02-03T00:00:00Z"), DueState::Due),
        (until - 1, DueState::Due),
    ];
    for (now, state) in cases {
        assert_eq!(facts(received.timer(Timer::Accept, now)), Some((Turn::Lead, until, state)), "{now}");
        assert_eq!(turns(&received, Timer::Accept, now), [(Turn::Lead, state)]);
    }
    let late = DueState::Overdue;
    let all = [(Turn::Lead, late), (Turn::Police, late), (Turn::Admin, late)];
    assert_eq!(turns(&received, Timer::Accept, until), all);
    let accepted = received.and(WORKER, at(MONDAY) + HOUR, "referral.accepted", json!({}));
    assert_eq!(accepted.timer(Timer::Accept, until), None);
}

#[test]
fn the_first_attempt_comes_by_the_end_of_the_next_working_day() {
    let story = Story::accepted(1, at("2026-04-02T10:00:00Z"));
    let until = end_of("2026-04-07");
    let now = at("2026-04-07T08:00:00Z");
    assert_eq!(facts(story.timer(Timer::FirstAttempt, now)), Some((Turn::Worker, until, DueState::Due)));
    assert_eq!(story.tried(now, "phone").timer(Timer::FirstAttempt, until), None);
}

#[test]
fn with_a_safeguarding_concern_the_first_attempt_comes_within_four_hours() {
    let raised = json!({"codes": ["overdose_risk"]});
    let story = Story::accepted(1, at(MONDAY)).and(OFFICER, at(MONDAY) + HOUR, "safeguarding.raised", raised);
    let until = at(MONDAY) + 5 * HOUR;
    for timer in [Timer::FirstAttempt, Timer::Safeguarding] {
        let found = story.timer(timer, at(MONDAY) + 2 * HOUR).expect("due");
        assert_eq!((found.at_ms, found.state), (until, DueState::Due), "{timer:?}");
    }
}

#[test]
fn a_concern_waits_for_who_did_not_raise_it_until_it_is_acknowledged_by_id() {
    let raised = json!({"codes": ["overdose_risk"]});
    let turns = |story: &Story| {
        let all = story.due(Reader::Server, at(MONDAY) + 6 * HOUR);
        let open = all.into_iter().filter(|due| due.timer == Timer::Safeguarding);
        open.map(|due| (due.turn, due.state)).collect::<Vec<_>>()
    };
    let by_officer =
        Story::accepted(1, at(MONDAY)).and(OFFICER, at(MONDAY), "safeguarding.raised", raised.clone());
    assert_eq!(turns(&by_officer), [(Turn::Lead, DueState::Overdue)]);
    let mut by_worker = Story::accepted(1, at(MONDAY));
    let op = by_worker.tell(WORKER, at(MONDAY), "safeguarding.raised", raised);
    assert_eq!(turns(&by_worker), [(Turn::Lead, DueState::Overdue), (Turn::Police, DueState::Overdue)]);
    let heard = by_worker.and(OFFICER, at(MONDAY), "safeguarding.acknowledged", json!({"raised": op.seq}));
    assert_eq!(turns(&heard), []);
}

#[test]
fn the_assessment_comes_within_ten_working_days_of_the_submission() {
    let story = Story::accepted(1, at("2026-03-25T10:00:00Z"));
    let until = end_of("2026-04-10");
    let early = at("2026-04-09T10:00:00Z");
    assert_eq!(facts(story.timer(Timer::Assessment, early)), Some((Turn::Worker, until, DueState::Upcoming)));
    assert_eq!(facts(story.timer(Timer::Assessment, until - 1)), Some((Turn::Worker, until, DueState::Due)));
    let came = story.met(at("2026-04-08T10:00:00Z"), "assessment", "attended");
    assert_eq!(came.timer(Timer::Assessment, until), None);
}

#[test]
fn the_sessions_come_within_eighty_four_days_of_the_assessment() {
    let mut story = Story::accepted(1, at(MONDAY)).met(at("2026-02-10T10:00:00Z"), "assessment", "attended");
    let until = end_of("2026-05-05");
    assert_eq!(facts(story.timer(Timer::Sessions, until)), Some((Turn::Worker, until, DueState::Overdue)));
    for day in [17, 24, 26] {
        story = story.met(at(&format!("2026-02-{day}T10:00:00Z")), "session", "attended");
    }
    assert_eq!(story.timer(Timer::Sessions, until), None, "the package is complete");
}

#[test]
fn two_missed_in_a_row_are_a_task_and_not_a_close() {
    let first = at("2026-02-10T10:00:00Z");
    let once = Story::accepted(1, at(MONDAY)).met(first, "assessment", "did_not_attend");
    assert_eq!(once.timer(Timer::MissedInARow, first + DAY), None);
    let second = first + 7 * DAY;
    let twice = once.clone().met(second, "assessment", "did_not_attend");
    let expected = Some((Turn::Worker, end_of("2026-02-17"), DueState::Due));
    assert_eq!(facts(twice.timer(Timer::MissedInARow, second + 2 * HOUR)), expected);
    assert!(!crate::referral::view::view(&twice.states(Reader::Server)).engagement.stage.is_ended());
    assert_eq!(
        twice.clone().tried(second + 3 * HOUR, "phone").timer(Timer::MissedInARow, second + DAY),
        None
    );
    let between = once.met(first + 2 * DAY, "session", "attended").met(second, "session", "did_not_attend");
    assert_eq!(between.timer(Timer::MissedInARow, second + DAY), None, "not in a row");
    let called_off = Story::accepted(1, at(MONDAY)).met(first, "assessment", "did_not_attend").met(
        second,
        "assessment",
        "cancelled_by_service",
    );
    assert_eq!(called_off.timer(Timer::MissedInARow, second + DAY), None);
}

#[test]
fn after_fourteen_days_without_contact_the_lead_is_asked() {
    let story = Story::accepted(1, at(MONDAY)).tried(at(MONDAY) + DAY, "phone");
    let asked = at(MONDAY) + 14 * DAY;
    let until = end_of("2026-02-16");
    assert_eq!(facts(story.timer(Timer::AskLead, asked - 1)), Some((Turn::Lead, until, DueState::Upcoming)));
    assert_eq!(facts(story.timer(Timer::AskLead, asked)), Some((Turn::Lead, until, DueState::Due)));
    let reached = story.contact(at(MONDAY) + 2 * DAY, "reached", "phone", "reached");
    assert_eq!(reached.timer(Timer::AskLead, asked), None);
}

#[test]
fn silence_of_thirty_days_is_an_admins() {
    let story = Story::accepted(1, at(MONDAY));
    let silent = at(MONDAY) + 30 * DAY;
    for reader in [Reader::Server, Reader::Force] {
        let found = story.due(reader, silent).into_iter().find(|due| due.timer == Timer::Silence);
        assert_eq!(facts(found), Some((Turn::Admin, end_of("2026-03-04"), DueState::Due)), "{reader:?}");
    }
    let told = json!({"level": 1, "delivered": "yes", "on": "2026-02-20"});
    let told = story.and(SERVER, at("2026-02-20T10:00:00Z"), "progress.reported", told);
    assert_eq!(told.timer(Timer::Silence, silent).map(|due| due.state), Some(DueState::Upcoming));
}

#[test]
fn nothing_is_due_of_the_service_once_contact_must_stop() {
    let stops = [
        (OFFICER, "referral.cancelled", json!({"reason": "wrong_person"})),
        (OFFICER, "person.withdrew", json!({"reason": "not_wanted"})),
        (
            OFFICER,
            "consent.recorded",
            json!({"contact": "no", "feedback": "yes", "wording": "v1", "language": "en"}),
        ),
    ];
    for (who, kind, body) in stops {
        let story = Story::accepted(1, at(MONDAY)).and(who, at(MONDAY) + HOUR, kind, body);
        let due = story.due(Reader::Provider, at(MONDAY) + 60 * DAY);
        assert!(due.iter().all(|due| due.timer == Timer::Silence), "{kind}: {due:?}");
    }
}

#[test]
fn the_force_is_shown_no_timer_of_the_outreach() {
    let story = Story::accepted(1, at(MONDAY));
    let timers: Vec<Timer> =
        story.due(Reader::Force, at(MONDAY) + 40 * DAY).into_iter().map(|due| due.timer).collect();
    assert_eq!(timers, [Timer::Silence]);
}

#[test]
fn an_open_offer_waits_for_the_police_until_it_ends() {
    let until = at(MONDAY) + 7 * DAY;
    let subject = json!({"family": "Beispiel", "given": "Ana"});
    let policy = json!({"id": "thames-valley-2018", "version": 1});
    let story = Story::new(1)
        .and(OFFICER, at(MONDAY), "encounter.opened", json!({"at_ms": at(MONDAY), "route": "street", "subject": subject}))
        .and(
            OFFICER,
            at(MONDAY),
            "eligibility.assessed",
            json!({"verdict": {"offer_open": {"until_ms": until}}, "policy": policy, "inputs": "00".repeat(32)}),
        );
    let found = facts(story.timer(Timer::AnswerOffer, until - HOUR));
    assert_eq!(found, Some((Turn::Police, until, DueState::Due)));
    let later = until + 100 * DAY;
    assert_eq!(facts(story.timer(Timer::AnswerOffer, later)), Some((Turn::Police, until, DueState::Overdue)));
    let applied = json!({"disposal": "investigation"});
    for (kind, body) in [
        ("offer.answered", json!({"answer": "no"})),
        ("offer.answered", json!({"answer": "yes"})),
        ("disposal.applied", applied),
    ] {
        let ended = story.clone().and(OFFICER, later, kind, body);
        assert_eq!(ended.timer(Timer::AnswerOffer, later), None, "{kind}");
    }
}

#[test]
fn an_offer_that_a_supervisor_granted_is_put_to_the_person_within_the_days_of_an_offer() {
    let subject = json!({"family": "Beispiel", "given": "Ana"});
    let policy = json!({"id": "thames-valley-2018", "version": 1});
    let snapshot = json!({"verdict": "discretion", "policy": policy, "inputs": "00".repeat(32)});
    let opened = json!({"at_ms": at(MONDAY), "route": "street", "subject": subject});
    let asked = Story::new(1).and(OFFICER, at(MONDAY), "encounter.opened", opened).and(
        OFFICER,
        at(MONDAY),
        "eligibility.assessed",
        snapshot,
    );
    assert_eq!(asked.timer(Timer::AnswerOffer, at(MONDAY)), None);
    let grant = json!({"grant": "yes", "reason": "she asked for help"});
    let granted = asked.and(WORKER, at(MONDAY) + DAY, "discretion.decided", grant);
    let until = at(MONDAY) + 8 * DAY;
    let found = facts(granted.timer(Timer::AnswerOffer, until));
    assert_eq!(found, Some((Turn::Police, until, DueState::Overdue)));
    let yes = granted.and(OFFICER, until, "offer.answered", json!({"answer": "yes"}));
    assert_eq!(yes.timer(Timer::AnswerOffer, until), None);
}
