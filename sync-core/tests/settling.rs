//! What two people who disagree see meanwhile, and what a settlement closes.
//!
//! Does not use random histories: see `laws.rs`.

use std::collections::BTreeSet;

use crate::common::{
    NOON_MS, World, accepted, attendance, booked, born, cancelled, passed_up, person, settled, stream,
    submitted,
};
use sync_core::access::{Author, Role};
use sync_core::ids::{CompartmentKind, OpId};
use sync_core::referral::act::{Act, Attendance, CancelReason, Choice, Meeting};
use sync_core::referral::conflict::{Conflict, ConflictKind, PassedUp, conflict_id};
use sync_core::referral::decided::find;
use sync_core::referral::eligibility::Level;
use sync_core::referral::engagement::Stage;
use sync_core::referral::fold::{Folded, Standing};
use sync_core::referral::judge::judge;
use sync_core::referral::view::Contact;
use sync_core::stamp::{Disposition, Why};

/// Three officers of the force, and an admin who wrote nothing.
fn officer(n: u128) -> Author {
    person(Role::Officer, n)
}

fn admin(n: u128) -> Author {
    person(Role::Admin, n)
}

fn only_conflict(world: &World, kind: CompartmentKind) -> Conflict {
    let conflicts = world.state(kind).conflicts;
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    conflicts[0].clone()
}

/// Two officers wrote different dates of birth, neither knowing of the other.
fn two_births() -> (World, OpId, OpId, OpId) {
    let mut world = World::default();
    let base = world.tell(&officer(1), &submitted());
    let a = world.write(&officer(1), &born("1990-01-01"), &[base]);
    let b = world.write(&officer(2), &born("1991-01-01"), &[base]);
    (world, base, a, b)
}

fn settle(world: &mut World, author: &Author, choice: Choice, knew: &[OpId]) -> OpId {
    let conflict = only_conflict(world, CompartmentKind::Shared);
    world.write_in(author, &settled(&conflict, choice), CompartmentKind::Shared, knew)
}

#[test]
fn a_further_concurrent_op_changes_the_version_and_not_the_id() {
    let (mut world, base, a, b) = two_births();
    let before = only_conflict(&world, CompartmentKind::Shared);
    let c = world.write(&officer(3), &born("1992-01-01"), &[base]);
    let after = only_conflict(&world, CompartmentKind::Shared);
    assert_eq!(after.id, before.id);
    assert_ne!(after.version(), before.version());
    assert_eq!((before.sides, after.sides), (vec![a, b], vec![a, b, c]));
}

#[test]
fn an_ordinary_write_joins_an_open_conflict_and_does_not_close_it() {
    let (mut world, _, a, b) = two_births();
    let before = only_conflict(&world, CompartmentKind::Shared);
    let c = world.tell(&officer(3), &born("1990-01-01"));
    let joined = only_conflict(&world, CompartmentKind::Shared);
    assert_eq!((joined.id, joined.sides), (before.id, vec![a, b, c]));
    let own = world.tell(&officer(2), &born("1993-01-01"));
    assert_eq!(only_conflict(&world, CompartmentKind::Shared).sides, vec![a, c, own], "only one's own value");
}

#[test]
fn a_settlement_closes_exactly_what_it_knew() {
    let (mut world, base, a, b) = two_births();
    let open = only_conflict(&world, CompartmentKind::Shared);
    let settled = settle(&mut world, &admin(1), Choice::Op(a), &[a, b]);
    assert!(world.state(CompartmentKind::Shared).conflicts.is_empty());
    assert_eq!(world.state(CompartmentKind::Shared).register("subject/born")[0].op, settled);
    let late = world.write(&officer(3), &born("1992-01-01"), &[base]);
    let reopened = only_conflict(&world, CompartmentKind::Shared);
    assert_eq!((reopened.id, reopened.sides), (open.id, vec![settled, late]));
}

#[test]
fn two_who_settle_a_register_differently_reopen_it_one_level_up() {
    let (mut world, _, a, b) = two_births();
    let open = only_conflict(&world, CompartmentKind::Shared);
    let acts = [a, b].map(|side| settled(&open, Choice::Op(side)));
    let both = [1, 2].map(|n| {
        let act = &acts[usize::try_from(n - 1).expect("small")];
        world.write_in(&admin(n), act, CompartmentKind::Shared, &[a, b])
    });
    let again = only_conflict(&world, CompartmentKind::Shared);
    assert_eq!((again.id, again.passed_up), (open.id, PassedUp::Yes));
    assert_eq!(again.sides, both);
    settle(&mut world, &admin(3), Choice::Op(both[0]), &both);
    assert!(world.state(CompartmentKind::Shared).conflicts.is_empty());
}

