//! What an answer of the server changes: receipt, own stamps, feeds, cursor, clock.
//!
//! ```text
//!   answer ─▶ read ahead what it names ─▶ receipt ─▶ epoch ─▶ own log ─▶ feed ─▶ digests ─▶ clock and place
//! ```
//! Everything that it changes is saved in one transaction: the outbox is cleared with its results, and the cursor moves
//! with the data that it covers. Does not judge: dispositions come with the stamps.

use crate::clock::{Heard, Hlc, Reading};
use crate::ids::{DeviceId, OpId};
use crate::phone::changes::{Changes, OldLogs, Safe};
use crate::phone::events::Event;
use crate::phone::others::{Copy, keep_copy};
use crate::phone::reads::PhoneReads;
use crate::phone::recover::{self, Because};
use crate::phone::rows::{Named, Own};
use crate::phone::state::PhoneState;
use crate::phone::work::Work;
use crate::phone::{epoch, erase, events, forget, heal, reference, wipe};
use crate::problem::Problem;
use crate::stamp::Stamp;
use crate::sync::answer::{Answer, Directive, Extract, ExtractState, FeedEntry, More, StampRun};
use crate::sync::receipt::WireReceipt;
use crate::sync::server_key::Verifies;
use crate::sync::session::{Agreed, Parted, parted};

/// An answer, with what the request was.
pub struct Came<'a> {
    /// The answer.
    pub answer: &'a Answer,
    /// The device that asked.
    pub device: DeviceId,
    /// The last own entry that the request showed.
    pub shown: u64,
    /// How many own entries it left for the next request.
    pub left: u64,
    /// What the phone's clock and uptime said when the answer came.
    pub reading: Reading,
    /// Whether the owner of a key signed some bytes.
    pub verifies: Verifies<'a>,
}

/// What an answer came to.
#[derive(Debug)]
pub struct Applied {
    /// What is to be saved.
    pub changes: Changes,
    /// How many own entries the server has that it had not before.
    pub pushed: u64,
    /// Own entries that do not count: to be told once it is saved.
    pub refused: Vec<Event>,
    /// What the server wants: to be told after everything else.
    pub asked: Vec<Event>,
}

/// Applies an answer.
///
/// # Errors
/// [`Problem`] `receipt_wrong` when the server has not signed its receipt; `server_key_wrong` when a key speaks for it that does
/// not follow from the one this phone knows; `policy_unknown`; or a fault of the store.
pub fn apply<R: PhoneReads>(reads: &R, state: PhoneState, came: &Came<'_>) -> Result<Applied, R::Fault> {
    let Came { answer, device, shown, left, reading, verifies } = *came;
    let mut work = Work::begin(reads, state, device)?;
    work.read(named(device, answer))?;
    let before = work.head.acknowledged;
    epoch::follow_keys(&mut work, &answer.epochs, verifies)?;
    keep_receipt(&mut work, answer, shown, verifies)?;
    let refused = events::refused(&work, answer);
    epoch::renew(&mut work, answer.epoch, &answer.epochs)?;
    recover::known_key(work.state());
    let shown = answer.acknowledged.min(shown);
    match parted(answer, work.head.tip.seq) {
        Parted::No => keep_own(&mut work, answer, shown, left)?,
        Parted::Fork => note(&mut work, Because::Fork),
        Parted::Behind => {
            work.state().directive = Some(Directive::ReEnrol);
            note(&mut work, Because::Restored);
        }
    }
    answer.consulted.into_iter().for_each(|upto| work.state().openings.told(upto));
    let agreed = Agreed::of(device, work.head.acknowledged, answer);
    let latest = keep_feed(&mut work, agreed, answer)?;
    epoch::compare(&mut work, answer)?;
    keep_clock(work.state(), answer.now_ms, reading, latest);
    keep_place(&mut work, answer)?;
    let asked = events::asked(work.state(), answer);
    Ok(Applied { changes: work.done(), pushed: shown.saturating_sub(before), refused, asked })
}

