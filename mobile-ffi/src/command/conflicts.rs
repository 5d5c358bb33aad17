//! Settling, passing up and striking: acts in the stream of the conflict or entry that they name.
//!
//! A conflict of a held stream is settled upon the view's heads; an extract upon exactly its sides.
//! Does not decide who may settle: see [`sync_core::referral::judge`].

use rusqlite::Connection;
use sync_core::ids::{Digest, OpId, Stream};
use sync_core::referral::act::{Act, Choice, ConflictPassedUp, ConflictSettled, EntryStruck, OpRef, YesNo};
use sync_core::referral::aside::admitted_with;
use sync_core::referral::fold::Folded;
use sync_core::referral::settled::settled_value;

use crate::command::check;
use crate::command::plan::{Place, Plan, Planned};
use crate::me::Me;
use crate::problem::Problem;
use crate::store::{ops, reference, state};

/// An open conflict and where it is settled.
struct Found {
    stream: Stream,
    /// The register, the row or the op that it is about.
    about: String,
    version: Digest,
    place: Place,
}

/// Settles a conflict.
pub(crate) fn settle(
    db: &Connection,
    me: &Me,
    conflict: Digest,
    choice: Choice,
    reason: &str,
) -> Result<Plan, Problem> {
    check::text("reason", reason)?;
    let found = find(db, conflict)?;
    let choice = match choice {
        Choice::Value(value) => {
            Choice::Value(settled_value(&found.about, &value).map_err(|bad| Problem::of_shape(&bad))?)
        }
        Choice::Op(_) | Choice::Admit(_) | Choice::KeepAside(_) => choice,
    };
    let settled = |conflict, version, choice| {
        Act::ConflictSettled(ConflictSettled { conflict, version, choice, reason: reason.to_owned() })
    };
    let mut plan = found.plan(settled(conflict, found.version, choice.clone()));
    if let Choice::Admit(admitted) = choice {
        let streams = ops::histories(&ops::of_record(db, found.stream.record)?, u64::MAX);
        let streams = streams.into_iter().map(|(stream, history)| (stream, Folded::new(history))).collect();
        plan.acts.extend(admitted_with(&streams, admitted, &me.author()).into_iter().map(|one| {
            let act = settled(one.conflict, one.version, Choice::Admit(one.op));
            Planned { place: Place::Stream(one.stream), act }
        }));
    }
    Ok(plan)
}

/// Leaves a conflict to an admin.
pub(crate) fn pass_up(db: &Connection, conflict: Digest) -> Result<Plan, Problem> {
    let found = find(db, conflict)?;
    let act = ConflictPassedUp { conflict, version: found.version };
    Ok(found.plan(Act::ConflictPassedUp(act)))
}

/// Strikes an entry, or takes a strike back.
pub(crate) fn strike(
    db: &Connection,
    me: &Me,
    entry: OpId,
    reason: &str,
    back: Option<YesNo>,
) -> Result<Plan, Problem> {
    check::text("reason", reason)?;
    let stream = ops::stream_of(db, entry, me.device)?;
    let stream = stream.ok_or_else(|| Problem::at("entry_unknown", "entry", ""))?;
    let act = EntryStruck { entry: OpRef::to(entry, me.device), reason: reason.to_owned(), back };
    let planned = Planned { place: Place::Stream(stream), act: Act::EntryStruck(act) };
    Ok(Plan { record: stream.record, acts: vec![planned] })
}

impl Found {
    fn plan(&self, act: Act) -> Plan {
        Plan { record: self.stream.record, acts: vec![Planned { place: self.place.clone(), act }] }
    }
}

fn find(db: &Connection, conflict: Digest) -> Result<Found, Problem> {
    for record in ops::records(db)? {
        for (stream, state) in state::folded(db, record)? {
            if let Some(open) = state.conflicts.iter().find(|open| open.id == conflict) {
                let (about, version) = (open.about.clone(), open.version());
                return Ok(Found { stream, about, version, place: Place::Stream(stream) });
            }
        }
    }
    let extract = reference::extract(db, conflict)?;
    let extract = extract.ok_or_else(|| Problem::at("conflict_unknown", "conflict", ""))?;
    let mut sides: Vec<OpId> = extract.sides.iter().map(|side| side.op).collect();
    sides.sort_unstable();
    let (stream, version) = (extract.stream, extract.version);
    Ok(Found { stream, about: extract.about, version, place: Place::Extract(stream, sides) })
}
