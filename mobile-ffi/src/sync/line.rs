//! The line to the server for one call: bounded in time and bytes, and stoppable at any moment.
//!
//! ```text
//!   begin ─▶ post ─▶ post ─▶ … ─▶ dropped: the connection and whatever still hangs go at once
//! ```
//! Does not know what travels, and does not touch the store.

use std::error::Error;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Request, Response};
use sync_core::sync::session::Unreached;
use tokio::runtime::{Builder, Runtime};

use crate::device::Device;
use crate::problem::Problem;
use crate::sync::lookup::{HostUnknown, Lookup, Names};
use crate::sync::packing;
use crate::sync::stop::Stop;
use crate::sync::transport::{self, Reply};
use crate::sync::trust::Roots;

/// The most bytes of an answer once unpacked.
const MAX_ANSWER_BYTES: u64 = 16 * 1024 * 1024;
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// How a device reaches its server.
pub(crate) struct Network {
    pub(crate) roots: Roots,
    pub(crate) lookup: Lookup,
}

/// What one call may use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// When it ends.
    pub(crate) ends: Instant,
    /// The most bytes of requests and answers together, packed, with their headers as HTTP/1.1 writes them.
    pub(crate) most_bytes: Option<u64>,
}

/// What travelled so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Travelled {
    pub(crate) sent_bytes: u64,
    pub(crate) received_bytes: u64,
}

/// One POST.
pub(crate) struct Call<'a> {
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, &'a str)>,
    pub(crate) body: Vec<u8>,
}

/// What became of an exchange.
#[derive(Debug)]
pub(crate) enum Exchange {
    /// A whole reply came.
    Whole(Reply),
    /// It began and did not end.
    Cut,
    /// There was no connection.
    Unreached(Unreached),
    /// It took more time than there was.
    TimeUp,
    /// It took more bytes than there were.
    BytesSpent,
}

/// The line of one call.
pub(crate) struct Line<'a> {
    network: &'a Network,
    stop: Stop,
    bounds: Bounds,
    travelled: Travelled,
    /// One client with its connection and its TLS session, made when it is needed first.
    wire: Option<Wire>,
}

struct Wire {
    client: Client,
    runtime: Option<Runtime>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        // Dropping a runtime waits for what blocks in it.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl<'a> Line<'a> {
    /// For a call that begins now: whoever cancels from here on ends it.
    pub(crate) fn begin(device: &'a Device, bounds: Bounds) -> Self {
        let (network, stop) = (&device.network, device.stops.begin());
        Self { network, stop, bounds, travelled: Travelled::default(), wire: None }
    }

    /// What travelled so far.
    pub(crate) fn travelled(&self) -> Travelled {
        self.travelled
    }

    /// How many bytes may still travel; nothing when they are not bounded.
    pub(crate) fn left_bytes(&self) -> Option<u64> {
        let Travelled { sent_bytes, received_bytes } = self.travelled;
        self.bounds.most_bytes.map(|most| most.saturating_sub(sent_bytes + received_bytes))
    }

    /// Sends a call and reads the whole reply, unpacked.
    ///
    /// # Errors
    /// [`Problem`] `stopped` or `time_up` when it was not begun, `stopped` when somebody ended it.
    pub(crate) fn post(&mut self, call: Call<'_>) -> Result<Exchange, Problem> {
        if self.stop.is_said() {
            return Err(Problem::new("stopped", ""));
        }
        if Instant::now() >= self.bounds.ends {
            return Err(Problem::new("time_up", ""));
        }
        let request = self.request(call)?;
        let sent = head_bytes(&request) + body_bytes(&request);
        let most = match self.left_bytes().map(|left| left.checked_sub(sent)) {
            None => MAX_ANSWER_BYTES,
            Some(Some(left)) => left.min(MAX_ANSWER_BYTES),
            Some(None) => return Ok(Exchange::BytesSpent),
        };
        let (stop, ends) = (self.stop.clone(), self.bounds.ends);
        let mut received = 0;
        let Wire { client, runtime } = self.wire()?;
        let runtime = runtime.as_ref().expect("it is taken when the wire goes");
        let exchange = exchange(client, request, most, &mut received);
        let done = runtime.block_on(async {
            tokio::select! {
                biased;
                () = stop.said() => Err(Problem::new("stopped", "")),
                () = tokio::time::sleep_until(ends.into()) => Ok(Exchange::TimeUp),
                done = exchange => Ok(done),
            }
        });
        self.travelled.sent_bytes += sent;
        self.travelled.received_bytes += received;
        done
    }

