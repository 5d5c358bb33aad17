//! Conflicts that the server raises across streams, a strike that crosses an amendment, and settlements
//! by a new value.
//!
//! Does not test the server that raises them: see its own tests.

use crate::common::examples::{closed, crime, disposed, seized};
use crate::common::{World, accepted, booked, born, cancelled, contact, opened, person, settled, submitted};
use sync_core::access::Role::{Admin, Officer, OutreachWorker, ProviderLead, Server};
use sync_core::ids::{CompartmentKind, OpId};
use sync_core::referral::act::{
    Act, CancelReason, Choice, ConflictRaised, ContactWhat, Disposal, EntryStruck, Finding, ItemIdentified,
    Meeting, OpRef, ReferralReopened, ReopenReason,
};
use sync_core::referral::conflict::ConflictKind;
use sync_core::referral::cross_stream::crossed;
use sync_core::referral::engagement::Stage;
use sync_core::referral::fold::Standing;

fn raised(about: &str, sides: &[OpId]) -> Act {
    let (finding, about) = (Finding::Crossed, about.to_owned());
    Act::ConflictRaised(ConflictRaised { finding, about, sides: sides.to_vec(), gone: None })
}

fn taken_on() -> World {
    let mut world = World::default();
    world.tell(&person(Officer, 1), &opened());
    world.tell(&person(Officer, 1), &submitted());
    world.tell(&person(ProviderLead, 1), &accepted());
    world
}

fn standing(world: &World, id: OpId) -> Standing {
    let state = world.state(world.op(id).stream.kind());
    state.entries.iter().find(|entry| entry.id == id).expect("it is in its stream").standing
}

/// What `crossed` says when neither author knew the other's act.
fn crossings(world: &World, new: OpId, strangers: [OpId; 2]) -> Vec<&'static str> {
    let states: Vec<_> = CompartmentKind::ALL.iter().map(|kind| world.state(*kind)).collect();
    let apart = |a: OpId, b: OpId| strangers.contains(&a) && strangers.contains(&b);
    crossed(&states.iter().collect::<Vec<_>>(), &[new], apart)
        .iter()
        .map(|crossing| crossing.row.name)
        .collect()
}

#[test]
fn c03_an_officer_cancels_while_the_provider_books_and_the_booking_stands_until_an_admin_settles() {
    let mut world = taken_on();
    let before = world.ids();
    let cancel = world.write(&person(Officer, 1), &cancelled(CancelReason::WrongProvider), &before);
    let book = world.write(&person(OutreachWorker, 1), &booked(Meeting::Assessment), &before);
    assert_eq!(crossings(&world, book, [cancel, book]), ["cancelled_engaged"]);
    assert_eq!(crossings(&world, cancel, [cancel, book]), ["cancelled_engaged"], "whichever came last");
    assert_eq!(crossings(&world, book, [book, book]), [""; 0], "who knew of it does not cross it");

    world.tell(&person(Server, 1), &raised("cancelled_engaged", &[cancel, book]));
    let conflict = world.view().conflicts.into_iter().find(|c| c.about == "cancelled_engaged");
    let conflict = conflict.expect("it is open");
    assert_eq!(
        (conflict.kind, conflict.sides.as_slice()),
        (ConflictKind::Crossed, [cancel, book].as_slice())
    );
    assert_eq!(world.view().engagement.stage, Stage::AssessmentBooked, "meanwhile the booking stands");

    let mut for_the_booking = world.clone();
    for_the_booking.write_in(
        &person(Admin, 1),
        &settled(&conflict, Choice::Op(book)),
        CompartmentKind::Shared,
        &world.ids(),
    );
    assert_eq!(standing(&for_the_booking, cancel), Standing::Overruled);
    assert_eq!(for_the_booking.view().engagement.stage, Stage::AssessmentBooked);
    assert!(for_the_booking.view().conflicts.is_empty());

    let choice = settled(&conflict, Choice::Op(cancel));
    world.write_in(&person(Admin, 1), &choice, CompartmentKind::Shared, &world.ids());
    assert_eq!(
        (standing(&world, cancel), world.view().engagement.stage),
        (Standing::Counts, Stage::Cancelled)
    );
    assert!(world.view().conflicts.is_empty());
}

