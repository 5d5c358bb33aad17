//! What comes first, at whose desk, and why.

use proptest::prelude::*;

use super::*;

const MONDAY: &str = "2026-02-02T10:00:00Z";

/// Five referrals on one provider's desk, in the order in which they should be taken.
fn desk() -> Vec<Story> {
    let now = at(MONDAY);
    let concern = json!({"codes": ["overdose_risk"]});
    vec![
        Story::accepted(5, now - 40 * DAY).tried(now - 39 * DAY, "phone").and(
            OFFICER,
            now - HOUR,
            "safeguarding.raised",
            concern,
        ),
        Story::accepted(4, now - 30 * DAY).tried(now - 29 * DAY, "phone"),
        Story::accepted(3, now - 6 * DAY),
        Story::accepted(2, now - 3 * DAY),
        Story::submitted(1, now).and(SERVER, now, "referral.received", received()),
    ]
}

#[test]
fn safeguarding_comes_first_then_the_oldest_overdue_then_what_is_due() {
    let items = order(&desk(), WorklistOf::Provider, Reader::Provider, at(MONDAY));
    let seen: Vec<_> =
        items.iter().map(|item| (item.record.as_u128(), item.first.timer, item.first.state)).collect();
    let expected = [
        (5, Timer::Safeguarding, DueState::Due),
        // The oldest overdue date of a referral decides: the assessment was due before the lead was asked.
        (4, Timer::Assessment, DueState::Overdue),
        (3, Timer::FirstAttempt, DueState::Overdue),
        (2, Timer::FirstAttempt, DueState::Due),
        (1, Timer::Accept, DueState::Upcoming),
    ];
    assert_eq!(seen, expected);
    assert!(items.iter().all(|item| !item.reason.is_empty()));
    assert!(items[0].also.iter().any(|due| due.timer == Timer::AskLead), "the rest is not hidden");
}

#[test]
fn each_desk_sees_its_own_turns() {
    let now = at(MONDAY);
    assert_eq!(order(&desk(), WorklistOf::Officer, Reader::Force, now), []);
    let admin: Vec<_> = order(&desk(), WorklistOf::Admin, Reader::Force, now);
    let seen: Vec<_> = admin.iter().map(|item| (item.record.as_u128(), item.first.timer)).collect();
    assert_eq!(seen[0], (5, Timer::Silence));
    assert!(admin.iter().flat_map(|item| &item.also).all(|due| due.turn == Turn::Admin));
    let raised =
        Story::accepted(6, now).and(WORKER, now, "safeguarding.raised", json!({"codes": ["overdose_risk"]}));
    let police = order(&[raised], WorklistOf::Officer, Reader::Force, now);
    assert_eq!(police.iter().map(|item| item.first.timer).collect::<Vec<_>>(), [Timer::Safeguarding]);
}

#[test]
fn when_the_days_of_an_offer_end_the_police_read_what_to_do() {
    let (now, until_ms) = (at(MONDAY), at(MONDAY) + 7 * DAY);
    let subject = json!({"family": "Beispiel", "given": "Ana"});
    let policy = json!({"id": "thames-valley-2018", "version": 1});
    let open = json!({"offer_open": {"until_ms": until_ms}});
    let snapshot = json!({"verdict": open, "policy": policy, "inputs": "00".repeat(32)});
    let opened = json!({"at_ms": now, "route": "street", "subject": subject});
    let story = Story::new(7)
        .and(OFFICER, now, "encounter.opened", opened)
        .and(OFFICER, now, "eligibility.assessed", snapshot)
        .and(OFFICER, now, "offer.answered", json!({"answer": "cannot_decide_now"}));
    let reason = |now| order(std::slice::from_ref(&story), WorklistOf::Officer, Reader::Force, now)[0].reason;
    assert_eq!(reason(until_ms - 1), "The person has not answered the offer.");
    assert!(reason(until_ms).contains("ask once more") && reason(until_ms).contains("A yes still counts"));
}

#[test]
fn a_conflict_that_the_lead_leaves_for_five_working_days_is_an_admins() {
    let mut story = Story::accepted(1, at(MONDAY));
    let booked = json!({"at_ms": at(MONDAY) + HOUR, "meeting": "assessment", "minutes": 60});
    let booked = story.tell(WORKER, at(MONDAY), "appointment.booked", booked);
    let met = |status: &str| json!({"appointment": booked.seq, "meeting": "assessment", "status": status, "minutes": 60, "at_ms": at(MONDAY) + HOUR});
    story.tell(WORKER, at(MONDAY) + 2 * HOUR, "attendance.recorded", met("attended"));
    let other = story.tell(WORKER, at(MONDAY) + 2 * HOUR, "attendance.recorded", met("did_not_attend"));
    // A second phone that had seen the booking and not the other attendance.
    let last = story.ops.iter_mut().find(|op| op.id == other).expect("just told");
    last.id = OpId { device: DeviceId(Uuid::from_u128(0xD2)), seq: 1 };
    last.deps = vec![booked];
    let named = serde_json::to_value(booked).expect("an id serialises");
    let mut body = met("did_not_attend");
    body["appointment"] = named;
    last.body = Some(body.to_string().into());
    let turn = |now| story.timer(Timer::Settle, now).map(|due| (due.turn, due.state));
    assert_eq!(turn(at(MONDAY) + DAY), Some((Turn::Lead, DueState::Due)));
    let end = day_ends_ms("2026-02-09".parse().expect("a date"));
    assert_eq!(turn(end), Some((Turn::Admin, DueState::Overdue)));
}

proptest! {
    #[test]
    fn the_order_in_which_referrals_come_does_not_matter(order_of in Just((0..5_usize).collect::<Vec<_>>()).prop_shuffle(), hours in 0_u64..2000) {
        let now = at(MONDAY) + hours * HOUR;
        let stories = desk();
        let shuffled: Vec<Story> = order_of.iter().map(|place| stories[*place].clone()).collect();
        prop_assert_eq!(
            order(&shuffled, WorklistOf::Provider, Reader::Provider, now),
            order(&stories, WorklistOf::Provider, Reader::Provider, now)
        );
    }

    #[test]
    fn time_only_moves_a_due_date_nearer(hours in 0_u64..3000, later in 0_u64..3000) {
        let now = at(MONDAY) + hours * HOUR;
        for story in desk() {
            let (early, late) = (story.due(Reader::Server, now), story.due(Reader::Server, now + later * HOUR));
            for before in &early {
                let after = late.iter().find(|after| (after.timer, after.turn) == (before.timer, before.turn));
                let after = after.expect("no date goes away by waiting");
                prop_assert_eq!(before.at_ms, after.at_ms);
                prop_assert!(after.state >= before.state);
            }
        }
    }
}
