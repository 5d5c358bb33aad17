//! How far a person got, when what was recorded turns out to be wrong, and how often one session counts.
//!
//! Does not test what the server writes of it.

use crate::common::{
    NOON_MS, PROVIDER, World, accepted, act, attendance, booked, consent, contact, opened, person, stream,
    submitted,
};
use serde_json::{Value, json};
use sync_core::access::Role::{Officer, OutreachWorker, ProviderLead, Server};
use sync_core::ids::{CompartmentKind, OpId, OrgId};
use sync_core::referral::act::{
    Act, Attendance, ContactWhat, Credit, CreditsCarried, Meeting, OpRef, TransferAccepted,
    TransferRequested, YesNo,
};
use sync_core::referral::eligibility::Level;
use sync_core::referral::engagement::{Stage, credits};
use sync_core::referral::fold::StreamState;
use sync_core::referral::judge::judge;
use sync_core::referral::rule_inputs::prior_of;
use sync_core::referral::view::{View, view};
use sync_core::stamp::{Disposition, Why};
use uuid::Uuid;

const HOUR_MS: u64 = 3_600_000;
const OTHER_PROVIDER: OrgId = OrgId(Uuid::from_u128(0xB9));

/// A referral that the provider has taken on; the person agreed that the force is told.
fn taken_on() -> World {
    let mut world = World::default();
    world.tell(&person(Officer, 1), &opened());
    world.tell(&person(Officer, 1), &consent(YesNo::Yes));
    world.tell(&person(Officer, 1), &submitted());
    world.tell(&person(ProviderLead, 1), &accepted());
    world
}

fn states(world: &World, kinds: &[CompartmentKind]) -> Vec<StreamState> {
    kinds.iter().map(|kind| world.state(*kind)).collect()
}

fn of_force(world: &World) -> Vec<StreamState> {
    states(world, &[CompartmentKind::Police, CompartmentKind::Shared])
}

fn force(world: &World) -> View {
    view(&of_force(world))
}

fn struck(entry: OpId) -> Act {
    act("entry.struck", &json!({"entry": entry, "reason": "another person's"}))
}

fn strike(world: &mut World, entry: OpId) -> OpId {
    let knew = world.ids();
    world.write_in(&person(OutreachWorker, 1), &struck(entry), CompartmentKind::Outreach, &knew)
}

fn reported(world: &mut World, level: Level, delivered: &str) -> OpId {
    let body = json!({"level": level, "delivered": delivered, "on": "2026-06-01"});
    world.tell(&person(Server, 1), &act("progress.reported", &body))
}

/// A visit without an appointment.
fn visit(meeting: Meeting, from_ms: u64, minutes: u16) -> Act {
    let body = json!({"meeting": meeting, "status": "attended", "minutes": minutes, "at_ms": from_ms});
    act("attendance.recorded", &body)
}

#[test]
fn a_struck_attendance_lowers_the_level_also_below_what_was_reported() {
    let mut world = taken_on();
    let came = world.tell(&person(OutreachWorker, 1), &visit(Meeting::Assessment, NOON_MS, 60));
    reported(&mut world, Level::L2, "yes");
    assert_eq!(world.view().engagement.level, Some(Level::L2));
    strike(&mut world, came);
    let seen = world.view().engagement;
    assert_eq!((seen.level, seen.delivered, seen.stage), (Some(Level::L0), Some(YesNo::No), Stage::Accepted));
    assert_eq!(force(&world).engagement.level, Some(Level::L2), "the force goes by the last report");
    reported(&mut world, Level::L0, "no");
    let told = force(&world).engagement;
    assert_eq!((told.level, told.delivered), (Some(Level::L0), Some(YesNo::No)));
}

