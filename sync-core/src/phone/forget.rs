//! Streams that the reader has lost: what was in them goes, what this phone wrote in them is never lost.
//!
//! ```text
//!   forget ─▶ others' entries deleted; own entries sealed: kept, pushed, never shown
//!     ├── a form that was opened before ─▶ saved upon what its author saw, sealed like the others
//!     ├── two backups hold an own entry ─▶ its content goes too, its place in the log stays
//!     └── the stream comes back ─▶ shown again; content that went is asked for
//! ```
//! Of what was seen only ids and deps are kept: they say what a later entry builds on. Does not decide what is lost:
//! the server's feed says so.

use crate::ids::{OpId, Stream};
use crate::op::body_digest;
use crate::phone::heal::{healed, wish};
use crate::phone::reads::PhoneReads;
use crate::phone::rows::{Gone, Own};
use crate::phone::work::Work;
use crate::stream::StreamOp;

/// Deletes a stream that was read whole; own entries in it stay, sealed.
pub(super) fn forget<R: PhoneReads>(work: &mut Work<'_, R>, stream: Stream) {
    let gone = work.state().next_rev();
    healed(work.state(), stream);
    let own = work.own_of(stream).map(|own| (own.op.header.id, own.op.header.deps.clone(), own.rev));
    let own: Vec<(OpId, Vec<OpId>, u64)> = own.collect();
    let others = work.others_of(stream).map(|(id, other)| (id, other.op.deps.clone(), other.rev, other.lost));
    let others: Vec<(OpId, Vec<OpId>, u64, bool)> = others.collect();
    for (id, deps, rev) in own {
        let Some(own) = work.own_mut(id.seq) else { continue };
        let was_shown = !std::mem::replace(&mut own.sealed, true);
        if was_shown {
            work.keep_gone(id, Gone { stream, deps, rev, gone });
        }
    }
    for (id, deps, rev, lost) in others {
        work.drop_other(id);
        if !lost {
            work.keep_gone(id, Gone { stream, deps, rev, gone });
        }
    }
    work.regained.remove(&stream);
    work.state().unscrubbed = true;
    work.touch(stream.record);
}

/// A stream came back of which what was left was read: own entries in it are shown again, and those whose content has gone are asked for.
pub(super) fn regain<R: PhoneReads>(work: &mut Work<'_, R>, stream: Stream) {
    if !work.regained.insert(stream) {
        return;
    }
    let sealed: Vec<u64> = work.own_of(stream).filter(|own| own.sealed).map(Own::seq).collect();
    for seq in sealed {
        work.own_mut(seq).into_iter().for_each(|own| own.sealed = false);
    }
    let gone: Vec<OpId> = work.gone_of(stream).collect();
    let was_lost = !gone.is_empty();
    gone.into_iter().for_each(|id| work.drop_gone(id));
    if was_lost && work.own_of(stream).any(|own| own.op.body.is_none()) {
        wish(work.state(), stream);
    }
}

/// Takes back the content of an own entry, when it is what the log says.
pub(super) fn restore<R: PhoneReads>(work: &mut Work<'_, R>, op: &StreamOp) {
    let Some(body) = op.body.as_deref() else { return };
    let fits = work.own(op.id.seq).is_some_and(|own| {
        let header = &own.op.header;
        header.id == op.id && own.op.body.is_none() && body_digest(own.op.salt, body) == header.body_digest
    });
    if fits {
        work.own_mut(op.id.seq).into_iter().for_each(|own| own.op.body = Some(body.into()));
    }
}

/// Deletes the content of own entries in lost streams that two verified backups hold; the log stays whole.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn drop_backed_up<R: PhoneReads>(work: &mut Work<'_, R>, safe: u64) -> Result<(), R::Fault> {
    let before = work.reads.sealed_upto(safe)?;
    let was: Vec<u64> = before.iter().map(Own::seq).collect();
    work.take_own(before);
    // A stream that this call has read may have come back in it, or be lost since.
    let may_go = |own: &&Own| {
        let stream = own.op.header.stream;
        let is_lost = if work.is_whole(stream) {
            work.gone_of(stream).next().is_some()
        } else {
            was.binary_search(&own.seq()).is_ok()
        };
        own.seq() <= safe && own.sealed && own.op.body.is_some() && is_lost
    };
    let go: Vec<u64> = work.owns().filter(may_go).map(Own::seq).collect();
    for seq in go {
        work.own_mut(seq).into_iter().for_each(|own| own.op.body = None);
        work.state().unscrubbed = true;
    }
    Ok(())
}
