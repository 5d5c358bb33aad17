//! A foreign thing and one that is not there get the same status, the same body and the same disposition.
//!
//! One table of routes, and one of entries that are pushed. Does not test who may do what.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sync_core::ids::{CompartmentKind, Digest, Record};
use sync_core::referral::act::{Act, Choice};
use sync_core::sync::pending::WAIT_MS;

use super::desk::crossed;
use super::live::{Live, Reply};
use super::phone::{Phone, new_record};
use super::pipeline::{encounter, late_stamps, police, stamped};
use super::{NOW_MS, Scheme};
use crate::desk::{Page, Query};
use crate::keys::{random, random_id};
use common::examples::every_kind;

#[path = "../../../sync-core/tests/common/mod.rs"]
#[expect(dead_code, reason = "the core's own tests use all of it")]
pub(super) mod common;

/// An answer but for the number of its request.
fn answer(reply: &Reply) -> (u16, Value) {
    let mut body = reply.body.clone();
    body["request"] = Value::Null;
    (reply.status, body)
}

/// What each route takes, with words for the ids.
fn routes() -> Vec<(&'static str, &'static str, Vec<Value>)> {
    let version = json!("00".repeat(32));
    let settle = |as_of: &str, choice: &Value| json!({"as_of": as_of, "version": version, "choice": choice, "reason": "asked"});
    let choices = [json!(Choice::Value(json!("x"))), json!({"op": "OP"}), json!({"keep_aside": "OP"})];
    let mut settlements = Vec::new();
    for as_of in ["x", "", "AS_OF"] {
        settlements.extend(choices.iter().map(|choice| settle(as_of, choice)));
    }
    let passed = ["x", "", "AS_OF"].map(|as_of| json!({"as_of": as_of})).to_vec();
    let assigned = vec![
        json!({"to": "00000000-0000-0000-0000-000000000000"}),
        json!({"to": "PROVIDER"}),
        json!({"to": "PROVIDER", "override": {"reason": ""}}),
    ];
    vec![
        ("GET", "/v1/referrals/RECORD", vec![]),
        ("GET", "/v1/referrals/RECORD/entries", vec![]),
        ("POST", "/v1/referrals/RECORD/assign", assigned),
        ("GET", "/v1/conflicts/CONFLICT", vec![]),
        ("POST", "/v1/conflicts/CONFLICT/settlement", settlements),
        ("POST", "/v1/conflicts/CONFLICT/pass-up", passed),
        ("GET", "/v1/persons/RECORD", vec![]),
        ("POST", "/v1/devices/DEVICE/revoke", vec![json!({"reason": "lost"}), json!({"reason": "x"})]),
        ("POST", "/v1/devices/DEVICE/sign-out", vec![json!({})]),
        ("POST", "/v1/users/USER/disable", vec![json!({"reason": "left"})]),
        ("POST", "/v1/users/USER/name", vec![json!({"name": "N"})]),
        ("POST", "/v1/users/USER/enrol-code", vec![json!({})]),
        ("POST", "/v1/proposals/RECORD/withdraw", vec![json!({})]),
        (
            "POST",
            "/v1/erasures",
            vec![
                json!({"stream": "STREAM", "op": "OP", "basis": "x"}),
                json!({"stream": "STREAM", "op": "OP", "basis": "person_asked"}),
            ],
        ),
    ]
}

#[test]
fn on_every_route_a_foreign_thing_is_answered_as_one_that_is_not_there() {
    let mut scheme = Scheme::new();
    let (stream, cancelled, _) = crossed(&mut scheme);
    let listed = scheme.service.query(scheme.officer.user, &Query::Conflicts(Page::default()));
    let listed = listed.expect("a list")["conflicts"].clone();
    let conflict = listed[0]["conflict"].as_str().expect("there is one").to_owned();
    let as_of = scheme.service.query(scheme.officer.user, &Query::Conflict(conflict.parse().expect("an id")));
    let as_of = as_of.expect("it is shown")["as_of"].as_str().expect("an as_of").to_owned();
    let (provider, device, user) = (scheme.provider, scheme.officer.device, scheme.officer.user);
    std::mem::swap(&mut scheme.officer, &mut scheme.other_officer);
    std::mem::swap(&mut scheme.lead, &mut scheme.other_lead);
    let mut live = Live::over(scheme);
    let elsewhere = new_record().stream(CompartmentKind::Shared, live.admin.enrolled.force);
    let words = |text: &str, foreign: bool| {
        let pick = |there: String, missing: String| if foreign { there } else { missing };
        text.replace("RECORD", &pick(stream.record.id.to_string(), random_id().to_string()))
            .replace("CONFLICT", &pick(conflict.clone(), Digest(random()).to_string()))
            .replace("DEVICE", &pick(device.to_string(), random_id().to_string()))
            .replace("USER", &pick(user.to_string(), random_id().to_string()))
            .replace("STREAM", &pick(stream.to_string(), elsewhere.to_string()))
            .replace("OP", &pick(cancelled.to_string(), cancelled.to_string()))
            .replace("AS_OF", &as_of)
            .replace("PROVIDER", &provider.to_string())
    };
    for (name, phone) in [("other officer", &live.officer), ("other lead", &live.lead)] {
        for (method, path, bodies) in routes() {
            let ask = |body: &Value, foreign: bool| {
                let path = words(path, foreign);
                if method == "GET" {
                    return answer(&live.get(phone, &path));
                }
                let body = serde_json::from_str(&words(&body.to_string(), foreign)).expect("it is JSON");
                answer(&live.post(phone, &path, &body))
            };
            for body in if bodies.is_empty() { vec![json!({})] } else { bodies } {
                let (foreign, missing) = (ask(&body, true), ask(&body, false));
                assert_eq!(foreign, missing, "{name}: {method} {path} {body}");
                assert!((400..500).contains(&foreign.0), "{name}: {method} {path} {body}: {foreign:?}");
            }
        }
    }
    live.stop();
}

