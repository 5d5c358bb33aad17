//! One crime reference or exhibit reference on two encounters (C28): neither is dropped, and an admin is asked, in the
//! force's own record.
//!
//! Does not decide which references are alike: see [`sync_core::referral::twice`].

use std::collections::BTreeSet;

use sync_core::exhibit;
use sync_core::ids::{OpId, Record, RecordKind};
use sync_core::referral::act::Act;
use sync_core::referral::twice::Typed;

use super::own_log::{force_of, write};
use super::persons::{Said, acts_of, digest};
use super::round::Round;
use crate::fault::Fault;

/// The most encounters that are asked about together: of a reference that everybody types, the next is no news.
const MOST_SIDES: usize = 30;

/// What follows from ops that were just stamped.
pub(super) fn follow_up(round: &mut Round<'_>, record: Record, changed: &[OpId]) -> Result<(), Fault> {
    let ops = round.record(record)?;
    let refers = |id: &OpId| {
        let kind = ops.get(id).map(|held| held.op.header.kind.as_str());
        matches!(kind, Some("crime.recorded" | "item.seized"))
    };
    if record.kind != RecordKind::Referral || !changed.iter().any(refers) {
        return Ok(());
    }
    let authors: Vec<_> =
        changed.iter().filter_map(|id| Some((*id, ops.get(id)?.op.header.author))).collect();
    let states = ops.states();
    let mut typed = Vec::new();
    for (op, act) in acts_of(&states, changed) {
        let Some((_, author)) = authors.iter().find(|(id, _)| *id == op) else { continue };
        let name = round.tx.user(*author)?.map(|person| person.name).unwrap_or_default();
        typed.extend(Typed::of(act, *author, &exhibit::initials(&name)).map(|typed| (op, typed)));
    }
    for (op, typed) in typed {
        let keys = BTreeSet::from([digest("twice", typed.about())]);
        let known = round.tx.found_under(&keys)?;
        if known.len() >= MOST_SIDES {
            continue;
        }
        round.tx.keep_under(op, &keys)?;
        let mut elsewhere = false;
        for other in &known {
            let held = round.tx.op(*other)?;
            elsewhere = elsewhere || held.is_some_and(|held| held.op.header.stream.record != record);
        }
        let stream = force_of(round.server.force);
        let raised = typed.raised(known.into_iter().chain([op]));
        if elsewhere && Said::read(round, stream)?.is_new(&raised) {
            write(round, stream, &Act::ConflictRaised(raised))?;
        }
    }
    Ok(())
}
