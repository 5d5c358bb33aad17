//! What the force hears of a referral, and what it does not.
//!
//! Does not test how far somebody got: `sync-core` does.

use sync_core::ids::{CompartmentKind, OpId, Record, Stream};
use sync_core::referral::act::{Act, ClosingReason, ContactRecorded, ContactWhat, ProgressReported, YesNo};
use sync_core::referral::eligibility::Level;
use sync_core::stream::History;
use sync_core::sync::answer::FeedEntry;

use super::cross_stream::{seen_by, taken_on, tell};
use super::phone::new_record;
use super::pipeline::{agreed, consent, contact_after, police, shared, submitted};
use super::{NOW_MS, Scheme};

fn reports(histories: &[History]) -> Vec<(Level, YesNo)> {
    let ops = histories.iter().flat_map(History::iter);
    let bodies = ops.filter(|op| op.kind.as_str() == "progress.reported").filter_map(|op| op.body.clone());
    let read = bodies.map(|body| serde_json::from_str::<ProgressReported>(&body).expect("it is a report"));
    read.map(|report| (report.level, report.delivered)).collect()
}

/// A referral that the provider worked on, with what the person agreed to.
fn worked_on(scheme: &mut Scheme, feedback: YesNo, voluntary: YesNo) -> (Record, OpId) {
    let record = new_record();
    let stream = shared(scheme, record);
    agreed(scheme, record);
    scheme.officer.record(stream, &[], &consent(feedback));
    let act = submitted(scheme, voluntary);
    let first = scheme.officer.record(stream, &[], &act);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let outreach = record.stream(CompartmentKind::Outreach, scheme.provider);
    contact_after(&mut scheme.lead, outreach, &[first]);
    scheme.lead.push(&scheme.service, 1).expect("it is accepted");
    (record, first)
}

#[test]
fn who_does_not_agree_to_feedback_has_nothing_reported_to_the_force() {
    for (feedback, heard) in [(YesNo::Yes, vec![(Level::L1, YesNo::Yes)]), (YesNo::No, Vec::new())] {
        let mut scheme = Scheme::new();
        let (record, _) = worked_on(&mut scheme, feedback, YesNo::No);
        let (_, histories) = seen_by(&mut scheme.officer, &scheme.service, record);
        assert_eq!(reports(&histories), heard, "{feedback:?}");
    }
}

#[test]
fn a_voluntary_referral_is_forgotten_by_the_force_once_the_provider_has_it() {
    let mut scheme = Scheme::new();
    let (record, first) = worked_on(&mut scheme, YesNo::Yes, YesNo::Yes);
    let (shared, police) = (shared(&scheme, record), police(&scheme, record));
    let Scheme { service, officer, admin, lead, .. } = &mut scheme;
    let (seen, histories) = seen_by(lead, service, record);
    assert_eq!((seen.engagement.level, reports(&histories)), (Some(Level::L1), Vec::new()));
    // The next request shows that the page is kept.
    lead.pull(service);
    for phone in [&mut *officer, admin] {
        phone.cursor = None;
        let feed = phone.pull(service).feed;
        let of_shared = |op: &&sync_core::stream::StreamOp| op.stream == shared;
        let read: Vec<_> = feed.iter().filter_map(FeedEntry::op).filter(of_shared).collect();
        assert!(read.is_empty(), "{read:?}");
        let forgets = |entry: &FeedEntry| matches!(entry, FeedEntry::Forget { stream } if *stream == shared);
        assert!(feed.iter().any(forgets), "a phone that held it drops it");
    }
    assert!(holds(&scheme, police), "the encounter is the force's");
    assert!(!holds(&scheme, shared));
    assert_eq!(first.device, scheme.officer.device);
}

fn holds(scheme: &Scheme, stream: Stream) -> bool {
    let force = sync_core::access::Scope::Force(scheme.officer.enrolled.force);
    scheme.service.service.store.read_now(|read| read.holds(&force, stream)).expect("the store is read")
}

/// R09: what the service could not deliver never counts against the person.
#[test]
fn a_referral_that_the_service_could_not_deliver_is_reported_as_not_delivered() {
    let mut scheme = Scheme::new();
    let taken = taken_on(&mut scheme);
    let Scheme { service, officer, lead, worker, .. } = &mut scheme;
    let reached = Act::ContactRecorded(ContactRecorded {
        what: ContactWhat::Reached,
        channel: "phone".to_owned(),
        result: "reached".to_owned(),
        at_ms: NOW_MS,
        note: None,
    });
    let reached = tell(service, worker, taken.outreach, &[], &[taken.accepted], &reached);
    let reason = ClosingReason { reason: "moved_away".to_owned(), note: None };
    tell(service, lead, taken.outreach, &[reached], &[], &Act::ClosingReason(reason));
    let (seen, histories) = seen_by(officer, service, taken.record);
    assert_eq!(reports(&histories), [(Level::L1, YesNo::Yes), (Level::L1, YesNo::No)]);
    assert_eq!(seen.engagement.delivered, Some(YesNo::No), "the officer's phone counts it no other way");
}