    fn request(&mut self, call: Call<'_>) -> Result<Request, Problem> {
        let post = self.wire()?.client.post(call.url);
        let request =
            call.headers.into_iter().fold(post, |request, (name, value)| request.header(name, value));
        request.body(call.body).build().map_err(|_| Problem::new("unreachable", ""))
    }

    /// It follows no redirect: what is signed for one address, and names people, goes nowhere else.
    fn wire(&mut self) -> Result<&Wire, Problem> {
        if self.wire.is_none() {
            let client = Client::builder().redirect(Policy::none()).connect_timeout(CONNECT_TIME);
            let client = client.dns_resolver(Names(self.network.lookup.clone()));
            let client = self.network.roots.of(client)?.build();
            let client = client.map_err(|_| Problem::new("unreachable", ""))?;
            let runtime = Some(Builder::new_current_thread().enable_all().build()?);
            self.wire = Some(Wire { client, runtime });
        }
        Ok(self.wire.as_ref().expect("it was just made"))
    }
}

/// The head of a request as HTTP/1.1 writes it, with what the client adds. Over HTTP/2 it is less.
fn head_bytes(request: &Request) -> u64 {
    let url = request.url();
    let path = url.path().len() + url.query().map_or(0, |query| 1 + query.len());
    let host = url.host_str().map_or(0, str::len) + url.port().map_or(0, |port| format!(":{port}").len());
    let length = body_bytes(request).to_string().len();
    let added = "host: \r\n".len() + host + "content-length: \r\n".len() + length + "accept: */*\r\n".len();
    let first = "POST  HTTP/1.1\r\n".len() + path;
    (first + added + lines_bytes(request.headers())) as u64
}

fn body_bytes(request: &Request) -> u64 {
    request.body().and_then(reqwest::Body::as_bytes).map_or(0, |body| body.len() as u64)
}

/// Header lines, and the empty one that ends them.
fn lines_bytes(headers: &HeaderMap) -> usize {
    let line =
        |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + ": \r\n".len();
    headers.iter().map(line).sum::<usize>() + "\r\n".len()
}

/// The head of an answer, likewise.
fn answer_head_bytes(response: &Response) -> u64 {
    let reason = response.status().canonical_reason().map_or(0, str::len);
    ("HTTP/1.1 000 \r\n".len() + reason + lines_bytes(response.headers())) as u64
}

async fn exchange(client: &Client, request: Request, most_bytes: u64, received: &mut u64) -> Exchange {
    let mut response = match client.execute(request).await {
        Ok(response) => response,
        Err(error) if error.is_connect() => return Exchange::Unreached(why(&error)),
        Err(_) => return Exchange::Cut,
    };
    let status = response.status().as_u16();
    let is_packed = header(&response, "content-encoding").is_some_and(|coding| coding == "zstd");
    let after_ms = header(&response, "retry-after");
    let after_ms = after_ms.and_then(|said| transport::milliseconds(said, header(&response, "date")));
    let head = answer_head_bytes(&response);
    *received = head;
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(part)) => body.extend_from_slice(&part),
            Ok(None) => break,
            Err(_) => return Exchange::Cut,
        }
        *received = head + body.len() as u64;
        if *received > most_bytes {
            return Exchange::BytesSpent;
        }
    }
    // What does not unpack is read as empty, and so as nobody's answer.
    let body = if is_packed { packing::unpack(&body, MAX_ANSWER_BYTES).unwrap_or_default() } else { body };
    Exchange::Whole(Reply { status, after_ms, body })
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

/// Why there was no connection, as far as the causes of an error tell.
fn why(error: &reqwest::Error) -> Unreached {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<HostUnknown>() {
            return Unreached::HostUnknown;
        }
        if error.is::<rustls::Error>() {
            return Unreached::Untrusted;
        }
        let of_system = error.downcast_ref::<std::io::Error>();
        if of_system.is_some_and(|error| error.kind() == ErrorKind::ConnectionRefused) {
            return Unreached::Refused;
        }
        // An error of the system does not name the one that lies inside it as its cause.
        let inside = of_system.and_then(std::io::Error::get_ref).map(|inside| inside as &dyn Error);
        cause = inside.or_else(|| error.source());
    }
    Unreached::NoAnswer
}
