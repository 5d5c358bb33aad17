//! What cannot be: refused by a phone before it saves, kept and marked by everybody who reads it.
//!
//! One case a row of the table; a row without a case fails. Does not test the phone's own words: see `mobile-ffi`.

use std::collections::BTreeSet;

use crate::common::examples::seized;
use crate::common::{
    NOON_MS, PROVIDER, World, accepted, attendance, booked, contact, opened, person, submitted,
};
use serde_json::{Value, json};
use sync_core::access::{Author, Role};
use sync_core::clock::ClockMark;
use sync_core::codes::{self, CodeList};
use sync_core::ids::{CompartmentKind, OpId};
use sync_core::referral::act::{Act, Attendance, ContactWhat, KINDS, Meeting};
use sync_core::referral::fold::StreamState;
use sync_core::referral::plausible::{Beside, By, ROWS};

use Role::{Officer, OutreachWorker, ProviderLead};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;
const YEAR_MS: u64 = 366 * DAY_MS;
/// When the entries are written down: two days after the referral.
const NOW_MS: u64 = NOON_MS + 2 * DAY_MS;

/// A referral that was taken on, with an assessment that is booked.
fn story() -> (World, OpId) {
    let mut world = World::default();
    world.tell(&person(Officer, 1), &opened());
    world.tell(&person(Officer, 1), &seized());
    world.tell(&person(Officer, 1), &submitted());
    world.tell(&person(ProviderLead, 1), &accepted());
    let booking = world.tell(&person(OutreachWorker, 1), &booked(Meeting::Assessment));
    (world, booking)
}

/// The same, and the person came to a session.
fn met() -> (World, OpId) {
    let (mut world, booking) = story();
    let came = json!({"meeting": "session", "status": "attended", "minutes": 60, "at_ms": NOON_MS + HOUR_MS});
    world.tell(&person(OutreachWorker, 1), &act("attendance.recorded", &came));
    (world, booking)
}

fn states(world: &World) -> Vec<StreamState> {
    CompartmentKind::ALL.iter().map(|kind| world.state(*kind)).collect()
}

fn act(kind: &str, body: &Value) -> Act {
    let kind = kind.parse().expect("a kind of the table");
    Act::parse(&kind, &body.to_string()).expect("a shape that is allowed").expect("a kind of this version")
}

/// An entry that cannot be, and one that differs from it in the two fields alone.
struct Case {
    code: &'static str,
    kind: &'static str,
    wrong: Value,
    right: Value,
}

fn case(code: &'static str, kind: &'static str, whole: &Value, wrong: &Value, right: &Value) -> Case {
    let with = |change: &Value| {
        let mut body = whole.clone();
        let change = change.as_object().expect("a change is an object");
        change.iter().for_each(|(name, value)| body[name] = value.clone());
        body
    };
    Case { code, kind, wrong: with(wrong), right: with(right) }
}

fn at(ms: u64) -> Value {
    json!({ "at_ms": ms })
}

fn absent_at(ms: u64) -> Value {
    json!({ "status": "did_not_attend", "minutes": 0, "at_ms": ms })
}

fn minutes(minutes: u16) -> Value {
    json!({ "minutes": minutes })
}

fn cases(booking: OpId) -> Vec<Case> {
    let mut all = contacts();
    all.extend(attendances(booking));
    all.extend(appointments(booking));
    all.extend(others());
    all
}

fn contacts() -> Vec<Case> {
    let kind = "contact.recorded";
    let whole = json!({"what": "attempted", "channel": "phone", "result": "no_answer", "at_ms": NOW_MS});
    let contradicts = |wrong: Value| case("contact_contradicts", kind, &whole, &wrong, &json!({}));
    vec![
        contradicts(json!({"what": "reached"})),
        contradicts(json!({"result": "reached"})),
        contradicts(json!({"what": "person_came"})),
        contradicts(json!({"what": "person_called"})),
        case("lies_ahead", kind, &whole, &at(NOW_MS + 25 * HOUR_MS), &at(NOW_MS + 23 * HOUR_MS)),
        case("long_ago", kind, &whole, &at(NOW_MS - YEAR_MS - 1), &at(NOON_MS)),
        case("before_encounter", kind, &whole, &at(NOON_MS - HOUR_MS), &at(NOON_MS)),
    ]
}

