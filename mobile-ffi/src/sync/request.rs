//! Packs and signs the next request; its counter is saved before it leaves.
//!
//! What is in it is [`sync_core::phone::request`]'s. Does not send.

use rusqlite::TransactionBehavior;
use sync_core::command::Member;
use sync_core::log::Tip;
use sync_core::phone::request::{self, Base, Prepared};
use sync_core::sync::push::Sender;
use sync_core::sync::statement::{SignedHeader, Statement, digest_of_sent};

use crate::device::{Device, member};
use crate::keys::base64url;
use crate::problem::Problem;
use crate::store::Store;
use crate::store::meta::{self, key};
use crate::store::reads::Reads;
use crate::store::save::save;
use crate::sync::packing::{self, Packing};
use crate::sync::recover;

/// What the server asked for in its last problem.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ask {
    /// Whether the push says what it stands on.
    pub(crate) base: Base,
    /// Push from this seq on.
    pub(crate) from: Option<u64>,
    /// Pack with this.
    pub(crate) packing: Packing,
    /// The most bytes of the request, and of its answer.
    pub(crate) most_bytes: Option<u64>,
}

/// A request, ready to leave.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) server: String,
    pub(crate) header: String,
    pub(crate) body: Vec<u8>,
    /// With what the body is packed.
    pub(crate) packing: Packing,
    /// The last op that it carries.
    pub(crate) tip: Tip,
    /// How many ops of the outbox it leaves for the next request.
    pub(crate) left: u64,
}

/// Builds and signs a request.
pub(crate) fn prepare(device: &Device, ask: Ask) -> Result<Request, Problem> {
    let (uptime, signer) = (device.clock().uptime(), device.signer());
    let mut store = device.store();
    recover::check(&store.db, &base64url(&signer.public_key()))?;
    let Store { db, held, .. } = &mut *store;
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let known = held.begin(&tx)?;
    let state = meta::state(&tx)?;
    let Member { device: id, user: author, org, force, .. } = member(&state)?;
    let server: Option<String> = meta::value(&tx, key::SERVER)?;
    let server = server.ok_or_else(|| Problem::new("server_unset", ""))?;
    let sender = Sender { device: id, author, org, force, uptime };
    let asked = request::Ask { base: ask.base, from: ask.from, most_bytes: ask.most_bytes };
    let prepared = request::prepare(&Reads(&tx), state, sender, asked)?;
    let Prepared { changes, push, statement, boot, tip, left } = prepared;
    save(known, &changes)?;
    let json = serde_json::to_vec(&push).expect("a push is plain data");
    let body = packing::pack(&json, ask.packing)?;
    tx.commit()?;
    held.settle(db);
    // The phone's own key may take its time, or ask its user: nothing is locked meanwhile.
    drop(store);
    let statement = Statement { body: digest_of_sent(&body), ..statement };
    let signature = signer.sign(&statement.bytes())?;
    let counter = statement.counter;
    let header = SignedHeader { device: id, counter, boot, uptime_ms: uptime.ms, signature }.to_string();
    Ok(Request { server, header, body, packing: ask.packing, tip, left })
}
