//! Enrolling again: what the server lacks of the old log is written into the new one, in one transaction.
//!
//! The plan is [`sync_core::sync::recovery`]'s; here it is asked for and applied. Does not send anything:
//! the next synchronisation does.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use sync_core::ids::{DeviceId, OpId, Record};
use sync_core::log::Tip;
use sync_core::op::Seed;
use sync_core::stream::StreamOp;
use sync_core::sync::enrolment::{OldLog, Recovers};
use sync_core::sync::recovery::{Kept, NewLog, Plan, plan};

use crate::keys;
use crate::problem::Problem;
use crate::store::meta::{self, key};
use crate::store::recovery::{self, Because, Certain, Old, Recovery};
use crate::store::{erasure, ops, others, state};
use sync_core::command::Member;

/// What came of the old log.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Recovered {
    pub(crate) reissued: u64,
    pub(crate) held: u64,
    pub(crate) lost: u64,
}

/// Notes that this phone must enrol again.
pub(crate) fn note(db: &Connection, because: Because) -> Result<(), Problem> {
    let me: Option<Member> = meta::value(db, key::ME)?;
    let known = ops::tip(db)?;
    let (device, reads, certain) = (me.map(|me| me.device), known.seq, Certain::Yes);
    recovery::note(db, Recovery { because, device, known, reads, unread: 0, certain })
}

/// Whether the log of this store can be pushed as it is.
pub(crate) fn check(db: &Connection, me: &Member, present_key: &str) -> Result<(), Problem> {
    if !me.public_key.is_empty() && me.public_key != present_key {
        note(db, Because::KeyLost)?;
        return Err(Problem::new("re_enrol_needed", ""));
    }
    match recovery::state(db)?.map(|noted| noted.because) {
        // What was salvaged lies before what was recorded since: it cannot be sent in its place.
        Some(Because::Damaged) => Err(Problem::new("re_enrol_needed", "")),
        Some(Because::Fork | Because::Restored | Because::KeyLost) | None => Ok(()),
    }
}

/// A good answer came: the server knows this phone's key after all. A doubt that was noted before is a doubt again.
pub(crate) fn known(db: &Connection) -> Result<(), Problem> {
    match recovery::state(db)? {
        Some(noted) if noted.because != Because::KeyLost => Ok(()),
        Some(noted) if noted.known.seq > noted.reads => {
            let doubt = Recovery { because: Because::Restored, certain: Certain::NotYet, ..noted };
            meta::keep(db, key::RECOVERY, &doubt)
        }
        Some(_) => meta::drop(db, key::RECOVERY),
        None => Ok(()),
    }
}

/// What an answer says of a store that is older than its anchor: nothing more to come, so the entries
/// between are lost.
pub(crate) fn told(db: &Connection) -> Result<(), Problem> {
    match recovery::state(db)? {
        Some(Recovery { because: Because::Restored, certain: Certain::NotYet, known, reads, .. }) => {
            recovery::add_lost(db, known.seq.saturating_sub(reads))?;
            meta::drop(db, key::RECOVERY)
        }
        Some(_) | None => Ok(()),
    }
}

/// What to tell the server of the log that this store wrote before; nothing when there is none.
pub(crate) fn request(db: &Connection) -> Result<Option<Recovers>, Problem> {
    let Some(Recovery { device, known, because, .. }) = recovery::state(db)? else { return Ok(None) };
    let me: Option<Member> = meta::value(db, key::ME)?;
    let device = device.or(me.map(|me| me.device)).or(recovery::waiting_device(db)?);
    let Some(device) = device else { return Ok(None) };
    let waiting = recovery::waiting(db, device)?.into_iter().map(|old| old.op.header.id.seq);
    let own = ops::own_ops(db, 1, u64::MAX >> 1)?.into_iter().map(|own| own.op.header.id.seq);
    let reads: BTreeSet<u64> = waiting.chain(own).collect();
    let last = match because {
        Because::Damaged => reads.last().copied().unwrap_or_default().max(known.seq),
        Because::Fork | Because::Restored | Because::KeyLost => 0,
    };
    let unreadable = (1..=last).filter(|seq| !reads.contains(seq)).collect();
    Ok(Some(Recovers { device, unreadable }))
}

