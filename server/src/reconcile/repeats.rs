//! One crime reference or exhibit reference on two encounters (C28): neither is dropped, and an admin is asked, in the
//! force's own record.
//!
//! Does not decide which references are alike: see [`sync_core::referral::duplicate_crime`].

use std::collections::BTreeSet;

use sync_core::exhibit;
use sync_core::ids::{OpId, Record, RecordKind};
use sync_core::referral::act::{Act, ConflictRaised, Finding};
use sync_core::referral::duplicate_crime::Typed;
use sync_core::referral::fold::{Entry, StreamState};

use super::own_log::{force_of, write};
use super::persons::{Said, acts_of, digest};
use super::round::Round;
use crate::fault::Fault;

/// The most encounters that are asked about together: of a reference that everybody types, the next is no news.
const MOST_SIDES: usize = 30;

/// What follows from ops that were just stamped.
pub(super) fn follow_up(round: &mut Round<'_>, record: Record, changed: &[OpId]) -> Result<(), Fault> {
    let ops = round.record(record)?;
    let matters = |id: &OpId| {
        let kind = ops.get(id).map(|held| held.op.header.kind.as_str());
        matches!(kind, Some("crime.recorded" | "item.seized" | "entry.struck" | "conflict.settled"))
    };
    if record.kind != RecordKind::Referral || !changed.iter().any(matters) {
        return Ok(());
    }
    let states = ops.states();
    let authors: Vec<_> =
        states.iter().flat_map(|state| &state.entries).map(|entry| (entry.id, entry.author)).collect();
    let changed = &follow_strikes(round, &states, changed)?[..];
    let mut typed = Vec::new();
    for (op, act) in acts_of(&states, changed) {
        let Some((_, author)) = authors.iter().find(|(id, _)| *id == op) else { continue };
        let name = round.tx.user(*author)?.map(|person| person.name).unwrap_or_default();
        typed.extend(Typed::of(act, *author, &exhibit::initials(&name)).map(|typed| (op, typed)));
    }
    for (op, typed) in typed {
        let keys = BTreeSet::from([digest("twice", typed.about())]);
        let known = round.tx.found_under(&keys, usize::MAX)?;
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

/// Says which references were struck, so that nothing is asked about them any more; gives what is to be looked at:
/// what changed, and those that were struck and are back.
fn follow_strikes(
    round: &mut Round<'_>,
    states: &[StreamState],
    changed: &[OpId],
) -> Result<Vec<OpId>, Fault> {
    let refers = |entry: &&Entry| matches!(entry.kind.as_str(), "crime.recorded" | "item.seized");
    let entries: Vec<&Entry> = states.iter().flat_map(|state| &state.entries).filter(refers).collect();
    let mut asked = changed.to_vec();
    if entries.is_empty() {
        return Ok(asked);
    }
    let stream = force_of(round.server.force);
    let said = Said::read(round, stream)?;
    for entry in entries {
        match (entry.act(), said.about(entry.id)) {
            (Some(_), _) if said.has_gone(entry.id) => asked.push(entry.id),
            (None, Some(about)) => {
                let (finding, about, gone) = (Finding::Duplicate, about.to_owned(), Some(vec![entry.id]));
                let raised = ConflictRaised { finding, about, sides: Vec::new(), gone };
                write(round, stream, &Act::ConflictRaised(raised))?;
            }
            (Some(_) | None, _) => {}
        }
    }
    Ok(asked)
}
