//! What must be true at the end, looked up in the stores after all processes have ended.
//!
//! Does not trust what a process said of itself.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use sync_core::ids::{Digest, Stream};
use sync_core::sync::statement::HEADER;

use super::cast::Cast;
use super::proxy::Exchange;
use super::scenario::Scenario;
use crate::failure::{Done, Failure};

/// The summary of a demo.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    pub(crate) referrals: u64,
    pub(crate) contacts: u64,
    pub(crate) attendances: u64,
    pub(crate) conflicts_found: u64,
    pub(crate) conflicts_settled: u64,
    pub(crate) ops_recorded: u64,
    pub(crate) ops_lost: u64,
    pub(crate) replicas_agree: bool,
    pub(crate) verified: bool,
    pub(crate) leaks: u64,
    pub(crate) sync_round_trips: u64,
    pub(crate) sync_round_trips_max: u64,
    pub(crate) sync_request_bytes: u64,
    pub(crate) sync_answer_bytes: u64,
    pub(crate) attendance_wire_bytes: Option<u64>,
    pub(crate) referral_wire_bytes: Option<u64>,
    pub(crate) seconds: f64,
    pub(crate) faults: Vec<String>,
}

/// What the story itself found.
pub(crate) struct Told {
    pub(crate) failed: Vec<String>,
    pub(crate) conflicts: u64,
    pub(crate) round_trips_max: u64,
}

/// Ends everything, opens the stores anew, and checks.
pub(crate) fn check(cast: &mut Cast, scenario: &Scenario, told: Told) -> Done<Summary> {
    let mut faults = told.failed;
    cast.end()?;
    let on_server = server::digests(&cast.data)?;
    let replicas_agree = compare(cast, &on_server, &mut faults)?;
    let report = server::verify(&cast.data)?;
    if let Some(place) = &report.first_fault {
        faults.push(format!("the store is not as it was written: {place}"));
    }
    let ledger: Vec<_> = cast.ledger.iter().map(|(id, hash)| (*id, *hash)).collect();
    let lost = server::lookup(&cast.data, &ledger)?;
    faults.extend(lost.iter().map(|id| format!("op {id} was reported as saved and is not in the store")));
    let leaks = find_leaks(cast, scenario, &mut faults)?;
    let kinds = count_kinds(cast)?;
    let count = |kind: &str| kinds.get(kind).copied().unwrap_or(0);
    let wire = Wire::of(cast);
    Ok(Summary {
        referrals: count("referral.submitted"),
        contacts: count("contact.recorded"),
        attendances: count("attendance.recorded"),
        conflicts_found: told.conflicts,
        conflicts_settled: count("conflict.settled"),
        ops_recorded: ledger.len() as u64,
        ops_lost: lost.len() as u64,
        replicas_agree,
        verified: report.first_fault.is_none(),
        leaks,
        sync_round_trips: wire.round_trips,
        sync_round_trips_max: told.round_trips_max,
        sync_request_bytes: wire.request_bytes,
        sync_answer_bytes: wire.answer_bytes,
        attendance_wire_bytes: wire.attendance,
        referral_wire_bytes: wire.referral,
        seconds: 0.0,
        faults,
    })
}

/// Every stream that a phone holds must fold to what the server's does.
fn compare(cast: &mut Cast, on_server: &BTreeMap<Stream, Digest>, faults: &mut Vec<String>) -> Done<bool> {
    let before = faults.len();
    let names: Vec<_> = cast.phones.keys().cloned().collect();
    for name in names {
        let phone = cast.phone(&name)?;
        let answer = phone.ask(&serde_json::json!({ "query": "digests" }))?;
        phone.kill();
        for (stream, digest) in answer["digests"].as_object().into_iter().flatten() {
            let held: Option<Digest> = digest.as_str().and_then(|text| text.parse().ok());
            let there = stream.parse().ok().and_then(|stream: Stream| on_server.get(&stream).copied());
            if held.is_none() || held != there {
                faults.push(format!("{name}'s phone and the server disagree about {stream}"));
            }
        }
    }
    Ok(faults.len() == before)
}

