//! Erasing the body of an entry, at the desk of the stream's controller.
//!
//! The erasure is an op of the person's own desk log, in the controller's record. Does not decide what is left
//! of the entry, nor who may erase: `sync-core` does.

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::codes::{self, CodeList};
use sync_core::ids::{CompartmentKind, OpId, OrgId, Stream};
use sync_core::referral::act::{Act, BodyErased};
use sync_core::referral::erasure::{Erased, controller};

use super::conflicts::AtDesk;
use super::{Answer, Erasure, Refused, retention, words};
use crate::fault::Fault;
use crate::reconcile::desk_log::{self, Deed, Done, Upon};
use crate::store::rows::Held;
use crate::store::{Reads, Writes};

/// Erases a body. Once is enough: who asks again is told by which op it was done.
pub(super) fn erase(tx: &dyn Writes, desk: &AtDesk<'_>, asked: &Erasure) -> Answer {
    let author = desk.caller.author;
    let held = entry(tx, desk, asked)?.ok_or(Refused::NotFound)?;
    let home = controller(asked.stream, author.force).ok_or(Refused::NotFound)?;
    if !answers_for(author.role, home) {
        return Err(Refused::NotYours);
    }
    if let Some(done) = tx.erasure(asked.op)? {
        return Ok(told(asked.op, done.by));
    }
    if !codes::contains(CodeList::ErasureBases, &asked.basis) {
        return Err(Refused::Field("basis"));
    }
    if asked.basis == retention::BASIS {
        return Err(Refused::NotAllowed(
            "what was kept long enough is erased as a whole record: see what is due for review",
        ));
    }
    if asked.basis != COURT && is_kept_longer(tx, asked, author.org, desk.now_ms)? {
        return Err(Refused::NotAllowed(
            "somebody decided to keep this record: only a court's order takes an entry away meanwhile",
        ));
    }
    if Erased::of(&held.as_stored()).is_none() {
        return Err(Refused::NotAllowed("it holds nothing of a person, only ids, codes and dates"));
    }
    erase_held(tx, desk, home, &[&held], &asked.basis)?;
    let done = tx.erasure(asked.op)?.ok_or(Fault::Damaged("an erasure".to_owned()))?;
    Ok(told(asked.op, done.by))
}

/// The one ground that counts while a record is kept for a reason.
const COURT: &str = "court_order";

/// Whether somebody of the organisation decided to keep the record, for a time that is not over.
fn is_kept_longer(read: &dyn Reads, asked: &Erasure, org: OrgId, now_ms: u64) -> Result<bool, Fault> {
    Ok(read.kept_longer(asked.stream.record, org)?.is_some_and(|until_ms| until_ms > now_ms))
}

/// Erases what some entries say that are here, in one command: the records are folded anew once, and not for each.
pub(super) fn erase_held(
    tx: &dyn Writes,
    desk: &AtDesk<'_>,
    home: Stream,
    entries: &[&Held],
    basis: &str,
) -> Result<(), Refused> {
    let mut along = entries.iter().map(|held| {
        let (stream, op, basis) = (held.op.header.stream, held.id(), basis.to_owned());
        (home, Act::BodyErased(BodyErased { stream, op, basis }))
    });
    let Some((stream, act)) = along.next() else { return Ok(()) };
    let deed = Deed {
        author: desk.caller.author,
        stream,
        act,
        along: along.collect(),
        place: tx.point()?.place,
        upon: Upon::Streams([home].into()),
    };
    match desk_log::record(tx, desk.server, desk.key, &deed, desk.now_ms)? {
        Done::Recorded(_) => {}
        Done::ShownAnew => return Err(Refused::ShownAnew),
        Done::NotAllowed(why) => return Err(Refused::NotAllowed(words(why))),
    }
    for held in entries {
        tx.erasure(held.id())?.ok_or(Fault::Damaged("an erasure".to_owned()))?;
    }
    Ok(())
}

/// The entry, when it is in a stream that the caller reads.
fn entry(tx: &dyn Writes, desk: &AtDesk<'_>, asked: &Erasure) -> Result<Option<Held>, Fault> {
    if !desk.caller.holds(tx, asked.stream)? {
        return Ok(None);
    }
    Ok(tx.op(asked.op)?.filter(|held| held.op.header.stream == asked.stream && held.is_in_stream()))
}

/// Whether people of this role write in the controller's record.
fn answers_for(role: Role, home: Stream) -> bool {
    match home.kind() {
        CompartmentKind::Police => role == Role::Admin,
        CompartmentKind::Outreach => role == Role::ProviderLead,
        CompartmentKind::Shared | CompartmentKind::Care | CompartmentKind::Audit => false,
    }
}

fn told(op: OpId, by: OpId) -> Value {
    json!({"op": op, "erased_by": by, "state": "erased"})
}
