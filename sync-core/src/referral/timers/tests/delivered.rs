//! R09's word "delivered", and an earlier referral as the rules see it.

use super::*;
use crate::referral::eligibility::{Delivered, Exclusion, Level, Prior, Route, Standing, Verdict};
use crate::referral::rule_inputs::prior_of;

const MONDAY: &str = "2026-02-02T10:00:00Z";

fn as_server(story: &Story) -> Delivered {
    let states = story.states(Reader::Server);
    delivered(&states)
}

fn prior(story: &Story, reader: Reader) -> Prior {
    prior_of(story.record, &story.states(reader)).expect("it was submitted")
}

fn closed(story: Story, at_ms: u64, reason: &str) -> Story {
    let day = local_day(at_ms).to_string();
    story.and(WORKER, at_ms, "closing.reason", json!({"reason": reason})).and(
        WORKER,
        at_ms,
        "referral.closed",
        json!({"on": day}),
    )
}

#[test]
fn whoever_was_reached_came_or_called_was_delivered_to() {
    for what in ["reached", "person_came", "person_called"] {
        let story = Story::accepted(1, at(MONDAY)).contact(at(MONDAY) + HOUR, what, "phone", "reached");
        assert_eq!(as_server(&story), Delivered::Yes, "{what}");
    }
    let handover = json!({"at_ms": at(MONDAY), "result": "reached"});
    let story = Story::submitted(1, at(MONDAY)).and(OFFICER, at(MONDAY), "handover.recorded", handover);
    assert_eq!(as_server(&story), Delivered::Yes);
}

#[test]
fn every_attempt_on_every_given_channel_counts_as_delivered() {
    let cases: [(&[&str], Delivered); 7] = [
        (&["phone", "phone", "text", "text"], Delivered::Yes),
        (&["phone", "voicemail", "visit", "street"], Delivered::Yes),
        // Four attempts, one channel of the three that were given.
        (&["phone", "phone", "voicemail", "phone"], Delivered::No),
        // Two channels, three attempts.
        (&["phone", "text", "phone"], Delivered::No),
        // Channels that the person never gave are not attempts.
        (&["phone", "text", "letter", "through_other"], Delivered::No),
        (&["phone", "text", "visit", "visit"], Delivered::Yes),
        (&[], Delivered::Unknown),
    ];
    for (channels, expected) in cases {
        let mut story = Story::accepted(1, at(MONDAY));
        for (hours, channel) in (1..).zip(channels) {
            story = story.tried(at(MONDAY) + hours * HOUR, channel);
        }
        assert_eq!(as_server(&story), expected, "{channels:?}");
    }
}

#[test]
fn who_gave_one_channel_needs_no_second() {
    let mut story = Story::sent(1, at(MONDAY), json!({"phone": "07700 900123"}));
    for hours in 1..=3 {
        story = story.tried(at(MONDAY) + hours * HOUR, "phone");
        assert_eq!(as_server(&story), Delivered::No, "{hours}");
    }
    // A visit counts as the fourth attempt.
    assert_eq!(as_server(&story.tried(at(MONDAY) + DAY, "visit")), Delivered::Yes);
}

#[test]
fn a_channel_given_later_must_be_tried_too() {
    let mut story = Story::sent(1, at(MONDAY), json!({"phone": "07700 900123"}));
    for hours in 1..=4 {
        story = story.tried(at(MONDAY) + hours * HOUR, "phone");
    }
    assert_eq!(as_server(&story), Delivered::Yes);
    let learnt = json!({"field": "email", "value": "ana@example.org"});
    let story = story.and(WORKER, at(MONDAY) + DAY, "details.learnt", learnt);
    assert_eq!(as_server(&story), Delivered::No);
    assert_eq!(as_server(&story.tried(at(MONDAY) + 2 * DAY, "email")), Delivered::Yes);
}

#[test]
fn the_force_goes_by_what_was_reported_last_whatever_the_level() {
    let report = |delivered| json!({"level": 1, "delivered": delivered, "on": "2026-02-03"});
    let story =
        Story::accepted(1, at(MONDAY)).and(SERVER, at(MONDAY) + HOUR, "progress.reported", report("yes"));
    let of_force = |story: &Story| {
        let states = story.states(Reader::Force);
        delivered(&states)
    };
    assert_eq!(of_force(&story), Delivered::Yes);
    let story = story.and(SERVER, at(MONDAY) + DAY, "progress.reported", report("no"));
    assert_eq!(of_force(&story), Delivered::No);
}

#[test]
fn a_wrong_number_custody_and_hospital_are_no_attempts() {
    for result in ["wrong_details", "in_custody", "in_hospital"] {
        let mut story = Story::accepted(1, at(MONDAY)).tried(at(MONDAY) + HOUR, "visit");
        for hours in 2..=9 {
            story = story.contact(at(MONDAY) + hours * HOUR, "attempted", "phone", result);
        }
        assert_eq!(as_server(&story), Delivered::No, "{result}");
    }
}

