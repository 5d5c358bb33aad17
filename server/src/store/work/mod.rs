//! The working set of one write job: what was looked up, with the job's own changes laid over it.
//!
//! ```text
//!   job ─▶ Work ─ reads ──▶ changes of this job ▸ what was looked up ▸ the store, in bulk
//!            └─── changes ─▶ Changes, plain data ─▶ saved at the end of the job, a row or many in one statement
//! ```
//! What was looked up stays for the jobs that follow ([`Kept`]): only this process writes, and whoever else did is
//! noticed. A job that fails leaves nothing: its changes are dropped, and so is everything that was kept. What is seldom
//! done goes to the store at once, after what is waiting. Does not decide anything.

mod audit;
mod changes;
mod forms;
mod kept;
mod prior_checks;
mod reads;
mod retention;
mod sign_in;
mod writes;

use std::any::Any;
use std::cell::{RefCell, RefMut};
use std::collections::BTreeMap;

use sync_core::access::Scope;
use sync_core::ids::{OpId, Record};
use sync_core::stamp::Stamp;

pub(crate) use changes::Changes;
pub(crate) use kept::{Beside, Kept};

use crate::fault::Fault;
use crate::store::Writes;

/// A store under a working set.
pub(crate) trait Under: Writes {
    /// Saves what a job changed.
    fn save(&self, changes: Changes) -> Result<(), Fault>;
}

/// The working set of one job.
pub(crate) struct Work<'s> {
    under: &'s dyn Under,
    kept: RefMut<'s, Kept>,
    changes: Changes,
}

/// A running job: what it looks up and changes goes through here.
pub(crate) struct Job<'s>(RefCell<Work<'s>>);

impl<'s> Job<'s> {
    /// Runs a job over a store, and saves what it changed.
    pub(crate) fn run<T>(
        under: &'s dyn Under,
        kept: &'s RefCell<Kept>,
        job: impl FnOnce(&dyn Writes) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut work = Work { under, kept: kept.borrow_mut(), changes: Changes::default() };
        work.kept.begin();
        let running = Self(RefCell::new(work));
        let done = job(&running).and_then(|done| running.flush().map(|()| done));
        if done.is_err() {
            running.0.borrow_mut().kept.forget();
        }
        done
    }

    /// Saves what waits: whatever reads the store itself must see it.
    fn flush(&self) -> Result<(), Fault> {
        let mut work = self.0.borrow_mut();
        if work.changes.is_empty() {
            return Ok(());
        }
        let changes = std::mem::take(&mut work.changes);
        work.under.save(changes)
    }

    /// The store, for what is seldom looked up.
    fn under(&self) -> Result<&'s dyn Under, Fault> {
        self.flush()?;
        Ok(self.0.borrow().under)
    }

    /// The store, for what no job notes in its changes.
    fn as_saved(&self) -> &'s dyn Under {
        self.0.borrow().under
    }

    /// The store, with the stamps and admissions of entries that it held before; its new entries are noted here.
    fn with_old_entries(&self) -> Result<&'s dyn Under, Fault> {
        let work = self.0.borrow();
        let are_saved = work.changes.stamps.is_empty() && work.changes.admitted.is_empty();
        drop(work);
        if are_saved { Ok(self.as_saved()) } else { self.under() }
    }

    /// The store, for what is seldom changed: what was looked up of it counts no longer.
    fn changing(&self) -> Result<&'s dyn Under, Fault> {
        self.flush()?;
        let mut work = self.0.borrow_mut();
        work.kept.forget();
        Ok(work.under)
    }

    /// The stamps of those of some entries that have one; of new ones they are in what changes.
    pub(super) fn stamps(&self, ids: &[OpId]) -> Result<BTreeMap<OpId, Stamp>, Fault> {
        let (mut stamps, mut old) = (BTreeMap::new(), Vec::new());
        for id in ids {
            match self.0.borrow().changes.entries.get(id) {
                Some(held) => stamps.extend(held.stamp.clone().map(|stamp| (*id, stamp))),
                None => old.push(*id),
            }
        }
        if !old.is_empty() {
            let held = self.with_old_entries()?.ops(&old)?.into_iter();
            stamps.extend(held.filter_map(|(id, held)| Some((id, held.stamp?))));
        }
        Ok(stamps)
    }

    /// The last position of each of some feeds: looked up for those that have grown since, together.
    pub(super) fn feed_ends(&self, scopes: &[Scope]) -> Result<Vec<u64>, Fault> {
        let known = |scope: &Scope| self.0.borrow().kept.feed_ends.get(&scope.key()).copied();
        let unknown: Vec<Scope> = scopes.iter().filter(|scope| known(scope).is_none()).cloned().collect();
        if !unknown.is_empty() {
            let ends = self.under()?.feed_ends(&unknown)?;
            self.0.borrow_mut().kept.feed_ends.extend(unknown.iter().map(Scope::key).zip(ends));
        }
        Ok(scopes.iter().map(|scope| known(scope).unwrap_or_default()).collect())
    }

    /// What a job made of a record, for the next one.
    pub(super) fn take_made(&self, record: Record) -> Option<Box<dyn Any + Send>> {
        self.0.borrow_mut().kept.take_made(record)
    }

    pub(super) fn keep_made(&self, record: Record, made: Box<dyn Any + Send>, entries: usize) {
        self.0.borrow_mut().kept.keep_made(record, made, entries);
    }
}
