//! What becomes of a record when a body in it is erased: the op keeps its place, supersedes as before, and
//! says nothing any more.
//!
//! Does not test what stores delete: the server and the phone do.

use crate::common;
use crate::common::{
    FORCE, PROVIDER, World, accepted, attendance, booked, born, consent, contact, opened, person, settled,
    stream, submitted,
};
use sync_core::access::{Author, Role};
use sync_core::ids::{CompartmentKind, OpId, Record, RecordKind, Stream};
use sync_core::referral::act::{
    Act, Attendance, BodyErased, Choice, ContactWhat, EntryStruck, Meeting, OpRef, PersonWithdrew,
    SafeguardingAcknowledged, SafeguardingRaised, YesNo,
};
use sync_core::referral::engagement::Stage;
use sync_core::referral::erasure::{Erased, controller};
use sync_core::referral::fold::{Folded, Standing, StreamState, fold};
use sync_core::referral::judge::judge;
use sync_core::referral::view::{Contact, View, view};
use sync_core::stamp::{Disposition, Why};
use sync_core::stream::History;

use CompartmentKind::{Care, Outreach, Police, Shared};

/// The streams of the referral, with some bodies erased.
fn states(world: &World, gone: &[OpId]) -> Vec<StreamState> {
    let fold_of = |kind: &CompartmentKind| {
        let ops = world.ops(*kind).into_iter().map(|op| {
            if !gone.contains(&op.id) {
                return op;
            }
            let erased = Erased::of(&op).expect("there is something to erase");
            op.with_erased(erased)
        });
        fold(&History::new(ops))
    };
    CompartmentKind::ALL.iter().map(fold_of).collect()
}

fn seen(world: &World, gone: &[OpId]) -> View {
    view(&states(world, gone))
}

fn state_of(world: &World, kind: CompartmentKind, gone: &[OpId]) -> StreamState {
    states(world, gone).into_iter().find(|state| state.stream == Some(stream(kind))).expect("it is written")
}

fn live(state: &StreamState, register: &str) -> Vec<String> {
    state.register(register).iter().map(|live| live.value.clone()).collect()
}

fn officer() -> Author {
    person(Role::Officer, 1)
}

fn lead() -> Author {
    person(Role::ProviderLead, 1)
}

fn referred() -> World {
    let mut world = World::default();
    world.tell(&officer(), &opened());
    world.tell(&officer(), &consent(YesNo::Yes));
    world.tell(&officer(), &submitted());
    world
}

fn kind_of(world: &World, kind: &str) -> OpId {
    let mut ids = world.ids().into_iter();
    ids.find(|id| world.op(*id).kind.as_str() == kind).expect("it was written")
}

#[test]
fn an_erased_write_supersedes_as_before_and_reads_as_erased() {
    let mut world = referred();
    world.tell(&officer(), &born("1990-01-01"));
    let second = world.tell(&officer(), &born("1991-01-01"));
    let state = state_of(&world, Shared, &[second]);
    assert!(live(&state, "subject/born").is_empty(), "what it superseded does not come back");
    assert!(state.registers.has_erased("subject/born"));
    let entry = state.entries.iter().find(|entry| entry.id == second).expect("the entry keeps its place");
    assert_eq!(entry.standing, Standing::Erased);
    // A later write supersedes it like any other.
    world.tell(&officer(), &born("1992-01-01"));
    let state = state_of(&world, Shared, &[second]);
    assert_eq!(live(&state, "subject/born"), ["\"1992-01-01\""]);
    assert!(!state.registers.has_erased("subject/born"));
}

/// Erased × edited offline: the erasure stands, and the edit of who did not know stands beside it.
#[test]
fn c23_erased_stays_erased_and_what_was_edited_offline_stays() {
    let mut world = referred();
    let before = world.ids();
    let erased = world.write(&officer(), &born("1990-01-01"), &before);
    world.write(&lead(), &born("1991-01-01"), &before);
    assert_eq!(state_of(&world, Shared, &[]).conflicts.len(), 1);
    let state = state_of(&world, Shared, &[erased]);
    assert_eq!(live(&state, "subject/born"), ["\"1991-01-01\""]);
    assert!(state.conflicts.is_empty(), "what is gone contradicts nobody");
}

#[test]
fn an_ordinary_write_does_not_close_a_conflict_of_which_a_side_was_erased() {
    let mut world = referred();
    let before = world.ids();
    let gone = world.write(&officer(), &born("1990-01-01"), &before);
    world.write(&lead(), &born("1991-01-01"), &before);
    world.tell(&person(Role::Supervisor, 1), &born("1992-01-01"));
    let state = state_of(&world, Shared, &[gone]);
    assert_eq!(live(&state, "subject/born"), ["\"1991-01-01\"", "\"1992-01-01\""]);
    assert_eq!(state.conflicts.len(), 1);
}

