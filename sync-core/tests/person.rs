//! Who a referral is about, as its readers see it after corrections, disagreements, settlements and erasures.
//!
//! Does not test how two persons are compared: see `names.rs`.

use crate::common::{World, accepted, consent, opened, person, settled, stream, submitted};
use sync_core::access::Author;
use sync_core::access::Role::{Admin, Officer, OutreachWorker, ProviderLead};
use sync_core::ids::CompartmentKind::{self, Outreach, Police, Shared};
use sync_core::ids::OpId;
use sync_core::referral::act::{
    Act, Choice, DetailsLearnt, EncounterAmended, PersonWithdrew, SubjectAmended, YesNo,
};
use sync_core::referral::conflict::{Conflict, ConflictKind, conflict_id};
use sync_core::referral::erasure::Erased;
use sync_core::referral::fold::fold;
use sync_core::referral::view::{View, view};
use sync_core::stream::History;

fn amend(field: &str, value: &str) -> Act {
    Act::SubjectAmended(SubjectAmended { field: field.to_owned(), value: value.to_owned() })
}

fn learn(field: &str, value: &str) -> Act {
    Act::DetailsLearnt(DetailsLearnt { field: field.to_owned(), value: value.to_owned() })
}

fn officer() -> Author {
    person(Officer, 1)
}

fn worker() -> Author {
    person(OutreachWorker, 1)
}

fn taken_on() -> World {
    let mut world = World::default();
    world.tell(&officer(), &opened());
    world.tell(&officer(), &consent(YesNo::Yes));
    world.tell(&officer(), &submitted());
    world.tell(&person(ProviderLead, 1), &accepted());
    world
}

/// The view of somebody who holds these compartments.
fn seen_by(world: &World, kinds: &[CompartmentKind]) -> View {
    let states: Vec<_> = kinds.iter().map(|kind| world.state(*kind)).collect();
    view(&states)
}

fn name(view: &View) -> String {
    let person = view.subject.as_ref().expect("somebody is named");
    format!("{}, {}", person.family, person.given)
}

fn only(world: &World) -> Conflict {
    let mut conflicts = world.view().conflicts;
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    conflicts.remove(0)
}

#[test]
fn each_correction_is_read_in_place_of_what_it_corrects() {
    let mut world = taken_on();
    for (field, value) in [
        ("name", "Muster, Maria"),
        ("born", "1990-05-06"),
        ("phone", "07700 900001"),
        ("address", "12 High Street"),
        ("language", "pl"),
        ("place_and_time", "the library on Mondays"),
        ("may", "voicemail,text"),
        ("phone", "07700 900002"),
    ] {
        world.tell(&officer(), &amend(field, value));
    }
    let seen = world.view();
    assert_eq!(name(&seen), "Muster, Maria");
    assert_eq!(
        seen.subject.and_then(|person| person.born).map(|day| day.to_string()),
        Some("1990-05-06".into())
    );
    let reach = seen.reach.expect("it is submitted");
    assert_eq!(reach.phones, ["07700 900002"]);
    assert_eq!((reach.address.as_deref(), reach.language.as_deref()), (Some("12 High Street"), Some("pl")));
    assert_eq!(reach.place_and_time.as_deref(), Some("the library on Mondays"));
    assert_eq!(reach.may, ["text", "voicemail"]);
    let entries = world.state(Shared).entries;
    let amended = entries.iter().filter(|entry| entry.kind.as_str() == "subject.amended");
    assert_eq!(amended.filter(|entry| entry.act().is_some()).count(), 8, "the history keeps them all");
}

#[test]
fn a_name_corrected_before_the_referral_is_sent_leaves_the_birth_of_the_encounter() {
    let mut world = World::default();
    world.tell(&officer(), &opened());
    world.tell(&officer(), &amend("name", "Muster, Ana"));
    let person = world.view().subject.expect("somebody is named");
    assert_eq!((person.family.as_str(), person.apparent_age), ("Muster", Some(30)));
}

#[test]
fn what_the_service_learns_is_shown_to_the_service_and_never_to_the_police() {
    let mut world = taken_on();
    world.tell(&officer(), &amend("phone", "07700 900001"));
    world.tell(&worker(), &learn("phone", "07700 900002"));
    world.tell(&worker(), &learn("address", "a friend's"));
    let service = seen_by(&world, &[Shared, Outreach]).reach.expect("it is submitted");
    assert_eq!(service.phones, ["07700 900002", "07700 900001"], "united, the newest first");
    let police = seen_by(&world, &[Police, Shared]).reach.expect("it is submitted");
    assert_eq!((police.phones, police.address), (vec!["07700 900001".to_owned()], None));
}

#[test]
fn what_is_safe_is_what_everybody_allows_who_said_it_apart() {
    let mut world = taken_on();
    let before = world.ids();
    world.write(&officer(), &amend("may", "text,voicemail"), &before);
    world.write(&worker(), &amend("may", "voicemail,say_who"), &before);
    assert_eq!(world.view().reach.expect("it is submitted").may, ["voicemail"]);
    world.tell(&worker(), &learn("may", ""));
    assert_eq!(world.view().reach.expect("it is submitted").may, [""; 0], "she said: do not text");
}

