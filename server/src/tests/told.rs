//! Everybody in an organisation is told who joined it and whose phone is new, and nobody elsewhere.
//!
//! Does not test what a phone shows of it: its own tests do.

use sync_core::access::Role;
use sync_core::sync::enrolment::{Joined, JoinedAs};

use super::phone::{Phone, try_code};
use super::{NOW_MS, Scheme, TestService};
use crate::desk::{Command, Query};
use crate::{EndReason, RevokeReason};

const DAY_MS: u64 = 24 * 3_600_000;

/// What the next answer says of who is new.
fn told(phone: &mut Phone, service: &TestService) -> Option<Vec<Joined>> {
    Some(phone.look_ups(service)?.joined)
}

fn of(joined: &[Joined], name: &str) -> Vec<JoinedAs> {
    joined.iter().filter(|new| new.name == name).map(|new| new.what).collect()
}

#[test]
fn who_joins_and_whose_phone_is_new_is_told_to_the_phones_of_the_organisation() {
    let mut scheme = Scheme::new();
    told(&mut scheme.worker, &scheme.service);
    assert_eq!(told(&mut scheme.worker, &scheme.service), None, "once is enough");
    let added = scheme.takes_in("Priya", Role::OutreachWorker, scheme.provider);
    let joined = told(&mut scheme.worker, &scheme.service).expect("they are told");
    assert_eq!(of(&joined, "Priya"), [JoinedAs::Person]);
    try_code(&scheme.service, added["code"].as_str().expect("a code"), NOW_MS + 1).expect("it counts");
    let joined = told(&mut scheme.worker, &scheme.service).expect("they are told");
    assert_eq!(of(&joined, "Priya"), [JoinedAs::Device, JoinedAs::Person], "the newest first");
    let elsewhere = told(&mut scheme.officer, &scheme.service).expect("something is new");
    assert!(of(&elsewhere, "Priya").is_empty(), "the force is not told of a service's people");
    assert_eq!(of(&elsewhere, "Other officer"), [JoinedAs::Person, JoinedAs::Device]);
}

#[test]
fn at_the_desk_it_stands_for_two_weeks_and_as_long_as_it_is_so() {
    let scheme = Scheme::new();
    let names = |at_ms| {
        let answer = scheme.service.query(scheme.worker.user, &Query::Joined(at_ms)).expect("it is answered");
        let rows = answer["joined"].as_array().expect("a list").clone();
        rows.iter().map(|row| row["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    let mut before = names(NOW_MS + 13 * DAY_MS);
    before.sort();
    assert_eq!(before, ["Lead", "Lead", "Worker", "Worker"], "each, and the phone of each");
    assert!(names(NOW_MS + 14 * DAY_MS).is_empty());
    let admin = scheme.admin.user;
    let revoked = Command::RevokeDevice(scheme.worker.device, RevokeReason::Lost);
    scheme.service.command(admin, revoked, NOW_MS).expect("it is done");
    let ended = Command::DisableUser(scheme.lead.user, EndReason::Left);
    scheme.service.command(admin, ended, NOW_MS).expect("it is done");
    assert_eq!(names(NOW_MS), ["Worker"], "what is over is new no more");
}
