//! Entries that were struck, taken back, and amended meanwhile; and what the server raised about one of them.
//!
//! Does not test what a level is made of: see `engagement`.

use crate::common;
use crate::common::examples;
use crate::common::{
    World, accepted, attendance, booked, cancelled, consent, contact, moved_appointment, opened, person,
    settled, submitted,
};
use sync_core::access::Author;
use sync_core::access::Role::{Admin, Officer, OutreachWorker, ProviderLead, Server};
use sync_core::ids::CompartmentKind::{Outreach, Shared};
use sync_core::ids::OpId;
use sync_core::referral::act::{
    Act, Attendance, CancelReason, Choice, ConflictRaised, ContactWhat, EntryStruck, Finding, Meeting, OpRef,
    YesNo,
};
use sync_core::referral::conflict::{ConflictKind, PassedUp, Settler};
use sync_core::referral::erasure::Erased;
use sync_core::referral::fold::{Folded, Standing, fold};
use sync_core::referral::judge::judge;
use sync_core::referral::view::Contact;
use sync_core::stamp::{Disposition, Why};
use sync_core::stream::History;

fn worker(n: u128) -> Author {
    person(OutreachWorker, n)
}

fn struck(entry: OpId) -> Act {
    Act::EntryStruck(EntryStruck { entry: OpRef::Id(entry), reason: "in error".to_owned(), back: None })
}

fn taken_back(entry: OpId) -> Act {
    let back = Some(YesNo::Yes);
    Act::EntryStruck(EntryStruck { entry: OpRef::Id(entry), reason: "it was right".to_owned(), back })
}

fn with_booking() -> (World, OpId) {
    let mut world = World::default();
    world.tell(&person(Officer, 1), &opened());
    world.tell(&person(Officer, 1), &submitted());
    world.tell(&person(ProviderLead, 1), &accepted());
    let booking = world.tell(&worker(1), &booked(Meeting::Session));
    (world, booking)
}

fn standing(world: &World, id: OpId) -> Standing {
    let state = world.state(world.op(id).stream.kind());
    state.entries.iter().find(|entry| entry.id == id).expect("it is in its stream").standing
}

fn judged(world: &World, author: &Author, act: &Act) -> Disposition {
    judge(&world.draft(author, act, Outreach, &world.ids()), author, &world.knew())
}

#[test]
fn a_person_whose_only_consent_was_struck_is_not_contacted() {
    let (mut world, _) = with_booking();
    let officer = person(Officer, 1);
    let agreed = world.tell(&officer, &consent(YesNo::Yes));
    assert_eq!(world.view().contact, Contact::Allowed);
    world.write_in(&officer, &struck(agreed), Shared, &world.ids());
    assert_eq!(world.view().contact, Contact::Stopped);
    let back = Act::EntryStruck(EntryStruck {
        entry: OpRef::Id(agreed),
        reason: "it was hers".to_owned(),
        back: Some(YesNo::Yes),
    });
    world.write_in(&officer, &back, Shared, &world.ids());
    assert_eq!(world.view().contact, Contact::Allowed);
}

#[test]
fn whoever_struck_an_entry_takes_the_strike_back_and_may_strike_it_again() {
    let (mut world, booking) = with_booking();
    let tell = |world: &mut World, act: &Act| world.write_in(&worker(1), act, Outreach, &world.ids());
    assert_eq!(judged(&world, &worker(1), &taken_back(booking)), Disposition::Quarantined(Why::State));
    tell(&mut world, &struck(booking));
    assert_eq!(standing(&world, booking), Standing::Struck);
    assert_eq!(judged(&world, &worker(1), &struck(booking)), Disposition::Quarantined(Why::State), "twice");
    assert_eq!(judged(&world, &worker(2), &taken_back(booking)), Disposition::Quarantined(Why::State));
    let lead = person(ProviderLead, 1);
    assert_eq!(judged(&world, &lead, &taken_back(booking)), Disposition::Accepted, "who may strike it");
    assert_eq!(judged(&world, &worker(1), &taken_back(booking)), Disposition::Accepted);
    tell(&mut world, &taken_back(booking));
    assert_eq!(standing(&world, booking), Standing::Counts);
    assert_eq!(world.view().appointments.len(), 1);
    assert_eq!(judged(&world, &worker(1), &struck(booking)), Disposition::Accepted, "again");
    tell(&mut world, &struck(booking));
    assert_eq!(standing(&world, booking), Standing::Struck);
    assert!(world.view().conflicts.is_empty());
}

