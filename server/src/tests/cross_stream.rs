//! What the server writes when two streams contradict each other, and when a referral changes hands.
//!
//! Does not test the table of what crosses: `sync-core` does.

use sync_core::ids::{CompartmentKind, OpId, Record, Stream};
use sync_core::referral::act::{
    Act, Attendance, AttendanceRecorded, Choice, ConflictSettled, ContactRecorded, ContactWhat, Credit,
    CreditsCarried, Meeting, OpRef, ReferralAccepted, ReferralClosed, TransferAccepted, TransferRequested,
    YesNo,
};
use sync_core::referral::conflict::{ConflictKind, conflict_id, version};
use sync_core::referral::engagement::Stage;
use sync_core::referral::fold::fold;
use sync_core::referral::view::{View, view};
use sync_core::stamp::{Disposition, Why};
use sync_core::stream::History;
use sync_core::sync::answer::{Answer, FeedEntry};

use serde_json::json;
use sync_core::referral::eligibility::Level;

use super::phone::{Phone, new_record};
use super::pipeline::{agreed, consent, encounter, of_records, police, shared, stamped, submitted};
use super::{NOW_MS, Scheme, TestService};

/// A referral that the lead has taken on, and the streams that the provider holds.
pub(super) struct TakenOn {
    pub(super) record: Record,
    pub(super) shared: Stream,
    pub(super) outreach: Stream,
    pub(super) submitted: OpId,
    pub(super) accepted: OpId,
}

pub(super) fn taken_on(scheme: &mut Scheme) -> TakenOn {
    let record = new_record();
    let shared = shared(scheme, record);
    let outreach = record.stream(CompartmentKind::Outreach, scheme.provider);
    agreed(scheme, record);
    scheme.officer.record(shared, &[], &consent(YesNo::Yes));
    let act = submitted(scheme, YesNo::No);
    let submitted = scheme.officer.record(shared, &[], &act);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    let accepted = scheme.lead.record(shared, &[submitted], &Act::ReferralAccepted(ReferralAccepted {}));
    scheme.lead.push(&scheme.service, accepted.seq).expect("it is accepted");
    TakenOn { record, shared, outreach, submitted, accepted }
}

/// Records with what was seen in `shared`, and pushes.
pub(super) fn tell(
    service: &TestService,
    phone: &mut Phone,
    stream: Stream,
    deps: &[OpId],
    seen: &[OpId],
    act: &Act,
) -> OpId {
    let op = phone.record_raw(stream, deps, seen, act.kind(), &act.body());
    phone.push(service, op.seq).expect("it is accepted");
    op
}

pub(super) fn attended(meeting: Meeting) -> Act {
    Act::AttendanceRecorded(AttendanceRecorded {
        meeting,
        status: Attendance::Attended,
        minutes: 60,
        at_ms: NOW_MS,
        appointment: None,
        note: None,
        reason: None,
    })
}

/// What a reader who pulled everything sees of the record, with its own ops.
pub(super) fn seen_by(phone: &mut Phone, service: &TestService, record: Record) -> (View, Vec<History>) {
    phone.cursor = None;
    let answer: Answer = phone.pull(service);
    let own = phone.log.iter().map(|op| sync_core::stream::StreamOp::of(op, None));
    let others = answer.feed.into_iter().filter_map(|entry| match entry {
        FeedEntry::Op(op) => Some(*op),
        FeedEntry::Stamped { .. }
        | FeedEntry::Whole(_)
        | FeedEntry::Forget { .. }
        | FeedEntry::Erased { .. }
        | FeedEntry::Extract(_)
        | FeedEntry::Reference(_) => None,
    });
    let mut streams = std::collections::BTreeMap::<Stream, Vec<_>>::new();
    for op in own.chain(others).filter(|op| op.stream.record == record) {
        streams.entry(op.stream).or_default().push(op);
    }
    let histories: Vec<_> = streams.into_values().map(History::new).collect();
    (view(&histories.iter().map(fold).collect::<Vec<_>>()), histories)
}

pub(super) fn last_of(histories: &[History], kind: &str) -> Option<OpId> {
    let ops = histories.iter().flat_map(History::iter);
    ops.filter(|op| op.kind.as_str() == kind).map(|op| op.id).last()
}

