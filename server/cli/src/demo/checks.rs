//! What must be true at the end, looked up in the stores after all processes have ended.
//!
//! Does not trust what a process said of itself.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use sync_core::ids::{Digest, Stream};
use sync_core::sync::statement::HEADER;

use super::cast::Cast;
use super::kept::Kept;
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
    /// Those that the scenario leaves to whoever looks at the desk.
    pub(crate) conflicts_left_open: u64,
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
    pub(crate) idle_sync_wire_bytes: Option<u64>,
    pub(crate) change_wire_bytes: Option<u64>,
    pub(crate) seconds: f64,
    pub(crate) faults: Vec<String>,
}

/// What the story itself found.
pub(crate) struct Told {
    pub(crate) failed: Vec<String>,
    pub(crate) conflicts: u64,
    pub(crate) left_open: u64,
    pub(crate) round_trips_max: u64,
}

/// What the stores themselves show.
#[derive(Debug, Serialize)]
pub(crate) struct Found {
    pub(crate) ops_lost: u64,
    pub(crate) replicas_agree: bool,
    pub(crate) verified: bool,
    pub(crate) leaks: u64,
    pub(crate) faults: Vec<String>,
}

/// Ends everything, opens the stores anew, and checks.
pub(crate) fn check(cast: &mut Cast, scenario: &Scenario, told: Told) -> Done<Summary> {
    let mut faults = told.failed;
    cast.end()?;
    let kept = Kept::of(cast);
    let found = look(&kept, scenario)?;
    faults.extend(found.faults);
    let kinds = server::kinds(&kept.data)?;
    let count = |kind: &str| kinds.get(kind).copied().unwrap_or(0);
    let wire = Wire::of(cast);
    Ok(Summary {
        referrals: count("referral.submitted"),
        contacts: count("contact.recorded"),
        attendances: count("attendance.recorded"),
        conflicts_found: told.conflicts,
        conflicts_settled: count("conflict.settled"),
        conflicts_left_open: told.left_open,
        ops_recorded: kept.ledger.len() as u64,
        ops_lost: found.ops_lost,
        replicas_agree: found.replicas_agree,
        verified: found.verified,
        leaks: found.leaks,
        sync_round_trips: wire.round_trips,
        sync_round_trips_max: told.round_trips_max,
        sync_request_bytes: wire.request_bytes,
        sync_answer_bytes: wire.answer_bytes,
        attendance_wire_bytes: wire.attendance,
        referral_wire_bytes: wire.referral,
        idle_sync_wire_bytes: wire.idle,
        change_wire_bytes: wire.pushed.zip(wire.pulled).map(|(pushed, pulled)| pushed + pulled),
        seconds: 0.0,
        faults,
    })
}

/// Opens the stores and looks: do the replicas agree, is everything there and as it was written, and
/// does nobody hold what they may not see?
pub(crate) fn look(kept: &Kept, scenario: &Scenario) -> Done<Found> {
    let mut faults = Vec::new();
    let disagree = compare(kept, &mut faults)?;
    let report = server::verify(&kept.data)?;
    if let Some(place) = &report.first_fault {
        faults.push(format!("the server's store is not as it was written: {place}"));
    }
    let lost = server::lookup(&kept.data, &kept.ledger)?;
    faults.extend(lost.iter().map(|id| format!("op {id} was reported as saved and is not in the store")));
    let leaks = find_leaks(kept, scenario, &mut faults)?;
    Ok(Found {
        ops_lost: lost.len() as u64,
        replicas_agree: disagree == 0,
        verified: report.first_fault.is_none(),
        leaks,
        faults,
    })
}

/// Every stream that a phone holds must fold to what the server's does; how many do not.
fn compare(kept: &Kept, faults: &mut Vec<String>) -> Done<usize> {
    let before = faults.len();
    let on_server = match server::digests(&kept.data) {
        Ok(on_server) => on_server,
        Err(fault) => {
            faults.push(format!("the server's streams cannot be folded: {fault}"));
            BTreeMap::new()
        }
    };
    for phone in &kept.phones {
        let digests = match phone.digests()? {
            Ok(digests) => digests,
            Err(said) => {
                faults.push(format!("{}'s phone does not open whole: {said}", phone.id));
                continue;
            }
        };
        for (stream, digest) in digests.as_object().into_iter().flatten() {
            let held: Option<Digest> = digest.as_str().and_then(|text| text.parse().ok());
            let there = stream.parse().ok().and_then(|stream: Stream| on_server.get(&stream).copied());
            if held.is_none() || held != there {
                faults.push(format!("{}'s phone and the server disagree about {stream}", phone.id));
            }
        }
    }
    Ok(faults.len() - before)
}

