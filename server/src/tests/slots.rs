//! Slots: asked for offline, answered by the server as the requests arrive.
//!
//! Does not test the answer by itself: `sync-core` does.

use proptest::prelude::*;
use serde_json::{Value, json};
use sync_core::ids::{CompartmentKind, OpId, Record};
use sync_core::referral::act::{Act, AppointmentRequested, Meeting, PersonWithdrew, SlotMode, YesNo};
use uuid::Uuid;

use super::cross_stream::seen_by;
use super::phone::new_record;
use super::pipeline::{agreed, consent, shared, submitted};
use super::{NOW_MS, Scheme};
use crate::desk::{Command, NewSlot, Query, Refused};

fn open(scheme: &Scheme, capacity: u16) -> Uuid {
    open_at(scheme, NOW_MS + 86_400_000, capacity)
}

fn open_at(scheme: &Scheme, at_ms: u64, capacity: u16) -> Uuid {
    let new = NewSlot {
        at_ms,
        minutes: 60,
        meeting: Meeting::Assessment,
        mode: SlotMode::FaceToFace,
        capacity,
        place: None,
    };
    let opened = scheme.service.command(scheme.lead.user, Command::OpenSlot(new), NOW_MS);
    let slot = opened.expect("it is opened")["slot"].as_str().expect("an id").parse();
    slot.expect("an id")
}

#[test]
fn a_referral_that_ends_before_its_time_gives_the_slot_back_and_the_next_who_asks_has_it() {
    let mut scheme = Scheme::new();
    let slot = open(&scheme, 1);
    let first = ask(&mut scheme, slot);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    assert_eq!(answer(&mut scheme, first).as_deref(), Some("confirmed"));
    assert_eq!(listed(&scheme)["confirmed"], 1);
    let withdrew = Act::PersonWithdrew(PersonWithdrew { reason: "not_wanted".to_owned() });
    let stream = shared(&scheme, first.0);
    scheme.officer.record(stream, &[], &withdrew);
    let from = scheme.officer.log.len() as u64;
    scheme.officer.push(&scheme.service, from).expect("it is accepted");
    assert_eq!(answer(&mut scheme, first).as_deref(), Some("declined"));
    assert_eq!(listed(&scheme)["confirmed"], 0);
    let bundle = scheme.lead.look_ups(&scheme.service).expect("phones are told");
    let offered: Vec<_> = bundle.providers.iter().flat_map(|provider| &provider.slots).collect();
    assert_eq!(offered.iter().map(|one| (one.slot, one.free)).collect::<Vec<_>>(), [(slot, 1)]);

    let next = ask(&mut scheme, slot);
    let from = scheme.officer.log.len() as u64 - 5;
    scheme.officer.push(&scheme.service, from).expect("it is accepted");
    assert_eq!(answer(&mut scheme, next).as_deref(), Some("confirmed"));
    assert_eq!(answer(&mut scheme, first).as_deref(), Some("declined"));
    assert_eq!(listed(&scheme)["confirmed"], 1);
}

fn close(scheme: &Scheme, slot: Uuid) {
    let close = Command::CloseSlot(slot, "the room is closed".to_owned());
    scheme.service.command(scheme.lead.user, close, NOW_MS + 1_000).expect("it is closed");
}

/// A referral with a request for a slot, on the officer's phone.
fn ask(scheme: &mut Scheme, slot: Uuid) -> (Record, OpId) {
    let record = new_record();
    agreed(scheme, record);
    let stream = shared(scheme, record);
    scheme.officer.record(stream, &[], &consent(YesNo::Yes));
    let act = submitted(scheme, YesNo::No);
    scheme.officer.record(stream, &[], &act);
    let (at_ms, meeting) = (NOW_MS + 86_400_000, Meeting::Assessment);
    let request = AppointmentRequested { at_ms, meeting, slot: Some(slot) };
    (record, scheme.officer.record(stream, &[], &Act::AppointmentRequested(request)))
}

fn answer(scheme: &mut Scheme, (record, request): (Record, OpId)) -> Option<String> {
    let (seen, _) = seen_by(&mut scheme.officer, &scheme.service, record);
    seen.requests.into_iter().find(|one| one.op == request).and_then(|one| one.answer)
}

/// As a desk shows it: a phone would ask page by page.
fn answer_on_record(scheme: &Scheme, (record, request): (Record, OpId)) -> Option<String> {
    let shown = scheme.service.query(scheme.admin.user, &Query::Referral(record.id)).expect("it is shown");
    let mut requests = shown["requests"].as_array().into_iter().flatten();
    requests.find(|one| one["op"] == json!(request))?["answer"].as_str().map(str::to_owned)
}

