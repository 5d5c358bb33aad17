//! What an enrolment changes: who the phone is, and what it writes anew of the log that it wrote before.
//!
//! ```text
//!   first    me, epoch, clock, rules
//!   again    the same, and: own log ─▶ set aside ─▶ what the server lacks is written into a new log
//!                                              ╰─▶ what the server holds is another device's from now on
//! ```
//! Does not decide what the server lacks: see [`crate::sync::recovery`]. Does not ask the server.

use std::collections::BTreeMap;

use crate::clock::{Heard, Hlc, Reading};
use crate::command::Member;
use crate::ids::{DeviceId, OpId};
use crate::log::Tip;
use crate::op::Seed;
use crate::phone::changes::{Changes, NewOwnLog};
use crate::phone::others::{Copy, keep_copy};
use crate::phone::reads::PhoneReads;
use crate::phone::recover::{Because, Recovery};
use crate::phone::reference;
use crate::phone::rows::{Named, Old, Own};
use crate::phone::state::{AskAgain, NewestSeed, PhoneState};
use crate::phone::work::Work;
use crate::problem::Problem;
use crate::stream::StreamOp;
use crate::sync::enrolment::{Enrolled, OldLog};
use crate::sync::recovery::{Kept, NewLog, Plan, plan};

/// What came of the log that was written before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recovered {
    /// How many entries are written anew.
    pub reissued: u64,
    /// How many the server holds.
    pub held: u64,
    /// How many are lost.
    pub lost: u64,
}

/// What an enrolment comes to.
#[derive(Debug)]
pub struct Enrolling {
    /// What is to be saved.
    pub changes: Changes,
    /// What came of the log that was written before, when there was one.
    pub recovered: Option<Recovered>,
}

/// Takes an enrolment. `seed` salts what is written anew.
///
/// # Errors
/// [`Problem`] `policy_unknown`, or `re_enrol_newer` when this software is older than the log; or a fault of the store.
pub fn take<R: PhoneReads>(
    reads: &R,
    state: PhoneState,
    enrolled: &Enrolled,
    me: Member,
    reading: Reading,
    seed: Seed,
) -> Result<Enrolling, R::Fault> {
    let before = state.me.as_ref().map(|me| me.device);
    let device = me.device;
    let mut work = Work::begin(reads, state, device)?;
    let state = work.state();
    state.me = Some(me);
    // The key that the server has now comes with the enrolment, and not from one before.
    state.server_keys_before.clear();
    // Stamps that are held are of the epoch that was known: the next answer says which of them count no longer.
    if enrolled.old.is_none() || state.epoch.is_none() {
        state.epoch = Some(enrolled.epoch);
    }
    state.heard = Some(Heard { server_ms: enrolled.now_ms, then: reading });
    state.hlc = Hlc::from_ms(enrolled.now_ms);
    state.openings.begin_anew();
    reference::keep_bundle(&mut work.changes, &enrolled.reference, enrolled.now_ms)?;
    let recovered = match &enrolled.old {
        Some(old) => Some(renew_log(&mut work, before, old, NewLog { device, seed })?),
        None => {
            work.state().recovery = None;
            None
        }
    };
    Ok(Enrolling { changes: work.done(), recovered })
}

/// Writes the new log.
fn renew_log<R: PhoneReads>(
    work: &mut Work<'_, R>,
    before: Option<DeviceId>,
    old: &OldLog,
    new: NewLog,
) -> Result<Recovered, R::Fault> {
    let is_present = before == Some(old.device);
    let mut waiting = work.reads.waiting(old.device)?;
    if is_present {
        waiting.extend(work.reads.own_from(1, u64::MAX >> 1)?.into_iter().map(Old::of));
    }
    let kept: Vec<Kept> =
        waiting.iter().map(|old| Kept { op: old.op.clone(), command: old.command }).collect();
    let noted = work.state().recovery.take();
    let known = known_tip(noted.as_ref(), &kept);
    let plan =
        plan(old, &kept, known, new).map_err(|newer| Problem::new("re_enrol_newer", newer.to_string()))?;
    begin_anew(work.state());
    let waiting: BTreeMap<u64, Old> = waiting.into_iter().map(|old| (old.op.header.id.seq, old)).collect();
    write(work, &plan, &waiting);
    pass(work, old.device, &plan, &waiting)?;
    let (reissued, held) = (plan.reissued.len() as u64, plan.held.len() as u64);
    let lost = plan.lost.len() as u64 + lost_before(noted.as_ref(), old);
    let state = work.state();
    state.lost += lost;
    state.old_until = Some(reissued.max(1));
    state.seed_spent = if reissued > 0 { NewestSeed::Fresh } else { NewestSeed::Spent };
    let (held_there, anew) = waiting.keys().partition(|seq| plan.held.contains(seq));
    let set_aside = is_present.then_some(old.device);
    let log = NewOwnLog { old: old.device, set_aside, seed: new.seed, held: held_there, anew };
    work.changes.new_log = Some(log);
    Ok(Recovered { reissued, held, lost })
}

/// Everything is read anew: what the server holds of the old log is another device's now.
fn begin_anew(state: &mut PhoneState) {
    (state.counter, state.cursor, state.directive) = (0, None, None);
    (state.backed_up, state.more, state.base) = (None, None, None);
    // Those were numbers of the old log.
    state.ask_again.retain(|ask| match ask {
        AskAgain::Now { .. } | AskAgain::UnlessBack { .. } => true,
        AskAgain::UnlessStamped { .. } => false,
    });
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

fn write<R: PhoneReads>(work: &mut Work<'_, R>, plan: &Plan, waiting: &BTreeMap<u64, Old>) {
    work.forget_own_log();
    let mut commands: BTreeMap<u64, u64> = BTreeMap::new();
    for reissued in &plan.reissued {
        let old = &waiting[&reissued.was];
        let state = work.state();
        // What was one command stays one.
        let command = *commands.entry(reissued.command).or_insert_with(|| {
            state.command += 1;
            state.command
        });
        // One that was salvaged is new to this store.
        let rev = if old.rev > 0 { old.rev } else { state.next_rev() };
        let (op, hash, sealed) = (reissued.op.clone(), reissued.hash, old.sealed);
        work.touch(op.header.stream.record);
        work.append(Own { op, hash, command, rev, acknowledged: false, sealed, stamp: None });
    }
}

/// What the server holds of the old log is, from now on, another device's.
fn pass<R: PhoneReads>(
    work: &mut Work<'_, R>,
    device: DeviceId,
    plan: &Plan,
    waiting: &BTreeMap<u64, Old>,
) -> Result<(), R::Fault> {
    let entries = waiting.keys().map(|seq| OpId { device, seq: *seq }).collect();
    let streams = waiting.values().map(|old| old.op.header.stream).collect();
    work.read(Named { entries, streams, ..Named::default() })?;
    for (seq, old) in waiting {
        work.touch(old.op.header.stream.record);
        if !plan.held.contains(seq) {
            // Under such a number the server may have another entry, of a copy.
            work.drop_erased(OpId { device, seq: *seq });
        } else if !old.sealed && old.rev > 0 {
            // One that was salvaged comes with the feeds, when its stream is still held.
            keep_copy(work, &StreamOp::of(&old.op, old.stamp.clone()), Copy::Fed);
        }
    }
    Ok(())
}
