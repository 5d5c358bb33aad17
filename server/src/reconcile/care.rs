//! What is written in `care` never reaches a server that keeps no care records.
//!
//! ```text
//!   push, sealed outbox ─ signature holds ─▶ [`refuse`] ─▶ anything is written
//! ```
//! A phone knows from its enrolment that there are none, and records nothing of the kind; only one whose software was
//! changed brings any. Does not look into texts: what people write into other entries is theirs to leave out.

use sync_core::ids::CompartmentKind;
use sync_core::op::Op;
use sync_core::referral::act::KINDS;
use sync_core::sync::enrolment::Care;

use super::Refusal;
use crate::outside;
use crate::store::Store;

/// Refuses all of it when one entry is care: a log has no gaps, so what comes after it cannot be taken without it.
pub(super) async fn refuse<S: Store>(store: &S, ops: &[Op]) -> Result<(), Refusal> {
    if ops.iter().any(is_care) && store.read(outside::care).await? == Care::Off {
        return Err(Refusal::NoCare);
    }
    Ok(())
}

/// By where it is written, and by what it is: a note in another stream would have no effect, and would be kept all the same.
fn is_care(op: &Op) -> bool {
    let kind = KINDS.iter().find(|info| info.kind == op.header.kind.as_str());
    let only_there = kind.is_some_and(|info| info.compartments == [CompartmentKind::Care]);
    only_there || op.header.stream.kind() == CompartmentKind::Care
}
