//! A phone that shows another history than the one that is held (C17): kept aside, asked about, let in or left.
//!
//! Does not test how it enrols again: see [`super::recovery`].

use serde_json::Value;
use sync_core::ids::{CompartmentKind, DeviceId, OpId, Stream};
use sync_core::referral::act::Choice;
use sync_core::stamp::{Disposition, Why};
use sync_core::sync::answer::{Answer, Directive, FeedEntry};

use super::phone::{Phone, new_record};
use super::pipeline::{encounter, stored};
use super::recovery::{dispositions, enrolled_again};
use super::{NOW_MS, Scheme};
use crate::desk::{Command, Page, Query, Settlement};

fn police(scheme: &Scheme) -> Stream {
    new_record().stream(CompartmentKind::Police, scheme.officer.enrolled.force)
}

/// An officer's phone and a copy of it, which wrote something else after their first entry; and where.
fn parted(scheme: &mut Scheme) -> (Phone, Stream) {
    let streams = [police(scheme), police(scheme), police(scheme)];
    scheme.officer.record(streams[0], &[], &encounter());
    let mut copy = scheme.officer.cloned();
    scheme.officer.record(streams[1], &[], &encounter());
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    copy.counter = 10;
    copy.record(streams[2], &[], &encounter());
    (copy, streams[2])
}

fn told_to_enrol_again(scheme: &Scheme, copy: &mut Phone) {
    let answer = copy.push(&scheme.service, 1).expect("it is answered");
    assert_eq!((answer.directives, answer.acknowledged), (vec![Directive::ReEnrol], 1));
}

fn open(scheme: &Scheme) -> Vec<Value> {
    let list = Query::Conflicts(Page::default());
    let list = scheme.service.query(scheme.admin.user, &list).expect("it is shown");
    list["conflicts"].as_array().cloned().expect("a list")
}

fn one(scheme: &Scheme) -> Value {
    let [asked] = open(scheme).try_into().expect("one question");
    asked
}

/// Settles the question, and says whether it is settled.
fn settle(scheme: &Scheme, choice: impl Fn(OpId) -> Choice) -> Value {
    let asked = one(scheme);
    let id = asked["conflict"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let shown = scheme.service.query(scheme.admin.user, &Query::Conflict(id)).expect("it is shown");
    let text = |field: &str| shown[field].as_str().expect("a text").to_owned();
    let side = shown["sides"][0]["op"].as_str().and_then(|op| op.parse().ok()).expect("a side");
    let (as_of, version) = (text("as_of"), text("version").parse().expect("a version"));
    let asked = Settlement { as_of, version, choice: choice(side), reason: "the phone is lost".to_owned() };
    let done = scheme.service.command(scheme.admin.user, Command::Settle(id, asked), NOW_MS + 1000);
    done.expect("it is decided")["state"].clone()
}

/// The devices whose entries in a stream a phone is told.
fn authors_in(answer: &Answer, stream: Stream) -> Vec<DeviceId> {
    let ops = answer.feed.iter().filter_map(|entry| match entry {
        FeedEntry::Op(op) if op.stream == stream && op.has_effect() => Some(op.id.device),
        FeedEntry::Op(_)
        | FeedEntry::Stamped { .. }
        | FeedEntry::Whole(_)
        | FeedEntry::Forget { .. }
        | FeedEntry::Erased { .. }
        | FeedEntry::Extract(_)
        | FeedEntry::Reference(_) => None,
    });
    ops.collect()
}

#[test]
fn c17_an_admin_is_asked_once_about_a_branch_and_sees_how_much_of_it_is_written_anew() {
    let mut scheme = Scheme::new();
    let (mut copy, _) = parted(&mut scheme);
    assert_eq!(open(&scheme), [] as [Value; 0]);
    told_to_enrol_again(&scheme, &mut copy);
    copy.record(police(&scheme), &[], &encounter());
    told_to_enrol_again(&scheme, &mut copy);

    let asked = one(&scheme);
    assert_eq!((&asked["kind"], &asked["settler"]), (&"log_fork".into(), &"admin".into()));
    let side = &asked["sides"][0];
    assert_eq!(side["author"], scheme.officer.user.to_string());
    let said = &side["value"];
    assert_eq!((&said["entries"], &said["written_anew"]), (&2.into(), &0.into()));

    let (mut again, _) = enrolled_again(&scheme, &copy);
    assert_eq!(dispositions(&mut again, &scheme.service), [Disposition::Accepted; 2]);
    assert_eq!(one(&scheme)["sides"][0]["value"]["written_anew"], 2);
    assert_eq!(settle(&scheme, Choice::KeepAside), "settled");
    assert_eq!(open(&scheme), [] as [Value; 0]);
    told_to_enrol_again(&scheme, &mut copy);
    assert_eq!(open(&scheme), [] as [Value; 0], "what was decided is not asked again");
    stored(&scheme);
}

#[test]
fn c17_another_branch_at_the_same_place_is_another_question() {
    let mut scheme = Scheme::new();
    let (mut copy, _) = parted(&mut scheme);
    let mut third = scheme.officer.cloned();
    third.log.truncate(1);
    third.record(police(&scheme), &[], &encounter());
    third.counter = 20;
    told_to_enrol_again(&scheme, &mut copy);
    told_to_enrol_again(&scheme, &mut third);
    assert_eq!(open(&scheme).len(), 2);
}

#[test]
fn three_branches_of_a_log_are_kept_and_a_further_one_stays_on_its_phone() {
    let mut scheme = Scheme::new();
    let (copy, _) = parted(&mut scheme);
    for number in 1..=5 {
        let mut branch = copy.cloned();
        branch.log.truncate(1);
        branch.counter = copy.counter + number;
        branch.record(police(&scheme), &[], &encounter());
        told_to_enrol_again(&scheme, &mut branch);
    }
    let device = copy.device;
    let kept = scheme.service.service.store.read_now(move |read| read.forks(device));
    assert_eq!(kept.expect("the store is read").len(), 3);
    assert_eq!(open(&scheme).len(), 3, "an admin is asked about what is kept");
    stored(&scheme);
}

#[test]
fn c17_a_branch_that_an_admin_lets_in_counts_and_does_not_double_when_its_phone_is_found() {
    let mut scheme = Scheme::new();
    let (mut copy, stream) = parted(&mut scheme);
    told_to_enrol_again(&scheme, &mut copy);
    scheme.officer.counter = copy.counter;
    assert_eq!(authors_in(&scheme.officer.pull(&scheme.service), stream), []);

    assert_eq!(settle(&scheme, Choice::Admit), "settled");
    let authors = authors_in(&scheme.officer.pull(&scheme.service), stream);
    assert_eq!(authors.len(), 1, "it is told like any other entry");
    assert_ne!(authors[0], copy.device, "under the name of a log of its own");

    let (mut again, _) = enrolled_again(&scheme, &copy);
    assert_eq!(dispositions(&mut again, &scheme.service), [Disposition::Quarantined(Why::Recovered)]);
    stored(&scheme);
}
