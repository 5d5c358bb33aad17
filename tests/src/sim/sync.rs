//! Synchronising on a model phone: packs and signs what the phone machine of `sync-core` builds, and checks signatures.
//!
//! The machine decides what a request holds and what an answer changes. Does not send: see [`super::network`].

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sync_core::phone::answer::{self, Came};
use sync_core::phone::changes::Changes;
use sync_core::phone::request::{self, Ask, Prepared};
use sync_core::sync::answer::Answer;
use sync_core::sync::push::Sender;
use sync_core::sync::statement::{SignedHeader, Statement, digest_of_sent};

use super::phone::Phone;
use super::signatures::{SERVER_KEY, sign};
use super::state::Me;

/// A request that has left, or waits to arrive.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) header: SignedHeader,
    pub(super) body: Vec<u8>,
    /// First and last seq that it carries; the last is before the first when it carries none.
    pub(super) from: u64,
    pub(super) last: u64,
    pub(super) left: u64,
}

/// Why an answer is not applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// The server holds more of this log than the phone.
    Behind,
    /// The receipt is not signed by the server, or is for another log.
    Receipt,
}

/// Builds and signs a request; the changes that it gives must be saved before it leaves.
pub(super) fn prepare(phone: &Phone, ask: Ask, true_ms: u64) -> Result<(Changes, Request), Unfit> {
    let (me, uptime) = (phone.me, phone.uptime(true_ms));
    let Me { device, user: author, org, force, .. } = me;
    let sender = Sender { device, author, org, force, uptime };
    let prepared = request::prepare(&phone.state, phone.state.kept.clone(), sender, ask);
    let Prepared { changes, push, statement, boot, tip, left } = prepared.map_err(|_| Unfit::Behind)?;
    let body = serde_json::to_vec(&push).expect("a push is plain data");
    let statement = Statement { body: digest_of_sent(&body), ..statement };
    let (counter, signature) = (statement.counter, sign(&me.key, &statement.bytes()));
    let header = SignedHeader { device, counter, boot, uptime_ms: uptime.ms, signature };
    Ok((changes, Request { header, body, from: push.from, last: tip.seq, left }))
}

/// Applies an answer, and gives what is to be saved.
pub(super) fn apply(
    phone: &Phone,
    answer: &Answer,
    request: &Request,
    true_ms: u64,
) -> Result<Changes, Unfit> {
    let verifies = |_: &str, bytes: &[u8], signature: &str| {
        URL_SAFE_NO_PAD.decode(signature).is_ok_and(|signature| signature == sign(&SERVER_KEY, bytes))
    };
    let reading = phone.reading(true_ms);
    let (device, shown, left) = (phone.me.device, request.last, request.left);
    let came = Came { answer, device, shown, left, reading, verifies: &verifies };
    let applied = answer::apply(&phone.state, phone.state.kept.clone(), &came);
    applied.map(|applied| applied.changes).map_err(|_| Unfit::Receipt)
}
