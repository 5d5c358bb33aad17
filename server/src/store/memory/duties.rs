//! When to look again and when devices were heard, in memory.
//!
//! Does not decide what is due.

use sync_core::access::Scope;
use sync_core::ids::{DeviceId, Record};
use sync_core::referral::timers::Desks;
use sync_core::results::Figures;

use super::Job;
use crate::fault::Fault;
use crate::store::duties::{DutyReads, DutyWrites, OnDesk, ReferralRow};

impl DutyReads for Job<'_> {
    fn to_look_at(&self, now_ms: u64, limit: usize) -> Result<Vec<Record>, Fault> {
        let tables = self.tables.borrow();
        let again = tables.referrals.iter().filter_map(|(record, row)| Some((row.again_ms?, *record)));
        let due = again.filter(|(at_ms, _)| *at_ms <= now_ms);
        let mut due: Vec<_> = due.map(|(at_ms, record)| (at_ms, record.to_string(), record)).collect();
        due.sort_unstable();
        Ok(due.into_iter().take(limit).map(|(.., record)| record).collect())
    }

    fn on_desks(&self, desks: Desks, scopes: &[Scope]) -> Result<Vec<OnDesk>, Fault> {
        let tables = self.tables.borrow();
        let keys: Vec<String> = scopes.iter().map(Scope::key).collect();
        let holds = |record: Record| {
            let mut held = tables.holds.keys().filter(|(stream, _)| stream.record == record);
            held.any(|(_, scope)| keys.contains(scope))
        };
        let here = tables.referrals.iter().filter(|(record, row)| row.desks.meet(desks) && holds(**record));
        let mut rows: Vec<OnDesk> = here.map(|(record, row)| (*record, Some(row.waiting.clone()))).collect();
        rows.sort_by_key(|(record, _)| record.to_string());
        Ok(rows)
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

    fn compute_lists_again(&self) -> Result<(), Fault> {
        // What lists show is computed with the next change; no simulated person reads a list before.
        Ok(())
    }

    fn heard(&self, device: DeviceId, now_ms: u64) -> Result<(), Fault> {
        self.put(|tables| &mut tables.heard, device, now_ms)
    }

    fn confirm(&self, device: DeviceId, pos: u64) -> Result<(), Fault> {
        self.put(|tables| &mut tables.confirmed, device, pos)
    }
}
