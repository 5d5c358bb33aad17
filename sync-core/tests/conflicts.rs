//! The conflicts that two offline people really create, by their numbers in `docs/conflicts.md`.
//!
//! C3 and C21 are in `raised.rs`, C10 to C13 with `persons`; what the server alone decides is tested there.
//! Does not test random histories: see `laws.rs`.

use crate::common;
use crate::common::examples::{
    OTHER_PROVIDER, answered, assessed, closed, disposed, policy, raised, rerouted, seized,
    transfer_requested, withdrew,
};
use crate::common::{
    NOON_MS, World, accepted, attendance, booked, born, cancelled, consent, contact, opened, passed_up,
    person, settled, submitted,
};
use sync_core::access::Author;
use sync_core::access::Role::{Admin, Officer, OutreachWorker, ProviderLead, Server};
use sync_core::clock::{ClockMark, Hlc, Uptime, Witnessed, effective};
use sync_core::ids::{CompartmentKind, OpId};
use sync_core::referral::act::{
    Act, Answer, Attendance, AttendanceRecorded, CancelReason, Choice, ContactWhat, Credit, CreditsCarried,
    DeclineReason, Disposal, EligibilityReassessed, ItemIdentified, Meeting, OpRef, SafeguardingAcknowledged,
    SubjectAmended, TransferAccepted, YesNo,
};
use sync_core::referral::conflict::{Conflict, PassedUp, Settler};
use sync_core::referral::eligibility::{Level, Verdict};
use sync_core::referral::view::Contact;
use sync_core::slots::{Slot, SlotAnswer, SlotState, answer};
use uuid::Uuid;

fn taken_on() -> World {
    let mut world = World::default();
    world.tell(&person(Officer, 1), &opened());
    world.tell(&person(Officer, 1), &consent(YesNo::Yes));
    world.tell(&person(Officer, 1), &submitted());
    world.tell(&person(ProviderLead, 1), &accepted());
    world
}

fn only(world: &World) -> Conflict {
    let mut conflicts = world.view().conflicts;
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    conflicts.remove(0)
}

fn came(appointment: OpId, minutes: u16) -> Act {
    Act::AttendanceRecorded(AttendanceRecorded {
        meeting: Meeting::Session,
        status: Attendance::Attended,
        minutes,
        at_ms: NOON_MS,
        appointment: Some(OpRef::Id(appointment)),
        note: None,
        reason: None,
    })
}

#[test]
fn c04_attended_and_did_not_attend_count_as_attended_and_are_the_leads_to_settle() {
    let mut world = taken_on();
    let appointment = world.tell(&person(OutreachWorker, 1), &booked(Meeting::Assessment));
    let before = world.ids();
    for (n, status) in [(1, Attendance::Attended), (2, Attendance::DidNotAttend)] {
        world.write(
            &person(OutreachWorker, n),
            &attendance(appointment, Meeting::Assessment, status),
            &before,
        );
    }
    assert_eq!(world.view().engagement.level, Some(Level::L2));
    let conflict = only(&world);
    assert_eq!((conflict.settler, conflict.passed_up), (Settler::ProviderLead, PassedUp::No));
    let up = passed_up(&conflict);
    world.write_in(&person(ProviderLead, 1), &up, CompartmentKind::Outreach, &world.ids());
    assert_eq!(only(&world).passed_up, PassedUp::Yes);
}

#[test]
fn c05_two_who_saw_the_person_for_other_minutes_do_not_disagree_and_the_longest_stay_counts() {
    let mut world = taken_on();
    let appointment = world.tell(&person(OutreachWorker, 1), &booked(Meeting::Session));
    let before = world.ids();
    world.write(&person(OutreachWorker, 1), &came(appointment, 30), &before);
    world.write(&person(OutreachWorker, 2), &came(appointment, 60), &before);
    assert!(world.view().conflicts.is_empty());
    assert_eq!(world.view().engagement.sessions, Some(1));
}

#[test]
fn c06_two_appointments_for_one_person_both_stand() {
    let mut world = taken_on();
    let before = world.ids();
    world.write(&person(OutreachWorker, 1), &booked(Meeting::Assessment), &before);
    world.write(&person(OutreachWorker, 2), &booked(Meeting::Assessment), &before);
    assert_eq!(world.view().appointments.len(), 2);
    assert!(world.view().conflicts.is_empty());
}

