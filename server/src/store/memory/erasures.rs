//! Erasures in memory.
//!
//! Does not scrub anything: no file holds it.

use std::collections::BTreeMap;

use sync_core::ids::OpId;

use super::Job;
use crate::fault::Fault;
use crate::store::duties::{DutyWrites as _, ReferralRow};
use crate::store::erasures::{ErasureReads, ErasureRow, ErasureWrites, Gone};
use crate::store::rows::{Entry, WaitingExtract};

impl ErasureReads for Job<'_> {
    fn erasure(&self, op: OpId) -> Result<Option<ErasureRow>, Fault> {
        Ok(self.tables.borrow().erasures.get(&op).cloned())
    }

    fn erasures(&self) -> Result<Vec<ErasureRow>, Fault> {
        Ok(self.tables.borrow().erasures.values().cloned().collect())
    }

    fn is_scrubbed(&self) -> Result<bool, Fault> {
        Ok(true)
    }

    fn is_told(&self, gone: &Gone) -> Result<bool, Fault> {
        let tables = self.tables.borrow();
        let fed = tables
            .feed
            .values()
            .filter_map(|entry| if let Entry::Extract(json) = entry { Some(json) } else { None });
        for json in fed.chain(tables.extracts.values().map(|extract| &extract.json)) {
            if gone.out_of_extract(json)?.is_some() {
                return Ok(true);
            }
        }
        for branch in tables.forks.values() {
            if gone.out_of_branch(branch)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl ErasureWrites for Job<'_> {
    fn erase(&self, row: &ErasureRow, gone: &Gone) -> Result<(), Fault> {
        let known = self.erasure(row.op)?;
        self.put(|tables| &mut tables.erasures, row.op, known.unwrap_or_else(|| row.clone()))?;
        let held = self.tables.borrow().ops.get(&row.op).map(|held| held.hash);
        if held == Some(row.hash) {
            self.change(row.op, |held| held.erase(row.erased.clone()))?;
        }
        let computed = self.tables.borrow().referrals.get(&row.stream.record).cloned();
        if let Some(computed) = computed {
            let emptied =
                ReferralRow { again_ms: Some(0), waiting: BTreeMap::new(), figures: None, ..computed };
            self.keep_row(row.stream.record, &emptied)?;
        }
        let (feed, extracts, forks) = self.tells(gone)?;
        feed.into_iter().try_for_each(|(key, entry)| self.put(|tables| &mut tables.feed, key, entry))?;
        for extract in extracts {
            self.put(|tables| &mut tables.extracts, extract.conflict, extract)?;
        }
        forks.into_iter().try_for_each(|(key, branch)| self.put(|tables| &mut tables.forks, key, branch))
    }
}

/// Rows that tell of an op, as they are without it.
type Told = (
    Vec<((String, u64), Entry)>,
    Vec<WaitingExtract>,
    Vec<((sync_core::ids::DeviceId, u64, sync_core::ids::Digest), String)>,
);

impl Job<'_> {
    fn tells(&self, gone: &Gone) -> Result<Told, Fault> {
        let tables = self.tables.borrow();
        let (mut feed, mut extracts, mut forks) = (Vec::new(), Vec::new(), Vec::new());
        for (key, entry) in &tables.feed {
            if let Entry::Extract(json) = entry
                && let Some(json) = gone.out_of_extract(json)?
            {
                feed.push((key.clone(), Entry::Extract(json)));
            }
        }
        for extract in tables.extracts.values() {
            if let Some(json) = gone.out_of_extract(&extract.json)? {
                extracts.push(WaitingExtract { json, ..extract.clone() });
            }
        }
        for (key, branch) in &tables.forks {
            if let Some(branch) = gone.out_of_branch(branch)? {
                forks.push((*key, branch));
            }
        }
        Ok((feed, extracts, forks))
    }
}