#[test]
fn what_was_settled_can_be_decided_again_by_who_wrote_no_side() {
    let (mut world, _, a, b) = two_births();
    let open = only_conflict(&world, CompartmentKind::Shared);
    settle(&mut world, &admin(1), Choice::Op(a), &[a, b]);
    let again = settled(&open, Choice::Op(b));
    let judged = |world: &World, author: &Author, act: &Act| {
        let op = world.draft(author, act, CompartmentKind::Shared, &world.ids());
        judge(&op, author, &world.knew_as_of(&world.ids()))
    };
    assert_eq!(judged(&world, &officer(1), &again), Disposition::Quarantined(Why::Role));
    let other = Conflict { sides: vec![a], ..open.clone() };
    let of_other_sides = settled(&other, Choice::Op(a));
    assert_eq!(judged(&world, &admin(1), &of_other_sides), Disposition::Quarantined(Why::Reference));
    for author in [admin(1), admin(2)] {
        assert_eq!(judged(&world, &author, &again), Disposition::Accepted);
    }
    let settlement = world.tell(&admin(2), &again);
    let state = world.state(CompartmentKind::Shared);
    assert!(state.conflicts.is_empty(), "{:?}", state.conflicts);
    let live = state.register("subject/born");
    assert_eq!((live.len(), live[0].op, live[0].value.as_str()), (1, settlement, "\"1991-01-01\""));
    let found = find(&Folded::new(world.history(CompartmentKind::Shared)), open.id).expect("it was settled");
    assert_eq!(found.conflict, open);
    assert_eq!(found.settled.map(|(op, _)| op), Some(settlement));
}

#[test]
fn attended_and_did_not_attend_count_as_attended_meanwhile() {
    for clocks in [[1, 2], [2, 1]] {
        let mut world = World::default();
        world.tell(&officer(1), &submitted());
        let lead = world.tell(&person(Role::ProviderLead, 1), &accepted());
        let meeting = world.tell(&person(Role::OutreachWorker, 1), &booked(Meeting::Assessment));
        let says = [(1, Attendance::Attended), (2, Attendance::DidNotAttend)];
        let sides = says.map(|(n, status)| {
            let act = attendance(meeting, Meeting::Assessment, status);
            world.write(&person(Role::OutreachWorker, n), &act, &[lead, meeting])
        });
        sides.iter().zip(clocks).for_each(|(side, ms)| world.set_clock(*side, NOON_MS + ms));
        let view = world.view();
        assert_eq!((view.engagement.level, view.engagement.stage), (Some(Level::L2), Stage::Assessed));
        let conflict = only_conflict(&world, CompartmentKind::Outreach);
        assert_eq!(conflict.sides.iter().copied().collect::<BTreeSet<_>>(), sides.into_iter().collect());
        let knew = [sides[0], sides[1]];
        let act = settled(&conflict, Choice::Op(sides[1]));
        world.write_in(&person(Role::ProviderLead, 1), &act, CompartmentKind::Outreach, &knew);
        assert_eq!(world.view().engagement.level, Some(Level::L0), "the lead found that nobody came");
    }
}

/// The officer cancels and the lead accepts, neither knowing of the other.
fn crossed(reason: CancelReason) -> (World, OpId, OpId, OpId) {
    let mut world = World::default();
    let base = world.tell(&officer(1), &submitted());
    let cancel = world.write(&officer(1), &cancelled(reason), &[base]);
    let accept = world.write(&person(Role::ProviderLead, 1), &accepted(), &[base]);
    (world, base, cancel, accept)
}

#[test]
fn a_cancellation_for_the_wrong_provider_does_not_undo_an_acceptance_it_crossed() {
    let (world, _, cancel, accept) = crossed(CancelReason::WrongProvider);
    let view = world.view();
    assert_eq!((view.engagement.stage, view.contact), (Stage::Accepted, Contact::Allowed));
    let conflict = only_conflict(&world, CompartmentKind::Shared);
    assert_eq!(conflict.about, "cancelled_accepted");
    assert_eq!(conflict.sides.into_iter().collect::<BTreeSet<_>>(), [cancel, accept].into_iter().collect());
}

