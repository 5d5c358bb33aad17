//! When to look again and when devices were heard, in memory.
//!
//! Does not decide what is due.

use sync_core::ids::{DeviceId, Record};

use super::Job;
use crate::fault::Fault;
use crate::store::duties::{DutyReads, DutyWrites, IsDue};

impl DutyReads for Job<'_> {
    fn to_look_at(&self, now_ms: u64, limit: usize) -> Result<Vec<Record>, Fault> {
        let tables = self.tables.borrow();
        let due = tables.look_again.iter().filter(|(_, at_ms)| **at_ms <= now_ms);
        let mut due: Vec<_> = due.map(|(record, at_ms)| (*at_ms, record.to_string(), *record)).collect();
        due.sort_unstable();
        Ok(due.into_iter().take(limit).map(|(.., record)| record).collect())
    }

    fn due_records(&self) -> Result<Vec<Record>, Fault> {
        let mut records: Vec<Record> = self.tables.borrow().due_records.keys().copied().collect();
        records.sort_by_key(Record::to_string);
        Ok(records)
    }

    fn heard_ms(&self, device: DeviceId) -> Result<Option<u64>, Fault> {
        Ok(self.tables.borrow().heard.get(&device).copied())
    }

    fn confirmed(&self, device: DeviceId) -> Result<u64, Fault> {
        Ok(self.tables.borrow().confirmed.get(&device).copied().unwrap_or_default())
    }
}

impl DutyWrites for Job<'_> {
    fn look_again(&self, record: Record, at_ms: Option<u64>) -> Result<(), Fault> {
        match at_ms {
            Some(at_ms) => self.put(|tables| &mut tables.look_again, record, at_ms),
            None => self.remove(|tables| &mut tables.look_again, &record),
        }
    }

    fn set_due(&self, record: Record, due: IsDue) -> Result<(), Fault> {
        match due {
            IsDue::Yes => self.put(|tables| &mut tables.due_records, record, ()),
            IsDue::No => self.remove(|tables| &mut tables.due_records, &record),
        }
    }

    fn heard(&self, device: DeviceId, now_ms: u64) -> Result<(), Fault> {
        self.put(|tables| &mut tables.heard, device, now_ms)
    }

    fn confirm(&self, device: DeviceId, pos: u64) -> Result<(), Fault> {
        self.put(|tables| &mut tables.confirmed, device, pos)
    }
}
