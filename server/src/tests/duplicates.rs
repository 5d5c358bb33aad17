//! What becomes of two referrals of one person once an admin has said which one goes on.
//!
//! Does not test what is asked: [`super::persons`] does.

use serde_json::Value;
use sync_core::ids::{OpId, Record};
use sync_core::persons::Tie;
use sync_core::referral::act::{Act, CancelReason, Choice, Meeting, ReferralAccepted};
use sync_core::referral::disposal::DisposalState;
use sync_core::referral::engagement::Stage;
use sync_core::referral::view::{Contact, View};

use super::cross_stream::{attended, last_of, seen_by, tell};
use super::persons::{DAY_MS, Told, questions, refer, say, subject, told};
use super::{NOW_MS, Scheme};
use crate::desk::{Command, Query, Settlement};
use crate::verify;

/// Two officers' referrals of one person to two services, days apart, each with its submission.
fn two(scheme: &mut Scheme) -> [(Record, OpId); 2] {
    let (first, second) = (told(scheme), Told { at_ms: NOW_MS + 9 * DAY_MS, ..told(scheme) });
    let second = Told { provider: scheme.other_provider, ..second };
    let Scheme { service, officer, other_officer, .. } = scheme;
    [refer(service, officer, &first), refer(service, other_officer, &second)]
}

fn settle(scheme: &Scheme, choice: Choice) {
    let [asked] = questions(scheme).try_into().expect("one question");
    let id = asked["conflict"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let shown = scheme.service.query(scheme.admin.user, &Query::Conflict(id)).expect("it is shown");
    let text = |field: &str| shown[field].as_str().expect("a text").to_owned();
    let version = text("version").parse().expect("a version");
    let asked =
        Settlement { as_of: text("as_of"), version, choice, reason: "one of them goes on".to_owned() };
    let done: Result<Value, _> =
        scheme.service.command(scheme.admin.user, Command::Settle(id, asked), NOW_MS + 10 * DAY_MS);
    assert_eq!(done.expect("it is settled")["state"], "settled");
    assert_eq!(questions(scheme), [] as [Value; 0]);
}

fn of_lead(scheme: &mut Scheme, record: Record) -> View {
    seen_by(&mut scheme.lead, &scheme.service, record).0
}

fn of_other_lead(scheme: &mut Scheme, record: Record) -> View {
    seen_by(&mut scheme.other_lead, &scheme.service, record).0
}

#[test]
fn the_referral_that_does_not_go_on_is_cancelled_as_a_duplicate_and_its_service_stops() {
    let mut scheme = Scheme::new();
    let [(first, kept), (second, _)] = two(&mut scheme);
    settle(&scheme, Choice::Op(kept));
    assert_eq!(of_lead(&mut scheme, first).engagement.stage, Stage::Submitted, "this one goes on");
    let stopped = of_other_lead(&mut scheme, second);
    assert_eq!(
        (stopped.engagement.stage, stopped.cancelled, stopped.contact),
        (Stage::Cancelled, Some(CancelReason::Duplicate), Contact::Stopped)
    );
    let of_officer = seen_by(&mut scheme.other_officer, &scheme.service, second).0;
    assert!(of_officer.offer.stands(), "encounter and offer stand");
    assert!(!matches!(of_officer.disposal, DisposalState::Rescinded { .. }));
    assert_eq!(verify(scheme.data.path()).map(|report| report.first_fault), Ok(None));
}

#[test]
fn one_encounter_that_was_recorded_twice_is_served_once() {
    let mut scheme = Scheme::new();
    let (first, second) = (told(&scheme), Told { at_ms: NOW_MS + 300_000, ..told(&scheme) });
    let Scheme { service, officer, other_officer, .. } = &mut scheme;
    let [(one, _), (other, _)] = [refer(service, officer, &first), refer(service, other_officer, &second)];
    let kept = scheme.other_officer.log.iter().map(|op| op.header.id).next().expect("the encounter");
    settle(&scheme, Choice::Op(kept));
    assert_eq!(of_lead(&mut scheme, one).cancelled, Some(CancelReason::Duplicate));
    assert_eq!(of_lead(&mut scheme, other).engagement.stage, Stage::Submitted);
}

#[test]
fn an_admin_who_says_that_both_count_cancels_nothing() {
    let mut scheme = Scheme::new();
    let [(first, one), (second, _)] = two(&mut scheme);
    settle(&scheme, Choice::Admit(one));
    assert_eq!(of_lead(&mut scheme, first).engagement.stage, Stage::Submitted);
    assert_eq!(of_other_lead(&mut scheme, second).engagement.stage, Stage::Submitted);
}

#[test]
fn of_two_people_who_were_split_meanwhile_nobody_is_cancelled() {
    let mut scheme = Scheme::new();
    let [(first, one), (second, other)] = two(&mut scheme);
    assert_eq!(questions(&scheme).len(), 1);
    say(&scheme, Tie::Split, &subject(first, one), &subject(second, other)).expect("it is recorded");
    assert!(questions(&scheme).is_empty(), "two persons have no referral too many");
    assert_eq!(of_other_lead(&mut scheme, second).engagement.stage, Stage::Submitted);
}

#[test]
fn where_the_person_came_without_signal_the_work_is_kept_and_an_admin_is_asked() {
    let mut scheme = Scheme::new();
    let [(_, kept), (second, submitted)] = two(&mut scheme);
    let shared = second.stream(sync_core::ids::CompartmentKind::Shared, scheme.officer.enrolled.force);
    let outreach = second.stream(sync_core::ids::CompartmentKind::Outreach, scheme.other_provider);
    let Scheme { service, other_lead, .. } = &mut scheme;
    let accept = Act::ReferralAccepted(ReferralAccepted {});
    let accepted = tell(service, other_lead, shared, &[submitted], &[], &accept);
    let came = attended(Meeting::Assessment);
    let came = other_lead.record_raw(outreach, &[], &[accepted], came.kind(), &came.body());
    settle(&scheme, Choice::Op(kept));
    scheme.other_lead.push(&scheme.service, came.seq).expect("it is stored");
    let (seen, histories) = seen_by(&mut scheme.other_lead, &scheme.service, second);
    assert!(last_of(&histories, "attendance.recorded").is_some());
    assert!(seen.conflicts.iter().any(|open| open.about == "cancelled_engaged"));
}
