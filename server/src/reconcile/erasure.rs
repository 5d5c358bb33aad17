//! What an accepted `body.erased` does: body and salt go, and everybody who holds the op is told.
//!
//! ```text
//!   accepted ─▶ body and salt gone here, with what extracts and branches tell of them
//!            ─▶ `erased` in each feed that holds the stream, and to every device of the author
//!            ─▶ each extract that told of it, without its body, to all who may hold it
//!   an op that comes (again) and is erased already: it is kept without its body, and its phone is told
//! ```
//! Does not decide who may erase: the judge does. Does not make the bytes go from the files: the store does.

use std::collections::BTreeSet;

use sync_core::access::Scope;
use sync_core::ids::OpId;
use sync_core::op::Recovered;
use sync_core::referral::act::BodyErased;
use sync_core::referral::erasure::Erased;

use super::extracts;
use super::round::Round;
use crate::fault::Fault;
use crate::outside::{self, Kept};
use crate::store::erasures::{ErasureRow, Gone};
use crate::store::rows::{Entry, Held};
use crate::store::{Reads, Writes};

/// Erases what an op names. Naming what is not held, or is in another stream, erases nothing.
pub(super) fn take_effect(round: &mut Round<'_>, by: OpId, named: &BodyErased) -> Result<(), Fault> {
    let Some(held) = round.tx.op(named.op)? else { return Ok(()) };
    if held.op.header.stream != named.stream {
        return Ok(());
    }
    for id in copies(round.tx, &held)? {
        erase(round, by, id)?;
    }
    Ok(())
}

/// An op, the one that it repeats, and the one that repeats it: they say the same.
fn copies(read: &dyn Reads, held: &Held) -> Result<BTreeSet<OpId>, Fault> {
    let mut copies = BTreeSet::from([held.id()]);
    if let Some(original) = held.op.header.recovered_from
        && read.hash_of(original.id)? == Some(original.hash)
    {
        copies.insert(original.id);
    }
    copies.extend(read.recovered_by(Recovered { id: held.id(), hash: held.hash })?);
    Ok(copies)
}

fn erase(round: &mut Round<'_>, by: OpId, id: OpId) -> Result<(), Fault> {
    let Some(held) = round.tx.op(id)?.filter(|held| held.erased.is_none()) else { return Ok(()) };
    let Some(erased) = Erased::of(&held.as_stored()) else { return Ok(()) };
    let (stream, hash) = (held.op.header.stream, held.hash);
    let disposition = held.stamp.as_ref().map(|stamp| stamp.disposition);
    let row = ErasureRow { op: id, hash, stream, by, erased: erased.clone(), disposition };
    outside::keep(round.tx, &Kept::Erased(Box::new(row)))?;
    round.record(stream.record)?.erase(id, erased);
    tracing::info!(op = %id, %by, "body erased");
    round.note_erased(&held);
    Ok(())
}

/// An op that is erased already, or repeats one that is, comes in without its body.
pub(super) fn on_arrival(tx: &dyn Writes, held: &mut Held) -> Result<(), Fault> {
    let (op, hash, stream) = (held.id(), held.hash, held.op.header.stream);
    if let Some(row) = tx.erasure(op)?.filter(|row| row.hash == hash) {
        held.erase(row.erased);
        return Ok(());
    }
    let Some(original) = held.op.header.recovered_from else { return Ok(()) };
    let Some(row) = tx.erasure(original.id)?.filter(|row| row.hash == original.hash) else { return Ok(()) };
    // Of one that comes without its body, what was left of the original is all that anybody knows.
    let is_bare = held.op.body.is_none();
    let erased = if is_bare { Some(row.erased.clone()) } else { Erased::of(&held.as_stored()) };
    let Some(erased) = erased else { return Ok(()) };
    held.erase(erased.clone());
    outside::keep(tx, &Kept::Erased(Box::new(ErasureRow { op, hash, stream, erased, ..row })))
}

/// Erases in the store, and tells who holds the op; again when a store went back that had forgotten it.
pub(crate) fn apply(tx: &dyn Writes, row: &ErasureRow) -> Result<(), Fault> {
    let held = tx.op(row.op)?.filter(|held| held.hash == row.hash);
    let repeats = held.as_ref().and_then(|held| held.op.header.recovered_from);
    let gone = Gone::of(row.op, row.hash, repeats);
    let waiting = tx.extracts_of(row.stream)?;
    tx.erase(row, &gone)?;
    for extract in waiting {
        if let Some(json) = gone.out_of_extract(&extract.json)? {
            extracts::feed(tx, &serde_json::from_str(&json)?)?;
        }
    }
    let Some(held) = held else { return Ok(()) };
    let entry = Entry::Erased { stream: row.stream, id: row.op };
    scopes(tx, &held)?.iter().try_for_each(|scope| tx.feed(scope, &entry))
}

/// The feeds that must hear of it: of who reads the stream now, when the op is in it, and of every device of
/// the author.
fn scopes(read: &dyn Reads, held: &Held) -> Result<BTreeSet<String>, Fault> {
    let mut scopes = BTreeSet::new();
    if held.is_in_stream() {
        scopes = read.holders(held.op.header.stream)?;
    }
    let mut alone = BTreeSet::new();
    for device in read.devices()?.into_iter().filter(|device| device.user == held.op.header.author) {
        let author = read.author(device.id)?;
        let followed = author.map(|author| Scope::followed(device.id, &author)).unwrap_or_default();
        if !followed.iter().any(|scope| scopes.contains(&scope.key())) {
            alone.insert(Scope::Device(device.id).key());
        }
    }
    scopes.extend(alone);
    Ok(scopes)
}
