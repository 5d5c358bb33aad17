//! What one officer cannot decide alone.

use super::*;
use crate::ids::UserId;

const REFERRED: UserId = UserId(Uuid::from_u128(1));
const SUPERVISOR: UserId = UserId(Uuid::from_u128(2));
const OTHER: UserId = UserId(Uuid::from_u128(3));

fn grant(verdict: &Verdict, by: UserId, reason: &str) -> Result<(), NotAllowed> {
    may_decide_discretion(pack("thames-valley-2018"), verdict, &[REFERRED], by, reason)
}

#[test]
fn a_supervisor_who_did_not_refer_may_always_grant_with_a_reason() {
    for verdict in [Verdict::Discretion, not_eligible()] {
        assert_eq!(grant(&verdict, SUPERVISOR, "in treatment now"), Ok(()));
        assert_eq!(grant(&verdict, REFERRED, "in treatment now"), Err(NotAllowed::OwnReferral));
        assert_eq!(grant(&verdict, SUPERVISOR, " "), Err(NotAllowed::NoReason));
    }
}

#[test]
fn a_grant_sets_aside_the_history_and_nothing_else() {
    let others = [
        Verdict::Eligible,
        Verdict::EligibleProvisional,
        Verdict::ArrestRequired,
        Verdict::IdentityNotEstablished,
        Verdict::DefenceRaised,
        Verdict::Declined,
        Verdict::OfferOpen { until_ms: NOW_MS },
        Verdict::NotOffered { reason: "person_left".to_owned() },
        Verdict::NotEligible { reasons: vec![Rule::Possession] },
        out(WhyOutOfScope::Supply),
        out(WhyOutOfScope::NoOffence),
        out(WhyOutOfScope::UnderTen),
    ];
    for verdict in others {
        assert_eq!(grant(&verdict, SUPERVISOR, "a reason"), Err(NotAllowed::NothingToGrant), "{verdict:?}");
    }
}

#[test]
fn under_a_pack_without_grants_a_supervisor_still_answers_what_the_rules_leave_open() {
    let mut never = pack("thames-valley-2018").clone();
    never.returning.supervisor_may_grant = crate::policy::SupervisorGrant::Never;
    let ask = |verdict| may_decide_discretion(&never, &verdict, &[REFERRED], SUPERVISOR, "a reason");
    assert_eq!(ask(not_eligible()), Err(NotAllowed::PackSaysNever));
    assert_eq!(ask(Verdict::Discretion), Ok(()));
}

const ENDED: NonEngagement =
    NonEngagement { level: Level::L1, delivered: Delivered::Yes, standing: Standing::Closed };

fn again(id: &str, ended: NonEngagement, proposed: UserId, approved: UserId) -> Result<(), NotAllowed> {
    may_decide_again(pack(id), ended, &[REFERRED], proposed, approved)
}

#[test]
fn nothing_follows_from_not_engaging_unless_the_pack_says_so() {
    let answers = PACKS.map(|id| again(id, ENDED, REFERRED, SUPERVISOR));
    let nothing = Err(NotAllowed::NothingFollows);
    assert_eq!(answers, [nothing, nothing, Ok(()), Ok(())]);
}

#[test]
fn the_new_decision_takes_two_and_the_referring_officer_does_not_approve() {
    let by = |proposed, approved| again("deferred-contract", ENDED, proposed, approved);
    assert_eq!(by(REFERRED, SUPERVISOR), Ok(()));
    assert_eq!(by(OTHER, SUPERVISOR), Ok(()));
    assert_eq!(by(SUPERVISOR, SUPERVISOR), Err(NotAllowed::SameEyes));
    assert_eq!(by(SUPERVISOR, REFERRED), Err(NotAllowed::SameEyes));
}

#[test]
fn missing_feedback_and_what_was_not_delivered_never_lead_to_a_new_decision() {
    for delivered in [Delivered::No, Delivered::Unknown] {
        let ended = NonEngagement { delivered, ..ENDED };
        for id in ["deferred-contract", "drug-education-one-chance"] {
            assert_eq!(again(id, ended, OTHER, SUPERVISOR), Err(NotAllowed::NotDelivered), "{id}");
        }
    }
}

#[test]
fn who_engaged_or_may_still_come_is_not_decided_on_again() {
    let cases = [
        NonEngagement { level: Level::L3, ..ENDED },
        NonEngagement { standing: Standing::Open, ..ENDED },
        NonEngagement { standing: Standing::AttendedSince, ..ENDED },
    ];
    for ended in cases {
        for id in ["deferred-contract", "drug-education-one-chance"] {
            assert_eq!(
                again(id, ended, OTHER, SUPERVISOR),
                Err(NotAllowed::NotNonEngagement),
                "{id} {ended:?}"
            );
        }
    }
}