#[test]
fn a_cancellation_as_the_wrong_person_stops_contact_whatever_it_crossed() {
    let (mut world, base, cancel, _) = crossed(CancelReason::WrongPerson);
    let stopped = |world: &World| (world.view().engagement.stage, world.view().contact);
    assert_eq!(stopped(&world), (Stage::Cancelled, Contact::Stopped));
    let other = world.write(&officer(2), &cancelled(CancelReason::NoOffence), &[base]);
    for (first, second) in [(1, 2), (2, 1)] {
        world.set_clock(cancel, NOON_MS + first);
        world.set_clock(other, NOON_MS + second);
        assert_eq!(stopped(&world), (Stage::Cancelled, Contact::Stopped), "no clock decides that");
    }
}

#[test]
fn a_settled_crossing_is_reopened_by_a_late_cancellation_under_the_same_id() {
    let (mut world, base, cancel, accept) = crossed(CancelReason::WrongProvider);
    let open = only_conflict(&world, CompartmentKind::Shared);
    settle(&mut world, &admin(1), Choice::Op(accept), &[cancel, accept]);
    assert!(world.state(CompartmentKind::Shared).conflicts.is_empty());
    let late = world.write(&officer(2), &cancelled(CancelReason::NoOffence), &[base]);
    let reopened = only_conflict(&world, CompartmentKind::Shared);
    assert_eq!(reopened.id, open.id);
    assert!(reopened.sides.contains(&late) && !reopened.sides.contains(&cancel));
    assert_eq!(world.view().engagement.stage, Stage::Accepted);
}

#[test]
fn two_who_settle_a_crossing_differently_leave_it_open() {
    let (mut world, _, cancel, accept) = crossed(CancelReason::WrongProvider);
    let open = only_conflict(&world, CompartmentKind::Shared);
    let first = settled(&open, Choice::Op(cancel));
    let first = world.write_in(&admin(1), &first, CompartmentKind::Shared, &[cancel, accept]);
    let second = settled(&open, Choice::Op(accept));
    let second = world.write_in(&admin(2), &second, CompartmentKind::Shared, &[cancel, accept]);
    let again = only_conflict(&world, CompartmentKind::Shared);
    assert_eq!((again.id, again.passed_up), (open.id, PassedUp::Yes));
    assert_ne!(again.version(), open.version());
    assert_eq!(world.view().engagement.stage, Stage::Accepted, "as before anybody settled it");
    settle(&mut world, &admin(3), Choice::Op(first), &[first, second]);
    assert!(world.state(CompartmentKind::Shared).conflicts.is_empty());
    assert_eq!(world.view().engagement.stage, Stage::Cancelled);
}

/// An acceptance that was kept aside, and the admin's settlement that admits it.
fn kept_aside() -> (World, OpId, OpId) {
    let mut world = World::default();
    let base = world.tell(&officer(1), &submitted());
    let aside = Disposition::Quarantined(Why::State);
    let op = world.write_stamped(&person(Role::ProviderLead, 1), &accepted(), aside, &[base]);
    (world, base, op)
}

#[test]
fn an_op_that_was_kept_aside_has_no_effect_until_it_is_admitted() {
    let (mut world, base, op) = kept_aside();
    assert_eq!(world.view().engagement.stage, Stage::Submitted);
    assert_eq!(only_conflict(&world, CompartmentKind::Shared).sides, vec![op]);
    settle(&mut world, &admin(1), Choice::Admit(op), &[base, op]);
    assert_eq!(world.view().engagement.stage, Stage::Accepted);
    let state = world.state(CompartmentKind::Shared);
    assert!(state.conflicts.is_empty());
    let entry = state.entries.iter().find(|entry| entry.id == op).expect("it is in the history");
    assert_eq!(entry.standing, Standing::Admitted);
}

#[test]
fn an_op_that_stays_aside_is_no_longer_in_conflict() {
    let (mut world, base, op) = kept_aside();
    settle(&mut world, &admin(1), Choice::KeepAside(op), &[base, op]);
    assert!(world.state(CompartmentKind::Shared).conflicts.is_empty());
    assert_eq!(world.view().engagement.stage, Stage::Submitted);
}

#[test]
fn an_admitted_op_counts_at_the_settlements_place_and_not_before() {
    for (settled_ms, other_ms) in [(1, 2), (2, 1)] {
        let mut world = World::default();
        let base = world.tell(&officer(1), &submitted());
        let aside = Disposition::Quarantined(Why::State);
        let op = world.write_stamped(&officer(1), &born("1990-01-01"), aside, &[base]);
        let admitted = settle(&mut world, &admin(1), Choice::Admit(op), &[op]);
        // This author saw that something was kept aside, and not that it was admitted.
        let other = world.write(&officer(2), &born("1991-01-01"), &[op]);
        world.set_clock(admitted, NOON_MS + 60_000 + settled_ms);
        world.set_clock(other, NOON_MS + 60_000 + other_ms);
        let sides = only_conflict(&world, CompartmentKind::Shared).sides;
        assert_eq!(sides.into_iter().collect::<BTreeSet<_>>(), [op, other].into_iter().collect());
    }
}

