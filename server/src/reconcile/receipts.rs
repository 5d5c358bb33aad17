//! The receipt chain: one signed link for each push that brought something.
//!
//! The digest of the stamps in a link is SHA-256 over the JSON of the runs that the push's new ops
//! got; an op that was still pending is not among them. Does not answer: see [`super::receive`].

use sync_core::sync::answer::StampRun;
use sync_core::sync::receipt::{Receipt, WireReceipt};

use uuid::Uuid;

use super::verify::Opened;
use crate::fault::Fault;
use crate::keys::{Signatures, base64url, sha256};
use crate::store::Writes;
use crate::store::rows::{ServerRow, SignedReceipt};

pub(super) fn add(
    tx: &dyn Writes,
    server: &ServerRow,
    key: &dyn Signatures,
    push: &Opened,
    brought: &[StampRun],
    now_ms: u64,
) -> Result<(), Fault> {
    let (number, prev) = tx.receipt_head()?;
    let receipt = Receipt {
        epoch: server.epoch,
        number: number + 1,
        prev,
        device: push.sender.device,
        tip: push.tip,
        stamps: sha256(&serde_json::to_vec(brought)?),
        time_ms: now_ms,
    };
    tx.add_receipt(&receipt, &key.sign(&receipt.bytes())?)
}

/// A receipt as it travels in an answer of the present epoch.
pub(super) fn wire(signed: &SignedReceipt, present: Uuid) -> WireReceipt {
    let receipt = &signed.receipt;
    WireReceipt {
        number: receipt.number,
        prev: receipt.prev,
        seq: receipt.tip.seq,
        stamps: receipt.stamps,
        time_ms: receipt.time_ms,
        signature: base64url(&signed.signature),
        epoch: Some(receipt.epoch).filter(|epoch| *epoch != present),
    }
}