/// Writes the new log, in the caller's transaction; the store says already who the new device is.
pub(crate) fn apply(
    db: &Connection,
    me: &Member,
    before: Option<&Member>,
    old: &OldLog,
) -> Result<Recovered, Problem> {
    if before.is_some_and(|before| before.device == old.device) {
        recovery::set_aside(db, old.device)?;
    }
    let waiting = recovery::waiting(db, old.device)?;
    let noted = recovery::state(db)?;
    let new = NewLog { device: me.device, seed: Seed(keys::random_bytes()?) };
    let kept: Vec<Kept> =
        waiting.iter().map(|old| Kept { op: old.op.clone(), command: old.command }).collect();
    let known = known_tip(noted.as_ref(), &kept);
    let plan =
        plan(old, &kept, known, new).map_err(|newer| Problem::new("re_enrol_newer", newer.to_string()))?;
    meta::keep(db, key::SEED_SPENT, &true)?;
    let waiting: BTreeMap<u64, Old> = waiting.into_iter().map(|old| (old.op.header.id.seq, old)).collect();
    write(db, &plan, new, &waiting)?;
    let mut records = pass(db, old.device, &plan, &waiting)?;
    records.extend(plan.reissued.iter().map(|new| new.op.header.stream.record));
    state::refold(db, records)?;
    let (reissued, held) = (plan.reissued.len() as u64, plan.held.len() as u64);
    let lost = plan.lost.len() as u64 + lost_before(noted.as_ref(), old);
    recovery::add_lost(db, lost)?;
    meta::keep(db, key::OLD_UNTIL, &reissued.max(1))?;
    [key::RECOVERY, key::BASE].into_iter().try_for_each(|name| meta::drop(db, name))?;
    Ok(Recovered { reissued, held, lost })
}

/// The end of the log as far as it is known: by the anchor when the file was damaged.
fn known_tip(noted: Option<&Recovery>, kept: &[Kept]) -> Tip {
    let last = kept.last().map_or(Tip::default(), |kept| {
        let header = &kept.op.header;
        Tip { seq: header.id.seq, hash: header.hash() }
    });
    let damaged = noted.filter(|noted| noted.because == Because::Damaged);
    damaged.map_or(last, |noted| if noted.known.seq >= last.seq { noted.known } else { last })
}

/// Entries that a restored phone had saved and that the server does not have either.
fn lost_before(noted: Option<&Recovery>, old: &OldLog) -> u64 {
    let restored = noted.filter(|noted| noted.because == Because::Restored);
    restored.map_or(0, |noted| noted.known.seq.saturating_sub(noted.reads.max(old.hashes.len() as u64)))
}

fn write(db: &Connection, plan: &Plan, new: NewLog, waiting: &BTreeMap<u64, Old>) -> Result<(), Problem> {
    let Some(first) = plan.reissued.first() else { return Ok(()) };
    let seed = ops::seed_for(db, first.op.header.id.seq, new.seed.0)?;
    let mut commands: BTreeMap<u64, u64> = BTreeMap::new();
    for reissued in &plan.reissued {
        let old = &waiting[&reissued.was];
        let command = match commands.get(&reissued.command) {
            Some(command) => *command,
            None => meta::next(db, key::COMMAND)?,
        };
        commands.insert(reissued.command, command);
        ops::append(db, &reissued.op, reissued.hash, seed.0, command)?;
        let seq = reissued.op.header.id.seq;
        if old.rev > 0 {
            db.execute("UPDATE own_op SET rev = ?2 WHERE seq = ?1", [seq, old.rev])?;
        }
        if old.sealed {
            ops::seal(db, seq)?;
        }
    }
    Ok(())
}

/// What the server holds of the old log is, from now on, another device's.
fn pass(
    db: &Connection,
    device: DeviceId,
    plan: &Plan,
    waiting: &BTreeMap<u64, Old>,
) -> Result<BTreeSet<Record>, Problem> {
    let mut records = BTreeSet::new();
    for (seq, old) in waiting {
        let is_held = plan.held.contains(seq);
        recovery::set_state(db, device, *seq, if is_held { "held" } else { "reissued" })?;
        records.insert(old.op.header.stream.record);
        if !is_held {
            erasure::is_of_another(db, OpId { device, seq: *seq })?;
        }
        // One that was salvaged comes with the feeds, when its stream is still held.
        if is_held && !old.sealed && old.rev > 0 {
            others::keep_other(db, &StreamOp::of(&old.op, old.stamp.clone()))?;
        }
    }
    Ok(records)
}
