//! Folded records that stay in memory between calls: a command about one costs what it touches, not what the record holds.
//!
//! ```text
//!   a transaction begins ─▶ has anybody written since? ── yes ─▶ nothing is kept any more
//!        │                                            └─ no ──▶ what is kept counts
//!        └─ read: kept · write: taken out, and put back when it is written ─▶ committed ─▶ settled
//! ```
//! Whoever writes and does not settle makes everything be read again: what is forgotten here costs time and is never
//! wrong. Bounded by entries; what was used longest ago goes first. Does not decide what a record says.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::Connection;
use sync_core::ids::{OpId, Record, Stream};
use sync_core::phone::Held;
use sync_core::phone::changes::Changes;
use sync_core::phone::held::HeldRecord;
use sync_core::referral::fold::Folded;
use sync_core::stream::StreamOp;

use crate::problem::Problem;
use crate::store::{forget, ops};

/// How many entries are kept, all together. A record that alone has more is kept by itself.
const MOST_ENTRIES: usize = 4_000;

/// The records that are kept.
#[derive(Default)]
pub(crate) struct HeldRecords(RefCell<Kept>);

#[derive(Default)]
struct Kept {
    /// What the store had written when this was true.
    written: Option<Written>,
    records: BTreeMap<Record, (HeldRecord, u64)>,
    entries: usize,
    clock: u64,
}

/// How often others have written the file, and how many rows this connection has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Written {
    by_others: i64,
    rows: u64,
}

impl HeldRecords {
    /// What is kept, for a transaction that has written nothing yet.
    pub(crate) fn begin<'a>(&'a self, db: &'a Connection) -> Result<HeldIn<'a>, Problem> {
        let by_others = db.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        let written = Some(Written { by_others, rows: db.total_changes() });
        let mut kept = self.0.borrow_mut();
        if kept.written != written {
            *kept = Kept { written, ..Kept::default() };
        }
        Ok(HeldIn { db, kept: &self.0 })
    }

    /// What is kept counts after a commit: whatever the transaction changed was taken out, or followed.
    pub(crate) fn settle(&self, db: &Connection) {
        if let Some(written) = &mut self.0.borrow_mut().written {
            written.rows = db.total_changes();
        }
    }
}

/// What is kept, in one transaction.
#[derive(Clone, Copy)]
pub(crate) struct HeldIn<'a> {
    pub(crate) db: &'a Connection,
    kept: &'a RefCell<Kept>,
}

impl HeldIn<'_> {
    /// The streams of a record that may be seen.
    pub(crate) fn streams(&self, record: Record) -> Result<BTreeMap<Stream, Arc<Folded>>, Problem> {
        if let Some(streams) = self.kept.borrow_mut().used(record).map(|held| held.streams().clone()) {
            return Ok(streams);
        }
        let (held, kept) = self.read(record)?;
        let streams = held.streams().clone();
        if kept == Keep::Yes {
            self.put(record, held);
        }
        Ok(streams)
    }

    /// A record as a command about it, made on a view of this revision, goes on from.
    pub(crate) fn take(&self, record: Record, as_of: u64) -> Result<HeldRecord, Problem> {
        if let Some(held) = self.kept.borrow_mut().take(record) {
            return Ok(held);
        }
        let own = ops::own_of_record(self.db, record)?;
        let headers: Vec<_> = own.iter().map(|own| own.op.header.clone()).collect();
        let held = ops::held_of(self.db, record, own)?;
        Ok(HeldRecord::new(held, forget::of_record(self.db, record, as_of)?, headers))
    }

    /// Shows somebody a record as it is held; nothing of it stays in memory that was not there before.
    pub(crate) fn look<T>(
        &self,
        record: Record,
        look: impl FnOnce(&HeldRecord) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        if let Some((held, _)) = self.kept.borrow().records.get(&record) {
            return look(held);
        }
        look(&self.read(record)?.0)
    }

    /// Keeps a record as it is held now.
    pub(crate) fn put(&self, record: Record, held: HeldRecord) {
        self.kept.borrow_mut().put(record, held);
    }

    /// Reads a record again that others have changed, and keeps it, unless it is kept.
    pub(crate) fn renew(&self, record: Record) -> Result<(), Problem> {
        if self.kept.borrow_mut().used(record).is_none() {
            let (held, keep) = self.read(record)?;
            if keep == Keep::Yes {
                self.put(record, held);
            }
        }
        Ok(())
    }

    /// Nothing is kept any more.
    pub(crate) fn let_all_go(&self) {
        self.kept.borrow_mut().let_all_go();
    }

    /// Takes in what an answer changed; a record of which it changed anything else is read again.
    pub(crate) fn follow(&self, changes: &Changes) {
        let mut kept = self.kept.borrow_mut();
        if changes.new_log.is_some() || !changes.appended.is_empty() {
            kept.let_all_go();
            return;
        }
        let gone = changes.gone.keys().chain(changes.erased.keys());
        let dropped = changes.others.iter().filter(|(_, other)| other.is_none()).map(|(id, _)| id);
        gone.chain(dropped).for_each(|id| kept.let_go_of(*id));
        changes.gone.values().flatten().for_each(|gone| drop(kept.take(gone.stream.record)));
        let mut brought: BTreeMap<Record, Vec<Held>> = BTreeMap::new();
        for own in changes.own.values() {
            let op = StreamOp::of(&own.op, own.stamp.clone());
            if own.sealed {
                drop(kept.take(op.stream.record));
            } else {
                brought.entry(op.stream.record).or_default().push(Held { op, rev: own.rev });
            }
        }
        for other in changes.others.values().flatten() {
            if other.lost {
                drop(kept.take(other.op.stream.record));
            } else {
                let held = Held { op: other.op.clone(), rev: other.rev };
                brought.entry(other.op.stream.record).or_default().push(held);
            }
        }
        for (record, entries) in brought {
            let Some(mut held) = kept.take(record) else { continue };
            if held.follow(entries) {
                kept.put(record, held);
            }
        }
    }

    /// What may be seen of a record, and whether it can be kept: of what was lost, or does not open, each reads the rows.
    fn read(&self, record: Record) -> Result<(HeldRecord, Keep), Problem> {
        let Ok(own) = ops::own_of_record(self.db, record) else {
            let held = ops::of_record(self.db, record)?;
            return Ok((HeldRecord::new(held, Vec::new(), []), Keep::No));
        };
        let headers: Vec<_> = own.iter().map(|own| own.op.header.clone()).collect();
        let held = HeldRecord::new(ops::held_of(self.db, record, own)?, Vec::new(), headers);
        let keep = if forget::has_lost(self.db, record)? { Keep::No } else { Keep::Yes };
        Ok((held, keep))
    }
}

