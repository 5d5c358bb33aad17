//! What phones opened and what they were sent, in the audit.
//!
//! ```text
//!   openings of a push ─▶ a line each, in the write job of the push
//!   page ─▶ records that the phone was never sent ─▶ a line each, durable ─▶ the page goes out
//! ```
//! Does not decide what a reader may see: see [`super::page`].

use std::collections::{BTreeMap, BTreeSet};

use sync_core::access::{Author, Scope};
use sync_core::ids::{DeviceId, Record, RecordKind};
use sync_core::sync::answer::FeedEntry;
use sync_core::sync::consulted::{ConsultedFor, ConsultedUpto};

use super::verify::Opened;
use crate::audit::{self, Noted, OnPhone, OpenedThere, Purpose};
use crate::fault::Fault;
use crate::store::rows::Asking;
use crate::store::{Reads, Writes};

/// Notes what was opened on a phone, once, however often it is pushed. It comes after what the same push recorded: who
/// opened a record there can have begun it.
pub(super) fn opened(tx: &dyn Writes, push: &Opened, now_ms: u64) -> Result<Option<ConsultedUpto>, Fault> {
    let device = push.sender.device;
    let numbers = || push.consulted.iter().map(|consulted| consulted.number);
    let (Some(first), Some(upto)) = (numbers().min(), numbers().max()) else { return Ok(None) };
    let Asking { author, .. } = tx.asking(device)?.ok_or(Fault::Unknown("device"))?;
    let before = tx.opened_upto(device)?;
    let records = push.consulted.iter().map(|consulted| Record::referral(consulted.referral)).collect();
    // Whoever writes the software of their own phone can name any record.
    let out_of_reach = tx.out_of_reach(&Scope::followed(device, &author), records)?;
    let mut noted = BTreeMap::new();
    for consulted in &push.consulted {
        let (record, number) = (Record::referral(consulted.referral), consulted.number);
        let there = OpenedThere { number, at_ms: consulted.at_ms };
        if number <= before && tx.has_opening(device, record, there)? {
            continue;
        }
        let purpose =
            if out_of_reach.contains(&record) { Purpose::SaidByPhone } else { purpose(consulted.purpose) };
        let phone = Some(OnPhone { device, opened: Some(there) });
        noted.entry((number, record, there.at_ms)).or_insert(Noted { phone, ..Noted::of(record, purpose) });
    }
    let noted: Vec<Noted> = noted.into_values().collect();
    audit::note(tx, &author, &noted, now_ms)?;
    Ok(Some(ConsultedUpto { before, first, upto }))
}

fn purpose(of: ConsultedFor) -> Purpose {
    match of {
        ConsultedFor::Worklist => Purpose::Worklist,
        ConsultedFor::Inbox => Purpose::Inbox,
        ConsultedFor::Referrals => Purpose::Referrals,
        ConsultedFor::Diary => Purpose::Diary,
        ConsultedFor::Search => Purpose::Search,
        ConsultedFor::Conflicts => Purpose::Conflicts,
        ConsultedFor::Address => Purpose::Address,
    }
}

/// To whom a page goes.
pub(super) struct Recipient {
    pub(super) device: DeviceId,
    /// The records in which the same push wrote.
    wrote: BTreeSet<Record>,
}

impl Recipient {
    pub(super) fn of(push: &Opened) -> Self {
        let wrote = push.ops.iter().map(|op| op.header.stream.record).collect();
        Self { device: push.sender.device, wrote }
    }
}

/// The records on a page of which the phone was never sent anything, as far as it is noted, and in which its user wrote
/// nothing there: their own entries say that they hold it. A page without others costs no look.
pub(super) fn new_to(
    read: &dyn Reads,
    to: &Recipient,
    entries: &[FeedEntry],
) -> Result<BTreeSet<Record>, Fault> {
    let is_told = |record: &Record| record.kind == RecordKind::Referral && !to.wrote.contains(record);
    let records: BTreeSet<Record> = entries.iter().filter_map(tells_of).filter(is_told).collect();
    if records.is_empty() { Ok(records) } else { read.not_sent(to.device, records) }
}

/// The record that an entry says something about.
fn tells_of(entry: &FeedEntry) -> Option<Record> {
    match entry {
        FeedEntry::Op(op) => Some(op.stream.record),
        FeedEntry::Whole(whole) => Some(whole.stream.record).filter(|_| !whole.ops.is_empty()),
        FeedEntry::Extract(extract) => Some(extract.stream.record),
        FeedEntry::Stamped { .. }
        | FeedEntry::Forget { .. }
        | FeedEntry::Erased { .. }
        | FeedEntry::Reference(_) => None,
    }
}

/// Notes that a phone gets entries of records for the first time.
pub(super) fn sent(
    tx: &dyn Writes,
    (author, device): (&Author, DeviceId),
    records: BTreeSet<Record>,
    now_ms: u64,
) -> Result<(), Fault> {
    let phone = Some(OnPhone { device, opened: None });
    let line = |record| Noted { phone, ..Noted::of(record, Purpose::SentToPhone) };
    let noted: Vec<Noted> = records.into_iter().map(line).collect();
    audit::note(tx, author, &noted, now_ms)
}