/// No phone of one side may hold, or have been sent, what the other side planted.
fn find_leaks(kept: &Kept, scenario: &Scenario, faults: &mut Vec<String>) -> Done<u64> {
    let before = faults.len();
    for phone in &kept.phones {
        let provider = matches!(phone.role.as_str(), "outreach_worker" | "provider_lead");
        let forbidden = if provider { &scenario.planted.police } else { &scenario.planted.provider };
        let mut held = Vec::new();
        for file in std::fs::read_dir(&phone.store)? {
            held.extend(std::fs::read(file?.path())?);
        }
        for word in forbidden {
            let in_store = held.windows(word.len()).any(|window| window == word.as_bytes());
            if in_store || phone.received.contains(word.as_str()) {
                faults.push(format!("{}'s phone got what it may not see: {word}", phone.id));
            }
        }
    }
    Ok((faults.len() - before) as u64)
}

/// What went over the wire.
#[derive(Default)]
struct Wire {
    round_trips: u64,
    request_bytes: u64,
    answer_bytes: u64,
    /// The smallest request, body and signed header, that carried one attendance and nothing else.
    attendance: Option<u64>,
    /// The smallest that carried one referral and nothing else.
    referral: Option<u64>,
    /// All bytes of the smallest exchange that brought nothing new to either side.
    idle: Option<u64>,
    /// All bytes of the smallest exchange that pushed one op …
    pushed: Option<u64>,
    /// … and of the smallest that only pulled one.
    pulled: Option<u64>,
}

impl Wire {
    fn of(cast: &Cast) -> Self {
        let mut wire = Self::default();
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
        let signed = exchange.request.header(HEADER).map_or(0, str::len);
        let bytes = (exchange.request.body.len() + signed) as u64;
        let count = |kind: &str| kinds.iter().filter(|k| **k == kind).count();
        if kinds == ["attendance.recorded"] {
            least(&mut self.attendance, bytes);
        } else if count("encounter.opened") == 1 && count("referral.submitted") == 1 {
            least(&mut self.referral, bytes);
        }
        if let Some(answer) = answer {
            let fed: Value = serde_json::from_str(&answer.text()).unwrap_or_default();
            let fed = fed["feed"].as_array().map_or(0, Vec::len);
            let all = (exchange.request.len() + answer.len()) as u64;
            match (kinds.len(), fed) {
                (0, 0) => least(&mut self.idle, all),
                (0, 1) => least(&mut self.pulled, all),
                (1, _) => least(&mut self.pushed, all),
                (_, _) => {}
            }
        }
    }
}

fn least(known: &mut Option<u64>, bytes: u64) {
    *known = Some(known.map_or(bytes, |known| known.min(bytes)));
}

/// Whether everything that was promised was kept.
pub(crate) fn judge(summary: &Summary) -> Done {
    if summary.faults.is_empty() && summary.ops_recorded == 0 {
        return Err(Failure::Check("nothing was recorded".to_owned()));
    }
    verdict(&summary.faults)
}

/// Ends with 1 when there is a fault, and names them.
pub(crate) fn verdict(faults: &[String]) -> Done {
    if faults.is_empty() {
        return Ok(());
    }
    Err(Failure::Check(format!("{} promises were not kept: {}", faults.len(), faults.join("; "))))
}

/// The table for people.
pub(crate) fn table(summary: &Summary) -> String {
    let json = serde_json::to_value(summary).expect("a summary is plain data");
    let rows = json.as_object().into_iter().flatten().filter(|(_, value)| !matches!(value, Value::Array(_)));
    let rows = rows.filter(|(_, value)| !value.is_null());
    rows.map(|(name, value)| format!("  {:<24} {value:>12}\n", name.replace('_', " "))).collect()
}