#[test]
fn a_late_op_opens_what_the_server_raised_again_under_the_same_id() {
    let mut world = taken_on();
    let before = world.ids();
    let cancel = world.write(&person(Officer, 1), &cancelled(CancelReason::WrongProvider), &before);
    let book = world.write(&person(OutreachWorker, 1), &booked(Meeting::Assessment), &before);
    world.tell(&person(Server, 1), &raised("cancelled_engaged", &[cancel, book]));
    let open = |world: &World| world.view().conflicts.into_iter().find(|c| c.about == "cancelled_engaged");
    let first = open(&world).expect("it is open");
    let choice = settled(&first, Choice::Op(cancel));
    world.write_in(&person(Admin, 1), &choice, CompartmentKind::Shared, &world.ids());
    assert_eq!(open(&world), None);
    let late = world.write(&person(OutreachWorker, 2), &booked(Meeting::Assessment), &before);
    world.tell(&person(Server, 1), &raised("cancelled_engaged", &[cancel, late]));
    let again = open(&world).expect("it is open again");
    assert_eq!(again.id, first.id);
    assert_ne!(again.version(), first.version());
}

#[test]
fn two_who_settle_what_the_server_raised_differently_have_settled_nothing() {
    let mut world = taken_on();
    let before = world.ids();
    let cancel = world.write(&person(Officer, 1), &cancelled(CancelReason::WrongProvider), &before);
    let book = world.write(&person(OutreachWorker, 1), &booked(Meeting::Assessment), &before);
    world.tell(&person(Server, 1), &raised("cancelled_engaged", &[cancel, book]));
    let conflict = world.view().conflicts.remove(0);
    let knew = world.ids();
    for (admin, side) in [(1, cancel), (2, book)] {
        let choice = settled(&conflict, Choice::Op(side));
        world.write_in(&person(Admin, admin), &choice, CompartmentKind::Shared, &knew);
    }
    let open = world.view().conflicts.remove(0);
    assert_eq!(open.id, conflict.id);
    assert_eq!(open.passed_up, sync_core::referral::conflict::PassedUp::Yes);
    assert_eq!(standing(&world, cancel), Standing::Counts, "neither side is overruled");
}

#[test]
fn closed_while_somebody_reached_the_person_stays_open_and_is_the_leads_to_settle() {
    let mut world = taken_on();
    let before = world.ids();
    let close = world.write(&person(ProviderLead, 1), &closed(), &before);
    let reached = world.write(&person(OutreachWorker, 1), &contact(ContactWhat::Reached), &before);
    assert_eq!(crossings(&world, reached, [close, reached]), ["closed_attended"]);
    let reopened = Act::ReferralReopened(ReferralReopened { reason: ReopenReason::PersonCame });
    world.tell(&person(Server, 1), &reopened);
    let raised = raised("closed_attended", &[close, reached]);
    world.write_in(&person(Server, 1), &raised, CompartmentKind::Outreach, &world.ids());
    assert_eq!(world.view().engagement.stage, Stage::Contacted);
    let conflict = world.view().conflicts.remove(0);
    assert_eq!(conflict.settler, sync_core::referral::conflict::Settler::ProviderLead);
    let choice = settled(&conflict, Choice::Op(close));
    world.write_in(&person(ProviderLead, 2), &choice, CompartmentKind::Outreach, &world.ids());
    assert_eq!(standing(&world, reached), Standing::Counts, "that the person was reached is not undone");
}

