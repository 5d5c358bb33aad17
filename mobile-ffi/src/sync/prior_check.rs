//! Asks the central record whether somebody was referred before, and keeps the answer for their encounter.
//!
//! ```text
//!   who ─▶ padded, signed ─▶ POST /v1/prior-checks ─▶ one word and its time, kept for an hour
//! ```
//! Without an answer nothing changes: the phone judges by what it holds. Does not hold the store across the network, and
//! does not judge: see [`sync_core::referral::eligibility`].

use std::time::{Duration, Instant};

use rusqlite::TransactionBehavior;
use serde::Deserialize;
use serde_json::{Value, json};
use sync_core::phone::prior_check::{forget_old, keep};
use sync_core::referral::act::Subject;
use sync_core::referral::eligibility::PriorCheck;
use sync_core::request;
use sync_core::sync::prior_check::{PriorAnswered, PriorQuestion};

use crate::clock;
use crate::device::{Device, member};
use crate::keys::base64url;
use crate::problem::Problem;
use crate::store::meta;
use crate::sync::recover;
use crate::sync::transport::{self, Reply};
use crate::sync::wipe::{counter_named, signed};

/// How often the server may name another counter before it is given up.
const MOST_TRIES: usize = 3;
/// When a server names no time, ask again after this.
const LATER_MS: u64 = 30_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    family: String,
    #[serde(default)]
    given: String,
    #[serde(default)]
    born: Option<String>,
    #[serde(default)]
    apparent_age: Option<u8>,
    #[serde(default = "max_ms")]
    max_ms: u64,
}

fn max_ms() -> u64 {
    5_000
}

/// Asks once.
pub(crate) fn run(device: &Device, asked: &Value) -> Result<Value, Problem> {
    let Asked { family, given, born, apparent_age, max_ms } = request::fields(asked.clone())?;
    let ends = Instant::now() + Duration::from_millis(max_ms);
    let question = PriorQuestion { family, given, born, apparent_age, pad: String::new() };
    let subject = may_ask(device, &question)?;
    let check = ask(device, &question.bytes(), ends)?;
    kept(device, &subject, check)?;
    Ok(json!({ "answer": check.answer, "at_ms": check.at_ms, "words": check.answer.words() }))
}

fn may_ask(device: &Device, question: &PriorQuestion) -> Result<Subject, Problem> {
    let reading = device.reading();
    let store = device.store();
    recover::check(&store.db, &base64url(&device.signer().public_key()))?;
    let state = meta::state(&store.db)?;
    member(&state)?;
    Ok(question.subject(clock::now(&state, reading).checked_ms())?)
}

fn ask(device: &Device, question: &[u8], ends: Instant) -> Result<PriorCheck, Problem> {
    for _ in 0..MOST_TRIES {
        let (server, header) = signed(device, question)?;
        let reply = transport::send_check(device, &server, &header, question.to_vec(), ends)?;
        let reply = reply.ok_or_else(|| Problem::new("unreachable", ""))?;
        let Some(counter) = counter_named(&reply) else { return read(&reply) };
        // A synchronisation that ran meanwhile was heard first.
        meta::change(&device.store().db, |state| state.counter = state.counter.max(counter))?;
    }
    Err(Problem::new("server_refused", "its counter runs ahead"))
}

fn read(reply: &Reply) -> Result<PriorCheck, Problem> {
    if reply.status == 200 {
        let answered: Result<PriorAnswered, _> = serde_json::from_slice(&reply.body);
        return answered.map(|answered| answered.check()).map_err(|_| Problem::new("answer_malformed", ""));
    }
    let problem = reply.problem().unwrap_or_default();
    if matches!(reply.status, 429 | 503) {
        let after_ms = problem["after_ms"].as_u64().unwrap_or(LATER_MS);
        return Err(Problem::new("server_later", format!("after {} seconds", after_ms.div_ceil(1000))));
    }
    let code = problem["code"].as_str().unwrap_or("server_refused");
    Err(Problem::new(code, format!("status {}", reply.status)))
}

fn kept(device: &Device, subject: &Subject, check: PriorCheck) -> Result<(), Problem> {
    let reading = device.reading();
    let mut store = device.store();
    let tx = store.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    meta::change(&tx, |state| {
        forget_old(state, clock::now(state, reading).ms);
        keep(state, subject, check);
    })?;
    tx.commit()?;
    Ok(())
}
