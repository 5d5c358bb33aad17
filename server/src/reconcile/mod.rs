//! The ingest pipeline, and what answers are made of.
//!
//! ```text
//!   request ─ verify ─▶ Opened ─ receive ─▶ append ─ stamp ─▶ feeds ─▶ own ops ─▶ receipt │ answer
//!             (no writer)        └──────────── one write job ─────────────────────────┘ (after commit)
//! ```
//! Beside it, [`beat`] runs from time to time. Does not know HTTP or SQL.

mod ages;
mod care;
mod consulted;
mod cross_stream;
pub(crate) mod desk_log;
pub(crate) mod desk_plan;
pub(crate) mod drafts;
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
use sync_core::sync::statement::SignedHeader;

use crate::fault::Fault;
use crate::keys::Signatures;
use crate::rates::{Limited, Limiter, TooOften};
use crate::store::rows::{Revoked, ServerRow};
use crate::store::{Reads, Store, Writes};
pub(crate) use extracts::readers as extract_readers;
pub(crate) use own_log::{force_of, write_own};
use page::{Asked, Page, Reader};
pub(crate) use prior_check::{Unanswered, answer as answer_check};
use receive::{Received, Takes};
pub(crate) use record::Ops;
pub(crate) use reroute::{in_flight, provider_of, waits_at};
use round::Round;
pub(crate) use sealed::take as take_sealed;
pub(crate) use slots::{key as slot_key, taken as slot_taken};
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
    /// Something in `care`, which this server does not keep.
    NoCare,
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

/// What an answer brings of the feeds.
enum Brings {
    /// An empty page.
    Nothing(Page),
    /// A page that is still to be read.
    ToRead(Asked, Reader),
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
    care::refuse(&service.store, &opened.ops).await?;
    let key = service.key.clone();
    let asked = Asked::of(&opened, now_ms);
    let to = consulted::Recipient::of(&opened);
    let received = service.store.write(move |tx| {
        let server = epochs::notice(tx, &*key, &opened, now_ms)?;
        let reader = Reader::of(tx, opened.sender.device)?;
        if !opened.ops.is_empty() && opened.epoch.is_some_and(|known| known != server.epoch) {
            let history = epochs::history(tx, &opened)?;
            return Ok((Received::EpochOther, history, Brings::ToRead(asked, reader)));
        }
        let received = receive::receive(tx, &server, &*key, (&opened, takes), now_ms)?;
        let history = epochs::history(tx, &opened)?;
        // What it pushes goes to its own feeds too: then there is always something to read.
        let page =
            if opened.ops.is_empty() { page::nothing_new(tx, &asked, &reader, &history)? } else { None };
        Ok((received, history, page.map_or_else(|| Brings::ToRead(asked, reader), Brings::Nothing)))
    });
    let (received, history, brings) = received.await?;
    let accepted = match received {
        Received::Accepted(accepted) => accepted,
        Received::CounterOld(counter) => return Err(Refusal::CounterOld(counter)),
        Received::Gap(seq) => return Err(Refusal::Gap(seq)),
        Received::EpochOther => return Err(Refusal::EpochOther(history.epochs)),
    };
    let (page, history) = match brings {
        Brings::Nothing(page) => (page, history),
        Brings::ToRead(asked, reader) => {
            let paged = service.store.read(move |read: &dyn Reads| {
                let page = page::read(read, &asked, &reader, &history)?;
                let new = consulted::new_to(read, &to, &page.entries)?;
                Ok((page, history, new, (reader.author, to.device)))
            });
            let (page, history, new, (author, device)) = paged.await?;
            if !new.is_empty() {
                // Before it goes out: whoever cannot note what is sent sends nothing.
                service.store.write(move |tx| consulted::sent(tx, (&author, device), new, now_ms)).await?;
            }
            (page, history)
        }
    };
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
        consulted: accepted.consulted,
    })
}

/// Whether what a device pushes is taken: a revoked one that has pushed a lot is only told to wipe itself.
fn allowed(limiter: &Limiter, push: &Opened, now_ms: u64) -> Result<Takes, TooOften> {
    let (device, entries) = (push.sender.device.0, push.ops.len() + push.consulted.len());
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
    drafts::delete_old(service, now_ms).await?;
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
    // What is tried, and in which order, is found without the writer; each slice is a job of its own.
    let over = move |read: &dyn Reads| pending::over(read, now_ms);
    let groups = service.store.read(over).await?.causes_first();
    if groups.is_empty() {
        return Ok(());
    }
    for slice in pending::slices(&groups) {
        let job = move |tx: &dyn Writes| Round::new(tx, &tx.server()?, now_ms).end_waits(slice);
        service.store.write(job).await?;
    }
    // What is left then stands in circles.
    let mut waits = service.store.read(over).await?;
    loop {
        let circles: Vec<_> = waits.to_let_go().into_iter().collect();
        for slice in circles.chunks(pending::AT_ONCE).map(<[_]>::to_vec) {
            let job = move |tx: &dyn Writes| Round::new(tx, &tx.server()?, now_ms).let_go(slice);
            service.store.write(job).await?;
        }
        let left = service.store.read(over).await?;
        if std::mem::replace(&mut waits, left) == waits {
            return Ok(());
        }
    }
}