#[test]
fn closed_while_a_worker_without_signal_reached_the_person_is_reopened_and_raised_to_the_lead() {
    let mut scheme = Scheme::new();
    let taken = taken_on(&mut scheme);
    let Scheme { service, lead, worker, .. } = &mut scheme;
    let on = "2026-06-01".parse().expect("it is a date");
    let close = Act::ReferralClosed(ReferralClosed { on, died: None });
    let closed = tell(service, lead, taken.shared, &[taken.submitted], &[], &close);
    let contact = Act::ContactRecorded(ContactRecorded {
        what: ContactWhat::Reached,
        channel: "phone".to_owned(),
        result: "reached".to_owned(),
        at_ms: NOW_MS,
        note: None,
    });
    let reached = tell(service, worker, taken.outreach, &[], &[taken.accepted], &contact);

    let (seen, histories) = seen_by(lead, service, taken.record);
    assert_eq!(seen.engagement.stage, Stage::Contacted, "it is open again");
    let conflict = seen.conflicts.iter().find(|c| c.about == "closed_attended").expect("it is raised");
    assert_eq!(conflict.sides, {
        let mut sides = vec![closed, reached];
        sides.sort();
        sides
    });
    let raised = last_of(&histories, "conflict.raised").expect("the server raised it");

    let choice = Choice::Op(closed);
    let (id, sides) =
        (conflict_id(ConflictKind::Crossed, &taken.outreach, "closed_attended"), [closed, reached]);
    let settle = ConflictSettled {
        conflict: id,
        version: version(&sides),
        choice,
        reason: "he moved away".to_owned(),
    };
    let settle = Act::ConflictSettled(settle);
    let op = lead.record_raw(taken.outreach, &[raised], &[], settle.kind(), &settle.body());
    let answer = lead.push(service, op.seq).expect("it is stored");
    let aside = [(op.seq, Disposition::Quarantined(Why::Settler))];
    assert_eq!(stamped(&answer), aside, "the lead wrote a side of it");
}

#[test]
fn a_referral_that_changes_hands_carries_what_the_person_has_done_and_late_ops_add_to_it() {
    let mut scheme = Scheme::new();
    let taken = taken_on(&mut scheme);
    let Scheme { service, lead, worker, other_lead, other_provider, .. } = &mut scheme;
    let seen = [taken.accepted];
    tell(service, worker, taken.outreach, &[], &seen, &attended(Meeting::Assessment));
    let (to, reason) = (*other_provider, "moved_away".to_owned());
    let request = Act::TransferRequested(TransferRequested { to, reason, consent: YesNo::Yes });
    let request = tell(service, lead, taken.shared, &[taken.submitted], &[], &request);

    let (offered, _) = seen_by(other_lead, service, taken.record);
    assert_eq!(offered.transfer.map(|transfer| transfer.to), Some(to), "the named provider reads it");
    let accept = Act::TransferAccepted(TransferAccepted { request: OpRef::Id(request), to });
    tell(service, other_lead, taken.shared, &[request], &[], &accept);

    let (theirs, histories) = seen_by(other_lead, service, taken.record);
    assert_eq!(theirs.providers, [to]);
    assert_eq!(theirs.engagement.stage, Stage::Assessed, "the assessment elsewhere counts");
    assert!(last_of(&histories, "attendance.recorded").is_none(), "the other's own entries stay there");
    let (_, old) = seen_by(lead, service, taken.record);
    assert!(old.iter().flat_map(History::iter).all(|op| op.kind.as_str() != "credits.carried"));

    tell(service, worker, taken.outreach, &[], &seen, &attended(Meeting::Session));
    let (_, histories) = seen_by(other_lead, service, taken.record);
    let newest = last_of(&histories, "credits.carried").expect("they were carried");
    let body = histories.iter().find_map(|history| history.op(newest)).and_then(|op| op.body.clone());
    let carried: CreditsCarried = serde_json::from_str(&body.expect("it has a body")).expect("it is one");
    assert_eq!(carried.sessions, [Credit { at_ms: NOW_MS, minutes: 60 }]);
}

