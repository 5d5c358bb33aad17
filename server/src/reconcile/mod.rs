//! The ingest pipeline, and what answers are made of.
//!
//! ```text
//!   request ─ verify ─▶ Opened ─ receive ─▶ append ─ stamp ─▶ feeds ─▶ own ops ─▶ receipt │ answer
//!             (no writer)        └──────────── one write job ─────────────────────────┘ (after commit)
//! ```
//! Does not know HTTP or SQL.

mod across;
mod extracts;
mod feeds;
mod own_log;
mod page;
mod receipts;
mod receive;
mod record;
mod recover;
mod round;
mod sealed;
mod verify;

use std::sync::Arc;
use std::sync::mpsc::Sender;

use sync_core::sync::answer::Answer;
use sync_core::sync::statement::SignedHeader;

use crate::fault::Fault;
use crate::keys::Signatures;
use crate::store::Store;
use crate::store::rows::ServerRow;
use receive::Received;
pub(crate) use record::Ops;
pub(crate) use sealed::take as take_sealed;

/// Why a push is refused whole; nothing of it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Not a push of this protocol.
    Malformed,
    /// More ops than a push may hold.
    TooManyOps,
    /// No such device, or not its signature.
    Signature,
    /// The counter was used before; the last one that counts.
    CounterOld(u64),
    /// The whole previous hash is needed.
    PrevNeeded,
    /// Ops are missing after this seq.
    Gap(u64),
    /// A sealed outbox that does not open.
    Sealed,
    /// The server's own fault.
    Fault(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What every request needs.
pub(crate) struct Service<S> {
    pub(crate) store: S,
    pub(crate) server: Arc<ServerRow>,
    pub(crate) key: Arc<dyn Signatures>,
    /// Dropped last: whoever has the other end learns that the store was given back.
    pub(crate) released: Option<Sender<()>>,
}

/// One round trip: `sent` is the body as sent, which the signature covers, `plain` what it unpacks to.
pub(crate) async fn sync<S: Store>(
    service: &Service<S>,
    header: SignedHeader,
    sent: &[u8],
    plain: &[u8],
    now_ms: u64,
) -> Result<Answer, Refusal> {
    let opened = verify::open(&service.store, &*service.key, header, sent, plain).await?;
    let (server, key) = (service.server.clone(), service.key.clone());
    let (device, after) = (opened.sender.device, page::position(opened.cursor.as_deref()));
    let received =
        service.store.write(move |tx| receive::receive(tx, &server, &*key, &opened, now_ms)).await?;
    let accepted = match received {
        Received::Accepted(accepted) => accepted,
        Received::CounterOld(counter) => return Err(Refusal::CounterOld(counter)),
        Received::Gap(seq) => return Err(Refusal::Gap(seq)),
    };
    let page = service.store.read(move |read| page::read(read, device, after)).await?;
    Ok(Answer {
        now_ms,
        epoch: service.server.epoch,
        receipt: accepted.receipt,
        acknowledged: accepted.acknowledged,
        stamps: accepted.stamps,
        feed: page.entries,
        cursor: page.cursor,
        more: page.more,
        backed_up: 0,
        directives: accepted.directives,
    })
}
