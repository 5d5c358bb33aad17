//! When to look again and when devices were heard, in memory.
//!
//! Does not decide what is due.

use sync_core::ids::{DeviceId, Record};
use sync_core::results::Figures;

use super::Job;
use crate::fault::Fault;
use crate::store::duties::{DutyReads, DutyWrites, IsDue, ReferralRow};

impl DutyReads for Job<'_> {
    fn to_look_at(&self, now_ms: u64, limit: usize) -> Result<Vec<Record>, Fault> {
        let tables = self.tables.borrow();
        let again = tables.referrals.iter().filter_map(|(record, row)| Some((row.again_ms?, *record)));
        let due = again.filter(|(at_ms, _)| *at_ms <= now_ms);
        let mut due: Vec<_> = due.map(|(at_ms, record)| (at_ms, record.to_string(), record)).collect();
        due.sort_unstable();
        Ok(due.into_iter().take(limit).map(|(.., record)| record).collect())
    }

    fn due_records(&self) -> Result<Vec<Record>, Fault> {
        let tables = self.tables.borrow();
        let due = tables.referrals.iter().filter(|(_, row)| row.due == IsDue::Yes);
        let mut records: Vec<Record> = due.map(|(record, _)| *record).collect();
        records.sort_by_key(Record::to_string);
        Ok(records)
    }

    fn figures(&self) -> Result<Vec<Figures>, Fault> {
        Ok(self.tables.borrow().referrals.values().filter_map(|row| row.figures.clone()).collect())
    }

    fn heard_ms(&self, device: DeviceId) -> Result<Option<u64>, Fault> {
        Ok(self.tables.borrow().heard.get(&device).copied())
    }

    fn confirmed(&self, device: DeviceId) -> Result<u64, Fault> {
        Ok(self.tables.borrow().confirmed.get(&device).copied().unwrap_or_default())
    }
}

impl DutyWrites for Job<'_> {
    fn keep_row(&self, referral: Record, row: &ReferralRow) -> Result<(), Fault> {
        self.put(|tables| &mut tables.referrals, referral, row.clone())
    }

    fn heard(&self, device: DeviceId, now_ms: u64) -> Result<(), Fault> {
        self.put(|tables| &mut tables.heard, device, now_ms)
    }

    fn confirm(&self, device: DeviceId, pos: u64) -> Result<(), Fault> {
        self.put(|tables| &mut tables.confirmed, device, pos)
    }
}