#[test]
fn a_report_that_falls_takes_back_the_attendance_that_it_told_of() {
    let mut world = taken_on();
    let attended = |world: &World| {
        let prior = prior_of(Uuid::from_u128(0x7EF), &of_force(world)).expect("it was submitted");
        (prior.level, prior.last_attended_ms.is_some())
    };
    reported(&mut world, Level::L2, "yes");
    assert_eq!(attended(&world), (Level::L2, true));
    reported(&mut world, Level::L1, "yes");
    assert_eq!(attended(&world), (Level::L1, false));
    reported(&mut world, Level::L3, "yes");
    assert_eq!(attended(&world), (Level::L3, true));
}

#[test]
fn somebody_who_was_settled_not_to_have_come_has_not_attended_in_the_next_verdict() {
    let mut world = taken_on();
    let meeting = world.tell(&person(OutreachWorker, 1), &booked(Meeting::Assessment));
    world.tell(&person(OutreachWorker, 1), &attendance(meeting, Meeting::Assessment, Attendance::Attended));
    let all = |world: &World| states(world, CompartmentKind::ALL);
    let prior = |world: &World| prior_of(Uuid::from_u128(0x7EF), &all(world)).expect("it was submitted");
    assert_eq!(prior(&world).last_attended_ms, Some(NOON_MS));
    world.tell(&person(OutreachWorker, 2), &missed(meeting, Some("it was his brother")));
    assert_eq!((prior(&world).level, prior(&world).last_attended_ms), (Level::L0, None));
}

fn missed(appointment: OpId, reason: Option<&str>) -> Act {
    let mut body = json!({
        "meeting": "assessment", "status": "did_not_attend", "minutes": 0, "at_ms": NOON_MS,
        "appointment": OpRef::Id(appointment),
    });
    if let Some(reason) = reason {
        body["reason"] = Value::from(reason);
    }
    act("attendance.recorded", &body)
}

#[test]
fn who_knows_that_the_person_came_says_why_that_is_not_so() {
    let mut world = taken_on();
    let meeting = world.tell(&person(OutreachWorker, 1), &booked(Meeting::Assessment));
    let before = world.ids();
    world.tell(&person(OutreachWorker, 1), &attendance(meeting, Meeting::Assessment, Attendance::Attended));
    let worker = person(OutreachWorker, 2);
    let says = |world: &World, act: &Act, knew: &[OpId]| {
        let op = world.draft(&worker, act, CompartmentKind::Outreach, knew);
        judge(&op, &worker, &world.knew_as_of(knew))
    };
    let aside = Disposition::Quarantined(Why::Unexplained);
    assert_eq!(says(&world, &missed(meeting, None), &world.ids()), aside);
    assert_eq!(says(&world, &missed(meeting, Some(" ")), &world.ids()), aside);
    assert_eq!(says(&world, &missed(meeting, None), &before), Disposition::Accepted, "it was not known");
    let called_off = act("appointment.cancelled", &json!({"appointment": meeting, "by": "person"}));
    assert_eq!(says(&world, &called_off, &world.ids()), aside, "nor is it called off");

    let correction = missed(meeting, Some("it was his brother"));
    assert_eq!(says(&world, &correction, &world.ids()), Disposition::Accepted);
    let corrected = world.tell(&worker, &correction);
    let seen = world.view();
    assert_eq!(seen.engagement.level, Some(Level::L0));
    let marks: Vec<_> = seen.marks.iter().map(|mark| (mark.op, mark.mark)).collect();
    assert_eq!(marks, [(corrected, "correction")]);
}

#[test]
fn one_hour_that_two_workers_wrote_down_is_one_session() {
    let mut world = taken_on();
    let session = world.tell(&person(OutreachWorker, 1), &booked(Meeting::Session));
    let before = world.ids();
    world.write(
        &person(OutreachWorker, 1),
        &attendance(session, Meeting::Session, Attendance::Attended),
        &before,
    );
    world.write(&person(OutreachWorker, 2), &visit(Meeting::Session, NOON_MS + 10 * 60_000, 60), &before);
    assert_eq!(world.view().engagement.sessions, Some(1));
    world.tell(&person(OutreachWorker, 2), &visit(Meeting::Session, NOON_MS + HOUR_MS, 60));
    assert_eq!(world.view().engagement.sessions, Some(2), "it touches the first, whoever else was there");
}

