//! What the server does by itself when a time has passed.
//!
//! Does not test when a time has passed: `sync-core` does.

use sync_core::ids::OpId;
use sync_core::referral::act::{
    Act, Attendance, AttendanceRecorded, ContactRecorded, ContactWhat, DetailsLearnt, Meeting,
};
use sync_core::referral::conflict::PassedUp;
use sync_core::referral::engagement::Stage;
use sync_core::stream::History;
use sync_core::sync::answer::FeedEntry;

use super::cross_stream::{TakenOn, attended, last_of, seen_by, taken_on, tell};
use super::phone::Phone;
use super::{NOW_MS, Scheme, TestService};

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
/// The lead accepts a few milliseconds after [`NOW_MS`].
const DEADLINE_MS: u64 = NOW_MS + 14 * DAY_MS + 1_000;

pub(super) fn contact(what: ContactWhat) -> Act {
    let result = if what == ContactWhat::Attempted { "no_answer" } else { "reached" };
    Act::ContactRecorded(ContactRecorded {
        what,
        channel: "phone".to_owned(),
        result: result.to_owned(),
        at_ms: NOW_MS,
        note: None,
    })
}

/// A referral whose provider tried four times on the one channel that there is.
fn tried(scheme: &mut Scheme) -> TakenOn {
    let taken = taken_on(scheme);
    let Scheme { service, worker, .. } = scheme;
    let (field, value) = ("phone".to_owned(), "07700 900123".to_owned());
    let learnt = Act::DetailsLearnt(DetailsLearnt { field, value });
    tell(service, worker, taken.outreach, &[], &[taken.accepted], &learnt);
    for _ in 0..4 {
        tell(service, worker, taken.outreach, &[], &[], &contact(ContactWhat::Attempted));
    }
    taken
}

fn heard_at(service: &TestService, phone: &mut Phone, now_ms: u64) {
    let from = phone.log.len() as u64 + 1;
    phone.push_at(service, from, now_ms).expect("a pull is answered");
}

fn count(histories: &[History], kind: &str) -> usize {
    histories.iter().flat_map(History::iter).filter(|op| op.kind.as_str() == kind).count()
}

#[test]
fn a_referral_lapses_once_every_phone_that_may_hold_a_contact_was_heard_after_the_deadline() {
    let mut scheme = Scheme::new();
    let taken = tried(&mut scheme);
    let Scheme { service, officer, lead, worker, .. } = &mut scheme;
    service.beat(DEADLINE_MS - DAY_MS);
    service.beat(DEADLINE_MS + HOUR_MS);
    assert_eq!(seen_by(lead, service, taken.record).0.engagement.stage, Stage::Contacting);
    for phone in [&mut *officer, lead] {
        heard_at(service, phone, DEADLINE_MS + 2 * HOUR_MS);
    }
    service.beat(DEADLINE_MS + 3 * HOUR_MS);
    assert_eq!(
        seen_by(lead, service, taken.record).0.engagement.stage,
        Stage::Contacting,
        "not the worker's"
    );
    heard_at(service, worker, DEADLINE_MS + 3 * HOUR_MS);
    heard_at(service, lead, DEADLINE_MS + 3 * HOUR_MS);
    for _ in 0..2 {
        service.beat(DEADLINE_MS + 4 * HOUR_MS);
    }
    let (seen, histories) = seen_by(lead, service, taken.record);
    assert_eq!(seen.engagement.stage, Stage::LapsedNoContact);
    assert_eq!(count(&histories, "referral.closed"), 1, "it is written once");
    let (seen, _) = seen_by(officer, service, taken.record);
    assert_eq!(seen.engagement.stage, Stage::ClosedNotEngaged, "the reason stays with the service");
}

#[test]
fn a_phone_that_stays_away_is_waited_for_seventy_two_hours_and_its_contact_opens_the_referral_again() {
    let mut scheme = Scheme::new();
    let taken = tried(&mut scheme);
    let Scheme { service, lead, worker, .. } = &mut scheme;
    let reached = contact(ContactWhat::Reached);
    let reached = worker.record_raw(taken.outreach, &[], &[taken.accepted], reached.kind(), &reached.body());
    service.beat(DEADLINE_MS + 71 * HOUR_MS);
    assert_eq!(seen_by(lead, service, taken.record).0.engagement.stage, Stage::Contacting);
    service.beat(DEADLINE_MS + 73 * HOUR_MS);
    assert_eq!(seen_by(lead, service, taken.record).0.engagement.stage, Stage::LapsedNoContact);

    worker.push_at(service, reached.seq, DEADLINE_MS + 80 * HOUR_MS).expect("it is stored");
    let (seen, _) = seen_by(lead, service, taken.record);
    assert_eq!(seen.engagement.stage, Stage::Contacted, "it is open");
    assert!(seen.conflicts.iter().any(|conflict| conflict.about == "closed_attended"));
    service.beat(DEADLINE_MS + 90 * DAY_MS);
    assert_eq!(seen_by(lead, service, taken.record).0.engagement.stage, Stage::Contacted);
}

