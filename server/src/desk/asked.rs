//! The referrals that another service asks this one to take over, and that wait for its answer.
//!
//! Found by the request. Nothing is due in them by a clock, so no worklist has them. Does not answer.

use std::collections::BTreeSet;

use serde_json::json;
use sync_core::ids::Record;

use super::{Answer, Caller, Refused, referrals};
use crate::reconcile::found;
use crate::store::Reads;

/// So many requests to one service are looked at.
const MOST: usize = 1000;

/// The referrals, as a list shows them.
pub(super) fn list(read: &dyn Reads, caller: &Caller) -> Answer {
    if !caller.author.role.of_provider() {
        return Err(Refused::NotFound);
    }
    let key = found::transfer_key(caller.author.org);
    let ops: Vec<_> = read.found_under(&BTreeSet::from([key]), MOST)?.into_iter().collect();
    let asked: BTreeSet<Record> =
        read.ops(&ops)?.into_values().map(|held| held.op.header.stream.record).collect();
    let mut referrals = Vec::new();
    for record in asked {
        let shown = referrals::seen(read, caller, record)?;
        referrals.extend(shown.filter(|shown| shown["transfer"]["to"] == json!(caller.author.org)));
    }
    Ok(json!({"referrals": referrals}))
}
