//! Half-filled forms at the desk are deleted when nobody saved them for the pack's days.
//!
//! A form names somebody and belongs to no record, so no review finds it. Its author reads when it goes, in the list of
//! forms. Does not touch what was recorded.

use sync_core::policy::PolicyPack;

use super::Service;
use crate::fault::Fault;
use crate::store::{Reads, Store};

const DAY_MS: u64 = 86_400_000;

/// How long a form is kept after it was saved.
pub(crate) fn kept_ms(read: &dyn Reads) -> Result<u64, Fault> {
    let policy = read.policy()?;
    Ok(u64::from(PolicyPack::nearest(&policy.id, policy.version).retention.draft_days) * DAY_MS)
}

/// Deletes those that are older. Nothing is written where there are none.
pub(super) async fn delete_old<S: Store>(service: &Service<S>, now_ms: u64) -> Result<(), Fault> {
    let old = service.store.read(move |read| {
        let before_ms = now_ms.saturating_sub(kept_ms(read)?);
        Ok(read.has_drafts_upto(before_ms)?.then_some(before_ms))
    });
    match old.await? {
        Some(before_ms) => service.store.write(move |tx| tx.forget_drafts(before_ms)).await,
        None => Ok(()),
    }
}