#[test]
fn an_appointment_counts_as_what_its_booking_says() {
    let mut world = taken_on();
    let meeting = world.tell(&person(OutreachWorker, 1), &booked(Meeting::Assessment));
    world.tell(&person(OutreachWorker, 1), &attendance(meeting, Meeting::Session, Attendance::Attended));
    let seen = world.view().engagement;
    assert_eq!((seen.level, seen.sessions), (Some(Level::L2), Some(0)));
}

#[test]
fn what_is_carried_holds_start_and_minutes_and_whether_the_person_was_reached() {
    let mut world = taken_on();
    world.tell(&person(OutreachWorker, 1), &contact(ContactWhat::PersonCalled));
    let carried = |world: &World| credits(&world.state(CompartmentKind::Outreach), PROVIDER);
    assert_eq!(carried(&world).reached, YesNo::Yes);
    world.tell(&person(OutreachWorker, 1), &visit(Meeting::Assessment, NOON_MS, 70));
    world.tell(&person(OutreachWorker, 1), &visit(Meeting::Session, NOON_MS + 9 * HOUR_MS, 60));
    let assessments = vec![Credit { at_ms: NOON_MS, minutes: 70 }];
    let sessions = vec![Credit { at_ms: NOON_MS + 9 * HOUR_MS, minutes: 60 }];
    let expected = CreditsCarried { from: PROVIDER, reached: YesNo::Yes, assessments, sessions };
    assert_eq!(carried(&world), expected);
}

#[test]
fn who_was_only_reached_before_a_transfer_stays_reached() {
    let mut world = taken_on();
    let reached = CreditsCarried { reached: YesNo::Yes, ..CreditsCarried::nothing(OTHER_PROVIDER) };
    world.tell(&person(Server, 1), &Act::CreditsCarried(reached));
    assert_eq!(world.view().engagement.level, Some(Level::L1));
    world.tell(&person(Server, 1), &Act::CreditsCarried(CreditsCarried::nothing(OTHER_PROVIDER)));
    assert_eq!(world.view().engagement.level, Some(Level::L0), "the newest counts");
}

#[test]
fn a_contact_of_the_provider_that_had_it_before_counts_without_anybodys_leave() {
    let mut world = taken_on();
    let (worker, lead) = (person(OutreachWorker, 1), person(ProviderLead, 1));
    let (to, reason) = (OTHER_PROVIDER, "moved away".to_owned());
    let request = TransferRequested { to, reason, consent: YesNo::Yes };
    let request = world.tell(&lead, &Act::TransferRequested(request));
    let taken = TransferAccepted { request: OpRef::Id(request), to };
    world.tell(&person(Server, 1), &Act::TransferAccepted(taken));
    assert_eq!(world.view().providers, [to]);
    let judged = |act: &Act, author| {
        let op = world.draft(author, act, act.info().compartments[0], &world.ids());
        judge(&op, author, &world.knew())
    };
    assert_eq!(judged(&contact(ContactWhat::Reached), &worker), Disposition::Accepted);
    let closed = act("referral.closed", &json!({"on": "2026-06-01"}));
    assert_eq!(judged(&closed, &lead), Disposition::Quarantined(Why::NotAssigned), "it decides nothing");
    let stranger = sync_core::access::Author { org: OrgId(Uuid::from_u128(0xBA)), ..worker };
    let mut op =
        world.draft(&stranger, &contact(ContactWhat::Reached), CompartmentKind::Outreach, &world.ids());
    op.stream = stream(CompartmentKind::Outreach).record.stream(CompartmentKind::Outreach, stranger.org);
    let aside = Disposition::Quarantined(Why::NotAssigned);
    assert_eq!(judge(&op, &stranger, &world.knew()), aside, "one that never had it");
}
