//! What phones opened and what they were sent, in the audit.
//!
//! ```text
//!   openings of a push ─▶ a line each, in the write job of the push
//!   page ─▶ records that the phone was never sent ─▶ a line each, durable ─▶ the page goes out
//! ```
//! Does not decide what a reader may see: see [`super::page`].

use std::collections::BTreeSet;

use sync_core::access::{Author, Scope};
use sync_core::ids::{DeviceId, Record, RecordKind};
use sync_core::sync::answer::FeedEntry;
use sync_core::sync::consulted::{Consultation, ConsultedFor, ConsultedUpto};

use super::verify::Opened;
use crate::audit::{self, Noted, OnPhone, OpenedThere, Purpose};
use crate::fault::Fault;
use crate::store::people::Right;
use crate::store::rows::Asking;
use crate::store::{Reads, Writes};

/// Notes what was opened on a phone, once, however often it is pushed. It comes after what the same push recorded: who
/// opened a record there can have begun it.
pub(super) fn opened(tx: &dyn Writes, push: &Opened, now_ms: u64) -> Result<Option<ConsultedUpto>, Fault> {
    let device = push.sender.device;
    let mut consulted = push.consulted.clone();
    consulted.sort_unstable_by_key(|one| (one.number, one.at_ms, one.referral));
    consulted.dedup_by_key(|one| (one.number, one.at_ms, one.referral));
    let ends = consulted.first().zip(consulted.last()).map(|(first, last)| (first.number, last.number));
    let Some((first, upto)) = ends else { return Ok(None) };
    let Asking { author, .. } = tx.asking(device)?.ok_or(Fault::Unknown("device"))?;
    let (before, rights) = (tx.opened_upto(device)?, tx.rights(author.user)?);
    let reader = |one: &Consultation| reader_at(&rights, author, one.at_ms);
    for same in consulted.chunk_by(|one, next| reader(one) == reader(next)) {
        let reader = reader(&same[0]);
        let noted = noted(tx, (device, &reader), same, before)?;
        audit::note(tx, &reader, &noted, now_ms)?;
    }
    Ok(Some(ConsultedUpto { before, first, upto }))
}

/// As what somebody opened something: what they were at that time, by their phone's clock; before all of it, what they were
/// first.
fn reader_at(rights: &[Right], now: Author, at_ms: u64) -> Author {
    let then = rights.iter().rfind(|right| right.from_ms <= at_ms).or_else(|| rights.first());
    then.map_or(now, |right| Author { role: right.role, org: right.org, ..now })
}

/// The lines of what one reader opened, without those that are there.
fn noted(
    tx: &dyn Writes,
    (device, reader): (DeviceId, &Author),
    consulted: &[Consultation],
    before: u64,
) -> Result<Vec<Noted>, Fault> {
    let records = consulted.iter().map(|one| Record::referral(one.referral)).collect();
    // Whoever writes the software of their own phone can name any record.
    let out_of_reach = tx.out_of_reach(&Scope::followed(device, reader), records)?;
    let mut noted = Vec::with_capacity(consulted.len());
    for one in consulted {
        let (record, there) =
            (Record::referral(one.referral), OpenedThere { number: one.number, at_ms: one.at_ms });
        if one.number <= before && tx.has_opening(device, record, there)? {
            continue;
        }
        let purpose =
            if out_of_reach.contains(&record) { Purpose::SaidByPhone } else { purpose(one.purpose) };
        let phone = Some(OnPhone { device, opened: Some(there) });
        noted.push(Noted { phone, ..Noted::of(record, purpose) });
    }
    Ok(noted)
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
