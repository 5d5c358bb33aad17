//! When to look again and when devices were heard, in memory.
//!
//! Does not decide what is due.

use sync_core::access::Scope;
use sync_core::ids::{DeviceId, Record};
use sync_core::referral::act::YesNo;
use sync_core::referral::timers::{Desks, Line};
use sync_core::results::Figures;

use super::Job;
use crate::fault::Fault;
use crate::store::duties::{DutyReads, DutyWrites, ListAsked, OnDesk, ReferralRow};
use crate::store::people::LastSeen;

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

    fn urgencies(&self, asked: &ListAsked<'_>) -> Result<Vec<(u64, Record)>, Fault> {
        let mut found = Vec::new();
        for (record, waiting) in self.on_desks(Desks::ALL, asked.scopes)? {
            let tables = self.tables.borrow();
            let (Some(mut waiting), Some(row)) = (waiting, tables.referrals.get(&record)) else { continue };
            let Some(waiting) = waiting.remove(&asked.org) else { continue };
            let staffed = waiting.services.iter().any(|service| asked.able.contains(service));
            let shown = |line: &&Line| {
                line.desk == asked.desk && !(staffed && line.while_nobody_can_act == YesNo::Yes)
            };
            let lines = row.lines.get(&asked.org).into_iter().flatten().filter(shown);
            let urgency = lines.filter_map(|line| line.urgency(asked.now_ms)).min();
            let is_listed = asked.only_new == YesNo::No || waiting.is_new();
            found.extend(urgency.filter(|_| is_listed).map(|urgency| (urgency, record)));
        }
        found.sort_by_key(|(urgency, record)| (*urgency, record.to_string()));
        Ok(found)
    }

    fn to_compute(&self) -> Result<Vec<Record>, Fault> {
        Ok(Vec::new())
    }

    fn waiting(&self, records: &[Record], scopes: &[Scope]) -> Result<Vec<OnDesk>, Fault> {
        let rows = self.on_desks(Desks::ALL, scopes)?.into_iter();
        Ok(rows.filter(|(record, _)| records.contains(record)).collect())
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

    fn seen(&self, device: DeviceId, seen: LastSeen) -> Result<(), Fault> {
        self.put(|tables| &mut tables.seen, device, seen)
    }

    fn confirm(&self, device: DeviceId, pos: u64) -> Result<(), Fault> {
        self.put(|tables| &mut tables.confirmed, device, pos)
    }
}