#[test]
fn what_the_former_service_records_late_counts_and_falls_again_with_what_it_strikes() {
    let mut scheme = Scheme::new();
    let taken = taken_on(&mut scheme);
    let Scheme { service, officer, lead, worker, other_lead, other_provider, .. } = &mut scheme;
    let (to, reason) = (*other_provider, "moved_away".to_owned());
    let request = Act::TransferRequested(TransferRequested { to, reason, consent: YesNo::Yes });
    let request = tell(service, lead, taken.shared, &[taken.submitted], &[], &request);
    let (offered, _) = seen_by(other_lead, service, taken.record);
    assert_eq!(offered.transfer.map(|transfer| transfer.to), Some(to));
    let accept = Act::TransferAccepted(TransferAccepted { request: OpRef::Id(request), to });
    tell(service, other_lead, taken.shared, &[request], &[], &accept);
    assert_eq!(seen_by(other_lead, service, taken.record).0.providers, [to]);

    let late = worker.record_raw(
        taken.outreach,
        &[],
        &[taken.accepted],
        "contact.recorded",
        &json!({"what": "reached", "channel": "phone", "result": "reached", "at_ms": NOW_MS}).to_string(),
    );
    let answer = worker.push(service, late.seq).expect("it is stored");
    assert_eq!(stamped(&answer), [(late.seq, Disposition::Accepted)], "nobody has to admit it");
    let level =
        |phone: &mut Phone, service: &TestService| seen_by(phone, service, taken.record).0.engagement.level;
    assert_eq!(level(other_lead, service), Some(Level::L1), "it counts at the new service");
    assert_eq!(level(officer, service), Some(Level::L1));

    let body = json!({"entry": late.seq, "reason": "another person's"}).to_string();
    let strike = worker.record_raw(taken.outreach, &[late], &[], "entry.struck", &body);
    let answer = worker.push(service, strike.seq).expect("it is stored");
    assert_eq!(stamped(&answer), [(strike.seq, Disposition::Accepted)]);
    assert_eq!(level(other_lead, service), Some(Level::L0));
    assert_eq!(level(officer, service), Some(Level::L0), "the force is told at once");
}

#[test]
fn a_death_that_only_the_reason_tells_is_told_to_both_sides_whatever_was_agreed() {
    let mut scheme = Scheme::new();
    let taken = taken_on(&mut scheme);
    let Scheme { service, officer, lead, .. } = &mut scheme;
    let no = json!({"contact": "yes", "feedback": "no", "wording": "v1", "language": "en"}).to_string();
    let no = lead.record_raw(taken.shared, &[taken.accepted], &[], "consent.recorded", &no);
    lead.push(service, no.seq).expect("it is stored");
    let on = "2026-06-01".parse().expect("it is a date");
    let close = Act::ReferralClosed(ReferralClosed { on, died: None });
    let closed = tell(service, lead, taken.shared, &[no], &[], &close);
    let stage =
        |phone: &mut Phone, service: &TestService| seen_by(phone, service, taken.record).0.engagement.stage;
    assert_eq!(stage(officer, service), Stage::ClosedNotTold);
    let reason = json!({"reason": "deceased"}).to_string();
    let reason = lead.record_raw(taken.outreach, &[], &[closed], "closing.reason", &reason);
    lead.push(service, reason.seq).expect("it is stored");
    assert_eq!(stage(officer, service), Stage::Deceased);
    let body = json!({"entry": reason.seq, "reason": "a namesake"}).to_string();
    let strike = lead.record_raw(taken.outreach, &[reason], &[], "entry.struck", &body);
    lead.push(service, strike.seq).expect("it is stored");
    assert_eq!(stage(officer, service), Stage::ClosedNotTold, "a mistake is taken back");
}

#[test]
fn an_officer_who_has_overheard_a_records_id_does_not_become_one_of_its_officers() {
    let mut scheme = Scheme::new();
    let taken = taken_on(&mut scheme);
    let police = police(&scheme, taken.record);
    let Scheme { service, officer, other_officer: stranger, .. } = &mut scheme;
    let opened = stranger.record(police, &[], &encounter());
    let answer = stranger.push(service, 1).expect("it is stored");
    assert_eq!(stamped(&answer), [(opened.seq, Disposition::Quarantined(Why::NotAssigned))]);
    stranger.cursor = None;
    let read = stranger.pull(service).feed;
    assert!(of_records(&read).is_empty(), "and reads nothing of it: {read:?}");
    let (seen, _) = seen_by(officer, service, taken.record);
    assert_eq!(seen.owners, [officer.user]);
}
