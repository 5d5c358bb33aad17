//! One crime reference on two encounters (C28): neither is dropped, and an admin is asked, in the force's own record.
//!
//! Does not decide which references are alike: see [`sync_core::referral::twice`].

use std::collections::BTreeSet;

use sync_core::ids::{OpId, Record, RecordKind};
use sync_core::referral::act::Act;
use sync_core::referral::twice;

use super::own_log::{force_of, write};
use super::persons::{Said, acts_of, digest};
use super::round::Round;
use crate::fault::Fault;

/// What follows from ops that were just stamped.
pub(super) fn follow_up(round: &mut Round<'_>, record: Record, changed: &[OpId]) -> Result<(), Fault> {
    let ops = round.record(record)?;
    let is_crime =
        |id: &OpId| ops.get(id).is_some_and(|held| held.op.header.kind.as_str() == "crime.recorded");
    if record.kind != RecordKind::Referral || !changed.iter().any(is_crime) {
        return Ok(());
    }
    let states = ops.states();
    let typed: Vec<(OpId, String)> =
        acts_of(&states, changed).filter_map(|(id, act)| Some((id, twice::key(act)?))).collect();
    for (op, key) in typed {
        let keys = BTreeSet::from([digest("crime", &key)]);
        let known = round.tx.found_under(&keys)?;
        round.tx.keep_under(op, &keys)?;
        let mut elsewhere = false;
        for other in &known {
            let held = round.tx.op(*other)?;
            elsewhere = elsewhere || held.is_some_and(|held| held.op.header.stream.record != record);
        }
        let stream = force_of(round.server.force);
        let raised = twice::raised(&key, known.into_iter().chain([op]));
        if elsewhere && Said::read(round, stream)?.is_new(&raised) {
            write(round, stream, &Act::ConflictRaised(raised))?;
        }
    }
    Ok(())
}
