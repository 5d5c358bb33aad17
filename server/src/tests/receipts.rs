//! Receipts that an entry cites: what the server cannot have given makes the entry's time suspect, and nothing else.
//!
//! Does not test what is shown after a restore in general: see [`super::epochs`].

use sync_core::clock::ClockMark;
use sync_core::ids::{Digest, OpId};

use super::phone::{Phone, new_record};
use super::pipeline::{encounter, police};
use super::{NOW_MS, Scheme, TestService};
use crate::{backup, restore};

const MINUTE_MS: u64 = 60_000;

/// Records one entry and sends what there is from it on; its mark, and the earliest time that is certain of it.
fn sent(scheme: &mut Scheme, at_ms: u64) -> (ClockMark, u64) {
    let stream = police(scheme, new_record());
    let id = scheme.officer.record(stream, &[], &encounter());
    scheme.officer.push_at(&scheme.service, id.seq, at_ms).expect("it is accepted");
    of(&scheme.service, id)
}

fn of(service: &TestService, id: OpId) -> (ClockMark, u64) {
    let held = service.service.store.read_now(move |read| read.op(id)).expect("it is read").expect("held");
    (held.stamp.expect("it is stamped").clock, held.witnessed.earliest_ms)
}

#[test]
fn a_receipt_that_was_never_given_makes_the_time_suspect_from_the_last_one_on() {
    let mut scheme = Scheme::new();
    let (first_ms, second_ms) = (NOW_MS + MINUTE_MS, NOW_MS + 2 * MINUTE_MS);
    assert_eq!(sent(&mut scheme, first_ms), (ClockMark::Plain, 0), "a new phone has none");
    scheme.officer.cite_last();
    assert_eq!(sent(&mut scheme, second_ms), (ClockMark::Plain, first_ms));
    scheme.officer.cites = Some(Digest([7; 32]));
    assert_eq!(sent(&mut scheme, NOW_MS + 3 * MINUTE_MS), (ClockMark::Suspect, second_ms));
    scheme.officer.cites = None;
    let after_ms = NOW_MS + 3 * MINUTE_MS;
    assert_eq!(sent(&mut scheme, NOW_MS + 4 * MINUTE_MS), (ClockMark::Suspect, after_ms), "it had one");
}

#[test]
fn a_new_phone_with_a_receipt_of_nobody_is_not_believed_before_its_enrolment() {
    let mut scheme = Scheme::new();
    scheme.officer.cites = Some(Digest([7; 32]));
    assert_eq!(sent(&mut scheme, NOW_MS + MINUTE_MS), (ClockMark::Suspect, NOW_MS));
}

#[test]
fn receipts_of_hours_that_a_restore_lost_still_count() {
    let mut scheme = Scheme::new();
    let file = scheme.data.path().join("copy.sqlite");
    backup(scheme.data.path(), &file, NOW_MS).expect("it is written");
    let first_ms = NOW_MS + MINUTE_MS;
    sent(&mut scheme, first_ms);
    scheme.officer.cite_last();
    let stream = police(&scheme, new_record());
    let later: Vec<OpId> = (0..3).map(|_| scheme.officer.record(stream, &[], &encounter())).collect();
    drop(scheme.service);
    restore(&file, scheme.data.path(), NOW_MS + 2 * MINUTE_MS).expect("it is restored");
    let service = TestService::open(scheme.data.path());
    let phone: &mut Phone = &mut scheme.officer;
    phone.epoch = service.service.server.epoch;
    // In two pieces, as a long outbox goes: the second does not show the receipt any more.
    let last = phone.log.pop().expect("there are three");
    phone.push_at(&service, 1, NOW_MS + 3 * MINUTE_MS).expect("it is accepted");
    phone.log.push(last);
    phone.receipts.clear();
    phone.push_at(&service, later[2].seq, NOW_MS + 4 * MINUTE_MS).expect("it is accepted");
    for id in later {
        assert_eq!(of(&service, id), (ClockMark::Plain, first_ms), "{id}");
    }
}