#[test]
fn a_closing_that_crossed_a_transfer_leaves_the_referral_open_until_an_admin_decides() {
    let mut world = taken_on();
    let lead = person(ProviderLead, 1);
    let asked = world.tell(&lead, &transfer_requested());
    let before = world.ids();
    let close = world.write(&lead, &closed(), &before);
    let other = Author { org: OTHER_PROVIDER, ..person(ProviderLead, 2) };
    let taken = Act::TransferAccepted(TransferAccepted { request: OpRef::Id(asked), to: OTHER_PROVIDER });
    let take = world.write(&other, &taken, &before);
    let view = world.view();
    assert_eq!(only(&world).about, "closed_transferred");
    assert!(!view.engagement.stage.is_ended(), "{:?}", view.engagement.stage);
    assert_eq!(view.providers, [OTHER_PROVIDER]);
    assert!(view.marks.iter().all(|mark| mark.mark != "transfer_to_itself"), "{:?}", view.marks);
    for (side, ended) in [(take, false), (close, true)] {
        let mut settled_so = world.clone();
        let choice = settled(&only(&world), Choice::Op(side));
        settled_so.write_in(&person(Admin, 1), &choice, CompartmentKind::Shared, &world.ids());
        assert_eq!(settled_so.view().engagement.stage.is_ended(), ended);
    }
}

#[test]
fn a_choice_that_is_none_of_a_conflicts_is_not_taken() {
    let (field, op) = (two_births(), OpId { device: common::device(&person(Officer, 1)), seq: 1 });
    for choice in
        [Choice::Admit(field.sides[0]), Choice::KeepAside(field.sides[0]), Choice::Op(OpId { seq: 99, ..op })]
    {
        assert!(!field.takes_choice(&choice), "{choice:?}");
    }
    assert!(field.takes_choice(&Choice::Op(field.sides[0])));
}

fn two_births() -> Conflict {
    let mut world = taken_on();
    let before = world.ids();
    for n in 1..=2 {
        world.write(&person(Officer, n), &born(&format!("199{n}-01-01")), &before);
    }
    only(&world)
}

fn slot(capacity: u16, state: SlotState) -> Slot {
    Slot { at_ms: NOON_MS, ends_ms: NOON_MS + 1, meeting: Meeting::Assessment, capacity, state }
}

fn request(seq: u64) -> OpId {
    OpId { device: common::device(&person(Officer, 1)), seq }
}

#[test]
fn c07_one_slot_asked_for_twice_is_confirmed_once_and_never_taken_back() {
    let open = slot(1, SlotState::Open);
    assert_eq!(answer(Some(&open), &[], request(1), NOON_MS), SlotAnswer::Confirmed);
    assert_ne!(answer(Some(&open), &[request(1)], request(2), NOON_MS), SlotAnswer::Confirmed);
    assert_eq!(answer(Some(&open), &[request(1)], request(1), NOON_MS), SlotAnswer::Confirmed, "asked again");
}

#[test]
fn a_slot_that_is_over_is_not_confirmed_and_whoever_had_it_keeps_it() {
    let open = slot(2, SlotState::Open);
    let over_ms = open.ends_ms;
    let over = SlotAnswer::Declined(DeclineReason::Over);
    assert_eq!(answer(Some(&open), &[], request(1), over_ms - 1), SlotAnswer::Confirmed);
    assert_eq!(answer(Some(&open), &[], request(1), over_ms), over);
    assert_eq!(answer(Some(&open), &[request(1)], request(1), over_ms), SlotAnswer::Confirmed);
}

#[test]
fn c08_two_admins_who_settle_one_conflict_differently_have_settled_nothing() {
    let mut world = taken_on();
    let before = world.ids();
    let sides = [1, 2].map(|n| world.write(&person(Officer, n), &born(&format!("199{n}-01-01")), &before));
    let (conflict, knew) = (only(&world), world.ids());
    for (n, side) in [(1, sides[0]), (2, sides[1])] {
        let choice = settled(&conflict, Choice::Op(side));
        world.write_in(&person(Admin, n), &choice, CompartmentKind::Shared, &knew);
    }
    assert_eq!((only(&world).id, only(&world).passed_up), (conflict.id, PassedUp::Yes));
}

#[test]
fn c09_a_name_conflicts_only_when_it_could_be_another_person_and_phones_are_united() {
    let amend = |field: &str, value: &str| {
        Act::SubjectAmended(SubjectAmended { field: field.to_owned(), value: value.to_owned() })
    };
    let mut world = taken_on();
    let before = world.ids();
    world.write(&person(Officer, 1), &amend("name", "BEISPIEL, Ana"), &before);
    world.write(&person(OutreachWorker, 1), &amend("name", "Beispiel, Ána"), &before);
    world.write(&person(Officer, 2), &amend("phone", "07700 900001"), &before);
    world.write(&person(OutreachWorker, 2), &amend("phone", "07700 900002"), &before);
    assert!(world.view().conflicts.is_empty());
    assert_eq!(world.state(CompartmentKind::Shared).register("subject/phone").len(), 2, "both are readable");
    world.write(&person(OutreachWorker, 3), &amend("name", "Muster, Ana"), &before);
    assert_eq!(only(&world).about, "subject/name");
}