#[test]
fn an_entry_that_is_struck_while_somebody_amends_it_stands_until_it_is_settled() {
    let mut world = World::default();
    world.tell(&person(Officer, 1), &opened());
    let item = world.tell(&person(Officer, 1), &seized());
    let before = world.ids();
    let strike =
        Act::EntryStruck(EntryStruck { entry: OpRef::Id(item), reason: "twice".to_owned(), back: None });
    let police = CompartmentKind::Police;
    let strike = world.write_in(&person(Officer, 1), &strike, police, &before);
    assert_eq!(standing(&world, item), Standing::Struck);
    let drug = "cannabis_resin".to_owned();
    let amend = Act::ItemIdentified(ItemIdentified { item: OpRef::Id(item), drug, method: None });
    let amend = world.write_in(&person(Officer, 2), &amend, police, &before);
    assert_eq!(standing(&world, item), Standing::Counts);
    let conflict = world.view().conflicts.remove(0);
    assert_eq!(
        (conflict.kind, conflict.about.as_str()),
        (ConflictKind::Field, format!("struck/{item}").as_str())
    );

    let mut for_the_strike = world.clone();
    let choice = settled(&conflict, Choice::Op(strike));
    for_the_strike.write_in(&person(Admin, 1), &choice, police, &world.ids());
    assert_eq!(standing(&for_the_strike, item), Standing::Struck);
    assert_eq!(standing(&for_the_strike, amend), Standing::Counts, "what was found is not undone");

    let choice = settled(&conflict, Choice::Op(amend));
    world.write_in(&person(Admin, 1), &choice, police, &world.ids());
    assert_eq!(standing(&world, item), Standing::Counts);
    assert!(world.view().conflicts.is_empty());
}

#[test]
fn strikes_of_other_entries_do_not_cross() {
    let mut world = World::default();
    world.tell(&person(Officer, 1), &opened());
    let (one, other) =
        (world.tell(&person(Officer, 1), &seized()), world.tell(&person(Officer, 1), &seized()));
    let before = world.ids();
    let strike =
        Act::EntryStruck(EntryStruck { entry: OpRef::Id(one), reason: "twice".to_owned(), back: None });
    world.write_in(&person(Officer, 1), &strike, CompartmentKind::Police, &before);
    let drug = "cannabis_resin".to_owned();
    let amend = Act::ItemIdentified(ItemIdentified { item: OpRef::Id(other), drug, method: None });
    world.write_in(&person(Officer, 2), &amend, CompartmentKind::Police, &before);
    assert_eq!(standing(&world, one), Standing::Struck);
    assert!(world.view().conflicts.is_empty());
}

#[test]
fn a_disagreement_can_be_settled_by_a_value_that_is_none_of_the_sides() {
    let mut world = taken_on();
    let before = world.ids();
    world.write(&person(Officer, 1), &born("1990-01-01"), &before);
    world.write(&person(Officer, 2), &born("1991-01-01"), &before);
    let conflict = world.view().conflicts.remove(0);
    let choice = settled(&conflict, Choice::Value("1990-10-01".into()));
    world.write_in(&person(Admin, 1), &choice, CompartmentKind::Shared, &world.ids());
    assert!(world.view().conflicts.is_empty());
    let state = world.state(CompartmentKind::Shared);
    let live: Vec<_> = state.register("subject/born").iter().map(|live| live.value.as_str()).collect();
    assert_eq!(live, [r#""1990-10-01""#]);
}

/// C21: no automatic choice between an arrest and a community resolution; a supervisor settles.
#[test]
fn c21_arrest_and_community_resolution_for_one_possession_are_a_supervisors_to_settle() {
    let mut world = World::default();
    world.tell(&person(Officer, 1), &opened());
    world.tell(&person(Officer, 1), &crime(None));
    let before = world.ids();
    world.write(&person(Officer, 1), &disposed(Disposal::CommunityResolution), &before);
    let arrest = world.write(&person(Officer, 2), &disposed(Disposal::Arrest), &before);
    let conflict = world.view().conflicts.remove(0);
    assert_eq!(conflict.settler, sync_core::referral::conflict::Settler::Supervisor);
    let choice = settled(&conflict, Choice::Op(arrest));
    let supervisor = person(sync_core::access::Role::Supervisor, 1);
    world.write_in(&supervisor, &choice, CompartmentKind::Police, &world.ids());
    assert!(world.view().conflicts.is_empty());
    let applied = world.view().disposal.applied().map(|applied| applied.disposal);
    assert_eq!(applied, Some(Disposal::Arrest));
}
