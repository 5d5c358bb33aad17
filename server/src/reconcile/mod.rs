//! The ingest pipeline, and what answers are made of.
//!
//! ```text
//!   request ─ verify ─▶ Opened ─ receive ─▶ append ─ stamp ─▶ feeds ─▶ own ops ─▶ receipt │ answer
//!             (no writer)        └──────────── one write job ─────────────────────────┘ (after commit)
//! ```
//! Beside it, [`beat`] runs from time to time. Does not know HTTP or SQL.

mod ages;
mod cross_stream;
pub(crate) mod desk_log;
pub(crate) mod desk_plan;
mod duplicates;
mod duties;
mod elsewhere;
pub(crate) mod epochs;
pub(crate) mod erasure;
mod extracts;
mod feeds;
pub(crate) mod forks;
pub(crate) mod found;
mod in_force;
pub(crate) mod joined;
mod lists;
pub(crate) mod namesakes;
pub(crate) mod own_log;
mod page;
mod pending;
pub(crate) mod persons;
pub(crate) mod prior_check;
mod receipts;
mod receive;
pub(crate) mod received;
mod record;
mod recover;
pub(crate) mod reference;
mod repeats;
mod reroute;
mod rights;
mod round;
mod sealed;
mod slots;
mod verify;
mod views;

use std::sync::Arc;
use std::sync::mpsc::Sender;

use sync_core::sync::answer::Answer;
use sync_core::sync::epoch::Epoch;
use sync_core::sync::pending::Patience;
use sync_core::sync::statement::SignedHeader;

use crate::fault::Fault;
use crate::keys::Signatures;
use crate::rates::{Limited, Limiter, TooOften};
use crate::store::rows::{Held, Revoked, ServerRow};
use crate::store::{Store, Writes};
pub(crate) use extracts::readers as extract_readers;
pub(crate) use own_log::{force_of, write_own};
use page::Asked;
pub(crate) use prior_check::{Unanswered, answer as answer_check};
use receive::{Received, Takes};
pub(crate) use record::Ops;
pub(crate) use reroute::{in_flight, provider_of, waits_at};
use round::Round;
pub(crate) use sealed::take as take_sealed;
pub(crate) use slots::key as slot_key;
use verify::Opened;

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
    /// More is kept sealed of this device than is taken.
    SealedFull,
    /// The device does this too often: after so many milliseconds it may do it again.
    TooOften(u64),
    /// Ops of a device that knows another epoch: the epochs that there are.
    EpochOther(Vec<Epoch>),
    /// The server's own fault.
    Fault(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<TooOften> for Refusal {
    fn from(TooOften { after_ms }: TooOften) -> Self {
        Self::TooOften(after_ms)
    }
}

/// What every request needs.
pub(crate) struct Service<S> {
    pub(crate) store: S,
    pub(crate) server: Arc<ServerRow>,
    pub(crate) key: Arc<dyn Signatures>,
    /// How often somebody may do something.
    pub(crate) limiter: Arc<Limiter>,
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
    let takes = allowed(&service.limiter, &opened, now_ms)?;
    let key = service.key.clone();
    let asked = Asked::of(&opened, now_ms);
    let received = service.store.write(move |tx| {
        let server = epochs::notice(tx, &*key, &opened, now_ms)?;
        let reader = page::Reader::of(tx, opened.sender.device)?;
        if !opened.ops.is_empty() && opened.epoch.is_some_and(|known| known != server.epoch) {
            return Ok((Received::EpochOther, epochs::history(tx, &opened)?, reader));
        }
        let received = receive::receive(tx, &server, &*key, (&opened, takes), now_ms)?;
        Ok((received, epochs::history(tx, &opened)?, reader))
    });
    let (received, history, reader) = received.await?;
    let accepted = match received {
        Received::Accepted(accepted) => accepted,
        Received::CounterOld(counter) => return Err(Refusal::CounterOld(counter)),
        Received::Gap(seq) => return Err(Refusal::Gap(seq)),
        Received::EpochOther => return Err(Refusal::EpochOther(history.epochs)),
    };
    let (page, history) =
        service.store.read(move |read| Ok((page::read(read, &asked, &reader, &history)?, history))).await?;
    Ok(Answer {
        now_ms,
        epoch: history.epoch,
        receipt: accepted.receipt,
        acknowledged: accepted.acknowledged,
        stamps: accepted.stamps,
        feed: page.entries,
        cursor: page.cursor,
        more: page.more,
        backed_up: history.backed_up,
        directives: accepted.directives,
        epochs: history.epochs,
        digests: page.digests,
    })
}

/// Whether what a device pushes is taken: a revoked one that has pushed a lot is only told to wipe itself.
fn allowed(limiter: &Limiter, push: &Opened, now_ms: u64) -> Result<Takes, TooOften> {
    let (device, entries) = (push.sender.device.0, push.ops.len());
    limiter.take(Limited::Syncs, device, 1, now_ms)?;
    match push.revoked {
        Revoked::No => limiter.take(Limited::Entries, device, entries, now_ms).map(|()| Takes::Entries),
        Revoked::Yes => {
            let taken = limiter.take(Limited::RevokedEntries, device, entries, now_ms);
            Ok(taken.map_or(Takes::Nothing, |()| Takes::Entries))
        }
    }
}

/// Does what time alone brings about; to be called from time to time.
pub(crate) async fn beat<S: Store>(service: &Service<S>, now_ms: u64) -> Result<(), Fault> {
    end_waits(service, now_ms).await?;
    do_duties(service, now_ms).await
}

/// Writes what is due, record by record.
async fn do_duties<S: Store>(service: &Service<S>, now_ms: u64) -> Result<(), Fault> {
    while !service.store.read(move |read| Ok(read.to_look_at(now_ms, 1)?.is_empty())).await? {
        let job = move |tx: &dyn Writes| duties::run(tx, &tx.server()?, now_ms);
        if service.store.write(job).await? < duties::AT_ONCE {
            break;
        }
    }
    Ok(())
}

/// Judges what has waited long enough for causes that did not come.
async fn end_waits<S: Store>(service: &Service<S>, now_ms: u64) -> Result<(), Fault> {
    if !service.store.read(|read| read.is_scrubbed()).await? {
        // The store tries again after each write.
        service.store.write(|_| Ok(())).await?;
    }
    let over = move |held: &Held| Patience::at(held.arrived_ms, now_ms) != Patience::Waits;
    if !service.store.read(move |read| Ok(read.pending()?.iter().any(over))).await? {
        return Ok(());
    }
    service.store.write(move |tx| Round::new(tx, &tx.server()?, now_ms).end_waits()).await
}
