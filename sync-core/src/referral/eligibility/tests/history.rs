//! R08 and R09: what earlier referrals mean.

use super::*;
use crate::policy::{LateAttendance, Ruling};

fn open(mut prior: Prior) -> Prior {
    prior.standing = Standing::Open;
    prior
}

fn delivered(mut prior: Prior, delivered: Delivered) -> Prior {
    prior.delivered = delivered;
    prior
}

fn excluded(mut prior: Prior, why: Exclusion) -> Prior {
    prior.excluded = Some(why);
    prior
}

fn voluntary(mut prior: Prior, force_told: ForceTold) -> Prior {
    prior.last_attended_ms = Some(prior.submitted_ms + DAY_MS);
    prior.route = Route::Voluntary { force_told };
    prior
}

#[test]
fn how_far_the_last_referral_got_decides() {
    let cases = [
        (Level::L0, not_eligible()),
        (Level::L1, not_eligible()),
        (Level::L2, Verdict::Eligible),
        (Level::L3, Verdict::Eligible),
    ];
    for (level, expected) in cases {
        assert_eq!(verdict(&plain(), &[prior(30, level)]), expected, "{level:?}");
        assert_eq!(verdict(&plain(), &[open(prior(30, level))]), Verdict::Eligible, "open at {level:?}");
    }
}

#[test]
fn the_latest_decides_whatever_the_order_they_arrive_in() {
    let (old, new) = (prior(90, Level::L0), prior(10, Level::L3));
    assert_eq!(verdict(&plain(), &[old.clone(), new.clone()]), Verdict::Eligible);
    assert_eq!(verdict(&plain(), &[new, old]), Verdict::Eligible);
    assert_eq!(verdict(&plain(), &[prior(90, Level::L3), prior(10, Level::L1)]), not_eligible());
}

#[test]
fn what_was_not_delivered_never_counts() {
    for level in [Level::L0, Level::L1, Level::L2] {
        let undelivered = delivered(prior(10, level), Delivered::No);
        assert_eq!(verdict(&plain(), std::slice::from_ref(&undelivered)), Verdict::Eligible);
        assert_eq!(verdict(&plain(), &[prior(90, Level::L3), undelivered]), Verdict::Eligible);
    }
}

#[test]
fn an_undelivered_referral_leaves_the_decision_to_the_one_before() {
    let undelivered = delivered(prior(10, Level::L0), Delivered::No);
    assert_eq!(verdict(&plain(), &[prior(90, Level::L1), undelivered]), not_eligible());
}

#[test]
fn missing_feedback_on_the_last_referral_is_not_held_against_anybody() {
    let silent = delivered(prior(10, Level::L0), Delivered::Unknown);
    assert_eq!(verdict(&plain(), std::slice::from_ref(&silent)), Verdict::Eligible);
    assert_eq!(verdict(&plain(), &[prior(90, Level::L1), silent]), Verdict::Eligible);
}

#[test]
fn excluded_referrals_never_count() {
    let all = [
        Exclusion::Rejected,
        Exclusion::Cancelled,
        Exclusion::Duplicate,
        Exclusion::WrongPerson,
        Exclusion::EnteredInError,
        Exclusion::ServiceFault,
    ];
    for why in all {
        let answer = judge(&plain(), &[excluded(prior(10, Level::L0), why)]);
        assert_eq!(answer.verdict, Verdict::Eligible, "{why:?}");
        assert_eq!(finding(&answer, Rule::FirstTime).passed, Passed::Yes);
    }
}

#[test]
fn a_voluntary_referral_never_counts_against_anybody() {
    for told in [ForceTold::Agreed, ForceTold::NotAgreed] {
        let none = Prior { last_attended_ms: None, ..voluntary(prior(10, Level::L0), told) };
        assert_eq!(verdict(&plain(), &[none]), Verdict::Eligible);
    }
}

#[test]
fn a_later_attendance_cures_at_once() {
    let late = Prior { standing: Standing::AttendedSince, ..prior(30, Level::L2) };
    assert_eq!(verdict(&plain(), &[late]), Verdict::Eligible);
}

#[test]
fn a_voluntary_attendance_cures_when_the_force_may_be_told() {
    let stuck = prior(60, Level::L1);
    let cases = [
        (voluntary(prior(20, Level::L2), ForceTold::Agreed), Verdict::Eligible),
        (voluntary(prior(20, Level::L2), ForceTold::NotAgreed), not_eligible()),
        (voluntary(prior(20, Level::L1), ForceTold::Agreed), not_eligible()),
        (voluntary(prior(80, Level::L2), ForceTold::Agreed), not_eligible()),
        (
            excluded(voluntary(prior(20, Level::L2), ForceTold::Agreed), Exclusion::WrongPerson),
            not_eligible(),
        ),
    ];
    for (other, expected) in cases {
        assert_eq!(verdict(&plain(), &[stuck.clone(), other.clone()]), expected, "{other:?}");
    }
}

#[test]
fn who_says_no_needs_no_supervisor() {
    let priors = [prior(30, Level::L2)];
    let undecided = Agreement::CannotDecideNow { reason: "distressed".to_owned() };
    let cases = [
        (Agreement::Yes, Verdict::Discretion),
        (Agreement::NotAskedYet, Verdict::Discretion),
        (undecided, Verdict::Discretion),
        (Agreement::No, Verdict::Declined),
        (
            Agreement::NotOffered { reason: "person_left".to_owned() },
            Verdict::NotOffered { reason: "person_left".to_owned() },
        ),
    ];
    for (agrees, expected) in cases {
        let inputs = plain_but(|inputs| inputs.agrees = agrees);
        assert_eq!(assess(pack("deferred-contract"), &inputs, &priors, NOW_MS).verdict, expected);
    }
}

#[test]
fn the_person_who_may_not_return_hears_that_a_supervisor_may_grant_it() {
    let answer = judge(&plain(), &[prior(30, Level::L0)]);
    assert!(answer.what_happens_instead.is_some_and(|text| text.contains("supervisor")));
    assert_eq!(answer.voluntary_offer, VoluntaryOffer::MayBeMade);
}

#[test]
fn another_pack_gives_other_rulings() {
    let mut pack = PolicyPack::thames_valley_2018().clone();
    pack.returning.closed_at.l1 = Ruling::Eligible;
    let l1 = [prior(30, Level::L1)];
    assert_eq!(assess(&pack, &plain(), &l1, NOW_MS).verdict, Verdict::Eligible);

    let mut pack = PolicyPack::thames_valley_2018().clone();
    pack.returning.return_after_days = Some(30);
    assert_eq!(assess(&pack, &plain(), &l1, NOW_MS).verdict, Verdict::Eligible);
    assert_eq!(assess(&pack, &plain(), &l1, NOW_MS - 1).verdict, not_eligible());

    let mut pack = PolicyPack::thames_valley_2018().clone();
    pack.returning.late_attendance = LateAttendance::ChangesNothing;
    let late = [Prior { standing: Standing::AttendedSince, ..prior(30, Level::L1) }];
    assert_eq!(assess(&pack, &plain(), &late, NOW_MS).verdict, not_eligible());
}