fn listed(scheme: &Scheme) -> Value {
    let listed = scheme.service.query(scheme.admin.user, &Query::Slots).expect("it is shown");
    listed["slots"][0].clone()
}

#[test]
fn c07_one_slot_that_two_ask_for_offline_is_confirmed_once_and_never_taken_back() {
    let mut scheme = Scheme::new();
    let slot = open(&scheme, 1);
    let asked = [ask(&mut scheme, slot), ask(&mut scheme, slot)];
    assert_eq!(answer_offline(&scheme, asked[0]), None, "requested, never booked");
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    for _ in 0..2 {
        assert_eq!(answer(&mut scheme, asked[0]).as_deref(), Some("confirmed"));
        assert_eq!(answer(&mut scheme, asked[1]).as_deref(), Some("declined"));
        // The same push again changes nothing.
        scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    }
    assert_eq!(listed(&scheme)["confirmed"], 1);
}

fn answer_offline(scheme: &Scheme, (record, request): (Record, OpId)) -> Option<String> {
    let own = scheme.officer.log.iter().map(|op| sync_core::stream::StreamOp::of(op, None));
    let own = own.filter(|op| op.stream.record == record && op.stream.kind() == CompartmentKind::Shared);
    let state = sync_core::referral::fold::fold(&sync_core::stream::History::new(own));
    let seen = sync_core::referral::view::view(&[state]);
    seen.requests.into_iter().find(|one| one.op == request).and_then(|one| one.answer)
}

#[test]
fn c27_a_slot_that_was_closed_is_declined_and_whoever_has_it_keeps_it() {
    let mut scheme = Scheme::new();
    let slot = open(&scheme, 2);
    let before = ask(&mut scheme, slot);
    scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    close(&scheme, slot);
    let after = ask(&mut scheme, slot);
    let from = after.1.seq;
    scheme.officer.push(&scheme.service, from - 5).expect("it is accepted");
    assert_eq!(answer(&mut scheme, before).as_deref(), Some("confirmed"));
    assert_eq!(answer(&mut scheme, after).as_deref(), Some("declined"));
    let shown = listed(&scheme);
    assert_eq!((&shown["state"], &shown["confirmed"]), (&json!("closed"), &json!(1)));
}

#[test]
fn a_slot_of_no_minutes_or_that_is_over_is_not_opened_and_one_that_is_over_is_declined() {
    let mut scheme = Scheme::new();
    let new = |at_ms, minutes| {
        let (meeting, mode) = (Meeting::Assessment, SlotMode::FaceToFace);
        Command::OpenSlot(NewSlot { at_ms, minutes, meeting, mode, capacity: 1, place: None })
    };
    let try_now = |asked| scheme.service.command(scheme.lead.user, asked, NOW_MS);
    for (at_ms, minutes) in [(NOW_MS + 1, 0), (NOW_MS + 1, 1_441), (NOW_MS - 2 * 3_600_000, 60)] {
        let refused = try_now(new(at_ms, minutes));
        assert!(matches!(refused, Err(Refused::NotAllowed(_))), "{refused:?}");
    }
    let slot = open(&scheme, 1);
    let late = ask(&mut scheme, slot);
    let two_days_later = NOW_MS + 2 * 86_400_000;
    scheme.officer.push_at(&scheme.service, 1, two_days_later).expect("it is accepted");
    assert_eq!(answer(&mut scheme, late).as_deref(), Some("declined"));
}

#[test]
fn only_the_lead_of_a_provider_opens_and_closes_its_slots() {
    let scheme = Scheme::new();
    let slot = open(&scheme, 1);
    for user in [scheme.other_lead.user, scheme.worker.user, scheme.officer.user, scheme.admin.user] {
        let close = Command::CloseSlot(slot, "no".to_owned());
        let refused = scheme.service.command(user, close, NOW_MS);
        assert!(matches!(refused, Err(Refused::NotYours | Refused::NotFound)), "{refused:?}");
    }
    let none = scheme.service.query(scheme.other_lead.user, &Query::Slots).expect("it is shown");
    assert_eq!(none["slots"], json!([]));
}

/// Another officer's phone with a referral and a request, which nothing has left yet.
fn phone_that_asks(scheme: &mut Scheme, slot: Uuid) -> (super::phone::Phone, (Record, OpId)) {
    let user = scheme.officer.user;
    let store = &scheme.service.service.store;
    let code = store.write_now(move |tx| crate::enrol::new_code(tx, user, NOW_MS)).expect("a code is made");
    let phone = super::phone::try_code(&scheme.service, &code, NOW_MS).expect("the code counts");
    let before = std::mem::replace(&mut scheme.officer, phone);
    let asked = ask(scheme, slot);
    (std::mem::replace(&mut scheme.officer, before), asked)
}