#[test]
fn a_close_that_is_nobodys_fault_is_never_delivered() {
    let reached = Story::accepted(1, at(MONDAY)).contact(at(MONDAY) + HOUR, "reached", "phone", "reached");
    for reason in ["not_delivered", "moved_away", "in_custody", "in_hospital", "deceased"] {
        let story = closed(reached.clone(), at(MONDAY) + DAY, reason);
        assert_eq!(as_server(&story), Delivered::No, "{reason}");
        let priors = [prior(&story, Reader::Server)];
        assert_eq!(verdict_with(&priors), Verdict::Eligible, "{reason}");
    }
    let mut unreached = Story::accepted(1, at(MONDAY));
    for (hours, channel) in (1..).zip(["phone", "text", "phone", "visit"]) {
        unreached = unreached.tried(at(MONDAY) + hours * HOUR, channel);
    }
    assert_eq!(as_server(&unreached), Delivered::Yes);
    let unreached = closed(unreached, at(MONDAY) + DAY, "no_contact");
    assert_eq!(as_server(&unreached), Delivered::No, "whom nobody reached has turned nothing down");
    assert_eq!(verdict_with(&[prior(&unreached, Reader::Server)]), Verdict::Eligible);
    for reason in ["not_engaged", "no_contact", "partial"] {
        assert_eq!(as_server(&closed(reached.clone(), at(MONDAY) + DAY, reason)), Delivered::Yes, "{reason}");
    }
}

fn verdict_with(priors: &[Prior]) -> Verdict {
    use crate::referral::eligibility as e;
    let inputs = e::Inputs {
        drug: "cannabis".to_owned(),
        offence: None,
        supply_signs: Vec::new(),
        necessity: Vec::new(),
        identity: e::Identity::Established { method: "photo_document".to_owned() },
        age: e::Age::Known { years: 30 },
        defence: None,
        agrees: e::Agreement::Yes,
        custody: None,
        checks: Vec::new(),
        freshness: e::Freshness::CentralRecord { asked_ms: 0 },
        evidence: e::Evidence::NotAsked,
    };
    e::assess(PolicyPack::thames_valley_2018(), &inputs, priors, at("2027-01-01T00:00:00Z")).verdict
}

fn reported(story: Story, at_ms: u64, level: u8, delivered: &str) -> Story {
    let body = json!({"level": level, "delivered": delivered, "on": local_day(at_ms).to_string()});
    story.and(SERVER, at_ms, "progress.reported", body)
}

#[test]
fn the_force_knows_what_was_reported_and_nothing_else() {
    let story = Story::accepted(1, at(MONDAY)).contact(at(MONDAY) + HOUR, "reached", "phone", "reached");
    assert_eq!(prior(&story, Reader::Force).delivered, Delivered::Unknown);
    let told = reported(story, at(MONDAY) + 2 * HOUR, 1, "yes");
    let prior = prior(&told, Reader::Force);
    assert_eq!((prior.level, prior.delivered), (Level::L1, Delivered::Yes));
    let silent = reported(Story::accepted(2, at(MONDAY)), at(MONDAY) + DAY, 0, "no");
    assert_eq!(
        prior_of(silent.record, &silent.states(Reader::Force)).map(|p| p.delivered),
        Some(Delivered::No)
    );
}

#[test]
fn an_open_referral_is_open_and_a_closed_one_is_closed() {
    let open = Story::accepted(1, at(MONDAY)).met(at(MONDAY) + 3 * DAY, "assessment", "attended");
    assert_eq!(prior(&open, Reader::Server).standing, Standing::Open);
    let shut = closed(open, at(MONDAY) + 5 * DAY, "partial");
    assert_eq!(prior(&shut, Reader::Server).standing, Standing::Closed);
    assert_eq!(verdict_with(&[prior(&shut, Reader::Server)]), Verdict::Eligible, "came to the assessment");
}

#[test]
fn coming_after_the_close_cures_for_whoever_knows_of_it() {
    let shut = closed(
        Story::accepted(1, at(MONDAY)).contact(at(MONDAY) + HOUR, "reached", "phone", "reached"),
        at(MONDAY) + 5 * DAY,
        "not_engaged",
    );
    let came =
        reported(shut.met(at(MONDAY) + 9 * DAY, "assessment", "attended"), at(MONDAY) + 10 * DAY, 2, "yes");
    for reader in [Reader::Server, Reader::Force] {
        let prior = prior(&came, reader);
        assert_eq!(prior.standing, Standing::AttendedSince, "{reader:?}");
        assert_eq!(verdict_with(&[prior]), Verdict::Eligible, "{reader:?}");
    }
}

#[test]
fn cancelled_rejected_and_voluntary_referrals_are_marked_as_what_they_are() {
    let cancelled = |reason: &str| {
        let body = json!({"reason": reason});
        prior(
            &Story::submitted(1, at(MONDAY)).and(OFFICER, at(MONDAY), "referral.cancelled", body),
            Reader::Server,
        )
    };
    assert_eq!(cancelled("duplicate").excluded, Some(Exclusion::Duplicate));
    assert_eq!(cancelled("wrong_provider").excluded, Some(Exclusion::Cancelled));
    let rejected = Story::submitted(1, at(MONDAY)).and(
        WORKER,
        at(MONDAY),
        "referral.rejected",
        json!({"reason": "no_capacity"}),
    );
    assert_eq!(prior(&rejected, Reader::Server).excluded, Some(Exclusion::Rejected));
    assert_eq!(prior(&Story::submitted(1, at(MONDAY)), Reader::Server).route, Route::Diversion);
    assert_eq!(prior_of(Uuid::nil(), &Story::new(1).states(Reader::Server)), None);
}
