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
use sync_core::sync::session::Stopped;

use crate::clock;
use crate::device::{Device, member};
use crate::keys::base64url;
use crate::problem::Problem;
use crate::store::meta;
use crate::sync::line::{Bounds, Exchange, Line};
use crate::sync::transport::{self, Reply};
use crate::sync::wipe::{counter_named, signed};
use crate::sync::{problem, recover, refused};

/// How often the server may name another counter before it is given up.
const MOST_TRIES: usize = 3;

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
    let mut line = Line::begin(device, Bounds { ends, most_bytes: None });
    let check = ask(device, &mut line, &question.bytes())?;
    kept(device, &subject, check)?;
    Ok(json!({ "answer": check.answer, "at_ms": check.at_ms, "words": check.answer.words() }))
}

fn may_ask(device: &Device, question: &PriorQuestion) -> Result<Subject, Problem> {
    // The key first: where there is none yet, asking for it locks the store.
    let (reading, signer) = (device.reading(), device.signer());
    let store = device.store();
    recover::check(&store.db, &base64url(&signer.public_key()))?;
    let state = meta::state(&store.db)?;
    member(&state)?;
    Ok(question.subject(clock::now(&state, reading).checked_ms())?)
}

fn ask(device: &Device, line: &mut Line<'_>, question: &[u8]) -> Result<PriorCheck, Problem> {
    for _ in 0..MOST_TRIES {
        let (server, header) = signed(device, question)?;
        let reply = match transport::send_check(line, &server, &header, question.to_vec())? {
            Exchange::Whole(reply) => reply,
            Exchange::Cut => return Err(problem(Stopped::Cut)),
            Exchange::Unreached(why) => return Err(problem(Stopped::Unreached(why))),
            // A question is small: what took too long says nothing of how much a synchronisation may carry.
            Exchange::TimeUp | Exchange::BytesSpent => return Err(Problem::new("time_up", "")),
        };
        let Some(counter) = counter_named(&reply) else { return read(&reply) };
        // A synchronisation that ran meanwhile was heard first.
        meta::change(&device.store().db, |state| state.counter = state.counter.max(counter))?;
    }
    Err(Problem::new("server_refused", "its counter runs ahead"))
}

fn read(reply: &Reply) -> Result<PriorCheck, Problem> {
    let answered: Option<PriorAnswered> = serde_json::from_slice(&reply.body).ok();
    match answered.filter(|_| reply.status == 200) {
        Some(answered) => Ok(answered.check()),
        None if reply.status == 200 && reply.has("answer") => Err(Problem::new("answer_malformed", "")),
        None => Err(refused(reply)),
    }
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