fn attendances(booking: OpId) -> Vec<Case> {
    let kind = "attendance.recorded";
    let whole = json!({"meeting": "session", "status": "attended", "minutes": 60, "at_ms": NOW_MS});
    let (absent, booking) = (json!({"status": "did_not_attend"}), booking.to_string());
    let nothing = json!({"status": "did_not_attend", "minutes": 0});
    let as_booked = json!({"appointment": booking, "meeting": "assessment"});
    vec![
        case("attended_minutes", kind, &whole, &minutes(0), &minutes(1)),
        case("attended_minutes", kind, &whole, &minutes(1_441), &minutes(1_440)),
        case("absent_minutes", kind, &whole, &absent, &nothing),
        case(
            "absent_early",
            kind,
            &whole,
            &absent_at(NOW_MS + 11 * MINUTE_MS),
            &absent_at(NOW_MS + 9 * MINUTE_MS),
        ),
        case("meeting_differs", kind, &whole, &json!({ "appointment": booking }), &as_booked),
        case("lies_ahead", kind, &whole, &at(NOW_MS + 25 * HOUR_MS), &at(NOW_MS + 23 * HOUR_MS)),
        case("long_ago", kind, &whole, &at(NOW_MS - YEAR_MS - 1), &at(NOON_MS)),
        case("before_encounter", kind, &whole, &at(NOON_MS - HOUR_MS), &at(NOON_MS)),
    ]
}

fn appointments(booking: OpId) -> Vec<Case> {
    let begins = NOW_MS + DAY_MS;
    let booked = json!({"at_ms": begins, "meeting": "session", "minutes": 60});
    let moved = json!({"appointment": booking.to_string(), "at_ms": begins});
    let asked = json!({"at_ms": begins, "meeting": "session"});
    let mut slot = booked.clone();
    for (field, value) in
        [("slot", json!(uuid::Uuid::nil())), ("mode", json!("phone")), ("capacity", json!(1))]
    {
        slot[field] = value;
    }
    let kinds = [
        ("appointment.booked", booked),
        ("appointment.moved", moved),
        ("appointment.requested", asked),
        ("slot.opened", slot),
    ];
    let mut all = Vec::new();
    for (kind, whole) in kinds {
        let (over, far, next) = (at(NOON_MS), at(NOW_MS + YEAR_MS + DAY_MS), at(NOW_MS + HOUR_MS));
        all.push(case("appointment_over", kind, &whole, &over, &next));
        all.push(case("appointment_far", kind, &whole, &far, &next));
        if whole.get("minutes").is_some() {
            all.push(case("appointment_minutes", kind, &whole, &minutes(0), &minutes(1)));
        }
    }
    all
}

fn others() -> Vec<Case> {
    let rang = json!({"at_ms": NOW_MS, "result": "reached"});
    let raised = json!({"codes": ["overdose_risk"], "told": "control room", "told_at_ms": NOW_MS});
    let closed = json!({"on": "2026-05-30"});
    let unreached = json!({"reason": "no_contact"});
    let walk_in = json!({"on": "2026-05-30"});
    let moves = json!({"to": uuid::Uuid::from_u128(7), "reason": "moved", "consent": "yes"});
    let (ahead, same) = (at(NOW_MS + 25 * HOUR_MS), json!({}));
    let told = |ms: u64| json!({ "told_at_ms": ms });
    vec![
        case("closed_before_submission", "referral.closed", &closed, &json!({"on": "2026-05-27"}), &same),
        case("lies_ahead", "referral.closed", &closed, &json!({"on": "2026-06-02"}), &same),
        case("lies_ahead", "handover.recorded", &rang, &ahead, &at(NOW_MS + 23 * HOUR_MS)),
        case("long_ago", "handover.recorded", &rang, &at(NOW_MS - YEAR_MS - 1), &at(NOON_MS)),
        case("before_encounter", "handover.recorded", &rang, &at(NOON_MS - HOUR_MS), &at(NOON_MS)),
        case("told_nobody", "safeguarding.raised", &raised, &json!({"told": null}), &same),
        case("lies_ahead", "safeguarding.raised", &raised, &told(NOW_MS + 2 * DAY_MS), &same),
        case("long_ago", "safeguarding.raised", &raised, &told(5), &same),
        case(
            "offence_contradicts",
            "crime.recorded",
            &json!({}),
            &json!({"offence": "MD71211"}),
            &json!({"offence": "MD71530"}),
        ),
        case("closed_unreached", "closing.reason", &unreached, &same, &json!({"reason": "partial"})),
        case("closed_unreached", "walk_in.closed", &walk_in, &unreached, &json!({"reason": "partial"})),
        case("transfer_to_itself", "transfer.requested", &moves, &json!({"to": PROVIDER}), &same),
    ]
}

