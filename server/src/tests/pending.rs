//! What waits, how long, and what becomes of a cause that does not come.
//!
//! Does not test ancestry: see `sync-core/tests/absent.rs`.

use sync_core::ids::{CompartmentKind, OpId};
use sync_core::referral::act::YesNo;
use sync_core::stamp::{Disposition, Why};
use sync_core::stream::StreamOp;
use sync_core::sync::answer::{Answer, FeedEntry};
use sync_core::sync::pending::WAIT_MS;

use super::phone::new_record;
use super::pipeline::{
    agreed, contact_after, encounter, late_stamps, of_records, police, shared, stamped, stored, submitted,
};
use super::{NOW_MS, Scheme};
use crate::store::sqlite::asked;

/// Pushes of the tests arrive a minute after they were recorded.
const ARRIVED_MS: u64 = NOW_MS + 60_000;

const ASIDE: Disposition = Disposition::Quarantined(Why::NotAssigned);

fn own_stamp(answer: &Answer, seq: u64) -> Option<(u64, Vec<OpId>)> {
    answer.feed.iter().find_map(|entry| match entry {
        FeedEntry::Stamped { id, stamp } if id.seq == seq => Some((stamp.place, stamp.absent.clone())),
        FeedEntry::Stamped { .. }
        | FeedEntry::Op(_)
        | FeedEntry::Whole(_)
        | FeedEntry::Forget { .. }
        | FeedEntry::Erased { .. }
        | FeedEntry::Extract(_)
        | FeedEntry::Reference(_) => None,
    })
}

fn fed(answer: &Answer, id: OpId) -> Option<StreamOp> {
    answer.feed.iter().filter_map(FeedEntry::op).find(|op| op.id == id).cloned()
}

#[test]
fn after_72_hours_an_op_is_stamped_with_the_missing_dep_listed_as_absent() {
    let mut scheme = Scheme::new();
    let stream = police(&scheme, new_record());
    let missing = OpId { device: scheme.lead.device, seq: 7 };
    scheme.officer.record(stream, &[missing], &encounter());
    scheme.officer.record(stream, &[], &encounter());
    let answer = scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!((answer.acknowledged, stamped(&answer)), (2, Vec::new()), "durable and pending");

    scheme.service.beat(ARRIVED_MS + WAIT_MS - 1);
    assert!(scheme.officer.pull(&scheme.service).feed.is_empty());
    scheme.service.beat(ARRIVED_MS + WAIT_MS);
    let answer = scheme.officer.pull(&scheme.service);
    assert_eq!(late_stamps(&answer), [(1, Disposition::Accepted), (2, Disposition::Accepted)]);
    let (place, absent) = own_stamp(&answer, 1).expect("it is stamped");
    assert_eq!(absent, [missing]);
    assert_eq!(own_stamp(&answer, 2), Some((place + 1, Vec::new())), "its own previous op is no absent dep");
    stored(&scheme);
}

#[test]
fn an_absent_dep_that_comes_late_gets_its_own_place_and_is_fed() {
    let mut scheme = Scheme::new();
    let record = new_record();
    let shared = shared(&scheme, record);
    agreed(&mut scheme, record);
    let act = submitted(&scheme, YesNo::No);
    let first = scheme.officer.record(shared, &[], &act);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    scheme.lead.pull(&scheme.service);
    // The lead's op 1 is not pushed; somebody who had seen it writes on it.
    let act = sync_core::referral::act::Act::ReferralAccepted(sync_core::referral::act::ReferralAccepted {});
    let late = scheme.lead.record(shared, &[first], &act);
    let seq = scheme.officer.record_raw(shared, &[late], &[], "kind.unknown", "{}").seq;
    scheme.officer.push(&scheme.service, seq).expect("it is accepted");
    scheme.service.beat(ARRIVED_MS + WAIT_MS);
    let (place, absent) = own_stamp(&scheme.officer.pull(&scheme.service), seq).expect("it was stamped");
    assert_eq!(absent, [late]);

    let answer = scheme.lead.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!(stamped(&answer), [(1, Disposition::Accepted)]);
    let came = fed(&scheme.officer.pull(&scheme.service), late).expect("the officer reads it");
    assert!(came.stamp.is_some_and(|stamp| stamp.place > place));
    stored(&scheme);
}

#[test]
fn a_foreign_record_and_an_unknown_one_look_alike() {
    let mut scheme = Scheme::new();
    let foreign = new_record();
    let opened = scheme.officer.record(police(&scheme, foreign), &[], &encounter());
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");

    let outreach = |record: sync_core::ids::Record| record.stream(CompartmentKind::Outreach, scheme.provider);
    let (foreign, unknown) = (outreach(foreign), outreach(new_record()));
    let nobody = OpId { seq: 9, ..opened };
    contact_after(&mut scheme.lead, foreign, &[]);
    contact_after(&mut scheme.lead, unknown, &[]);
    let mut answers = vec![scheme.lead.push(&scheme.service, 1).expect("it is accepted")];
    // A guess at an op that is held, and one at an op that is not.
    contact_after(&mut scheme.lead, foreign, &[opened]);
    contact_after(&mut scheme.lead, unknown, &[nobody]);
    answers.push(scheme.lead.push(&scheme.service, 3).expect("it is accepted"));
    assert!(answers.iter().all(|answer| answer.stamps.is_empty() && of_records(&answer.feed).is_empty()));

    scheme.service.beat(ARRIVED_MS + WAIT_MS);
    let late = late_stamps(&scheme.lead.pull(&scheme.service));
    assert_eq!(late, [(1, ASIDE), (2, ASIDE), (3, ASIDE), (4, ASIDE)]);
    stored(&scheme);
}

#[test]
fn waits_that_end_together_end_in_slices_between_which_others_write() {
    let mut scheme = Scheme::new();
    let stream = police(&scheme, new_record());
    let missing = OpId { device: scheme.lead.device, seq: 7 };
    for _ in 0..150 {
        scheme.officer.record_raw(stream, &[missing], &[], "kind.unknown", "{}");
    }
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let file = scheme.data.path().join("waymark.sqlite");
    drop(asked::take(&file));
    scheme.service.beat(ARRIVED_MS + WAIT_MS);
    let jobs = asked::take(&file).into_iter().filter(|sql| sql.starts_with("BEGIN IMMEDIATE")).count();
    assert!(jobs >= 3, "{jobs} write jobs");
    assert_eq!(late_stamps(&scheme.officer.pull(&scheme.service)).len(), 150);
    stored(&scheme);
}

#[test]
fn ops_that_wait_for_each_other_are_let_go_together() {
    let mut scheme = Scheme::new();
    let stream = police(&scheme, new_record());
    let of_admin = OpId { device: scheme.admin.device, seq: 1 };
    scheme.officer.record(stream, &[of_admin], &encounter());
    let of_officer = OpId { device: scheme.officer.device, seq: 1 };
    scheme.admin.record_raw(stream, &[of_officer], &[], "kind.unknown", "{}");
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    scheme.admin.push(&scheme.service, 1).expect("it is accepted");
    scheme.service.beat(ARRIVED_MS + WAIT_MS);
    assert_eq!(late_stamps(&scheme.officer.pull(&scheme.service)).len(), 1);
    assert_eq!(late_stamps(&scheme.admin.pull(&scheme.service)).len(), 1);
    stored(&scheme);
}