#[test]
fn attending_a_booking_that_one_knows_to_be_struck_does_not_revive_it() {
    let (mut world, booking) = with_booking();
    world.write_in(&worker(1), &struck(booking), Outreach, &world.ids());
    world.tell(&worker(1), &attendance(booking, Meeting::Session, Attendance::Attended));
    world.tell(&worker(1), &moved_appointment(booking));
    assert_eq!(standing(&world, booking), Standing::Struck);
    assert!(world.view().conflicts.is_empty());
}

#[test]
fn a_strike_beside_an_attendance_is_the_leads_to_settle_and_the_booking_stands_meanwhile() {
    let (mut world, booking) = with_booking();
    let before = world.ids();
    let strike = world.write_in(&worker(1), &struck(booking), Outreach, &before);
    let attended = attendance(booking, Meeting::Session, Attendance::Attended);
    let attended = world.write(&worker(2), &attended, &before);
    assert_eq!(standing(&world, booking), Standing::Counts);
    let open = world.view().conflicts.remove(0);
    assert_eq!((open.kind, open.settler), (ConflictKind::Field, Settler::ProviderLead));
    assert_eq!(open.about, format!("struck/{booking}"));
    let lead = person(ProviderLead, 1);
    for (chosen, expected) in [(strike, Standing::Struck), (attended, Standing::Counts)] {
        let mut world = world.clone();
        world.write_in(&lead, &settled(&open, Choice::Op(chosen)), Outreach, &world.ids());
        assert_eq!(standing(&world, booking), expected);
        assert_eq!(standing(&world, attended), Standing::Counts, "that the person came is not undone");
        assert!(world.view().conflicts.is_empty());
    }
}

#[test]
fn a_strike_and_a_strike_that_knew_nothing_of_it_agree() {
    let (mut world, booking) = with_booking();
    let before = world.ids();
    world.write_in(&worker(1), &struck(booking), Outreach, &before);
    world.write_in(&person(ProviderLead, 1), &struck(booking), Outreach, &before);
    assert_eq!(standing(&world, booking), Standing::Struck);
    assert!(world.view().conflicts.is_empty());
}

#[test]
fn an_amendment_that_was_struck_itself_says_nothing_of_the_entry() {
    let (mut world, booking) = with_booking();
    let before = world.ids();
    world.write_in(&worker(1), &struck(booking), Outreach, &before);
    let attended = attendance(booking, Meeting::Session, Attendance::Attended);
    let attended = world.write(&worker(2), &attended, &before);
    assert_eq!(standing(&world, booking), Standing::Counts);
    world.write_in(&worker(2), &struck(attended), Outreach, &[attended]);
    assert_eq!(standing(&world, booking), Standing::Struck);
    assert!(world.view().conflicts.is_empty());
}

#[test]
fn an_amendment_whose_content_was_erased_still_keeps_the_entry() {
    let (mut world, booking) = with_booking();
    let before = world.ids();
    world.write_in(&worker(1), &struck(booking), Outreach, &before);
    let attended = attendance(booking, Meeting::Session, Attendance::Attended);
    let attended = world.write(&worker(2), &attended, &before);
    let erased = Erased::of(world.op(attended)).expect("there is something in it");
    let mut folded = Folded::new(world.history(Outreach));
    folded.erase(attended, erased);
    let entry = folded.state().entries.iter().find(|entry| entry.id == booking);
    assert_eq!(entry.map(|entry| entry.standing), Some(Standing::Counts));
    let anew = fold(&History::new(folded.history().iter().cloned()));
    assert_eq!(folded.state().digest(), anew.digest());
}

fn raised(about: &str, sides: &[OpId], gone: Option<Vec<OpId>>) -> Act {
    let (finding, about) = (Finding::Crossed, about.to_owned());
    Act::ConflictRaised(ConflictRaised { finding, about, sides: sides.to_vec(), gone })
}

#[test]
fn what_the_server_raised_closes_when_its_side_is_struck_and_opens_when_that_is_taken_back() {
    let (mut world, booking) = with_booking();
    let attended = attendance(booking, Meeting::Session, Attendance::Attended);
    let attended = world.tell(&worker(1), &attended);
    let closed = OpId { device: common::device(&person(ProviderLead, 9)), seq: 1 };
    let raise = raised("closed_attended", &[closed, attended], None);
    world.write_in(&person(Server, 1), &raise, Outreach, &world.ids());
    assert_eq!(world.state(Outreach).conflicts.len(), 1);
    world.write_in(&worker(1), &struck(attended), Outreach, &world.ids());
    assert!(world.state(Outreach).conflicts.is_empty());
    world.write_in(&worker(1), &taken_back(attended), Outreach, &world.ids());
    assert_eq!(world.state(Outreach).conflicts.len(), 1);
}