#[test]
fn a_passing_up_that_was_kept_aside_passes_nothing_up() {
    let (mut world, _, a, b) = two_births();
    let act = passed_up(&only_conflict(&world, CompartmentKind::Shared));
    let aside = Disposition::Quarantined(Why::Role);
    world.write_stamped(&officer(3), &act, aside, &[a, b]);
    let conflicts = world.state(CompartmentKind::Shared).conflicts;
    assert!(conflicts.iter().all(|conflict| conflict.passed_up == PassedUp::No));
}

#[test]
fn the_verdict_on_an_acceptance_does_not_see_a_cancellation_that_its_author_had_not_seen() {
    let (world, base, cancel, _) = crossed(CancelReason::WrongPerson);
    let lead = person(Role::ProviderLead, 2);
    let judged = |knew: &[OpId]| {
        let op = world.draft(&lead, &accepted(), CompartmentKind::Shared, knew);
        judge(&op, &lead, &world.knew_as_of(knew))
    };
    assert_eq!(judged(&[base]), Disposition::Accepted);
    assert_eq!(judged(&[cancel]), Disposition::Quarantined(Why::State));
}

#[test]
fn nobody_settles_a_conflict_of_which_they_wrote_a_side() {
    let mut world = World::default();
    let base = world.tell(&officer(1), &submitted());
    let meeting = world.tell(&person(Role::OutreachWorker, 1), &booked(Meeting::Assessment));
    let says = [(Role::ProviderLead, Attendance::Attended), (Role::OutreachWorker, Attendance::DidNotAttend)];
    for (role, status) in says {
        let act = attendance(meeting, Meeting::Assessment, status);
        world.write(&person(role, 2), &act, &[base, meeting]);
    }
    let conflict = only_conflict(&world, CompartmentKind::Outreach);
    let verdict = |author: Author| {
        let act = settled(&conflict, Choice::Op(conflict.sides[0]));
        judge(&world.draft(&author, &act, CompartmentKind::Outreach, &world.ids()), &author, &world.knew())
    };
    assert_eq!(verdict(person(Role::ProviderLead, 1)), Disposition::Accepted);
    assert_eq!(verdict(person(Role::ProviderLead, 2)), Disposition::Quarantined(Why::Settler));
    assert_eq!(verdict(admin(1)), Disposition::Accepted, "an admin, once they hold the extract");
    assert_eq!(verdict(officer(1)), Disposition::Quarantined(Why::Role));
    assert_eq!(conflict.id, {
        let about = format!("attendance/{meeting}");
        let kind = ConflictKind::Field;
        conflict_id(kind, &stream(CompartmentKind::Outreach), &about)
    });
}

#[test]
fn a_conflict_that_was_passed_up_is_no_longer_the_leads() {
    let mut world = World::default();
    let base = world.tell(&officer(1), &submitted());
    let meeting = world.tell(&person(Role::OutreachWorker, 1), &booked(Meeting::Assessment));
    for (n, status) in [(1, Attendance::Attended), (2, Attendance::DidNotAttend)] {
        let act = attendance(meeting, Meeting::Assessment, status);
        world.write(&person(Role::OutreachWorker, n), &act, &[base, meeting]);
    }
    let conflict = only_conflict(&world, CompartmentKind::Outreach);
    let lead = person(Role::ProviderLead, 1);
    let knew = world.ids();
    world.write_in(&lead, &passed_up(&conflict), CompartmentKind::Outreach, &knew);
    let act = settled(&conflict, Choice::Op(conflict.sides[0]));
    for (author, expected) in
        [(lead, Disposition::Quarantined(Why::Settler)), (admin(1), Disposition::Accepted)]
    {
        let op = world.draft(&author, &act, CompartmentKind::Outreach, &world.ids());
        assert_eq!(judge(&op, &author, &world.knew()), expected);
    }
    // The admin knows only the live ops, from the extract, and settles the same conflict.
    let extract = world.draft(&admin(1), &act, CompartmentKind::Outreach, &conflict.sides);
    assert_eq!(judge(&extract, &admin(1), &world.knew_as_of(&conflict.sides)), Disposition::Accepted);
    world.keep(extract);
    assert!(world.state(CompartmentKind::Outreach).conflicts.is_empty());
}
