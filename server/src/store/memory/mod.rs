//! A store in memory: for tests and simulations, and for trying the scheme out. Nothing survives its process.
//!
//! Keeps the promise of [`super`]: each change leaves behind how to take it back, and a job that
//! fails is taken back whole. It can be told to fail at any of its calls, as a crash there would.
//! Does not write a file.

mod audit;
mod duties;
mod erasures;
mod forms;
mod past;
mod people;
mod policy;
mod prior_checks;
mod reads;
mod retention;
mod search;
mod sign_in;
mod tables;
mod writes;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::fault::Fault;
use crate::store::desk::DeskReads as _;
use crate::store::duties::DutyWrites as _;
use crate::store::rows::Admitted;
use crate::store::rows::Held;
use crate::store::search::SearchWrites as _;
use crate::store::work::{self, Changes, Kept, Under};
use crate::store::{Reads, Store, Writes};
use tables::Tables;

/// The store.
#[derive(Default)]
pub(crate) struct MemoryStore {
    tables: Mutex<Tables>,
    trip: Mutex<Option<Trip>>,
    kept: Mutex<RefCell<Kept>>,
}

/// What a store held at one moment.
pub(crate) struct Snapshot(Tables);

/// A fault that lies in wait.
#[derive(Debug, Clone)]
struct Trip {
    /// Changes that still succeed; the commit of a job counts as one.
    left: u64,
    fault: Fault,
}

/// Puts one changed row back.
type Undo = Box<dyn FnOnce(&mut Tables)>;

/// A running job.
struct Job<'s> {
    tables: RefCell<&'s mut Tables>,
    undo: RefCell<Vec<Undo>>,
    trip: RefCell<Option<Trip>>,
}

impl MemoryStore {
    /// After so many more changes, one fails with a fault, and its job with it; once.
    pub(crate) fn trip_after(&self, changes: u64, fault: Fault) {
        *unpoisoned(&self.trip) = Some(Trip { left: changes, fault });
    }

    /// Forgets a fault that still lies in wait, and tells whether one did.
    pub(crate) fn untrip(&self) -> bool {
        unpoisoned(&self.trip).take().is_some()
    }

    /// Everything that is stored, as a backup holds it.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot(unpoisoned(&self.tables).clone())
    }

    /// Goes back to what was stored once.
    pub(crate) fn go_back(&self, to: &Snapshot) {
        unpoisoned(&self.kept).get_mut().forget();
        unpoisoned(&self.tables).clone_from(&to.0);
    }

    /// Runs a write job.
    pub(crate) fn write_now<T>(&self, job: impl FnOnce(&dyn Writes) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut tables = unpoisoned(&self.tables);
        let trip = RefCell::new(unpoisoned(&self.trip).take());
        let running = Job { tables: RefCell::new(&mut tables), undo: RefCell::default(), trip };
        let mut kept = unpoisoned(&self.kept);
        let result = work::Job::run(&running, &kept, job).and_then(|result| running.spend().map(|()| result));
        if result.is_err() {
            kept.get_mut().forget();
        }
        let Job { undo, trip, .. } = running;
        *unpoisoned(&self.trip) = trip.into_inner();
        if result.is_err() {
            undo.into_inner().into_iter().rev().for_each(|undo| undo(&mut tables));
        }
        result
    }

    /// Runs a read job.
    pub(crate) fn read_now<T>(&self, job: impl FnOnce(&dyn Reads) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut tables = unpoisoned(&self.tables);
        let (undo, trip) = (RefCell::default(), RefCell::default());
        job(&Job { tables: RefCell::new(&mut tables), undo, trip })
    }

    /// Visits every op, by device and seq, without copying it.
    pub(crate) fn each_op(&self, mut visit: impl FnMut(&Held)) {
        unpoisoned(&self.tables).ops.values().for_each(|held| visit(held));
    }
}

impl Store for MemoryStore {
    async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&dyn Writes) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.write_now(job)
    }

    async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&dyn Reads) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.read_now(job)
    }
}

impl Under for Job<'_> {
    /// One after the other, so that each can fail.
    fn save(&self, changes: Changes) -> Result<(), Fault> {
        changes.entries.values().try_for_each(|held| {
            self.append(&Held { stamp: None, admitted: Admitted::No, ..held.clone() })?;
            held.stamp.iter().try_for_each(|stamp| self.set_stamp(held.id(), stamp))?;
            if held.admitted == Admitted::Yes { self.set_admitted(held.id()) } else { Ok(()) }
        })?;
        changes.stamps.iter().try_for_each(|(id, stamp)| self.set_stamp(*id, stamp))?;
        changes.admitted.iter().try_for_each(|id| self.set_admitted(*id))?;
        for (id, change) in &changes.devices {
            change.counter.map_or(Ok(()), |counter| self.set_counter(*id, counter))?;
            change.heard_ms.map_or(Ok(()), |heard_ms| self.heard(*id, heard_ms))?;
            change.seen.map_or(Ok(()), |seen| self.seen(*id, seen))?;
            change.confirmed.map_or(Ok(()), |pos| self.confirm(*id, pos))?;
        }
        while changes.place.is_some_and(|place| self.place().is_ok_and(|now| now < place)) {
            self.next_place()?;
        }
        changes.feeds.iter().try_for_each(|(scope, entry)| self.feed(scope, entry))?;
        for ((stream, scope), held) in &changes.holds {
            // One that is let go of was held once.
            self.hold(scope, *stream)?;
            if !held {
                self.let_go(scope, *stream)?;
            }
        }
        for awaited in &changes.awaited_no_more {
            self.take_waiting(*awaited)?;
        }
        changes.waits.iter().try_for_each(|(awaited, waiting)| self.wait_for(*waiting, &[*awaited]))?;
        changes.search.iter().try_for_each(|(key, op)| self.keep_under(*op, &BTreeSet::from([*key])))?;
        changes.referrals.iter().try_for_each(|(referral, row)| self.keep_row(*referral, row))?;
        changes.receipts.iter().try_for_each(|(receipt, signature)| self.add_receipt(receipt, signature))?;
        changes.statements.iter().try_for_each(|statement| self.add_statement(statement))
    }
}

impl Job<'_> {
    /// Counts one change, and fails at the one that was told.
    fn spend(&self) -> Result<(), Fault> {
        let mut trip = self.trip.borrow_mut();
        match trip.as_mut() {
            Some(waiting) if waiting.left > 0 => waiting.left -= 1,
            Some(_) => return Err(trip.take().map_or(Fault::Stopped, |trip| trip.fault)),
            None => {}
        }
        Ok(())
    }
}

/// A thread that panicked in a test left whole rows behind.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
