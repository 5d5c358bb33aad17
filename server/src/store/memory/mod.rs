//! A store in memory: for tests and simulations, and for trying the scheme out. Nothing survives its process.
//!
//! Keeps the promise of [`super`]: each change leaves behind how to take it back, and a job that
//! fails is taken back whole. It can be told to fail at any of its calls, as a crash there would.
//! Does not write a file.

mod duties;
mod erasures;
mod past;
mod people;
mod policy;
mod reads;
mod search;
mod tables;
mod writes;

use std::cell::RefCell;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::fault::Fault;
use crate::store::rows::Held;
use crate::store::{Reads, Store, Writes};
use tables::Tables;

/// The store.
#[derive(Default)]
pub(crate) struct MemoryStore {
    tables: Mutex<Tables>,
    trip: Mutex<Option<Trip>>,
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
        unpoisoned(&self.tables).clone_from(&to.0);
    }

    /// Runs a write job.
    pub(crate) fn write_now<T>(&self, job: impl FnOnce(&dyn Writes) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut tables = unpoisoned(&self.tables);
        let trip = RefCell::new(unpoisoned(&self.trip).take());
        let running = Job { tables: RefCell::new(&mut tables), undo: RefCell::default(), trip };
        let result = job(&running).and_then(|result| running.spend().map(|()| result));
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
