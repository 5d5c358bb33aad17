//! The phone's time as people live it: wrong clocks, other boots, London's midnight. No test waits: each sets a clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::clock::{Reading, Uptime};
use uuid::Uuid;

use super::{Phone, form, hear, phone, with};
use crate::clock::Clock;

/// 14 July 2026, 23:30 in London: 22:30 UTC.
const NIGHT_MS: u64 = 1_784_068_200_000;
const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
const IN_2080_MS: u64 = 3_471_292_800_000;

/// A clock, an uptime and a boot that a test sets.
#[derive(Clone)]
pub(super) struct Hands {
    clock_ms: Arc<AtomicU64>,
    up_ms: Arc<AtomicU64>,
    boot: Arc<AtomicU64>,
}

impl Clock for Hands {
    fn now_ms(&self) -> u64 {
        self.clock_ms.load(Ordering::Relaxed)
    }

    fn uptime(&self) -> Uptime {
        let boot = Uuid::from_u128(self.boot.load(Ordering::Relaxed).into());
        Uptime { boot, ms: self.up_ms.load(Ordering::Relaxed) }
    }
}

impl Hands {
    /// A clock that goes on by hand from here.
    pub(super) fn of(reading: Reading) -> Self {
        let hands = Self { clock_ms: Arc::default(), up_ms: Arc::default(), boot: Arc::default() };
        hands.clock_ms.store(reading.clock_ms, Ordering::Relaxed);
        hands
    }