#[test]
fn a_side_in_another_stream_goes_when_the_server_says_so_and_comes_back_when_it_names_it_again() {
    let (mut world, booking) = with_booking();
    let cancel = world.tell(&person(Officer, 1), &cancelled(CancelReason::WrongProvider));
    let name = "cancelled_engaged";
    let server = person(Server, 1);
    world.write_in(&server, &raised(name, &[cancel, booking], None), Shared, &world.ids());
    let open = |world: &World| world.state(Shared).conflicts.iter().any(|open| open.about == name);
    assert!(open(&world));
    world.write_in(&server, &raised(name, &[], Some(vec![booking])), Shared, &world.ids());
    assert!(!open(&world));
    world.write_in(&server, &raised(name, &[cancel, booking], None), Shared, &world.ids());
    assert!(open(&world));
}

#[test]
fn one_admits_what_another_leaves_aside_and_an_admin_who_wrote_neither_decides() {
    let mut world = World::default();
    let base = world.tell(&person(Officer, 1), &submitted());
    let aside = Disposition::Quarantined(Why::State);
    let late = world.write_stamped(&person(ProviderLead, 1), &accepted(), aside, &[base]);
    let before = world.ids();
    let first = world.state(Shared).conflicts.remove(0);
    let [admits, leaves] = [(1, Choice::Admit(late)), (2, Choice::KeepAside(late))]
        .map(|(n, choice)| world.write_in(&person(Admin, n), &settled(&first, choice), Shared, &before));
    assert_eq!(standing(&world, late), Standing::KeptAside);
    let open = world.state(Shared).conflicts.remove(0);
    assert_eq!((open.id, open.passed_up), (first.id, PassedUp::Yes), "one level up");
    let mut sides = vec![late, admits, leaves];
    sides.sort_unstable();
    assert_eq!(open.sides, sides);
    let verdict = |n: u128, choice: Choice| {
        let admin = person(Admin, n);
        judge(&world.draft(&admin, &settled(&open, choice), Shared, &world.ids()), &admin, &world.knew())
    };
    assert_eq!(verdict(1, Choice::Admit(late)), Disposition::Quarantined(Why::Settler));
    assert_eq!(verdict(3, Choice::Admit(admits)), Disposition::Quarantined(Why::Reference));
    for choice in [Choice::Admit(late), Choice::Op(admits)] {
        assert_eq!(verdict(3, choice.clone()), Disposition::Accepted);
        let mut world = world.clone();
        world.write_in(&person(Admin, 3), &settled(&open, choice), Shared, &world.ids());
        assert_eq!(standing(&world, late), Standing::Admitted);
        assert!(world.state(Shared).conflicts.is_empty());
    }
}

#[test]
fn the_last_who_knew_all_settlements_of_a_crossing_decides_and_not_both_in_turn() {
    let mut world = World::default();
    let base = world.tell(&person(Officer, 1), &submitted());
    let cancel = world.write(&person(Officer, 1), &cancelled(CancelReason::WrongProvider), &[base]);
    let accept = world.write(&person(ProviderLead, 1), &accepted(), &[base]);
    let open = world.state(Shared).conflicts.remove(0);
    world.write_in(&person(Admin, 1), &settled(&open, Choice::Op(cancel)), Shared, &world.ids());
    assert_eq!((standing(&world, cancel), standing(&world, accept)), (Standing::Counts, Standing::Overruled));
    world.write_in(&person(Admin, 2), &settled(&open, Choice::Op(accept)), Shared, &world.ids());
    assert_eq!((standing(&world, cancel), standing(&world, accept)), (Standing::Overruled, Standing::Counts));
}

#[test]
fn nobody_strikes_a_decision_a_concern_or_what_the_other_side_recorded() {
    let mut world = World::default();
    let (officer, lead) = (person(Officer, 1), person(ProviderLead, 1));
    let agreed = world.tell(&officer, &consent(YesNo::Yes));
    let referred = world.tell(&officer, &submitted());
    let taken_on = world.tell(&lead, &accepted());
    let concern = world.tell(&lead, &examples::raised());
    let attempt = world.tell(&worker(1), &contact(ContactWhat::Attempted));
    for (entry, allowed) in
        [(referred, false), (taken_on, false), (agreed, false), (concern, false), (attempt, true)]
    {
        let to = world.op(entry).stream.kind();
        let op = world.draft(&lead, &struck(entry), to, &world.ids());
        let found = judge(&op, &lead, &world.knew());
        assert_eq!(found == Disposition::Accepted, allowed, "{}: {found:?}", world.op(entry).kind);
    }
}
