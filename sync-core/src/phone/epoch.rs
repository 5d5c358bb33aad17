//! What a phone does when the server has lost something, or holds something else.
//!
//! Stamps of what the server lost count no longer. Own entries wait again and are shown with their receipts. Those of
//! others are kept without effect until they come again. A stream that differs is asked for whole. Does not delete an
//! entry that the server lacks.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::ids::Stream;
use crate::phone::heal::{stamps, wish};
use crate::phone::reads::PhoneReads;
use crate::phone::rows::Rows;
use crate::phone::state::{AskAgain, PhoneState};
use crate::phone::work::Work;
use crate::problem::Problem;
use crate::sync::answer::{Answer, brought};
use crate::sync::digest;
use crate::sync::epoch::{Epoch, Renewed, renew as renewed};
use crate::sync::server_key::{Verifies, follow, key_of};

/// Goes on to the keys that the server signs with now, when those that this phone knows say so.
///
/// # Errors
/// [`Problem`] `server_key_wrong` when a change is not signed by the key that it is from: nothing of it is saved.
pub fn follow_keys<R: PhoneReads>(
    work: &mut Work<'_, R>,
    epochs: &[Epoch],
    verifies: Verifies<'_>,
) -> Result<(), Problem> {
    let state = work.state();
    let Some(me) = &mut state.me else { return Ok(()) };
    for key in follow(&me.server_key, epochs, verifies)? {
        state.server_keys_before.push(std::mem::replace(&mut me.server_key, key));
    }
    Ok(())
}

/// A receipt counts when the key of the epoch that it names has signed it.
///
/// # Errors
/// [`Problem`] `server_key_wrong` when the server goes on with a key that it gave up: somebody put an older key file back;
/// `receipt_wrong` when it is none of the server's.
pub fn check_signer(
    state: &PhoneState,
    answer: &Answer,
    named: Uuid,
    signed_by: &dyn Fn(&str) -> bool,
    verifies: Verifies<'_>,
) -> Result<(), Problem> {
    let Some(me) = &state.me else { return Err(Problem::new("receipt_wrong", "")) };
    let (present, before) = (me.server_key.as_str(), &state.server_keys_before);
    // The present key is never found by what is told of epochs: no answer takes a phone back to an earlier key.
    let of_before = if named == answer.epoch {
        None
    } else {
        let first = before.first().map_or(present, String::as_str);
        key_of(first, &told(state, answer.epoch, &answer.epochs).epochs, named, verifies)
    };
    if signed_by(of_before.as_deref().unwrap_or(present)) {
        return Ok(());
    }
    let is_given_up = named == answer.epoch && before.iter().any(|key| signed_by(key));
    Err(Problem::new(if is_given_up { "server_key_wrong" } else { "receipt_wrong" }, ""))
}

/// What a phone knows of the epochs with what it is told.
fn told(state: &PhoneState, present: Uuid, epochs: &[Epoch]) -> Renewed {
    if state.epoch == Some(present) {
        return Renewed { agree_upto: None, epochs: state.epochs.clone() };
    }
    let mut mine = state.epochs.clone();
    if mine.is_empty() {
        mine.extend(state.epoch.map(Epoch::of_enrolment));
    }
    let theirs = if epochs.is_empty() { vec![Epoch::of_enrolment(present)] } else { epochs.to_vec() };
    renewed(&mine, &theirs)
}

/// The server is in another epoch: stamps beyond what its history still contains count no longer.
///
/// # Errors
/// When the store cannot be read.
pub fn renew<R: PhoneReads>(work: &mut Work<'_, R>, present: Uuid, epochs: &[Epoch]) -> Result<(), R::Fault> {
    let state = work.state();
    if state.epoch == Some(present) {
        return Ok(());
    }
    state.openings.doubt();
    let Renewed { agree_upto, epochs } = told(state, present, epochs);
    (state.epoch, state.epochs) = (Some(present), epochs);
    agree_upto.map_or(Ok(()), |upto| take_back(work, upto))
}

