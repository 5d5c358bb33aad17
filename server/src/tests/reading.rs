//! Officers lose an own referral that has been quiet for the pack's days, and have it back with its news.
//!
//! Does not test what counts as quiet: `sync-core` does.

use serde_json::json;
use sync_core::access::Scope;
use sync_core::ids::{CompartmentKind, Record, Stream};
use sync_core::referral::act::{Act, ContactWhat, PersonWithdrew, ReferralClosed};
use sync_core::referral::engagement::Stage;
use sync_core::stamp::Disposition;
use sync_core::sync::answer::{Answer, FeedEntry};

use super::cross_stream::{TakenOn, seen_by, taken_on};
use super::duties::contact;
use super::phone::{Phone, new_record};
use super::pipeline::{encounter, police, stamped};
use super::{NOW_MS, Scheme, TestService};

const BOTH: [CompartmentKind; 2] = [CompartmentKind::Police, CompartmentKind::Shared];
const DAY_MS: u64 = 24 * 3_600_000;
/// The last news reaches the server a minute after [`NOW_MS`].
const OVER_MS: u64 = NOW_MS + 60_000 + 28 * DAY_MS;

/// Which streams of a record an officer reads.
fn read_by(officer: &Phone, service: &TestService, record: Record) -> Vec<CompartmentKind> {
    let scope = Scope::Officer(officer.user);
    let held = service.service.store.read_now(move |read| {
        let mut held = Vec::new();
        for kind in [CompartmentKind::Police, CompartmentKind::Shared] {
            let stream = record.stream(kind, read.server()?.force);
            held.extend(read.holds(&scope, stream)?.then_some(kind));
        }
        Ok(held)
    });
    held.expect("the store is read")
}

fn forgotten(answer: &Answer) -> Vec<Stream> {
    let of = |entry: &FeedEntry| match entry {
        FeedEntry::Forget { stream } => Some(*stream),
        FeedEntry::Op(_)
        | FeedEntry::Stamped { .. }
        | FeedEntry::Whole(_)
        | FeedEntry::Erased { .. }
        | FeedEntry::Extract(_)
        | FeedEntry::Reference(_) => None,
    };
    let mut streams: Vec<Stream> = answer.feed.iter().filter_map(of).collect();
    streams.sort();
    streams
}

/// A referral whose service took it on, and whose officer has read it no longer since.
fn quiet(scheme: &mut Scheme) -> TakenOn {
    let taken = taken_on(scheme);
    scheme.officer.pull(&scheme.service);
    scheme.service.beat(OVER_MS);
    taken
}

#[test]
fn an_officer_loses_a_referral_twenty_eight_days_after_its_last_news_and_nobody_else_does() {
    let mut scheme = Scheme::new();
    let taken = taken_on(&mut scheme);
    let mut both = [police(&scheme, taken.record), taken.shared];
    both.sort();
    let Scheme { service, officer, admin, lead, .. } = &mut scheme;
    service.beat(OVER_MS - 1);
    assert_eq!(read_by(officer, service, taken.record), BOTH);
    service.beat(OVER_MS);
    assert_eq!(forgotten(&officer.pull(service)), both);
    assert!(read_by(officer, service, taken.record).is_empty());
    for other in [admin, lead] {
        assert!(seen_by(other, service, taken.record).0.submitted_ms.is_some());
    }
    service.beat(OVER_MS + 400 * DAY_MS);
    assert!(officer.pull(service).feed.is_empty(), "it is said once");
}

#[test]
fn news_gives_a_referral_back_to_its_officer_for_as_long_again() {
    let mut scheme = Scheme::new();
    let taken = quiet(&mut scheme);
    let Scheme { service, officer, lead, .. } = &mut scheme;
    let on = "2026-07-20".parse().expect("it is a date");
    let closed = Act::ReferralClosed(ReferralClosed { on, died: None });
    let closed = lead.record(taken.shared, &[taken.submitted], &closed);
    lead.push_at(service, closed.seq, OVER_MS + DAY_MS).expect("it is stored");
    let back = officer.pull(service).feed;
    let kinds: Vec<&str> = back.iter().filter_map(FeedEntry::op).map(|op| op.kind.as_str()).collect();
    assert!(kinds.contains(&"encounter.opened"), "what the phone has let go of comes too: {kinds:?}");
    assert_eq!(seen_by(officer, service, taken.record).0.engagement.stage, Stage::ClosedNotEngaged);
    service.beat(OVER_MS + 29 * DAY_MS - 1);
    assert_eq!(read_by(officer, service, taken.record), BOTH);
    service.beat(OVER_MS + 29 * DAY_MS);
    assert!(read_by(officer, service, taken.record).is_empty());
}

#[test]
fn an_attempt_of_the_service_gives_nothing_back_and_how_far_the_person_got_does() {
    let mut scheme = Scheme::new();
    let taken = quiet(&mut scheme);
    let Scheme { service, officer, worker, .. } = &mut scheme;
    for (what, streams) in [(ContactWhat::Attempted, &[][..]), (ContactWhat::Reached, &BOTH)] {
        let contact = contact(what);
        let seen = [taken.accepted];
        let told = worker.record_raw(taken.outreach, &[], &seen, contact.kind(), &contact.body());
        worker.push_at(service, told.seq, OVER_MS + DAY_MS).expect("it is stored");
        assert_eq!(read_by(officer, service, taken.record), streams, "{what:?}");
    }
}

#[test]
fn what_an_officer_had_not_sent_before_the_loss_counts_and_gives_the_referral_back() {
    let mut scheme = Scheme::new();
    let taken = taken_on(&mut scheme);
    let Scheme { service, officer, .. } = &mut scheme;
    let withdrew = Act::PersonWithdrew(PersonWithdrew { reason: "not_wanted".to_owned() });
    let unsent = officer.record(taken.shared, &[], &withdrew);
    service.beat(OVER_MS);
    let answer = officer.push_at(service, unsent.seq, OVER_MS + DAY_MS).expect("it is stored");
    assert_eq!(stamped(&answer), [(unsent.seq, Disposition::Accepted)]);
    assert!(forgotten(&answer).is_empty(), "it does not go and come back");
    assert_eq!(seen_by(officer, service, taken.record).0.engagement.stage, Stage::Withdrawn);
}

#[test]
fn an_offer_that_was_left_open_stays_with_its_officer_until_it_is_answered_however_late() {
    let mut scheme = Scheme::new();
    let record = new_record();
    let police = police(&scheme, record);
    let Scheme { service, officer, .. } = &mut scheme;
    officer.record(police, &[], &encounter());
    let assessed = json!({
        "verdict": {"offer_open": {"until_ms": NOW_MS + 7 * DAY_MS}},
        "policy": {"id": "thames-valley-2018", "version": 1}, "inputs": "00".repeat(32),
    });
    officer.record_raw(police, &[], &[], "eligibility.assessed", &assessed.to_string());
    officer.push(service, 1).expect("it is stored");
    service.beat(OVER_MS + 100 * DAY_MS);
    assert_eq!(read_by(officer, service, record), [CompartmentKind::Police]);
    let answer = officer.record_raw(police, &[], &[], "offer.answered", r#"{"answer":"no"}"#);
    officer.push_at(service, answer.seq, OVER_MS + 101 * DAY_MS).expect("it is stored");
    assert_eq!(read_by(officer, service, record), [CompartmentKind::Police]);
    service.beat(OVER_MS + 130 * DAY_MS);
    assert!(read_by(officer, service, record).is_empty());
}
