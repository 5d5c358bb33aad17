//! What a revoked phone had not sent, taken as one sealed blob and kept.
//!
//! Signed like a sync, with the blob as its body. Does not let the ops count: they are kept for an
//! admin, who can open them.

use sync_core::clock::Uptime;
use sync_core::ids::Digest;
use sync_core::log::Tip;
use sync_core::sync::sealed::Taken;
use sync_core::sync::statement::{SignedHeader, Statement, digest_of_sent};

use super::{Refusal, Service, care};
use crate::keys::is_signed_by;
use crate::store::Store;
use crate::store::rows::DeviceRow;

/// What is kept sealed of one device at most, in bytes: a phone's whole outbox, in its parts.
const MOST_BYTES: usize = 8 << 20;

/// Keeps a sealed outbox durably. The same one twice is kept once.
pub(crate) async fn take<S: Store>(
    service: &Service<S>,
    header: SignedHeader,
    blob: &[u8],
    now_ms: u64,
) -> Result<Taken, Refusal> {
    let counter = header.counter;
    let device = signed_alone(&service.store, header, blob).await?.id;
    let taken: Digest = digest_of_sent(blob);
    let ops = crate::sealed::open(&*service.key, device, blob).ok_or(Refusal::Sealed)?;
    care::refuse(&service.store, &ops).await?;
    let (entries, blob) = (ops.len() as u64, blob.to_vec());
    let kept = service.store.write(move |tx| {
        let row = tx.device(device)?.ok_or(crate::Fault::Unknown("device"))?;
        if counter <= row.counter {
            return Ok(Err(Refusal::CounterOld(row.counter)));
        }
        let of_device = tx.sealed_of(device)?;
        let is_known = of_device.contains(&blob);
        if !is_known && of_device.iter().map(Vec::len).sum::<usize>() + blob.len() > MOST_BYTES {
            return Ok(Err(Refusal::SealedFull));
        }
        tx.set_counter(device, counter)?;
        tx.add_sealed(device, taken, now_ms, entries, &blob)?;
        Ok(Ok(()))
    });
    kept.await??;
    tracing::info!(%device, entries, "sealed outbox kept");
    Ok(Taken { taken })
}

/// The device that signed a request which stands on no op of its log; whether its counter is new is asked in the write
/// job.
pub(super) async fn signed_alone<S: Store>(
    store: &S,
    header: SignedHeader,
    sent: &[u8],
) -> Result<DeviceRow, Refusal> {
    let device = header.device;
    let found = store.read(move |read| read.device(device)).await?;
    let row = found.ok_or(Refusal::Signature)?;
    // It stands on no op, so its boot is always named.
    let boot = header.boot.ok_or(Refusal::Signature)?;
    let statement = Statement {
        device,
        epoch: None,
        counter: header.counter,
        tip: Tip::default(),
        receipt: None,
        cursor: None,
        uptime: Uptime { boot, ms: header.uptime_ms },
        body: digest_of_sent(sent),
    };
    let is_signed = is_signed_by(&row.public_key, &statement.bytes(), &header.signature);
    if header.counter > i64::MAX.cast_unsigned() || !is_signed {
        return Err(Refusal::Signature);
    }
    Ok(row)
}