/// Takes back every stamp beyond a place, and notes what may have to be asked for.
fn take_back<R: PhoneReads>(work: &mut Work<'_, R>, upto: u64) -> Result<(), R::Fault> {
    let Rows { own, others, .. } = work.reads.stamped_beyond(upto)?;
    let (seqs, ids): (Vec<u64>, Vec<_>) = (own.keys().copied().collect(), others.keys().copied().collect());
    work.take(Rows { own, others, ..Rows::default() });
    for seq in seqs {
        let Some(own) = work.own_mut(seq) else { continue };
        own.stamp = None;
        let stream = own.op.header.stream;
        note(work, AskAgain::UnlessStamped { stream, seq });
        work.touch(stream.record);
    }
    for id in ids {
        let Some(other) = work.other_mut(id) else { continue };
        other.lost = true;
        let stream = other.op.stream;
        note(work, AskAgain::UnlessBack { stream });
        work.touch(stream.record);
    }
    Ok(())
}

fn note<R: PhoneReads>(work: &mut Work<'_, R>, ask: AskAgain) {
    let asked = &mut work.state().ask_again;
    // One stream loses many entries one after the other: the last that was noted is the likely one.
    if asked.last() != Some(&ask) && !asked.contains(&ask) {
        asked.push(ask);
    }
}

/// The server holds this log up to a seq: own entries beyond it wait again.
///
/// # Errors
/// When the store cannot be read.
pub fn wait_again<R: PhoneReads>(work: &mut Work<'_, R>, held: u64) -> Result<(), R::Fault> {
    // Their stamps come with the answer, or when they wait no longer.
    work.state().ask_again.retain(|ask| match ask {
        AskAgain::UnlessStamped { seq, .. } => *seq <= held,
        AskAgain::Now { .. } | AskAgain::UnlessBack { .. } => true,
    });
    let acknowledged = work.head.acknowledged;
    if held >= acknowledged {
        return Ok(());
    }
    let beyond = work.reads.own_from(held + 1, acknowledged - held)?;
    let seqs: Vec<(u64, Stream)> = beyond.iter().map(|own| (own.seq(), own.op.header.stream)).collect();
    work.take_own(beyond);
    for (seq, stream) in seqs {
        if let Some(own) = work.own_mut(seq) {
            (own.acknowledged, own.stamp) = (false, None);
            work.touch(stream.record);
        }
    }
    work.head.acknowledged = held;
    Ok(())
}

/// After stamps were taken back, own entries pushed again and everything read: asks for the streams that no answer has
/// mentioned. Those are the streams of own entries that the server has all the same, without a stamp here, and those in
/// which an entry of others is still not back.
///
/// # Errors
/// When the store cannot be read.
pub fn ask_for_what_is_in_doubt<R: PhoneReads>(work: &mut Work<'_, R>) -> Result<(), R::Fault> {
    let (mut unsure, mut doubted) = (BTreeSet::new(), BTreeSet::new());
    work.state().ask_again.retain(|ask| match ask {
        AskAgain::Now { .. } => true,
        AskAgain::UnlessStamped { seq, .. } => {
            unsure.insert(*seq);
            false
        }
        AskAgain::UnlessBack { stream } => {
            doubted.insert(*stream);
            false
        }
    });
    let mut streams: BTreeSet<Stream> = BTreeSet::new();
    if !unsure.is_empty() {
        let pending = work.reads.pending()?.into_iter().filter(|own| unsure.contains(&own.seq()));
        streams.extend(pending.map(|own| own.op.header.stream));
    }
    if !doubted.is_empty() {
        work.read_streams(doubted.iter().copied())?;
        let is_in_doubt = |stream: &Stream| work.others_of(*stream).any(|(_, other)| other.lost);
        streams.extend(doubted.into_iter().filter(is_in_doubt));
    }
    streams.into_iter().for_each(|stream| wish(work.state(), stream));
    Ok(())
}

/// Compares what is held of the streams that a page brought with what the server says. A stream that differs is asked
/// for whole.
///
/// # Errors
/// When the store cannot be read.
pub fn compare<R: PhoneReads>(work: &mut Work<'_, R>, answer: &Answer) -> Result<(), R::Fault> {
    let brought = brought(&answer.feed);
    if brought.len() != answer.digests.len() {
        return Ok(());
    }
    work.read_streams(brought.iter().map(|(stream, _)| *stream))?;
    for ((stream, upto), theirs) in brought.into_iter().zip(&answer.digests) {
        let mine = digest::digest(upto, stamps(work, stream));
        if digest::short(mine) != *theirs {
            wish(work.state(), stream);
        }
    }
    Ok(())
}
