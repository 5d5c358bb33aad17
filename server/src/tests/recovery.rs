//! Devices that enrol again: what they write anew counts once, as what it was.
//!
//! Does not test the plan itself: `sync-core` does.

use sync_core::ids::{CompartmentKind, Digest, OpId, Stream, UserId};
use sync_core::log::Tip;
use sync_core::op::{Recovered, Seed};
use sync_core::stamp::{Disposition, Why};
use sync_core::sync::answer::Directive;
use sync_core::sync::enrolment::{OldLog, Recovers};
use sync_core::sync::recovery::{Kept, NewLog, Plan, plan};

use super::phone::{Phone, SEED, new_record, recover};
use super::pipeline::{encounter, stamped, stored};
use super::{NOW_MS, Scheme, TestService};
use crate::RevokeReason;
use crate::desk::Command;
use crate::enrol::{self, new_code};
use crate::store::{Reads, Store as _, Writes};

fn code(scheme: &Scheme, user: UserId) -> String {
    code_at(scheme, user, NOW_MS)
}

fn code_at(scheme: &Scheme, user: UserId, now_ms: u64) -> String {
    let job = move |tx: &dyn Writes| new_code(tx, user, now_ms);
    scheme.service.wait(scheme.service.service.store.write(job)).expect("a code is made")
}

fn police(scheme: &Scheme) -> Stream {
    new_record().stream(CompartmentKind::Police, scheme.officer.enrolled.force)
}

fn recovers(phone: &Phone) -> Option<Recovers> {
    Some(Recovers { device: phone.device, unreadable: Vec::new() })
}

/// Enrols a phone again, and writes anew what the server does not hold of its log.
pub(super) fn enrolled_again(scheme: &Scheme, old: &Phone) -> (Phone, Plan) {
    let code = code(scheme, old.user);
    let mut new = recover(&scheme.service, &code, NOW_MS, recovers(old)).expect("the code counts");
    let held = new.enrolled.old.clone().expect("the request named a log");
    let planned = planned(old, &held, &new);
    new.log = planned.reissued.iter().map(|new| new.op.clone()).collect();
    (new, planned)
}

fn planned(old: &Phone, held: &OldLog, new: &Phone) -> Plan {
    let kept: Vec<Kept> = old.log.iter().map(|op| Kept { op: op.clone(), command: 1 }).collect();
    let last = old.log.last().map(|op| Tip { seq: op.header.id.seq, hash: op.header.hash() });
    let new = NewLog { device: new.device, seed: Seed(SEED) };
    plan(held, &kept, last.unwrap_or_default(), new).expect("the kinds are known")
}

pub(super) fn dispositions(phone: &mut Phone, service: &TestService) -> Vec<Disposition> {
    let answer = phone.push(service, 1).expect("it is accepted");
    stamped(&answer).into_iter().map(|(_, disposition)| disposition).collect()
}

#[test]
fn both_branches_of_a_forked_log_count_and_nothing_doubles() {
    let mut scheme = Scheme::new();
    let streams = [police(&scheme), police(&scheme), police(&scheme)];
    scheme.officer.record(streams[0], &[], &encounter());
    let mut clone = scheme.officer.cloned();
    scheme.officer.record(streams[1], &[], &encounter());
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    clone.counter = 10;
    clone.record(streams[2], &[], &encounter());
    let forked = clone.push(&scheme.service, 1).expect("it is answered");
    assert_eq!((forked.directives, forked.acknowledged), (vec![Directive::ReEnrol], 1));

    let (mut again, plan) = enrolled_again(&scheme, &clone);
    assert_eq!((plan.held.len(), again.log.len()), (1, 1));
    assert_eq!(dispositions(&mut again, &scheme.service), [Disposition::Accepted]);
    assert_eq!(dispositions(&mut again, &scheme.service), [Disposition::Accepted], "a push twice is one");

    let (mut twice, _) = enrolled_again(&scheme, &clone);
    assert_eq!(dispositions(&mut twice, &scheme.service), [Disposition::Quarantined(Why::Recovered)]);
    stored(&scheme);
}

const HOUR_MS: u64 = 3_600_000;