#[test]
fn an_erased_consent_counts_as_a_no() {
    let world = referred();
    let only = kind_of(&world, "consent.recorded");
    assert_eq!(seen(&world, &[]).contact, Contact::Allowed);
    let view = seen(&world, &[only]);
    assert_eq!((view.contact, view.feedback), (Contact::Stopped, YesNo::No));
    let mut renewed = world.clone();
    renewed.tell(&officer(), &consent(YesNo::Yes));
    assert_eq!(seen(&renewed, &[only]).contact, Contact::Allowed);
}

#[test]
fn a_withdrawal_stands_when_its_reason_is_erased() {
    let mut world = referred();
    let reason = "not_wanted".to_owned();
    let gone = world.tell(&officer(), &Act::PersonWithdrew(PersonWithdrew { reason }));
    let view = seen(&world, &[gone]);
    assert_eq!((view.contact, view.engagement.stage), (Contact::Stopped, Stage::Withdrawn));
}

#[test]
fn an_erased_concern_waits_until_somebody_acknowledges_it() {
    let mut world = referred();
    let codes = vec!["child".to_owned()];
    let raised =
        SafeguardingRaised { codes, told: Some("her aunt".to_owned()), told_at_ms: None, call_back: None };
    let concern = world.tell(&officer(), &Act::SafeguardingRaised(raised));
    let open = seen(&world, &[concern]).concerns;
    assert_eq!(open.iter().map(|open| (open.op, open.codes.len())).collect::<Vec<_>>(), [(concern, 0)]);
    let raised = OpRef::Id(concern);
    world.tell(&lead(), &Act::SafeguardingAcknowledged(SafeguardingAcknowledged { raised }));
    assert!(seen(&world, &[concern]).concerns.is_empty());
}

#[test]
fn a_submission_without_its_person_keeps_the_referral_where_it_is() {
    let mut world = referred();
    world.tell(&lead(), &accepted());
    let gone = ["encounter.opened", "referral.submitted"].map(|kind| kind_of(&world, kind));
    let (before, after) = (seen(&world, &[]), seen(&world, &gone));
    assert_eq!(after.engagement.stage, before.engagement.stage);
    assert_eq!((after.providers, after.owners), (before.providers, before.owners));
    assert_eq!(after.reference, before.reference);
    assert!(after.subject.is_none() && after.reach.is_none());
    let names = state_of(&world, Shared, &gone);
    assert!(names.registers.has_erased("subject/name") && live(&names, "subject/name").is_empty());
}

#[test]
fn a_strike_and_a_settlement_hold_when_their_reasons_are_erased() {
    let mut world = referred();
    let before = world.ids();
    let chosen = world.write(&officer(), &born("1990-01-01"), &before);
    world.write(&lead(), &born("1991-01-01"), &before);
    let conflict = world.state(Shared).conflicts[0].clone();
    let admin = person(Role::Admin, 1);
    let settlement = world.write_in(&admin, &settled(&conflict, Choice::Op(chosen)), Shared, &world.ids());
    let attempt = world.tell(&person(Role::OutreachWorker, 1), &contact(ContactWhat::Attempted));
    let strike = EntryStruck { entry: OpRef::Id(attempt), reason: "it was her aunt".to_owned(), back: None };
    let strike = world.write_in(&lead(), &Act::EntryStruck(strike), Outreach, &world.ids());
    let gone = [settlement, strike];
    let shared = state_of(&world, Shared, &gone);
    assert!(shared.conflicts.is_empty());
    assert_eq!(live(&shared, "subject/born"), ["\"1990-01-01\""]);
    let outreach = state_of(&world, Outreach, &gone);
    let struck = outreach.entries.iter().find(|entry| entry.id == attempt).map(|entry| entry.standing);
    assert_eq!(struck, Some(Standing::Struck));
}

#[test]
fn a_value_that_a_settlement_wrote_down_goes_with_it() {
    let mut world = referred();
    let before = world.ids();
    world.write(&officer(), &born("1990-01-01"), &before);
    world.write(&lead(), &born("1991-01-01"), &before);
    let conflict = world.state(Shared).conflicts[0].clone();
    let choice = Choice::Value(serde_json::json!("1992-02-02"));
    let settlement =
        world.write_in(&person(Role::Admin, 1), &settled(&conflict, choice), Shared, &world.ids());
    let state = state_of(&world, Shared, &[settlement]);
    assert!(state.conflicts.is_empty() && live(&state, "subject/born").is_empty());
    assert!(state.registers.has_erased("subject/born"));
}