#[test]
fn a_phone_refuses_each_contradiction_and_nothing_beside_it() {
    let (world, booking) = met();
    let beside = Beside::of(&states(&world));
    let id = world.op(booking).id;
    let refuses = |act: &Act, clock| beside.refuses(id, act, NOW_MS, clock);
    for Case { code, kind, wrong, right } in cases(booking) {
        let row = refuses(&act(kind, &wrong), ClockMark::Plain).unwrap_or_else(|| panic!("{kind}: {wrong}"));
        assert_eq!((row.code, row.kind), (code, kind), "{wrong}");
        assert_ne!(row.fields[0], row.fields[1], "it names both fields");
        let fine = refuses(&act(kind, &right), ClockMark::Plain);
        assert!(fine.is_none(), "{kind}: {right} is refused as {:?}", fine.map(|row| row.code));
    }
}

#[test]
fn with_an_uncertain_clock_a_phone_saves_what_only_the_time_forbids() {
    let (world, booking) = met();
    let beside = Beside::of(&states(&world));
    for Case { code, kind, wrong, .. } in cases(booking) {
        let row = ROWS.iter().find(|row| (row.kind, row.code) == (kind, code)).expect("a row of the table");
        let refused = beside.refuses(booking, &act(kind, &wrong), NOW_MS, ClockMark::Suspect);
        assert_eq!(refused.is_some(), row.by == By::Itself, "{kind} {code}");
        let marked = beside.faults(booking, &act(kind, &wrong), NOW_MS).any(|row| row.code == code);
        assert!(marked, "it is marked all the same");
    }
}

#[test]
fn every_row_has_a_case_a_sentence_and_a_kind() {
    let (_, booking) = met();
    let cases = cases(booking);
    let tried: BTreeSet<_> = cases.iter().map(|case| (case.kind, case.code)).collect();
    for row in ROWS {
        assert!(tried.contains(&(row.kind, row.code)), "{} {}", row.kind, row.code);
        assert!(!row.sentence().is_empty(), "{} is in the list of errors", row.code);
        assert!(KINDS.iter().any(|info| info.kind == row.kind), "{}", row.kind);
    }
}

#[test]
fn somebody_who_never_came_can_be_closed_as_not_reached() {
    let (world, booking) = story();
    let beside = Beside::of(&states(&world));
    let closed = act("closing.reason", &json!({"reason": "no_contact"}));
    assert!(beside.refuses(booking, &closed, NOW_MS, ClockMark::Plain).is_none());
}

#[test]
fn every_result_says_which_contacts_it_contradicts() {
    let words: Vec<Value> = ContactWhat::ALL.iter().map(|what| json!(what)).collect();
    for entry in codes::entries(CodeList::ContactResults) {
        for word in entry.column("not_with").unwrap_or_default().split(' ').filter(|word| !word.is_empty()) {
            assert!(words.contains(&json!(word)), "{}: {word}", entry.code);
        }
    }
}

/// A worker's entry on the newest view, written down at a time.
fn told(world: &mut World, author: &Author, act: &Act, at_ms: u64) -> OpId {
    let id = world.tell(author, act);
    world.set_clock(id, at_ms);
    id
}

#[test]
fn what_came_in_all_the_same_is_marked_counts_as_written_and_goes_when_it_is_struck() {
    let (mut world, booking) = story();
    let worker = person(OutreachWorker, 1);
    let came = attendance(booking, Meeting::Assessment, Attendance::Attended);
    let Act::AttendanceRecorded(mut body) = came else { panic!("it is an attendance") };
    body.minutes = 0;
    let entry = told(&mut world, &worker, &Act::AttendanceRecorded(body), NOON_MS + HOUR_MS);
    let seen = world.view();
    let mark = seen.marks.iter().find(|mark| mark.op == entry).expect("it is marked");
    assert_eq!((mark.mark, mark.fields), ("attended_minutes", &["status", "minutes"][..]));
    assert_eq!(mark.sentence, "Whoever attended was there for 1 to 1440 minutes.");
    assert_eq!(seen.engagement.level.map(u8::from), Some(2), "it counts as written");
    let entry = sync_core::referral::act::OpRef::Id(entry);
    let reason = "entered in error".to_owned();
    let struck = Act::EntryStruck(sync_core::referral::act::EntryStruck { entry, reason, back: None });
    world.write_in(&worker, &struck, CompartmentKind::Outreach, &world.ids());
    assert!(world.view().marks.iter().all(|mark| !mark.is_fault()));
}

#[test]
fn an_entry_of_every_day_is_not_marked() {
    let (mut world, booking) = story();
    let worker = person(OutreachWorker, 1);
    told(&mut world, &worker, &contact(ContactWhat::Reached), NOON_MS + HOUR_MS);
    let came = attendance(booking, Meeting::Assessment, Attendance::Attended);
    told(&mut world, &worker, &came, NOON_MS + HOUR_MS);
    assert_eq!(world.view().marks, []);
}