#[test]
fn who_comes_after_the_lapse_was_known_is_taken_in_again_and_nobody_is_asked() {
    let mut scheme = Scheme::new();
    let taken = tried(&mut scheme);
    let Scheme { service, lead, worker, .. } = &mut scheme;
    service.beat(DEADLINE_MS + 73 * HOUR_MS);
    let (_, histories) = seen_by(worker, service, taken.record);
    let closed = last_of(&histories, "referral.closed").expect("it lapsed");
    let reason = last_of(&histories, "closing.reason").expect("it lapsed");
    let came = contact(ContactWhat::PersonCame);
    tell(service, worker, taken.outreach, &[reason], &[closed], &came);
    let (seen, _) = seen_by(lead, service, taken.record);
    assert_eq!((seen.engagement.stage, seen.conflicts.len()), (Stage::Contacted, 0));
}

#[test]
fn a_referral_whose_provider_tried_too_little_never_lapses() {
    let mut scheme = Scheme::new();
    let taken = taken_on(&mut scheme);
    let Scheme { service, lead, worker, .. } = &mut scheme;
    tell(service, worker, taken.outreach, &[], &[taken.accepted], &contact(ContactWhat::Attempted));
    service.beat(DEADLINE_MS + 400 * DAY_MS);
    assert_eq!(seen_by(lead, service, taken.record).0.engagement.stage, Stage::Contacting);
}

/// Two workers disagree about one visit.
fn disagree(scheme: &mut Scheme, taken: &TakenOn, other: fn(&mut Scheme) -> &mut Phone) -> OpId {
    let Scheme { service, worker, .. } = scheme;
    let seen = [taken.accepted];
    let visit = tell(service, worker, taken.outreach, &[], &seen, &attended(Meeting::Assessment));
    let missed = Act::AttendanceRecorded(AttendanceRecorded {
        meeting: Meeting::Assessment,
        status: Attendance::DidNotAttend,
        minutes: 0,
        at_ms: NOW_MS,
        appointment: Some(sync_core::referral::act::OpRef::Id(visit)),
        note: None,
        reason: None,
    });
    let phone = other(scheme);
    let missed = phone.record_raw(taken.outreach, &[], &seen, missed.kind(), &missed.body());
    let (other, service) = (other(scheme).request(missed.seq), &scheme.service);
    super::phone::send(service, &other).expect("it is stored");
    missed
}

#[test]
fn a_conflict_that_the_lead_leaves_unanswered_goes_to_an_admin_after_five_working_days() {
    let mut scheme = Scheme::new();
    let taken = taken_on(&mut scheme);
    let code = crate::enrol::new_code;
    let lead = scheme.worker.user;
    let colleague = scheme.service.service.store.write_now(move |tx| code(tx, lead, NOW_MS));
    let colleague = colleague.expect("a code is made");
    let colleague = super::phone::try_code(&scheme.service, &colleague, NOW_MS).expect("the code counts");
    scheme.other_officer = colleague;
    disagree(&mut scheme, &taken, |scheme| &mut scheme.other_officer);
    let Scheme { service, lead, admin, .. } = &mut scheme;
    let open = |lead: &mut Phone| seen_by(lead, service, taken.record).0.conflicts.remove(0);
    assert_eq!(open(lead).passed_up, PassedUp::No);
    service.beat(NOW_MS + 4 * DAY_MS);
    assert_eq!(open(lead).passed_up, PassedUp::No);
    assert!(extracts(admin, service).is_empty());
    service.beat(NOW_MS + 9 * DAY_MS);
    service.beat(NOW_MS + 9 * DAY_MS);
    assert_eq!(open(lead).passed_up, PassedUp::Yes);
    assert_eq!(count(&seen_by(lead, service, taken.record).1, "conflict.passed_up"), 1);
    assert_eq!(extracts(admin, service), [open(lead).id], "the admin sees its sides, and no more");
}

#[test]
fn a_conflict_of_which_the_only_lead_wrote_a_side_goes_to_an_admin_at_once() {
    let mut scheme = Scheme::new();
    let taken = taken_on(&mut scheme);
    disagree(&mut scheme, &taken, |scheme| &mut scheme.lead);
    let Scheme { service, admin, .. } = &mut scheme;
    service.beat(NOW_MS + 61_000);
    assert_eq!(extracts(admin, service).len(), 1);
}

fn extracts(admin: &mut Phone, service: &TestService) -> Vec<sync_core::ids::Digest> {
    admin.cursor = None;
    let feed = admin.pull(service).feed;
    let of = |entry: &FeedEntry| match entry {
        FeedEntry::Extract(extract) => Some(extract.conflict),
        FeedEntry::Op(_)
        | FeedEntry::Stamped { .. }
        | FeedEntry::Whole(_)
        | FeedEntry::Reference(_)
        | FeedEntry::Erased { .. }
        | FeedEntry::Forget { .. } => None,
    };
    feed.iter().filter_map(of).collect()
}