/// Half an hour after the officer's phone wrote an encounter it is revoked; an hour after, another one
/// sends what its log held, written anew.
fn after_a_revocation(reason: Option<RevokeReason>) -> Disposition {
    let mut scheme = Scheme::new();
    let stream = police(&scheme);
    scheme.officer.record(stream, &[], &encounter());
    if let Some(reason) = reason {
        let command = Command::RevokeDevice(scheme.officer.device, reason);
        scheme.service.command(scheme.admin.user, command, NOW_MS + HOUR_MS / 2).expect("it is revoked");
    }
    let code = code_at(&scheme, scheme.officer.user, NOW_MS + HOUR_MS);
    let new = recover(&scheme.service, &code, NOW_MS + HOUR_MS, recovers(&scheme.officer));
    let mut new = new.expect("the code counts");
    let held = new.enrolled.old.clone().expect("the request named a log");
    let plan = planned(&scheme.officer, &held, &new);
    new.log = plan.reissued.into_iter().map(|new| new.op).collect();
    let answer = new.push_at(&scheme.service, 1, NOW_MS + 2 * HOUR_MS).expect("it is accepted");
    stored(&scheme);
    stamped(&answer)[0].1
}

#[test]
fn what_is_written_anew_is_judged_by_the_enrolment_of_the_device_that_wrote_it() {
    // By the new one's, nothing could have been written before the second hour.
    assert_eq!(after_a_revocation(None), Disposition::Accepted);
    assert_eq!(after_a_revocation(Some(RevokeReason::Left)), Disposition::Accepted);
}

#[test]
fn enrolling_again_does_not_wash_clean_what_a_stolen_device_wrote() {
    for reason in [RevokeReason::Lost, RevokeReason::Stolen, RevokeReason::Cause] {
        let became = after_a_revocation(Some(reason));
        assert_eq!(became, Disposition::Quarantined(Why::RightEnded), "{reason:?}");
    }
}

#[test]
fn an_original_that_arrives_after_it_was_written_anew_does_not_count_as_well() {
    let mut scheme = Scheme::new();
    let stream = police(&scheme);
    scheme.officer.record(stream, &[], &encounter());
    let (mut again, _) = enrolled_again(&scheme, &scheme.officer);
    assert_eq!(dispositions(&mut again, &scheme.service), [Disposition::Accepted]);
    assert_eq!(
        dispositions(&mut scheme.officer, &scheme.service),
        [Disposition::Quarantined(Why::Recovered)]
    );
    stored(&scheme);
}

#[test]
fn an_original_that_was_stored_after_all_counts_and_its_repetition_does_not() {
    let mut scheme = Scheme::new();
    let stream = police(&scheme);
    scheme.officer.record(stream, &[], &encounter());
    let (mut again, plan) = enrolled_again(&scheme, &scheme.officer);
    assert_eq!(plan.reissued.len(), 1);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!(dispositions(&mut again, &scheme.service), [Disposition::Quarantined(Why::Recovered)]);
}

#[test]
fn another_persons_log_is_not_recovered_and_the_code_still_counts() {
    let scheme = Scheme::new();
    let code = code(&scheme, scheme.lead.user);
    let named = recovers(&scheme.officer);
    let refused = recover(&scheme.service, &code, NOW_MS, named).map(|phone| phone.user);
    assert_eq!(refused, Err(enrol::Refusal::OtherPerson));
    let enrolled = recover(&scheme.service, &code, NOW_MS, None).expect("the code was not used up");
    assert_eq!((enrolled.user, enrolled.enrolled.old), (scheme.lead.user, None));
}

#[test]
fn an_op_that_claims_to_repeat_another_persons_is_kept_aside() {
    let mut scheme = Scheme::new();
    let stream = police(&scheme);
    scheme.officer.record(stream, &[], &encounter());
    let id = OpId { device: scheme.lead.device, seq: 1 };
    scheme.officer.log[0].header.recovered_from = Some(Recovered { id, hash: Digest([9; 32]) });
    let answer = scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!(stamped(&answer), [(1, Disposition::Quarantined(Why::Reference))]);
    let job = move |read: &dyn Reads| read.recovered_by(Recovered { id, hash: Digest([9; 32]) });
    let claimed = scheme.service.wait(scheme.service.service.store.read(job));
    assert_eq!(claimed, Ok(None), "it does not block the lead's own");
}
