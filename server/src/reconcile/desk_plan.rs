//! A plan of the core, written in a person's desk log: judged as on a phone, upon what their page showed, and received as
//! any push is.
//!
//! [`super::desk_log`] writes single deeds in the same log. Does not plan, and does not decide what a page shows: see
//! [`crate::desk`].

use sync_core::clock::{ClockMark, Now};
use sync_core::command::{Member, Place, Plan, SavedEntry};
use sync_core::ids::OpId;
use sync_core::log::Tip;
use sync_core::op::{Header, Seed};
use sync_core::phone;
use sync_core::phone::held::HeldRecord;
use sync_core::phone::recording::{self, Before, Written};
use sync_core::problem::Problem;
use sync_core::stamp::Disposition;

use super::desk_log::{LogOf, UPTIME, keep};
use crate::fault::Fault;
use crate::keys::{Signatures, random};
use crate::store::rows::{Held, ServerRow};
use crate::store::{Reads, Writes};

/// Who records a plan, in which log, when, and upon which page.
#[derive(Clone, Copy)]
pub(crate) struct Hand<'a> {
    pub(crate) member: &'a Member,
    pub(crate) log: &'a LogOf,
    /// The last place that the page showed.
    pub(crate) place: u64,
    pub(crate) now_ms: u64,
}

/// Records a plan: `seen` is what its author may read of the record now. Nothing is written when any part of it is not
/// allowed.
pub(crate) fn record(
    tx: &dyn Writes,
    (server, key): (&ServerRow, &dyn Signatures),
    hand: &Hand<'_>,
    plan: Plan,
    seen: &[Held],
) -> Result<Result<Vec<SavedEntry>, Problem>, Fault> {
    let written = match judged(tx, hand, plan, seen)? {
        Ok(written) => written,
        Err(problem) => return Ok(Err(problem)),
    };
    let entry = |written: &Written| {
        let OpId { device, seq } = written.op.header.id;
        SavedEntry { device, seq, hash: written.hash }
    };
    let saved: Vec<SavedEntry> = written.iter().map(entry).collect();
    let ops = written.into_iter().map(|written| written.op).collect();
    keep(tx, server, key, (&hand.member.author(), hand.log), ops, hand.now_ms)?;
    for SavedEntry { device, seq, .. } in &saved {
        let op = tx.op(OpId { device: *device, seq: *seq })?;
        let stamp = op.and_then(|held| held.stamp).ok_or(Fault::Damaged("a desk log".to_owned()))?;
        // What was allowed here may still be kept aside, for somebody to look at; it is never dropped.
        if matches!(stamp.disposition, Disposition::Refused(_)) {
            return Err(Fault::Damaged("a desk log".to_owned()));
        }
    }
    Ok(Ok(saved))
}

/// The entries that a plan would come to; nothing is written.
pub(crate) fn judged(
    read: &dyn Reads,
    hand: &Hand<'_>,
    plan: Plan,
    seen: &[Held],
) -> Result<Result<Vec<Written>, Problem>, Fault> {
    let Hand { member, log, place, now_ms } = *hand;
    let device = log.desk.device;
    let tip = read.device(device)?.map_or_else(Tip::default, |row| row.tip);
    let last = read.op(OpId { device, seq: tip.seq })?;
    let (receipts, head) = read.receipt_head()?;
    let own = read.ops_of_record(plan.record)?.into_iter().map(|held| held.op.header);
    let mut own: Vec<Header> = own.filter(|header| header.id.device == device).collect();
    own.sort_by_key(|header| header.id.seq);
    let held = seen.iter().filter(|held| held.is_in_stream()).map(as_of_its_place).collect();
    let before = Before {
        held: &mut HeldRecord::new(held, Vec::new(), own),
        was_shown: false,
        tip,
        hlc: last.map(|last| last.op.header.hlc).unwrap_or_default(),
        receipt: Some(head).filter(|_| receipts > 0),
        seed: Seed(random()),
    };
    let now = Now { ms: now_ms, at_least_ms: now_ms, clock: ClockMark::Plain };
    Ok(recording::record(before, &recording::Hand { member, now, uptime: UPTIME, as_of: place }, plan))
}

/// An op as a page reads it: it is shown from the place of its stamp on.
fn as_of_its_place(held: &Held) -> phone::Held {
    let rev = held.stamp.as_ref().map_or(u64::MAX, |stamp| stamp.place);
    phone::Held { op: held.as_read(), rev }
}

/// Whether an act names the stream that it is written in, and not only the compartment.
pub(crate) fn names_a_stream(place: &Place) -> bool {
    match place {
        Place::Compartment(_) => false,
        Place::Stream(_) | Place::Extract(..) => true,
    }
}