    /// Time goes by.
    pub(super) fn pass(&self, ms: u64) {
        self.clock_ms.fetch_add(ms, Ordering::Relaxed);
        self.up_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// Somebody sets the clock.
    fn set(&self, clock_ms: u64) {
        self.clock_ms.store(clock_ms, Ordering::Relaxed);
    }

    /// The phone is switched off, and on again when its clock says this.
    fn boot(&self, clock_ms: u64) {
        self.set(clock_ms);
        self.up_ms.store(5, Ordering::Relaxed);
        self.boot.fetch_add(1, Ordering::Relaxed);
    }
}

/// A phone that heard the server at a time, and whose clock is right.
pub(super) fn at(role: Role, server_ms: u64) -> (Phone, Hands) {
    let phone = phone(role, 10);
    let hands = Hands { clock_ms: Arc::default(), up_ms: Arc::default(), boot: Arc::default() };
    hands.pass(server_ms);
    phone.device.set_clock(Box::new(hands.clone()));
    let reading = phone.device.reading();
    hear(&phone.device.store().db, server_ms, reading);
    (phone, hands)
}

fn time_of(phone: &Phone) -> (Value, Value) {
    let status = phone.ask("status");
    (status["clock"].clone(), status["time"].clone())
}

fn certain() -> (Value, Value) {
    (json!("plain"), json!("certain"))
}

fn uncertain() -> (Value, Value) {
    (json!("suspect"), json!("uncertain"))
}

fn recorded_ms(phone: &Phone) -> u64 {
    let outbox = phone.ask("outbox")["outbox"].clone();
    outbox.as_array().and_then(|own| own.last()?["recorded_ms"].as_u64()).expect("an entry waits")
}

#[test]
fn a_phone_that_was_off_for_a_month_and_says_1970_refers_with_the_right_age() {
    let (phone, hands) = at(Role::Officer, NIGHT_MS);
    assert_eq!(time_of(&phone), certain());
    hands.boot(0);
    assert_eq!(time_of(&phone), uncertain());
    let answer = phone.run(with(form(), json!({"born": "2008-07-14"})));
    assert_eq!((&answer["saved"], &answer["verdict"]), (&json!(true), &json!("eligible_provisional")));
    let report = answer["crime_report"].as_str().expect("a text");
    assert!(report.contains("not certain"), "{report}");
    assert!(recorded_ms(&phone) >= NIGHT_MS, "never behind what the server said last");
    let explained = phone.device.query(&json!({"query": "explain", "record": answer["record"]}));
    let explained = explained.expect("it is held")["explanation"].to_string();
    assert!(explained.contains("\"18\""), "the person is eighteen: {explained}");
}

#[test]
fn a_clock_of_2080_makes_nobody_too_old_and_no_birth_or_code_impossible() {
    let (phone, hands) = at(Role::Officer, NIGHT_MS);
    hands.boot(IN_2080_MS);
    assert_eq!(time_of(&phone), uncertain());
    for (born, family) in [("1940-05-06", "Alder"), ("1990-02-28", "Birch"), ("2026-07-01", "Cedar")] {
        let answer = phone.run(with(form(), json!({"born": born, "family": family})));
        assert_eq!(answer["saved"], true, "{born}");
    }
    let problem = phone.refused(with(form(), json!({"born": "2070-01-01"})));
    assert_eq!(problem.code, "date_impossible", "nobody is born after what has certainly come");
}

#[test]
fn on_one_boot_a_clock_may_say_what_it_wants() {
    let (phone, hands) = at(Role::Officer, NIGHT_MS);
    hands.pass(HOUR_MS);
    hands.set(IN_2080_MS);
    let answer = phone.run(form());
    assert_eq!(recorded_ms(&phone), NIGHT_MS + HOUR_MS);
    let report = answer["crime_report"].as_str().expect("a text");
    assert!(report.starts_with("Date: 2026-07-15\n"), "{report}");
    assert_eq!(
        time_of(&phone),
        (json!("suspect"), json!("certain")),
        "the clock is wrong, and the time is known"
    );
}

#[test]
fn a_clock_that_was_set_right_offline_does_not_move_twice_after_a_boot() {
    let (phone, hands) = at(Role::Officer, NIGHT_MS);
    // It was three hours behind when the server was heard.
    hands.set(NIGHT_MS - 3 * HOUR_MS);
    let reading = phone.device.reading();
    hear(&phone.device.store().db, NIGHT_MS, reading);
    hands.pass(HOUR_MS);
    hands.set(NIGHT_MS + HOUR_MS);
    phone.run(form());
    assert_eq!(recorded_ms(&phone), NIGHT_MS + HOUR_MS);
    hands.boot(NIGHT_MS + 2 * HOUR_MS);
    phone.run(with(form(), json!({"family": "Other"})));
    assert_eq!(recorded_ms(&phone), NIGHT_MS + 2 * HOUR_MS);
    assert_eq!(time_of(&phone), certain());
}

#[test]
fn a_report_after_midnight_in_summer_is_dated_the_new_day_and_the_person_is_sixteen() {
    let (phone, hands) = at(Role::Officer, NIGHT_MS);
    let youth = with(form(), json!({"born": "2010-07-15", "command": "assess"}));
    let age = |phone: &Phone| {
        let answer = phone.run(youth.clone());
        let findings = answer["findings"].as_array().expect("findings").clone();
        let age = findings.into_iter().find(|finding| finding["rule"] == "R03");
        age.expect("every rule answers").to_string()
    };
    assert!(age(&phone).contains("\"15\""), "{}", age(&phone));
    hands.pass(HOUR_MS);
    assert!(age(&phone).contains("\"16\""), "in UTC it is still the day before: {}", age(&phone));
    let report = phone.run(form())["crime_report"].clone();
    assert!(report.as_str().is_some_and(|text| text.starts_with("Date: 2026-07-15\n")), "{report}");
}

#[test]
fn the_second_referral_of_a_person_within_a_day_asks_first() {
    let (phone, hands) = at(Role::Officer, NIGHT_MS);
    let once = with(form(), json!({"again": false}));
    let first = phone.run(once.clone());
    let before = phone.waiting();
    hands.pass(HOUR_MS);
    // By another spelling of the same name.
    let again = with(once.clone(), json!({"family": "NUNEZ", "given": "Zoe"}));
    let problem = phone.refused(again.clone());
    assert_eq!((problem.code.as_str(), problem.field.as_deref()), ("already_referred", Some("again")));
    assert_eq!(json!(problem)["reference"], first["reference"]);
    assert_eq!(phone.waiting(), before, "nothing is saved");
    phone.run(with(once.clone(), json!({"family": "Other"})));
    assert_eq!(phone.run(with(again, json!({"again": true})))["saved"], true);
    hands.pass(DAY_MS);
    assert_eq!(phone.run(once)["saved"], true, "the next day nobody asks");
}

#[test]
fn who_was_taken_back_can_be_referred_again_at_once() {
    let (phone, _) = at(Role::Officer, NIGHT_MS);
    let once = with(form(), json!({"again": false}));
    let record = phone.run(once.clone())["record"].clone();
    phone.run(json!({"command": "cancel", "record": record, "reason": "wrong_provider"}));
    assert_eq!(phone.run(once)["saved"], true);
}

#[test]
fn a_phone_refuses_a_contradiction_and_names_both_fields() {
    let (phone, _) = at(Role::Officer, NIGHT_MS);
    let record = phone.run(form())["record"].clone();
    let before = phone.waiting();
    let rang = json!({"command": "handover", "record": record, "result": "reached"});
    let problem = phone.refused(with(rang.clone(), json!({"at_ms": NIGHT_MS - DAY_MS})));
    assert_eq!(problem.code, "before_encounter");
    assert_eq!(
        (problem.field.as_deref(), &json!(problem)["fields"]),
        (Some("at_ms"), &json!(["at_ms", "encounter"]))
    );
    let problem = phone.refused(with(rang, json!({"at_ms": NIGHT_MS + 2 * DAY_MS})));
    assert_eq!((problem.code.as_str(), phone.waiting()), ("lies_ahead", before));
    let told = json!({"codes": ["cuckooing"], "told_at_ms": NIGHT_MS});
    let problem = phone.refused(with(form(), json!({"safe_now": told, "family": "Other"})));
    assert_eq!((problem.code.as_str(), phone.waiting()), ("told_nobody", before));
}

#[test]
fn with_an_uncertain_clock_an_entry_is_saved_and_marked() {
    let (phone, hands) = at(Role::Officer, NIGHT_MS);
    let record = phone.run(form())["record"].clone();
    hands.boot(0);
    let rang =
        json!({"command": "handover", "record": record, "result": "reached", "at_ms": NIGHT_MS + 2 * DAY_MS});
    assert_eq!(phone.run(rang)["saved"], true);
    let seen = phone.device.query(&json!({"query": "referral", "record": record})).expect("it is held");
    let marks: Vec<&str> =
        seen["marks"].as_array().expect("a list").iter().filter_map(|m| m["mark"].as_str()).collect();
    assert_eq!(marks, ["lies_ahead"]);
    let history = phone.device.query(&json!({"query": "history", "record": record})).expect("it is held");
    let entries = history["entries"].as_array().expect("a list").clone();
    let rang = entries.iter().find(|entry| entry["kind"] == "handover.recorded").expect("it was saved");
    assert_eq!(rang["marks"][0]["fields"], json!(["at_ms", "now"]));
    let list = phone.ask("worklist")["worklist"].clone();
    assert!(list.to_string().contains("implausible"), "{list}");
}