/// Everything that an answer names.
fn named(me: DeviceId, answer: &Answer) -> Named {
    let mut named = Named::default();
    named.own.extend(answer.receipt.iter().map(|receipt| (receipt.seq, 1)));
    named.own.extend(answer.stamps.iter().map(|run| (run.seq, run.count)));
    let mut entry = |id: OpId| {
        if id.device == me {
            named.own.push((id.seq, 1));
        }
        named.entries.insert(id);
    };
    for fed in &answer.feed {
        match fed {
            FeedEntry::Op(op) => {
                entry(op.id);
                named.left_of.insert(op.stream);
            }
            FeedEntry::Stamped { id, .. } => entry(*id),
            FeedEntry::Whole(whole) => {
                whole.ops.iter().for_each(|op| entry(op.id));
                named.streams.insert(whole.stream);
                named.streams.extend(whole.ops.iter().map(|op| op.stream));
            }
            FeedEntry::Forget { stream } => {
                named.streams.insert(*stream);
            }
            FeedEntry::Erased { id, .. } => entry(*id),
            FeedEntry::Extract(_) | FeedEntry::Reference(_) => {}
        }
    }
    named
}

fn note<R: PhoneReads>(work: &mut Work<'_, R>, because: Because) {
    let tip = work.head.tip;
    recover::note_whole(work.state(), because, tip);
}

/// A receipt counts when the server that this phone knows has signed it. One that covers more than the request showed
/// answers an earlier push: of this phone, and comes again once all of it is shown, or of a copy that recorded something
/// else there. It can be neither checked nor cited, and must not keep the rest of the answer out.
fn keep_receipt<R: PhoneReads>(
    work: &mut Work<'_, R>,
    answer: &Answer,
    shown: u64,
    verifies: Verifies<'_>,
) -> Result<(), Problem> {
    let Some(wire) = answer.receipt.as_ref().filter(|wire| wire.seq <= shown) else { return Ok(()) };
    let Some(hash) = work.hash_of(wire.seq) else { return Ok(()) };
    let receipt = wire.receipt(answer.epoch, work.me, hash);
    let signed_by = |key: &str| verifies(key, &receipt.bytes(), &wire.signature);
    epoch::check_signer(work.state(), answer, receipt.epoch, &signed_by, verifies)?;
    work.changes.receipt = Some(WireReceipt { epoch: Some(receipt.epoch), ..wire.clone() });
    work.state().receipt = Some(receipt.digest());
    Ok(())
}

/// What the answer says of the own log, when it is the one that the server holds.
fn keep_own<R: PhoneReads>(
    work: &mut Work<'_, R>,
    answer: &Answer,
    shown: u64,
    left: u64,
) -> Result<(), R::Fault> {
    if answer.acknowledged < work.head.acknowledged {
        epoch::wait_again(work, answer.acknowledged)?;
    }
    for run in &answer.stamps {
        keep_run(work, run);
    }
    // Of what the request did not show, a copy of this phone may hold another.
    let first = work.head.acknowledged + 1;
    if shown >= first {
        let waiting = work.reads.own_from(first, shown - first + 1)?;
        let seqs: Vec<u64> = waiting.iter().map(Own::seq).filter(|seq| *seq <= shown).collect();
        work.take_own(waiting);
        for seq in seqs {
            work.own_mut(seq).into_iter().for_each(|own| own.acknowledged = true);
            work.head.acknowledged = seq;
        }
    }
    if left == 0 {
        recover::told(work.state());
    }
    Ok(())
}

fn keep_run<R: PhoneReads>(work: &mut Work<'_, R>, run: &StampRun) {
    // However long a run says that it is, this log has no more.
    let Some(last) = work.own_in(run.seq, run.count).last().map(Own::seq) else { return };
    let run = StampRun { count: last - run.seq + 1, ..run.clone() };
    let stamps = run.stamps(|seq| work.own(seq).map(|own| own.op.header.hlc));
    for (seq, stamp) in stamps {
        keep_stamp(work, seq, &stamp);
    }
}

fn keep_stamp<R: PhoneReads>(work: &mut Work<'_, R>, seq: u64, stamp: &Stamp) {
    let Some(own) = work.own_mut(seq) else { return };
    own.stamp = Some(stamp.clone());
    let record = own.op.header.stream.record;
    work.touch(record);
}

