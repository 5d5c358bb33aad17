//! The stories of `schema/vectors/views.json`: what people record about one referral, with all its streams.
//!
//! Used by the test that compares and by the example that writes. Does not say what people see: see `cases`.

use sync_core::access::{Author, Role};
use sync_core::ids::{CompartmentKind, OpId};
use sync_core::referral::act::{
    Act, Attendance, CancelReason, Choice, ContactWhat, EntryStruck, Meeting, OpRef, TransferAccepted, YesNo,
};
use sync_core::referral::eligibility::Verdict;

use crate::common::examples::{
    OTHER_PROVIDER, answered, assessed, closed, closing_reason, crime, disposed, handed_over, raised,
    transfer_requested, withdrew,
};
use crate::common::{
    World, accepted, attendance, booked, born, cancelled, consent, contact, opened, person, settled,
    submitted,
};

/// Every story, with its name.
pub(crate) fn stories() -> Vec<(&'static str, World)> {
    vec![
        ("referred at the roadside", referred()),
        ("accepted, and reached", reached()),
        ("came to the assessment", assessed_in().0),
        ("the attendance was struck", struck()),
        ("came and did not come, by two workers", disputed().0),
        ("came and did not come, and the lead says: did not", settled_down()),
        ("two dates of birth", two_births()),
        ("a date of birth was corrected", corrected()),
        ("withdrew, and was rung all the same", rung_after_withdrawal()),
        ("cancelled by the officer while the service accepted", crossed(CancelReason::WrongProvider)),
        ("cancelled as a wrong person while the service accepted", crossed(CancelReason::WrongPerson)),
        ("closed as not engaged", closed_by_lead()),
        ("closed while the officer handed over", closed_and_reached()),
        ("another service took over", transferred()),
        ("a concern that nobody has acknowledged", concerned()),
    ]
}

fn role(role: Role) -> Author {
    person(role, 1)
}

/// Writes beside what it is about: in the service's own stream.
fn in_outreach(world: &mut World, author: &Author, act: &Act) {
    let seen = world.ids();
    world.write_in(author, act, CompartmentKind::Outreach, &seen);
}

fn referred() -> World {
    let mut world = World::default();
    let officer = role(Role::Officer);
    for act in [
        opened(),
        assessed(Verdict::Eligible),
        answered(sync_core::referral::act::Answer::Yes),
        crime(Some("43 2600001")),
        disposed(sync_core::referral::act::Disposal::CommunityResolution),
        consent(YesNo::Yes),
        submitted(),
    ] {
        world.tell(&officer, &act);
    }
    world
}

fn taken_on() -> World {
    let mut world = referred();
    world.tell(&role(Role::ProviderLead), &accepted());
    world
}

fn reached() -> World {
    let mut world = taken_on();
    world.tell(&role(Role::OutreachWorker), &contact(ContactWhat::Reached));
    world
}

fn booked_in() -> (World, OpId) {
    let mut world = reached();
    let booking = world.tell(&role(Role::OutreachWorker), &booked(Meeting::Assessment));
    (world, booking)
}

fn assessed_in() -> (World, OpId) {
    let (mut world, booking) = booked_in();
    let came = attendance(booking, Meeting::Assessment, Attendance::Attended);
    let came = world.tell(&role(Role::OutreachWorker), &came);
    (world, came)
}

fn struck() -> World {
    let (mut world, came) = assessed_in();
    let strike =
        EntryStruck { entry: OpRef::Id(came), reason: "it was somebody else".to_owned(), back: None };
    in_outreach(&mut world, &role(Role::OutreachWorker), &Act::EntryStruck(strike));
    world
}

fn disputed() -> (World, [OpId; 2]) {
    let (mut world, booking) = booked_in();
    let seen = world.ids();
    let says = |status| attendance(booking, Meeting::Assessment, status);
    let came = world.write(&role(Role::OutreachWorker), &says(Attendance::Attended), &seen);
    let not = world.write(&person(Role::OutreachWorker, 2), &says(Attendance::DidNotAttend), &seen);
    (world, [came, not])
}

fn settled_down() -> World {
    let (mut world, [_, not]) = disputed();
    let conflict = world.view().conflicts.first().expect("the two disagree").clone();
    in_outreach(&mut world, &role(Role::ProviderLead), &settled(&conflict, Choice::Op(not)));
    world
}

fn two_births() -> World {
    let mut world = taken_on();
    let seen = world.ids();
    world.write(&role(Role::Officer), &born("1990-01-01"), &seen);
    world.write(&role(Role::OutreachWorker), &born("1991-01-01"), &seen);
    world
}

fn corrected() -> World {
    let mut world = taken_on();
    world.tell(&role(Role::Officer), &born("1990-01-01"));
    world.tell(&role(Role::OutreachWorker), &born("1991-01-01"));
    world
}

fn rung_after_withdrawal() -> World {
    let mut world = taken_on();
    world.tell(&role(Role::Officer), &withdrew());
    world.tell(&role(Role::OutreachWorker), &contact(ContactWhat::Reached));
    world
}

fn crossed(reason: CancelReason) -> World {
    let mut world = referred();
    let seen = world.ids();
    world.write(&role(Role::Officer), &cancelled(reason), &seen);
    world.write(&role(Role::ProviderLead), &accepted(), &seen);
    world
}

fn closed_by_lead() -> World {
    let mut world = reached();
    world.tell(&role(Role::ProviderLead), &closing_reason("not_engaged"));
    world.tell(&role(Role::ProviderLead), &closed());
    world
}

fn closed_and_reached() -> World {
    let mut world = taken_on();
    let seen = world.ids();
    world.write(&role(Role::ProviderLead), &closed(), &seen);
    world.write(&role(Role::Officer), &handed_over(), &seen);
    world
}

fn transferred() -> World {
    let mut world = reached();
    let request = world.tell(&role(Role::ProviderLead), &transfer_requested());
    let takes = TransferAccepted { request: OpRef::Id(request), to: OTHER_PROVIDER };
    world.tell(&person(Role::ProviderLead, 9), &Act::TransferAccepted(takes));
    world
}

fn concerned() -> World {
    let mut world = referred();
    world.tell(&role(Role::Officer), &raised());
    world
}
