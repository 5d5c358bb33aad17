//! Sends a request over HTTP, bounded in time and stoppable, and reads what comes back.
//!
//! Does not touch the store.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use serde_json::Value;
use sync_core::sync::session::{Event, SyncProblem};
use sync_core::sync::statement;
use tokio::runtime::{Builder, Runtime};

use crate::device::Device;
use crate::problem::Problem;
use crate::sync::packing::{self, Packing};
use crate::sync::request::Request;

/// The most bytes of an answer once unpacked.
const MAX_ANSWER_BYTES: u64 = 16 * 1024 * 1024;
/// When a server names no time, ask again after this.
const LATER_MS: u64 = 30_000;

/// What an exchange over HTTP gave.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// The server's own problem document. What a proxy or a captive portal says in its place is none,
    /// whatever its status: nobody enrols again for that.
    pub(crate) fn problem(&self) -> Option<Value> {
        let problem: Value = serde_json::from_slice(&self.body).ok()?;
        let own = format!("urn:waymark:problem:{}", problem["code"].as_str()?);
        (problem["type"] == own && problem["status"] == self.status).then_some(problem)
    }
}

/// Sends a sync request.
pub(crate) fn send(device: &Device, request: &Request, ends: Instant) -> Result<Event, Problem> {
    let exchange = async |client: reqwest::Client| {
        let call = client.post(format!("{}/v1/sync", request.server));
        let call = call.header(statement::HEADER, &request.header);
        let call = call.header("content-encoding", "zstd");
        // A request that is packed with the dictionary says itself how it may be answered.
        let call = match request.packing {
            Packing::Dictionary => call,
            Packing::Plain => call.header("accept-encoding", "zstd"),
        };
        reply(call.body(request.body.clone())).await
    };
    match bounded(device, ends, exchange)? {
        Exchange::Unreached => Ok(Event::Unreached),
        Exchange::Cut => Ok(Event::Cut),
        Exchange::Whole(reply) => read(&reply),
    }
}

/// Sends a sealed outbox.
pub(crate) fn send_sealed(
    device: &Device,
    server: &str,
    header: &str,
    blob: Vec<u8>,
    ends: Instant,
) -> Result<Option<Reply>, Problem> {
    let exchange = async |client: reqwest::Client| {
        let call = client.post(format!("{server}/v1/sync/sealed")).header(statement::HEADER, header);
        reply(call.header("content-type", "application/octet-stream").body(blob.clone())).await
    };
    match bounded(device, ends, exchange)? {
        Exchange::Whole(reply) => Ok(Some(reply)),
        Exchange::Cut | Exchange::Unreached => Ok(None),
    }
}

/// Sends a look-up over a connection of its own: an officer at the roadside does not wait for a synchronisation.
pub(crate) fn send_check(
    device: &Device,
    server: &str,
    header: &str,
    question: Vec<u8>,
    ends: Instant,
) -> Result<Option<Reply>, Problem> {
    let exchange = async |client: reqwest::Client| {
        let call = client.post(format!("{server}/v1/prior-checks")).header(statement::HEADER, header);
        reply(call.header("content-type", "application/json").body(question)).await
    };
    match within(device, &mut Http::new()?, ends, exchange)? {
        Exchange::Whole(reply) => Ok(Some(reply)),
        Exchange::Cut | Exchange::Unreached => Ok(None),
    }
}

fn read(reply: &Reply) -> Result<Event, Problem> {
    if reply.status == 200 {
        let answer = serde_json::from_slice(&reply.body);
        return answer
            .map(|answer| Event::Answered(Box::new(answer)))
            .map_err(|_| Problem::new("answer_malformed", ""));
    }
    let problem = reply.problem().unwrap_or_default();
    let number = |name: &str| problem[name].as_u64();
    let code = problem["code"].as_str().unwrap_or_default();
    Ok(Event::Problem(match (code, number("counter"), number("seq")) {
        ("counter_old", Some(counter), _) => SyncProblem::CounterOld { counter },
        ("prev_needed", _, _) => SyncProblem::PrevNeeded,
        ("gap", _, Some(seq)) => SyncProblem::Gap { seq },
        ("dictionary_unknown", _, _) => SyncProblem::DictionaryUnknown,
        ("epoch_other", _, _) => match serde_json::from_value(problem["epochs"].clone()) {
            Ok(epochs) => SyncProblem::EpochOther { epochs },
            Err(_) => return Err(Problem::new("answer_malformed", "")),
        },
        _ if matches!(reply.status, 429 | 503) => {
            SyncProblem::Later { after_ms: number("after_ms").unwrap_or(LATER_MS) }
        }
        _ => SyncProblem::Other { status: reply.status, problem: code.to_owned() },
    }))
}

/// What carries the requests of one synchronisation: one client, with its connection and its TLS session.
pub(crate) struct Http {
    runtime: Runtime,
    client: reqwest::Client,
}

impl Http {
    /// It follows no redirect: what is signed for one address, and names people, goes nowhere else.
    fn new() -> Result<Self, Problem> {
        let none = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().redirect(none).connect_timeout(Duration::from_secs(10));
        let client = client.build().map_err(|_| Problem::new("unreachable", ""))?;
        Ok(Self { runtime: Builder::new_current_thread().enable_all().build()?, client })
    }
}

/// A synchronisation is over. Its connection is not used by the next one: the server may have closed it meanwhile.
pub(crate) fn hang_up(device: &Device) {
    *device.http.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// Sends a call and reads the whole reply, unpacked.
pub(crate) async fn reply(call: reqwest::RequestBuilder) -> Result<Reply, reqwest::Error> {
    let mut response = call.send().await?;
    let status = response.status().as_u16();
    let packed = response.headers().get("content-encoding").is_some_and(|coding| coding == "zstd");
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await? {
        body.extend_from_slice(&part);
        if body.len() as u64 > MAX_ANSWER_BYTES {
            body.clear();
            break;
        }
    }
    // What does not unpack is read as empty, and so as a malformed answer.
    let body = if packed { packing::unpack(&body, MAX_ANSWER_BYTES).unwrap_or_default() } else { body };
    Ok(Reply { status, body })
}

/// What became of an exchange.
pub(crate) enum Exchange {
    /// A whole reply came.
    Whole(Reply),
    /// It began and did not end.
    Cut,
    /// There was no connection.
    Unreached,
}

/// Runs an exchange until it ends, time is up, or somebody stops it.
pub(crate) fn bounded(
    device: &Device,
    ends: Instant,
    exchange: impl AsyncFnOnce(reqwest::Client) -> Result<Reply, reqwest::Error>,
) -> Result<Exchange, Problem> {
    let mut http = device.http.lock().unwrap_or_else(PoisonError::into_inner);
    let http = match &mut *http {
        Some(http) => http,
        none => none.insert(Http::new()?),
    };
    within(device, http, ends, exchange)
}

fn within(
    device: &Device,
    Http { runtime, client }: &mut Http,
    ends: Instant,
    exchange: impl AsyncFnOnce(reqwest::Client) -> Result<Reply, reqwest::Error>,
) -> Result<Exchange, Problem> {
    let mut stop = device.stop.subscribe();
    runtime.block_on(async {
        tokio::select! {
            reply = exchange(client.clone()) => Ok(match reply {
                Ok(reply) => Exchange::Whole(reply),
                Err(error) if error.is_connect() => Exchange::Unreached,
                Err(_) => Exchange::Cut,
            }),
            () = tokio::time::sleep_until(ends.into()) => Ok(Exchange::Cut),
            _ = stop.changed() => Err(Problem::new("stopped", "")),
        }
    })
}