/// Keeps a page of the feeds and gives the latest clock in it.
fn keep_feed<R: PhoneReads>(
    work: &mut Work<'_, R>,
    agreed: Agreed,
    answer: &Answer,
) -> Result<Option<Hlc>, R::Fault> {
    let (me, mut latest) = (work.me, None);
    for entry in answer.feed.iter().filter(|entry| !agreed.is_of_a_copy(entry)) {
        match entry {
            FeedEntry::Op(op) if op.id.device == me => {
                let record = op.erased.as_ref().and_then(|erased| erase::erase(work, op.id, erased));
                record.into_iter().for_each(|record| work.touch(record));
                if let Some(stamp) = &op.stamp {
                    keep_stamp(work, op.id.seq, stamp);
                    forget::restore(work, op);
                    forget::regain(work, op.stream);
                }
            }
            FeedEntry::Op(op) => {
                if let Some(erased) = &op.erased {
                    erase::erase(work, op.id, erased);
                }
                keep_copy(work, op, Copy::Fed);
                work.touch(op.stream.record);
                latest = latest.max(Some(op.eff()));
            }
            FeedEntry::Stamped { id, stamp } if id.device == me => keep_stamp(work, id.seq, stamp),
            FeedEntry::Stamped { .. } => {}
            FeedEntry::Whole(whole) => heal::heal(work, agreed, whole),
            FeedEntry::Forget { stream } => forget::forget(work, *stream),
            FeedEntry::Erased { id, erased, .. } => {
                erase::erase(work, *id, erased).into_iter().for_each(|record| work.touch(record));
            }
            FeedEntry::Extract(extract) => keep_extract(work, extract)?,
            FeedEntry::Reference(bundle) => {
                reference::keep_bundle(&mut work.changes, bundle, answer.now_ms)?;
            }
        }
    }
    Ok(latest)
}

/// Keeps an extract, or drops it once it is settled.
fn keep_extract<R: PhoneReads>(work: &mut Work<'_, R>, extract: &Extract) -> Result<(), R::Fault> {
    let kept = match extract.state {
        ExtractState::Open => {
            let tells = |extract: &Extract| extract.sides.iter().any(|side| side.body.is_some());
            let known = match work.changes.extracts.get(&extract.conflict) {
                Some(known) => known.clone(),
                None => work.reads.extract(extract.conflict)?,
            };
            // The body that it told was erased.
            if !tells(extract) && known.is_some_and(|known| tells(&known)) {
                work.state().unscrubbed = true;
            }
            Some(extract.clone())
        }
        ExtractState::Settled => None,
    };
    work.changes.extracts.insert(extract.conflict, kept);
    Ok(())
}

/// The server's time, and the hybrid clock that follows the batch.
fn keep_clock(state: &mut PhoneState, server_ms: u64, then: Reading, latest: Option<Hlc>) {
    state.heard = Some(Heard { server_ms, then });
    let clock = state.hlc.reset_if_ahead(server_ms);
    state.hlc = latest.map_or(clock, |latest| clock.follow(latest, server_ms));
}

fn keep_place<R: PhoneReads>(work: &mut Work<'_, R>, answer: &Answer) -> Result<(), R::Fault> {
    let seq = answer.backed_up.min(answer.acknowledged);
    let state = work.state();
    state.cursor = Some(answer.cursor.clone());
    state.last_sync_ms = Some(answer.now_ms);
    state.more = Some(answer.more == More::Yes);
    if answer.more == More::No {
        reference::confirm_rules(state, answer.now_ms);
    }
    state.backed_up = Some(answer.backed_up);
    if state.room.told().is_some() {
        state.room = state.room.after_answer();
    }
    // The backups hold what the server had before the new log: once they hold that, they hold the old ones too.
    let old_logs = if state.old_until.is_some_and(|until| seq >= until) {
        state.old_until = None;
        OldLogs::Dropped
    } else {
        OldLogs::Kept
    };
    work.changes.safe = Some(Safe { seq, backed_up: answer.backed_up, old_logs });
    forget::drop_backed_up(work, seq)?;
    for directive in &answer.directives {
        work.state().directive = Some(*directive);
        match directive {
            Directive::Wipe if work.changes.state.wiped.is_none() => {
                work.changes.wipe = Some(wipe::not_backed_up(work, answer.backed_up)?);
            }
            Directive::Wipe | Directive::ReEnrol | Directive::Upgrade => {}
        }
    }
    Ok(())
}