/// Invariant 7, as the scheme will meet it: a hundred phones without signal ask for ten places, at one time that takes
/// ten and at ten times that take one.
#[test]
fn a_hundred_officers_without_signal_on_ten_places_get_exactly_ten_confirmations_in_any_order() {
    const PHONES: usize = 100;
    let orders: [fn(usize) -> usize; 3] =
        [|turn| turn, |turn| PHONES - 1 - turn, |turn| (turn * 37 + 11) % PHONES];
    for (order, slots_of) in orders.iter().zip([(1, 10), (10, 1), (10, 1)]) {
        let mut scheme = Scheme::new();
        let (count, capacity) = slots_of;
        let slots: Vec<Uuid> = (0..count).map(|_| open(&scheme, capacity)).collect();
        let (mut phones, mut asked) = (Vec::new(), Vec::new());
        for at in 0..PHONES {
            let (phone, request) = phone_that_asks(&mut scheme, slots[at % slots.len()]);
            phones.push(phone);
            asked.push(request);
        }
        for turn in 0..PHONES {
            phones[order(turn)].push(&scheme.service, 1).expect("it is accepted");
        }
        let answers: Vec<_> = asked.iter().map(|asked| answer_on_record(&scheme, *asked)).collect();
        let confirmed = answers.iter().filter(|answer| answer.as_deref() == Some("confirmed")).count();
        assert_eq!(confirmed, 10, "{slots_of:?}");
        assert!(answers.iter().all(Option::is_some), "nobody is left without an answer");
        // Phones that look things up hear that nothing is left.
        let asked = Query::Ask { asked: json!({"query": "reference"}), now_ms: NOW_MS };
        let told = scheme.service.query(scheme.officer.user, &asked).expect("it is answered");
        let services = told["providers"].as_array().expect("services").iter();
        let offered: Vec<&Value> = services.flat_map(|one| one["slots"].as_array()).flatten().collect();
        assert_eq!(offered.len(), count);
        assert!(offered.iter().all(|slot| slot["free"] == 0), "{offered:?}");
    }
}

/// Phones hear of the next times of a service, however many lie behind them and how far ahead others are.
#[test]
fn of_more_times_than_travel_the_next_ones_go_to_phones() {
    const DAY_MS: u64 = 86_400_000;
    let scheme = Scheme::new();
    for number in 0..205 {
        open_at(&scheme, NOW_MS + DAY_MS + number * 3_600_000, 1);
    }
    let offered_at = |now_ms| {
        let asked = Query::Ask { asked: json!({"query": "reference"}), now_ms };
        let told = scheme.service.query(scheme.officer.user, &asked).expect("it is answered");
        let services = told["providers"].as_array().expect("services").iter();
        let slots = services.filter_map(|one| one["slots"].as_array()).flatten();
        slots.map(|slot| slot["at_ms"].as_u64().expect("a time")).collect::<Vec<u64>>()
    };
    let now = offered_at(NOW_MS);
    assert_eq!((now.len(), now.first()), (200, Some(&(NOW_MS + DAY_MS))));
    let later = offered_at(NOW_MS + DAY_MS + 10 * 3_600_000);
    // What begins at this moment can be asked for no more.
    assert_eq!((later.len(), later.first()), (194, Some(&(NOW_MS + DAY_MS + 11 * 3_600_000))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Invariant 7: never beyond its capacity, whatever the order in which phones sync, how they batch, and when the
    /// slot is closed; and each request gets one answer that stays.
    #[test]
    fn no_slot_is_confirmed_beyond_its_capacity(
        capacity in 1_u16..4,
        order in Just((0..5_usize).collect::<Vec<_>>()).prop_shuffle(),
        closed_after in 0..6_usize,
    ) {
        let mut scheme = Scheme::new();
        let slot = open(&scheme, capacity);
        let mut phones = Vec::new();
        let mut asked = Vec::new();
        for _ in 0..5 {
            let (phone, request) = phone_that_asks(&mut scheme, slot);
            asked.push(request);
            phones.push(phone);
        }
        for (turn, at) in order.iter().enumerate() {
            if turn == closed_after {
                close(&scheme, slot);
            }
            phones[*at].push(&scheme.service, 1).expect("it is accepted");
        }
        let answers: Vec<_> = asked.iter().map(|asked| answer(&mut scheme, *asked)).collect();
        let confirmed = answers.iter().filter(|answer| answer.as_deref() == Some("confirmed")).count();
        prop_assert_eq!(confirmed, usize::from(capacity).min(closed_after));
        prop_assert!(answers.iter().all(Option::is_some));
    }
}