/// No phone of one side may hold, or have been sent, what the other side planted.
fn find_leaks(cast: &Cast, scenario: &Scenario, faults: &mut Vec<String>) -> Done<u64> {
    let before = faults.len();
    for phone in cast.phones.values() {
        let provider = matches!(phone.role.as_str(), "outreach_worker" | "provider_lead");
        let forbidden = if provider { &scenario.planted.police } else { &scenario.planted.provider };
        let received = phone.proxy.read(|exchanges| {
            let answers = exchanges.iter().filter_map(|exchange| exchange.answer.as_ref());
            answers.map(super::proxy::Message::text).collect::<Vec<_>>().join("\n")
        });
        let mut held = Vec::new();
        for file in std::fs::read_dir(&phone.store)? {
            held.extend(std::fs::read(file?.path())?);
        }
        for word in forbidden {
            let in_store = held.windows(word.len()).any(|window| window == word.as_bytes());
            if in_store || received.contains(word.as_str()) {
                faults.push(format!("{}'s phone got what it may not see: {word}", phone.id));
            }
        }
    }
    Ok((faults.len() - before) as u64)
}

fn count_kinds(cast: &Cast) -> Done<BTreeMap<String, u64>> {
    Ok(server::kinds(&cast.data)?)
}

/// What went over the wire.
struct Wire {
    round_trips: u64,
    request_bytes: u64,
    answer_bytes: u64,
    /// The smallest request, body and signed header, that carried one attendance and nothing else.
    attendance: Option<u64>,
    /// The smallest that carried one referral and nothing else.
    referral: Option<u64>,
}

impl Wire {
    fn of(cast: &Cast) -> Self {
        let mut wire =
            Self { round_trips: 0, request_bytes: 0, answer_bytes: 0, attendance: None, referral: None };
        for phone in cast.phones.values() {
            phone.proxy.read(|exchanges| {
                for exchange in exchanges.iter().filter(|exchange| exchange.path == "/v1/sync") {
                    wire.add(exchange);
                }
            });
        }
        wire
    }

    fn add(&mut self, exchange: &Exchange) {
        self.round_trips += 1;
        self.request_bytes += (exchange.request.head.len() + exchange.request.body.len()) as u64;
        let answer = exchange.answer.as_ref();
        self.answer_bytes += answer.map_or(0, |answer| answer.head.len() + answer.body.len()) as u64;
        let push: Value = serde_json::from_str(&exchange.request.text()).unwrap_or_default();
        let ops = push["ops"].as_array().into_iter().flatten();
        let kinds: Vec<_> = ops.filter_map(|op| op["kind"].as_str()).collect();
        let signed = exchange.request.header(HEADER).map_or(0, |value| HEADER.len() + value.len() + 4);
        let bytes = (exchange.request.body.len() + signed) as u64;
        let least = |known: Option<u64>| Some(known.map_or(bytes, |known| known.min(bytes)));
        let count = |kind: &str| kinds.iter().filter(|k| **k == kind).count();
        if kinds == ["attendance.recorded"] {
            self.attendance = least(self.attendance);
        } else if count("encounter.opened") == 1 && count("referral.submitted") == 1 {
            self.referral = least(self.referral);
        }
    }
}

/// Says the summary as a table, or as JSON.
pub(crate) fn judge(summary: &Summary) -> Done {
    let kept = summary.faults.is_empty() && summary.ops_lost == 0 && summary.ops_recorded > 0;
    if kept {
        return Ok(());
    }
    Err(Failure::Check(format!(
        "{} promises were not kept: {}",
        summary.faults.len(),
        summary.faults.join("; ")
    )))
}

/// The table for people.
pub(crate) fn table(summary: &Summary) -> String {
    let json = serde_json::to_value(summary).expect("a summary is plain data");
    let rows = json.as_object().into_iter().flatten().filter(|(_, value)| !matches!(value, Value::Array(_)));
    let rows = rows.filter(|(_, value)| !value.is_null());
    rows.map(|(name, value)| format!("  {:<24} {value:>12}\n", name.replace('_', " "))).collect()
}