#[test]
fn c15_a_referral_that_two_providers_have_reads_at_both_until_an_admin_settles() {
    let mut world = taken_on();
    let before = world.ids();
    world.write(&person(Server, 1), &rerouted(OTHER_PROVIDER), &before);
    world.write(&person(Server, 2), &rerouted(common::PROVIDER), &before);
    let view = world.view();
    assert_eq!(view.reading_providers().len(), 2);
    let about: Vec<_> = view.conflicts.iter().map(|conflict| conflict.about.as_str()).collect();
    assert!(about.contains(&"provider"), "{about:?}");
}

#[test]
fn c16_contact_after_a_withdrawal_is_kept_and_marked_and_a_new_consent_lifts_it() {
    let mut world = taken_on();
    let before = world.ids();
    world.write(&person(Officer, 1), &withdrew(), &before);
    let attempt = world.write(&person(OutreachWorker, 1), &contact(ContactWhat::Attempted), &before);
    assert_eq!(world.view().contact, Contact::Stopped);
    assert!(world.view().marks.iter().any(|mark| mark.op == attempt && mark.mark == "after_withdrawal"));
    world.tell(&person(OutreachWorker, 1), &consent(YesNo::Yes));
    assert_eq!(world.view().contact, Contact::Allowed);
}

#[test]
fn c18_a_wrong_clock_is_clamped_into_what_was_witnessed_and_marked() {
    let boot = |boot: u128, ms: u64| Uptime { boot: Uuid::from_u128(boot), ms };
    let seen = Witnessed::of(NOON_MS, NOON_MS + 3_600_000, boot(1, 0), boot(1, 600_000));
    for wrong_ms in [0, 2_147_483_648_000, 3_471_292_800_000] {
        let (eff, mark) = effective(Hlc::from_ms(wrong_ms), seen, None);
        assert!((seen.earliest_ms..=seen.latest_ms).contains(&eff.ms()), "{wrong_ms}");
        assert_eq!(mark, ClockMark::Suspect);
    }
}

#[test]
fn c19_the_pack_of_the_offer_stays_whatever_is_published_later() {
    let mut world = taken_on();
    world.tell(&person(Officer, 1), &assessed(Verdict::Eligible));
    let newer = sync_core::referral::act::PolicyRef { version: 2, ..policy() };
    let reassessed = EligibilityReassessed {
        verdict: Verdict::Discretion,
        policy: newer,
        snapshot: OpRef::Own(1),
        years: None,
        read_as: None,
    };
    world.tell(&person(Server, 1), &Act::EligibilityReassessed(reassessed));
    assert_eq!(world.view().verdict, Some(Verdict::Eligible));
}

#[test]
fn c20_what_the_central_record_finds_besides_is_a_notice_and_the_offer_stands() {
    let mut world = World::default();
    world.tell(&person(Officer, 1), &opened());
    world.tell(&person(Officer, 1), &assessed(Verdict::EligibleProvisional));
    world.tell(&person(Officer, 1), &answered(Answer::Yes));
    let verdict = Verdict::Discretion;
    let reassessed = EligibilityReassessed {
        verdict: verdict.clone(),
        policy: policy(),
        snapshot: OpRef::Own(2),
        years: None,
        read_as: None,
    };
    world.tell(&person(Server, 1), &Act::EligibilityReassessed(reassessed));
    let view = world.view();
    assert!(view.offer.stands());
    assert_eq!(view.reassessed, Some(verdict));
    assert!(view.conflicts.is_empty(), "nothing is reversed");
}