/// Whether a record can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Yes,
    No,
}

impl Kept {
    fn used(&mut self, record: Record) -> Option<&HeldRecord> {
        self.clock += 1;
        let (held, used) = self.records.get_mut(&record)?;
        *used = self.clock;
        Some(held)
    }

    fn take(&mut self, record: Record) -> Option<HeldRecord> {
        let (held, _) = self.records.remove(&record)?;
        self.entries -= held.len();
        Some(held)
    }

    fn put(&mut self, record: Record, held: HeldRecord) {
        drop(self.take(record));
        self.clock += 1;
        self.entries += held.len();
        self.records.insert(record, (held, self.clock));
        while self.entries > MOST_ENTRIES && self.records.len() > 1 {
            let oldest = self.records.iter().min_by_key(|(_, (_, used))| *used).map(|(record, _)| *record);
            oldest.into_iter().for_each(|record| drop(self.take(record)));
        }
    }

    fn let_go_of(&mut self, entry: OpId) {
        let holds = self.records.iter().filter(|(_, (held, _))| held.op(entry).is_some());
        let records: Vec<Record> = holds.map(|(record, _)| *record).collect();
        records.into_iter().for_each(|record| drop(self.take(record)));
    }

    fn let_all_go(&mut self) {
        self.records.clear();
        self.entries = 0;
    }
}

#[cfg(test)]
mod tests {
    use sync_core::clock::Hlc;
    use sync_core::ids::{Compartment, CompartmentKind, DeviceId, OrgId, UserId};
    use sync_core::op::VOCABULARY;
    use uuid::Uuid;

    use super::*;

    fn record(number: u128) -> Record {
        Record::referral(Uuid::from_u128(number))
    }

    /// A record of so many entries.
    fn of(number: u128, entries: u64) -> HeldRecord {
        let compartment = Compartment { kind: CompartmentKind::Shared, org: OrgId(Uuid::from_u128(1)) };
        let entry = |seq| StreamOp {
            id: OpId { device: DeviceId(Uuid::from_u128(number)), seq },
            stream: Stream { record: record(number), compartment },
            deps: Vec::new(),
            hlc: Hlc(seq),
            author: UserId(Uuid::from_u128(9)),
            kind: "future.kind".parse().expect("it is written as kinds are"),
            vocabulary: VOCABULARY,
            body: Some("{}".into()),
            erased: None,
            stamp: None,
        };
        let held = (1..=entries).map(|seq| Held { op: entry(seq), rev: seq });
        HeldRecord::new(held.collect(), Vec::new(), [])
    }

    #[test]
    fn what_was_used_longest_ago_goes_first_and_a_long_record_stays_alone() {
        let mut kept = Kept::default();
        (1..=3).for_each(|number| kept.put(record(number), of(number, 1_300)));
        assert!(kept.used(record(1)).is_some());
        kept.put(record(4), of(4, 1_300));
        let names = |kept: &Kept| kept.records.keys().copied().collect::<Vec<_>>();
        assert_eq!((names(&kept), kept.entries), (vec![record(1), record(3), record(4)], 3_900));
        kept.put(record(5), of(5, 5_000));
        assert_eq!((names(&kept), kept.entries), (vec![record(5)], 5_000));
        kept.let_go_of(OpId { device: DeviceId(Uuid::from_u128(5)), seq: 7 });
        assert_eq!((names(&kept), kept.entries), (vec![], 0));
    }
}