/// Who guesses at a record. An officer is not among them: what they record opens a record where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guesser {
    Lead,
    Worker,
}

/// The entries of the table, with the compartment of each.
fn entries() -> Vec<(Act, CompartmentKind)> {
    // What opens a record is let in where there is none: nobody guesses an id of 122 random bits.
    let acts = every_kind().into_iter().filter(|act| act.kind() != "person.came_in");
    acts.flat_map(|act| act.info().compartments.iter().map(move |kind| (act.clone(), *kind))).collect()
}

/// Writes the entries into a record of somebody's guessing; what they are told of each, at once and later.
fn told_of_all(scheme: &Scheme, phone: &mut Phone, record: Record) -> BTreeMap<u64, String> {
    let force = phone.enrolled.force;
    for (act, compartment) in entries() {
        let org = match compartment {
            CompartmentKind::Outreach | CompartmentKind::Care => scheme.provider,
            CompartmentKind::Police | CompartmentKind::Shared | CompartmentKind::Audit => force,
        };
        phone.record_raw(record.stream(compartment, org), &[], &[], act.kind(), &act.body());
    }
    let answer = phone.push(&scheme.service, 1).expect("it is accepted");
    let mut told: BTreeMap<u64, String> = BTreeMap::new();
    for (seq, disposition) in stamped(&answer) {
        told.insert(seq, format!("at once {disposition:?}"));
    }
    scheme.service.beat(NOW_MS + 60_000 + WAIT_MS);
    for (seq, disposition) in late_stamps(&phone.pull(&scheme.service)) {
        told.insert(seq, format!("late {disposition:?}"));
    }
    told
}

#[test]
fn entries_of_every_kind_in_a_foreign_record_end_as_in_one_that_is_not_there() {
    for guesser in [Guesser::Lead, Guesser::Worker] {
        let ends = |is_foreign: bool| {
            let mut scheme = Scheme::new();
            let record = new_record();
            scheme.officer.record(police(&scheme, record), &[], &encounter());
            scheme.officer.push(&scheme.service, 1).expect("it is accepted");
            let guessed = if is_foreign { record } else { new_record() };
            let mut phone = match guesser {
                Guesser::Lead => scheme.lead.cloned(),
                Guesser::Worker => scheme.worker.cloned(),
            };
            told_of_all(&scheme, &mut phone, guessed)
        };
        let (foreign, missing) = (ends(true), ends(false));
        let entries = entries();
        for (at, (act, compartment)) in (1..).zip(&entries) {
            let what = format!("{guesser:?}: {} in {compartment:?}", act.kind());
            assert_eq!(foreign.get(&at), missing.get(&at), "{what}");
        }
    }
}

/// What somebody else's officer is told of each entry, each in a record of its own that an officer opened, or that nobody did.
fn told_officer(is_foreign: bool) -> BTreeMap<u64, String> {
    let mut scheme = Scheme::new();
    let force = scheme.officer.enrolled.force;
    let (records, entries): (Vec<Record>, _) = (entries().iter().map(|_| new_record()).collect(), entries());
    for record in records.iter().filter(|_| is_foreign) {
        scheme.officer.record(police(&scheme, *record), &[], &encounter());
    }
    if is_foreign {
        scheme.officer.push(&scheme.service, 1).expect("it is accepted");
    }
    let mut phone = scheme.other_officer.cloned();
    for (record, (act, compartment)) in records.iter().zip(&entries) {
        let org = match compartment {
            CompartmentKind::Outreach | CompartmentKind::Care => scheme.provider,
            CompartmentKind::Police | CompartmentKind::Shared | CompartmentKind::Audit => force,
        };
        phone.record_raw(record.stream(*compartment, org), &[], &[], act.kind(), &act.body());
    }
    let answer = phone.push(&scheme.service, 1).expect("it is accepted");
    let mut told: BTreeMap<u64, String> = BTreeMap::new();
    for (seq, disposition) in stamped(&answer) {
        told.insert(seq, format!("at once {disposition:?}"));
    }
    scheme.service.beat(NOW_MS + 60_000 + WAIT_MS);
    for (seq, disposition) in late_stamps(&phone.pull(&scheme.service)) {
        told.insert(seq, format!("late {disposition:?}"));
    }
    told
}

/// What an officer records of the roadside is taken into a record that nobody opened, since it may be what comes first of it; in
/// somebody else's it is kept aside. Nobody guesses an id of 122 random bits; this list may only shrink.
const OPENS: [&str; 25] = [
    "encounter.opened",
    "encounter.amended",
    "encounter.described",
    "item.seized",
    "item.identified",
    "item.booked_in",
    "item.disposed",
    "check.recorded",
    "necessity.recorded",
    "defence.raised",
    "offence.linked",
    "offence.described",
    "oic.decided",
    "eligibility.assessed",
    "offer.answered",
    "crime.recorded",
    "effort.recorded",
    "consent.recorded",
    "need.named",
    "subject.amended",
    "notice.given",
    "handover.recorded",
    "appointment.requested",
    "person.withdrew",
    "safeguarding.raised",
];

#[test]
fn an_officer_tells_a_foreign_record_from_a_missing_one_by_nothing_but_what_may_open_one() {
    let (foreign, missing) = (told_officer(true), told_officer(false));
    let entries = entries();
    let apart = (1..).zip(&entries).filter(|(at, _)| foreign.get(at) != missing.get(at));
    let apart: Vec<&str> = apart.map(|(_, (act, _))| act.kind()).collect();
    assert_eq!(apart, OPENS);
}