#[test]
fn c22_a_drug_that_is_found_to_be_another_changes_neither_snapshot_nor_disposal() {
    let mut world = World::default();
    world.tell(&person(Officer, 1), &opened());
    let item = world.tell(&person(Officer, 1), &seized());
    for act in [assessed(Verdict::Eligible), answered(Answer::Yes), disposed(Disposal::CommunityResolution)] {
        world.tell(&person(Officer, 1), &act);
    }
    let before = world.view();
    let drug = "heroin".to_owned();
    let found = Act::ItemIdentified(ItemIdentified { item: OpRef::Id(item), drug, method: None });
    world.tell(&person(Officer, 1), &found);
    assert_eq!((world.view().verdict, world.view().disposal), (before.verdict, before.disposal));
    let live = world.state(CompartmentKind::Police);
    let live: Vec<_> = live.register(&format!("item/{item}/drug")).iter().map(|l| l.value.clone()).collect();
    assert_eq!(live, [r#""heroin""#]);
}

#[test]
fn c25_a_concern_that_is_raised_while_another_is_acknowledged_stays_open() {
    let mut world = taken_on();
    let first = world.tell(&person(Officer, 1), &raised());
    let before = world.ids();
    let acknowledge = SafeguardingAcknowledged { raised: OpRef::Id(first) };
    world.write(&person(ProviderLead, 1), &Act::SafeguardingAcknowledged(acknowledge), &before);
    let second = world.write(&person(OutreachWorker, 1), &raised(), &before);
    let open: Vec<_> = world.view().concerns.iter().map(|concern| concern.op).collect();
    assert_eq!(open, [second]);
}

#[test]
fn c26_a_session_that_two_providers_credit_is_one() {
    let mut world = taken_on();
    let appointment = world.tell(&person(OutreachWorker, 1), &booked(Meeting::Session));
    world.tell(&person(OutreachWorker, 1), &came(appointment, 60));
    let credit = |at_ms| Credit { at_ms, minutes: 60 };
    let carried = |sessions| {
        let from = OTHER_PROVIDER;
        Act::CreditsCarried(CreditsCarried { sessions, ..CreditsCarried::nothing(from) })
    };
    world.tell(&person(Server, 1), &carried(vec![credit(NOON_MS + 15 * 60_000)]));
    assert_eq!(
        world.view().engagement.sessions,
        Some(1),
        "the same, written down a quarter of an hour apart"
    );
    world.tell(
        &person(Server, 1),
        &carried(vec![credit(NOON_MS + 15 * 60_000), credit(NOON_MS + 86_400_000)]),
    );
    assert_eq!(world.view().engagement.sessions, Some(2), "written again, with a late one");
}

#[test]
fn c27_a_slot_that_was_closed_is_declined_and_what_was_confirmed_before_stays() {
    let closed = slot(2, SlotState::Closed);
    assert_ne!(answer(Some(&closed), &[request(1)], request(2), NOON_MS), SlotAnswer::Confirmed);
    assert_eq!(answer(Some(&closed), &[request(1)], request(1), NOON_MS), SlotAnswer::Confirmed);
    assert_ne!(answer(None, &[], request(1), NOON_MS), SlotAnswer::Confirmed, "one that never was");
}

#[test]
fn cancelled_as_another_person_than_meant_stops_contact_whatever_it_crosses() {
    let mut world = taken_on();
    let before = world.ids();
    world.write(&person(Officer, 1), &cancelled(CancelReason::WrongPerson), &before);
    world.write(&person(OutreachWorker, 1), &booked(Meeting::Assessment), &before);
    assert_eq!(world.view().contact, Contact::Stopped);
}

/// C12 through the fold: what the registers of the force's persons say is what `persons` reads.
#[test]
fn c12_linked_and_split_without_knowing_of_each_other_counts_as_split_until_an_admin_settles() {
    use sync_core::ids::{Record, RecordKind};
    use sync_core::persons::{Persons, Standing};
    use sync_core::referral::act::PersonSplit;
    let persons = Record { kind: RecordKind::Persons, id: common::FORCE.0 };
    let stream = persons.stream(CompartmentKind::Police, common::FORCE);
    let op = request(1);
    let (one, other) = [1, 2].map(|n| common::examples::named(Uuid::from_u128(n), op)).into();
    let split = PersonSplit {
        one: one.clone(),
        other: other.clone(),
        because: sync_core::persons::Why::DifferentPeople,
    };
    let mut world = World::default();
    for (n, act) in [(1, common::examples::linked(op)), (2, Act::PersonSplit(split))] {
        let draft = world.draft_at(&person(Admin, n), &act, stream, &[]);
        world.keep(draft);
    }
    let pair = sync_core::persons::Pair::of(one, other).expect("two subjects");
    let standing = |world: &World| {
        let state = sync_core::referral::fold::fold(&world.history_of(stream));
        (Persons::read(&state, &std::collections::BTreeMap::new()).standing(&pair), state.conflicts)
    };
    let (counts_as, mut conflicts) = standing(&world);
    assert_eq!(counts_as, Some(Standing::Disputed));
    let conflict = conflicts.remove(0);
    assert_eq!((conflict.settler, conflict.about.as_str()), (Settler::Admin, pair.register().as_str()));
    let choice = settled(&conflict, Choice::Op(conflict.sides[0]));
    let draft = world.draft_at(&person(Admin, 3), &choice, stream, &world.ids());
    world.keep(draft);
    assert!(matches!(standing(&world), (Some(Standing::Linked | Standing::Split), open) if open.is_empty()));
}