#[test]
fn what_was_struck_before_it_was_erased_supersedes_nothing() {
    let mut world = referred();
    world.tell(&officer(), &born("1990-01-01"));
    let wrong = world.tell(&officer(), &born("1991-01-01"));
    let strike = EntryStruck { entry: OpRef::Id(wrong), reason: "in error".to_owned(), back: None };
    world.write_in(&officer(), &Act::EntryStruck(strike), Shared, &world.ids());
    assert_eq!(live(&state_of(&world, Shared, &[wrong]), "subject/born"), ["\"1990-01-01\""]);
}

#[test]
fn a_visit_that_was_erased_counts_no_more() {
    let mut world = referred();
    world.tell(&lead(), &accepted());
    let worker = person(Role::OutreachWorker, 1);
    let appointment = world.tell(&worker, &booked(Meeting::Assessment));
    let came = world.tell(&worker, &attendance(appointment, Meeting::Assessment, Attendance::Attended));
    assert_eq!(seen(&world, &[]).engagement.stage, Stage::Assessed);
    assert_eq!(seen(&world, &[came]).engagement.stage, Stage::AssessmentBooked);
}

#[test]
fn going_on_with_an_erasure_gives_the_same_bytes() {
    let mut world = referred();
    world.tell(&officer(), &born("1990-01-01"));
    let gone = world.tell(&officer(), &born("1991-01-01"));
    let mut folded = Folded::new(world.history(Shared));
    folded.erase(gone, Erased::of(world.op(gone)).expect("there is something to erase"));
    assert_eq!(folded.state().digest(), state_of(&world, Shared, &[gone]).digest());
    // A copy that still has the body does not bring it back.
    folded.apply([world.op(gone).clone()]);
    assert_eq!(folded.state().digest(), state_of(&world, Shared, &[gone]).digest());
}

/// Nothing that somebody wrote down about a person is in what is left of any kind of op.
#[test]
fn what_is_left_names_and_does_not_tell() {
    let planted = ["Beispiel", "Ana", "bridge", "it is so", "1991-01-01", "her aunt", "07700 900000"];
    let mut nothing_to_erase = Vec::new();
    for act in common::examples::every_kind() {
        let mut op = World::default().draft(&officer(), &act, Shared, &[]);
        op.body = Some(act.body());
        let Some(erased) = Erased::of(&op) else {
            nothing_to_erase.push(act.kind());
            continue;
        };
        let text = serde_json::to_string(&erased).expect("it is plain data");
        assert!(!planted.iter().any(|value| text.contains(value)), "{}: {text}", act.kind());
    }
    let course = [
        "referral.received",
        "referral.accepted",
        "referral.rejected",
        "referral.cancelled",
        "referral.closed",
        "referral.reopened",
        "referral.rerouted",
        "appointment.confirmed",
        "appointment.declined",
        "transfer.accepted",
        "safeguarding.acknowledged",
        "conflict.raised",
        "conflict.passed_up",
    ];
    assert_eq!(nothing_to_erase, course, "ids, codes and dates of the course alone");
}

#[test]
fn a_body_is_erased_in_the_log_of_its_controller_and_nowhere_else() {
    let admin = person(Role::Admin, 1);
    let force = Record { kind: RecordKind::Force, id: FORCE.0 }.stream(Police, FORCE);
    let provider = Record { kind: RecordKind::Provider, id: PROVIDER.0 }.stream(Outreach, PROVIDER);
    assert_eq!([Police, Shared].map(|kind| controller(stream(kind), FORCE)), [Some(force); 2]);
    assert_eq!([Outreach, Care].map(|kind| controller(stream(kind), FORCE)), [Some(provider); 2]);
    assert_eq!(controller(force, FORCE), None, "an erasure is never erased");
    let wrong = Disposition::Quarantined(Why::Reference);
    let may_not = Disposition::Refused(Why::Stream);
    for (author, of, to, expected) in [
        (admin, Shared, force, Disposition::Accepted),
        (admin, Police, force, Disposition::Accepted),
        (admin, Outreach, force, wrong),
        (admin, Outreach, provider, may_not),
        (lead(), Outreach, provider, Disposition::Accepted),
        (lead(), Care, provider, Disposition::Accepted),
        (lead(), Shared, provider, wrong),
        (lead(), Shared, force, may_not),
        (person(Role::OutreachWorker, 1), Care, provider, may_not),
        (person(Role::Supervisor, 1), Police, force, may_not),
        (officer(), Police, force, may_not),
    ] {
        assert_eq!(judged(&author, of, to, "court_order"), expected, "{} of {of} in {to}", author.role);
    }
    assert_eq!(judged(&admin, Shared, force, "because Ana asked"), wrong, "the basis is a code");
}

fn judged(author: &Author, of: CompartmentKind, to: Stream, basis: &str) -> Disposition {
    let world = referred();
    let (stream, op) = (stream(of), kind_of(&world, "referral.submitted"));
    let act = Act::BodyErased(BodyErased { stream, op, basis: basis.to_owned() });
    judge(&world.draft_at(author, &act, to, &[]), author, &world.knew())
}