#[test]
fn while_people_disagree_about_a_name_or_a_birth_all_are_shown_and_none_is_the_birth() {
    let mut world = taken_on();
    let before = world.ids();
    world.write(&officer(), &amend("born", "1990-01-01"), &before);
    world.write(&worker(), &amend("born", "1991-01-01"), &before);
    world.write(&officer(), &amend("name", "Muster, Ana"), &before);
    world.write(&worker(), &amend("name", "Moster, Ana"), &before);
    let person = world.view().subject.expect("somebody is named");
    assert_eq!(person.born, None);
    assert_eq!(
        person.births.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["1991-01-01", "1990-01-01"]
    );
    let names: Vec<&str> = person.names.iter().map(|[family, _]| family.as_str()).collect();
    assert_eq!((names, person.compared().len()), (vec!["Moster", "Muster"], 4));
}

#[test]
fn a_settled_identity_is_what_everybody_reads() {
    for value in [None, Some(serde_json::json!(["Dritter", "Ana"]))] {
        let mut world = taken_on();
        let before = world.ids();
        let one = world.write(&officer(), &amend("name", "Muster, Ana"), &before);
        world.write(&worker(), &amend("name", "Moster, Ana"), &before);
        let open = only(&world);
        let expected = if value.is_some() { "Dritter, Ana" } else { "Muster, Ana" };
        let choice = value.map_or(Choice::Op(one), Choice::Value);
        world.write_in(&person(Admin, 1), &settled(&open, choice), Shared, &world.ids());
        let seen = world.view();
        assert!(seen.conflicts.is_empty());
        assert_eq!(name(&seen), expected);
        assert!(seen.subject.expect("somebody is named").names.is_empty());
    }
}

#[test]
fn a_conflict_about_a_person_takes_only_a_value_that_can_be_shown() {
    let mut world = taken_on();
    let before = world.ids();
    world.write(&officer(), &amend("born", "1990-01-01"), &before);
    world.write(&worker(), &amend("born", "1991-01-01"), &before);
    let open = only(&world);
    assert_eq!(open.id, conflict_id(ConflictKind::Field, &stream(Shared), "subject/born"));
    assert!(open.takes(&serde_json::json!("1989-02-28")));
    for value in [serde_json::json!("1989-02-30"), serde_json::json!(null), serde_json::json!("about forty")]
    {
        assert!(!open.takes(&value), "{value}");
    }
}

/// The view where some ops are erased.
fn without(world: &World, gone: &[OpId]) -> View {
    let states: Vec<_> = [Police, Shared, Outreach]
        .into_iter()
        .map(|kind| {
            let mut ops = world.ops(kind);
            for op in ops.iter_mut().filter(|op| gone.contains(&op.id)) {
                op.erased = Erased::of(op).map(Box::new);
                op.body = None;
            }
            fold(&History::new(ops))
        })
        .collect();
    view(&states)
}

#[test]
fn what_is_erased_reads_as_erased_and_neither_an_older_value_nor_the_encounter_comes_back() {
    let mut world = taken_on();
    let phone = world.tell(&officer(), &amend("phone", "07700 900001"));
    let corrected = world.tell(&officer(), &amend("phone", "07700 900002"));
    let renamed = world.tell(&officer(), &amend("name", "Muster, Ana"));
    let seen = without(&world, &[corrected, renamed]);
    assert_eq!(seen.erased, ["name", "phone"]);
    assert_eq!((seen.subject, seen.reach.and_then(|reach| reach.phone)), (None, None));
    let seen = without(&world, &[phone]);
    assert_eq!((name(&seen).as_str(), seen.erased), ("Muster, Ana", Vec::new()), "it was corrected before");
}

#[test]
fn the_number_is_not_shown_to_the_service_while_contact_is_stopped() {
    let mut world = taken_on();
    world.tell(&officer(), &amend("phone", "07700 900001"));
    world.tell(&worker(), &Act::PersonWithdrew(PersonWithdrew { reason: "not_now".to_owned() }));
    assert_eq!(seen_by(&world, &[Shared, Outreach]).reach, None);
    assert!(seen_by(&world, &[Police, Shared]).reach.is_some());
}

#[test]
fn a_warning_and_a_number_of_the_police_are_read_by_the_police_alone() {
    let mut world = taken_on();
    for (field, value) in [("warning", "carries a needle"), ("warning", "a dog"), ("pnc", "1999/1234567B")] {
        let amended = EncounterAmended { field: field.to_owned(), value: value.to_owned() };
        world.tell(&officer(), &Act::EncounterAmended(amended));
    }
    let police = seen_by(&world, &[Police, Shared]);
    assert_eq!(
        (police.warnings.as_slice(), police.numbers.len()),
        (&["carries a needle", "a dog"].map(str::to_owned)[..], 1)
    );
    let service = seen_by(&world, &[Shared, Outreach]);
    assert!(service.warnings.is_empty() && service.numbers.is_empty());
}
