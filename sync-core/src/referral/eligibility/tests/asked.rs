//! What a check of earlier referrals says, and what R09 makes of it.

use super::*;
use crate::referral::act::Engaged;

fn found(channel: &str, engaged: Option<Engaged>) -> Inputs {
    plain_but(|inputs| {
        inputs.freshness = Freshness::OwnReferrals { as_of_ms: None };
        inputs.checks = vec![Check {
            kind: "prior_referrals".to_owned(),
            channel: channel.to_owned(),
            result: "record_found".to_owned(),
            age_of_information_ms: None,
            engaged,
        }];
    })
}

#[test]
fn a_prior_record_of_somebody_who_took_part_is_eligible_as_the_pack_says() {
    let inputs = found("voice_radio", Some(Engaged::Yes));
    let expected = [Verdict::Eligible, Verdict::Eligible, not_eligible(), Verdict::Eligible];
    for (id, expected) in PACKS.iter().zip(expected) {
        assert_eq!(assess(pack(id), &inputs, &[], NOW_MS).verdict, expected, "{id}");
    }
    let local = found("local_index", Some(Engaged::Yes));
    assert_eq!(verdict(&local, &[]), Verdict::EligibleProvisional, "the central record was not asked");
}

#[test]
fn a_prior_record_of_somebody_who_did_not_take_part_is_not_eligible() {
    let inputs = found("voice_radio", Some(Engaged::No));
    let expected = [not_eligible(), Verdict::Discretion, not_eligible(), not_eligible()];
    for (id, expected) in PACKS.iter().zip(expected) {
        assert_eq!(assess(pack(id), &inputs, &[], NOW_MS).verdict, expected, "{id}");
    }
    let answer = judge(&inputs, &[]);
    assert_eq!(finding(&answer, Rule::FirstTime).passed, Passed::DoesNotApply);
    assert_eq!(finding(&answer, Rule::Engaged).inputs["asked"], "no");
}

#[test]
fn a_prior_record_of_unknown_engagement_is_provisional() {
    for engaged in [Some(Engaged::NotKnown), None] {
        let answer = judge(&found("voice_radio", engaged), &[]);
        assert_eq!(answer.verdict, Verdict::EligibleProvisional);
        assert!(finding(&answer, Rule::Engaged).sentence.starts_with("Referred before"));
    }
}

#[test]
fn what_a_check_says_never_makes_worse_what_the_device_holds() {
    let open = Prior { standing: Standing::Open, ..prior(3, Level::L0) };
    let no = found("voice_radio", Some(Engaged::No));
    assert_eq!(verdict(&no, &[open]), Verdict::Eligible, "still in progress");
    let yes = found("voice_radio", Some(Engaged::Yes));
    assert_eq!(verdict(&yes, &[prior(30, Level::L0)]), Verdict::Eligible);
    let unknown = found("voice_radio", Some(Engaged::NotKnown));
    assert_eq!(verdict(&unknown, &[prior(30, Level::L0)]), not_eligible(), "the device knows that one");
}

#[test]
fn somebody_who_is_wanted_is_flagged_and_the_verdict_stays() {
    let inputs = plain_but(|inputs| {
        inputs.checks = vec![Check {
            kind: "pnc".to_owned(),
            channel: "voice_radio".to_owned(),
            result: "wanted".to_owned(),
            age_of_information_ms: None,
            engaged: None,
        }];
    });
    let answer = judge(&inputs, &[]);
    assert_eq!((answer.verdict, answer.flags), (Verdict::Eligible, vec![Flag::Wanted]));
}
