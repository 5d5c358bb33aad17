//! Somebody whom nobody referred: the record is the service's alone.
//!
//! Does not test what the server does with a record that others have: its own tests do.

use crate::common::examples::came_in;
use crate::common::{World, booked, consent, contact, person};
use sync_core::access::{Author, Role};
use sync_core::referral::act::{Act, ContactWhat, Meeting, YesNo};
use sync_core::referral::engagement::Stage;
use sync_core::referral::judge::judge;
use sync_core::stamp::{Disposition, Why};

#[test]
fn a_service_takes_in_whom_nobody_referred_and_goes_on_alone() {
    let worker = person(Role::OutreachWorker, 2);
    let mut world = World::default();
    let draft = |world: &World, author: &Author, act: &Act| {
        let op = world.draft(author, act, act.info().compartments[0], &world.ids());
        judge(&op, author, &world.knew())
    };
    assert_eq!(
        draft(&world, &worker, &contact(ContactWhat::PersonCame)),
        Disposition::Quarantined(Why::NotAssigned)
    );
    world.tell(&worker, &came_in());
    for act in [contact(ContactWhat::PersonCame), booked(Meeting::Session)] {
        assert_eq!(draft(&world, &worker, &act), Disposition::Accepted, "{}", act.kind());
    }
    // Nothing of it is for the police to read, or for another service to write.
    assert_eq!(draft(&world, &worker, &consent(YesNo::Yes)), Disposition::Quarantined(Why::NotAssigned));
    let seen = world.view();
    assert_eq!((seen.engagement.stage, seen.providers.len()), (Stage::Contacted, 0));
    assert_eq!(seen.subject.map(|who| who.family).as_deref(), Some("Marsh"));
    assert_eq!(seen.need.as_deref(), Some("needle_exchange"));
}
